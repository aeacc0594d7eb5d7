"""The bundled default: fewest shipments, then the lowest fee, then the earliest promise."""

from __future__ import annotations

from stockpool.routing.ranked_policy import RankedPolicy
from stockpool.routing.ranking import FEWEST_SHIPMENTS


class FewestShipments(RankedPolicy):
    """The bundled default: fewest shipments, then the lowest fee, then the earliest promise."""

    __slots__ = ()

    name = "fewest_shipments"
    version = 1

    def __init__(self) -> None:
        super().__init__(FEWEST_SHIPMENTS)
