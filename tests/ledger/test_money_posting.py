"""Posting money: once by its key, all or nothing, and never below zero."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from at_once import in_threads
from stockpool.errors import ConflictError, RefusedError
from stockpool.ledger.money_accounts import MoneyAccount, Part, Portion
from stockpool.ledger.money_invariants import INVARIANTS
from stockpool.ledger.money_posting import MoneyMove, post, read_balances
from stockpool.money import Money
from stockpool.proof import verify
from stockpool.storage.bulk import statements
from stockpool.storage.database import Database

GOODS = Portion("1", Part.GOODS)
SHIPPING = Portion("", Part.SHIPPING)
BUYER, REFUNDABLE = MoneyAccount.BUYER, MoneyAccount.REFUNDABLE
PENDING, REFUNDED = MoneyAccount.REFUND_PENDING, MoneyAccount.REFUNDED


def move(
    key: str,
    minor: int,
    *,
    book: str = "A",
    portion: Portion = GOODS,
    way: tuple[MoneyAccount, MoneyAccount] = (BUYER, REFUNDABLE),
    currency: str = "USD",
) -> MoneyMove:
    return MoneyMove(book, portion, *way, Money(minor, currency), "test", book, key)


def posted(database: Database, moves: Sequence[MoneyMove]) -> frozenset[str]:
    return database.run(lambda c: post(c, moves, at=database.clock.now()))


def balance(database: Database, account: MoneyAccount, portion: Portion = GOODS) -> int:
    with database.read() as connection:
        return read_balances(connection, ["A"])["A"][portion][account]


def sound(database: Database) -> None:
    with database.read() as connection:
        assert verify(connection, INVARIANTS).violations == ()


def test_money_goes_from_one_account_to_another(database: Database) -> None:
    posted(database, [move("a", 950), move("b", 400, portion=SHIPPING)])
    posted(database, [move("c", 950, way=(REFUNDABLE, PENDING))])
    posted(database, [move("d", 950, way=(PENDING, REFUNDED))])
    assert balance(database, BUYER) == -950
    assert (balance(database, REFUNDABLE), balance(database, REFUNDED)) == (0, 950)
    assert balance(database, REFUNDABLE, SHIPPING) == 400
    sound(database)


def test_the_same_key_again_changes_nothing(database: Database) -> None:
    assert posted(database, [move("a", 950)]) == {"a"}
    assert posted(database, [move("a", 950), move("b", 1)]) == {"b"}
    assert balance(database, REFUNDABLE) == 951
    sound(database)


@pytest.mark.parametrize(
    "other",
    [
        move("a", 951),
        move("a", 950, book="B"),
        move("a", 950, portion=SHIPPING),
        move("a", 950, currency="EUR"),
        move("a", 950, way=(MoneyAccount.MERCHANT, REFUNDABLE)),
    ],
)
def test_a_key_stands_for_one_move_only(database: Database, other: MoneyMove) -> None:
    posted(database, [move("a", 950)])
    with pytest.raises(ConflictError, match="posted before with other content"):
        posted(database, [other])
    with pytest.raises(ConflictError, match="have the key z"):
        posted(database, [move("z", 1), move("z", 1)])
    assert balance(database, REFUNDABLE) == 950


def test_an_account_never_falls_below_zero_and_nothing_else_is_posted(database: Database) -> None:
    posted(database, [move("a", 950)])
    with pytest.raises(RefusedError) as refused:
        posted(
            database, [move("b", 5, portion=SHIPPING), move("c", 951, way=(REFUNDABLE, PENDING))]
        )
    (problem,) = refused.value.problems
    assert (problem.code, problem.field, problem.limit) == (
        "not_enough_money",
        "refundable",
        "9.50 USD",
    )
    with database.read() as connection:
        assert set(read_balances(connection, ["A"])["A"]) == {GOODS}
    sound(database)


def test_a_move_takes_some_money(database: Database) -> None:
    with pytest.raises(ValueError, match="some money"):
        posted(database, [move("a", 0)])


def test_currencies_of_one_portion_are_kept_apart(database: Database) -> None:
    posted(database, [move("a", 5), move("b", 7, currency="EUR")])
    with pytest.raises(RefusedError, match=r"0\.07 EUR is there"):
        posted(database, [move("c", 8, currency="EUR", way=(REFUNDABLE, PENDING))])


def test_a_claim_has_accounts_of_its_own(database: Database) -> None:
    claim = Portion("", Part.CLAIM)
    owed, merchant = MoneyAccount.OWED_BY_AMAZON, MoneyAccount.MERCHANT
    posted(database, [move("a", 900, portion=claim, way=(merchant, owed))])
    posted(
        database,
        [
            move("b", 600, portion=claim, way=(owed, MoneyAccount.REIMBURSED)),
            move("c", 300, portion=claim, way=(owed, MoneyAccount.WRITTEN_OFF)),
        ],
    )
    assert balance(database, owed, claim) == 0
    assert balance(database, MoneyAccount.REIMBURSED, claim) == 600
    sound(database)


def test_the_number_of_statements_does_not_depend_on_the_number_of_moves(
    database: Database,
) -> None:
    def counted(name: str, books: int) -> int:
        moves = [move(f"{name}{n}", 5, book=f"{name}{n}") for n in range(books)]
        with database.write() as connection:
            before = statements(connection)
            post(connection, moves, at=database.clock.now())
            return statements(connection) - before

    assert counted("x", 100) == counted("y", 2_000) <= 6


@pytest.mark.parametrize(
    "change", ["refundable = -1, buyer = 1", "refundable = refundable + 1", "merchant = 1"]
)
def test_the_database_itself_refuses_what_does_not_add_up(database: Database, change: str) -> None:
    posted(database, [move("a", 950)])
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text(f"UPDATE money_balances SET {change}"))  # noqa: S608


def test_racing_for_the_same_money_one_gets_it(database: Database) -> None:
    """Ten threads ask for all of it at once."""
    posted(database, [move("a", 950)])

    def ask(number: int) -> bool:
        try:
            posted(database, [move(f"r{number}", 950, way=(REFUNDABLE, PENDING))])
        except RefusedError:
            return False
        return True

    assert sum(in_threads(10, ask)) == 1
    assert balance(database, PENDING) == 950
    sound(database)
