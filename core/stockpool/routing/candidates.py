"""Step 1: which pools may ship an order to this country at all, and on what terms.

Looks at the rules only, never at stock, so the answer is the same for every order with the same
destination, speed and features; `CandidateCache` keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stockpool.order_request import Feature, Speed
from stockpool.routing.values import (
    CandidatePool,
    CrossBorderRule,
    Rejection,
    RoutingRules,
    SpeedOffer,
)

_ANSWERS_MOST = 4_096
_RULES_MOST = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pool that may ship, with what it asks and promises, cross-border extras included."""

    pool: str
    order_fee: int
    unit_fee: int
    transit_days: int
    cross_border: str | None = None


@dataclass(frozen=True, slots=True)
class PoolTerms:
    """The ways in which one pool may ship; more than one only under several cross-border rules.

    None of them is worse than another in order fee, unit fee and days alike, so which is best
    depends on the number of units and on the ranking.
    """

    pool: str
    terms: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Served:
    """The pools that may ship, and why each of the others may not; both ordered by pool."""

    pools: tuple[PoolTerms, ...]
    rejections: tuple[Rejection, ...]


def candidates(
    rules: RoutingRules, destination: str, speed: Speed, features: Sequence[Feature]
) -> Served:
    """Judge every pool of `rules`: it may ship, or it is rejected with a code and a sentence."""
    pools: list[PoolTerms] = []
    rejections: list[Rejection] = []
    for pool in sorted(rules.pools, key=lambda pool: pool.pool):
        judged = _judge(pool, rules, destination, speed, features)
        if isinstance(judged, Rejection):
            rejections.append(judged)
        else:
            pools.append(judged)
    return Served(tuple(pools), tuple(rejections))


class CandidateCache:
    """Remembers answers per rules object. Rules don't change, so an answer never goes stale."""

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        # By id, because rules can't be hashed; holding the rules keeps their id from being reused.
        self._answers: dict[
            int, tuple[RoutingRules, dict[tuple[str, Speed, tuple[Feature, ...]], Served]]
        ] = {}

    def get(
        self, rules: RoutingRules, destination: str, speed: Speed, features: tuple[Feature, ...]
    ) -> Served:
        """The same as `candidates` with the same arguments."""
        known = self._answers.get(id(rules))
        if known is None:
            if len(self._answers) >= _RULES_MOST:
                self._answers.clear()
            known = self._answers[id(rules)] = (rules, {})
        answers = known[1]
        key = (destination, speed, features)
        served = answers.get(key)
        if served is None:
            if len(answers) >= _ANSWERS_MOST:
                answers.clear()
            served = answers[key] = candidates(rules, destination, speed, features)
        return served


def _judge(
    pool: CandidatePool,
    rules: RoutingRules,
    destination: str,
    speed: Speed,
    features: Sequence[Feature],
) -> PoolTerms | Rejection:
    name = pool.pool
    crossing: list[CrossBorderRule] = []
    if destination not in pool.destinations:
        crossing = [
            rule
            for rule in rules.cross_border
            if rule.pool == name and destination in rule.destinations
        ]
        if not crossing:
            return _out(
                name,
                "destination_not_served",
                f"{name} does not ship to {destination}, and no cross-border rule allows it",
            )
    offer = pool.speeds.get(speed)
    if offer is None:
        return _out(name, "speed_not_offered", f"{name} does not offer {speed} shipping")
    if crossing:
        allowed = [rule for rule in crossing if speed in rule.speeds]
        if not allowed:
            names = ", ".join(sorted(rule.name for rule in crossing))
            return _out(
                name,
                "speed_not_offered",
                f"{name} ships to {destination} only under {names}, not at {speed} speed",
            )
        crossing = allowed
    missing = sorted(set(features) - pool.features)
    if missing:
        return _out(name, "feature_not_granted", f"{name} does not grant {', '.join(missing)}")
    if not crossing:
        return PoolTerms(
            name, (Candidate(name, offer.order_fee, offer.unit_fee, offer.transit_days),)
        )
    return PoolTerms(name, _undominated([_across(name, offer, rule) for rule in crossing]))


def _out(pool: str, code: str, reason: str) -> Rejection:
    return Rejection((pool,), code, reason)


def _across(pool: str, offer: SpeedOffer, rule: CrossBorderRule) -> Candidate:
    return Candidate(
        pool,
        offer.order_fee + rule.extra_order_fee,
        offer.unit_fee + rule.extra_unit_fee,
        offer.transit_days + rule.extra_days,
        rule.name,
    )


def _undominated(terms: list[Candidate]) -> tuple[Candidate, ...]:
    """Cheapest for one unit first, then fewest days, then name; without the terms never best."""
    terms.sort(
        key=lambda t: (t.order_fee + t.unit_fee, t.transit_days, t.cross_border or "", t.order_fee)
    )
    kept: list[Candidate] = []
    for term in terms:
        if not any(_no_worse(better, term) for better in kept):
            kept.append(term)
    return tuple(kept)


def _no_worse(one: Candidate, other: Candidate) -> bool:
    return (
        one.order_fee <= other.order_fee
        and one.unit_fee <= other.unit_fee
        and one.transit_days <= other.transit_days
    )
