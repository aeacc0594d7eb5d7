"""The answer to a submitted order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stockpool.orders.status import OrderStatus
from stockpool.problems import Problem


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one `OrderRequest`.

    Attributes:
        order_id: the engine's id; None if the request was parked or refused.
        duplicate: the same request was taken in before; nothing was done this time.
        edited: it replaced an earlier content of which nothing had been submitted yet.
        problems: why it was parked, refused or can't be filled; empty if all is well.
    """

    channel: str
    channel_order_id: str
    order_id: str | None
    status: OrderStatus
    duplicate: bool = False
    edited: bool = False
    problems: tuple[Problem, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "channel": self.channel,
            "channel_order_id": self.channel_order_id,
            "order_id": self.order_id,
            "status": self.status.value,
            "duplicate": self.duplicate,
            "edited": self.edited,
            "problems": [problem.as_dict() for problem in self.problems],
        }
