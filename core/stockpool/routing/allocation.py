"""Step 4: the best set of pools that can ship everything together.

1. Sets are tried by increasing size, from the smallest that could hold the units, until no
   larger set can be better.
2. Within a set each SKU is taken from the pool with the lowest unit fee first. Pools ask one
   unit fee for all SKUs and SKUs don't compete for anything, so this costs least. A set in which
   a pool stays unused is left out: without that pool it is no worse. (Order fees are >= 0.)
3. The ranking picks the best set; the others of no more shipments are the alternatives.

The result is exact as long as the sets examined stay within `STEPS_MOST`. Beyond (many pools,
each with a little), the best found by then is taken: it still ships everything, and the plan's
rejections say that the search was cut off (`search_limit`). Work is counted, not timed, so the
answer is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stockpool.errors import InvariantViolation
from stockpool.routing.candidates import Candidate, Served
from stockpool.routing.ranking import Rank, Ranking

STEPS_MOST = 400_000
"""What a search may spend (some tenths of a second) before it takes the best set found."""

_STEPS_A_SET = 8
"""What looking at a partial set costs, besides a step for each of its SKUs."""

_STEPS_WITHOUT_GUESSES = 1_000
"""A search over so few sets is done sooner than guesses to begin with."""


@dataclass(frozen=True, slots=True)
class Allotment:
    """What one pool ships: units by SKU."""

    candidate: Candidate
    units: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Choice:
    """The best set and the other sets that could have shipped everything in no more shipments."""

    rank: Rank
    allotments: tuple[Allotment, ...]
    alternatives: tuple[Rank, ...]
    complete: bool
    """Every set that could be better was looked at."""


def choose(
    served: Served,
    available: Mapping[str, Mapping[str, int]],
    wanted: Mapping[str, int],
    ranking: Ranking,
) -> Choice:
    """Find the best set for `wanted`, which the pools of `served` must have together."""
    return _Search(served, available, wanted, ranking).run()


class _Search:
    def __init__(
        self,
        served: Served,
        available: Mapping[str, Mapping[str, int]],
        wanted: Mapping[str, int],
        ranking: Ranking,
    ) -> None:
        self.skus = sorted(wanted)
        self.wanted = [wanted[sku] for sku in self.skus]
        self.ranking = ranking
        rows: list[tuple[Candidate, tuple[int, ...]]] = []
        for pool in served.pools:
            units = available.get(pool.pool, {})
            row = tuple(
                min(max(0, units.get(sku, 0)), most)
                for sku, most in zip(self.skus, self.wanted, strict=True)
            )
            if any(row):
                rows += ((candidate, row) for candidate in pool.terms)
        # Ascending positions are then the order in which pools are drawn on.
        rows.sort(key=lambda r: (r[0].unit_fee, r[0].pool, r[0].cross_border or ""))
        self.candidates = [candidate for candidate, _ in rows]
        self.rows = [row for _, row in rows]
        self.found: dict[tuple[int, ...], Rank] = {}
        self.best: tuple[Rank, tuple[int, ...]] | None = None
        self.steps = 0

    def run(self) -> Choice:
        reach = self._reach()
        days_least = self._days_least()
        pools = len({candidate.pool for candidate in self.candidates})
        if len(self.wanted) << len(self.rows) > _STEPS_WITHOUT_GUESSES:
            for members in self._first_guesses():
                self._note(members)
        for size in range(1, pools + 1):
            if not self._enough(reach[0][size]):
                continue
            least = self.ranking.figures(size, self._fee_least(size), days_least)
            if self.best is not None and least > self.best[0][:3]:
                break
            for members in self._sets(size, reach):
                self._note(members)
        if self.best is None:
            raise InvariantViolation("the pools together don't have what they are to ship")
        rank, members = self.best
        shipments = len(rank[3])
        alternatives = sorted(
            other for other in self.found.values() if other != rank and len(other[3]) <= shipments
        )
        return Choice(
            rank,
            self._allot(members),
            tuple(alternatives),
            complete=self.steps < STEPS_MOST,
        )

    def _note(self, members: tuple[int, ...]) -> None:
        if members in self.found:
            return
        fee = self._fee(members)
        if fee is not None:
            rank = self.ranking.rank([self.candidates[i] for i in members], fee)
            self.found[members] = rank
            if self.best is None or rank < self.best[0]:
                self.best = (rank, members)

    def _fee(self, members: Sequence[int]) -> int | None:
        """The least fee for shipping everything from all of `members`; None: they can't."""
        left = self.wanted.copy()
        fee = 0
        for i in members:
            used = 0
            for sku, units in enumerate(self.rows[i]):
                taken = min(units, left[sku])
                left[sku] -= taken
                used += taken
            if not used:
                return None
            candidate = self.candidates[i]
            fee += candidate.order_fee + candidate.unit_fee * used
        return None if any(left) else fee

    def _allot(self, members: Sequence[int]) -> tuple[Allotment, ...]:
        left = self.wanted.copy()
        allotments: list[Allotment] = []
        for i in members:
            units: dict[str, int] = {}
            for sku, there in enumerate(self.rows[i]):
                taken = min(there, left[sku])
                if taken:
                    left[sku] -= taken
                    units[self.skus[sku]] = taken
            allotments.append(Allotment(self.candidates[i], units))
        allotments.sort(key=lambda allotment: allotment.candidate.pool)
        return tuple(allotments)

    def _enough(self, units: Sequence[int]) -> bool:
        return all(there >= most for there, most in zip(units, self.wanted, strict=True))

    def _sets(self, size: int, reach: list[list[list[int]]]) -> Iterator[tuple[int, ...]]:
        """Sets of `size` different pools that have everything, in the order of positions."""
        last = len(self.rows)
        step = _STEPS_A_SET + len(self.wanted)
        chosen: list[int] = []
        pools: set[str] = set()

        def extend(start: int, have: Sequence[int]) -> Iterator[tuple[int, ...]]:
            missing = size - len(chosen)
            if not missing:
                yield tuple(chosen)
                return
            for i in range(start, last - missing + 1):
                if self.steps >= STEPS_MOST:
                    return
                self.steps += step
                best_case = reach[i][missing]
                if not self._enough([a + b for a, b in zip(have, best_case, strict=True)]):
                    return  # what later positions can add is no more than this
                pool = self.candidates[i].pool
                if pool in pools:
                    continue
                chosen.append(i)
                pools.add(pool)
                yield from extend(i + 1, [a + b for a, b in zip(have, self.rows[i], strict=True)])
                chosen.pop()
                pools.remove(pool)

        yield from extend(0, [0] * len(self.wanted))

    def _reach(self) -> list[list[list[int]]]:
        """[i][n][sku]: the most units that n rows from position i on can hold; an upper bound."""
        count = len(self.rows)
        columns: list[list[int]] = [[] for _ in self.skus]
        reach: list[list[list[int]]] = []
        for i in range(count, -1, -1):
            if i < count:
                for column, units in zip(columns, self.rows[i], strict=True):
                    column.append(units)
                    column.sort(reverse=True)
            sums = [[0] * len(self.skus)]
            for n in range(count):
                sums.append(
                    [
                        total + (column[n] if n < len(column) else 0)
                        for total, column in zip(sums[-1], columns, strict=True)
                    ]
                )
            reach.append(sums)
        reach.reverse()
        return reach

    def _fee_least(self, size: int) -> int:
        """No set of `size` pools costs less: its order fees, and each unit where it is cheapest."""
        fee = sum(sorted(candidate.order_fee for candidate in self.candidates)[:size])
        for sku, most in enumerate(self.wanted):
            left = most
            for candidate, row in zip(self.candidates, self.rows, strict=True):
                taken = min(left, row[sku])
                fee += taken * candidate.unit_fee
                left -= taken
        return fee

    def _days_least(self) -> int:
        """No set that has everything promises less."""
        have = [0] * len(self.wanted)
        pools: set[str] = set()
        days = 0
        for candidate, row in sorted(
            zip(self.candidates, self.rows, strict=True), key=lambda entry: entry[0].transit_days
        ):
            if self._enough(have):
                break
            days = candidate.transit_days
            if candidate.pool not in pools:
                pools.add(candidate.pool)
                have = [a + b for a, b in zip(have, row, strict=True)]
        return days

    def _first_guesses(self) -> Iterator[tuple[int, ...]]:
        """Sets that have everything, found without a search: what the search must beat."""
        for order in (
            lambda i: (self.candidates[i].unit_fee, i),
            lambda i: (self.candidates[i].order_fee, i),
            lambda i: (self.candidates[i].transit_days, i),
            lambda i: (-sum(self.rows[i]), i),
        ):
            members = self._gather(sorted(range(len(self.rows)), key=order))
            yield members
            yield self._without_spare(members)

    def _gather(self, positions: Sequence[int]) -> tuple[int, ...]:
        """Take pools in the given order as long as they add something."""
        left = self.wanted.copy()
        members: list[int] = []
        pools: set[str] = set()
        for i in positions:
            if self.candidates[i].pool in pools:
                continue
            taken = [min(a, b) for a, b in zip(left, self.rows[i], strict=True)]
            if any(taken):
                left = [a - b for a, b in zip(left, taken, strict=True)]
                members.append(i)
                pools.add(self.candidates[i].pool)
        return tuple(sorted(members))

    def _without_spare(self, members: tuple[int, ...]) -> tuple[int, ...]:
        """Leave out pools, the dearest order fee first, as long as the rest have everything."""
        kept = list(members)
        for i in sorted(members, key=lambda i: (-self.candidates[i].order_fee, i)):
            rest = [member for member in kept if member != i]
            have = [sum(self.rows[j][sku] for j in rest) for sku in range(len(self.wanted))]
            if self._enough(have):
                kept = rest
        return tuple(kept)
