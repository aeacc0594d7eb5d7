"""Orders in: which orders changed, what they are now, and what is to become of each.

Shopify is asked for the ids of changed orders; each is then read whole, and decided on by what it
is now (`policy`), never by what changed. So late, repeated and reordered news do no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import ValidationError

from stockpool.clock import Clock
from stockpool.errors import TransientError
from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import (
    ChannelCancellation,
    ChannelRefund,
    LineQuantity,
    OrderPage,
    OrderProblem,
)
from stockpool.problems import Problem
from stockpool_shopify.answers import OrderWork
from stockpool_shopify.cursor import Cursor, RequestAnswer, first_cursor, read_cursor
from stockpool_shopify.left_out import LeftOut
from stockpool_shopify.order_notes import OrderNotes
from stockpool_shopify.order_requests import order_request
from stockpool_shopify.policy import (
    HIDDEN,
    Decision,
    Nothing,
    Parked,
    Waiting,
    Wanted,
    accounted,
    decide,
    waiting_units,
    withdrawn,
)
from stockpool_shopify.refunds_made import RefundsMade
from stockpool_shopify.removed import Removed, RemovedUnits
from stockpool_shopify.requests import answer_requests
from stockpool_shopify.returns_asked import Asked, ReturnsAsked
from stockpool_shopify.settings import ShopifySettings
from stockpool_shopify.shop import ORDER, WORK, CancellationAsked, OrdersRead, Shop

_SETTLED = timedelta(seconds=2)
"""An order that is read so soon after its change may change again in the same second, and then
bears the same `updatedAt`: it is read once more."""

_ROUTING = timedelta(days=1)
"""So long an order may have no fulfillment orders: Shopify makes them in the background."""


class Intake:
    """Pages of orders."""

    def __init__(
        self,
        shop: Shop,
        notes: OrderNotes,
        refunds_made: RefundsMade,
        removed: RemovedUnits,
        settings: ShopifySettings,
        clock: Clock,
        channel: str,
        left_out: LeftOut,
        returns: ReturnsAsked | None = None,
    ) -> None:
        self._left_out = left_out
        self._refunds_made = refunds_made
        self._removed = removed
        self._returns = returns
        self._shop = shop
        self._notes = notes
        self._settings = settings
        self._clock = clock
        self._channel = channel
        self._overlap = timedelta(minutes=settings.overlap_minutes)

    def fetch(self, text: str | None) -> OrderPage:
        """The page behind a cursor. What was owed for the page before it is answered first."""
        if text is None:
            cursor = first_cursor(self._settings, self._clock)
        else:
            cursor = read_cursor(text)
            self._notes.note_read_to(text)
            for order_id, units in cursor.removed.items():
                self._notes.note_removed(order_id, units)
        answer_requests(self._shop, cursor.answers)
        changed, more = self._changed(cursor)
        asked: list[tuple[str, str]] = []
        to_cancel: list[CancellationAsked] = []
        again: list[str] = []
        if not more:
            again = self._notes.to_look_at_again()
            if self._settings.role == "fulfillment_service":
                asked = self._shop.asked("FULFILLMENT_REQUESTED", self._settings.location)
                to_cancel = self._shop.asked_to_cancel(self._settings.location)
        news = dict.fromkeys(changed)
        news |= {order: None for work, order in asked if work not in cursor.requests}
        read = self._shop.orders({**news, **dict.fromkeys(again)})
        orders, problems, removed = self._decided(read, again)
        asked_of = {order: self._removed.news(order, found) for order, found in removed.items()}
        cancellations = [one for found in asked_of.values() for one in found]
        cancellations += [
            self._cancelled(order) for order in read.orders if self._is_cancelled(order)
        ]
        self._stop_looking_for({*again} - read.found)
        answers = _answers(asked, orders, problems)
        made = [found for order in read.orders for found in self._refunds_made.of(order)]
        cancellations += self._asked_to_cancel(
            [one for one in to_cancel if one.request_id not in cursor.requests]
        )
        requests: Collection[str] = cursor.requests
        if not more:
            requests = {work for work, _ in asked} | {one.request_id for one in to_cancel}
        returned = Asked(known=set(cursor.returns))
        if self._returns is not None and not more:
            returned = self._returns.look(cursor.returns)
        owed = {order: removed[order].units for order, found in asked_of.items() if found}
        return OrderPage(
            orders=orders,
            cursor=cursor.moved(
                changed, answers, requests, self._overlap, owed, returned.known
            ).text(),
            more=more,
            problems=[
                *(p for p, _ in problems if p.channel_order_id in news or not _is_known(p)),
                *(found for found in made if isinstance(found, OrderProblem)),
                *returned.problems,
            ],
            refunds=[found for found in made if isinstance(found, ChannelRefund)],
            cancellations=cancellations,
            returns=returned.returns,
        )

    def note_hints(self, named: Collection[str]) -> None:
        """Have these orders read at the end of the next look, whether it finds them or not.

        A fulfillment order stands for its order.
        """
        works = sorted(one for one in named if one.startswith(WORK))
        orders = {*named, *self._shop.orders_of(works)}
        known = self._notes.to_look_at_again()
        for order_id in sorted(orders.difference(known)):
            if order_id.startswith(ORDER):
                self._notes.look_again(order_id, wanted=True, known=False)

    def _changed(self, cursor: Cursor) -> tuple[dict[str, datetime], bool]:
        """The next orders that changed, and whether there are others behind them."""
        changed: dict[str, datetime] = {}
        for page, follows in self._shop.listed("updated_at", cursor.at - self._overlap):
            news = [(order, at) for order, at in page if not cursor.knows(order, at)]
            room = self._settings.page_orders - len(changed)
            changed |= dict(news[:room])
            if len(news) > room:
                return changed, True
            if len(changed) == self._settings.page_orders:
                return changed, follows
        return changed, False

    def _decided(
        self, read: OrdersRead, again: Collection[str]
    ) -> tuple[list[OrderRequest], list[tuple[OrderProblem, str | None]], dict[str, Removed]]:
        """Orders to take in, problems with Shopify's word for a rejection, and removed units."""
        removed: dict[str, Removed] = {}
        orders: list[OrderRequest] = []
        problems: list[tuple[OrderProblem, str | None]] = [
            (_problem(order_id, "unreadable_order", f"{field} is not as promised"), "OTHER")
            for order_id, field in read.unreadable.items()
        ]
        outside = self._notes.outside_orders()
        moved: set[str] = set()
        for order in read.orders:
            hidden = order.id in read.hidden
            taken = self._notes.taken(order.id)
            if order.cancelled_at is not None or not taken:
                moved |= order.skus_at(self._settings.location)
            given_up = self._notes.given_up(order.id)
            shipped = accounted(order, taken, self._shipped(order), given_up, self._settings)
            gone = self._removed.of(order, taken, shipped)
            if gone.units:
                removed[order.id] = gone
                shipped = {
                    item: shipped.get(item, 0) + gone.units.get(item, 0)
                    for item in {*shipped, *gone.units}
                }
            decision = self._checked_for_withdrawal(
                order,
                decide(order, shipped, self._settings, hidden=hidden, removed=gone.items),
                taken,
                shipped,
            )
            units: Mapping[str, int] = {}
            if isinstance(decision, Wanted):
                try:
                    request = order_request(order, decision, self._settings, channel=self._channel)
                except ValidationError as error:
                    where = error.errors(include_url=False, include_input=False)[0]["loc"]
                    what = f"order {order.name}: {'.'.join(map(str, where))} can't be taken in"
                    problems.append((_problem(order.id, "unreadable_order", what), "OTHER"))
                else:
                    orders.append(request)
                    now = {line.line_id: line.quantity for line in request.lines}
                    if now != taken:
                        moved |= order.skus_at(self._settings.location)
                    self._notes.take(order.id, now, taken)
                if decision.hold is not None:
                    # The engine reserves nothing for an order that it holds.
                    units = waiting_units(order, self._settings)
            elif isinstance(decision, Waiting):
                units = decision.units
            elif isinstance(decision, Parked):
                units = decision.units
                problems.append(
                    (OrderProblem(order.id, decision.problem, order.id), decision.rejection)
                )
            elif (
                (taken or shipped)
                and not self._is_cancelled(order)
                # What the page asks to cancel is known to be asked only when it is stored.
                and not self._removed.news(order.id, gone)
            ):
                self._notes.forget(order.id)
            self._notes.keep_outside(order.id, units, outside)
            unrouted = (
                not order.fulfillment_orders.nodes
                and order.cancelled_at is None
                and self._clock.now() - order.processed_at < _ROUTING
            )
            self._notes.look_again(
                order.id,
                wanted=unrouted
                or (hidden and isinstance(decision, Parked))
                or (read.at is not None and read.at - order.updated_at < _SETTLED),
                known=order.id in again,
            )
        self._left_out.moved(moved)
        return orders, problems, removed

    def _checked_for_withdrawal(
        self,
        order: OrderWork,
        decision: Decision,
        taken: Mapping[str, int],
        shipped: Mapping[str, int],
    ) -> Decision:
        """The decision, unless the engine has the order and would ship what it must not."""
        if isinstance(decision, Waiting):
            why = f"Shopify: {decision.why}"
        elif order.cancelled_at is not None:
            return decision
        else:
            why = "nothing of it is left to ship in Shopify: cancel the rest here"
        open_units = {item: n for item, n in taken.items() if shipped.get(item, 0) < n}
        if not open_units or not isinstance(decision, Nothing | Waiting):
            return decision
        held = withdrawn(order, taken, why, self._settings)
        if held is not None:
            return held
        fix = "cancel it here, and see that nothing of it is shipped"
        return Parked(Problem("order_withdrawn", f"order {order.name}: {why}", fix=fix), None, {})

    def _stop_looking_for(self, gone: Collection[str]) -> None:
        """The shop has no order of these ids (any more)."""
        for order_id in gone:
            self._notes.look_again(order_id, wanted=False, known=True)

    def _is_cancelled(self, order: OrderWork) -> bool:
        """Whether the engine has an order that is cancelled as a whole in Shopify."""
        return order.cancelled_at is not None and bool(self._notes.taken(order.id))

    @staticmethod
    def _cancelled(order: OrderWork) -> ChannelCancellation:
        """Stop what can be stopped; told whenever the order is read, and known by its id."""
        return ChannelCancellation(
            f"{order.id}:cancelled", order.id, "cancelled in Shopify", done=True
        )

    def _asked_to_cancel(self, asked: Sequence[CancellationAsked]) -> list[ChannelCancellation]:
        """The units that requests to cancel are about.

        An order that the engine was never handed has nothing to be stopped: that is answered.
        """
        known = [one for one in asked if self._notes.taken(one.order_id)]
        for one in asked:
            if one not in known:
                variables = {"id": one.fulfillment_order_id, "message": "nothing of it was shipped"}
                field = "fulfillmentOrderAcceptCancellationRequest"
                errors = self._shop.change("AcceptCancellation", field, variables)
                if errors:
                    # Withdrawn at this moment, or it will be taken the next time.
                    raise TransientError(f"{field}: {errors[0].message[:200]}")
        read = self._shop.orders({one.order_id for one in known}) if known else OrdersRead()
        works = {work.id: work for order in read.orders for work in order.fulfillment_orders.nodes}
        found = []
        for one in known:
            work = works.get(one.fulfillment_order_id)
            lines = [
                LineQuantity(line.line_item.id, line.line_item.sku or "", line.remaining_quantity)
                for line in (work.line_items.nodes if work is not None else ())
                if line.remaining_quantity
            ]
            if lines:
                found.append(
                    ChannelCancellation(
                        one.request_id, one.order_id, "the merchant asks in Shopify", lines
                    )
                )
        return found

    def _shipped(self, order: OrderWork) -> dict[str, int]:
        """Units of each line item in parcels that we told Shopify of."""
        told = self._notes.told(order.id)
        units: dict[str, int] = {}
        if not told:
            return units
        for fulfillment in self._shop.fulfillments(order.id):
            numbers = {tracking.number for tracking in fulfillment.tracking_info}
            if fulfillment.status == "SUCCESS" and numbers & told:
                for item, quantity in self._shop.units(fulfillment.id).items():
                    units[item] = units.get(item, 0) + quantity
        return units


def _answers(
    asked: Sequence[tuple[str, str]],
    orders: Sequence[OrderRequest],
    problems: Sequence[tuple[OrderProblem, str | None]],
) -> list[RequestAnswer]:
    taken = {order.channel_order_id for order in orders if order.hold is None}
    refused = {problem.channel_order_id: why for problem, why in problems if why is not None}
    return [
        RequestAnswer(work, refused.get(order_id))
        for work, order_id in asked
        if order_id in taken or order_id in refused
    ]


def _is_known(problem: OrderProblem) -> bool:
    """Whether it is why an order was looked at again, and is no news."""
    return problem.problem.code == HIDDEN


def _problem(order_id: str, code: str, message: str) -> OrderProblem:
    fix = "ship this order by hand, and report what is told here"
    return OrderProblem(order_id, Problem(code, message, fix=fix), order_id)
