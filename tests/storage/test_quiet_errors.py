"""What the database complains about is told without the row: it may be a buyer's address."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, text

from stockpool.storage.bulk import Inserter
from stockpool.storage.database import Database

CANARY = "Canary Buyer, 77 Canary Street"
_INSERT = text("INSERT INTO people VALUES (:name, :n)")
_ROWS = Inserter("people", ("name", "n"))


@pytest.fixture
def database(blank_database_url: str) -> Iterator[Database]:
    opened = Database(blank_database_url)
    with opened.write() as connection:
        connection.execute(
            text("CREATE TABLE people (name VARCHAR PRIMARY KEY, n INTEGER CHECK (n > 0))")
        )
        connection.execute(_INSERT, {"name": CANARY, "n": 1})
    yield opened
    opened.close()


FAULTS: dict[str, Callable[[Connection], object]] = {
    "a key twice": lambda c: c.execute(_INSERT, {"name": CANARY, "n": 1}),
    "a rule broken": lambda c: c.execute(_INSERT, {"name": f"{CANARY} 2", "n": 0}),
    "a key twice, in bulk": lambda c: _ROWS.insert(c, [(CANARY, 1)]),
    "a rule broken, in bulk": lambda c: _ROWS.insert(c, [(f"{CANARY} {n}", 0) for n in range(50)]),
    "a read that fails": lambda c: c.execute(
        text("SELECT 1 / (n - 1), CAST(name AS INTEGER), missing FROM people WHERE name = :name"),
        {"name": CANARY},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_error_shows_what_broke_and_no_values(database: Database, fault: str) -> None:
    with pytest.raises(Exception) as failure, database.write() as connection:  # noqa: PT011
        FAULTS[fault](connection)
    shown = "".join(traceback.format_exception(failure.value)) + repr(failure.value)
    assert "Canary" not in shown
    assert any(word in shown for word in ("people", "missing", "n > 0"))
