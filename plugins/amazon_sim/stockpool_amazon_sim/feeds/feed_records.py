"""What the simulator remembers of feeds. See `records`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from stockpool_amazon_sim.records import Micros, stored


@stored
@dataclass(slots=True)
class Feed:
    """A file of orders that Amazon works through.

    Attributes:
        status: IN_QUEUE, IN_PROGRESS, DONE, FATAL or CANCELLED.
        input_document_id, result_document_id: see `documents`.
        fails: that its processing shall end in FATAL, whatever it holds.
    """

    feed_id: str
    feed_type: str
    countries: list[str]
    input_document_id: str
    created_at: Micros
    status: str = "IN_QUEUE"
    started_at: Micros = 0
    ended_at: Micros = 0
    result_document_id: str = ""
    options: dict[str, str] = field(default_factory=dict)
    fails: bool = False


def decode_feed(document: str) -> Feed:
    """Read back what `encode` wrote of a feed."""
    return Feed(*json.loads(document))
