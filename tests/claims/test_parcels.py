"""Parcels that never arrive are claimed; those that come after all are not owed any more."""

from __future__ import annotations

import pytest

from fake_network import FakeNetwork
from sample_orders import an_order
from settling import settle
from stockpool.catalog.products import Product
from stockpool.claims.kinds import ClaimKind
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.ledger.buckets import Account

US = "amazon-na:US"


@pytest.fixture
def shipped(engine: Engine, network: FakeNetwork) -> str:
    """A fulfillment order of two mugs, on its way in one parcel."""
    engine.catalog.add(Product("MUG"))
    engine.catalog.list_on("web", channel_sku="mug", sku="MUG")
    engine.inventory.receive(US, "MUG", 20, key="r")
    network.put("US", "MUG", 20)
    engine.orders.submit(an_order("one", ("mug", 2)))
    settle(engine)
    (fulfillment_order_id,) = network.orders
    network.ship(fulfillment_order_id)
    settle(engine)
    return fulfillment_order_id


def test_a_parcel_that_never_arrives_is_owed_once(
    engine: Engine, clock: ManualClock, shipped: str
) -> None:
    clock.advance(hours=24 * 20)
    assert engine.duties.settle_claims() == 0, "it may still come"
    clock.advance(hours=24 * 25)
    assert engine.duties.settle_claims() == 1
    assert engine.duties.settle_claims() == 0
    (claim,) = engine.claims.list(kind=ClaimKind.LOST_PARCEL)
    assert (claim.subject, claim.units.owed) == (f"{shipped}-1", 2)
    level = engine.inventory.level(US, "MUG")
    assert (level.owed_by_amazon, level.units[Account.CUSTOMER]) == (2, 0)
    assert engine.verify().ok, engine.verify().violations


def test_a_parcel_that_comes_after_all_is_owed_no_more(
    engine: Engine, network: FakeNetwork, clock: ManualClock, shipped: str
) -> None:
    clock.advance(hours=24 * 45)
    engine.duties.settle_claims()
    network.deliver(shipped)
    settle(engine)
    engine.duties.settle_claims()
    (claim,) = engine.claims.list(kind=ClaimKind.LOST_PARCEL)
    assert (claim.units.owed, claim.units.found) == (0, 2)
    assert engine.inventory.level(US, "MUG").units[Account.CUSTOMER] == 2
    assert engine.verify().ok, engine.verify().violations


def test_a_delivered_parcel_is_never_claimed(
    engine: Engine, network: FakeNetwork, clock: ManualClock, shipped: str
) -> None:
    network.deliver(shipped)
    settle(engine)
    clock.advance(hours=24 * 90)
    assert engine.duties.settle_claims() == 0
