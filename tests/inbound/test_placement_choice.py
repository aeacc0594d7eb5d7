"""Placement and carriage are chosen by policy or by hand, and the choice is explained."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.errors import RefusedError
from stockpool.inbound.placement_choice import (
    PLACEMENT_POLICIES,
    PlacementPolicy,
    choose_carriage,
    choose_placement,
    cost_of,
)
from stockpool.money import Money
from stockpool.plugins.network_inbound import (
    OWN_CARRIER,
    PARTNERED_CARRIER,
    Incentive,
    PlacementOption,
    TransportationOption,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def option(name: str, shipments: int, fee: int = 0, discount: int = 0) -> PlacementOption:
    incentives = [
        Incentive(kind, "Placement Services", "", Money(minor, "USD"))  # type: ignore[arg-type]
        for kind, minor in (("FEE", fee), ("DISCOUNT", discount))
        if minor
    ]
    ids = [f"{name}-{n}" for n in range(shipments)]
    return PlacementOption(name, "OFFERED", ids, incentives, NOW + timedelta(days=1))


ONE = option("one", 1, fee=3000)
FOUR = option("four", 4)
FIVE = option("five", 5, fee=500, discount=500)


def test_the_cheapest_is_the_one_with_the_least_fees_then_the_fewest_shipments() -> None:
    choice = choose_placement([ONE, FIVE, FOUR], at=NOW)
    assert choice.option is FOUR
    assert choice.explanation == (
        "chosen by policy cheapest: four, 4 shipment(s), no fees",
        "not chosen: five, 5 shipment(s), 0.00 USD",
        "not chosen: one, 1 shipment(s), 30.00 USD",
    )


def test_fewest_shipments_may_cost_more() -> None:
    assert choose_placement([ONE, FOUR], at=NOW, policy="fewest_shipments").option is ONE


def test_by_hand_takes_what_is_offered_and_nothing_else() -> None:
    assert choose_placement([ONE, FOUR], at=NOW, option_id="one").option is ONE
    with pytest.raises(RefusedError, match="no placement option six"):
        choose_placement([ONE, FOUR], at=NOW, option_id="six")
    with pytest.raises(RefusedError, match="no placement option is offered"):
        choose_placement([ONE], at=NOW + timedelta(days=2))


def test_fees_of_two_currencies_are_not_added() -> None:
    incentives = [
        Incentive("FEE", "x", "", Money(1, "USD")),
        Incentive("FEE", "x", "", Money(1, "CAD")),
    ]
    with pytest.raises(ValueError, match="CAD"):
        cost_of(PlacementOption("mixed", "OFFERED", ["s"], incentives))


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 50)), min_size=1, max_size=8),
    st.sampled_from(PLACEMENT_POLICIES),
)
def test_nothing_that_is_offered_is_better_than_what_is_chosen(
    offers: list[tuple[int, int]], policy: PlacementPolicy
) -> None:
    options = [option(f"o{n}", shipments, fee) for n, (shipments, fee) in enumerate(offers)]
    chosen = choose_placement(options, at=NOW, policy=policy).option
    place = options.index(chosen)
    order = 1 if policy == "cheapest" else -1
    assert offers[place][::-order] == min(offer[::-order] for offer in offers)


def transport(name: str, solution: str, cost: int | None = None) -> TransportationOption:
    money = None if cost is None else Money(cost, "USD")
    return TransportationOption(
        name,
        "s1",
        "GROUND_SMALL_PARCEL",
        solution,
        "UPS",
        "UPS",
        cost=money,
        quote_expiration=None if cost is None else NOW + timedelta(hours=1),
    )


DEAR = transport("dear", PARTNERED_CARRIER, 900)
CHEAP = transport("cheap", PARTNERED_CARRIER, 700)
OWN = transport("own", OWN_CARRIER)


def test_carriage_by_policy_and_by_hand() -> None:
    offered = {"s1": [DEAR, OWN, CHEAP]}
    choice = choose_carriage(offered, at=NOW)
    assert (choice.selections, choice.cost) == ({"s1": "cheap"}, Money(700, "USD"))
    assert choice.explanation == ("s1: UPS (GROUND_SMALL_PARCEL), 7.00 USD, of 3 offered",)
    own = choose_carriage(offered, at=NOW, policy="own_carrier")
    assert (own.selections, own.cost) == ({"s1": "own"}, None)
    assert choose_carriage(offered, at=NOW, by_hand={"s1": "dear"}).selections == {"s1": "dear"}


def test_every_shipment_needs_a_way_and_a_quote_that_holds() -> None:
    with pytest.raises(RefusedError) as refusal:
        choose_carriage({"s1": [CHEAP], "s2": [OWN]}, at=NOW)
    assert "s2" in refusal.value.problems[0].message
    with pytest.raises(RefusedError):
        choose_carriage({"s1": [CHEAP]}, at=NOW + timedelta(hours=2))
