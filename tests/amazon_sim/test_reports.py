"""Whatever happens in whatever order: the reports tell the same story as the shelves."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockpool.clock import ManualClock
from stockpool_amazon_sim import AmazonSimNetwork
from stockpool_amazon_sim.inventory.ledger import UNFULFILLABLE, Bucket
from stockpool_amazon_sim.reports import report_movements
from stockpool_amazon_sim.reports.report_planning import EACH_ONCE
from stockpool_amazon_sim.reports.report_tables import Cells, Query
from stockpool_amazon_sim.reports.reports import TYPES
from stockpool_amazon_sim.simulated_time import to_micros
from warehouse_histories import START, TROUBLE, act, action, finish, make

DETAIL, SUMMARY = "GET_LEDGER_DETAIL_VIEW_DATA", "GET_LEDGER_SUMMARY_VIEW_DATA"
REMOVALS = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"
REMOVED = "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA"
PLANNING = "GET_FBA_INVENTORY_PLANNING_DATA"
EVENTS = report_movements._EVENT_COLUMNS

Place = tuple[str, str, str]
"""FNSKU, disposition, center."""


def table(network: AmazonSimNetwork, kind: str, *, late: int = 0, **options: str) -> list[Cells]:
    """The rows of a report that begins `late` hours after the history."""
    with network.simulator._call() as world:
        start = START + timedelta(hours=late)
        query = Query(["US", "CA"], to_micros(start), world.now, options)
        return [dict.fromkeys(TYPES[kind].columns) | row for row in TYPES[kind].rows(world, query)]


def shelves(network: AmazonSimNetwork) -> Counter[Place]:
    """What is there. Units that a removal set aside are still what they were."""
    there: Counter[Place] = Counter()
    with network.simulator._call() as world:
        for _, stock in world.store.stock.all():
            for center, buckets in stock.centers.items():
                for bucket, units in buckets.items():
                    name = report_movements.disposition_of(bucket)
                    if name is not None:
                        there[stock.fnsku, name, center] += units
        for _, removal in world.store.removals.all():
            for item in removal.items:
                for center, bucket, units in item.held:
                    if Bucket(bucket) in UNFULFILLABLE:
                        there[item.fnsku, "SELLABLE", center] -= units
                        there[item.fnsku, bucket.upper(), center] += units
    return +there


def lived(steps: list[Any], seed: int, *, to_the_end: bool) -> AmazonSimNetwork:
    clock = ManualClock(START)
    network = make(clock, seed=seed, faults=TROUBLE)
    for step in steps:
        act(network, clock, step)
    network.simulator.idle()
    if to_the_end:
        finish(network, clock)
    return network


any_history = given(
    steps=st.lists(action, max_size=40), seed=st.integers(0, 99), to_the_end=st.booleans()
)


@any_history
@settings(max_examples=60)
def test_all_events_together_make_what_is_there(
    steps: list[Any], seed: int, to_the_end: bool
) -> None:
    network = lived(steps, seed, to_the_end=to_the_end)
    units: Counter[Place] = Counter()
    for row in table(network, DETAIL):
        units[row["FNSKU"], row["Disposition"], row["Fulfillment Center"]] += row["Quantity"]
    assert {place: there for place, there in units.items() if there} == dict(shelves(network))


@pytest.mark.parametrize("by", ["FC", "COUNTRY"])
@given(
    steps=st.lists(action, max_size=40),
    seed=st.integers(0, 99),
    to_the_end=st.booleans(),
    late=st.integers(0, 200),
)
@settings(max_examples=40)
def test_each_day_begins_where_the_last_one_ended(
    by: str, steps: list[Any], seed: int, to_the_end: bool, late: int
) -> None:
    network = lived(steps, seed, to_the_end=to_the_end)
    last: dict[Place, int] = {}
    for row in table(network, SUMMARY, late=late, aggregateByLocation=by):
        place = (row["FNSKU"], row["Disposition"], row["Location"])
        start, end = row["Starting Warehouse Balance"], row["Ending Warehouse Balance"]
        assert start + sum(row[name] for name in EVENTS) == end
        assert start == last.get(place, start)
        last[place] = end
        for name in ("Customer Shipments", "Vendor Returns", "Lost", "Disposed", "Damaged"):
            assert row[name] <= 0, name
    there: Counter[Place] = Counter()
    for (fnsku, disposition, center), units in shelves(network).items():
        there[fnsku, disposition, center if by == "FC" else "US"] += units
    assert {place: there[place] for place in last} == last


@any_history
@settings(max_examples=60)
def test_removals_their_parcels_and_the_ledger_agree(
    steps: list[Any], seed: int, to_the_end: bool
) -> None:
    network = lived(steps, seed, to_the_end=to_the_end)
    ordered: Counter[Place] = Counter()
    disposed = 0
    for row in table(network, REMOVALS):
        ordered[row["order-id"], row["sku"], row["disposition"]] += row["shipped-quantity"]
        disposed += row["disposed-quantity"]
    left: Counter[Place] = Counter()
    for row in table(network, REMOVED):
        left[row["order-id"], row["sku"], row["disposition"]] += row["shipped-quantity"]
    assert left == +ordered
    days = table(network, SUMMARY)
    assert -sum(row["Disposed"] for row in days) == disposed
    assert -sum(row["Vendor Returns"] for row in days) == left.total()


@any_history
@settings(max_examples=40)
def test_shipments_and_returns_agree_with_the_ledger(
    steps: list[Any], seed: int, to_the_end: bool
) -> None:
    network = lived(steps, seed, to_the_end=to_the_end)
    days = table(network, SUMMARY)
    shipped = table(network, "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL")
    assert -sum(row["Customer Shipments"] for row in days) == sum(
        row["quantity-shipped"] for row in shipped
    )
    returned = table(network, "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA")
    assert sum(row["Customer Returns"] for row in days) == sum(row["quantity"] for row in returned)
    assert all(row["detailed-disposition"] for row in returned)


@any_history
@settings(max_examples=40)
def test_ages_add_up_to_what_is_sellable(steps: list[Any], seed: int, to_the_end: bool) -> None:
    network = lived(steps, seed, to_the_end=to_the_end)
    sellable: Counter[str] = Counter()
    for (fnsku, disposition, _), units in shelves(network).items():
        if disposition == "SELLABLE":
            sellable[fnsku] += units
    for row in table(network, PLANNING):
        if row["marketplace"] == "US":
            aged = sum(row[f"inv-age-{name}-days"] for name in EACH_ONCE)
            assert aged == sellable[row["fnsku"]]
            assert row["available"] <= aged
