"""Step 3: which candidate pools could ship everything alone, and what the others lack.

Most orders are decided here: under a ranking that counts shipments first, one pool that has
everything can't be beaten by two.
"""

from __future__ import annotations

from collections.abc import Mapping

from stockpool.routing.candidates import Candidate, Served
from stockpool.routing.values import Rejection

_NOTHING: Mapping[str, int] = {}


def single_pools(
    served: Served, available: Mapping[str, Mapping[str, int]], wanted: Mapping[str, int]
) -> tuple[list[Candidate], list[Rejection]]:
    """Split the pools of `served`: those that have all of `wanted`, and why the others don't."""
    able: list[Candidate] = []
    lacking: list[Rejection] = []
    for pool in served.pools:
        units = available.get(pool.pool, _NOTHING)
        for sku, asked in wanted.items():
            if units.get(sku, 0) < asked:
                lacking.append(_lacking(pool.pool, units, wanted))
                break
        else:
            able += pool.terms
    return able, lacking


def _lacking(pool: str, units: Mapping[str, int], wanted: Mapping[str, int]) -> Rejection:
    short = [sku for sku, asked in wanted.items() if units.get(sku, 0) < asked]
    if len(short) == len(wanted) and not any(units.get(sku, 0) > 0 for sku in short):
        what = short[0] if len(short) == 1 else f"the {len(short)} SKUs asked for"
        return Rejection((pool,), "no_stock", f"{pool} has none of {what}")
    sku = min(short)
    reason = f"{pool} has {max(0, units.get(sku, 0))} of {wanted[sku]} units of {sku}"
    if len(short) > 1:
        reason += f" and is short of {len(short) - 1} more"
    return Rejection((pool,), "insufficient_stock", reason)
