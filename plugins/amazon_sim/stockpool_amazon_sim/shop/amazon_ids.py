"""The ids that Amazon itself gives to MCF orders: how they look beside the orders of its shop."""

from __future__ import annotations

from stockpool_amazon_sim.draws import Draws
from stockpool_amazon_sim.world import World


def amazon_id(draws: Draws, order_id: str) -> str:
    """`S01-`, seven digits, `-`, seven digits (seen by sellers; Amazon does not document it).

    Args:
        order_id: the seller's fulfillment order id.
    """
    digits = f"{draws.bits('amazon id', order_id) % 10**14:014d}"
    return f"S01-{digits[:7]}-{digits[7:]}"


def note_amazon_id(world: World, order_id: str) -> None:
    """Let a new MCF order be found by Amazon's id."""
    world.store.amazon_ids.put(amazon_id(world.draws, order_id), order_id)
