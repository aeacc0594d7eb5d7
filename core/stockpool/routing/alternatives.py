"""Step 6: what was possible too, and why it was not taken."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.routing.ranking import Criterion, Rank, Ranking
from stockpool.routing.values import Rejection

LISTED_MOST = 8
"""Alternatives that a plan lists; of the others it says how many there were."""

_CODES: dict[Criterion, str] = {
    "shipments": "more_shipments",
    "fee": "dearer",
    "transit_days": "slower",
}


def not_taken(
    ranking: Ranking, best: Rank, alternatives: Sequence[Rank], *, complete: bool = True
) -> list[Rejection]:
    """The best of `alternatives` (which are in order), each with what `best` has over it."""
    rejections = [_rejection(ranking, best, other) for other in alternatives[:LISTED_MOST]]
    more = len(alternatives) - LISTED_MOST
    if more > 0:
        rejections.append(
            Rejection((), "not_listed", f"{more} more ways were possible, none of them better")
        )
    if not complete:
        rejections.append(
            Rejection(
                (),
                "search_limit",
                "there were too many combinations of pools to compare them all; this is the best"
                " of those that were compared",
            )
        )
    return rejections


def _rejection(ranking: Ranking, best: Rank, other: Rank) -> Rejection:
    pools = other[3]
    name = _name(other)
    for criterion, ours, theirs in zip(ranking.criteria, best[:3], other[:3], strict=True):
        if ours != theirs:
            return Rejection(pools, _CODES[criterion], f"{name} {_says(criterion, ours, theirs)}")
    return Rejection(pools, "tie", f"{name} is just as good; {_name(best)} comes first by name")


def _says(criterion: Criterion, ours: int, theirs: int) -> str:
    if criterion == "fee":
        return f"would cost {theirs} instead of {ours}"
    if criterion == "transit_days":
        return f"would take {theirs} days instead of {ours}"
    return f"would need {theirs} shipments instead of {ours}"


def _name(rank: Rank) -> str:
    return " with ".join(
        f"{pool} under {rule}" if rule else pool
        for pool, rule in zip(rank[3], rank[4], strict=True)
    )
