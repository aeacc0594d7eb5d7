"""Step 6: what was possible too, and why it was not taken."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.routing.ranking import Rank, Ranking
from stockpool.routing.values import Rejection

LISTED_MOST = 8
"""Alternatives that a plan lists; of the others it says how many there were."""


def not_taken(
    ranking: Ranking, best: Rank, alternatives: Sequence[Rank], *, complete: bool = True
) -> list[Rejection]:
    """The best of `alternatives` (which are in order), each with what `best` has over it."""
    rejections = [_rejection(ranking, best, other) for other in alternatives[:LISTED_MOST]]
    more = len(alternatives) - LISTED_MOST
    if more > 0:
        ways = "1 more way was" if more == 1 else f"{more} more ways were"
        rejections.append(Rejection((), "not_listed", f"{ways} possible, and no better"))
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
        if ours == theirs:
            continue
        # Never the shipments: an alternative has no more of them, so it loses by something else.
        if criterion == "fee":
            return Rejection(pools, "dearer", f"{name} would cost {theirs} instead of {ours}")
        return Rejection(pools, "slower", f"{name} would take {theirs} days instead of {ours}")
    return Rejection(pools, "tie", f"{name} is just as good; {_name(best)} comes first by name")


def _name(rank: Rank) -> str:
    return " with ".join(
        f"{pool} under {rule}" if rule else pool
        for pool, rule in zip(rank[3], rank[4], strict=True)
    )
