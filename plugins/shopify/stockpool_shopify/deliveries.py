"""How parcels fare, as events of their fulfillments.

Shopify follows the carriers that it knows by itself; those of Amazon it does not. An event has no
idempotency key: so the fulfillment's events are read first, and one of the same status is it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stockpool.errors import RejectedError
from stockpool.plugins.channel import DeliveryStatus, DeliveryUpdate, PushRefusal
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document
from stockpool_shopify.shop import Shop, require_done

_STATUSES: Mapping[DeliveryStatus, str] = {
    "in_transit": "IN_TRANSIT",
    "out_for_delivery": "OUT_FOR_DELIVERY",
    "delayed": "DELAYED",
    "attempted": "ATTEMPTED_DELIVERY",
    "available_for_pickup": "READY_FOR_PICKUP",
    "delivered": "DELIVERED",
    "undeliverable": "FAILURE",
}


class Deliveries:
    """Tells the shop how parcels fare."""

    def __init__(self, client: Client, shop: Shop) -> None:
        self._client = client
        self._shop = shop

    def push(self, updates: Sequence[DeliveryUpdate]) -> list[PushRefusal]:
        """Tell one after the other."""
        refusals: list[PushRefusal] = []
        for update in updates:
            try:
                self._tell(update)
            except RejectedError as error:
                refusals.append(PushRefusal(update.key, error))
        return refusals

    def _tell(self, update: DeliveryUpdate) -> None:
        status = _STATUSES[update.status]
        fulfillment = self._fulfillment(update)
        if status in self._told(fulfillment):
            return
        event = {
            "fulfillmentId": fulfillment,
            "status": status,
            "happenedAt": update.happened_at.isoformat(),
        }
        field = "fulfillmentEventCreate"
        require_done(self._shop.change("TellEvent", field, {"event": event}), field)

    def _fulfillment(self, update: DeliveryUpdate) -> str:
        if update.channel_order_id.startswith("gid://shopify/Order/"):
            for fulfillment in self._shop.fulfillments(update.channel_order_id):
                numbers = {tracking.number for tracking in fulfillment.tracking_info}
                if fulfillment.status == "SUCCESS" and update.tracking_number in numbers:
                    return fulfillment.id
        raise RejectedError("unknown_parcel", "the shop has no fulfillment with this number")

    def _told(self, fulfillment_id: str) -> set[str]:
        return set(self._events(fulfillment_id))

    def _events(self, fulfillment_id: str) -> Iterator[str]:
        after: str | None = None
        while True:
            variables = {"id": fulfillment_id, "after": after}
            found = self._client.run(document("FulfillmentEvents"), variables).data["fulfillment"]
            events = found["events"]
            yield from (node["status"] for node in events["nodes"])
            if not events["pageInfo"]["hasNextPage"]:
                return
            after = events["pageInfo"]["endCursor"]
