"""Orders API v0: all its operations."""

from __future__ import annotations

from stockpool_amazon_sim.sp_api.messages import Operation
from stockpool_amazon_sim.sp_api.orders_v0 import changes, listing, one_order

_ORDERS = "/orders/v0/orders"
_ORDER = f"{_ORDERS}/{{orderId}}"

OPERATIONS = (
    Operation("getOrders", "GET", _ORDERS, listing.get_orders, 0.0167),
    Operation("getOrder", "GET", _ORDER, one_order.get_order, 0.5),
    Operation("getOrderBuyerInfo", "GET", f"{_ORDER}/buyerInfo", one_order.get_buyer_info, 0.5),
    Operation("getOrderAddress", "GET", f"{_ORDER}/address", one_order.get_address, 0.5),
    Operation("getOrderItems", "GET", f"{_ORDER}/orderItems", one_order.get_items, 0.5),
    Operation(
        "getOrderItemsBuyerInfo",
        "GET",
        f"{_ORDER}/orderItems/buyerInfo",
        one_order.get_items_buyer_info,
        0.5,
    ),
    Operation(
        "getOrderRegulatedInfo", "GET", f"{_ORDER}/regulatedInfo", one_order.get_regulated_info, 0.5
    ),
    Operation(
        "updateVerificationStatus",
        "PATCH",
        f"{_ORDER}/regulatedInfo",
        changes.update_verification_status,
        0.5,
    ),
    Operation(
        "updateShipmentStatus", "POST", f"{_ORDER}/shipment", changes.update_shipment_status, 5.0
    ),
    Operation(
        "confirmShipment", "POST", f"{_ORDER}/shipmentConfirmation", changes.confirm_shipment, 2.0
    ),
)
