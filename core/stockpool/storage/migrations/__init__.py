"""Bringing a database's tables up to date.

The revisions are in `versions`, one file each, never changed after a release.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from stockpool.errors import ConfigurationError
from stockpool.storage.database import checked_url

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0026"
"""The newest revision; opening an up-to-date database costs one query."""

_one_at_a_time = threading.Lock()
"""Alembic keeps the migration under way in its own module: one a process."""


def revision(url: str) -> str | None:
    """The revision of a database's tables; None if it has none yet."""
    engine = create_engine(checked_url(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return _revision(connection)
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def upgrade(url: str, to: str = "head") -> None:
    """Bring the tables to the newest revision (or to `to`). Does nothing if they are there.

    Safe to call from several threads and processes at once: on PostgreSQL an advisory lock lets
    one of them do it, on SQLite the file's write lock does.

    Raises:
        ConfigurationError: the tables are of a newer version of stockpool.
    """
    found = revision(url)
    if to == "head" and found == HEAD:
        return
    from alembic import command
    from alembic.script import ScriptDirectory

    config = alembic_config(url)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise ConfigurationError(
            f"database: its tables are of revision {found}, made by a newer version of stockpool; "
            f"this version knows revisions up to {HEAD}"
        )
    with _one_at_a_time:
        command.upgrade(config, to)


def require_current(url: str) -> None:
    """Refuse a database whose tables are not of this version.

    Raises:
        ConfigurationError: says which command brings them up to date.
    """
    found = revision(url)
    if found != HEAD:
        raise ConfigurationError(
            f"database: its tables are of revision {found or 'none'}, this version needs {HEAD}; "
            "run `stockpool db upgrade`"
        )


def alembic_config(url: str) -> Config:
    """Alembic's configuration for these revisions and the database at `url`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = checked_url(url)
    return config
