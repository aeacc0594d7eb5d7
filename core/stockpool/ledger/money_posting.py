"""The only way in which money changes: posting moves, each once by its key.

As with stock, the rows of the balances are held in one order before anything is compared, so that
two units of work can wait for each other, but never in a circle. A posting is a handful of
statements, whatever the number of its moves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from stockpool.errors import ConflictError, RefusedError
from stockpool.ledger.money_accounts import OUTSIDE, MoneyAccount, Part, Portion
from stockpool.money import Money
from stockpool.problems import Problem
from stockpool.storage.bulk import Inserter, Sql, execute, fetch
from stockpool.storage.increments import Counters
from stockpool.storage.metadata import sortable_text

BalanceKey = tuple[str, str, str, str]
"""Book, line id, part, currency: a row of the balances."""

Balances = Mapping[Portion, Mapping[MoneyAccount, int]]
"""A book's balances in minor units."""


@dataclass(frozen=True, slots=True)
class MoneyMove:
    """`amount` of one portion of a book goes from `source` to `target`.

    Attributes:
        cause: what kind of thing caused it (`payment`, `refund`, `claim` ...).
        reference: which one (the refund's id ...).
        key: idempotency key; the same key again is the same move.
    """

    book: str
    portion: Portion
    source: MoneyAccount
    target: MoneyAccount
    amount: Money
    cause: str
    reference: str
    key: str

    @property
    def row(self) -> BalanceKey:
        """The row of the balances that it changes."""
        return (self.book, self.portion.line_id, self.portion.part.value, self.amount.currency)


_ACCOUNTS = tuple(MoneyAccount)
_COLUMNS = ", ".join(f"b.{account.value}" for account in _ACCOUNTS)
_balances = Counters("money_balances", ("book", "line_id", "part", "currency"))
_moves = Inserter(
    "money_moves",
    (
        "key",
        "book",
        "line_id",
        "part",
        "currency",
        "source",
        "target",
        "amount_minor",
        "cause",
        "reference",
        "occurred_at",
    ),
)

_ensure = Sql(
    postgresql="""
        INSERT INTO money_balances (book, line_id, part, currency)
        SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS k
        ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING""",
    sqlite="""
        INSERT INTO money_balances (book, line_id, part, currency) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO NOTHING""",
)

_lock = Sql(
    postgresql=f"""
        SELECT b.book, b.line_id, b.part, b.currency, {_COLUMNS} FROM money_balances b
        JOIN unnest(%s::text[], %s::text[], %s::text[], %s::text[])
          AS k (book, line_id, part, currency)
          ON k.book = b.book AND k.line_id = b.line_id AND k.part = b.part
         AND k.currency = b.currency
        ORDER BY b.book, b.line_id, b.part, b.currency FOR NO KEY UPDATE OF b""",  # noqa: S608
    sqlite=f"""
        SELECT b.book, b.line_id, b.part, b.currency, {_COLUMNS} FROM json_each(?) AS k
        JOIN money_balances b ON b.book = json_extract(k.value, '$[0]')
         AND b.line_id = json_extract(k.value, '$[1]') AND b.part = json_extract(k.value, '$[2]')
         AND b.currency = json_extract(k.value, '$[3]')""",  # noqa: S608  (account names)
)

_of_books = Sql(
    postgresql=f"""
        SELECT b.book, b.line_id, b.part, b.currency, {_COLUMNS} FROM money_balances b
        WHERE b.book = ANY (%s::text[]) ORDER BY b.book, b.line_id, b.part""",  # noqa: S608
    sqlite=f"""
        SELECT b.book, b.line_id, b.part, b.currency, {_COLUMNS} FROM json_each(?) AS k
        JOIN money_balances b ON b.book = json_extract(k.value, '$[0]')
        ORDER BY b.book, b.line_id, b.part""",  # noqa: S608  (account names)
)

_known_keys = Sql(
    postgresql="""
        SELECT key, book, line_id, part, currency, source, target, amount_minor FROM money_moves
        WHERE key = ANY (%s::text[])""",
    sqlite="""
        SELECT key, book, line_id, part, currency, source, target, amount_minor FROM money_moves
        WHERE key IN (SELECT json_extract(value, '$[0]') FROM json_each(?))""",
)


