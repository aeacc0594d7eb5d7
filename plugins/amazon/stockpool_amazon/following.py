"""Following the account's orders by polling: `Network.changes`.

Amazon lists the orders whose status changed since a time, page by page, and does not tell what
changed; each is then read as a whole. Listings overlap, because what Amazon shows may be late, and
an order that was read with the same time of change is not read again.

One call asks for at most one page of the listing and some orders, and says in its cursor where it
stopped:

    since       where the listing under way (or, if none is, the next one) begins
    began       when the listing under way was begun, by Amazon's clock; null: none is
    token       leads to its next page; null: it has been read to its end
    todo        [id, time of change] of listed orders that are still to be read
    taken       {id: time of change} of orders read, as far as the next listing looks back
    aside       {id: [when it was put here, when to try again]} of orders that can't be read

The cursor is all that is kept, so a call that is repeated with it does the same again.

One order that can't be read must not hide all others, so it is put aside; but if Amazon can't be
reached at all, nothing is: the error is raised, and the same is asked for again. What tells the
two apart is whether anything else is answered at the time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import structlog

from stockpool.clock import Clock
from stockpool.errors import PluginError, RejectedError, Throttled
from stockpool.plugins.network import ChangePage, FulfillmentState
from stockpool_amazon.errors import AmazonRefusal, CredentialsRefused, UnreadableAnswer
from stockpool_amazon.outbound import HeaderPage, Outbound

ORDERS_MOST = 20
"""Orders read in one call."""

CALL_SECONDS_MOST = timedelta(seconds=15)
"""No further order is begun after this, so that a slow Amazon leaves the engine its lease."""

FAILURES_MOST = 3
"""Orders that get no answer in one call before the others are left for the next."""

UNREADABLE_AGAIN = (timedelta(hours=1), timedelta(hours=1))
UNANSWERED_AGAIN = (timedelta(seconds=5), timedelta(minutes=5))
"""When an order that was put aside is tried again, at first and at most: each wait is a quarter of
all before it. A server's hiccup passes in seconds, and the news should not wait much longer."""

ASIDE_ENDS = timedelta(days=14)
ASIDE_MOST = 100
"""With so many put aside, the next one stops everything: it is not about single orders."""

TAKEN_MOST = 10_000

_log = structlog.get_logger(__name__)


@dataclass
class Position:
    """The cursor; see the head of this file. Times are ISO 8601."""

    since: str
    began: str | None = None
    token: str | None = None
    todo: list[tuple[str, str]] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    aside: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: str) -> Position | None:
        """A cursor of ours; None if it is none."""
        try:
            position = cls(**json.loads(cursor))
            position.todo = [(order_id, at) for order_id, at in position.todo]
            datetime.fromisoformat(position.since)
        except (ValueError, TypeError):
            return None
        return position

    def done(self, entry: tuple[str, str]) -> None:
        """An entry of `todo` is dealt with."""
        self.todo.remove(entry)
        order_id, changed_at = entry
        if changed_at:
            self.taken[order_id] = changed_at

    def written(self) -> str:
        """The cursor."""
        return json.dumps(asdict(self), separators=(",", ":"))


