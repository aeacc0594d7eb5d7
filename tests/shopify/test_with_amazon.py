"""What is seldom in an order's life, with Shopify, the engine and the simulated Amazon together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from shopify_shop.returns import Return
from shopify_shop.state import Order
from shopify_trade import NETWORK, configuration
from shopify_world import ShopWorld
from stockpool.catalog.products import Product
from stockpool.engine import Engine
from stockpool.ids import IdSource
from stockpool.testing.addresses import sample_address
from stockpool_amazon_sim.outbound.package_updates import PackageUpdate

DAYS = 60


@pytest.fixture
def engine(shop: ShopWorld, sqlite_url: str) -> Iterator[Engine]:
    """A merchant whose shop takes returns, with ten mugs at Amazon."""
    config = configuration(
        "merchant_managed", {"type": "amazon_sim", "countries": ["US"], "seed": 3}
    )
    config["channels"]["corner"] |= {
        "returns": True,
        "return_reasons": {"DEFECTIVE": "CR-DEFECTIVE"},
    }
    with Engine.open(
        sqlite_url, config=config, clock=shop.clock, ids=IdSource(seed=1), folder=shop.folder
    ) as engine:
        simulator(engine).stock("US", "mug", 10)
        engine.catalog.add(Product("mug", "Mug"))
        shop.state.add_variant("mug", available=0)
        engine.duties.take_snapshots(NETWORK)
        engine.duties.import_listings("corner")
        yield engine
        assert engine.verify().violations == ()


def simulator(engine: Engine) -> Any:
    return getattr(engine.networks[NETWORK], "simulator")  # noqa: B009  (no Network's)


def half_a_day(engine: Engine, shop: ShopWorld) -> None:
    shop.clock.advance(hours=12)
    while engine.work():
        shop.clock.advance(1)


def shipped(engine: Engine, shop: ShopWorld) -> Order:
    """Two mugs that have left, as Shopify knows."""
    order = shop.state.sell({"mug": 2}, sample_address("US"))
    while sum(units for made in order.fulfillments for _, units in made.lines) < 2:
        half_a_day(engine, shop)
    return order


def days_until(engine: Engine, shop: ShopWorld, asked: Return, status: str) -> None:
    """Days pass until the shop has the return in this status."""
    for _ in range(DAYS * 2):
        if asked.status == status:
            return
        half_a_day(engine, shop)
    raise AssertionError(f"{asked.status} after {DAYS} days: {engine.attention.list()}")


def test_a_return_goes_from_the_shop_to_amazon_and_back(engine: Engine, shop: ShopWorld) -> None:
    order = shipped(engine, shop)
    asked = shop.state.returns.ask(order, {"mug": 2}, "DEFECTIVE", note="cracked")
    days_until(engine, shop, asked, "OPEN")
    assert len({label for label, _ in asked.labels}) == 2
    days_until(engine, shop, asked, "CLOSED")
    assert sum(item.processed for item in asked.items) == 2
    assert asked.told[0] == "authorised"
    assert set(asked.told[1:]) == {"received"}
    assert shop.state.returns.all == [asked]
    found = engine.orders.find("corner", order.id)
    assert found is not None
    assert found.counts.returned == 2


def test_a_number_that_amazon_changes_is_changed_in_the_shop(
    engine: Engine, shop: ShopWorld
) -> None:
    order = shipped(engine, shop)
    parcels = len(order.fulfillments)
    (sent,) = simulator(engine).fulfillment_order_ids()
    state = engine.networks[NETWORK].get_fulfillment(sent)
    assert state is not None
    package = state.shipments[0].packages[0]
    update = PackageUpdate("IN_TRANSIT", carrier_code="UPS", tracking_number="1Z-NEW")
    simulator(engine).update_package(sent, str(package.package_number), update)
    half_a_day(engine, shop)
    numbers = {number: made.company for made in order.fulfillments for number in made.numbers}
    assert numbers["1Z-NEW"] == "UPS"
    assert package.tracking_number not in numbers
    assert len(order.fulfillments) == parcels
    assert engine.attention.list() == []
