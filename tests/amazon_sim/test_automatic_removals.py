"""Stranded units that Amazon disposes of by itself when their time is over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stockpool.clock import ManualClock
from stockpool_amazon_sim import AmazonSimNetwork, Simulator
from stockpool_amazon_sim.inventory.removals import DISPOSITIONS
from stockpool_amazon_sim.listings.listing_changes import WantedChange
from stockpool_amazon_sim.reports.report_tables import Cells, Query
from stockpool_amazon_sim.reports.reports import TYPES

REMOVALS = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"


@pytest.fixture
def simulator(make_network: Callable[..., AmazonSimNetwork]) -> Simulator:
    """With four mugs, and a removal of what is stranded."""
    network = make_network(removes_stranded=True)
    network.simulator.stock("US", "MUG", 4)
    return network.simulator


def removed(simulator: Simulator) -> list[tuple[str, int]]:
    """SKU and units of each removal order there is."""
    with simulator._call() as world:
        query = Query(["US"], 0, world.now, {})
        rows: list[Cells] = list(TYPES[REMOVALS].rows(world, query))
    assert {row["order-type"] for row in rows} <= DISPOSITIONS
    return [(row["sku"], row["requested-quantity"]) for row in rows]


def delete(simulator: Simulator) -> None:
    simulator.change_listings_item(WantedChange("delete", "MUG"), ["US"])


def test_units_go_when_their_time_is_over_and_not_before(
    simulator: Simulator, clock: ManualClock
) -> None:
    simulator.close_listing("US", "MUG")
    clock.advance(days=179)
    assert removed(simulator) == []
    clock.advance(days=2)
    assert removed(simulator) == [("MUG", 4)]
    clock.advance(days=60)
    assert sum(simulator.buckets("US", "MUG").values()) == 0
    assert simulator.audit() == []


def test_an_offer_in_time_keeps_them(simulator: Simulator, clock: ManualClock) -> None:
    simulator.close_listing("US", "MUG")
    clock.advance(days=170)
    simulator.reopen_listing("US", "MUG")
    clock.advance(days=1)
    simulator.close_listing("US", "MUG")
    clock.advance(days=170)
    assert removed(simulator) == []
    clock.advance(days=20)
    assert removed(simulator) == [("MUG", 4)]


def test_another_reason_has_another_time_from_the_same_day(
    simulator: Simulator, clock: ManualClock
) -> None:
    simulator.close_listing("US", "MUG")
    clock.advance(days=20)
    delete(simulator)
    clock.advance(days=9)
    assert removed(simulator) == []
    clock.advance(days=2)
    assert removed(simulator) == [("MUG", 4)]


def test_units_that_come_later_go_later(simulator: Simulator, clock: ManualClock) -> None:
    delete(simulator)
    clock.advance(days=32)
    assert removed(simulator) == [("MUG", 4)]
    simulator.stock("US", "MUG", 3)
    clock.advance(days=31)
    assert sorted(removed(simulator)) == [("MUG", 3), ("MUG", 4)]


def test_units_that_another_sku_offers_stay(simulator: Simulator, clock: ManualClock) -> None:
    with simulator._call() as world:
        ((_, mug),) = world.store.skus.all("US|")
    simulator.register("US", "MUG-2", fnsku=mug.fnsku)
    delete(simulator)
    clock.advance(days=100)
    assert removed(simulator) == []


def test_nothing_is_removed_unless_the_setting_says_so(
    make_network: Callable[..., AmazonSimNetwork], clock: ManualClock
) -> None:
    simulator = make_network().simulator
    simulator.stock("US", "MUG", 4)
    simulator.close_listing("US", "MUG")
    clock.advance(days=400)
    assert removed(simulator) == []
