"""Returns: authorised unit by unit, received once, refunded as the channel's policy says."""

from __future__ import annotations

import pytest

from returned_goods import later, shipped
from returning_network import ReturningNetwork
from shop import US, Shop, dying_at
from stockpool.errors import (
    ConflictError,
    NotFoundError,
    OutcomeUnknown,
    RefusedError,
    RejectedError,
    TransientError,
)
from stockpool.ledger.buckets import Account, Bucket
from stockpool.plugins.network import NetworkCapability
from stockpool.plugins.network_returns import ReturnItemDisposition
from stockpool.returns.service import ReturnView

WHY = "UNWANTED"


def asked(
    shop: Shop, order_id: str, items: int = 1, *, key: str = "k", line: str = "1"
) -> ReturnView:
    """A return that the network has decided about."""
    made = shop.engine.returns.request(order_id, {line: items}, WHY, key=key)
    shop.settle()
    return shop.engine.returns.get(made.return_id)


def refunds(shop: Shop) -> list[tuple[str, dict[str, int]]]:
    return [
        (str(one.amount.amount), {line.line_id: line.quantity for line in one.lines})
        for one in shop.channel.refunds
    ]


def place_of(shop: Shop, place: Bucket | Account, sku: str = "MUG-1") -> int:
    return shop.engine.inventory.level(US, sku).units[place]


# Asking ----------------------------------------------------------------------------------------


def test_a_customer_gets_a_label(shop: Shop) -> None:
    made = asked(shop, shipped(shop, ("mug", 3)), 2)
    assert (made.state, made.reason_code) == ("open", WHY)
    assert [unit.state for unit in made.units] == ["authorised", "authorised"]
    first = made.units[0]
    assert first.rma_page_url == f"https://labels.invalid/{first.return_item_id}"
    assert first.return_to == ("Returns", "PHX3 dock", "Phoenix", "AZ", "US")
    assert shop.network.count("create_return") == 1


def test_the_reasons_are_the_networks_for_each_sku(shop: Shop) -> None:
    order_id = shipped(shop, ("gift-set", 1))
    reasons = shop.engine.returns.reasons(order_id)
    assert {sku: found[0].description for sku, found in reasons.items()} == {
        "MUG-1": "MUG-1 is not wanted in US",
        "TEE-1": "TEE-1 is not wanted in US",
    }


def test_the_same_key_is_the_same_return(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 3))
    made = asked(shop, order_id)
    again = shop.engine.returns.request(order_id, {"1": 1}, WHY, key="k")
    assert again.return_id == made.return_id
    with pytest.raises(ConflictError):
        shop.engine.returns.request(order_id, {"1": 2}, WHY, key="k")
    assert len(shop.engine.returns.list(order_id=order_id)) == 1


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ({"1": 4}, "not_returnable"),
        ({"1": 0}, "invalid_quantity"),
        ({"9": 1}, "unknown_line"),
        ({}, "no_units"),
    ],
)
def test_what_can_not_come_back_is_refused_at_once(
    shop: Shop, lines: dict[str, int], code: str
) -> None:
    order_id = shipped(shop, ("mug", 3))
    with pytest.raises(RefusedError) as refusal:
        shop.engine.returns.request(order_id, lines, WHY, key="k")
    assert code in [problem.code for problem in refusal.value.problems]
    assert shop.engine.returns.list() == []


def test_what_is_in_a_return_is_in_no_other(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 3))
    asked(shop, order_id, 2)
    with pytest.raises(RefusedError) as refusal:
        shop.engine.returns.request(order_id, {"1": 2}, WHY, key="other")
    assert refusal.value.problems[0].limit == "1"


def test_what_was_not_shipped_can_not_come_back(shop: Shop) -> None:
    shop.submit(1001, ("mug", 1))
    shop.place()
    order_id = shop.order(1001).order_id
    with pytest.raises(RefusedError, match="0 were shipped"):
        shop.engine.returns.request(order_id, {"1": 1}, WHY, key="k")
    with pytest.raises(NotFoundError):
        shop.engine.returns.reasons(order_id)


def test_a_kit_comes_back_with_all_its_parts(shop: Shop) -> None:
    made = asked(shop, shipped(shop, ("gift-set", 2)))
    assert sorted(unit.sku for unit in made.units) == ["MUG-1", "TEE-1", "TEE-1"]


def test_a_network_that_takes_nothing_back_is_not_asked(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 1))
    shop.network.capabilities -= {NetworkCapability.RETURNS}
    with pytest.raises(RefusedError, match="takes nothing back"):
        shop.engine.returns.request(order_id, {"1": 1}, WHY, key="k")


# What the network decides ----------------------------------------------------------------------


def test_refused_units_are_shown_and_may_be_asked_for_again(
    shop: Shop, network: ReturningNetwork
) -> None:
    order_id = shipped(shop, ("mug", 2))
    network.refuses = 1
    made = asked(shop, order_id, 2)
    assert sorted(unit.state for unit in made.units) == ["authorised", "refused"]
    (item,) = shop.attention()
    assert (item.code, item.subject) == ("return_refused", order_id)
    assert "NoReturnableQuantity" in item.message
    assert asked(shop, order_id, key="again").state == "open"


def test_a_request_that_is_refused_as_a_whole_is_shown(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 2))
    shop.network.faults.fail("create_return", RejectedError("InvalidInput", "no"))
    made = asked(shop, order_id, 2)
    assert made.state == "refused"
    assert "return_refused" in [item.code for item in shop.attention()]


