"""Choosing between the placements and the carriage that the network offers. Pure.

The network decides which splits there are; a merchant chooses between them. What was chosen, and
what else was offered, is kept in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from stockpool.errors import RefusedError
from stockpool.money import Money
from stockpool.plugins.network_inbound import (
    OWN_CARRIER,
    PARTNERED_CARRIER,
    PlacementOption,
    TransportationOption,
)
from stockpool.problems import Problem

PlacementPolicy = Literal["cheapest", "fewest_shipments"]
PLACEMENT_POLICIES: Sequence[PlacementPolicy] = ("cheapest", "fewest_shipments")

CarriagePolicy = Literal["cheapest_partnered", "own_carrier"]
CARRIAGE_POLICIES: Sequence[CarriagePolicy] = ("cheapest_partnered", "own_carrier")


@dataclass(frozen=True, slots=True)
class PlacementChoice:
    """The chosen option, and why in words: a line for each that was offered."""

    option: PlacementOption
    explanation: Sequence[str]


@dataclass(frozen=True, slots=True)
class CarriageChoice:
    """The chosen option of each shipment, and why in words."""

    selections: Mapping[str, str]
    cost: Money | None
    explanation: Sequence[str]


def cost_of(option: PlacementOption) -> Money | None:
    """Fees less discounts; None if there are none.

    Raises:
        ValueError: they are in several currencies.
    """
    total: Money | None = None
    for one in option.incentives:
        nothing = Money(0, one.value.currency) if total is None else total
        total = nothing + one.value if one.kind == "FEE" else nothing - one.value
    return total


def choose_placement(
    options: Sequence[PlacementOption],
    *,
    at: datetime,
    policy: PlacementPolicy = "cheapest",
    option_id: str | None = None,
) -> PlacementChoice:
    """The option to confirm: by hand (`option_id`) or by policy.

    `cheapest`: the least fees, then the fewest shipments. `fewest_shipments`: the other way round.

    Raises:
        RefusedError: none is offered, or not that one.
    """
    open_ones = [one for one in options if _is_open(one, at)]
    ranked = sorted(open_ones, key=_placement_rank(policy))
    if option_id is None:
        chosen = next(iter(ranked), None)
    else:
        chosen = next((one for one in ranked if one.placement_option_id == option_id), None)
    if chosen is None:
        what = "no placement option" if option_id is None else f"no placement option {option_id}"
        raise RefusedError(
            f"{what} is offered",
            [Problem("not_offered", f"{what} is offered now", "placement", fix="generate them")],
        )
    by = "by hand" if option_id is not None else f"by policy {policy}"
    return PlacementChoice(
        chosen,
        tuple(
            f"{'chosen ' + by if one is chosen else 'not chosen'}: {one.placement_option_id}, "
            f"{len(one.shipment_ids)} shipment(s), {_cost_in_words(cost_of(one))}"
            for one in ranked
        ),
    )


def choose_carriage(
    offered: Mapping[str, Sequence[TransportationOption]],
    *,
    at: datetime,
    policy: CarriagePolicy = "cheapest_partnered",
    by_hand: Mapping[str, str] | None = None,
) -> CarriageChoice:
    """How each shipment travels: by hand (option by shipment) or by policy.

    Args:
        offered: the options of every shipment of the placement.

    Raises:
        RefusedError: a shipment has no option that fits; nothing is chosen then.
    """
    chosen: dict[str, TransportationOption] = {}
    problems = []
    for shipment_id, options in offered.items():
        fitting = [one for one in options if _fits(one, policy, (by_hand or {}).get(shipment_id))]
        fitting = [one for one in fitting if not one.quote_expiration or one.quote_expiration > at]
        if not fitting:
            problems.append(
                Problem(
                    "not_offered",
                    f"nothing that fits is offered for shipment {shipment_id}",
                    "transport",
                    fix="generate transportation options, or choose another way",
                )
            )
            continue
        chosen[shipment_id] = min(fitting, key=_carriage_rank)
    if problems:
        raise RefusedError(str(problems[0]), problems)
    costs = [one.cost for one in chosen.values() if one.cost is not None]
    total = Money(sum(one.minor for one in costs), costs[0].currency) if costs else None
    return CarriageChoice(
        {shipment_id: one.transportation_option_id for shipment_id, one in chosen.items()},
        total,
        tuple(
            f"{shipment_id}: {one.carrier_name or one.shipping_solution} ({one.shipping_mode}), "
            f"{_cost_in_words(one.cost)}, of {len(offered[shipment_id])} offered"
            for shipment_id, one in chosen.items()
        ),
    )


def _is_open(option: PlacementOption, at: datetime) -> bool:
    return option.status == "OFFERED" and (option.expiration is None or option.expiration > at)


def _placement_rank(policy: PlacementPolicy) -> Callable[[PlacementOption], tuple[int, int, str]]:
    def rank(option: PlacementOption) -> tuple[int, int, str]:
        cost = cost_of(option)
        key = (0 if cost is None else cost.minor, len(option.shipment_ids))
        first, second = key if policy == "cheapest" else key[::-1]
        return first, second, option.placement_option_id

    return rank


def _fits(option: TransportationOption, policy: CarriagePolicy, wanted: str | None) -> bool:
    if wanted is not None:
        return option.transportation_option_id == wanted
    solution = PARTNERED_CARRIER if policy == "cheapest_partnered" else OWN_CARRIER
    return option.shipping_solution == solution


def _carriage_rank(option: TransportationOption) -> tuple[int, str]:
    return (0 if option.cost is None else option.cost.minor, option.transportation_option_id)


def _cost_in_words(cost: Money | None) -> str:
    return "no fees" if cost is None else str(cost)
