"""Requests about a buyer's data, as channels send them by webhook: stored until they are done."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.plugins.channel import PrivacyRequest
from stockpool.webhooks.tables import privacy_requests


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request and what became of it. `asked` names nobody once it is done."""

    channel: str
    request_id: str
    kind: str
    asked: PrivacyRequest
    received_at: datetime
    tried_at: datetime | None
    done_at: datetime | None


def store(
    connection: Connection, channel: str, request_id: str, asked: PrivacyRequest, *, at: datetime
) -> None:
    """Store a request; one that is there already stays as it is."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(
        dialect.insert(privacy_requests)
        .values(
            channel=channel,
            request_id=request_id,
            kind=asked.kind,
            body=json.dumps(asdict(asked)),
            received_at=at,
        )
        .on_conflict_do_nothing()
    )


def stored(connection: Connection, *, open_only: bool) -> list[StoredRequest]:
    """Requests, the oldest first."""
    statement = select(privacy_requests).order_by(
        privacy_requests.c.received_at, privacy_requests.c.channel, privacy_requests.c.request_id
    )
    if open_only:
        statement = statement.where(privacy_requests.c.done_at.is_(None))
    return [
        StoredRequest(
            row.channel,
            row.request_id,
            row.kind,
            PrivacyRequest(**json.loads(row.body)),
            row.received_at,
            row.tried_at,
            row.done_at,
        )
        for row in connection.execute(statement)
    ]


def take_due(
    connection: Connection, *, at: datetime, tried_before: datetime
) -> list[StoredRequest]:
    """Open requests that were not tried since `tried_before`; noted as tried now."""
    due = [
        request
        for request in stored(connection, open_only=True)
        if request.tried_at is None or request.tried_at < tried_before
    ]
    for request in due:
        connection.execute(update(privacy_requests).where(*_this(request)).values(tried_at=at))
    return due


def finish(connection: Connection, request: StoredRequest, *, at: datetime) -> None:
    """It is done: that it was asked for and when stays, who asked does not."""
    connection.execute(
        update(privacy_requests)
        .where(*_this(request))
        .values(done_at=at, body=json.dumps({"kind": request.kind}))
    )


def _this(request: StoredRequest) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        privacy_requests.c.channel == request.channel,
        privacy_requests.c.request_id == request.request_id,
    )
