"""The notes of plugins, in the engine's database (see `stockpool.plugins.notes`)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.outbox.tables import plugin_notes
from stockpool.plugins.notes import Change
from stockpool.storage.database import Database


class DatabaseNotes:
    """The notes of one instance.

    Args:
        owner: `channels.NAME` or `networks.NAME`.
    """

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner

    def read(self, prefix: str = "") -> Mapping[str, str]:
        """All notes whose key begins with `prefix`."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(plugin_notes.c.key, plugin_notes.c.text).where(
                    plugin_notes.c.owner == self._owner,
                    plugin_notes.c.text.is_not(None),
                    plugin_notes.c.key.startswith(prefix, autoescape=True),
                )
            )
            # SQLite's LIKE does not tell capitals apart.
            return {key: text for key, text in rows if key.startswith(prefix)}

    def change(self, key: str, change: Change) -> str | None:
        """Replace one note under a row lock; see `Notes.change`."""
        return self._database.run(lambda connection: self._change(connection, key, change))

    def _change(self, connection: Connection, key: str, change: Change) -> str | None:
        text = change(self._held(connection, key))
        here = self._at(key)
        if text is None:
            connection.execute(delete(plugin_notes).where(*here))
        else:
            connection.execute(
                update(plugin_notes)
                .where(*here)
                .values(text=text, changed_at=self._database.clock.now())
            )
        return text

    def _held(self, connection: Connection, key: str) -> str | None:
        """The text under a row lock. The row is made first, so that there is one to lock."""
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        found = None
        # Whoever held the lock before us may have removed the row.
        while found is None:
            connection.execute(
                dialect.insert(plugin_notes)
                .values(owner=self._owner, key=key, text=None)
                .on_conflict_do_nothing()
            )
            found = connection.execute(
                select(plugin_notes.c.text).where(*self._at(key)).with_for_update()
            ).one_or_none()
        text: str | None = found.text
        return text

    def _at(self, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return plugin_notes.c.owner == self._owner, plugin_notes.c.key == key
