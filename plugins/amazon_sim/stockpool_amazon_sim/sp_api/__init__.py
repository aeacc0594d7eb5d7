"""The simulator as an HTTP server that speaks Amazon's Selling Partner API.

A module here for each API turns its JSON into calls of the simulator and back. It keeps nothing
and decides nothing: all state and all rules are the simulator's.
"""

from __future__ import annotations

from stockpool_amazon_sim.sp_api.application import Application

__all__ = ["Application"]
