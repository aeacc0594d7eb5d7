"""How far each channel and network has been read. Moved in the transaction that stores the page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.outbox.tables import cursors


def position(connection: Connection, name: str) -> str | None:
    """Where reading goes on; None at the start."""
    return connection.execute(
        select(cursors.c.position).where(cursors.c.name == name)
    ).scalar_one_or_none()


def move(connection: Connection, name: str, to: str | None, *, at: datetime) -> None:
    """Reading goes on at `to`."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(cursors).values(name=name, position=to, moved_at=at)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "position": statement.excluded.position,
                "moved_at": statement.excluded.moved_at,
            },
        )
    )
