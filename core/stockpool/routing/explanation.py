"""A decision in words that a merchant understands, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stockpool.routing.decision import encode_plan
from stockpool.routing.values import Plan, PlannedShipment, RoutingInput, RoutingRules

_UNABLE_ALONE = frozenset(
    {
        "destination_not_served",
        "speed_not_offered",
        "feature_not_granted",
        "no_stock",
        "insufficient_stock",
    }
)
"""Codes of rejections that say why one pool could not ship everything by itself."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was decided and why.

    Attributes:
        words: sentences, the most important first.
        rules_digest: of the rules that applied; the empty string if they carry none.
        plan: what the words are about.
    """

    words: tuple[str, ...]
    rules_digest: str
    plan: Plan

    def as_dict(self) -> dict[str, Any]:
        """The words, the plan's members, and its fee and promise, ready for JSON."""
        plan: dict[str, Any] = json.loads(encode_plan(self.plan))
        return {
            "words": list(self.words),
            "rules_digest": self.rules_digest,
            "fee": self.plan.fee,
            "transit_days": self.plan.transit_days,
            **plan,
        }

    def __str__(self) -> str:
        return "\n".join(self.words)


def explain(rules: RoutingRules, question: RoutingInput, plan: Plan) -> Explanation:
    """Say which pool ships what, why that one, what was rejected, and what is not shipped.

    Works for the plan of any policy: it repeats the plan's own reasons. Fees are in the minor
    units of the routing currency.
    """
    words = [*_shipped(question, plan), *_why(rules, plan), *_short(plan)]
    reasons = [f"{rejection.reason}." for rejection in plan.rejected]
    words += [reason for reason in reasons if reason not in words]
    return Explanation(tuple(words), rules.digest, plan)


def _shipped(question: RoutingInput, plan: Plan) -> list[str]:
    if not plan.shipments:
        wanted = sum(demand.units for demand in question.demands)
        if not wanted:
            return ["Nothing is asked for, so nothing ships."]
        return [f"Nothing ships to {question.destination} now; asked for: {_units(wanted)}."]
    sentences = []
    for shipment in plan.shipments:
        units: dict[str, int] = {}
        for allocation in plan.allocations:
            if allocation.pool == shipment.pool:
                units[allocation.sku] = units.get(allocation.sku, 0) + allocation.quantity
        sentences.append(
            f"{shipment.pool} ships {_quantities(units)} to {question.destination}"
            f" at {question.speed} speed, {_terms(shipment)}."
        )
    if len(plan.shipments) > 1:
        sentences.append(
            f"That is {len(plan.shipments)} shipments, for a fee of {plan.fee} in all,"
            f" complete within {_days(plan.transit_days)}."
        )
    return sentences


def _terms(shipment: PlannedShipment) -> str:
    terms = f"for a fee of {shipment.fee}, within {_days(shipment.transit_days)}"
    if shipment.cross_border is not None:
        terms += f", under the cross-border rule {shipment.cross_border}"
    return terms


def _why(rules: RoutingRules, plan: Plan) -> list[str]:
    if not plan.shipments:
        return []
    # Said only if the plan has looked at every pool; a plugin's policy may not tell.
    unable = {r.pools[0] for r in plan.rejected if r.code in _UNABLE_ALONE}
    able = {pool.pool for pool in rules.pools} - unable
    if not able:
        return ["No single pool could ship all of this."]
    if len(plan.shipments) == 1 and able == {plan.shipments[0].pool}:
        return ["No other pool could ship all of this."] if len(rules.pools) > 1 else []
    others = [r for r in plan.rejected if r.code not in _UNABLE_ALONE]
    return [f"{rejection.reason}." for rejection in others]


def _short(plan: Plan) -> list[str]:
    missing: dict[tuple[bool, str], dict[str, int]] = {}
    for shortfall in plan.shortfalls:
        # Why no pool can ship it is said by the rejections.
        reason = "no pool can ship it" if shortfall.code == "no_pool" else shortfall.reason
        units = missing.setdefault((shortfall.waits, reason), {})
        units[shortfall.sku] = units.get(shortfall.sku, 0) + shortfall.quantity
    return [
        f"{'Waiting for stock' if waits else 'Not filled'}: {_quantities(units)}; {reason}."
        for (waits, reason), units in missing.items()
    ]


def _quantities(units: Mapping[str, int]) -> str:
    said = [f"{quantity} of {sku}" for sku, quantity in units.items()]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count} units"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
