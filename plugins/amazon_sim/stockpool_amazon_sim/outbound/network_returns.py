"""Returns as the engine asks for them: translated, nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.order_request import Address
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
from stockpool_amazon_sim.countries import country as known_country
from stockpool_amazon_sim.outbound import requests
from stockpool_amazon_sim.outbound.returns import (
    REASONS,
    RECIPIENT,
    REFUSALS,
    dock,
    rma_page_url,
)
from stockpool_amazon_sim.records import Order, ReturnItem
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.simulator import Simulator


class SimulatedReturns(NetworkReturns):
    """The returns of a simulated account. Descriptions are in English."""

    simulator: Simulator

    def return_reason_codes(
        self, country: str, sku: str, language: str | None = None
    ) -> Sequence[ReturnReason]:
        codes = self.simulator.list_return_reason_codes()
        return [ReturnReason(code, REASONS[code]) for code in codes]

    def create_return(
        self, fulfillment_order_id: str, items: Sequence[ReturnRequestItem]
    ) -> ReturnAnswer:
        asked = [
            requests.ReturnRequestItem(
                item.return_item_id, item.item_id, item.shipment_id, item.reason_code, item.comment
            )
            for item in items
        ]
        answer = self.simulator.create_fulfillment_return(fulfillment_order_id, asked)
        accepted = dict(answer.accepted)
        item_ids = {item.return_item_id: item.item_id for item in items}
        granted = [item for item in answer.order.returns if item.return_item_id in accepted]
        return ReturnAnswer(
            [_item(answer.order, item) for item in granted],
            [
                InvalidReturnItem(
                    return_item_id,
                    item_ids[return_item_id],
                    InvalidItemReasonCode(code),
                    REFUSALS[code],
                )
                for return_item_id, code in answer.refused
            ],
            [_authorization(answer.order, item) for item in granted],
        )

    def get_returns(self, fulfillment_order_id: str) -> OrderReturns | None:
        return self.simulator.get_fulfillment_order(fulfillment_order_id, _returns)


def _returns(order: Order) -> OrderReturns:
    return OrderReturns(
        [_item(order, item) for item in order.returns],
        [_authorization(order, item) for item in order.returns],
    )


def _item(order: Order, item: ReturnItem) -> ReturnItemState:
    return ReturnItemState(
        item.return_item_id,
        order.items[item.item_index].item_id,
        item.shipment_id,
        item.reason_code,
        ReturnItemStatus(item.status),
        to_datetime(item.received_at or order.updated_at),
        item.authorization_id,
        ReturnItemDisposition(item.disposition) if item.disposition else None,
        item.reason_code,
        item.center,
    )


def _authorization(order: Order, item: ReturnItem) -> ReturnAuthorization:
    center = known_country(order.country).centers[item.center]
    address = Address(
        name=RECIPIENT,
        line1=dock(item),
        city=center.city,
        region=center.state,
        postal_code="00000",
        country=order.country,
    )
    return ReturnAuthorization(
        item.authorization_id, item.center, address, item.authorization_id, rma_page_url(item)
    )
