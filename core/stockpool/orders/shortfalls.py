"""Units that routing could not find and that do not wait: a person and the channel are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from stockpool.attention.queue import raise_concerns
from stockpool.orders.announcements import unfulfillable_effect
from stockpool.orders.claims import Claim
from stockpool.orders.parking import unfulfillable_concern
from stockpool.orders.preparation import ChannelFacts, IntakeSettings
from stockpool.outbox.effects import record


def tell_shortfalls(
    connection: Connection, claims: Sequence[Claim], settings: IntakeSettings, *, at: datetime
) -> None:
    """Tell about the units that `claims` were refused just now, if there are any."""
    short = [c for c in claims if any(wanted.unfulfillable for wanted in c.wanted)]
    raise_concerns(
        connection,
        [unfulfillable_concern(claim) for claim in short],
        at=at,
        new_ids=settings.ids.new_ids(at, len(short)),
    )
    nothing_known = ChannelFacts()
    record(
        connection,
        [
            effect
            for claim in short
            if (
                effect := unfulfillable_effect(
                    claim, settings.channels.get(claim.channel, nothing_known).capabilities
                )
            )
            is not None
        ],
        at=at,
    )
