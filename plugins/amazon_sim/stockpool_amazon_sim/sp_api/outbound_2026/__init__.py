"""Fulfillment Outbound API 2026-07-04: all its operations, on the same orders as 2020-07-01's."""

from __future__ import annotations

from stockpool_amazon_sim.sp_api.messages import Answer, Call, Handler, Operation, invalid_input
from stockpool_amazon_sim.sp_api.outbound_2026 import offers, orders, previews, sandbox

_BASE = "/fulfillment/outbound/2026-07-04"
_ORDERS = f"{_BASE}/orders"
_ORDER = f"{_ORDERS}/{{orderId}}"

_SERVICE_ID = "x-amzn-fulfillment-service-id"
_SERVICE_ID_CHARACTERS = 40


def _naming_the_service(handler: Handler) -> Handler:
    """Bounds the header that names a fulfillment service, and tells it back."""

    def answer(call: Call) -> Answer:
        service_id = call.request.headers.get(_SERVICE_ID)
        if service_id is not None and len(service_id) > _SERVICE_ID_CHARACTERS:
            raise invalid_input(f"{_SERVICE_ID} has more than {_SERVICE_ID_CHARACTERS} characters.")
        found = handler(call)
        given = found if isinstance(found, Answer) else Answer(200, found)
        told = {} if service_id is None else {_SERVICE_ID: service_id}
        return Answer(given.status, given.body, {**given.headers, **told})

    return answer


def _operation(
    name: str, method: str, path: str, handler: Handler, rate: float | None = 2.0
) -> Operation:
    return Operation(name, method, path, _naming_the_service(handler), rate)


OPERATIONS = (
    _operation("createOrder", "POST", _ORDERS, orders.create),
    _operation("listOrders", "GET", _ORDERS, orders.list_orders),
    _operation("getOrder", "GET", _ORDER, orders.get),
    _operation("updateOrder", "PUT", _ORDER, orders.update),
    _operation("cancelOrder", "PUT", f"{_ORDER}/cancel", orders.cancel),
    _operation("updateOrderStatus", "PUT", f"{_ORDER}/status", sandbox.update_order_status, None),
    _operation(
        "updatePackage", "PUT", f"{_ORDER}/packages/{{packageId}}", sandbox.update_package, None
    ),
    _operation("getOrderPreview", "POST", f"{_BASE}/previews", previews.preview),
    _operation("getOffers", "POST", f"{_BASE}/offers", offers.get_offers, 5.0),
)
