"""New numbers and carriers of parcels that Shopify knows.

`fulfillmentTrackingInfoUpdate` knows no idempotency key, but replaces the whole. So a change whose
answer was lost is looked for first: where the former number is gone and the new one there, it is
done.
"""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.errors import RejectedError
from stockpool.plugins.channel import PushRefusal, TrackingChange
from stockpool_shopify.answers import FulfillmentHead, Tracking
from stockpool_shopify.carriers import company
from stockpool_shopify.order_notes import OrderNotes
from stockpool_shopify.settings import ShopifySettings
from stockpool_shopify.shop import ORDER, Shop, require_done

_UPDATE = "fulfillmentTrackingInfoUpdate"


class TrackingChanges:
    """Tells the shop of what is written on parcels now."""

    def __init__(self, shop: Shop, notes: OrderNotes, settings: ShopifySettings) -> None:
        self._shop = shop
        self._notes = notes
        self._settings = settings

    def push(self, changes: Sequence[TrackingChange]) -> list[PushRefusal]:
        """Tell one after the other."""
        refusals: list[PushRefusal] = []
        for change in changes:
            try:
                self._tell(change)
            except RejectedError as error:
                refusals.append(PushRefusal(change.key, error))
        return refusals

    def _tell(self, change: TrackingChange) -> None:
        wanted = company(change.carrier_code)
        fulfillment, told = self._find(change)
        if (told.number, told.company) == (change.tracking_number, wanted):
            return
        if len(fulfillment.tracking_info) > 1:
            raise RejectedError(
                "several_numbers",
                "the fulfillment bears further numbers, which this app did not tell: change "
                f"{told.number} to {change.tracking_number} ({wanted}) by hand in Shopify",
            )
        if self._notes.taken(change.channel_order_id):
            self._notes.tell(change.channel_order_id, change.tracking_number)
        variables = {
            "id": fulfillment.id,
            "tracking": {"company": wanted, "number": change.tracking_number},
            "notify": self._settings.notify_customer,
        }
        require_done(self._shop.change("ChangeTracking", _UPDATE, variables), _UPDATE)

    def _find(self, change: TrackingChange) -> tuple[FulfillmentHead, Tracking]:
        """The parcel by its former number, else by the new one."""
        order_id = change.channel_order_id
        known = self._shop.fulfillments(order_id) if order_id.startswith(ORDER) else []
        for number in (change.former_tracking_number, change.tracking_number):
            for fulfillment in known:
                for told in fulfillment.tracking_info:
                    if fulfillment.is_made and told.number == number:
                        return fulfillment, told
        raise RejectedError(
            "unknown_parcel",
            f"the shop has no fulfillment with the number {change.former_tracking_number}",
        )
