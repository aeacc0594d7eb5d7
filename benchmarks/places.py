"""The databases that are measured: SQLite files, and a PostgreSQL of our own with fsync on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from benchmarks import world
from servers import PostgresServer, running_postgres


class Place(Protocol):
    """Where fresh databases come from; each has the stock of `world.stock` and no orders."""

    name: str

    def fresh(self) -> str:
        """The URL of one."""

    def drop(self, url: str) -> None:
        """It is not needed any more."""


class SQLiteFiles:
    """Copies of one file."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        self._template = folder / "template.db"
        with world.open_engine(f"sqlite:///{self._template}") as engine:
            world.stock(engine)

    def fresh(self) -> str:
        self._made += 1
        copied = shutil.copyfile(self._template, self._folder / f"measured-{self._made}.db")
        return f"sqlite:///{copied}"

    def drop(self, url: str) -> None:
        for file in self._folder.glob(f"{Path(url).name}*"):
            file.unlink()


class PostgresDatabases:
    """Copies of one database of a running server."""

    name = "PostgreSQL"

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._template = server.create_database()
        with world.open_engine(server.url(self._template)) as engine:
            world.stock(engine)

    def fresh(self) -> str:
        return self._server.url(self._server.create_database(self._template))

    def drop(self, url: str) -> None:
        self._server.drop_database(url.partition("@/")[2].partition("?")[0])


@contextmanager
def postgres() -> Iterator[PostgresDatabases]:
    """A PostgreSQL for this run, fsync on; everything else as the tests have it."""
    with running_postgres(fsync=True) as server:
        yield PostgresDatabases(server)


@contextmanager
def database(place: Place) -> Iterator[str]:
    """The URL of a fresh database, dropped at the end."""
    url = place.fresh()
    try:
        yield url
    finally:
        place.drop(url)
