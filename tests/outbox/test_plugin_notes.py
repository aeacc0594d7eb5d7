"""What plugins remember: one text a key, changed by one at a time, seen by its owner alone."""

from __future__ import annotations

from at_once import in_threads
from stockpool.outbox.plugin_notes import DatabaseNotes
from stockpool.plugins.notes import MemoryNotes, Notes
from stockpool.storage.database import Database


def keep(notes: Notes, key: str, text: str | None) -> None:
    notes.change(key, lambda _: text)


def check_promises(notes: Notes) -> None:
    assert notes.read() == {}
    keep(notes, "order/1", "a")
    keep(notes, "order/2", "b")
    keep(notes, "Order/3", "c")
    keep(notes, "order_/4", "d")
    assert notes.read("order/") == {"order/1": "a", "order/2": "b"}
    assert notes.read("order_/") == {"order_/4": "d"}
    assert notes.change("order/1", lambda text: f"{text}a") == "aa"
    keep(notes, "order/2", None)
    assert notes.read("order/") == {"order/1": "aa"}
    assert notes.change("new", lambda text: text) is None
    assert "new" not in notes.read()


def test_notes_in_the_database_are_kept(database: Database) -> None:
    check_promises(DatabaseNotes(database, "channels.web"))
    assert DatabaseNotes(database, "channels.web").read("order/") == {"order/1": "aa"}


def test_notes_in_memory_are_kept() -> None:
    check_promises(MemoryNotes())


def test_every_instance_has_its_own(database: Database) -> None:
    keep(DatabaseNotes(database, "channels.web"), "a", "1")
    assert DatabaseNotes(database, "networks.web").read() == {}


def test_no_change_is_lost_among_many(database: Database) -> None:
    notes = DatabaseNotes(database, "channels.web")

    def count(_: int) -> None:
        for _ in range(5):
            notes.change("count", lambda text: str(int(text or 0) + 1))

    in_threads(4, count)
    assert notes.read() == {"count": "20"}


def test_no_change_is_lost_to_one_who_removes(database: Database) -> None:
    """Half of them put the note there, half take it away: each sees the other's whole work."""
    notes = DatabaseNotes(database, "channels.web")

    def toggle(_: int) -> None:
        for _ in range(6):
            notes.change("flag", lambda text: None if text else "up")

    in_threads(4, toggle)
    assert notes.read() == {}
