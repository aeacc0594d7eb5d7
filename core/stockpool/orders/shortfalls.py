"""Units that routing could not find and that do not wait: a person and the channel are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from stockpool.attention.queue import raise_concerns
from stockpool.orders.announcements import announce, unfulfillable_news
from stockpool.orders.claims import Claim
from stockpool.orders.parking import unfulfillable_concern
from stockpool.orders.preparation import IntakeSettings


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
    capabilities = {name: facts.capabilities for name, facts in settings.channels.items()}
    news = [unfulfillable_news(claim) for claim in short]
    announce(connection, [n for n in news if n is not None], capabilities, at=at)
