"""The servers that other tests rely on: real, empty for each test, and gone afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import create_engine, inspect, text

from servers import ValkeyServer

SUPPORT = Path(__file__).parent / "support"

CHILD = """
import os, signal, sys
from servers import running_postgres, running_valkey
with running_postgres() as postgres, running_valkey() as valkey:
    pid = postgres.folder.joinpath("data", "postmaster.pid").read_text().split()[0]
    print(pid, postgres.folder, valkey.folder, valkey.port, flush=True)
    os.kill(os.getpid(), int(sys.argv[1]))
"""


@pytest.mark.parametrize("round_", [1, 2])
def test_each_test_has_a_blank_database(blank_database_url: str, round_: int) -> None:
    engine = create_engine(blank_database_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE left_by_a_test (n INTEGER)"))
    engine.dispose()


@pytest.fixture
def left_open() -> Iterator[list[psycopg.Connection]]:
    """Connections that are still open when the database is given back."""
    connections: list[psycopg.Connection] = []
    yield connections
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("round_", [1, 2])
def test_each_test_has_a_migrated_database_without_rows(
    left_open: list[psycopg.Connection], postgres_url: str, round_: int
) -> None:
    connection = psycopg.connect(postgres_url.replace("+psycopg", ""))
    left_open.append(connection)
    assert connection.execute("SELECT count(*) FROM products").fetchall() == [(0,)]
    assert connection.execute("SELECT count(*) FROM alembic_version").fetchall() == [(1,)]
    connection.execute(
        "INSERT INTO products (sku, stock_sku, added_at) VALUES ('LEFT', 'BEHIND', now())"
    )
    connection.commit()
    # What a test has left locked must not keep the next one from its database.
    connection.execute("LOCK TABLE products")


@pytest.mark.parametrize("round_", [1, 2])
def test_a_test_may_change_the_tables(postgres_url: str, round_: int) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE products ADD COLUMN left_by_a_test INTEGER"))
    engine.dispose()


def test_commits_reach_the_disk(blank_postgres_url: str) -> None:
    engine = create_engine(blank_postgres_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW fsync")) == "on"
        assert connection.scalar(text("SHOW synchronous_commit")) == "on"
    engine.dispose()


@pytest.mark.parametrize("round_", [1, 2])
def test_each_test_has_an_empty_store(redis_url: str, round_: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        assert client.eval("return redis.call('SET', KEYS[1], ARGV[1])", 1, "left", "behind")


def test_a_server_on_a_taken_port_is_not_ours(redis_server: ValkeyServer, tmp_path: Path) -> None:
    assert redis_server.answers()
    assert not ValkeyServer(redis_server.port, tmp_path).answers()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, 0], ids=["kill", "term", "end"])
def test_no_server_outlives_the_process_that_started_it(how: int) -> None:
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(int(how))],
        env=os.environ | {"PYTHONPATH": str(SUPPORT)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert child.returncode == -how
    postmaster, postgres_folder, valkey_folder, port = child.stdout.split()
    stranger = ValkeyServer(int(port), Path(valkey_folder))

    def anything_left() -> bool:
        return (
            Path(postgres_folder).exists()
            or Path(valkey_folder).exists()
            or _is_alive(int(postmaster))
            or stranger.answers()
        )

    deadline = time.monotonic() + 30
    while anything_left():
        assert time.monotonic() < deadline, "a server or its folder is still there"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
