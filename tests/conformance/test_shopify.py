"""A shop of Shopify keeps the contract of a channel, in both roles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shopify_shop import ShopServer, find_schemas
from shopify_shop.schema import MISSING
from shopify_shop.server import SECRET, SHOP, Fault, answer_lost, throttled, unavailable
from shopify_shop.state import LOCATION
from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.money import Money
from stockpool.order_request import Address, OrderRequest
from stockpool.plugins.channel import (
    Channel,
    LineQuantity,
    PluginContext,
    TrackingUpdate,
)
from stockpool.plugins.notes import MemoryNotes
from stockpool.testing import ChannelConformance, ChannelWorld, ToldParcel, WorldAbility
from stockpool_shopify import stockpool_channel_types

_OPERATIONS: Mapping[str, str] = {
    "fetch_orders": "ChangedOrders",
    "push_tracking": "CreateFulfillment",
    "push_tracking_change": "ChangeTracking",
    "push_refund": "MakeRefund",
}


class TickingClock(ManualClock):
    """Each look takes a while; so who is told to wait has waited by the next one."""

    def now(self) -> datetime:
        self.advance(20)
        return super().now()


class ShopifyWorld(ChannelWorld):
    """Drives the shop from its merchant's side."""

    name = "corner"
    abilities = frozenset(
        {
            WorldAbility.REOPEN,
            WorldAbility.THROTTLE,
            WorldAbility.FAIL_BEFORE_EFFECT,
            WorldAbility.FAIL_AFTER_EFFECT,
            WorldAbility.SPOIL_AN_ORDER,
            WorldAbility.REFUND_BY_HAND,
            WorldAbility.ASK_FOR_RETURN,
        }
    )
    orders_a_page = 3

    def __init__(self, server: ShopServer, folder: Path, role: str) -> None:
        self._server = server
        self._state = server.state
        self._folder = folder
        self._role = role
        self._notes = MemoryNotes()
        if role == "fulfillment_service":
            self._state.service_locations.add(LOCATION)
            self.abilities = self.abilities | {WorldAbility.ASK_TO_CANCEL}
        # So that the location is known before anything is listed there.
        self._state.add_variant(None)
        self._channel = self._make()

    def channel(self) -> Channel:
        return self._channel

    def reopened(self) -> Channel:
        return self._make()

    def place_order(self, units: Mapping[str, int], ship_to: Address) -> str:
        return self._state.sell(dict(units), ship_to).id

    def place_spoiled_order(self, ship_to: Address) -> None:
        order = self._state.sell({"mug": 1}, ship_to.model_copy(update={"line1": ""}))
        order.items[0].sku = None

    def throttle_next(self, operation: str) -> None:
        self._fail(operation, throttled)

    def fail_before_effect_next(self, operation: str) -> None:
        self._fail(operation, unavailable)

    def fail_after_effect_next(self, operation: str) -> None:
        self._fail(operation, answer_lost)

    def told_parcels(self, channel_order_id: str) -> Sequence[ToldParcel]:
        parcels = []
        for fulfillment in self._state.orders[channel_order_id].fulfillments:
            units: Counter[str] = Counter()
            for item, quantity in fulfillment.lines:
                units[item.sku or ""] += quantity
            parcels += [ToldParcel(number, dict(units)) for number in fulfillment.numbers]
        return parcels

    def told_cancellations(self, channel_order_id: str) -> Mapping[str, int]:
        units: Counter[str] = Counter()
        for work in self._state.orders[channel_order_id].works:
            if any(hold.ours for hold in work.holds) or work.status == "INCOMPLETE":
                for line in work.lines:
                    units[line.item.sku or ""] += line.remaining
        return +units

    def ask_to_cancel(self, channel_order_id: str, units: Mapping[str, int]) -> str:
        """The merchant asks a whole fulfillment order back, so these units become one."""
        work = self._state.orders[channel_order_id].works[0]
        lines = {line.id: units.get(line.item.sku or "", 0) for line in work.lines}
        return self._state.ask_to_cancel(self._state.split(work, lines))

    def told_answers(self, channel_order_id: str) -> Sequence[str]:
        works = self._state.orders[channel_order_id].works
        return [work.answer.partition(":")[0] for work in works if work.answer]

    def refund_by_hand(self, channel_order_id: str, amount: str, currency: str) -> str:
        assert currency == "USD"
        return self._state.refund_by_hand(self._state.orders[channel_order_id], amount, {})

    def ask_for_return(self, channel_order_id: str, units: Mapping[str, int], reason: str) -> str:
        """What is to come back has left before."""
        order = self._state.orders[channel_order_id]
        lines = [
            LineQuantity(item.id, item.sku or "", units[item.sku or ""])
            for item in order.items
            if item.sku in units
        ]
        left = TrackingUpdate(
            "left", order.id, "left", "UPS", "LEFT-1", self._server.clock.now(), None, lines
        )
        assert not self._channel.push_tracking([left])
        return self._state.returns.ask(order, dict(units), reason).id

    def told_returns(self, channel_order_id: str) -> Sequence[str]:
        order = self._state.orders[channel_order_id]
        return [said for one in self._state.returns.of(order) for said in one.told]

    def told_refunds(self, channel_order_id: str) -> Sequence[Money]:
        transactions = self._state.orders[channel_order_id].transactions
        return [Money.parse(str(t.amount), "USD") for t in transactions if t.kind == "REFUND"]

    def told_availability(self) -> Mapping[str, int]:
        return {
            variant.sku: self._state.available[variant.item_id, LOCATION]
            for variant in self._state.variants
            if variant.sku and (variant.item_id, LOCATION) in self._state.available
        }

    def list_for_sale(self, channel_sku: str) -> None:
        self._state.add_variant(channel_sku)

    def webhook(self) -> tuple[Mapping[str, str], bytes]:
        delivery: tuple[Mapping[str, str], bytes] = self._server.webhook("orders/create", {"id": 1})
        return delivery

    def _fail(self, operation: str, fault: Fault) -> None:
        self._server.fail_next(fault, name=_OPERATIONS[operation])

    def _make(self) -> Channel:
        (kind,) = stockpool_channel_types()
        settings = kind.settings.model_validate(
            {
                "shop": SHOP,
                "location": LOCATION,
                "role": self._role,
                "credentials": {"access_token": {"env": "SHOPIFY_TOKEN"}},
                "webhook_secrets": [{"env": "SHOPIFY_SECRET"}],
                "refunds": True,
                "returns": True,
                "page_orders": self.orders_a_page,
            }
        )
        context = PluginContext(
            self.name, self._server.clock, IdSource(7), self._folder, notes=self._notes
        )
        return kind.make(settings, context)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopServer]:
    if find_schemas() is None:
        pytest.skip(MISSING)
    monkeypatch.setenv("SHOPIFY_TOKEN", "shpat_sample")
    monkeypatch.setenv("SHOPIFY_SECRET", SECRET)
    with ShopServer(TickingClock(datetime(2026, 3, 1, 12, tzinfo=UTC))).running() as server:
        yield server


class TestMerchantManaged(ChannelConformance):
    """At a location of the merchant; with three orders a page, so that there are several."""

    @pytest.fixture
    def world(self, server: ShopServer, tmp_path: Path) -> ShopifyWorld:
        return ShopifyWorld(server, tmp_path, "merchant_managed")


class TestFulfillmentService(ChannelConformance):
    """At a location of this app."""

    @pytest.fixture
    def world(self, server: ShopServer, tmp_path: Path) -> ShopifyWorld:
        return ShopifyWorld(server, tmp_path, "fulfillment_service")

    @pytest.fixture
    def doomed(self) -> OrderRequest:
        pytest.skip(
            "a service gives up whole fulfillment orders only: tests/shopify/test_cancellations.py"
        )
