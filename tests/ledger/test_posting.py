"""Posting: all moves or none, each once, never more than there is; the database checks it too."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from at_once import at_once, in_threads
from stockpool.errors import ConflictError, InvariantViolation, RefusedError
from stockpool.ledger import levels as reading
from stockpool.ledger.buckets import PLACES, Account, Bucket, Place, place
from stockpool.ledger.invariants import INVARIANTS
from stockpool.ledger.posting import Posted, StockMove, lock, post, post_locked
from stockpool.proof import verify
from stockpool.storage.database import Database

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
US, CA = "amazon-na:US", "amazon-na:CA"
_numbers = itertools.count()


def a_move(
    quantity: int,
    source: Place = Account.SUPPLIER,
    target: Place = Bucket.FULFILLABLE,
    *,
    sku: str = "MUG",
    pool: str = US,
    key: str | None = None,
) -> StockMove:
    return StockMove(
        pool, sku, source, target, quantity, "test", "reference", key or f"k{next(_numbers)}"
    )


def posted(database: Database, *moves: StockMove) -> Posted:
    return database.run(lambda connection: post(connection, moves, at=NOON))


def units(database: Database, bucket: Place, *, sku: str = "MUG", pool: str = US) -> int:
    with database.read() as connection:
        return reading.level(connection, pool, sku).units.get(bucket, 0)


def move_count(database: Database) -> int:
    with database.read() as connection:
        return len(reading.moves(connection, limit=10_000))


def sound(database: Database) -> bool:
    with database.read(consistent=True) as connection:
        return verify(connection, INVARIANTS).ok


# What a posting does ---------------------------------------------------------------------------


def test_a_move_leaves_one_place_and_arrives_at_the_other(database: Database) -> None:
    posted(database, a_move(10))
    posted(database, a_move(4, Bucket.FULFILLABLE, Bucket.HELD))
    assert units(database, Bucket.FULFILLABLE) == 6
    assert units(database, Bucket.HELD) == 4
    assert units(database, Account.SUPPLIER) == -10, "the outside account shows where from"
    assert sound(database)


def test_posting_nothing_is_nothing(database: Database) -> None:
    assert posted(database) == Posted()


@pytest.mark.parametrize("target", [p for p in PLACES if p is not Account.SUPPLIER])
def test_units_can_go_to_every_place(database: Database, target: Place) -> None:
    posted(database, a_move(3, Account.SUPPLIER, target))
    assert units(database, target) == 3
    assert sound(database)


def test_pools_and_skus_do_not_mix(database: Database) -> None:
    posted(database, a_move(1), a_move(2, pool=CA), a_move(3, sku="CUP"))
    assert [
        units(database, Bucket.FULFILLABLE),
        units(database, Bucket.FULFILLABLE, pool=CA),
        units(database, Bucket.FULFILLABLE, sku="CUP"),
    ] == [1, 2, 3]


def test_units_may_pass_through_a_bucket_within_one_posting(database: Database) -> None:
    """Only what a posting amounts to is compared with what is there."""
    posted(
        database,
        a_move(5, Account.SUPPLIER, Bucket.FULFILLABLE),
        a_move(5, Bucket.FULFILLABLE, Bucket.HELD),
        a_move(5, Bucket.HELD, Account.CUSTOMER),
    )
    assert units(database, Account.CUSTOMER) == 5
    assert sound(database)


def test_large_postings_are_as_exact_as_small_ones(database: Database) -> None:
    moves = [a_move(n % 7 + 1, sku=f"SKU-{n % 50:03}") for n in range(2_000)]
    posted(database, *moves)
    with database.read() as connection:
        total = sum(level.fulfillable for level in reading.levels(connection, pool=US))
    assert total == sum(move.quantity for move in moves)
    assert sound(database)


# All or nothing --------------------------------------------------------------------------------


def test_a_shortage_is_refused_with_what_is_there(database: Database) -> None:
    posted(database, a_move(3))
    with pytest.raises(RefusedError, match="4 units asked of fulfillable, 3 are there") as refusal:
        posted(database, a_move(4, Bucket.FULFILLABLE, Bucket.HELD))
    (problem,) = refusal.value.problems
    assert (problem.code, problem.field, problem.limit) == ("not_enough_units", "fulfillable", "3")
    assert "MUG in amazon-na:US" in problem.message
    assert problem.fix


def test_one_short_sku_refuses_the_whole_posting(database: Database) -> None:
    posted(database, a_move(3), a_move(3, sku="CUP"))
    with pytest.raises(RefusedError):
        posted(
            database,
            a_move(3, Bucket.FULFILLABLE, Bucket.HELD),
            a_move(4, Bucket.FULFILLABLE, Bucket.HELD, sku="CUP"),
        )
    assert units(database, Bucket.HELD) == 0
    assert move_count(database) == 2


def test_two_moves_that_are_too_much_together_are_refused(database: Database) -> None:
    posted(database, a_move(5))
    with pytest.raises(RefusedError, match="6 units asked"):
        posted(
            database,
            a_move(3, Bucket.FULFILLABLE, Bucket.HELD),
            a_move(3, Bucket.FULFILLABLE, Bucket.COMMITTED),
        )


def test_what_was_never_seen_is_short_too(database: Database) -> None:
    with pytest.raises(RefusedError, match="0 are there"):
        posted(database, a_move(1, Bucket.FULFILLABLE, Bucket.HELD))
    assert sound(database)


def test_a_later_failure_takes_the_posting_back(database: Database) -> None:
    def work(connection: Any) -> None:
        post(connection, [a_move(3)], at=NOON)
        raise RuntimeError("later")

    with pytest.raises(RuntimeError):
        database.run(work)
    assert (units(database, Bucket.FULFILLABLE), move_count(database)) == (0, 0)


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_move_takes_at_least_one_unit(database: Database, quantity: int) -> None:
    with pytest.raises(ValueError, match="at least one unit"):
        posted(database, a_move(quantity))
    assert move_count(database) == 0


# Once ------------------------------------------------------------------------------------------


def test_the_same_move_again_changes_nothing(database: Database) -> None:
    move = a_move(3, key="receipt-1")
    assert posted(database, move) == Posted(frozenset({"receipt-1"}), frozenset())
    assert posted(database, move) == Posted(frozenset(), frozenset({"receipt-1"}))
    assert units(database, Bucket.FULFILLABLE) == 3


def test_only_what_is_new_of_a_posting_is_posted(database: Database) -> None:
    first, second = a_move(3, key="one"), a_move(5, key="two")
    posted(database, first)
    assert posted(database, first, second) == Posted(frozenset({"two"}), frozenset({"one"}))
    assert units(database, Bucket.FULFILLABLE) == 8


def test_a_repeat_is_not_asked_whether_there_are_units_left(database: Database) -> None:
    posted(database, a_move(3))
    taken = a_move(3, Bucket.FULFILLABLE, Bucket.HELD, key="taken")
    posted(database, taken)
    assert posted(database, taken).repeated == {"taken"}


@pytest.mark.parametrize(
    "other",
    [
        a_move(4, key="k"),
        a_move(3, key="k", sku="CUP"),
        a_move(3, key="k", pool=CA),
        a_move(3, Account.ADJUSTMENT, key="k"),
        a_move(3, target=Bucket.DEFECTIVE, key="k"),
    ],
)
def test_the_same_key_with_other_content_is_a_conflict(
    database: Database, other: StockMove
) -> None:
    posted(database, a_move(3, key="k"))
    with pytest.raises(ConflictError, match="posted before with other content: 3 of MUG"):
        posted(database, other)
    assert (units(database, Bucket.FULFILLABLE), move_count(database)) == (3, 1)


def test_two_moves_of_one_posting_need_two_keys(database: Database) -> None:
    with pytest.raises(ConflictError, match="two moves of one posting have the key k"):
        posted(database, a_move(1, key="k"), a_move(1, key="k"))


# The database checks as well -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE stock_levels SET fulfillable = -1, held = 2", "never_negative"),
        ("UPDATE stock_levels SET held = held + 1", "conserved"),
        ("UPDATE stock_levels SET fulfillable = fulfillable + 1", "conserved"),
        ("UPDATE stock_moves SET quantity = 0", "moves_something"),
        ("UPDATE stock_moves SET target = source", "moves_somewhere"),
    ],
)
def test_code_that_goes_around_the_ledger_is_stopped_by_the_database(
    database: Database, statement: str, check: str
) -> None:
    posted(database, a_move(1))
    with pytest.raises(Exception, match=check), database.write() as connection:
        connection.execute(text(statement))
    assert sound(database)


@pytest.mark.parametrize("bucket", Bucket)
def test_the_database_lets_no_bucket_become_negative(database: Database, bucket: Bucket) -> None:
    posted(database, a_move(1))
    statement = text(
        f"UPDATE stock_levels SET {bucket} = {bucket} - 2, adjustment = adjustment + 2"  # noqa: S608
    )
    with pytest.raises(Exception, match="never_negative"), database.write() as connection:
        connection.execute(statement)


def test_moves_cannot_be_told_twice_even_around_the_ledger(database: Database) -> None:
    posted(database, a_move(1, key="once"))
    copy = text(
        "INSERT INTO stock_moves (key, pool, sku, source, target, quantity, cause, reference, "
        "occurred_at) SELECT key, pool, sku, source, target, quantity, cause, reference, "
        "occurred_at FROM stock_moves"
    )
    with pytest.raises(Exception, match=r"(?i)unique"), database.write() as connection:
        connection.execute(copy)


# Locked rows -----------------------------------------------------------------------------------


def test_locking_reads_the_asked_columns_and_zero_for_what_is_not_there(
    database: Database,
) -> None:
    posted(database, a_move(5), a_move(2, target=Bucket.DEFECTIVE))
    with database.write() as connection:
        locked = lock(connection, [(US, "MUG"), (US, "NEW")], (Bucket.DEFECTIVE, Bucket.HELD))
    assert locked.get(US, "MUG", Bucket.DEFECTIVE) == 2
    assert locked.get(US, "MUG", Bucket.HELD) == 0
    assert locked.get(US, "NEW", Bucket.DEFECTIVE) == 0
    assert locked.keys == {(US, "MUG"), (US, "NEW")}


def test_moving_what_was_not_locked_is_a_defect_and_changes_nothing(database: Database) -> None:
    posted(database, a_move(5), a_move(5, sku="CUP"))

    def work(connection: Any) -> None:
        locked = lock(connection, [(US, "CUP")])
        post_locked(
            connection, locked, [a_move(1, Bucket.FULFILLABLE, Bucket.HELD, sku="MUG")], at=NOON
        )

    with pytest.raises(InvariantViolation, match="MUG in amazon-na:US was not locked"):
        database.run(work)
    assert units(database, Bucket.HELD) == 0


def test_8_threads_take_exactly_what_there_is(database: Database) -> None:
    posted(database, a_move(100))
    refused: list[int] = []

    def take(thread: int) -> None:
        for _ in range(20):
            try:
                posted(database, a_move(1, Bucket.FULFILLABLE, Bucket.HELD))
            except RefusedError:
                refused.append(thread)

    in_threads(8, take)
    assert units(database, Bucket.HELD) == 100
    assert len(refused) == 60
    assert sound(database)


def test_moves_of_many_skus_in_any_order_never_deadlock(database: Database) -> None:
    skus = [f"SKU-{n}" for n in range(10)]
    posted(database, *(a_move(1_000, sku=sku) for sku in skus))

    def take(thread: int) -> None:
        for turn in range(10):
            chosen = skus[thread:] + skus[:thread]
            chosen = chosen if turn % 2 else chosen[::-1]
            posted(database, *(a_move(1, Bucket.FULFILLABLE, Bucket.HELD, sku=s) for s in chosen))

    in_threads(8, take)
    assert all(units(database, Bucket.HELD, sku=sku) == 80 for sku in skus)
    assert database.retries == 0, "rows are taken in one order, so nothing had to be repeated"


def test_the_same_move_from_8_threads_is_posted_once(database: Database) -> None:
    move = a_move(3, key="once")
    results = in_threads(8, lambda _: posted(database, move))
    assert sorted(len(result.new) for result in results) == [0] * 7 + [1]
    assert units(database, Bucket.FULFILLABLE) == 3


def test_first_receipts_of_the_same_skus_at_once_reach_their_callers_without_error(
    database: Database,
) -> None:
    """Rows that are not there yet cannot be locked; inserting them must not trip either."""
    skus = [f"SKU-{n}" for n in range(20)]
    at_once(
        *(
            lambda order=order: posted(database, *(a_move(1, sku=sku) for sku in order))
            for order in (skus, skus[::-1], skus[10:] + skus[:10], skus[::2] + skus[1::2])
        )
    )
    assert all(units(database, Bucket.FULFILLABLE, sku=sku) == 4 for sku in skus)
    assert sound(database)


# Names -----------------------------------------------------------------------------------------


def test_every_place_has_a_column_of_its_name() -> None:
    from stockpool.ledger.tables import stock_levels

    assert {p.value for p in PLACES} == set(stock_levels.columns.keys()) - {"pool", "sku"}


def test_a_place_is_found_by_its_name() -> None:
    assert [place(p.value) for p in PLACES] == list(PLACES)
    with pytest.raises(ValueError, match="'shelf' is no bucket and no outside account"):
        place("shelf")
