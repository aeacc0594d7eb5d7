"""Migrations: from nothing to exactly the tables the code is written for, once, by whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import migrating
from at_once import in_processes, in_threads
from stockpool.errors import ConfigurationError
from stockpool.schema import complete_metadata
from stockpool.storage import migrations
from stockpool.storage.database import Database


@pytest.fixture
def blank(blank_database_url: str) -> Iterator[Database]:
    opened = Database(blank_database_url)
    yield opened
    opened.close()


def differences(database: Database) -> list[Any]:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, complete_metadata()))


def shape(database: Database) -> dict[str, Any]:
    """Everything that the database knows of its tables, but the order in which it tells it."""
    with database.read() as connection:
        inspector = inspect(connection)
        return {
            f"{table} {what}": sorted(map(_plain, getattr(inspector, f"get_{what}")(table)))
            for table in inspector.get_table_names()
            for what in (
                "columns",
                "indexes",
                "foreign_keys",
                "unique_constraints",
                "check_constraints",
            )
            if table != "alembic_version"
        }


def _plain(described: dict[str, Any]) -> str:
    """With the text of partial indexes' conditions instead of the objects that hold it."""
    options = described.get("dialect_options", {})
    return repr({**described, "dialect_options": {name: str(options[name]) for name in options}})


def test_alembic_finds_no_difference_between_the_revisions_and_the_code(blank: Database) -> None:
    migrations.upgrade(blank.url.render_as_string(hide_password=False))
    assert differences(blank) == []


def test_the_revisions_make_the_same_tables_as_the_code_down_to_defaults_and_checks(
    blank: Database,
) -> None:
    migrations.upgrade(blank.url.render_as_string(hide_password=False))
    migrated = shape(blank)
    with blank.write() as connection:
        complete_metadata().drop_all(connection)
    with blank.write() as connection:
        complete_metadata().create_all(connection)
    assert migrated == shape(blank)


def test_the_head_that_the_code_knows_is_the_newest_revision(sqlite_url: str) -> None:
    script = ScriptDirectory.from_config(migrations.alembic_config(sqlite_url))
    assert script.get_heads() == [migrations.HEAD]


def test_a_migrated_database_is_at_head(database_url: str) -> None:
    assert migrations.revision(database_url) == migrations.HEAD
    migrations.require_current(database_url)


def test_upgrading_again_changes_nothing(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as connection:
        connection.execute(
            text("INSERT INTO leases (name, owner, until, fence) VALUES ('a', 'b', :at, 1)"),
            {"at": database.instant(database.clock.now())},
        )
    migrations.upgrade(database_url)
    migrations.upgrade(database_url, migrations.HEAD)
    with database.read() as connection:
        assert connection.execute(text("SELECT owner FROM leases")).scalars().all() == ["b"]
    database.close()


def test_a_database_without_tables_is_refused_with_the_command_that_helps(
    blank_database_url: str,
) -> None:
    assert migrations.revision(blank_database_url) is None
    with pytest.raises(ConfigurationError, match=r"revision none.*`stockpool db upgrade`"):
        migrations.require_current(blank_database_url)


def test_a_database_of_a_newer_version_is_refused_in_words(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(ConfigurationError, match=r"9999.*newer version of stockpool"):
        migrations.upgrade(database_url)


def test_8_threads_may_upgrade_one_database_at_once(blank: Database) -> None:
    url = blank.url.render_as_string(hide_password=False)
    in_threads(8, lambda _: migrations.upgrade(url))
    assert migrations.revision(url) == migrations.HEAD
    assert differences(blank) == []


def test_4_processes_may_upgrade_one_database_at_once(blank: Database) -> None:
    url = blank.url.render_as_string(hide_password=False)
    assert in_processes(migrating.upgrade, [(url,)] * 4) == [migrations.HEAD] * 4
    assert differences(blank) == []


def test_an_upgrade_that_fails_half_way_leaves_nothing(blank: Database) -> None:
    url = blank.url.render_as_string(hide_password=False)
    with blank.write() as connection:
        # One of the last tables of the revision cannot be made: its name is taken.
        connection.execute(text("CREATE TABLE shipment_items (n INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        migrations.upgrade(url)
    with blank.write() as connection:
        assert set(inspect(connection).get_table_names()) == {"shipment_items"}
        connection.execute(text("DROP TABLE shipment_items"))
    migrations.upgrade(url)
    assert differences(blank) == []
