"""Parcels out: one fulfillment for each.

`fulfillmentCreate` knows no idempotency key. So before each create the order's fulfillments are
read, and one that bears the tracking number already is that parcel. What is created names its
units: without them Shopify would fulfil all that is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from stockpool.errors import RejectedError
from stockpool.plugins.channel import LineQuantity, PushRefusal, TrackingUpdate
from stockpool_shopify.answers import OrderWork, Work
from stockpool_shopify.cancellations import Cancellations
from stockpool_shopify.carriers import company
from stockpool_shopify.order_notes import OrderNotes
from stockpool_shopify.policy import foreign_holds, is_at_ours, take_units
from stockpool_shopify.settings import ShopifySettings
from stockpool_shopify.shop import Shop, require_done

Share = tuple[Work, list[dict[str, Any]]]
"""A fulfillment order and the units of its lines that a parcel takes."""


_REJECT_CANCELLATION = "fulfillmentOrderRejectCancellationRequest"


class Tracking:
    """Tells the shop of parcels."""

    def __init__(
        self,
        shop: Shop,
        notes: OrderNotes,
        cancellations: Cancellations,
        settings: ShopifySettings,
    ) -> None:
        self._shop = shop
        self._notes = notes
        self._cancellations = cancellations
        self._settings = settings

    def push(self, updates: Sequence[TrackingUpdate]) -> list[PushRefusal]:
        """Create what Shopify does not have yet, order by order."""
        refusals: list[PushRefusal] = []
        by_order = sorted(updates, key=lambda update: update.channel_order_id)
        for order_id, parcels in groupby(by_order, key=lambda update: update.channel_order_id):
            for parcel in parcels:
                try:
                    self._tell(order_id, parcel)
                except RejectedError as error:
                    refusals.append(PushRefusal(parcel.key, error))
        return refusals

    def _tell(self, order_id: str, parcel: TrackingUpdate) -> None:
        order = self._shop.order(order_id)
        known = {
            tracking.number
            for fulfillment in self._shop.fulfillments(order_id)
            if fulfillment.is_made
            for tracking in fulfillment.tracking_info
        }
        if parcel.tracking_number in known:
            return
        if order.cancelled_at is not None:
            raise RejectedError(
                "order_cancelled",
                f"order {order.name} was cancelled in Shopify, which takes no parcel of it any "
                "more: tell the buyer of it by hand, and take it back as a return",
            )
        shares = list(_shares(order, parcel.lines, self._settings))
        for work, _ in shares:
            if work.request_status == "SUBMITTED":
                self._answer("AcceptRequest", "fulfillmentOrderAcceptFulfillmentRequest", work)
            elif work.request_status == "CANCELLATION_REQUESTED":
                # It has left: the request came too late.
                self._answer("RejectCancellation", _REJECT_CANCELLATION, work)
        self._notes.tell(order_id, parcel.tracking_number)
        tracking = {"company": company(parcel.carrier_code), "number": parcel.tracking_number}
        fulfillment = {
            "lineItemsByFulfillmentOrder": [
                {"fulfillmentOrderId": work.id, "fulfillmentOrderLineItems": lines}
                for work, lines in shares
            ],
            "trackingInfo": tracking,
            "notifyCustomer": self._settings.notify_customer,
        }
        variables = {"fulfillment": fulfillment}
        require_done(
            self._shop.change("CreateFulfillment", "fulfillmentCreate", variables),
            "fulfillmentCreate",
        )
        self._cancellations.settle(order_id, "the rest is not shipped")

    def _answer(self, name: str, field: str, work: Work) -> None:
        require_done(self._shop.change(name, field, {"id": work.id, "message": None}), field)


def _shares(
    order: OrderWork, lines: Sequence[LineQuantity], settings: ShopifySettings
) -> Iterator[Share]:
    """Which units of which fulfillment orders a parcel fulfils.

    Fulfillment orders may have been split, held or moved since the order was taken in, so they
    are found anew by their line items.

    Raises:
        RejectedError: not so many units are left to fulfil.
    """
    left = {line.line_id: 0 for line in lines}
    for line in lines:
        left[line.line_id] += line.quantity
    for work in order.fulfillment_orders.nodes:
        if not is_at_ours(work, settings) or work.status not in ("OPEN", "IN_PROGRESS"):
            continue
        taken = take_units(work, left)
        if taken:
            yield work, taken
    if missing := {item: units for item, units in left.items() if units}:
        told = ", ".join(f"{units} of {item[:60]}" for item, units in sorted(missing.items()))
        held = any(foreign_holds(work.fulfillment_holds) for work in order.fulfillment_orders.nodes)
        why = "; some of the order is on hold there" if held else ""
        raise RejectedError(
            "not_left_to_fulfill",
            f"order {order.name} has no such units left to fulfil at our location: {told}{why}",
        )
