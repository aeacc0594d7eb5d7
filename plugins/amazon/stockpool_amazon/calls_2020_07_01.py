"""The operations of the Fulfillment Outbound API 2020-07-01."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from stockpool.plugins.network import FulfillmentRequest, FulfillmentState, PreviewOption
from stockpool_amazon import outbound_2020_07_01 as wire
from stockpool_amazon.errors import AmazonRefusal
from stockpool_amazon.fields import Fields
from stockpool_amazon.outbound import Header, HeaderPage, Outbound, Taken, segment, whole
from stockpool_amazon.wire import timestamp


class Outbound20200701(Outbound):
    """The older version: every feature, quantities can be lowered, tracking is asked for apart."""

    base = "/fba/outbound/2020-07-01"
    features = wire.FEATURES

    def create(self, request: FulfillmentRequest) -> Taken:
        """Place an order. Amazon's answer is empty: only its time is known."""
        body = wire.create_body(request, self._pools[request.country])
        operation = "createFulfillmentOrder"
        answer = self._write(operation, "POST", "/fulfillmentOrders", body, request)
        return Taken(answer.at, None)

    def get(self, order_id: str) -> FulfillmentState:
        """An order; asks for the tracking of each package that has left."""
        answer = self._read("getFulfillmentOrder", f"/fulfillmentOrders/{segment(order_id)}")
        payload = whole(answer, "getFulfillmentOrder").object("payload")
        tracking = {
            number: found
            for number in wire.packages_to_track(payload)
            if (found := self._tracking(number)) is not None
        }
        return wire.state(payload, self._pools, tracking)

    def update(self, request: FulfillmentRequest) -> None:
        """Send the whole order as it shall be."""
        path = f"/fulfillmentOrders/{segment(request.fulfillment_order_id)}"
        body = wire.update_body(request, self._pools[request.country])
        self._write("updateFulfillmentOrder", "PUT", path, body, request)

    def cancel(self, order_id: str) -> None:
        """Ask for the end of an order."""
        path = f"/fulfillmentOrders/{segment(order_id)}/cancel"
        self._write("cancelFulfillmentOrder", "PUT", path, {})

    def preview(self, request: FulfillmentRequest) -> Sequence[PreviewOption]:
        """What each of the pool's speeds would cost."""
        pool = self._pools[request.country]
        operation, path = "getFulfillmentPreview", "/fulfillmentOrders/preview"
        answer = self._ask(operation, path, wire.preview_body(request, pool), request)
        return wire.preview_options(whole(answer, operation).object("payload"), pool)

    def list_changed(self, since: datetime, token: str | None) -> HeaderPage:
        """Headers only. Orders in marketplaces that are not ours are left out."""
        query = {"queryStartDate": timestamp(since)} | ({"nextToken": token} if token else {})
        answer = self._read("listAllFulfillmentOrders", "/fulfillmentOrders", query)
        payload = whole(answer, "listAllFulfillmentOrders").object("payload")
        headers = [
            Header(order.text("sellerFulfillmentOrderId"), order.time("statusUpdatedDate"))
            for order in payload.objects("fulfillmentOrders")
            if self._pools.country_of(order.text("marketplaceId")) is not None
        ]
        return HeaderPage(headers, payload.optional_text("nextToken"), answer.asked_at)

    def _tracking(self, number: int) -> wire.Tracking | None:
        """A package's tracking; None if Amazon has none (not yet, or not any more)."""
        try:
            answer = self._read(
                "getPackageTrackingDetails", "/tracking", {"packageNumber": str(number)}
            )
        except AmazonRefusal as refusal:
            if refusal.of_unknown_id:
                return None
            raise
        payload: Fields = whole(answer, "getPackageTrackingDetails").object("payload")
        return wire.tracking_of(payload)
