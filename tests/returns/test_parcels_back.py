"""Parcels that a carrier brings back: returns that nobody asked for, counted once."""

from __future__ import annotations

import pytest

from returned_goods import later, returns_of, shipped, told
from returning_network import ReturningNetwork
from shop import US, Shop
from stockpool.ledger.buckets import Account
from stockpool.plugins.network import PackageStatus


def brought_back(shop: Shop, number: int = 1001, package: int | None = None) -> None:
    """The carrier brings parcels of an order back; all of them, or one."""
    numbers = () if package is None else (package,)
    shop.network.deliver(shop.fulfillment_id(number), PackageStatus.RETURNED, *numbers)
    shop.settle()


def with_customers(shop: Shop) -> int:
    return shop.engine.inventory.level(US, "MUG-1").units[Account.CUSTOMER]


def test_its_units_are_counted_refunded_told_and_shown_once(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 2))
    brought_back(shop)
    later(shop)
    (view,) = returns_of(shop, order_id)
    assert (view.origin, view.state, view.reason_code) == (
        "carrier",
        "received",
        "RETURNED_BY_CARRIER",
    )
    assert shop.counts(1001).returned == 2
    assert with_customers(shop) == 0
    assert [str(one.amount) for one in shop.channel.refunds] == ["19.00 USD"]
    assert told(shop) == [(None, "received", {"1": 2})]
    assert [(one.code, one.subject) for one in shop.attention()] == [("delivery_failed", order_id)]


def test_of_two_parcels_only_the_one_that_came_back_counts(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 3), packages=2)
    numbers = sorted(
        package.package_number
        for shipment in shop.network.orders[shop.fulfillment_id(1001)].shipments
        for package in shipment.packages
    )
    brought_back(shop, package=numbers[0])
    assert len(returns_of(shop, order_id)[0].units) == 2
    assert (shop.counts(1001).returned, with_customers(shop)) == (2, 1)
    brought_back(shop, package=numbers[1])
    assert (shop.counts(1001).returned, with_customers(shop)) == (3, 0)


def test_units_that_were_to_be_sent_back_anyway_are_counted_once(
    shop: Shop, network: ReturningNetwork
) -> None:
    """The customer was granted a return of one, and then refused the whole parcel at the door."""
    order_id = shipped(shop, ("mug", 2))
    made = shop.engine.returns.request(order_id, {"1": 1}, "UNWANTED", key="k")
    shop.settle()
    brought_back(shop)
    assert shop.counts(1001).returned == 1
    network.grade(shop.engine.returns.get(made.return_id).units[0].return_item_id)
    later(shop)
    assert (shop.counts(1001).returned, with_customers(shop)) == (2, 0)


@pytest.mark.parametrize("first", ["settle_claims", "take_parcels_back"])
def test_a_parcel_that_was_claimed_as_lost_is_owed_no_more(shop: Shop, first: str) -> None:
    order_id = shipped(shop, ("mug", 2))
    shop.clock.advance(days=60)
    shop.engine.duties.settle_claims()
    assert sum(claim.units.owed for claim in shop.engine.claims.list()) == 2
    shop.network.deliver(shop.fulfillment_id(1001), PackageStatus.RETURNED)
    shop.follow()
    getattr(shop.engine.duties, first)()
    shop.settle()
    assert sum(claim.units.owed for claim in shop.engine.claims.list()) == 0
    assert returns_of(shop, order_id)[0].state == "received"
    assert with_customers(shop) == 0
