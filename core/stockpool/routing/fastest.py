"""Bundled: the earliest promise, then the fewest shipments, then the lowest fee."""

from __future__ import annotations

from stockpool.routing.ranked_policy import RankedPolicy
from stockpool.routing.ranking import FASTEST


class Fastest(RankedPolicy):
    """Bundled: the earliest promise, then the fewest shipments, then the lowest fee."""

    __slots__ = ()

    name = "fastest"
    version = 1

    def __init__(self) -> None:
        super().__init__(FASTEST)
