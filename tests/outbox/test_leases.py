"""Named leases: one owner at a time, another one soon after he is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from at_once import in_threads
from stockpool.clock import ManualClock
from stockpool.outbox import cursors, leases
from stockpool.storage.database import Database


def acquired(
    database: Database, owner: str, *, name: str = "poll:web", seconds: float = 30
) -> bool:
    return database.run(
        lambda connection: leases.acquire(
            connection, name, owner, at=database.clock.now(), seconds=seconds
        )
    )


def holder(database: Database, name: str = "poll:web") -> str | None:
    with database.read() as connection:
        return leases.holder(connection, name, at=database.clock.now())


def test_one_owner_has_it(database: Database) -> None:
    assert acquired(database, "a")
    assert not acquired(database, "b")
    assert holder(database) == "a"


def test_leases_of_other_names_are_free(database: Database) -> None:
    assert acquired(database, "a")
    assert acquired(database, "b", name="poll:shop")


def test_its_owner_renews_it(database: Database, clock: ManualClock) -> None:
    acquired(database, "a")
    clock.advance(20)
    assert acquired(database, "a")
    clock.advance(20)
    assert not acquired(database, "b")


def test_another_takes_over_when_it_has_run_out(database: Database, clock: ManualClock) -> None:
    acquired(database, "a")
    clock.advance(30)
    assert holder(database) is None
    assert acquired(database, "b")
    assert not acquired(database, "a"), "the old owner finds out when he renews it"


def test_a_released_lease_is_free_at_once(database: Database) -> None:
    acquired(database, "a")
    database.run(lambda connection: leases.release(connection, "poll:web", "a"))
    assert acquired(database, "b")


def test_nobody_releases_what_is_anothers(database: Database) -> None:
    acquired(database, "a")
    database.run(lambda connection: leases.release(connection, "poll:web", "b"))
    assert holder(database) == "a"


def test_one_of_8_threads_gets_it(database: Database) -> None:
    assert sum(in_threads(8, lambda n: acquired(database, f"t{n}"))) == 1


def test_one_of_8_threads_takes_it_over(database: Database, clock: ManualClock) -> None:
    acquired(database, "dead")
    clock.advance(31)
    assert sum(in_threads(8, lambda n: acquired(database, f"t{n}"))) == 1


def test_it_is_held_for_the_block_and_free_after_it(database: Database) -> None:
    with leases.held(database, "poll:web", "a", seconds=30) as mine:
        assert mine.taken
        with leases.held(database, "poll:web", "b", seconds=30) as theirs:
            assert not theirs.taken
            assert not theirs.renew()
        assert holder(database) == "a"
    assert holder(database) is None


def test_it_is_free_when_the_block_fails(database: Database) -> None:
    with pytest.raises(RuntimeError), leases.held(database, "poll:web", "a", seconds=30):
        raise RuntimeError
    assert acquired(database, "b")


def test_a_long_block_that_renews_keeps_it(database: Database, clock: ManualClock) -> None:
    with leases.held(database, "poll:web", "a", seconds=30) as lease:
        for _ in range(5):
            clock.advance(20)
            assert lease.renew()
            assert not acquired(database, "b")


def test_who_lost_it_is_told_so(database: Database, clock: ManualClock) -> None:
    with leases.held(database, "poll:web", "a", seconds=30) as lease:
        clock.advance(31)
        acquired(database, "b")
        assert not lease.renew()
    assert holder(database) == "b", "and does not take it from the new owner at the end"


def test_a_cursor_moves_with_the_page_that_it_belongs_to(
    database: Database, clock: ManualClock
) -> None:
    def position() -> str | None:
        with database.read() as connection:
            return cursors.position(connection, "orders:web")

    assert position() is None
    for to in ("1", "2", None, "3"):
        clock.advance(1)
        database.run(
            lambda connection, to=to: cursors.move(connection, "orders:web", to, at=clock.now())
        )
        assert position() == to

    def lost(connection: object) -> None:
        cursors.move(connection, "orders:web", "4", at=clock.now() + timedelta(1))  # type: ignore[arg-type]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.run(lost)
    assert position() == "3"
