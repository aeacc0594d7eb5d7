"""Requests that could not be accepted: kept as they came, until they can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.attention.queue import Concern, close_concerns
from stockpool.order_request import OrderRequest
from stockpool.orders.tables import parked_requests
from stockpool.problems import Problem

if TYPE_CHECKING:
    from stockpool.orders.claims import Claim
    from stockpool.orders.preparation import Prepared


def concern_key(channel: str, channel_order_id: str) -> str:
    """The attention queue's key for a request that could not be accepted."""
    return f"intake:{channel}:{channel_order_id}"


def unfulfillable_concern(claim: Claim) -> Concern:
    """An order was accepted, but a part of it will not be shipped."""
    shortfalls = claim.plan.shortfalls if claim.plan is not None else ()
    return Concern(
        f"order:{claim.order_id}:unfulfillable",
        "order",
        claim.order_id,
        tuple(
            Problem(
                shortfall.code,
                f"line {shortfall.line_id}: {shortfall.reason}",
                fix="tell the buyer and refund, or send it in another way",
            )
            for shortfall in shortfalls
            if not shortfall.waits
        ),
    )


def park(connection: Connection, entries: Sequence[Prepared], *, at: datetime) -> None:
    """Keep requests; one that is parked already is replaced by its newest form."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(parked_requests)
    statement = statement.on_conflict_do_update(
        index_elements=["channel", "channel_order_id"],
        set_={
            "fingerprint": statement.excluded.fingerprint,
            "request": statement.excluded.request,
        },
    )
    rows: list[dict[str, Any]] = [
        {
            "channel": entry.request.channel,
            "channel_order_id": entry.request.channel_order_id,
            "fingerprint": entry.fingerprint,
            "request": entry.request.model_dump_json(),
            "parked_at": at,
        }
        for entry in sorted(entries, key=lambda entry: entry.identity)
    ]
    connection.execute(statement, rows)


def unpark(connection: Connection, identities: Sequence[tuple[str, str]]) -> None:
    """Forget requests that were accepted after all."""
    for channel, channel_order_id in identities:
        connection.execute(
            delete(parked_requests).where(
                parked_requests.c.channel == channel,
                parked_requests.c.channel_order_id == channel_order_id,
            )
        )


def settle(connection: Connection, identity: tuple[str, str], *, at: datetime) -> None:
    """Another content of that identity was accepted: what was parked is of no use any more."""
    unpark(connection, [identity])
    close_concerns(connection, [concern_key(*identity)], at=at, by="intake")


def parked_request(
    connection: Connection, channel: str, channel_order_id: str
) -> OrderRequest | None:
    """A parked request as it came, to be tried again."""
    body = connection.execute(
        select(parked_requests.c.request).where(
            parked_requests.c.channel == channel,
            parked_requests.c.channel_order_id == channel_order_id,
        )
    ).scalar_one_or_none()
    return None if body is None else OrderRequest.model_validate_json(body)
