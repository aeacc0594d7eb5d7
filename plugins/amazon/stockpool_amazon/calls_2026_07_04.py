"""The operations of the Fulfillment Outbound API 2026-07-04, counted under the names of 2020."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from stockpool.errors import OutcomeUnknown, RejectedError
from stockpool.order_request import Speed
from stockpool.plugins.network import FulfillmentRequest, FulfillmentState, PreviewOption
from stockpool_amazon import outbound_2026_07_04 as wire
from stockpool_amazon.errors import UnreadableAnswer
from stockpool_amazon.fields import Fields
from stockpool_amazon.outbound import Header, HeaderPage, Outbound, Taken, segment, whole
from stockpool_amazon.previews_2026_07_04 import preview_options
from stockpool_amazon.wire import timestamp


class Outbound20260704(Outbound):
    """The newer version: tracking is in the order; of an order only a hold can be changed."""

    base = "/fulfillment/outbound/2026-07-04"
    features = wire.FEATURES

    @staticmethod
    def offers(country: str, speed: Speed) -> bool:
        """PRIORITY exists in some countries only (the model's `ServiceLevel`)."""
        return speed != "priority" or country in wire.PRIORITY_COUNTRIES

    def create(self, request: FulfillmentRequest) -> Taken:
        """Place an order. Amazon answers with it (200), or only that it is taken (202)."""
        body = wire.create_body(request, self._pools[request.country])
        answer = self._write("createFulfillmentOrder", "POST", "/orders", body, request)
        try:
            order = whole(answer, "createOrder").optional_object("order")
            if order is None:
                return Taken(answer.at, None)
            return Taken(order.time("receiveTime"), wire.granted(order))
        except UnreadableAnswer as error:
            # It was taken, so this must not pass for "it certainly did not happen".
            raise OutcomeUnknown(str(error)) from None

    def get(self, order_id: str) -> FulfillmentState:
        """An order with its shipments and parcels, in one answer."""
        return wire.state(self._order(order_id), self._pools)

    def update(self, request: FulfillmentRequest) -> None:
        """Release or hold an order.

        Raises:
            RejectedError: `UnsupportedUpdate` if quantities would change too, which this version
                can't do.
        """
        wanted = {item.item_id: item.quantity for item in request.items}
        if wire.quantities(self._order(request.fulfillment_order_id)) != wanted:
            raise RejectedError(
                "UnsupportedUpdate",
                "version 2026-07-04 can't change quantities; set the network's "
                'outbound_versions.update to "2020-07-01"',
            )
        path = f"/orders/{segment(request.fulfillment_order_id)}"
        self._write("updateFulfillmentOrder", "PUT", path, wire.update_body(request), request)

    def cancel(self, order_id: str) -> None:
        """Ask for the end of an order."""
        path = f"/orders/{segment(order_id)}/cancel"
        self._write("cancelFulfillmentOrder", "PUT", path, {})

    def preview(self, request: FulfillmentRequest) -> Sequence[PreviewOption]:
        """What each of the pool's speeds would cost."""
        pool = self._pools[request.country]
        body = wire.preview_body(request, pool)
        answer = self._ask("getFulfillmentPreview", "/previews", body, request)
        return preview_options(whole(answer, "getOrderPreview"), request, pool)

    def list_changed(self, since: datetime, token: str | None) -> HeaderPage:
        """Whole orders. Those that ship from countries that are not ours are left out."""
        query = {"updatedAfter": timestamp(since), "shipments": "INCLUDE"}
        answer = self._read(
            "listAllFulfillmentOrders", "/orders", query | ({"pageToken": token} if token else {})
        )
        document = whole(answer, "listOrders")
        headers = [
            self._header(order)
            for order in document.objects("orders", required=True)
            if self._pools.ships_from(_origin(order)) is not None
        ]
        pagination = document.optional_object("pagination")
        following = pagination.optional_text("nextToken") if pagination else None
        return HeaderPage(headers, following, answer.asked_at)

    def _header(self, order: Fields) -> Header:
        changed_at = order.optional_time("statusUpdateTime") or order.time("receiveTime")
        try:
            state = wire.state(order, self._pools)
        except UnreadableAnswer:
            # One order must not hide the others: it is read by itself, which tells its error.
            state = None
        return Header(order.text("orderId"), changed_at, state)

    def _order(self, order_id: str) -> Fields:
        path = f"/orders/{segment(order_id)}"
        answer = self._read("getFulfillmentOrder", path, {"shipments": "INCLUDE"})
        return whole(answer, "getOrder").object("order")


def _origin(order: Fields) -> str | None:
    origin = order.optional_object("origin")
    return origin.optional_text("countryCode") if origin else None
