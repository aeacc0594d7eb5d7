"""Deliveries of webhooks as rows: stored once, open until the channel was read again, forgotten.

A delivery is a hint that something changed. What has changed is read from the channel, so the order
in which deliveries come, and whether one comes at all, makes no difference to what is stored.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.plugins.channel import WebhookHint
from stockpool.webhooks.tables import webhook_deliveries

KEPT = timedelta(days=7)
"""So long a repeat is known as one. The longest that a bundled channel goes on repeating is 4 h."""

AT_ONCE = 500
"""Deliveries that are worked off together."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Deliveries of a channel after which it was not read again yet."""

    channel: str
    count: int
    oldest: datetime


def store(connection: Connection, channel: str, hint: WebhookHint, *, at: datetime) -> bool:
    """Store a delivery; False if it is known already."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    stored = connection.execute(
        dialect.insert(webhook_deliveries)
        .values(
            channel=channel,
            delivery_id=hint.delivery_id,
            topic=hint.topic,
            channel_order_ids=json.dumps(list(hint.channel_order_ids)),
            received_at=at,
        )
        .on_conflict_do_nothing()
        .returning(webhook_deliveries.c.delivery_id)
    )
    return stored.first() is not None


def unread(connection: Connection, channel: str) -> list[WebhookHint]:
    """The oldest deliveries after which the channel was not read again, `AT_ONCE` at most."""
    rows = connection.execute(
        select(webhook_deliveries)
        .where(*_open(channel))
        .order_by(webhook_deliveries.c.received_at, webhook_deliveries.c.delivery_id)
        .limit(AT_ONCE)
    )
    return [
        WebhookHint(row.delivery_id, row.topic, tuple(json.loads(row.channel_order_ids)))
        for row in rows
    ]


def has_news(connection: Connection, channel: str) -> bool:
    """Whether there is a delivery for which the channel was not asked yet.

    One for which that failed waits for the regular poll, so that a channel that is down is not
    asked more often than others.
    """
    found = select(exists().where(*_open(channel), webhook_deliveries.c.tried_at.is_(None)))
    return bool(connection.execute(found).scalar_one())


def mark_tried(
    connection: Connection, channel: str, hints: Sequence[WebhookHint], *, at: datetime
) -> None:
    """The channel is about to be read because of these."""
    connection.execute(
        update(webhook_deliveries)
        .where(*_these(channel, hints), webhook_deliveries.c.tried_at.is_(None))
        .values(tried_at=at)
    )


def mark_read(
    connection: Connection, channel: str, hints: Sequence[WebhookHint], *, at: datetime
) -> None:
    """The channel was read after these came; those that are long done are forgotten."""
    connection.execute(update(webhook_deliveries).where(*_these(channel, hints)).values(read_at=at))
    connection.execute(
        delete(webhook_deliveries).where(
            webhook_deliveries.c.channel == channel, webhook_deliveries.c.read_at < at - KEPT
        )
    )


def backlog(connection: Connection) -> list[Backlog]:
    """What is to be worked off, by channel."""
    rows = connection.execute(
        select(
            webhook_deliveries.c.channel,
            func.count(),
            func.min(webhook_deliveries.c.received_at, type_=webhook_deliveries.c.received_at.type),
        )
        .where(webhook_deliveries.c.read_at.is_(None))
        .group_by(webhook_deliveries.c.channel)
        .order_by(webhook_deliveries.c.channel)
    )
    return [Backlog(channel, count, oldest) for channel, count, oldest in rows]


def _open(channel: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return webhook_deliveries.c.channel == channel, webhook_deliveries.c.read_at.is_(None)


def _these(
    channel: str, hints: Sequence[WebhookHint]
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    ids = [hint.delivery_id for hint in hints]
    return webhook_deliveries.c.channel == channel, webhook_deliveries.c.delivery_id.in_(ids)
