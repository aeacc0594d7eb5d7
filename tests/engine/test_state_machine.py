"""Orders through any sequence of commands, news and crashes, beside an independent model.

The model knows nothing of tables, moves or effects: it counts units per order in plain integers,
as a person with a notebook would.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from sample_orders import an_order
from servers import PostgresServer
from shop import US, Crash, Shop
from stockpool import crashpoints
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import ConflictError, OutcomeUnknown, RefusedError
from stockpool.ids import IdSource
from stockpool.orders.status import LineCounts
from stockpool.plugins.network import FulfillmentOrderStatus

POINTS = sorted(
    name
    for name in crashpoints.NAMES
    if name.split(".")[0] not in {"bulk", "csv", "snapshot", "webhook"}
)
UNITS = {"mug": {"MUG-1": 1}, "mug-new": {"MUG-1": 1}, "gift-set": {"MUG-1": 1, "TEE-1": 2}}
numbers = st.integers(1, 5)
quantities = st.integers(1, 4)
items = st.sampled_from(sorted(UNITS))


@dataclass
class Notebook:
    """What was received and ordered, by hand."""

    received: dict[str, int] = field(default_factory=lambda: {"MUG-1": 0, "TEE-1": 0})
    ordered: dict[int, dict[str, int]] = field(default_factory=dict)

    def wants(self, number: int, item: str, quantity: int) -> None:
        self.ordered[number] = {sku: each * quantity for sku, each in UNITS[item].items()}


class OrderLife(RuleBasedStateMachine):
    """Subclasses say where the database is."""

    def database(self) -> str:
        raise NotImplementedError

    @initialize()
    def open(self) -> None:
        clock = ManualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
        network, channel = FakeNetwork(clock=clock), FakeChannel()
        engine = Engine.open(
            self.database(),
            config={"plugins": []},
            clock=clock,
            ids=IdSource(seed=1),
            networks={"amazon-na": network},
            channels={"web": channel},
        )
        self.first = engine
        self.shop = Shop(engine, network, channel, clock).furnish()
        self.notebook = Notebook()

    def teardown(self) -> None:
        if not hasattr(self, "shop"):
            return
        crashpoints.listen(None)
        try:
            self.it_ends_well()
        finally:
            self.shop.close()
            self.first.close()

    def it_ends_well(self) -> None:
        """Once the world is healthy again, nothing is left half done."""
        shop = self.shop
        shop.network.faults.heal()
        shop.clock.advance(60)
        shop.settle()
        self.everything_adds_up()
        held = sum(shop.level(sku).held for sku in ("MUG-1", "TEE-1"))
        assert held == 0, "whatever was held was placed in the end"
        assert shop.channel.altered == []

    def attempt(self, work: Any) -> Any:
        """A command, which may be refused for a named reason."""
        try:
            return work()
        except (ConflictError, RefusedError):
            return None
        finally:
            self.shop.clock.advance(1)

    # Commands ----------------------------------------------------------------------------------

    @rule(sku=st.sampled_from(["MUG-1", "TEE-1"]), units=st.integers(1, 6))
    def receive(self, sku: str, units: int) -> None:
        self.notebook.received[sku] += units
        self.shop.receive(sku, units)

    @rule(
        number=numbers,
        item=items,
        quantity=quantities,
        policy=st.sampled_from(["FillOrKill", "FillAll", "FillAllAvailable"]),
        hold=st.sampled_from([None, None, "fraud check"]),
    )
    def submit_or_edit(
        self, number: int, item: str, quantity: int, policy: str, hold: str | None
    ) -> None:
        receipt = self.attempt(
            lambda: self.shop.submit(number, (item, quantity), fulfillment_policy=policy, hold=hold)
        )
        if receipt is not None and not receipt.duplicate:
            assert not receipt.order_id or receipt.edited == (number in self.notebook.ordered)
            self.notebook.wants(number, item, quantity)

    def known(self) -> list[int]:
        return sorted(self.notebook.ordered)

    @precondition(lambda self: self.notebook.ordered)
    @rule(data=st.data(), part=st.none() | st.integers(1, 3))
    def cancel(self, data: st.DataObject, part: int | None) -> None:
        order = self.shop.order(data.draw(st.sampled_from(self.known())))
        lines = None if part is None else {"1": part}
        self.attempt(
            lambda: self.shop.engine.orders.cancel(order.order_id, reason="buyer", lines=lines)
        )

    @precondition(lambda self: self.notebook.ordered)
    @rule(data=st.data())
    def hold(self, data: st.DataObject) -> None:
        order = self.shop.order(data.draw(st.sampled_from(self.known())))
        self.attempt(lambda: self.shop.engine.orders.hold(order.order_id, reason="fraud check"))

    @precondition(lambda self: self.notebook.ordered)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        order = self.shop.order(data.draw(st.sampled_from(self.known())))
        self.attempt(lambda: self.shop.engine.orders.release(order.order_id))

    # The world ---------------------------------------------------------------------------------

    @rule()
    def place(self) -> None:
        self.shop.place()

    @rule(refused=st.booleans())
    def a_call_fails(self, refused: bool) -> None:
        if refused:
            self.shop.network.reject("InvalidInput", "no such address")
        else:
            lost = OutcomeUnknown("cut")
            self.shop.network.faults.fail("create_fulfillment", lost, after=True)
        self.shop.place()
        self.shop.network.faults.heal()

    def open_at_the_network(self) -> list[str]:
        states = self.shop.network.orders
        return [name for name, state in states.items() if not state.status.final]

    @precondition(lambda self: self.open_at_the_network())
    @rule(data=st.data(), what=st.sampled_from(["ship", "ship", "cancel", "lose", "start"]))
    def the_network_works(self, data: st.DataObject, what: str) -> None:
        network = self.shop.network
        name = data.draw(st.sampled_from(self.open_at_the_network()))
        units = {i: n for i, n in network._orders[name].open_units().items() if n}
        item = data.draw(st.sampled_from(sorted(units)))
        some = {item: data.draw(st.integers(1, units[item]))}
        self.shop.clock.advance(1)
        match what:
            case "ship":
                network.ship(name, some)
            case "cancel":
                network.cancel(name, some)
            case "lose":
                network.cannot_fill(name, some)
            case "start":
                network.advance_to(name, FulfillmentOrderStatus.PROCESSING)

    @rule()
    def news(self) -> None:
        self.shop.network.tell_again(*self.shop.network.orders)
        self.shop.follow()

    @rule(seconds=st.sampled_from([1, 20, 60]))
    def time_passes(self, seconds: int) -> None:
        self.shop.clock.advance(seconds)

    @rule(
        point=st.sampled_from(POINTS),
        what=st.sampled_from(["place", "news", "receive", "submit", "work"]),
        number=numbers,
    )
    def the_process_dies(self, point: str, what: str, number: int) -> None:
        """At a point that may or may not lie on the way; another process goes on."""

        def listener(name: str) -> None:
            if name == point:
                raise Crash(point)

        request = an_order(number, ("mug", 2))
        crashpoints.listen(listener)
        try:
            match what:
                case "place":
                    self.shop.place()
                case "news":
                    self.shop.follow()
                case "receive":
                    self.shop.engine.inventory.receive(US, "MUG-1", 1, key="the-same")
                case "submit":
                    self.attempt(lambda: self.shop.engine.orders.submit(request))
                case "work":
                    self.shop.engine.work()
        except Crash:
            pass
        finally:
            crashpoints.listen(None)
        self.shop = self.shop.reopened()
        # What is not known to have happened is done again.
        if what == "receive":
            self.shop.engine.inventory.receive(US, "MUG-1", 1, key="the-same")
            self.notebook.received.setdefault("the-same", 1)
        if what == "submit":
            receipt = self.attempt(lambda: self.shop.engine.orders.submit(request))
            if receipt is not None:
                self.notebook.wants(number, "mug", 2)

    # What must be true at every moment -----------------------------------------------------------

    @invariant()
    def everything_adds_up(self) -> None:
        if not hasattr(self, "shop"):
            return
        report = self.shop.engine.verify()
        assert report.violations == ()
        promised = {"MUG-1": 0, "TEE-1": 0}
        for number, wanted in self.notebook.ordered.items():
            order = self.shop.order(number)
            assert {line.sku.removesuffix("-NEW"): line.counts.ordered for line in order.lines} == (
                wanted
            )
            for line in order.lines:
                c = line.counts
                parts = (c.held, c.committed, c.shipped, c.cancelled, c.unfulfillable, c.waiting)
                assert sum(parts) == c.ordered
                assert min(*parts, c.ordered) >= 0
                promised[line.sku.removesuffix("-NEW")] += _taken(c)
        for sku, units in promised.items():
            received = self.notebook.received[sku]
            if sku == "MUG-1":
                received += self.notebook.received.get("the-same", 0)
            level = self.shop.level(sku)
            assert units <= received, "more was promised than there ever was"
            assert level.held + level.committed + level.customer == units
            assert level.fulfillable == received - units - level.adjustment

    @invariant()
    def no_order_is_placed_twice(self) -> None:
        if not hasattr(self, "shop"):
            return
        sent: dict[str, int] = {}
        for request in self.shop.network.requests.values():
            order = request.displayable_order_id
            state = self.shop.network.orders[request.fulfillment_order_id]
            gone = sum(item.cancelled + item.unfulfillable for item in state.items)
            sent[order] = sent.get(order, 0) + sum(i.quantity for i in request.items) - gone
        for number, units in sent.items():
            assert units <= sum(self.notebook.ordered[int(number)].values())


def _taken(counts: LineCounts) -> int:
    return counts.held + counts.committed + counts.shipped


def _profile(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as path:
        yield Path(path)


def test_any_life_of_orders_on_sqlite(sqlite_template: Path, folder: Path) -> None:
    copies = iter(range(1_000_000))

    class OnSqlite(OrderLife):
        def database(self) -> str:
            file = folder / f"{next(copies)}.db"
            file.write_bytes(sqlite_template.read_bytes())
            return f"sqlite:///{file}"

    run_state_machine_as_test(OnSqlite, settings=_profile(25, 25))


def test_any_life_of_orders_on_postgresql(
    postgres_server: PostgresServer, postgres_template: str
) -> None:
    class OnPostgres(OrderLife):
        name = ""

        def database(self) -> str:
            self.name = postgres_server.lend(postgres_template)
            return postgres_server.url(self.name)

        def teardown(self) -> None:
            super().teardown()
            if self.name:
                postgres_server.take_back(self.name, postgres_template)

    run_state_machine_as_test(OnPostgres, settings=_profile(5, 20))