class Following:
    """Finds the account's orders that changed.

    Args:
        listing: the version that lists.
        get: reads one order; None if there is none.
        overlap: how far a listing looks back behind the beginning of the one before it.
        history: how far the first listing looks back.
    """

    def __init__(
        self,
        listing: Outbound,
        get: Callable[[str], FulfillmentState | None],
        clock: Clock,
        *,
        overlap: timedelta,
        history: timedelta,
    ) -> None:
        self._listing = listing
        self._get = get
        self._clock = clock
        self._overlap = overlap
        self._history = history

    def page(self, cursor: str | None) -> ChangePage:
        """The next states, at most `ORDERS_MOST` that had to be asked for singly.

        Raises:
            PluginError: nothing could be done. After some progress the progress is returned, and
                the next call meets the error.
        """
        stop_at = self._clock.now() + CALL_SECONDS_MOST
        position = self._position(cursor)
        states: list[FulfillmentState] = []
        answered = not position.todo
        if answered:
            self._list(position, states)
        self._call_back(position)
        failure = self._read_orders(position, states, stop_at, answered)
        if position.began is not None and position.token is None and not position.todo:
            self._end_listing(position)
        following = position.written()
        if failure is not None and following == cursor:
            raise failure
        return ChangePage(states, following, more=bool(position.todo or position.token))

    def _position(self, cursor: str | None) -> Position:
        position = None if cursor is None else Position.read(cursor)
        if position is None:
            if cursor is not None:
                # To begin anew costs time and does no harm; to stand still would do some.
                _log.warning("changes_begun_anew", reason="the cursor can't be read")
            position = Position((self._clock.now() - self._history).isoformat())
        return position

    def _list(self, position: Position, states: list[FulfillmentState]) -> None:
        """Ask for a page of the listing and note what is to be read."""
        page = self._next_page(position)
        if position.began is None:
            position.began = page.asked_at.isoformat()
        position.token = page.token
        for header in page.headers:
            changed_at = header.changed_at.isoformat()
            if position.taken.get(header.order_id) == changed_at:
                continue
            if header.state is None:
                position.todo.append((header.order_id, changed_at))
            else:
                states.append(header.state)
                position.taken[header.order_id] = changed_at

    def _next_page(self, position: Position) -> HeaderPage:
        since = datetime.fromisoformat(position.since)
        if position.token is None:
            return self._listing.list_changed(since, None)
        try:
            return self._listing.list_changed(since, position.token)
        except AmazonRefusal as refusal:
            if refusal.status != 400:
                raise
            # The token has died. What was read is in `taken`, so little is read twice.
            position.began = position.token = None
            return self._listing.list_changed(since, None)

    def _call_back(self, position: Position) -> None:
        """Orders that could not be read come again after a while."""
        now = self._clock.now()
        waiting = {order_id for order_id, _ in position.todo}
        for order_id, (_, again_at) in position.aside.items():
            if order_id not in waiting and datetime.fromisoformat(again_at) <= now:
                position.todo.append((order_id, ""))

    def _read_orders(
        self,
        position: Position,
        states: list[FulfillmentState],
        stop_at: datetime,
        answered: bool,
    ) -> PluginError | None:
        """Read what is to be read, as far as it goes; returns what stopped it.

        Args:
            answered: whether Amazon has answered anything in this call.
        """
        unanswered: list[tuple[tuple[str, str], PluginError]] = []
        for entry in position.todo[:ORDERS_MOST]:
            if self._clock.now() >= stop_at or len(unanswered) >= FAILURES_MOST:
                break
            try:
                state = self._get(entry[0])
                if state is None:
                    raise UnreadableAnswer(f"{entry[0]} is listed, but not there")
            except (UnreadableAnswer, RejectedError) as error:
                answered = True
                if not self._put_aside(position, entry, error, UNREADABLE_AGAIN):
                    return error
            except (Throttled, CredentialsRefused) as error:
                return error
            except PluginError as error:
                unanswered.append((entry, error))
            else:
                answered = True
                states.append(state)
                position.aside.pop(entry[0], None)
                position.done(entry)
        return self._leave(position, unanswered, answered)

    def _leave(
        self,
        position: Position,
        unanswered: Sequence[tuple[tuple[str, str], PluginError]],
        answered: bool,
    ) -> PluginError | None:
        """Put aside the orders that got no answer, if Amazon answers other questions."""
        if not unanswered:
            return None
        if not answered:
            try:
                self._listing.list_changed(self._clock.now(), None)
            except PluginError as outage:
                return outage
        for entry, error in unanswered:
            if not self._put_aside(position, entry, error, UNANSWERED_AGAIN):
                return error
        return None

    def _put_aside(
        self,
        position: Position,
        entry: tuple[str, str],
        why: Exception,
        again: tuple[timedelta, timedelta],
    ) -> bool:
        """Try an order again later; False if too many are aside. After two weeks it is let go."""
        order_id, now = entry[0], self._clock.now()
        if order_id not in position.aside and len(position.aside) >= ASIDE_MOST:
            return False
        first = position.aside.pop(order_id, (now.isoformat(), ""))[0]
        _log.warning("fulfillment_order_unreadable", order=order_id, since=first, error=str(why))
        waited = now - datetime.fromisoformat(first)
        if waited < ASIDE_ENDS:
            soonest, latest = again
            wait = min(max(waited / 4, soonest), latest)
            position.aside[order_id] = (first, (now + wait).isoformat())
        position.done(entry)
        return True

    def _end_listing(self, position: Position) -> None:
        """The next listing begins where this one began, and a little earlier."""
        since = datetime.fromisoformat(position.began or position.since) - self._overlap
        position.since, position.began = since.isoformat(), None
        kept = [
            (changed_at, order_id)
            for order_id, changed_at in position.taken.items()
            if datetime.fromisoformat(changed_at) >= since
        ]
        position.taken = {order_id: at for at, order_id in sorted(kept)[-TAKEN_MOST:]}
