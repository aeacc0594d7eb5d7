"""Set-based statements do the same on both databases, whatever the size of the batch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from stockpool.storage.bulk import Inserter, Sql, execute, fetch, statements, write_all
from stockpool.storage.database import Database
from stockpool.storage.increments import Counters

PEOPLE = Inserter("people", ("id", "name", "age"))
PETS = Inserter("pets", ("id", "owner"))
BY_ID = Sql(
    postgresql="""
        SELECT p.id, p.name, p.age FROM people p
        JOIN unnest(%s::bigint[]) AS k (id) ON k.id = p.id WHERE p.age >= %s ORDER BY p.id""",
    sqlite="""
        SELECT p.id, p.name, p.age FROM json_each(?) k
        JOIN people p ON p.id = json_extract(k.value, '$[0]') WHERE p.age >= ? ORDER BY p.id""",
)
RENAME = Sql(
    postgresql="""
        UPDATE people p SET name = d.name
        FROM unnest(%s::bigint[], %s::text[]) AS d (id, name) WHERE p.id = d.id""",
    sqlite="UPDATE people SET name = ?2 WHERE id = ?1",
)
ODD_NAMES = ["", "O'Hara", 'a "quote"', "tab\tand\nline", "back\\slash", "\\N", "Łódź 🚚", "%s ?"]
SIZES = [0, 1, 2, 23, 24, 25, 1_000, 5_000]
"""Around the size from which PostgreSQL gets a COPY, and far beyond it."""


@pytest.fixture
def database(blank_database_url: str) -> Iterator[Database]:
    opened = Database(blank_database_url)
    with opened.write() as connection:
        connection.execute(
            text("CREATE TABLE people (id BIGINT PRIMARY KEY, name TEXT, age INTEGER NOT NULL)")
        )
        connection.execute(
            text("CREATE TABLE pets (id INTEGER PRIMARY KEY, owner BIGINT REFERENCES people (id))")
        )
    yield opened
    opened.close()


def people(size: int) -> list[tuple[int, str | None, int]]:
    return [(n, ODD_NAMES[n % 8] if n % 9 else None, n % 90) for n in range(size)]


def everyone(database: Database) -> list[tuple[int, str | None, int]]:
    with database.read() as connection:
        rows = connection.execute(text("SELECT id, name, age FROM people ORDER BY id"))
        return [tuple(row) for row in rows]


@pytest.mark.parametrize("size", SIZES)
def test_inserts_rows_exactly_as_they_are(database: Database, size: int) -> None:
    with database.write() as connection:
        PEOPLE.insert(connection, people(size))
    assert everyone(database) == people(size)


@pytest.mark.parametrize("size", SIZES)
def test_inserts_costs_one_statement_whatever_the_size(database: Database, size: int) -> None:
    with database.write() as connection:
        before = statements(connection)
        PEOPLE.insert(connection, people(size))
        assert statements(connection) - before == min(size, 1)


@pytest.mark.parametrize("size", SIZES)
def test_fetches_the_rows_of_any_number_of_keys(database: Database, size: int) -> None:
    with database.write() as connection:
        PEOPLE.insert(connection, people(size))
        wanted = list(range(0, size, 2))
        found = fetch(connection, BY_ID, wanted, scalars=(30,))
    assert [tuple(row) for row in found] == [
        row for row in people(size) if row[0] % 2 == 0 and row[2] >= 30
    ]


@pytest.mark.parametrize("size", SIZES)
def test_changes_each_row_by_its_own_values_and_counts_them(database: Database, size: int) -> None:
    with database.write() as connection:
        PEOPLE.insert(connection, people(size))
        changed = execute(
            connection, RENAME, [(n, f"n{n}") for n in range(size)] + [(10**9, "nobody")]
        )
    assert changed == size
    assert [name for _, name, _ in everyone(database)] == [f"n{n}" for n in range(size)]


@pytest.mark.parametrize("size", [2, 24, 1_000])
def test_a_row_that_breaks_a_constraint_leaves_nothing_of_the_batch(
    database: Database, size: int
) -> None:
    rows: list[tuple[int, str, int | None]] = [(n, "a", 1) for n in range(size)]
    rows[-1] = (size, "a", None)
    with pytest.raises(Exception) as refused, database.write() as connection:  # noqa: PT011
        PEOPLE.insert(connection, rows)
    # It comes from the driver: the statements don't pass through SQLAlchemy.
    assert "age" in str(refused.value)
    assert not isinstance(refused.value, DBAPIError)
    assert everyone(database) == []


@pytest.mark.parametrize("size", [1, 23, 24, 1_000])
def test_inserts_parents_before_children(database: Database, size: int) -> None:
    with database.write() as connection:
        write_all(
            connection, [(PEOPLE, people(size)), (PETS, [(n, n) for n in range(size)]), (PETS, [])]
        )
    with database.read() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM pets")).scalar_one() == size


def test_a_child_without_parent_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), database.write() as connection:
        write_all(connection, [(PEOPLE, [(1, "a", 1)]), (PETS, [(1, 2)])])
    assert everyone(database) == []


# Counters --------------------------------------------------------------------------------------

STOCK = Counters("stock", ("pool", "sku"))


@pytest.fixture
def stock(database: Database) -> Database:
    with database.write() as connection:
        connection.execute(
            text(
                "CREATE TABLE stock (pool TEXT, sku TEXT, here BIGINT DEFAULT 0 CHECK (here >= 0), "
                "there BIGINT DEFAULT 0, PRIMARY KEY (pool, sku))"
            )
        )
        connection.execute(
            text("INSERT INTO stock (pool, sku) VALUES ('US', 'A'), ('US', 'B'), ('CA', 'A')")
        )
    return database


def levels(database: Database) -> dict[tuple[str, str], tuple[int, int]]:
    with database.read() as connection:
        rows = connection.execute(text("SELECT pool, sku, here, there FROM stock"))
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def test_adds_to_each_row_its_own_amounts(stock: Database) -> None:
    with stock.write() as connection:
        STOCK.add(
            connection,
            {("US", "A"): {"here": 5, "there": -5}, ("CA", "A"): {"there": 2}, ("US", "B"): {}},
        )
    assert levels(stock) == {("US", "A"): (5, -5), ("US", "B"): (0, 0), ("CA", "A"): (0, 2)}


def test_adding_nothing_sends_no_statement(stock: Database) -> None:
    with stock.write() as connection:
        before = statements(connection)
        STOCK.add(connection, {})
        STOCK.add(connection, {("US", "A"): {"here": 0}})
        assert statements(connection) == before


def test_the_databases_own_check_refuses_a_counter_below_zero(stock: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)check"), stock.write() as connection:
        STOCK.add(connection, {("CA", "A"): {"here": 3}, ("US", "A"): {"here": -1}})
    assert levels(stock)["CA", "A"] == (0, 0)
