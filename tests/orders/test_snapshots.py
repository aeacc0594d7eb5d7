"""The network's figures, taken into the books: what differs is posted, and shown."""

from __future__ import annotations

from shop import CA, US, Shop
from stockpool.ledger.buckets import Bucket


def snapshot(shop: Shop, pool: str = US) -> dict[str, int]:
    (result,) = shop.engine.inventory.snapshot([pool])
    return dict(result.adjusted)


def test_drift_is_posted_as_an_adjustment_of_that_snapshot(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.network.put("US", "MUG-1", 8)
    assert snapshot(shop) == {"MUG-1": -2}
    assert shop.level("MUG-1").fulfillable == 8
    (move, _) = shop.engine.inventory.moves(sku="MUG-1")
    assert (move.move.cause, move.move.quantity) == ("snapshot", 2)
    shop.clock.advance(60)
    assert snapshot(shop) == {}, "figures that agree change nothing"


def test_units_that_were_found_fill_those_who_wait(shop: Shop) -> None:
    shop.submit(1, ("mug", 2))
    shop.network.put("US", "MUG-1", 3)
    assert snapshot(shop) == {"MUG-1": 3}
    assert shop.status(1) == "reserved"


def test_units_that_we_hold_are_in_the_networks_figures(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1, ("mug", 4))
    shop.network.put("US", "MUG-1", 10)
    assert snapshot(shop) == {}
    assert (shop.level("MUG-1").fulfillable, shop.level("MUG-1").held) == (6, 4)


def test_units_that_the_network_has_reserved_for_us_are_not_counted_twice(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.network.put("US", "MUG-1", 10)
    shop.submit(1, ("mug", 4))
    shop.place()
    assert snapshot(shop) == {}
    assert (shop.level("MUG-1").fulfillable, shop.level("MUG-1").committed) == (6, 4)


def test_an_order_just_accepted_may_be_missing_from_the_figures(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1, ("mug", 4))
    shop.place()
    shop.network.put("US", "MUG-1", 10)
    assert snapshot(shop) == {}, "the reservation does not show yet"
    shop.clock.advance(minutes=10)
    assert snapshot(shop) == {"MUG-1": 0} or shop.level("MUG-1").fulfillable == 10


def test_an_order_under_way_may_be_in_the_figures_already(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1, ("mug", 4))
    taken: list[dict[str, int]] = []

    def look(_: object) -> None:
        shop.network.put("US", "MUG-1", 6, pending_customer_order=4)
        taken.append(snapshot(shop))

    shop.network.faults.after("create_fulfillment", look)
    shop.place()
    assert taken == [{}]
    assert (shop.level("MUG-1").fulfillable, shop.level("MUG-1").committed) == (6, 4)


def test_skus_of_one_physical_pool_are_counted_once(shop: Shop) -> None:
    shop.network.put("US", "MUG-1", 5)
    shop.network.put("US", "MUG-1-NEW", 5)
    assert snapshot(shop) == {"MUG-1": 5}
    assert shop.level("MUG-1-NEW").fulfillable == 5


def test_skus_that_we_do_not_know_are_shown_and_taken_in_once_they_are_added(shop: Shop) -> None:
    from stockpool.catalog.products import Product

    shop.network.put("US", "GHOST", 5)
    assert snapshot(shop) == {}
    (item,) = shop.attention("unknown_stock")
    assert "GHOST" in item.message
    shop.engine.catalog.add(Product("GHOST"))
    shop.clock.advance(60)
    assert snapshot(shop) == {"GHOST": 5}


def test_a_sku_that_is_missing_from_the_figures_has_no_units(shop: Shop) -> None:
    shop.receive("MUG-1", 5)
    shop.receive("TEE-1", 5)
    shop.network.put("US", "MUG-1", 5)
    assert snapshot(shop) == {"TEE-1": -5}


def test_more_promised_than_there_is_is_an_alarm(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1, ("mug", 8))
    shop.network.put("US", "MUG-1", 5)
    assert snapshot(shop) == {"MUG-1": -2}
    (item,) = shop.attention("promised_more_than_there_is")
    assert (item.kind, item.subject) == ("stock", f"{US} MUG-1")
    assert item.message.startswith("3 units of MUG-1")
    assert (shop.level("MUG-1").fulfillable, shop.level("MUG-1").held) == (0, 8)


def test_pools_do_not_mix(shop: Shop) -> None:
    shop.network.put("CA", "MUG-1", 5)
    assert snapshot(shop, CA) == {"MUG-1": 5}
    assert (shop.level("MUG-1").fulfillable, shop.level("MUG-1", CA).fulfillable) == (0, 5)


def test_the_figures_may_come_in_pages(shop: Shop) -> None:
    shop.network.page_size = 1
    for sku in ("MUG-1", "TEE-1"):
        shop.network.put("US", sku, 5)
    assert snapshot(shop) == {"MUG-1": 5, "TEE-1": 5}


def test_every_bucket_of_the_figures_is_taken_over(shop: Shop) -> None:
    shop.network.put("US", "MUG-1", 1, researching=2, customer_damaged=3, inbound_shipped=4)
    snapshot(shop)
    level = shop.level("MUG-1")
    assert (level.researching, level.customer_damaged, level.inbound_shipped) == (2, 3, 4)
    shop.clock.advance(60)
    shop.network.put("US", "MUG-1", 3)
    snapshot(shop)
    assert sum(shop.level("MUG-1").units[bucket] for bucket in Bucket) == 3
