"""createFulfillmentReturn and listReturnReasonCodes."""

from __future__ import annotations

from stockpool_amazon_sim.outbound.requests import ReturnRequestItem
from stockpool_amazon_sim.outbound.returns import REASONS, REFUSALS
from stockpool_amazon_sim.sp_api.messages import Call, Json, invalid_input
from stockpool_amazon_sim.sp_api.outbound_2020.bodies import CreateReturn
from stockpool_amazon_sim.sp_api.outbound_2020.order_json import (
    authorization_json,
    return_item_json,
)
from stockpool_amazon_sim.sp_api.reading import read_body, required, text


def create(call: Call) -> Json:
    """createFulfillmentReturn: each unit is granted or refused for itself."""
    order_id = call.names["sellerFulfillmentOrderId"]
    asked = read_body(call, CreateReturn).items
    items = [
        ReturnRequestItem(
            item.seller_return_item_id,
            item.seller_fulfillment_order_item_id,
            item.amazon_shipment_id,
            item.return_reason_code,
            item.return_comment,
        )
        for item in asked
    ]
    answer = call.simulator.create_fulfillment_return(order_id, items)
    order = answer.order
    accepted = dict(answer.accepted)
    granted = [item for item in order.returns if item.return_item_id in accepted]
    of_line = {item.seller_return_item_id: item.seller_fulfillment_order_item_id for item in items}
    return {
        "payload": {
            "returnItems": [return_item_json(order, item) for item in granted],
            "invalidReturnItems": [
                {
                    "sellerReturnItemId": return_item_id,
                    "sellerFulfillmentOrderItemId": of_line[return_item_id],
                    "invalidItemReason": {
                        "invalidItemReasonCode": code,
                        "description": REFUSALS[code],
                    },
                }
                for return_item_id, code in answer.refused
            ],
            "returnAuthorizations": [authorization_json(order, item) for item in granted],
        }
    }


def reason_codes(call: Call) -> Json:
    """listReturnReasonCodes, for a SKU in a marketplace or in an order."""
    required(call, "sellerSku")
    if not (text(call, "marketplaceId") or text(call, "sellerFulfillmentOrderId")):
        raise invalid_input("marketplaceId or sellerFulfillmentOrderId is missing.")
    language = text(call, "language")
    return {
        "payload": {
            "reasonCodeDetails": [
                {
                    "returnReasonCode": code,
                    "description": REASONS[code],
                    **({"translatedDescription": REASONS[code]} if language else {}),
                }
                for code in call.simulator.list_return_reason_codes()
            ]
        }
    }