def read_balances(connection: Connection, books: Iterable[str]) -> dict[str, Balances]:
    """The balances of these books; one that was never opened is left out.

    Whoever decides by them holds what the books are about (the orders' rows).
    """
    found: dict[str, dict[Portion, dict[MoneyAccount, int]]] = {}
    wanted = sorted(set(books))
    if not wanted:
        return {}
    for book, line_id, part, _currency, *minors in fetch(connection, _of_books, wanted):
        portion = Portion(line_id, Part(part))
        found.setdefault(book, {})[portion] = dict(zip(_ACCOUNTS, minors, strict=True))
    return dict(found)


def post(connection: Connection, moves: Sequence[MoneyMove], *, at: datetime) -> frozenset[str]:
    """Post `moves` as one: all of them, or none. Returns the keys that were new.

    Raises:
        RefusedError: `not_enough_money`, if an account would become negative.
        ConflictError: a key was posted before with other content.
    """
    if not moves:
        return frozenset()
    rows = sorted({move.row for move in moves})
    held = _hold(connection, rows)
    if missing := [row for row in rows if row not in held]:
        execute(connection, _ensure, missing)
        held = _hold(connection, rows)
    repeated = _posted_before(connection, moves)
    fresh = [move for move in moves if move.key not in repeated]
    changes = _net_changes(fresh)
    _refuse_shortage(held, changes)
    _balances.add(connection, changes)
    instant = sortable_text(at) if connection.dialect.name == "sqlite" else at
    _moves.insert(connection, [(*_content(move), instant) for move in fresh])
    return frozenset(move.key for move in fresh)


def _hold(
    connection: Connection, rows: Sequence[BalanceKey]
) -> dict[BalanceKey, dict[MoneyAccount, int]]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return {
        (row[0], row[1], row[2], row[3]): dict(zip(_ACCOUNTS, row[4:], strict=True))
        for row in fetch(connection, _lock, *columns)
    }


def _content(move: MoneyMove) -> tuple[object, ...]:
    places = (move.source.value, move.target.value, move.amount.minor)
    return (move.key, *move.row, *places, move.cause, move.reference)


def _posted_before(connection: Connection, moves: Sequence[MoneyMove]) -> set[str]:
    by_key: dict[str, MoneyMove] = {}
    for move in moves:
        if move.amount.minor <= 0:
            raise ValueError(f"a move takes some money, not {move.amount} ({move.key})")
        if by_key.setdefault(move.key, move) is not move:
            raise ConflictError(f"two moves of one posting have the key {move.key}")
    known = fetch(connection, _known_keys, list(by_key))
    for row in known:
        if tuple(row) != _content(by_key[row[0]])[:8]:
            raise ConflictError(
                f"the move {row[0]} was posted before with other content: "
                f"{row[7]} minor units of {row[4]}, {row[5]} to {row[6]} in {row[1]}"
            )
    return {row[0] for row in known}


def _net_changes(moves: Sequence[MoneyMove]) -> dict[BalanceKey, dict[str, int]]:
    changes: dict[BalanceKey, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for move in moves:
        changes[move.row][move.source.value] -= move.amount.minor
        changes[move.row][move.target.value] += move.amount.minor
    return changes


def _refuse_shortage(
    held: Mapping[BalanceKey, Mapping[MoneyAccount, int]],
    changes: Mapping[BalanceKey, Mapping[str, int]],
) -> None:
    for key, change in changes.items():
        book, line_id, part, currency = key
        for account, there in held[key].items():
            wanted = change.get(account.value, 0)
            if account not in OUTSIDE and there + wanted < 0:
                place = Portion(line_id, Part(part))
                raise RefusedError(
                    f"{book} {place}: {Money(-wanted, currency)} asked of {account}, "
                    f"{Money(there, currency)} is there",
                    [
                        Problem(
                            "not_enough_money",
                            f"{place} of {book} has {Money(there, currency)} {account}",
                            account.value,
                            str(Money(there, currency)),
                            "ask for less",
                        )
                    ],
                )
