"""Who the seller is to Amazon."""

from __future__ import annotations

from stockpool_amazon_sim.draws import Draws


def seller_id(draws: Draws) -> str:
    """The seller's id ("A" and 13 capital letters or digits), the same for the same seed."""
    return "A" + draws.code(12, "seller", 1) + draws.code(1, "seller", 2)
