"""Receive, hold, commit, ship, move, repeat, crash: whatever the order, the books stay right.

The model beside the ledger is a list of single units, each with the place it is at: it shares no
arithmetic with the code. After every step the levels must say what the units say, and verify must
hold.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from servers import PostgresServer
from stockpool.errors import ConflictError, RefusedError
from stockpool.ledger import levels as reading
from stockpool.ledger.buckets import PLACES, Account, Bucket, Place
from stockpool.ledger.invariants import INVARIANTS
from stockpool.ledger.posting import StockMove, lock, post, post_locked
from stockpool.proof import verify
from stockpool.storage.bulk import write_all
from stockpool.storage.database import Database

SKUS = ("CUP", "MUG")
POOLS = ("amazon-na:CA", "amazon-na:US")
START = datetime(2026, 1, 1, tzinfo=UTC)

quantities = st.integers(1, 8)
skus = st.sampled_from(SKUS)
pools = st.sampled_from(POOLS)


class Crash(Exception):
    """The process dies inside a unit of work."""


class LedgerMachine(RuleBasedStateMachine):
    """The commands that the engine gives the ledger."""

    new_url: ClassVar[Any]
    """Makes the URL of a fresh, migrated database."""

    def __init__(self) -> None:
        super().__init__()
        self.url, self.clean_up = type(self).new_url()
        self.database = Database(self.url)
        self.units: list[tuple[str, str, Place]] = []
        self.told: list[tuple[StockMove, ...]] = []
        self.numbers = itertools.count()
        self.now = START

    def teardown(self) -> None:
        self.database.close()
        self.clean_up()

    # The model ---------------------------------------------------------------------------------

    def here(self, pool: str, sku: str, place: Place) -> int:
        return self.units.count((pool, sku, place))

    def carry(self, moves: Sequence[StockMove]) -> None:
        """Carry unit after unit from place to place."""
        for move in moves:
            for _ in range(move.quantity):
                if isinstance(move.source, Bucket):
                    self.units.remove((move.pool, move.sku, move.source))
                self.units.append((move.pool, move.sku, move.target))

    def possible(self, moves: Sequence[StockMove]) -> bool:
        wanted: Counter[tuple[str, str, Place]] = Counter()
        for move in moves:
            if isinstance(move.source, Bucket):
                wanted[move.pool, move.sku, move.source] += move.quantity
        return all(self.units.count(key) >= units for key, units in wanted.items())

    # The commands ------------------------------------------------------------------------------

    def a_move(self, pool: str, sku: str, quantity: int, source: Place, target: Place) -> StockMove:
        number = next(self.numbers)
        return StockMove(pool, sku, source, target, quantity, "test", f"r{number}", f"key-{number}")

    def tell(self, *moves: StockMove) -> None:
        self.now += timedelta(minutes=1)
        possible = self.possible(moves)
        try:
            self.database.run(lambda connection: post(connection, moves, at=self.now))
        except RefusedError:
            assert not possible, "it was refused although there are enough units"
            return
        assert possible, "it was posted although there are too few units"
        self.carry(moves)
        self.told.append(moves)

    @initialize()
    def start(self) -> None:
        self.tell(self.a_move(POOLS[1], "MUG", 5, Account.SUPPLIER, Bucket.FULFILLABLE))

    @rule(pool=pools, sku=skus, quantity=quantities)
    def receive(self, pool: str, sku: str, quantity: int) -> None:
        self.tell(self.a_move(pool, sku, quantity, Account.SUPPLIER, Bucket.FULFILLABLE))

    @rule(pool=pools, sku=skus, quantity=quantities)
    def hold(self, pool: str, sku: str, quantity: int) -> None:
        self.tell(self.a_move(pool, sku, quantity, Bucket.FULFILLABLE, Bucket.HELD))

    @rule(pool=pools, mugs=quantities, cups=quantities)
    def hold_a_kit(self, pool: str, mugs: int, cups: int) -> None:
        """All parts or none."""
        self.tell(
            self.a_move(pool, "MUG", mugs, Bucket.FULFILLABLE, Bucket.HELD),
            self.a_move(pool, "CUP", cups, Bucket.FULFILLABLE, Bucket.HELD),
        )

    @rule(pool=pools, sku=skus, quantity=quantities)
    def hold_on_locked_rows(self, pool: str, sku: str, quantity: int) -> None:
        """As intake does: look under the lock, then post what fits."""

        def work(connection: Any) -> tuple[StockMove, ...]:
            locked = lock(connection, [(pool, sku)])
            fits = min(locked.get(pool, sku), quantity)
            if not fits:
                return ()
            moves = (self.a_move(pool, sku, fits, Bucket.FULFILLABLE, Bucket.HELD),)
            write_all(connection, post_locked(connection, locked, moves, at=self.now))
            return moves

        moves = self.database.run(work)
        fits = min(self.here(pool, sku, Bucket.FULFILLABLE), quantity)
        assert sum(move.quantity for move in moves) == fits
        self.carry(moves)
        if moves:
            self.told.append(moves)

    @rule(pool=pools, sku=skus, quantity=quantities)
    def commit(self, pool: str, sku: str, quantity: int) -> None:
        self.tell(self.a_move(pool, sku, quantity, Bucket.HELD, Bucket.COMMITTED))

    @rule(pool=pools, sku=skus, quantity=quantities)
    def let_go(self, pool: str, sku: str, quantity: int) -> None:
        self.tell(self.a_move(pool, sku, quantity, Bucket.HELD, Bucket.FULFILLABLE))

    @rule(pool=pools, sku=skus, quantity=quantities)
    def ship(self, pool: str, sku: str, quantity: int) -> None:
        self.tell(self.a_move(pool, sku, quantity, Bucket.COMMITTED, Account.CUSTOMER))

    @rule(
        pool=pools,
        sku=skus,
        quantity=quantities,
        places=st.permutations(PLACES).map(lambda places: places[:2]),
    )
    def move(self, pool: str, sku: str, quantity: int, places: Sequence[Place]) -> None:
        source, target = places
        self.tell(self.a_move(pool, sku, quantity, source, target))

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """The same posting again, or half of it, changes nothing."""
        moves = data.draw(st.sampled_from(self.told))
        some = moves[: data.draw(st.integers(1, len(moves)))]
        done = self.database.run(lambda connection: post(connection, some, at=self.now))
        assert done.new == frozenset()

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def repeat_altered(self, data: st.DataObject) -> None:
        """The same key with another quantity is refused."""
        move = data.draw(st.sampled_from(self.told))[0]
        other = StockMove(
            move.pool,
            move.sku,
            move.source,
            move.target,
            move.quantity + 1,
            move.cause,
            move.reference,
            move.key,
        )
        with pytest.raises(ConflictError):
            self.database.run(lambda connection: post(connection, [other], at=self.now))

    @rule(pool=pools, sku=skus, quantity=quantities)
    def crash_and_reopen(self, pool: str, sku: str, quantity: int) -> None:
        move = self.a_move(pool, sku, quantity, Account.SUPPLIER, Bucket.FULFILLABLE)

        def work(connection: Any) -> None:
            post(connection, [move], at=self.now)
            raise Crash

        with pytest.raises(Crash):
            self.database.run(work)
        self.database.close()
        self.database = Database(self.url)

    # What must be true after every step ----------------------------------------------------------

    @invariant()
    def levels_say_where_the_units_are(self) -> None:
        counted = Counter(self.units)
        with self.database.read(consistent=True) as connection:
            told = {(level.pool, level.sku): level for level in reading.levels(connection)}
            assert {unit[:2] for unit in self.units} <= told.keys()
            for (pool, sku), level in told.items():
                for bucket in Bucket:
                    assert level.units[bucket] == counted[pool, sku, bucket]
            report = verify(connection, INVARIANTS)
        assert report.ok, report.violations


def test_the_ledger_follows_its_model_on_sqlite(sqlite_template: Path) -> None:
    def new_url() -> tuple[str, Any]:
        folder = TemporaryDirectory()
        copyfile(sqlite_template, f"{folder.name}/ledger.db")
        return f"sqlite:///{folder.name}/ledger.db", folder.cleanup

    machine = type("OnSqlite", (LedgerMachine,), {"new_url": staticmethod(new_url)})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine, settings=settings(max_examples=40, stateful_step_count=30)
    )


def test_the_ledger_follows_its_model_on_postgresql(
    postgres_server: PostgresServer, postgres_template: str
) -> None:
    def new_url() -> tuple[str, Any]:
        name = postgres_server.lend(postgres_template)
        return (
            postgres_server.url(name),
            lambda: postgres_server.take_back(name, postgres_template),
        )

    machine = type("OnPostgresql", (LedgerMachine,), {"new_url": staticmethod(new_url)})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine, settings=settings(max_examples=8, stateful_step_count=20)
    )
