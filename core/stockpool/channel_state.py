"""How it stands with a channel here: what is mapped, when it was read, and what is stuck."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, func, select

from stockpool.attention.tables import attention_items
from stockpool.catalog.tables import listing_components, told_availability
from stockpool.orders.tables import parked_requests
from stockpool.outbox.effects import Lane
from stockpool.outbox.tables import cursors, effects, is_open
from stockpool.webhooks import deliveries


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel as the engine's database has it.

    Attributes:
        mapped: channel SKUs that are listed.
        offered: channel SKUs of which the channel was told what can be sold.
        read_at: when the channel last had something new, or moved on; None: it was never read.
        parked: orders that could not be accepted.
        to_tell: pushes to the channel that are still to be done, and when the oldest was due.
        given_up: pushes that were given up; a person has to look.
        webhooks: deliveries after which the channel was not read again yet.
        attention: open items about the channel itself.
    """

    mapped: int
    offered: int
    read_at: datetime | None
    parked: int
    to_tell: int
    oldest_due_at: datetime | None
    given_up: int
    webhooks: int
    attention: int


def read_state(connection: Connection, channel: str) -> ChannelState:
    """The state of one channel."""
    to_channels = (Lane.PUSHES.value, Lane.REFUNDS.value)
    pushes = (effects.c.party == channel, effects.c.lane.in_(to_channels))
    to_tell, oldest = connection.execute(
        select(func.count(), func.min(effects.c.due_at, type_=effects.c.due_at.type)).where(
            *pushes, is_open()
        )
    ).one()
    waiting = {one.channel: one.count for one in deliveries.backlog(connection)}

    def count(statement: Select[int]) -> int:
        return int(connection.execute(statement).scalar_one())

    listed = select(func.count(listing_components.c.channel_sku.distinct())).where(
        listing_components.c.channel == channel
    )
    told = select(func.count()).where(told_availability.c.channel == channel)
    parked = select(func.count()).where(parked_requests.c.channel == channel)
    dead = select(func.count()).where(*pushes, effects.c.state == "dead")
    about = select(func.count()).where(
        attention_items.c.state == "open",
        attention_items.c.kind == "channel",
        attention_items.c.subject == channel,
    )
    read_at = connection.execute(
        select(cursors.c.moved_at).where(cursors.c.name == f"orders:{channel}")
    ).scalar_one_or_none()
    return ChannelState(
        mapped=count(listed),
        offered=count(told),
        read_at=read_at,
        parked=count(parked),
        to_tell=to_tell,
        oldest_due_at=oldest,
        given_up=count(dead),
        webhooks=waiting.get(channel, 0),
        attention=count(about),
    )
