"""The steps of routing, in their order. The bundled policies differ in their ranking only.

1. `candidates`    which pools may ship to the destination, at the speed, with the features
2. `fillable`      how much can be filled with what they have together; the rest is short
3. `single_pool`   which of them have all of it alone
4. `allocation`    else, or if several may be better than one: the best set of pools
5. `distribution`  which line gets which units from which pool
6. `alternatives`  what was possible too, and why it was not taken

The plan depends on the values of its arguments only: not on the order of mappings and sets, not
on the order of pools in the rules.
"""

from __future__ import annotations

from stockpool.routing.allocation import choose
from stockpool.routing.alternatives import not_taken
from stockpool.routing.candidates import Candidate, CandidateCache, Served
from stockpool.routing.distribution import distribute, shipment
from stockpool.routing.fillable import Fillable, everything, fillable, no_pool, units_by_sku
from stockpool.routing.ranking import Ranking
from stockpool.routing.single_pool import single_pools
from stockpool.routing.values import (
    Allocation,
    Demand,
    Plan,
    Rejection,
    RoutingInput,
    RoutingRules,
)


class RankedPolicy:
    """A routing policy that takes the best set of pools under a ranking."""

    __slots__ = ("_candidates", "_fewest_first", "_ranking")

    def __init__(self, ranking: Ranking) -> None:
        self._ranking = ranking
        self._fewest_first = ranking.first == "shipments"
        self._candidates = CandidateCache()

    def plan(self, rules: RoutingRules, question: RoutingInput) -> Plan:
        """Answer `question` under `rules`; allocations and shortfalls add up to the demand."""
        served = self._candidates.get(
            rules, question.destination, question.speed, question.features
        )
        demands = question.demands
        wanted = units_by_sku(demands)
        if not wanted:
            return Plan((), (), (), served.rejections)
        if not served.pools:
            return Plan((), (), no_pool(question, served.rejections), served.rejections)
        able, lacking = single_pools(served, question.available, wanted)
        if able and (self._fewest_first or _others_have_nothing(served, lacking)):
            return self._from_one_pool(served, able, lacking, demands, wanted)
        fill = everything(demands) if able else fillable(question, served)
        if fill.shortfalls:
            if not any(fill.filled):
                return Plan((), (), fill.shortfalls, (*served.rejections, *lacking))
            wanted = _filled_by_sku(demands, fill)
            able, lacking = single_pools(served, question.available, wanted)
        return self._from_best_set(served, lacking, question, wanted, fill)

    def _from_one_pool(
        self,
        served: Served,
        able: list[Candidate],
        lacking: list[Rejection],
        demands: tuple[Demand, ...],
        wanted: dict[str, int],
    ) -> Plan:
        """The usual case, kept short: one pool has everything, and no set can be better."""
        units = sum(wanted.values())
        best = able[0]
        rejected = served.rejections
        if len(able) > 1:
            ranking = self._ranking
            ranked = sorted(
                [
                    (ranking.rank((one,), one.order_fee + one.unit_fee * units), index)
                    for index, one in enumerate(able)
                ]
            )
            best = able[ranked[0][1]]
            others = not_taken(ranking, ranked[0][0], [rank for rank, _ in ranked[1:]])
            rejected = (*rejected, *lacking, *others)
        elif lacking:
            rejected = (*rejected, *lacking)
        pool = best.pool
        allocations = [
            Allocation(pool, demand.line_id, demand.sku, quantity)
            for demand in demands
            if (quantity := demand.count * demand.each) > 0
        ]
        return Plan(tuple(allocations), (shipment(best, units),), (), rejected)

    def _from_best_set(
        self,
        served: Served,
        lacking: list[Rejection],
        question: RoutingInput,
        wanted: dict[str, int],
        fill: Fillable,
    ) -> Plan:
        choice = choose(served, question.available, wanted, self._ranking)
        others = not_taken(
            self._ranking, choice.rank, choice.alternatives, complete=choice.complete
        )
        return Plan(
            distribute(question.demands, fill.filled, choice.allotments),
            tuple(
                shipment(allotment.candidate, sum(allotment.units.values()))
                for allotment in choice.allotments
            ),
            fill.shortfalls,
            (*served.rejections, *lacking, *others),
        )


def _others_have_nothing(served: Served, lacking: list[Rejection]) -> bool:
    """All pools but one have none of the units wanted, so no set of several can be better."""
    without = [rejection for rejection in lacking if rejection.code == "no_stock"]
    return len(without) == len(served.pools) - 1


def _filled_by_sku(demands: tuple[Demand, ...], fill: Fillable) -> dict[str, int]:
    units: dict[str, int] = {}
    for demand, quantity in zip(demands, fill.filled, strict=True):
        if quantity > 0:
            units[demand.sku] = units.get(demand.sku, 0) + quantity
    return units
