"""Times and money as the Selling Partner API writes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stockpool.money import Money
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.simulated_time import to_datetime


def timestamp(at: Micros | datetime) -> str:
    """ISO 8601 in UTC to the second."""
    moment = at if isinstance(at, datetime) else to_datetime(at)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def decimal(minor: int, currency: str) -> str:
    """Minor units as a decimal string."""
    return str(Money(minor, currency).amount)


def present(**members: Any) -> dict[str, Any]:
    """The members that are not None."""
    return {name: value for name, value in members.items() if value is not None}
