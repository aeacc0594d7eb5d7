"""Faults that were planted in the engine on purpose: each is a mistake that somebody could make.

The simulation has to find every one of them; otherwise it would not find the real ones either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

from stockpool.care import telling
from stockpool.duties import Duties
from stockpool.errors import OutcomeUnknown
from stockpool.ledger import posting, reconciliation
from stockpool.ledger.buckets import Bucket
from stockpool.orders import announcements, merging, placing
from stockpool.orders.stopping import RequestCancellation
from stockpool.outbox import carrier, cursors, effects
from stockpool.outbox.carrier import Carrier
from stockpool.outbox.effects import Done, Refused
from stockpool.plugins.network import FulfillmentOrderStatus


@contextmanager
def lease_without_expiry() -> Iterator[None]:
    """What a dead worker had in its hands is never free again."""

    def lease(connection: Any, ids: Any, *, owner: str, at: Any, until: Any) -> Any:
        return effects.lease(
            connection, ids, owner=owner, at=at, until=until + timedelta(days=3650)
        )

    with patch("stockpool.outbox.carrier.lease", lease):
        yield


@contextmanager
def lost_messages_stay_lost() -> Iterator[None]:
    """What was sent once is never sent again."""
    with patch("stockpool.outbox.dispatch.RESEND_SECONDS", 1e9):
        yield


@contextmanager
def timeouts_are_refusals() -> Iterator[None]:
    """A call without an answer is taken for one that did not happen."""

    def outcome_of(effect: Any, error: Exception) -> Any:
        if isinstance(error, OutcomeUnknown):
            return Refused(effect, "timeout", "no answer")
        return carrier.outcome_of(effect, error)

    with patch("stockpool.orders.placing.outcome_of", outcome_of):
        yield


@contextmanager
def figures_forget_what_we_hold() -> Iterator[None]:
    """Units that we hold are in the network's figures, and are booked once more."""

    def differences(books: Any, figures: Any, uncertain: Any) -> Any:
        return reconciliation.differences({**books, Bucket.HELD: 0}, figures, uncertain)

    with patch("stockpool.orders.snapshots.differences", differences):
        yield


@contextmanager
def figures_know_no_margin() -> Iterator[None]:
    """Orders that are on their way to the network are taken for drift."""

    def differences(books: Any, figures: Any, uncertain: Any) -> Any:
        return reconciliation.differences(books, figures, reconciliation.Uncertain())

    with patch("stockpool.orders.snapshots.differences", differences):
        yield


@contextmanager
def news_are_added_up() -> Iterator[None]:
    """The same news twice count twice."""

    def growth(item: Any, goals: Mapping[Any, int]) -> dict[Any, int]:
        left = item.committed
        grown = {}
        for step, goal in goals.items():
            grown[step] = min(goal, left)
            left -= grown[step]
        return grown

    with patch.object(merging, "_growth", growth):
        yield


@contextmanager
def late_news_win() -> Iterator[None]:
    """A state that was overtaken is taken for the present one."""
    with (
        patch("stockpool.orders.progress.is_stale", lambda row, state: False),
        patch("stockpool.orders.progress._status", lambda entry: entry.state.status),
    ):
        yield


@contextmanager
def parcels_have_no_key() -> Iterator[None]:
    """Each time a parcel is heard of it is told under another key."""
    numbers = count(1)

    def tracking_effect(**members: Any) -> Any:
        effect = announcements.tracking_effect(**members)
        return replace(effect, key=f"{effect.key}-{next(numbers)}")

    with patch("stockpool.orders.progress.tracking_effect", tracking_effect):
        yield


@contextmanager
def cursor_before_page() -> Iterator[None]:
    """That a page was read is noted before its orders are stored."""
    store = Duties._store_page

    def store_page(self: Duties, name: str, page: Any) -> None:
        self.database.run(
            lambda connection: cursors.move(
                connection, f"orders:{name}", page.cursor, at=self.clock.now()
            )
        )
        store(self, name, page)

    with patch.object(Duties, "_store_page", store_page):
        yield


