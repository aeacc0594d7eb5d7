"""Returns that were refunded and never came are claimed; those that come late are owed no more."""

from __future__ import annotations

import pytest

from returned_goods import shipped
from returning_network import ReturningNetwork
from shop import US, Shop
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.service import ClaimView
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.ledger.buckets import Account


@pytest.fixture
def network(clock: ManualClock) -> ReturningNetwork:
    return ReturningNetwork(clock=clock)


@pytest.fixture
def shop(engine: Engine, network: ReturningNetwork, channel: object, clock: ManualClock) -> Shop:
    made = Shop(engine, network, channel, clock).furnish()  # type: ignore[arg-type]
    made.receive("MUG-1", 20)
    made.receive("TEE-1", 20)
    return made


def granted_and_refunded(shop: Shop, *, delivered: bool = True) -> list[str]:
    """Two mugs of order 1001 may come back, and were refunded at once; returns the units' ids."""
    order_id = shipped(shop, ("mug", 3))
    if delivered:
        shop.network.deliver(shop.fulfillment_id(1001))
    made = shop.engine.returns.request(order_id, {"1": 2}, "UNWANTED", key="k")
    shop.settle()
    shop.engine.care.refunds.make(order_id, lines={"1": 2}, reason="goodwill", key="r")
    shop.settle()
    return [unit.return_item_id for unit in shop.engine.returns.get(made.return_id).units]


def days_later(shop: Shop, days: int) -> list[ClaimView]:
    shop.clock.advance(hours=24 * days)
    shop.settle()
    return list(shop.engine.claims.list(kind=ClaimKind.RETURN_MISSING))


def test_what_was_refunded_and_never_came_is_owed_once(shop: Shop) -> None:
    granted_and_refunded(shop)
    assert days_later(shop, 59) == [], "it may still come"
    (claim,) = days_later(shop, 2)
    assert claim.units.owed == 2
    assert days_later(shop, 1) == [claim]
    level = shop.engine.inventory.level(US, "MUG-1")
    assert (level.owed_by_amazon, level.units[Account.CUSTOMER]) == (2, 1)
    assert shop.engine.verify().violations == ()


def test_what_comes_late_is_owed_no_more(shop: Shop, network: ReturningNetwork) -> None:
    first, second = granted_and_refunded(shop)
    days_later(shop, 61)
    network.grade(first)
    (claim,) = days_later(shop, 1)
    assert (claim.units.owed, claim.units.found) == (1, 1)
    network.grade(second)
    (claim,) = days_later(shop, 1)
    assert (claim.units.owed, claim.units.found) == (0, 2)
    assert shop.engine.inventory.level(US, "MUG-1").units[Account.CUSTOMER] == 1
    assert shop.counts(1001).returned == 2
    assert shop.engine.verify().violations == ()


def test_what_was_not_refunded_is_not_missed(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 1))
    shop.engine.returns.request(order_id, {"1": 1}, "UNWANTED", key="k")
    shop.settle()
    assert days_later(shop, 70) == []


def test_what_came_in_time_is_not_missed(shop: Shop, network: ReturningNetwork) -> None:
    for unit in granted_and_refunded(shop):
        network.grade(unit)
    assert days_later(shop, 1) == days_later(shop, 70) == []


def test_after_its_window_it_is_not_claimed_any_more(shop: Shop) -> None:
    granted_and_refunded(shop)
    shop.clock.advance(hours=24 * 130)
    assert days_later(shop, 1) == []


def test_units_of_a_parcel_that_never_arrived_are_owed_once(shop: Shop) -> None:
    granted_and_refunded(shop, delivered=False)
    assert days_later(shop, 50) == []
    assert days_later(shop, 20) == []
    (claim,) = shop.engine.claims.list()
    assert (claim.kind, claim.units.owed) == (ClaimKind.LOST_PARCEL, 3)
