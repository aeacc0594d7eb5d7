"""What makes one set of pools better than another.

Sets are compared by three figures, in an order that the policy chooses; among equals the set
whose pool ids come first wins, so there is always exactly one best set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stockpool.routing.candidates import Candidate

Criterion = Literal["shipments", "fee", "transit_days"]

Rank = tuple[int, int, int, tuple[str, ...], tuple[str, ...]]
"""The three figures in the ranking's order, the pools, their cross-border rules. Less is better."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """An order of the criteria: the first that differs decides."""

    first: Criterion
    second: Criterion
    third: Criterion

    @property
    def criteria(self) -> tuple[Criterion, Criterion, Criterion]:
        """From the most to the least important."""
        return (self.first, self.second, self.third)

    def figures(self, shipments: int, fee: int, transit_days: int) -> tuple[int, int, int]:
        """The three figures in the order of the criteria."""
        if self.first == "shipments":
            if self.second == "fee":
                return (shipments, fee, transit_days)
            return (shipments, transit_days, fee)
        if self.first == "fee":
            if self.second == "shipments":
                return (fee, shipments, transit_days)
            return (fee, transit_days, shipments)
        if self.second == "shipments":
            return (transit_days, shipments, fee)
        return (transit_days, fee, shipments)

    def rank(self, members: Sequence[Candidate], fee: int) -> Rank:
        """The rank of shipping from `members` for `fee` in all."""
        if len(members) == 1:
            only = members[0]
            return (
                *self.figures(1, fee, only.transit_days),
                (only.pool,),
                (only.cross_border or "",),
            )
        ordered = sorted(members, key=lambda member: member.pool)
        days = max(member.transit_days for member in members)
        return (
            *self.figures(len(members), fee, days),
            tuple(member.pool for member in ordered),
            tuple(member.cross_border or "" for member in ordered),
        )


FEWEST_SHIPMENTS = Ranking("shipments", "fee", "transit_days")
CHEAPEST = Ranking("fee", "shipments", "transit_days")
FASTEST = Ranking("transit_days", "shipments", "fee")
