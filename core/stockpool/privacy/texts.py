"""Free texts that may repeat a buyer's words: every one of every table is looked through.

The engine keeps buyers' data out of them; but a network's or a plugin's words, and a reason that
a person has typed, are not its own. Columns are found in the tables' definitions, so a table that
is new is looked through as well.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, String, Table, func, or_, select, update

from stockpool.privacy.buyers import without
from stockpool.schema import complete_metadata
from stockpool.storage.database import Database

HELD_BY_IDENTITY = frozenset(
    {
        ("recipients", "address"),
        ("parked_requests", "request"),
        ("bulk_items", "content"),
        ("orders", "comment"),
        ("order_lines", "gift_message"),
        ("order_lines", "comment"),
        ("order_returns", "comment"),
        ("privacy_requests", "body"),
    }
)
"""Where buyers' data belongs. It is erased by whose it is: others may have the same words."""

_WORDS_AT_ONCE = 50


def free_texts(table: Table) -> list[Column[Any]]:
    """The columns of a table that may hold anybody's words; not those that others refer to."""
    return [
        column
        for column in table.columns
        if isinstance(column.type, String)
        and not column.primary_key
        and not column.foreign_keys
        and not column.unique
        and not column.name.endswith(("sku", "_id"))
        and (table.name, column.name) not in HELD_BY_IDENTITY
    ]


def sweep(database: Database, words: Collection[str]) -> int:
    """Replace the words wherever they stand in free texts; returns how many rows had them."""
    swept = 0
    ordered = sorted(words)
    for start in range(0, len(ordered), _WORDS_AT_ONCE):
        some = ordered[start : start + _WORDS_AT_ONCE]
        for table in complete_metadata().sorted_tables:
            columns = free_texts(table)
            if columns:
                swept += _sweep_table(database, table, columns, some)
    return swept


def _sweep_table(
    database: Database, table: Table, columns: Sequence[Column[Any]], words: Sequence[str]
) -> int:
    key = list(table.primary_key.columns)
    condition = or_(*(_has(column, words) for column in columns))
    with database.read() as connection:
        keys = connection.execute(select(*key).where(condition)).all()

    def clean(connection: Connection, row_key: Sequence[Any]) -> bool:
        here = [column == value for column, value in zip(key, row_key, strict=True)]
        row = connection.execute(select(*columns).where(*here).with_for_update()).one_or_none()
        if row is None:
            return False
        values = {
            column.name: cleaned(text, words)
            for column, text in zip(columns, row, strict=True)
            if text is not None
        }
        changed = {name: v for name, v in values.items() if v != row._mapping[name]}
        if changed:
            connection.execute(update(table).where(*here).values(**changed))
        return bool(changed)

    # Row by row, so that nobody waits for long: they are few, or none.
    return sum(database.run(lambda c, k=row_key: clean(c, k)) for row_key in keys)  # type: ignore[misc]


def cleaned(text: str, words: Collection[str]) -> str:
    """A text without the words; of JSON the texts in it, so that it stays JSON."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return str(without(text, words))
    if not isinstance(document, list | dict):
        return str(without(text, words))
    after = without(document, words)
    return text if after == document else json.dumps(after)


def _has(column: Column[Any], words: Sequence[str]) -> ColumnElement[bool]:
    text = func.lower(column)
    return or_(*(text.contains(form, autoescape=True) for w in words for form in _forms(w)))


def _forms(word: str) -> Iterator[str]:
    """A word as it may be written: plain, and as JSON writes it."""
    yield word.lower()
    for escaped in (json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1]):
        if escaped != word:
            yield escaped.lower()
