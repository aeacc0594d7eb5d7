"""A buyer sends something back: Shopify, the engine and the simulated Amazon together."""

from __future__ import annotations

from shopify_shop.returns import Return
from shopify_trade import NETWORK, configuration
from shopify_world import ShopWorld
from stockpool.catalog.products import Product
from stockpool.engine import Engine
from stockpool.ids import IdSource
from stockpool.testing.addresses import sample_address

DAYS = 60


def days_until(engine: Engine, shop: ShopWorld, asked: Return, status: str) -> int:
    """Half days pass until the shop has the return in this status."""
    for half_days in range(DAYS * 2):
        if asked.status == status:
            return half_days // 2
        shop.clock.advance(hours=12)
        while engine.work():
            shop.clock.advance(1)
    raise AssertionError(f"{asked.status} after {DAYS} days: {engine.attention.list()}")


def test_a_return_goes_from_the_shop_to_amazon_and_back(shop: ShopWorld, sqlite_url: str) -> None:
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
        amazon = getattr(engine.networks[NETWORK], "simulator")  # noqa: B009  (no Network's)
        amazon.stock("US", "mug", 10)
        engine.catalog.add(Product("mug", "Mug"))
        shop.state.add_variant("mug", available=0)
        engine.duties.take_snapshots(NETWORK)
        engine.duties.import_listings("corner")
        order = shop.state.sell({"mug": 2}, sample_address("US"))
        while sum(units for made in order.fulfillments for _, units in made.lines) < 2:
            shop.clock.advance(hours=12)
            while engine.work():
                shop.clock.advance(1)
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
        assert engine.verify().violations == ()
