"""`FakeChannel` as a world for the conformance suite: every order is a page of its own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from fake_channel import FakeChannel, signature
from stockpool.errors import OutcomeUnknown, Throttled, TransientError
from stockpool.money import Money
from stockpool.order_request import Address, OrderLine, OrderRequest
from stockpool.plugins.channel import (
    ChannelCancellation,
    ChannelListing,
    ChannelRefund,
    LineQuantity,
    OrderProblem,
)
from stockpool.plugins.channel_returns import ChannelReturn
from stockpool.problems import Problem
from stockpool.testing import ChannelOperation, ChannelWorld, ToldParcel, WorldAbility


class FakeShop(ChannelWorld):
    """What the buyers and the merchant do in a shop.

    Args:
        kind: the channel's class; one that is broken on purpose is to be found out.
    """

    name = "web"
    abilities = frozenset(
        {
            WorldAbility.THROTTLE,
            WorldAbility.FAIL_BEFORE_EFFECT,
            WorldAbility.FAIL_AFTER_EFFECT,
            WorldAbility.SPOIL_AN_ORDER,
            WorldAbility.ASK_TO_CANCEL,
            WorldAbility.REFUND_BY_HAND,
            WorldAbility.ASK_FOR_RETURN,
        }
    )
    orders_a_page = 1

    def __init__(self, kind: type[FakeChannel] = FakeChannel) -> None:
        self._fake = kind()
        self._orders = 0

    def channel(self) -> FakeChannel:
        return self._fake

    def place_order(self, units: Mapping[str, int], ship_to: Address) -> str:
        self._orders += 1
        lines = [
            OrderLine(line_id=f"{line}", channel_sku=sku, quantity=quantity)
            for line, (sku, quantity) in enumerate(units.items(), start=1)
        ]
        order = OrderRequest(
            channel=self.name,
            channel_order_id=f"{1000 + self._orders}",
            ship_to=ship_to,
            lines=tuple(lines),
        )
        self._fake.add_page([order])
        return order.channel_order_id

    def place_spoiled_order(self, ship_to: Address) -> None:
        self._orders += 1
        problem = Problem("invalid_quantity", "a quantity is no number", "lines[0].quantity")
        self._fake.add_page(problems=[OrderProblem(f"order {self._orders}", problem)])

    def throttle_next(self, operation: ChannelOperation) -> None:
        self._fake.faults.fail(operation, Throttled(operation, retry_after=2))

    def fail_before_effect_next(self, operation: ChannelOperation) -> None:
        self._fake.faults.fail(operation, TransientError(operation))

    def fail_after_effect_next(self, operation: ChannelOperation) -> None:
        self._fake.faults.fail(operation, OutcomeUnknown(operation), after=True)

    def told_parcels(self, channel_order_id: str) -> Sequence[ToldParcel]:
        numbers = {c.package: c.tracking_number for c in self._fake.tracking_changes}
        return [
            ToldParcel(
                numbers.get(update.package, update.tracking_number),
                {line.channel_sku: line.quantity for line in update.lines},
            )
            for update in self._fake.tracking
            if update.channel_order_id == channel_order_id
        ]

    def told_cancellations(self, channel_order_id: str) -> Mapping[str, int]:
        units: Counter[str] = Counter()
        for update in self._fake.cancellations:
            if update.channel_order_id == channel_order_id:
                units.update({line.channel_sku: line.quantity for line in update.lines})
        return units

    def told_answers(self, channel_order_id: str) -> Sequence[str]:
        return [a.outcome for a in self._fake.answers if a.channel_order_id == channel_order_id]

    def ask_to_cancel(self, channel_order_id: str, units: Mapping[str, int]) -> str:
        lines = [
            LineQuantity(f"{n}", sku, count) for n, (sku, count) in enumerate(units.items(), 1)
        ]
        told = ChannelCancellation("C1", channel_order_id, "buyer", lines)
        self._fake.add_page(cancellations=[told])
        return "C1"

    def refund_by_hand(self, channel_order_id: str, amount: str, currency: str) -> str:
        told = ChannelRefund("R1", channel_order_id, Money.parse(amount, currency))
        self._fake.add_page(refunds=[told])
        return "R1"

    def ask_for_return(self, channel_order_id: str, units: Mapping[str, int], reason: str) -> str:
        lines = [
            LineQuantity(f"{n}", sku, count) for n, (sku, count) in enumerate(units.items(), 1)
        ]
        self._fake.add_page(returns=[ChannelReturn("B1", channel_order_id, lines, reason)])
        return "B1"

    def told_returns(self, channel_order_id: str) -> Sequence[str]:
        return [r.outcome for r in self._fake.returns if r.channel_order_id == channel_order_id]

    def told_refunds(self, channel_order_id: str) -> Sequence[Money]:
        return [
            update.amount
            for update in self._fake.refunds
            if update.channel_order_id == channel_order_id
        ]

    def told_availability(self) -> Mapping[str, int]:
        return self._fake.availability

    def list_for_sale(self, channel_sku: str) -> None:
        self._fake.add_listings([ChannelListing(channel_sku)])

    def webhook(self) -> tuple[Mapping[str, str], bytes]:
        body = json.dumps({"topic": "orders", "orders": ["1001"]}).encode()
        return {"X-Signature": signature(body), "X-Delivery": "delivery-1"}, body
