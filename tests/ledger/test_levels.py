"""Reading stock: levels by name, moves newest first, ages first in, first out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from stockpool.ledger import levels as reading
from stockpool.ledger.buckets import Account, Bucket, Place
from stockpool.ledger.levels import AgeLayer, StockLevel, age_layers
from stockpool.ledger.posting import StockMove, post
from stockpool.storage.database import Database

START = datetime(2026, 1, 1, tzinfo=UTC)
US = "amazon-na:US"


def history(database: Database, *steps: tuple[int, str, Place, Place]) -> None:
    """Post (units, key, source, target), one a day."""
    for day, (units, key, source, target) in enumerate(steps):
        move = StockMove(US, "MUG", source, target, units, "test", f"ref-{key}", key)
        at = START + timedelta(days=day)
        database.run(lambda connection, move=move, at=at: post(connection, [move], at=at))


def ages(database: Database) -> list[tuple[int, str, int]]:
    """(day received, receipt, units left), oldest first."""
    with database.read() as connection:
        return [
            ((layer.received_at - START).days, layer.receipt, layer.quantity)
            for layer in reading.ages(connection, US, "MUG")
        ]


def test_a_level_has_every_bucket_and_account_as_an_attribute() -> None:
    level = StockLevel(US, "MUG", {Bucket.FULFILLABLE: 4, Account.SUPPLIER: -4})
    assert (level.fulfillable, level.supplier, level.held) == (4, -4, 0)
    with pytest.raises(AttributeError, match="shelf"):
        _ = level.shelf


def test_on_hand_is_what_lies_in_a_center() -> None:
    units: dict[Place, int] = dict.fromkeys(Bucket, 1)
    level = StockLevel(US, "MUG", units | {Account.CUSTOMER: 9})
    assert level.on_hand == len(Bucket) - 3, "all but what is inbound"


def test_a_sku_that_was_never_seen_has_a_level_of_zero(database: Database) -> None:
    with database.read() as connection:
        level = reading.level(connection, US, "MUG")
    assert (level.fulfillable, level.on_hand) == (0, 0)


def test_moves_are_read_newest_first_and_by_what_they_are_about(database: Database) -> None:
    history(
        database,
        (5, "a", Account.SUPPLIER, Bucket.FULFILLABLE),
        (2, "b", Bucket.FULFILLABLE, Bucket.HELD),
        (1, "c", Bucket.HELD, Bucket.COMMITTED),
    )
    with database.read() as connection:
        assert [m.move.key for m in reading.moves(connection)] == ["c", "b", "a"]
        assert [m.move.key for m in reading.moves(connection, limit=1)] == ["c"]
        assert [m.move.key for m in reading.moves(connection, reference="ref-b")] == ["b"]
        assert reading.moves(connection, sku="CUP") == []
        assert reading.moves(connection, pool="amazon-na:CA") == []
        (newest,) = reading.moves(connection, limit=1)
    assert newest.move == StockMove(
        US, "MUG", Bucket.HELD, Bucket.COMMITTED, 1, "test", "ref-c", "c"
    )
    assert newest.occurred_at == START + timedelta(days=2)


# Ages ------------------------------------------------------------------------------------------


def test_what_leaves_is_taken_from_the_oldest_receipt(database: Database) -> None:
    history(
        database,
        (10, "first", Account.SUPPLIER, Bucket.FULFILLABLE),
        (10, "second", Account.SUPPLIER, Bucket.FULFILLABLE),
        (12, "sold", Bucket.FULFILLABLE, Account.CUSTOMER),
    )
    assert ages(database) == [(1, "second", 8)]


def test_units_grow_no_younger_by_moving_inside_the_network(database: Database) -> None:
    history(
        database,
        (10, "first", Account.SUPPLIER, Bucket.FULFILLABLE),
        (4, "held", Bucket.FULFILLABLE, Bucket.HELD),
        (4, "committed", Bucket.HELD, Bucket.COMMITTED),
        (2, "broken", Bucket.FULFILLABLE, Bucket.WAREHOUSE_DAMAGED),
    )
    assert ages(database) == [(0, "first", 10)]


def test_what_a_snapshot_found_has_its_own_age(database: Database) -> None:
    history(
        database,
        (10, "first", Account.SUPPLIER, Bucket.FULFILLABLE),
        (3, "found", Account.ADJUSTMENT, Bucket.FULFILLABLE),
    )
    assert ages(database) == [(0, "first", 10), (1, "found", 3)]


def test_what_is_gone_has_no_age(database: Database) -> None:
    history(
        database,
        (3, "first", Account.SUPPLIER, Bucket.FULFILLABLE),
        (3, "sold", Bucket.FULFILLABLE, Account.CUSTOMER),
    )
    assert ages(database) == []


def test_what_is_on_its_way_in_has_an_age_once_it_has_arrived(database: Database) -> None:
    history(database, (5, "sent", Account.SUPPLIER, Bucket.INBOUND_SHIPPED))
    assert ages(database) == []
    history(
        database,
        (5, "sent", Account.SUPPLIER, Bucket.INBOUND_SHIPPED),
        (5, "arrived", Bucket.INBOUND_SHIPPED, Bucket.FULFILLABLE),
    )
    assert ages(database) == [(1, "arrived", 5)]


def test_ages_are_found_by_the_index_of_receipts(database: Database) -> None:
    """So that they cost what was received, not what was sold."""
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "stock_moves" in statement and not statement.startswith("EXPLAIN"):
            seen.append(plan(statement, parameters))

    def plan(statement: str, parameters: Any) -> str:
        with database.read() as other:
            if not database.is_sqlite:
                other.exec_driver_sql("SET LOCAL enable_seqscan = off")
            return "\n".join(str(r) for r in other.exec_driver_sql(explain + statement, parameters))

    history(database, (3, "first", Account.SUPPLIER, Bucket.FULFILLABLE))
    event.listen(database.engine, "before_cursor_execute", note)
    assert ages(database) == [(0, "first", 3)]
    assert len(seen) == 1
    assert "ix_stock_moves_receipts" in seen[0]


@given(
    st.lists(st.integers(1, 20), max_size=10),
    st.integers(0, 250),
)
def test_layers_cover_what_is_on_hand_with_the_newest_receipts(
    quantities: list[int], on_hand: int
) -> None:
    receipts = [
        AgeLayer(START + timedelta(days=day), quantity, str(day))
        for day, quantity in enumerate(quantities)
    ]
    layers = age_layers(on_hand, receipts[::-1])
    assert sum(layer.quantity for layer in layers) == min(on_hand, sum(quantities))
    assert layers == sorted(layers, key=lambda layer: layer.received_at)
    # The model: a queue from which the oldest unit leaves.
    queue = [day for day, quantity in enumerate(quantities) for _ in range(quantity)]
    left = queue[max(len(queue) - on_hand, 0) :]
    assert [
        day
        for day, layer in ((int(la.receipt), la) for la in layers)
        for _ in range(layer.quantity)
    ] == left
