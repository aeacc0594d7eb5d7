"""What the Orders API v0 tells of one order."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.shop.amazon_orders import AmazonOrder
from stockpool_amazon_sim.shop.merchant_sales import REJECTION_REASONS
from stockpool_amazon_sim.sp_api.messages import Call, Json, invalid_input
from stockpool_amazon_sim.sp_api.orders_v0.order_json import (
    buyer_json,
    item_buyer_json,
    item_json,
    order_json,
    shipping_address,
)
from stockpool_amazon_sim.sp_api.personal_data import may_see, must_see
from stockpool_amazon_sim.sp_api.reading import text
from stockpool_amazon_sim.sp_api.writing import timestamp


def get_order(call: Call) -> Json:
    """getOrder."""
    return {"payload": order_json(_order(call, "getOrder@v0"), may_see(call))}


def get_buyer_info(call: Call) -> Json:
    """getOrderBuyerInfo: with a restricted data token only."""
    must_see(call)
    order = _order(call, "getOrderBuyerInfo")
    return {"payload": {"AmazonOrderId": order.order_id, **buyer_json(order)}}


def get_address(call: Call) -> Json:
    """getOrderAddress: with a restricted data token only; an order that is not paid has none."""
    must_see(call)
    order = _order(call, "getOrderAddress")
    payload: dict[str, Any] = {"AmazonOrderId": order.order_id}
    if order.status not in ("Pending", "Canceled", "Unfulfillable"):
        payload["ShippingAddress"] = shipping_address(order.address, personal=True)
    return {"payload": payload}


def get_items(call: Call) -> Json:
    """getOrderItems: all in one page (an MCF order has at most 100)."""
    _no_token(call)
    order = _order(call, "getOrderItems")
    items = [item_json(order, item) for item in order.items]
    if may_see(call):
        for document, item in zip(items, order.items, strict=True):
            if item.gift_message:
                document["BuyerInfo"] = {"GiftMessageText": item.gift_message}
    return {"payload": {"AmazonOrderId": order.order_id, "OrderItems": items}}


def get_items_buyer_info(call: Call) -> Json:
    """getOrderItemsBuyerInfo: with a restricted data token only."""
    must_see(call)
    _no_token(call)
    order = _order(call, "getOrderItemsBuyerInfo")
    items = [item_buyer_json(item) for item in order.items]
    return {"payload": {"AmazonOrderId": order.order_id, "OrderItems": items}}


def get_regulated_info(call: Call) -> Json:
    """getOrderRegulatedInfo: with a restricted data token only.

    An order without regulated products is InvalidInput (Amazon does not say).
    """
    must_see(call)
    order = _order(call, "getOrderRegulatedInfo")
    if not order.verification:
        raise invalid_input("The order has no regulated products.")
    known = order.verification
    reasons = [_reason(number) for number in REJECTION_REASONS]
    status: dict[str, Any] = {
        "Status": known["status"],
        "RequiresMerchantAction": known["status"] == "Pending",
        "ValidRejectionReasons": reasons,
    }
    if "reviewer" in known:
        status["ExternalReviewerId"] = known["reviewer"]
        status["ReviewDate"] = timestamp(known["at"])
    if "reason" in known:
        status["RejectionReason"] = _reason(known["reason"])
    field = {
        "FieldId": "recipient_name",
        "FieldLabel": "Recipient",
        "FieldType": "Text",
        "FieldValue": order.address.name,
    }
    return {
        "payload": {
            "AmazonOrderId": order.order_id,
            "RegulatedInformation": {"Fields": [field]},
            "RequiresDosageLabel": False,
            "RegulatedOrderVerificationStatus": status,
        }
    }


def _order(call: Call, operation: str) -> AmazonOrder:
    order_id = call.names["orderId"]
    return call.simulator.get_amazon_order(order_id, lambda order: order, operation=operation)


def _no_token(call: Call) -> None:
    if text(call, "NextToken") is not None:
        raise invalid_input("NextToken: there was no other page.")


def _reason(number: str) -> dict[str, str]:
    return {
        "RejectionReasonId": number,
        "RejectionReasonDescription": REJECTION_REASONS[number],
    }
