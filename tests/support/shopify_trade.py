"""A shop, the engine and a simulated Amazon that trade, and what must be true afterwards.

Buyers order, cancel and are refunded while the engine's process dies at named points, webhooks come
twice or not at all, both sides throttle and fail, and answers are lost after their effect. At the
end shop and Amazon agree order by order, and everything was done exactly once.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from shopify_shop.server import SHOP, answer_lost, partial, throttled, too_many, unavailable
from shopify_shop.state import LOCATION, Order
from shopify_world import ShopWorld
from stockpool import crashpoints
from stockpool.catalog.products import Product
from stockpool.engine import Engine
from stockpool.errors import PluginError, RefusedError
from stockpool.ids import IdSource
from stockpool.orders.status import OrderStatus
from stockpool.orders.views import OrderView
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import (
    FulfillmentState,
    Network,
    PackageState,
    ShipmentStatus,
)
from stockpool.plugins.registry import Registry
from stockpool.testing.addresses import sample_address
from stockpool.webhooks.receiver import Reception
from stockpool_amazon_sim.outbound.package_updates import PackageUpdate

SKUS = ("mug", "lamp", "tee")
STOCK = 100_000
LEASE = 600.0
NETWORK = "amazon-na"
BUYER = sample_address("US")

SHOP_TROUBLES = (throttled, too_many, unavailable, answer_lost, partial)
AMAZON_TROUBLES = ("throttle", "transient", "timeout_before", "timeout_after", "slow")


def configuration(role: str, network: dict[str, Any] | None = None) -> dict[str, Any]:
    """An engine that has the shop as a channel, and the network if it isn't handed in."""
    channel = {
        "type": "shopify",
        "shop": SHOP,
        "location": LOCATION,
        "role": role,
        "credentials": {"access_token": {"env": "SHOPIFY_TOKEN"}},
        "webhook_secrets": [{"env": "SHOPIFY_SECRET"}],
    }
    return {
        "plugins": ["shopify", *(["amazon_sim"] if network else [])],
        "stockpool": {"synchronous": "NORMAL", "attempts_most": 60, "lease_seconds": LEASE},
        "channels": {"corner": channel},
        "networks": {NETWORK: network} if network else {},
    }


class Killed(BaseException):
    """The process dies here: nothing catches it."""


