"""The journal stays quick, and knows what it was told."""

from __future__ import annotations

from stockpool_csv_channel import database
from stockpool_csv_channel.journal import SCHEMA, Batch, Journal


def test_known_keys_are_found_among_many(tmp_path):
    with database.opened(tmp_path / "journal.db", SCHEMA) as connection:
        journal = Journal(connection)
        journal.note(Batch(1, "a.csv"), "tracking", [f"k{n}" for n in range(5_000)])
        assert journal.known("tracking", ["k0", "k4999", "new"]) == {"k0", "k4999"}
        assert journal.known("refunds", ["k0"]) == set()
        assert len(journal.known("tracking", [f"k{n}" for n in range(4_000, 6_000)])) == 1_000


def test_looking_up_does_not_walk_through_history(tmp_path):
    with database.opened(tmp_path / "journal.db", SCHEMA) as connection:
        for sql in (
            "SELECT key FROM keys WHERE kind = 'tracking' AND key IN ('a', 'b')",
            "SELECT id, name FROM batches WHERE published = 0 ORDER BY id",
        ):
            plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
            assert not any(step.startswith("SCAN") and "batches_open" not in step for step in plan)


def test_numbers_of_batches_are_never_used_twice(tmp_path):
    path = tmp_path / "journal.db"
    with database.opened(path, SCHEMA) as connection:
        assert Journal(connection).next_id() == 1
        Journal(connection).note(Batch(1, "a.csv"), "tracking", ["k"])
    with database.opened(path, SCHEMA) as connection:
        assert Journal(connection).next_id() == 2
        assert [batch.name for batch in Journal(connection).unpublished()] == ["a.csv"]
