"""Fixtures for every test: real databases, a real broker store, and Hypothesis's settings.

A test that touches the database takes `database_url` and runs twice, on SQLite and on PostgreSQL.
Servers start when a test first asks for one, once per session (per xdist worker).
"""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from servers import PostgresServer, ValkeyServer, running_postgres, running_valkey
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.ids import IdSource

# A database fixture gives one database to all examples of a property. That is meant: such tests
# use names that no other example uses, or take back what they wrote.
_SUPPRESSED = [HealthCheck.function_scoped_fixture]
settings.register_profile("default", deadline=None, suppress_health_check=_SUPPRESSED)
settings.register_profile(
    "ci", derandomize=True, deadline=None, print_blob=True, suppress_health_check=_SUPPRESSED
)
settings.register_profile(
    "deep",
    max_examples=5_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[*_SUPPRESSED, HealthCheck.too_slow],
)
settings.register_profile(
    "fuzz",
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "10000")),
    deadline=None,
    print_blob=True,
    suppress_health_check=[*_SUPPRESSED, HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default")
)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL. Most tests want `postgres_url` instead."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a migrated database without rows, from which the tests' databases are copied."""
    name = postgres_server.create_database()
    _upgrade(postgres_server.url(name))
    return name


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database without rows, for this test alone."""
    name = postgres_server.lend(postgres_template)
    yield postgres_server.url(name)
    postgres_server.take_back(name, postgres_template)


@pytest.fixture
def blank_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database without tables, for this test alone."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without rows, from which the tests' files are copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    file.touch()
    _upgrade(f"sqlite:///{file}")
    left_behind = [path.name for path in file.parent.iterdir() if path != file]
    assert left_behind == [], "the migration left a connection open, so the file is incomplete"
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file without rows, for this test alone."""
    return f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'stockpool.db')}"


@pytest.fixture
def blank_sqlite_url(tmp_path: Path) -> str:
    """Where no SQLite file is yet, for this test alone."""
    return f"sqlite:///{tmp_path / 'stockpool.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database without rows; the test runs on SQLite and on PostgreSQL."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_database_url(request: pytest.FixtureRequest) -> str:
    """A database without tables; the test runs on SQLite and on PostgreSQL."""
    fixture = {"sqlite": "blank_sqlite_url", "postgresql": "blank_postgres_url"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[ValkeyServer]:
    """A running Redis-compatible server. Most tests want `redis_url` instead."""
    with running_valkey() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: ValkeyServer) -> str:
    """An empty Redis-compatible store."""
    redis_server.flush()
    return redis_server.url


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still until the test moves it."""
    return ManualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))


@pytest.fixture
def network(clock: ManualClock) -> FakeNetwork:
    """The fulfillment network of `engine`: pools `amazon-na:US` and `amazon-na:CA`."""
    return FakeNetwork(clock=clock)


@pytest.fixture
def channel() -> FakeChannel:
    """The sales channel `web` of `engine`; it can do everything."""
    return FakeChannel()


@pytest.fixture
def engine(
    database_url: str, clock: ManualClock, network: FakeNetwork, channel: FakeChannel
) -> Iterator[Engine]:
    """An engine without installed plugins, on both databases, whose ids repeat run by run."""
    with Engine.open(
        database_url,
        config={"plugins": []},
        clock=clock,
        ids=IdSource(seed=1),
        networks={"amazon-na": network},
        channels={"web": channel},
    ) as opened:
        yield opened


def _upgrade(url: str) -> None:
    importlib.import_module("stockpool.storage.migrations").upgrade(url)
