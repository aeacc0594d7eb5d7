"""Webhooks of the fake channel, and what is stored of them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select

from fake_channel import signature
from stockpool.engine import Engine
from stockpool.webhooks.tables import webhook_deliveries


def delivery(number: int | str, *orders: str) -> tuple[Mapping[str, str], bytes]:
    """What the shop sends."""
    body = json.dumps({"topic": "orders/updated", "orders": list(orders)}).encode()
    return {"X-Signature": signature(body), "X-Delivery": f"d{number}"}, body


def stored(engine: Engine) -> list[str]:
    """Ids of the deliveries that are stored."""
    with engine.database.read() as connection:
        return sorted(connection.execute(select(webhook_deliveries.c.delivery_id)).scalars())


def unread(engine: Engine) -> list[str]:
    """Ids of those after which the channel was not read again."""
    statement = select(webhook_deliveries.c.delivery_id)
    with engine.database.read() as connection:
        return sorted(
            connection.execute(statement.where(webhook_deliveries.c.read_at.is_(None))).scalars()
        )