@dataclass
class Trade:
    """The world of one run; the engine's process is the only thing in it that dies."""

    shop: ShopWorld
    url: str
    role: str
    rng: random.Random
    network: Network
    seeds: Iterator[int] = field(default_factory=lambda: count(1))
    deaths: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    webhooks: Counter[str] = field(default_factory=Counter)
    cancelled: set[str] = field(default_factory=set)
    refunded: dict[str, list[str]] = field(default_factory=dict)
    labels: Iterator[int] = field(default_factory=lambda: count(1))
    relabelled: set[str] = field(default_factory=set)

    @property
    def amazon(self) -> Any:
        """The simulator's controls."""
        return getattr(self.network, "simulator")  # noqa: B009  (no Network's)

    def begin(self) -> None:
        """Connect shop and engine."""
        self.engine = self.started()
        for sku in SKUS:
            self.amazon.register("US", sku)
            self.amazon.stock("US", sku, STOCK)
            self.shop.state.add_variant(sku, available=0)
            self.engine.catalog.add(Product(sku, sku.title()))
        self.engine.duties.take_snapshots(NETWORK)
        assert self.engine.duties.import_listings("corner") == len(SKUS)

    def started(self) -> Engine:
        return Engine.open(
            self.url,
            config=configuration(self.role),
            clock=self.shop.clock,
            ids=IdSource(seed=next(self.seeds)),
            networks={NETWORK: self.network},
            folder=self.shop.folder,
            migrate=False,
        )

    @contextmanager
    def mortal(self) -> Iterator[None]:
        """The process may die at any named point; another takes its place."""

        def listener(name: str) -> None:
            if self.rng.random() < 0.01:
                self.deaths[name] += 1
                raise Killed(name)

        crashpoints.listen(listener)
        try:
            yield
        except Killed:
            self.engine.database.close()
            self.engine = self.started()
        finally:
            crashpoints.listen(None)

    def close(self) -> None:
        """Give back what is held open."""
        self.engine.database.close()
        self.network.close()

    def figures(self) -> dict[str, int]:
        """What it was made of."""
        orders = self.shop.state.orders.values()
        return {
            "orders": len(orders),
            "cancelled": len(self.cancelled),
            "refunded": len(self.refunded),
            "deaths at crash points": sum(self.deaths.values()),
            "faults": sum(self.faults.values()),
            "webhooks": sum(self.webhooks.values()),
            "webhooks twice": sum(n > 1 for n in self.webhooks.values()),
            "orders without a webhook": sum(o.id not in self.webhooks for o in orders),
            "numbers changed": len(self.relabelled),
            "parcels told": sum(len(order.fulfillments) for order in orders),
            "calls of the shop": len(self.shop.server.calls),
        }

    # What happens ------------------------------------------------------------------------------

    def step(self) -> None:
        """Somebody does something, something goes wrong, and the engine works for a while."""
        order = self.buy()
        if self.rng.random() < 0.10:
            self.cancel(self.rng.choice(list(self.shop.state.orders.values())))
        if self.rng.random() < 0.10:
            self.refund(self.rng.choice(list(self.shop.state.orders.values())))
        if self.rng.random() < 0.30:
            trouble = self.rng.choice(SHOP_TROUBLES)
            self.shop.server.fail_next(trouble)
            self.faults[trouble.__name__] += 1
        if self.rng.random() < 0.20:
            trouble_there = self.rng.choice(AMAZON_TROUBLES)
            self.amazon.inject(trouble_there)
            self.faults[trouble_there] += 1
        self.tell(order)
        self.relabel(self.rng.choice(list(self.shop.state.orders.values())))
        with self.mortal():
            self.engine.work()
        self.shop.clock.advance(self.rng.choice([1, 5, 60, 600]))

    def buy(self) -> Order:
        units = {
            sku: self.rng.randint(1, 3) for sku in self.rng.sample(SKUS, self.rng.randint(1, 3))
        }
        return self.shop.state.sell(units, BUYER)

    def cancel(self, order: Order) -> None:
        """The merchant cancels what has not left, as Shopify allows."""
        if order.fulfillments or order.cancelled_at is not None:
            return
        self.shop.state.cancel(order)
        self.cancelled.add(order.id)

    def refund(self, order: Order) -> None:
        """The merchant gives something back for a parcel that has left."""
        if order.fulfillments and order.id not in self.refunded:
            self.refunded[order.id] = [self.shop.state.refund_by_hand(order, "1.25", {})]

    def relabel(self, order: Order) -> None:
        """Amazon gives a parcel that is on its way another number."""
        found = self.engine.orders.find("corner", order.id)
        for one in found.fulfillment_orders if found else ():
            # A fault of Amazon's, or a parcel that has arrived.
            with suppress(PluginError):
                state = self.network.get_fulfillment(one.fulfillment_order_id)
                for package in packages_of(state) if state else ():
                    number = f"NEW-{next(self.labels)}"
                    self.amazon.update_package(
                        one.fulfillment_order_id,
                        str(package.package_number),
                        PackageUpdate("IN_TRANSIT", tracking_number=number),
                    )
                    self.relabelled.add(number)

    def tell(self, order: Order) -> None:
        """Webhooks: none, one, or the same twice."""
        number = int(order.id.rpartition("/")[2])
        headers, body = self.shop.server.webhook("orders/create", {"id": number})
        for _ in range(self.rng.choice([0, 0, 1, 1, 2])):
            with self.mortal():
                outcome = self.engine.webhooks.receive("corner", headers, body)
                self.webhooks[order.id] += 1
                assert outcome in (Reception.STORED, Reception.DUPLICATE)

    def settle(self) -> None:
        """All faults end; time passes until nothing is left to come."""
        self.shop.server._faults.clear()
        for seconds in [30.0] * 20 + [3_600.0] * 24 * 20:
            self.shop.clock.advance(seconds)
            if seconds > 1_000:
                self.relabel(self.rng.choice(list(self.shop.state.orders.values())))
            while self.engine.work():
                self.shop.clock.advance(1)
            if seconds > 1_000 and not any(self._under_way()):
                return
            for item in self.engine.attention.list(limit=200):
                try:
                    self.engine.retry(item.id)
                except RefusedError:
                    continue  # nothing can be tried for it: it stays
        waiting = self.engine.attention.list(limit=3)
        raise AssertionError(f"it never settles: {list(self._under_way())[:3]}, {waiting}")

    def _under_way(self) -> Iterator[str]:
        if not self.engine.idle():
            yield "effects"
        ended = {OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.CANCELLED}
        for status, orders in self.engine.orders.count_by_status().items():
            if orders and status not in ended:
                yield f"{orders} orders are {status.value}"

    def taken_in(self) -> Iterator[tuple[Order, OrderView]]:
        """Every order of the shop with the engine's; without those cancelled before it saw them."""
        for sold in self.shop.state.orders.values():
            order = self.engine.orders.find("corner", sold.id)
            assert order is not None or sold.id in self.cancelled, f"{sold.id} is lost"
            if order is not None:
                yield sold, order


