"""The simulator's frame: its store, its clock, its lock, and how time passes.

Every call first lets everything happen that is due by the simulator's clock, in order. The clock
never runs backwards: what it showed when something was last changed is kept in the store.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from stockpool.clock import Clock
from stockpool.errors import ConfigurationError, OutcomeUnknown, Throttled, TransientError
from stockpool_amazon_sim import faults, rate_limits
from stockpool_amazon_sim.draws import Draws
from stockpool_amazon_sim.inventory import inventory
from stockpool_amazon_sim.inventory.stock_file import StockRow, initial_stock
from stockpool_amazon_sim.records import DAY, SECOND, Micros, Sku
from stockpool_amazon_sim.settings import AmazonSimSettings, CallFaults
from stockpool_amazon_sim.simulated_time import Anchor, to_datetime, to_micros
from stockpool_amazon_sim.storage import MemoryStore, SqliteStore, Store
from stockpool_amazon_sim.timetable import HANDLERS
from stockpool_amazon_sim.world import World

T = TypeVar("T")

LEAP = 365 * DAY
"""How far a clock that runs faster than the engine's goes on while nothing is done. A file that is
opened again after a month must not find itself in the year 10,000."""

CREATES = frozenset({"createFulfillmentOrder", "createOrder@2026-07-04"})
"""Operations of which the attempts are counted by order, those that were lost included."""

BATCH = 500
"""Events between two commits, so that processes that share a file do not wait long."""


class Frame:
    """State, time and the way a call is carried out."""

    def __init__(
        self, settings: AmazonSimSettings, clock: Clock, *, folder: Path | None = None
    ) -> None:
        """Open the state that the settings name, or begin a new one.

        Args:
            clock: the engine's clock; the simulator's starts with it.
            folder: what relative paths in the settings are relative to.
        """
        folder = folder or Path()
        initial = initial_stock(settings, folder)
        store: Store = (
            MemoryStore() if settings.state is None else SqliteStore(folder / settings.state)
        )
        self._set_up(store, settings, clock)
        with self._call(writes=True) as world:
            store.notes.put("settings", settings.model_dump_json())
            if store.notes.get("stocked") is None:
                store.notes.put("stocked", "yes")
                for row in initial:
                    _stock_initially(world, row)

    def _set_up(self, store: Store, settings: AmazonSimSettings, clock: Clock) -> None:
        self.settings = settings
        self._store = store
        self._clock = clock
        self._draws = Draws(settings.seed)
        self._lock = threading.RLock()
        # Without limits and chances a call that reads need not stop anyone.
        plain = CallFaults()
        self._calls_are_plain = not settings.rate_limits and all(
            chances == plain
            for chances in (settings.faults.calls, *settings.faults.operations.values())
        )
        self._anchor: Anchor | None = None

    @property
    def clock(self) -> Clock:
        """The engine's clock, which the simulator's is tied to."""
        return self._clock

    def now(self) -> datetime:
        """What the simulator's clock shows."""
        with self._lock, self._store.reading():
            return to_datetime(self._now())

    def advance_to(self, at: datetime) -> None:
        """Let time pass until `at` on the simulator's clock, and all happen that is due by then.

        From here the clock runs on. A time that has passed changes nothing.
        """
        with self._lock, self._store.transaction():
            now = self._now()
            if to_micros(at) > now:
                now = to_micros(at)
                self._keep_anchor(Anchor(to_micros(self._clock.now()), now, self.settings.speed))
            self._advance(now, writes=True)

    def next_event_at(self) -> datetime | None:
        """When the next event is due that counts as work under way."""
        with self._lock, self._store.reading():
            due = self._store.next_due()
        return None if due is None else to_datetime(due)

    def idle(self, within: float | None = None) -> bool:
        """Whether nothing is under way: no dated event is left, but the expiry of holds.

        Args:
            within: only what comes in so many seconds of the engine's clock counts.

        A call during which something happened answers False, so that what it brought is read
        before the next call says True.
        """
        with self._lock:
            with self._store.reading():
                now = self._now()
                if not self._store.has_due(now):
                    due = self._store.next_due()
                    seconds = None if due is None else (due - now) / SECOND / self.settings.speed
                    return seconds is None or (within is not None and seconds > within)
            with self._store.transaction():
                self._advance(self._now())
            return False

    def close(self) -> None:
        """Give back what is held open; a state in memory is gone."""
        with self._lock:
            self._store.close()

    @contextmanager
    def _call(self, *, writes: bool = False) -> Iterator[World]:
        """A call outside of limits and faults: time passes, then the caller acts."""
        with self._lock, self._store.transaction():
            yield self._advance(self._now(), writes=writes)

    def _perform(
        self, operation: str, key: str, action: Callable[[World], T], *, writes: bool = False
    ) -> T:
        """One of Amazon's operations, with its rate limit and with what goes wrong.

        Raises:
            Throttled, TransientError: nothing was done.
            OutcomeUnknown: it may have been done.
        """
        if not writes and self._calls_are_plain:
            with self._lock, self._store.reading():
                now = self._now()
                if not (self._store.has_due(now) or self._store.counter("injections")):
                    return action(World(self._store, self.settings, self._draws, now))
        with self._lock, self._store.transaction():
            world = self._advance(self._now(), writes=writes)
            rate_limits.take_token(world, operation)
            fault = faults.call_fault(world, operation, key)
            if fault is not None:
                world.store.count(f"faults:{fault}")
                self._fail_before(world, operation, key, fault)
            result = action(world)
            if fault == "timeout_after":
                raise OutcomeUnknown(f"{operation}: no answer in time")
        if fault == "slow":
            calls = self.settings.faults.operations.get(operation, self.settings.faults.calls)
            self._clock.sleep(calls.slow_seconds)
        return result

    def _fail_before(self, world: World, operation: str, key: str, fault: str) -> None:
        if fault in ("slow", "timeout_after"):
            return
        if operation in CREATES:
            _count_lost_attempt(world, key)
        if fault == "throttle":
            raise Throttled(f"{operation}: QuotaExceeded", retry_after=1 / self.settings.speed)
        if fault == "transient":
            raise TransientError(f"{operation}: ServiceUnavailable")
        raise OutcomeUnknown(f"{operation}: no answer in time")

    def _now(self) -> Micros:
        if self._anchor is None or isinstance(self._store, SqliteStore):
            self._anchor = self._read_anchor()
        now = self._anchor.simulated_at(to_micros(self._clock.now()))
        seen = self._store.counter("now")
        if seen and self.settings.speed > 1:
            now = min(now, seen + LEAP)
        return max(now, seen)

    def _read_anchor(self) -> Anchor:
        engine = to_micros(self._clock.now())
        note = self._store.notes.get("anchor")
        if note is None:
            return self._keep_anchor(Anchor(engine, engine, self.settings.speed))
        anchor = Anchor(*json.loads(note))
        if anchor.speed != self.settings.speed:
            # The speed was changed in the configuration: time goes on from where it is.
            simulated = max(anchor.simulated_at(engine), self._store.counter("now"))
            return self._keep_anchor(Anchor(engine, simulated, self.settings.speed))
        return anchor

    def _keep_anchor(self, anchor: Anchor) -> Anchor:
        note = json.dumps([anchor.engine, anchor.simulated, anchor.speed])
        self._store.notes.put("anchor", note)
        self._anchor = anchor
        return anchor

    def _advance(self, now: Micros, *, writes: bool = False) -> World:
        store = self._store
        world = World(store, self.settings, self._draws, now)
        done = 0
        while (event := store.take_due(now)) is not None:
            world.now = event.due
            HANDLERS[event.kind](world, event)
            done += 1
            if not done % BATCH:
                store.checkpoint()
        world.now = now
        if done or writes:
            seen = store.counter("now")
            if now > seen:
                store.count("now", now - seen)
            self._go_on_from(now)
        return world

    def _go_on_from(self, now: Micros) -> None:
        # After a leap that was cut short, time runs on from where it was cut.
        engine = to_micros(self._clock.now())
        assert self._anchor is not None
        if self._anchor.simulated_at(engine) - now > LEAP // 2:
            self._keep_anchor(Anchor(engine, now, self.settings.speed))


def _count_lost_attempt(world: World, order_id: str) -> None:
    order = world.store.orders.get(order_id)
    if order is not None:
        order.attempts += 1
        world.store.orders.put(order_id, order)
        return
    key = f"attempts:{order_id}"
    world.store.notes.put(key, str(int(world.store.notes.get(key) or "0") + 1))


def _stock_initially(world: World, row: StockRow) -> None:
    fnsku = row.fnsku or inventory.default_fnsku(world, row.sku)
    known = world.store.skus.get(f"{row.country}|{row.sku}")
    try:
        sku = known or inventory.register(world, Sku(row.country, row.sku, fnsku))
        inventory.add_stock(world, sku, row.quantity, None)
    except ValueError as error:
        raise ConfigurationError(f"stock: {error}") from error
