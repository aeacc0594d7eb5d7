"""A fake network that takes returns: units are granted, refused and graded as the test says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fake_network import FakeNetwork
from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.order_request import Address
from stockpool.plugins.network import NetworkCapability
from stockpool.plugins.network_returns import (
    InvalidItemReasonCode,
    InvalidReturnItem,
    OrderReturns,
    ReturnAnswer,
    ReturnAuthorization,
    ReturnItemDisposition,
    ReturnItemState,
    ReturnItemStatus,
    ReturnReason,
    ReturnRequestItem,
)

_DOCK = Address(name="Returns", line1="PHX3 dock", city="Phoenix", region="AZ", country="US")


class ReturningNetwork(FakeNetwork):
    """Attributes:
    granted: units by fulfillment order and `return_item_id`.
    refuses: how many of the next units are refused.
    """

    capabilities = FakeNetwork.capabilities | {NetworkCapability.RETURNS}

    def __init__(self, *, clock: ManualClock) -> None:
        super().__init__(clock=clock)
        self.granted: dict[str, dict[str, ReturnItemState]] = {}
        self.refuses = 0

    def return_reason_codes(
        self, country: str, sku: str, language: str | None = None
    ) -> Sequence[ReturnReason]:
        with self._call("return_reason_codes", sku, "listReturnReasonCodes"):
            return [ReturnReason("UNWANTED", f"{sku} is not wanted in {country}")]

    def create_return(
        self, fulfillment_order_id: str, items: Sequence[ReturnRequestItem]
    ) -> ReturnAnswer:
        with self._call("create_return", fulfillment_order_id, "createFulfillmentReturn"):
            if fulfillment_order_id not in self.orders:
                raise RejectedError("InvalidInput", "no such order")
            known = self.granted.setdefault(fulfillment_order_id, {})
            taken, refused = [], []
            for item in items:
                why = self._refusal(known, item)
                if why is None:
                    known[item.return_item_id] = self._state(item)
                    taken.append(known[item.return_item_id])
                else:
                    refused.append(
                        InvalidReturnItem(item.return_item_id, item.item_id, why, f"{why}!")
                    )
            return ReturnAnswer(taken, refused, self._authorizations(taken))

    def get_returns(self, fulfillment_order_id: str) -> OrderReturns | None:
        with self._call("get_returns", fulfillment_order_id, "getFulfillmentOrder"):
            if fulfillment_order_id not in self.orders:
                return None
            items = list(self.granted.get(fulfillment_order_id, {}).values())
            return OrderReturns(items, self._authorizations(items))

    def grade(
        self,
        return_item_id: str,
        condition: ReturnItemDisposition = ReturnItemDisposition.SELLABLE,
    ) -> None:
        """A unit has arrived and is graded."""
        for items in self.granted.values():
            if return_item_id in items:
                items[return_item_id] = replace(
                    items[return_item_id],
                    status=ReturnItemStatus.PROCESSED,
                    status_changed_at=self.clock.now(),
                    received_condition=condition,
                )
                return
        raise ValueError(f"{return_item_id} was not granted")

    def _refusal(
        self, known: dict[str, ReturnItemState], item: ReturnRequestItem
    ) -> InvalidItemReasonCode | None:
        if item.return_item_id in known:
            return InvalidItemReasonCode.DUPLICATE_REQUEST
        if self.refuses:
            self.refuses -= 1
            return InvalidItemReasonCode.NO_RETURNABLE_QUANTITY
        return None

    def _state(self, item: ReturnRequestItem) -> ReturnItemState:
        return ReturnItemState(
            item.return_item_id,
            item.item_id,
            item.shipment_id,
            item.reason_code,
            ReturnItemStatus.NEW,
            self.clock.now(),
            f"RA-{item.return_item_id}",
        )

    def _authorizations(self, items: Sequence[ReturnItemState]) -> list[ReturnAuthorization]:
        return [
            ReturnAuthorization(
                f"RA-{item.return_item_id}",
                "PHX3",
                _DOCK,
                f"RMA-{item.return_item_id}",
                f"https://labels.invalid/{item.return_item_id}",
            )
            for item in items
        ]
