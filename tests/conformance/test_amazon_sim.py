"""The simulated Amazon keeps the contract of a network, in memory and in a file."""

from __future__ import annotations

from stockpool_amazon_sim.conformance import TestInAFile, TestInMemory

__all__ = ["TestInAFile", "TestInMemory"]