@pytest.mark.parametrize("error", [OutcomeUnknown("cut"), TransientError("down")])
@pytest.mark.parametrize("after", [True, False])
def test_whatever_becomes_of_the_answer_each_unit_is_granted_once(
    shop: Shop, network: ReturningNetwork, error: Exception, after: bool
) -> None:
    order_id = shipped(shop, ("mug", 2))
    network.faults.fail("create_return", error, after=after)
    made = asked(shop, order_id, 2)
    assert [unit.state for unit in made.units] == ["authorised", "authorised"]
    assert all(unit.rma_page_url for unit in made.units)
    (granted,) = network.granted.values()
    assert sorted(granted) == sorted(unit.return_item_id for unit in made.units)


@pytest.mark.parametrize(
    "point", ["effects.after_lease", "effects.after_call", "effects.after_result_commit"]
)
def test_a_death_anywhere_grants_nothing_twice(
    shop: Shop, network: ReturningNetwork, point: str
) -> None:
    order_id = shipped(shop, ("mug", 2))
    shop.settle()
    made = shop.engine.returns.request(order_id, {"1": 2}, WHY, key="k")
    with dying_at(point):
        shop.place()
    shop.settle()
    assert shop.engine.returns.get(made.return_id).state == "open"
    assert [len(units) for units in network.granted.values()] == [2]
    assert shop.attention() == []


# What comes back -------------------------------------------------------------------------------


def test_a_unit_that_came_back_is_counted_and_refunded_once_without_shipping(
    shop: Shop, network: ReturningNetwork
) -> None:
    made = asked(shop, shipped(shop, ("mug", 3)), 2)
    network.grade(made.units[0].return_item_id)
    later(shop)
    later(shop)
    view = shop.engine.returns.get(made.return_id)
    assert [unit.state for unit in view.units] == ["received", "authorised"]
    assert (view.state, view.units[0].received_condition) == ("open", "Sellable")
    assert shop.counts(1001).returned == 1
    assert refunds(shop) == [("9.50", {"1": 1})]
    network.grade(made.units[1].return_item_id, ReturnItemDisposition.CUSTOMER_DAMAGED)
    later(shop)
    view = shop.engine.returns.get(made.return_id)
    assert (view.state, view.units[1].received_condition) == ("received", "CustomerDamaged")
    assert shop.counts(1001).returned == 2
    assert refunds(shop) == [("9.50", {"1": 1}), ("9.50", {"1": 1})]


def test_a_kit_is_refunded_with_the_first_part_that_came_back(
    shop: Shop, network: ReturningNetwork
) -> None:
    made = asked(shop, shipped(shop, ("gift-set", 1)))
    for unit in made.units:
        network.grade(unit.return_item_id)
        later(shop)
    assert refunds(shop) == [("9.50", {"1": 1})]


@pytest.mark.parametrize("snapshot", ["before", "after"])
def test_the_unit_is_on_the_shelf_once_whoever_tells_of_it_first(
    shop: Shop, network: ReturningNetwork, snapshot: str
) -> None:
    made = asked(shop, shipped(shop, ("mug", 3)))
    assert place_of(shop, Account.CUSTOMER) == 3
    network.put("US", "MUG-1", 17)
    network.put("US", "TEE-1", 20)
    shop.engine.inventory.snapshot([US])
    adjusted = place_of(shop, Account.ADJUSTMENT)
    network.put("US", "MUG-1", 17, customer_damaged=1)
    network.grade(made.units[0].return_item_id, ReturnItemDisposition.CUSTOMER_DAMAGED)
    steps = [lambda: shop.engine.inventory.snapshot([US]), lambda: later(shop)]
    for step in steps if snapshot == "before" else reversed(steps):
        step()
    assert place_of(shop, Account.CUSTOMER) == 2
    assert place_of(shop, Bucket.CUSTOMER_DAMAGED) == 1
    assert place_of(shop, Account.ADJUSTMENT) == adjusted


def test_without_units_on_their_way_nobody_asks(shop: Shop, network: ReturningNetwork) -> None:
    made = asked(shop, shipped(shop, ("mug", 1)))
    later(shop)
    assert network.count("get_returns") >= 1
    network.grade(made.units[0].return_item_id)
    later(shop)
    asks = network.count("get_returns")
    for _ in range(4):
        later(shop)
    assert network.count("get_returns") == asks


def test_a_network_that_does_not_answer_is_asked_again(
    shop: Shop, network: ReturningNetwork
) -> None:
    made = asked(shop, shipped(shop, ("mug", 1)))
    network.grade(made.units[0].return_item_id)
    network.faults.fail("get_returns", TransientError("down"))
    later(shop)
    later(shop)
    assert shop.engine.returns.get(made.return_id).state == "received"


def test_an_order_that_left_although_it_was_cancelled_is_due(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 1))
    assert shop.engine.returns.due() == []
    shop.submit(1002, ("mug", 1))
    shop.place()
    shop.network.ignores_cancellation = True
    shop.engine.orders.cancel(shop.order(1002).order_id, reason="buyer")
    shop.place()
    shop.network.ship(shop.fulfillment_id(1002))
    shop.follow()
    (due,) = shop.engine.returns.due()
    assert due.order_id == shop.order(1002).order_id != order_id
    assert list(due.units.values()) == [1]
    shop.settle()


def test_a_comment_has_a_length(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 1))
    with pytest.raises(RefusedError, match="too long"):
        shop.engine.returns.request(order_id, {"1": 1}, WHY, key="k", comment="x" * 1001)
