"""Refunds of an order in any order of events, beside a notebook of what the buyer has."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from sample_orders import an_order
from shop import Crash, Shop
from stockpool import crashpoints
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import ConflictError, NotFoundError, OutcomeUnknown, RefusedError
from stockpool.ids import IdSource
from stockpool.money import Money
from stockpool.order_request import OrderLine
from stockpool.plugins.channel import ChannelRefund, LineQuantity

PAID = 2 * 950 + 101 + 3 * 333 + 400 + 33
keys = st.sampled_from(["a", "b", "c"])
sums = st.integers(1, PAID + 200)


class MoneyLife(RuleBasedStateMachine):
    """Our refunds, refunds by hand, cancellations, lost answers, refusals, repeats and crashes."""

    url: str

    @initialize()
    def open(self) -> None:
        clock = ManualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
        network, channel = FakeNetwork(clock=clock), FakeChannel()
        engine = Engine.open(
            self.url,
            config={
                "plugins": [],
                "channels": {"web": {"type": "instance", "refund_on": ["cancellation"]}},
            },
            clock=clock,
            ids=IdSource(seed=1),
            networks={"amazon-na": network},
            channels={"web": channel},
        )
        self.shop = Shop(engine, network, channel, clock).furnish()
        self.shop.receive("MUG-1", 50)
        lines = (
            OrderLine(line_id="1", channel_sku="mug", quantity=2, unit_price="9.50", tax="1.01"),
            OrderLine(line_id="2", channel_sku="mug-pair", quantity=3, unit_price="3.33"),
        )
        order = an_order(
            1001, lines=lines, currency="USD", shipping_price="4.00", shipping_tax="0.33"
        )
        receipt = engine.orders.submit(order)
        assert receipt.order_id is not None
        self.order_id = receipt.order_id
        self.by_hand: dict[str, int] = {}

    def teardown(self) -> None:
        if hasattr(self, "shop"):
            crashpoints.listen(None)
            self.shop.channel.faults.heal()
            self.shop.clock.advance(3600)
            self.shop.settle()
            self.the_books_are_right()
            assert self.shop.engine.care.refunds.list(state="recorded") == []
            self.shop.engine.close()

    def attempt(self, work: Any) -> None:
        try:
            work()
        except (RefusedError, NotFoundError):
            pass
        finally:
            self.shop.clock.advance(1)

    @rule(key=keys, line=st.sampled_from(["1", "2"]), items=st.integers(1, 3), ship=st.booleans())
    def refund_items(self, key: str, line: str, items: int, ship: bool) -> None:
        def make() -> None:
            try:
                self.shop.engine.care.refunds.make(
                    self.order_id, reason="r", key=key, lines={line: items}, all_shipping=ship
                )
            except ConflictError:
                return

        self.attempt(make)

    @rule(minor=sums)
    def refund_a_sum(self, minor: int) -> None:
        amount = str(Money(minor, "USD").amount)
        key = f"sum-{minor}"
        self.attempt(
            lambda: self.shop.engine.orders.refund(
                self.order_id, amount, "USD", reason="r", key=key
            )
        )

    @rule(refund_id=keys, minor=sums, line=st.sampled_from([None, "1", "2"]))
    def refund_by_hand(self, refund_id: str, minor: int, line: str | None) -> None:
        minor = self.by_hand.setdefault(refund_id, minor)
        lines = () if line is None else (LineQuantity(line, "mug", 1),)
        told = ChannelRefund(refund_id, "1001", Money(minor, "USD"), lines=lines)
        self.shop.channel.add_page(refunds=[told])

    @rule()
    def tell_of_ours(self) -> None:
        self.shop.channel.add_page(
            refunds=[
                ChannelRefund(f"for-{u.key}", "1001", u.amount, key=u.key)
                for u in self.shop.channel.refunds
            ]
        )

    @rule()
    def poll(self) -> None:
        self.shop.engine.duties.poll_channel("web")

    @rule(line=st.sampled_from(["1", "2"]))
    def cancel(self, line: str) -> None:
        self.attempt(
            lambda: self.shop.engine.orders.cancel(self.order_id, reason="buyer", lines={line: 1})
        )

    @rule()
    def settle_due(self) -> None:
        self.shop.engine.care.settle_due()

    @rule(how=st.sampled_from(["well", "lost", "down", "refused", "raced"]))
    def push(self, how: str) -> None:
        channel = self.shop.channel
        if how in ("lost", "down"):
            channel.faults.fail("push_refund", OutcomeUnknown("cut"), after=how == "lost")
        if how == "raced":
            # While ours are under way, the merchant gives back everything by hand.
            self.by_hand.setdefault("all", PAID)
            told_by_hand = ChannelRefund("all", "1001", Money(PAID, "USD"))

            def by_hand(_: object) -> None:
                channel.faults.heal()
                channel.add_page(refunds=[told_by_hand])
                self.shop.engine.duties.poll_channel("web")

            channel.faults.before("push_refund", by_hand)
        if how in ("refused", "raced"):
            told = set(channel.told)
            channel.refuse(lambda u: u.key.startswith("refund-") and u.key not in told, "NotPaid")
        self.shop.place()
        channel._refusals.clear()
        channel.faults.heal()
        self.shop.clock.advance(5)

    @rule(
        point=st.sampled_from(["care.before_commit", "effects.after_call", "intake.after_commit"])
    )
    def die(self, point: str) -> None:
        def listener(name: str) -> None:
            if name == point:
                raise Crash(point)

        crashpoints.listen(listener)
        try:
            self.shop.engine.work()
        except Crash:
            pass
        finally:
            crashpoints.listen(None)
        self.shop.clock.advance(60)

    @rule()
    def retry(self) -> None:
        for item in self.shop.attention("NotPaid"):
            self.attempt(lambda item=item: self.shop.engine.retry(item.id))

    @invariant()
    def the_books_are_right(self) -> None:
        if not hasattr(self, "shop"):
            return
        assert self.shop.engine.verify().violations == ()
        found = self.shop.engine.care.refunds.list(limit=1_000)
        counted = {r.key: r.amount.minor for r in found if r.origin == "channel"}
        heard = {f"channel:web:{name}": minor for name, minor in self.by_hand.items()}
        assert counted.items() <= heard.items(), "each refund by hand once, with its sum"
        excess = sum(p.amount.minor for r in found for p in r.parts if p.part == "excess")
        given = sum(r.amount.minor for r in found if r.state in ("recorded", "pushed", "made"))
        assert given - excess <= PAID, "no refund of ours, and no counting twice, exceeds the paid"
        assert bool(excess) == bool(self.shop.attention("refunded_too_much"))
        for update in self.shop.channel.refunds:
            assert sum(part.amount.minor for part in update.parts) == update.amount.minor


def test_any_life_of_an_orders_money(sqlite_template: Path) -> None:
    with TemporaryDirectory() as folder:
        copies = iter(range(1_000_000))

        class OnSqlite(MoneyLife):
            def __init__(self) -> None:
                file = Path(folder) / f"{next(copies)}.db"
                file.write_bytes(sqlite_template.read_bytes())
                self.url = f"sqlite:///{file}"
                super().__init__()

        run_state_machine_as_test(
            OnSqlite,
            settings=settings(
                max_examples=20,
                derandomize=True,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
