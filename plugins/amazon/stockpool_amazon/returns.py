"""Returns: the Fulfillment Outbound API 2020-07-01. The version 2026-07-04 has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stockpool.plugins.network_returns import (
    InvalidItemReasonCode,
    InvalidReturnItem,
    NetworkReturns,
    OrderReturns,
    ReturnAnswer,
    ReturnAuthorization,
    ReturnItemDisposition,
    ReturnItemState,
    ReturnItemStatus,
    ReturnReason,
    ReturnRequestItem,
)
from stockpool_amazon.errors import AmazonRefusal, UnreadableAnswer
from stockpool_amazon.fields import Fields
from stockpool_amazon.outbound import segment
from stockpool_amazon.pools import Pools
from stockpool_amazon.transport import Call, Transport
from stockpool_amazon.wire import present, read_address

_BASE = "/fba/outbound/2020-07-01"


class AmazonReturns(NetworkReturns):
    """The returns of an account, also of orders that were placed by the later version."""

    _transport: Transport
    _pools: Pools

    def return_reason_codes(
        self, country: str, sku: str, language: str | None = None
    ) -> Sequence[ReturnReason]:
        query = {"sellerSku": sku, "marketplaceId": self._pools[country].marketplace_id}
        operation = "listReturnReasonCodes"
        query |= present(language=language)
        answer = self._transport.send(Call(operation, "GET", f"{_BASE}/returnReasonCodes", query))
        payload = Fields(answer.document, operation).object("payload")
        return [
            ReturnReason(
                reason.text("returnReasonCode"),
                reason.optional_text("translatedDescription") or reason.text("description"),
            )
            for reason in payload.objects("reasonCodeDetails")
        ]

    def create_return(
        self, fulfillment_order_id: str, items: Sequence[ReturnRequestItem]
    ) -> ReturnAnswer:
        operation = "createFulfillmentReturn"
        path = f"{_BASE}/fulfillmentOrders/{segment(fulfillment_order_id)}/return"
        body = {"items": [_request_item(item) for item in items]}
        # A customer's own words may hold anything.
        comments = [item.comment for item in items if item.comment]
        call = Call(operation, "PUT", path, body=body, writes=True, private=comments)
        payload = Fields(self._transport.send(call).document, operation).object("payload")
        return ReturnAnswer(
            _items(payload),
            [_invalid_item(item) for item in payload.objects("invalidReturnItems")],
            _authorizations(payload),
        )

    def get_returns(self, fulfillment_order_id: str) -> OrderReturns | None:
        operation = "getFulfillmentOrder"
        path = f"{_BASE}/fulfillmentOrders/{segment(fulfillment_order_id)}"
        try:
            answer = self._transport.send(Call(operation, "GET", path))
        except AmazonRefusal as refusal:
            if refusal.of_unknown_id:
                return None
            raise UnreadableAnswer(str(refusal)) from None
        payload = Fields(answer.document, operation).object("payload")
        return OrderReturns(_items(payload), _authorizations(payload))


def _request_item(item: ReturnRequestItem) -> dict[str, Any]:
    return {
        "sellerReturnItemId": item.return_item_id,
        "sellerFulfillmentOrderItemId": item.item_id,
        "amazonShipmentId": item.shipment_id,
        "returnReasonCode": item.reason_code,
    } | present(returnComment=item.comment)


def _items(payload: Fields) -> list[ReturnItemState]:
    return [
        ReturnItemState(
            item.text("sellerReturnItemId"),
            item.text("sellerFulfillmentOrderItemId"),
            item.text("amazonShipmentId"),
            item.text("sellerReturnReasonCode"),
            _status(item),
            item.time("statusChangedDate"),
            item.optional_text("returnAuthorizationId"),
            _condition(item),
            item.optional_text("amazonReturnReasonCode"),
            item.optional_text("fulfillmentCenterId"),
        )
        for item in payload.objects("returnItems")
    ]


def _status(item: Fields) -> ReturnItemStatus:
    told = item.text("status")
    try:
        return ReturnItemStatus(told)
    except ValueError:
        raise item.unreadable("status", f"{told!r} is not known") from None


def _condition(item: Fields) -> ReturnItemDisposition | None:
    told = item.optional_text("returnReceivedCondition")
    if told is None:
        return None
    try:
        return ReturnItemDisposition(told)
    except ValueError:
        raise item.unreadable("returnReceivedCondition", f"{told!r} is not known") from None


def _invalid_item(item: Fields) -> InvalidReturnItem:
    reason = item.object("invalidItemReason")
    told = reason.text("invalidItemReasonCode")
    description = reason.text("description")
    try:
        code = InvalidItemReasonCode(told)
    except ValueError:
        code, description = InvalidItemReasonCode.INVALID_VALUES, f"{told}: {description}"
    return InvalidReturnItem(
        item.text("sellerReturnItemId"),
        item.text("sellerFulfillmentOrderItemId"),
        code,
        description,
    )


def _authorizations(payload: Fields) -> list[ReturnAuthorization]:
    return [
        ReturnAuthorization(
            authorization.text("returnAuthorizationId"),
            authorization.text("fulfillmentCenterId"),
            read_address(authorization.object("returnToAddress")),
            authorization.text("amazonRmaId"),
            authorization.text("rmaPageURL"),
        )
        for authorization in payload.objects("returnAuthorizations")
    ]
