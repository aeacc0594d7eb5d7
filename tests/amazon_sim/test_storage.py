"""Both forms of the store answer alike."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stockpool.errors import RejectedError, TransientError
from stockpool_amazon_sim.records import Movement, Sku
from stockpool_amazon_sim.storage import Event, MemoryStore, SqliteStore, Store


@pytest.fixture
def store(form: str, tmp_path: Path) -> Iterator[Store]:
    store = MemoryStore() if form == "memory" else SqliteStore(tmp_path / "deep" / "amazon.db")
    yield store
    store.close()


def test_events_come_in_the_order_of_their_time(store: Store) -> None:
    with store.transaction():
        for due, name in ((5, "b"), (9, "c"), (5, "B"), (1, "a")):
            store.schedule(Event(due, "kind", name))
    with store.transaction():
        taken = [store.take_due(8) for _ in range(4)]
        assert [event.subject if event else None for event in taken] == ["a", "b", "B", None]
        assert store.next_due() == 9


def test_dropped_events_do_not_come(store: Store) -> None:
    with store.transaction():
        store.schedule(Event(1, "pick", "F-1", "0"))
        store.schedule(Event(2, "pick", "F-1", "1"))
        store.schedule(Event(3, "scan", "F-1", "0"))
        store.schedule(Event(4, "pick", "F-2", "0"))
        store.drop_events("F-1", "0", "pick")
        assert store.next_due() == 2
        store.drop_events("F-1")
        assert store.next_due() == 4
        store.drop_events("F-2", kind="scan")
        event = store.take_due(9)
        assert event is not None
        assert (event.subject, store.take_due(9), store.next_due()) == ("F-2", None, None)


def test_quiet_events_are_no_work(store: Store) -> None:
    with store.transaction():
        store.schedule(Event(1, "hold_expires", "F-1", quiet=True))
        assert store.next_due() is None
        assert store.next_due() is None
        store.schedule(Event(2, "pick", "F-1"))
        assert store.next_due() is not None
        assert store.next_due() == 2


def test_a_changed_order_moves_to_the_end_of_the_index(store: Store) -> None:
    with store.transaction():
        for at, order_id in ((1, "a"), (2, "b"), (3, "a"), (4, "c")):
            store.touch(order_id, at)
        store.touch("a", 5, "[1]")
    with store.transaction():
        changes = store.changes_after(0, 10)
        assert [(change.order_id, change.document) for change in changes] == [
            ("b", None),
            ("a", None),
            ("c", None),
            ("a", "[1]"),
        ]
        assert store.changes_after(changes[1].sequence, 1) == [changes[2]]
        assert store.changes_after(store.changes_since(4), 10) == changes[2:]
        assert store.changes_since(0) == 0
        assert store.changes_after(store.changes_since(9), 10) == []


def test_tables_scan_in_the_order_of_keys(store: Store) -> None:
    with store.transaction():
        for key in ("US|b", "CA|a", "US|a", "US|c"):
            store.skus.put(key, Sku(key[:2], key[3:], "X"))
    with store.transaction():
        assert [key for key, _ in store.skus.scan("US|")] == ["US|a", "US|b", "US|c"]
        store.skus.remove("US|b")
        store.skus.remove("never")
        store.skus.put("US|d", Sku("US", "d", "X"))
        store.skus.remove("US|d")
        assert [key for key, _ in store.skus.scan("US|", "US|a")] == ["US|c"]
        assert [key for key, _ in store.skus.scan("US|", limit=1)] == ["US|a"]
        assert [key for key, _ in store.skus.all()] == ["CA|a", "US|a", "US|c"]
        assert store.skus.get("US|b") is None


def test_the_journal_and_the_counters_only_grow(store: Store) -> None:
    movement = Movement(1, "US", "X", None, None, "ABE2", "fulfillable", 2, "Receipts", "", "r")
    with store.transaction():
        store.record(movement)
        assert store.movement_sequence() == 1
        store.record(movement)
        assert list(store.movements_after(1)) == [movement]
        store.count("n", 2)
        assert store.counter("n") == 2
    with store.transaction():
        store.count("n", -1)
        assert store.counter("n") == 1
        assert store.counters() == {"n": 1}
        assert store.movement_sequence() == 2


def test_a_refusal_commits_and_a_defect_does_not(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "amazon.db")
    for error in (RejectedError("InvalidInput", "no"), ZeroDivisionError()):
        with pytest.raises(type(error)):
            _count_and_raise(store, error)
    with store.transaction():
        assert store.counter("RejectedError") == 1
        assert store.notes.get("ZeroDivisionError") is None
    store.close()


def _count_and_raise(store: Store, error: Exception) -> None:
    with store.transaction():
        store.count(type(error).__name__)
        store.notes.put(type(error).__name__, "done")
        raise error


def test_a_file_that_stays_locked_is_a_transient_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = SqliteStore(tmp_path / "amazon.db")
    monkeypatch.setattr("stockpool_amazon_sim.storage.sqlite.LOCK_SECONDS", 0.01)
    second = SqliteStore(tmp_path / "amazon.db")
    with first.transaction():
        with pytest.raises(TransientError):
            _count_and_raise(second, ZeroDivisionError())
        with second.reading():
            assert second.counter("n") == 0
    first.close()
    second.close()


def test_a_forked_child_opens_its_own_connection(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "amazon.db")
    child = os.fork()
    if not child:
        try:
            with store.transaction():
                store.notes.put("child", "was here")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    with store.transaction():
        assert store.notes.get("child") == "was here"
    store.close()
