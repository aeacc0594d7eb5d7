"""Opening the engine for one command, and finding the order that a person means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stockpool.engine import Engine
from stockpool.errors import NotFoundError
from stockpool.orders.views import OrderView


@contextmanager
def opened(config: Path) -> Iterator[Engine]:
    """The engine that a configuration file describes."""
    with Engine.from_file(config) as engine:
        yield engine


def find_order(engine: Engine, order: str, channel: str | None) -> OrderView:
    """The order with that id or, with a channel, with that order number of the channel.

    Raises:
        NotFoundError: there is none.
    """
    if channel is None:
        return engine.orders.get(order)
    found = engine.orders.find(channel, order)
    if found is None:
        raise NotFoundError(f"channel {channel} has no order {order} here")
    return found
