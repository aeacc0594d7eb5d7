"""Following the account's orders by polling and by notification: `Network.changes`.

Amazon lists the orders whose status changed since a time, page by page, and does not tell what
changed; each is then read as a whole. Listings overlap, because what Amazon shows may be late, and
an order that was read with the same time of change is not read again.

Where notifications come (`hints`), the orders that they name are read at once, and the listing is
the safety net, at a slower pace; a queue that can't be read brings the usual pace back. A message
is deleted by the call after the one that took it: that call shows its cursor, so what the message
said has been stored.

One call asks for at most one page of the listing and some orders, and says in its cursor where it
stopped (`position`). The cursor is all that is kept, so a call that is repeated with it does the
same again.

One order that can't be read must not hide all others, so it is put aside; but if Amazon can't be
reached at all, nothing is: the error is raised, and the same is asked for again. What tells the
two apart is whether anything else is answered at the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from stockpool.clock import Clock
from stockpool.errors import PluginError, RejectedError, Throttled
from stockpool.plugins.network import ChangePage, FulfillmentState
from stockpool_amazon.errors import (
    AmazonRefusal,
    CredentialsRefused,
    QueueUnavailable,
    UnreadableAnswer,
)
from stockpool_amazon.outbound import HeaderPage, Outbound
from stockpool_amazon.position import Position

if TYPE_CHECKING:
    # It needs an extra that accounts without notifications do without.
    from stockpool_amazon.hints import Hints

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


class Following:
    """Finds the account's orders that changed.

    Args:
        listing: the version that lists.
        get: reads one order; None if there is none.
        overlap: how far a listing looks back behind the beginning of the one before it.
        history: how far the first listing looks back.
        hints: notifications; None: there are none.
        polling: the time between two listings while notifications come.
    """

    def __init__(
        self,
        listing: Outbound,
        get: Callable[[str], FulfillmentState | None],
        clock: Clock,
        *,
        overlap: timedelta,
        history: timedelta,
        hints: Hints | None = None,
        polling: timedelta = timedelta(0),
    ) -> None:
        self._listing = listing
        self._get = get
        self._clock = clock
        self._overlap = overlap
        self._history = history
        self._hints = hints
        self._polling = polling

    def page(self, cursor: str | None) -> ChangePage:
        """The next states, at most `ORDERS_MOST` that had to be asked for singly.

        Raises:
            PluginError: nothing could be done. After some progress the progress is returned, and
                the next call meets the error.
        """
        stop_at = self._clock.now() + CALL_SECONDS_MOST
        position = self._position(cursor)
        states: list[FulfillmentState] = []
        listing = not position.todo and self._listing_is_due(position)
        failure = self._list(position, states) if listing else None
        more = self._hear(position)
        if more is None and not listing and not position.todo:
            listing, failure = True, self._list(position, states)
        if failure is not None and not position.todo:
            raise failure
        self._call_back(position)
        answered = listing and failure is None
        failure = self._read_orders(position, states, stop_at, answered) or failure
        if position.began is not None and position.token is None and not position.todo:
            self._end_listing(position)
        following = position.written()
        if failure is not None and following == cursor:
            raise failure
        return ChangePage(states, following, more=bool(position.todo or position.token or more))

    def _position(self, cursor: str | None) -> Position:
        position = None if cursor is None else Position.read(cursor)
        if position is None:
            if cursor is not None:
                # To begin anew costs time and does no harm; to stand still would do some.
                _log.warning("changes_begun_anew", reason="the cursor can't be read")
            position = Position((self._clock.now() - self._history).isoformat())
        return position

    def _listing_is_due(self, position: Position) -> bool:
        if self._hints is None or position.began is not None or position.listed is None:
            return True
        return self._clock.now() - datetime.fromisoformat(position.listed) >= self._polling

    def _hear(self, position: Position) -> bool | None:
        """Note the orders that notifications name.

        Returns whether there may be more of them; None if there is no telling.
        """
        heard, position.heard = position.heard, []
        if self._hints is None:
            return False
        try:
            if heard:
                self._hints.forget(heard)
            if len(position.todo) >= ORDERS_MOST:
                return False
            news = self._hints.hear()
        except QueueUnavailable as error:
            _log.warning("notifications_unavailable", error=str(error))
            return None
        waiting = {order_id for order_id, _ in position.todo}
        position.todo += [(order_id, "") for order_id in news.order_ids if order_id not in waiting]
        position.heard = news.handles
        return news.more

    def _list(self, position: Position, states: list[FulfillmentState]) -> PluginError | None:
        """Ask for a page of the listing and note what is to be read; returns what stopped it."""
        try:
            page = self._next_page(position)
        except PluginError as error:
            return error
        if position.began is None:
            position.began = page.asked_at.isoformat()
            if self._hints is not None:
                position.listed = self._clock.now().isoformat()
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
        return None

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
                if position.is_hint(entry):
                    # It may be another account's, or of a country that is not ours; if it is not,
                    # a listing will name it.
                    _log.warning("notified_order_unreadable", order=entry[0], error=str(error))
                    position.done(entry)
                elif not self._put_aside(position, entry, error, UNREADABLE_AGAIN):
                    return error
            except (Throttled, CredentialsRefused) as error:
                return error
            except PluginError as error:
                unanswered.append((entry, error))
            else:
                answered = True
                states.append(state)
                position.aside.pop(entry[0], None)
                position.done(entry, read=state.updated_at)
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
