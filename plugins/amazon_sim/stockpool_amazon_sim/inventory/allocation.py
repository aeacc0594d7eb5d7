"""Choosing centers: pure functions over units.

1. Of all sets of centers that hold everything, take the smallest.
2. Of the smallest, take the one with the nearest centers (sum of ranks, then the list's order).
3. In the set, the nearest center gives first.
4. If no set holds everything, all centers give what they have, the nearest first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

Pick = tuple[int, str, int]
"""A demand's place in the list, a center, units."""


def allocate(
    demands: Sequence[tuple[str, int]],
    available: Mapping[str, Mapping[str, int]],
    centers: Sequence[str],
) -> list[Pick]:
    """Spread demands over centers.

    Args:
        demands: (fnsku, units); a pool may be named more than once.
        available: fnsku -> center -> units that can be taken.
        centers: the nearest first.

    Returns:
        Picks in the order of the demands, together never more than is available.
    """
    needed: dict[str, int] = {}
    for fnsku, quantity in demands:
        needed[fnsku] = needed.get(fnsku, 0) + quantity
    chosen = _smallest_set(needed, available, centers)
    left = {
        fnsku: {center: available.get(fnsku, {}).get(center, 0) for center in chosen}
        for fnsku in needed
    }
    picks: list[Pick] = []
    for place, (fnsku, quantity) in enumerate(demands):
        for center in chosen:
            taken = min(quantity, left[fnsku][center])
            if taken > 0:
                picks.append((place, center, taken))
                left[fnsku][center] -= taken
                quantity -= taken
            if not quantity:
                break
    return picks


def _smallest_set(
    needed: Mapping[str, int],
    available: Mapping[str, Mapping[str, int]],
    centers: Sequence[str],
) -> Sequence[str]:
    # Countries have few centers, so that trying every set is the plainest way.
    for size in range(1, len(centers) + 1):
        best: tuple[int, ...] | None = None
        for ranks in combinations(range(len(centers)), size):
            if best is not None and sum(ranks) >= sum(best):
                continue
            if all(
                sum(available.get(fnsku, {}).get(centers[rank], 0) for rank in ranks) >= quantity
                for fnsku, quantity in needed.items()
            ):
                best = ranks
        if best is not None:
            return [centers[rank] for rank in best]
    return centers
