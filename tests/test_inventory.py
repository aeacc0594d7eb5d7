"""`engine.inventory`: receiving, moving by hand, reading, and what a snapshot does to the books."""

from __future__ import annotations

import pytest

from fake_network import FakeNetwork
from sample_orders import an_order
from settling import settle
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import ConflictError, NotFoundError, RefusedError, Throttled
from stockpool.ids import IdSource
from stockpool.ledger.buckets import Account, Bucket
from stockpool.plugins.network import RateLimit

US, CA = "amazon-na:US", "amazon-na:CA"


@pytest.fixture
def shop(engine: Engine) -> Engine:
    engine.catalog.add(Product("MUG"), Product("CUP"), Product("MUG-2", shares_pool_with="MUG"))
    engine.catalog.list_many("web", {"mug": {"MUG": 1}, "cup": {"CUP": 1}})
    return engine


def test_every_country_of_every_network_is_a_pool(shop: Engine) -> None:
    assert shop.inventory.pools == [US, CA]


# Receiving -------------------------------------------------------------------------------------


def test_received_units_are_on_the_shelf(shop: Engine) -> None:
    level = shop.inventory.receive(US, "MUG", 10, key="r")
    assert (level.fulfillable, level.supplier, level.on_hand) == (10, -10, 10)


def test_the_same_receipt_again_posts_nothing(shop: Engine) -> None:
    for _ in range(3):
        level = shop.inventory.receive(US, "MUG", 10, key="r")
    assert level.fulfillable == 10


def test_a_receipt_of_several_skus_and_pools_may_have_one_key(shop: Engine) -> None:
    shop.inventory.receive(US, "MUG", 10, key="r")
    shop.inventory.receive(US, "CUP", 10, key="r")
    shop.inventory.receive(CA, "MUG", 10, key="r")
    assert [level.fulfillable for level in shop.inventory.levels()] == [10, 10, 10]


def test_the_same_key_for_another_quantity_is_a_conflict(shop: Engine) -> None:
    shop.inventory.receive(US, "MUG", 10, key="r")
    with pytest.raises(ConflictError, match="10 of MUG"):
        shop.inventory.receive(US, "MUG", 11, key="r")


@pytest.mark.parametrize("quantity", [0, -5])
def test_a_receipt_has_units(shop: Engine, quantity: int) -> None:
    with pytest.raises(ValueError, match="at least one unit"):
        shop.inventory.receive(US, "MUG", quantity, key="r")


def test_unknown_pools_and_skus_are_said_to_be_unknown(shop: Engine) -> None:
    with pytest.raises(NotFoundError, match="no pool amazon-eu:DE; known pools: amazon-na:US, "):
        shop.inventory.receive("amazon-eu:DE", "MUG", 1, key="r")
    with pytest.raises(NotFoundError, match="no product has the SKU TEA"):
        shop.inventory.receive(US, "TEA", 1, key="r")


def test_a_shared_sku_shows_its_partners_units(shop: Engine) -> None:
    shop.inventory.receive(US, "MUG-2", 3, key="a")
    shop.inventory.receive(US, "MUG", 4, key="b")
    assert shop.inventory.level(US, "MUG").fulfillable == 7
    assert shop.inventory.level(US, "MUG-2").fulfillable == 7
    assert len(shop.inventory.levels()) == 1


def test_arriving_stock_fills_the_orders_that_wait_for_it(shop: Engine) -> None:
    receipt = shop.orders.submit(an_order(1, ("mug", 3), backorder=True))
    assert receipt.status.value == "waiting"
    level = shop.inventory.receive(US, "MUG", 5, key="r")
    assert (level.held, level.fulfillable) == (3, 2)


# By hand ---------------------------------------------------------------------------------------


def test_units_are_moved_by_hand_once(shop: Engine) -> None:
    shop.inventory.receive(US, "MUG", 10, key="r")
    for _ in range(2):
        level = shop.inventory.move(
            US,
            "MUG",
            4,
            source=Bucket.FULFILLABLE,
            target=Account.WRITTEN_OFF,
            reason="flood",
            key="m",
        )
    assert (level.fulfillable, level.written_off) == (6, 4)
    (move,) = shop.inventory.moves(reference="flood")
    assert move.move.cause == "correction"


def test_more_than_there_is_is_not_moved(shop: Engine) -> None:
    with pytest.raises(RefusedError, match="0 are there"):
        shop.inventory.move(
            US,
            "MUG",
            1,
            source=Bucket.FULFILLABLE,
            target=Account.DISPOSED,
            reason="x",
            key="m",
        )