def shipped_by_amazon(trade: Trade, order: OrderView) -> Counter[str]:
    """Units by SKU that left Amazon for an order."""
    units: Counter[str] = Counter()
    for one in order.fulfillment_orders:
        state = trade.network.get_fulfillment(one.fulfillment_order_id)
        for shipment in state.shipments if state else ():
            if shipment.status is ShipmentStatus.SHIPPED:
                skus = {item["item_id"]: item["sku"] for item in one.items}
                for part in shipment.items:
                    units[skus[part.item_id]] += part.quantity
    return units


def packages_of(state: FulfillmentState) -> list[PackageState]:
    """Parcels that have left."""
    return [
        package
        for shipment in state.shipments
        if shipment.status is ShipmentStatus.SHIPPED
        for package in shipment.packages
    ]


def numbers_at_amazon(trade: Trade, order: OrderView) -> set[str | None]:
    """What is written on the parcels of an order now."""
    states = [
        trade.network.get_fulfillment(one.fulfillment_order_id) for one in order.fulfillment_orders
    ]
    return {p.tracking_number for state in states if state for p in packages_of(state)}


def check(trade: Trade) -> None:
    """Shop and Amazon agree order by order."""
    numbers: Counter[str] = Counter()
    for sold, order in trade.taken_in():
        left = shipped_by_amazon(trade, order)
        bought = Counter({item.sku or "": item.quantity for item in sold.items})
        told: Counter[str] = Counter()
        for fulfillment in sold.fulfillments:
            numbers.update(fulfillment.numbers)
            for item, units in fulfillment.lines:
                told[item.sku or ""] += units
        written = {number for made in sold.fulfillments for number in made.numbers}
        assert written <= numbers_at_amazon(trade, order), "a number that Amazon has changed"
        if sold.id not in trade.cancelled:
            assert left == bought == told, f"{sold.id}: left {left}, told {told}"
            assert order.status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED)
        else:
            assert order.counts.shipped == sum(left.values())
            assert order.counts.shipped + order.counts.cancelled == sum(bought.values())
            assert told <= left
        refunds = trade.engine.care.refunds.list(order_id=order.order_id)
        assert len(refunds) == len(trade.refunded.get(sold.id, []))
    assert set(numbers.values()) <= {1}, "a parcel was told twice"
    known = {
        one.fulfillment_order_id
        for _, order in trade.taken_in()
        for one in order.fulfillment_orders
    }
    assert set(trade.amazon.fulfillment_order_ids()) <= known, "Amazon has what nobody ordered"
    assert trade.amazon.audit() == []
    assert trade.engine.verify().violations == ()
    trade.engine.duties.take_snapshots(NETWORK)
    for sku in SKUS:
        level = trade.engine.inventory.level(f"{NETWORK}:US", sku)
        assert level.fulfillable == trade.amazon.buckets("US", sku)["fulfillable"]
        item = trade.shop.state.variant(sku).item_id
        assert trade.shop.state.available[item, LOCATION] == level.fulfillable


def trade_of(shop: ShopWorld, url: str, role: str, seed: int, **amazon: Any) -> Trade:
    """A shop and an engine, connected; `amazon` are settings of the simulator."""
    if role == "fulfillment_service":
        shop.state.service_locations.add(LOCATION)
    network = Registry(("amazon_sim",)).make_network(
        NETWORK,
        "amazon_sim",
        {"countries": ["US"], "seed": seed, **amazon},
        PluginContext(NETWORK, shop.clock, IdSource(seed), Path(shop.folder)),
    )
    trade = Trade(shop, url, role, random.Random(seed), network)
    trade.begin()
    return trade
