"""Bundled: the lowest fee, then the fewest shipments, then the earliest promise."""

from __future__ import annotations

from stockpool.routing.ranked_policy import RankedPolicy
from stockpool.routing.ranking import CHEAPEST


class Cheapest(RankedPolicy):
    """Bundled: the lowest fee, then the fewest shipments, then the earliest promise."""

    __slots__ = ()

    name = "cheapest"
    version = 1

    def __init__(self) -> None:
        super().__init__(CHEAPEST)