@pytest.mark.parametrize("bucket", [Bucket.HELD, Bucket.COMMITTED, Bucket.PENDING_REMOVAL])
def test_what_is_promised_is_not_moved_by_hand(shop: Engine, bucket: Bucket) -> None:
    for source, target in ((bucket, Account.DISPOSED), (Bucket.FULFILLABLE, bucket)):
        with pytest.raises(ValueError, match="belong to orders"):
            shop.inventory.move(US, "MUG", 1, source=source, target=target, reason="x", key="m")


# Reading ---------------------------------------------------------------------------------------


def test_what_is_available_is_what_can_be_promised_now(shop: Engine) -> None:
    shop.inventory.receive(US, "MUG", 10, key="r")
    shop.inventory.receive(CA, "MUG", 4, key="r")
    shop.orders.submit(an_order(1, ("mug", 3)))
    assert shop.inventory.available("MUG", country="US") == 7
    assert shop.inventory.available("MUG", country="CA") == 4
    assert shop.inventory.available("MUG-2") == 11
    assert shop.inventory.available("MUG", country="MX") == 0


def test_the_buffer_is_not_available_and_grows_with_the_age_of_the_figures(
    database_url: str, clock: ManualClock
) -> None:
    network = FakeNetwork(clock=clock)
    buffer = {"units": 2, "units_per_hour": 1.5, "units_most": 8}
    with Engine.open(
        database_url,
        config={"plugins": [], "routing": {"buffer": buffer}},
        clock=clock,
        ids=IdSource(1),
        networks={"amazon-na": network},
    ) as engine:
        engine.catalog.add(Product("MUG"))
        network.put("US", "MUG", 20)
        engine.inventory.snapshot()
        available = []
        for _ in range(4):
            available.append(engine.inventory.available("MUG", country="US"))
            clock.advance(hours=2)
        assert available == [18, 15, 12, 12]
        engine.inventory.snapshot()
        assert engine.inventory.available("MUG", country="US") == 18


def test_levels_and_moves_are_found_by_pool_and_sku(shop: Engine) -> None:
    shop.inventory.receive(US, "MUG", 1, key="r")
    shop.inventory.receive(CA, "CUP", 2, key="r")
    assert [level.sku for level in shop.inventory.levels(pool=CA)] == ["CUP"]
    assert [level.pool for level in shop.inventory.levels(sku="MUG")] == [US]
    assert [move.move.quantity for move in shop.inventory.moves()] == [2, 1]
    assert [move.move.quantity for move in shop.inventory.moves(pool=US, sku="MUG")] == [1]


def test_ages_are_told_by_receipt(shop: Engine, clock: ManualClock) -> None:
    shop.inventory.receive(US, "MUG", 5, key="old")
    clock.advance(days=100)
    shop.inventory.receive(US, "MUG", 5, key="new")
    shop.orders.submit(an_order(1, ("mug", 2)))
    old, new = shop.inventory.ages(US, "MUG-2")
    assert ((new.received_at - old.received_at).days, old.quantity, new.quantity) == (100, 5, 5)


# Snapshots -------------------------------------------------------------------------------------


def test_a_snapshot_takes_the_networks_figures_into_the_books(
    shop: Engine, network: FakeNetwork
) -> None:
    network.put("US", "MUG", 12, defective=2, inbound_shipped=30)
    (result,) = shop.inventory.snapshot([US])
    level = shop.inventory.level(US, "MUG")
    assert (level.fulfillable, level.defective, level.inbound_shipped) == (12, 2, 30)
    assert level.adjustment == -44
    assert (result.pool, dict(result.adjusted)) == (US, {"MUG": 44})
    (again,) = shop.inventory.snapshot([US])
    assert dict(again.adjusted) == {}
    assert shop.verify().ok


def test_units_of_our_own_orders_are_not_counted_twice(shop: Engine, network: FakeNetwork) -> None:
    network.put("US", "MUG", 10)
    shop.inventory.snapshot()
    shop.orders.submit(an_order("committed", ("mug", 3)))
    settle(shop)
    shop.orders.submit(an_order("held", ("mug", 2)))
    shop.inventory.snapshot()
    level = shop.inventory.level(US, "MUG")
    assert (level.fulfillable, level.held, level.committed) == (5, 2, 3)
    assert level.pending_customer_order == 0
    assert level.adjustment == -10, "nothing was adjusted since the first one"


