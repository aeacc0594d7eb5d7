"""Units that won't be shipped, as Shopify can be told of them.

At a merchant's own location they are put on hold, which takes them out of what is open and shows
them, with the reason, to the merchant, who decides (another location, a refund). The order itself
is never cancelled from here. At a location of this app the request is rejected, its cancellation
accepted, or what is left is closed; each concerns a whole fulfillment order, so it is done when
nothing but such units is left in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from stockpool.errors import RejectedError
from stockpool.plugins.channel import CancellationAnswer, CancellationUpdate, PushRefusal
from stockpool_shopify.answers import OrderWork, Work
from stockpool_shopify.order_notes import OrderNotes
from stockpool_shopify.policy import HOLD_HANDLE, is_at_ours, take_units
from stockpool_shopify.settings import ShopifySettings
from stockpool_shopify.shop import Shop, require_done

_HOLD_REASONS: Mapping[str, str] = {
    "no_stock": "INVENTORY_OUT_OF_STOCK",
    "out_of_stock": "INVENTORY_OUT_OF_STOCK",
    "incorrect_address": "INCORRECT_ADDRESS",
}
_REJECTIONS: Mapping[str, str] = {
    "no_stock": "INVENTORY_OUT_OF_STOCK",
    "out_of_stock": "INVENTORY_OUT_OF_STOCK",
    "incorrect_address": "INCORRECT_ADDRESS",
    "undeliverable": "UNDELIVERABLE_DESTINATION",
}


_TOO_LATE: Mapping[str, str] = {
    "refused": "refused: it can't be cancelled any more",
    "overtaken": "overtaken: units have left all the same",
}


class Cancellations:
    """Tells the shop what won't be shipped."""

    def __init__(self, shop: Shop, notes: OrderNotes, settings: ShopifySettings) -> None:
        self._shop = shop
        self._notes = notes
        self._settings = settings

    def push(self, updates: Sequence[CancellationUpdate]) -> list[PushRefusal]:
        """Tell one after the other; each reads the order anew."""
        refusals: list[PushRefusal] = []
        for update in updates:
            try:
                if self._settings.role == "merchant_managed":
                    self._hold(update)
                else:
                    self._give_up(update)
            except RejectedError as error:
                refusals.append(PushRefusal(update.key, error))
        return refusals

    def answer(self, answers: Sequence[CancellationAnswer]) -> list[PushRefusal]:
        """Answer requests to cancel: what is confirmed is accepted when nothing else is left in
        the fulfillment order, what is not is rejected with the reason."""
        refusals: list[PushRefusal] = []
        for answer in answers:
            try:
                if answer.outcome == "confirmed":
                    self.settle(answer.channel_order_id, answer.reason)
                else:
                    self._reject(answer)
            except RejectedError as error:
                refusals.append(PushRefusal(answer.key, error))
        return refusals

    def _reject(self, answer: CancellationAnswer) -> None:
        """Reject the open requests about these items; one that is answered is left as it is."""
        items = {line.line_id for line in answer.lines}
        order = self._shop.order(answer.channel_order_id)
        for work in order.fulfillment_orders.nodes:
            asked = work.request_status == "CANCELLATION_REQUESTED"
            about = {line.line_item.id for line in work.line_items.nodes}
            if asked and is_at_ours(work, self._settings) and (items & about or not items):
                variables = {"id": work.id, "message": _TOO_LATE[answer.outcome]}
                field = "fulfillmentOrderRejectCancellationRequest"
                require_done(self._shop.change("RejectCancellation", field, variables), field)

    def settle(self, order_id: str, reason: str) -> None:
        """End the fulfillment orders in which nothing is left but units given up."""
        given_up = self._notes.given_up(order_id)
        if not given_up or self._settings.role != "fulfillment_service":
            return
        order = self._shop.order(order_id)
        left = dict(given_up)
        for work in order.fulfillment_orders.nodes:
            if not is_at_ours(work, self._settings):
                continue
            units = {
                line.line_item.id: line.remaining_quantity
                for line in work.line_items.nodes
                if line.remaining_quantity
            }
            if units and all(left.get(item, 0) >= count for item, count in units.items()):
                self._end(work, reason)
                for item, count in units.items():
                    left[item] -= count

    def _give_up(self, update: CancellationUpdate) -> None:
        order = self._shop.order(update.channel_order_id)
        units = _units(update)
        _check_known(order, units)
        self._notes.give_up(order.id, update.key, units)
        self.settle(order.id, update.reason)

    def _end(self, work: Work, reason: str) -> None:
        variables = {"id": work.id, "message": reason[:200]}
        if work.request_status == "SUBMITTED":
            name, field = "RejectRequest", "fulfillmentOrderRejectFulfillmentRequest"
            variables["reason"] = _REJECTIONS.get(reason, "OTHER")
        elif work.request_status == "CANCELLATION_REQUESTED":
            name, field = "AcceptCancellation", "fulfillmentOrderAcceptCancellationRequest"
        else:
            name, field = "CloseWork", "fulfillmentOrderClose"
        require_done(self._shop.change(name, field, variables), field)

    def _hold(self, update: CancellationUpdate) -> None:
        """Put the units on hold, under a handle that this push alone has."""
        order = self._shop.order(update.channel_order_id)
        handle = HOLD_HANDLE + hashlib.sha256(update.key.encode()).hexdigest()[:24]
        left = _units(update)
        works = [w for w in order.fulfillment_orders.nodes if is_at_ours(w, self._settings)]
        for work in works:
            if handle in {hold.handle for hold in work.fulfillment_holds}:
                for line in work.line_items.nodes:
                    item = line.line_item.id
                    left[item] = max(left.get(item, 0) - line.remaining_quantity, 0)
        for work in works:
            if work.status not in ("OPEN", "IN_PROGRESS", "SCHEDULED"):
                continue
            lines = take_units(work, left)
            if lines:
                hold = {
                    "reason": _HOLD_REASONS.get(update.reason, "OTHER"),
                    "reasonNotes": f"stockpool will not ship this: {update.reason}"[:250],
                    "handle": handle,
                    "fulfillmentOrderLineItems": lines,
                }
                variables = {"id": work.id, "hold": hold}
                require_done(
                    self._shop.change("HoldWork", "fulfillmentOrderHold", variables),
                    "fulfillmentOrderHold",
                )
        _check_known(order, left)
        self._notes.give_up(order.id, update.key, _units(update))


def _units(update: CancellationUpdate) -> dict[str, int]:
    units: dict[str, int] = {}
    for line in update.lines:
        units[line.line_id] = units.get(line.line_id, 0) + line.quantity
    return units


def _check_known(order: OrderWork, units: Mapping[str, int]) -> None:
    """A line that the order never had is a mistake.

    Units that are not open any more were cancelled or fulfilled by somebody else: no harm.
    """
    known = {
        line.line_item.id
        for work in order.fulfillment_orders.nodes
        for line in work.line_items.nodes
    }
    if strangers := {item for item, count in units.items() if count} - known:
        raise RejectedError("unknown_line", f"{order.name} has no line {min(strangers)[:80]}")