@contextmanager
def asking_is_cancelling() -> Iterator[None]:
    """Stock comes back when the network was asked to cancel, not when it did."""
    ask = RequestCancellation._ask

    def ask_and_believe(self: Any, network: Any, effect: Any) -> Any:
        outcome = ask(self, network, effect)
        if isinstance(outcome, Done) and not outcome.result and outcome.answer is not None:
            believed = replace(outcome.answer, status=FulfillmentOrderStatus.CANCELLED)
            return replace(outcome, answer=believed)
        return outcome

    with patch.object(RequestCancellation, "_ask", ask_and_believe):
        yield


@contextmanager
def nobody_is_told() -> Iterator[None]:
    """What can't be accepted is put aside, and nobody is shown it."""
    with patch("stockpool.orders.intake.raise_concerns", lambda *_, **__: None):
        yield


@contextmanager
def failed_effects_are_forgotten() -> Iterator[None]:
    """What has failed for good is not shown."""
    with patch.object(Carrier, "_raise_attention", lambda *_: None):
        yield


@contextmanager
def who_waits_waits_for_ever() -> Iterator[None]:
    """Stock that arrives fills nobody."""
    with patch("stockpool.orders.service.Orders.fill_waiting", lambda self: 0):
        yield


@contextmanager
def refunds_have_no_key() -> Iterator[None]:
    """Each time the shop is asked to give money back it is asked under another key."""
    numbers = count(1)
    update = telling._update

    def numbered(*arguments: Any) -> Any:
        told = update(*arguments)
        return replace(told, key=f"{told.key}-{next(numbers)}")

    with patch.object(telling, "_update", numbered):
        yield


@contextmanager
def orders_have_no_key() -> Iterator[None]:
    """Each attempt to place an order is another order."""
    place = placing.PlaceFulfillment._place

    def anew(self: Any, network: Any, effect: Any, request: Any) -> Any:
        if effect.may_have_happened:
            other = f"{request.fulfillment_order_id}-{effect.attempts}"
            return placing._placed(
                effect,
                network.create_fulfillment(replace(request, fulfillment_order_id=other)),
            )
        return place(self, network, effect, request)

    with patch.object(placing.PlaceFulfillment, "_place", anew):
        yield


@contextmanager
def withdrawn_units_stay_held() -> Iterator[None]:
    """The lines of an order that was taken back give their units away, the stock does not."""
    with patch("stockpool.orders.counting.post", _without_releases):
        yield


def _without_releases(connection: Any, moves: Any, *, at: Any) -> Any:
    kept = [move for move in moves if not move.key.startswith("withdraw:")]
    return posting.post(connection, kept, at=at)


@contextmanager
def anybody_may_finish() -> Iterator[None]:
    """A worker whose lease went to another stores what it did all the same."""
    with patch("stockpool.outbox.carrier.still_ours", lambda _, leased: {e.id for e in leased}):
        yield


@contextmanager
def edits_come_too_late() -> Iterator[None]:
    """An order is edited though a worker has taken it up."""

    def unsubmitted(connection: Any, rows: Any) -> Any:
        return [row for row in rows if row.status is None]

    with patch("stockpool.orders.editing.unsubmitted", unsubmitted):
        yield


Fault = Callable[[], AbstractContextManager[None]]

PLANTED: Mapping[str, Fault] = {
    fault.__name__: fault
    for fault in (
        lease_without_expiry,
        lost_messages_stay_lost,
        timeouts_are_refusals,
        orders_have_no_key,
        figures_forget_what_we_hold,
        figures_know_no_margin,
        news_are_added_up,
        late_news_win,
        parcels_have_no_key,
        refunds_have_no_key,
        cursor_before_page,
        withdrawn_units_stay_held,
        edits_come_too_late,
        nobody_is_told,
        who_waits_waits_for_ever,
        asking_is_cancelling,
        failed_effects_are_forgotten,
        anybody_may_finish,
    )
}