def test_a_snapshot_in_pages_is_one_snapshot(shop: Engine, network: FakeNetwork) -> None:
    network.page_size = 1
    network.put("US", "MUG", 3)
    network.put("US", "CUP", 4)
    (result,) = shop.inventory.snapshot([US])
    assert result.skus == 2
    assert shop.inventory.available("CUP", country="US") == 4


def test_what_the_network_does_not_name_is_not_there(shop: Engine, network: FakeNetwork) -> None:
    shop.inventory.receive(US, "MUG", 5, key="r")
    network.put("US", "CUP", 1)
    shop.inventory.snapshot([US])
    assert shop.inventory.level(US, "MUG").fulfillable == 0


def test_new_stock_in_a_snapshot_fills_waiting_orders(shop: Engine, network: FakeNetwork) -> None:
    shop.orders.submit(an_order(1, ("mug", 3), backorder=True))
    network.put("US", "MUG", 5)
    shop.inventory.snapshot([US])
    assert shop.inventory.level(US, "MUG").held == 3


def test_promised_units_that_the_network_does_not_have_are_an_alarm(
    shop: Engine, network: FakeNetwork
) -> None:
    shop.inventory.receive(US, "MUG", 5, key="r")
    shop.orders.submit(an_order(1, ("mug", 4)))
    network.put("US", "MUG", 1)
    shop.inventory.snapshot([US])
    (item,) = shop.attention.list()
    assert item.code == "promised_more_than_there_is"
    assert "3 units of MUG are promised" in item.message
    level = shop.inventory.level(US, "MUG")
    assert (level.fulfillable, level.held) == (0, 4)
    shop.inventory.snapshot([CA])
    assert shop.attention.count() == 1, "another pool's figures say nothing about it"
    network.put("US", "MUG", 4)
    shop.inventory.snapshot([US])
    assert shop.attention.count() == 0


def test_skus_that_are_not_in_the_catalog_are_named(shop: Engine, network: FakeNetwork) -> None:
    network.put("US", "TEA", 5)
    (result,) = shop.inventory.snapshot([US])
    assert result.unknown_skus == ("TEA",)
    (item,) = shop.attention.list()
    assert "TEA" in item.message
    shop.catalog.add(Product("TEA"))
    shop.inventory.snapshot([US])
    assert shop.attention.count() == 0
    assert shop.inventory.level(US, "TEA").fulfillable == 5


def test_a_snapshot_keeps_to_the_networks_limit(database_url: str, clock: ManualClock) -> None:
    network = FakeNetwork(clock=clock, limits={"getInventorySummaries": RateLimit(rate=2, burst=2)})
    with Engine.open(
        database_url, config={"plugins": []}, clock=clock, networks={"amazon-na": network}
    ) as engine:
        engine.inventory.snapshot()
        with pytest.raises(Throttled) as refusal:
            engine.inventory.snapshot()
        assert network.count("snapshot") == 2
        clock.advance(refusal.value.retry_after * 2)
        engine.inventory.snapshot()


def test_a_snapshot_that_has_begun_waits_for_the_limit(
    database_url: str, clock: ManualClock
) -> None:
    """More pages and pools than the bucket holds: else the last ones would never be read."""
    network = FakeNetwork(
        clock=clock,
        countries=("US", "CA", "MX"),
        limits={"getInventorySummaries": RateLimit(rate=2, burst=2)},
        page_size=1,
    )
    for number in range(4):
        network.put("US", f"SKU-{number}", 1)
    pages: list[int] = []
    with Engine.open(
        database_url, config={"plugins": []}, clock=clock, networks={"amazon-na": network}
    ) as engine:
        engine.catalog.add(*(Product(f"SKU-{number}") for number in range(4)))
        began = clock.now()
        engine.inventory.snapshot(before_page=lambda: pages.append(1))
        assert network.count("snapshot") == len(pages) == 6
        assert (clock.now() - began).total_seconds() == 2
        assert engine.inventory.available("SKU-3") == 1


def test_a_snapshot_that_is_repeated_in_one_instant_stands_once(
    shop: Engine, network: FakeNetwork
) -> None:
    network.put("US", "MUG", 5)
    shop.inventory.snapshot([US])
    network.put("US", "MUG", 6)
    shop.inventory.snapshot([US])
    assert shop.inventory.level(US, "MUG").fulfillable == 6
    assert shop.verify().ok
