"""The audit finds every planted defect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings
from stockpool_amazon_sim.records import Movement, Order
from stockpool_amazon_sim.storage import Store


@pytest.fixture
def shipped(
    order: Callable[..., FulfillmentRequest], tmp_path: object
) -> tuple[AmazonSimNetwork, Store, Order]:
    """A delivered order, its store, and its record."""
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    context = PluginContext("amazon-na", clock, IdSource(1), tmp_path)  # type: ignore[arg-type]
    network = AmazonSimNetwork(AmazonSimSettings(), context)
    network.simulator.stock("US", "MUG", 10)
    network.create_fulfillment(order(quantities={"MUG": 2}))
    clock.advance(days=10)
    assert network.simulator.audit() == []
    store = network.simulator._store
    record = store.orders.get("F-1")
    assert record is not None
    return network, store, record


def test_finds_a_bucket_that_nothing_moved(
    shipped: tuple[AmazonSimNetwork, Store, Order],
) -> None:
    network, store, record = shipped
    stock = store.stock.get(f"US|{record.items[0].fnsku}")
    assert stock is not None
    stock.centers["ABE2"]["fulfillable"] += 1
    assert "by the journal" in network.simulator.audit()[0]


def test_finds_a_unit_that_was_shipped_twice(
    shipped: tuple[AmazonSimNetwork, Store, Order],
) -> None:
    network, store, record = shipped
    for movement in list(store.movements_after(0)):
        if movement.event_type == "Shipments":
            store.record(movement)
            stock = store.stock.get(f"US|{movement.fnsku}")
            assert stock is not None
    found = network.simulator.audit()
    assert any("became negative" in line for line in found)
    assert any("the journal disagrees" in line for line in found)
    assert record.order_id in " ".join(found)


@pytest.mark.parametrize("field", ["shipped", "cancelled", "unfulfillable"])
def test_finds_an_item_that_does_not_add_up(
    shipped: tuple[AmazonSimNetwork, Store, Order], field: str
) -> None:
    network, store, record = shipped
    setattr(record.items[0], field, getattr(record.items[0], field) + 1)
    store.orders.put("F-1", record)
    assert any("more units gone" in line for line in network.simulator.audit())


def test_finds_a_package_number_that_came_twice(
    shipped: tuple[AmazonSimNetwork, Store, Order],
) -> None:
    network, store, record = shipped
    record.shipments[0].packages *= 2
    store.orders.put("F-1", record)
    assert any("exists twice" in line for line in network.simulator.audit())


def test_finds_units_that_left_for_nobody(
    shipped: tuple[AmazonSimNetwork, Store, Order],
) -> None:
    network, store, record = shipped
    fnsku = record.items[0].fnsku
    store.record(
        Movement(0, "US", fnsku, "ABE2", "fulfillable", None, None, 1, "Shipments", "", "F-7")
    )
    assert any("without an order" in line for line in network.simulator.audit())


def test_finds_a_reservation_without_an_order(
    shipped: tuple[AmazonSimNetwork, Store, Order],
) -> None:
    network, store, record = shipped
    record.reserved = [[0, "ABE2", 1]]
    record.status = "Processing"
    store.orders.put("F-1", record)
    found = network.simulator.audit()
    assert any("units pending for customers" in line for line in found)
    assert any("the counter differs" in line for line in found)
