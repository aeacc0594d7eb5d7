"""A channel's refund, a unit that comes back, Amazon's reimbursement and a correction of stock.

Each may happen without the others, in any order, late and again: beside a notebook of the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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

from claims_desk import HEADER, row
from fake_channel import FakeChannel
from returning_network import ReturningNetwork
from sample_orders import an_order
from shop import US, Crash, Shop
from stockpool import crashpoints
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import ConflictError, OutcomeUnknown, RefusedError
from stockpool.ids import IdSource
from stockpool.ledger.buckets import NETWORK_BUCKETS, Account
from stockpool.money import Money
from stockpool.order_request import OrderLine
from stockpool.plugins.channel import ChannelRefund, LineQuantity
from stockpool.plugins.channel_returns import ChannelReturn
from stockpool.plugins.network import PackageStatus
from stockpool.plugins.network_returns import (
    InvalidItemReasonCode,
    ReturnItemDisposition,
    ReturnItemState,
    ReturnItemStatus,
    ReturnRequestItem,
)

STOCK = 20
PAID = 3 * 950 + 1 * 1800 + 400
keys = st.sampled_from(["a", "b", "c"])
REASONS = {"return": "CustomerReturn", "parcel": "Lost_Outbound", "center": "Lost_Warehouse"}
BUCKETS = {
    ReturnItemDisposition.SELLABLE: "fulfillable",
    ReturnItemDisposition.CUSTOMER_DAMAGED: "customer_damaged",
    ReturnItemDisposition.DEFECTIVE: "defective",
}


class StrictNetwork(ReturningNetwork):
    """Grants nothing of a parcel that the customer has not got."""

    def _refusal(
        self, known: dict[str, ReturnItemState], item: ReturnRequestItem
    ) -> InvalidItemReasonCode | None:
        arrived = any(
            shipment.shipment_id == item.shipment_id
            and shipment.packages[0].status is PackageStatus.DELIVERED
            and any(one.item_id == item.item_id for one in shipment.items)
            for order in self.orders.values()
            for shipment in order.shipments
        )
        if not arrived:
            return InvalidItemReasonCode.NO_COMPLETED_SHIP_ITEMS
        return super()._refusal(known, item)


class FourEvents(RuleBasedStateMachine):
    """One order of five mugs in two parcels, and all that may become of it."""

    url: str
    folder: Path

    @initialize()
    def open(self) -> None:
        self.clock = ManualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
        self.network, channel = StrictNetwork(clock=self.clock), FakeChannel()
        self.network.put("US", "MUG-1", STOCK)
        engine = Engine.open(
            self.url,
            config={
                "plugins": [],
                "channels": {"web": {"type": "instance", "refund_on": ["return"]}},
            },
            clock=self.clock,
            ids=IdSource(seed=1),
            networks={"amazon-na": self.network},
            channels={"web": channel},
        )
        self.shop = Shop(engine, self.network, channel, self.clock).furnish()
        self.shop.receive("MUG-1", STOCK)
        lines = (
            OrderLine(line_id="1", channel_sku="mug", quantity=3, unit_price="9.50"),
            OrderLine(line_id="2", channel_sku="mug-pair", quantity=1, unit_price="18.00"),
        )
        order = an_order(1001, lines=lines, currency="USD", shipping_price="4.00")
        receipt = engine.orders.submit(order)
        assert receipt.order_id is not None
        self.order_id = receipt.order_id
        self.shop.settle()
        name = self.shop.fulfillment_id(1001)
        items = [item.item_id for item in self.network.orders[name].items]
        first = self.network.ship(name, {items[0]: 2})
        second = self.network.ship(name)
        self.parcels = [first.packages[0].package_number, second.packages[0].package_number]
        self.fate: dict[int, str] = {}
        self.by_hand: dict[str, int] = {}
        self.rows: dict[str, str] = {}
        self.given_units = 0
        self.lost_in_center = 0
        self.came_back = 0

    # The world ---------------------------------------------------------------------------------

    def shelve(self, bucket: str, units: int) -> None:
        """Units are in a center, or not any more; only the network's figures know."""
        figures = self.network.figures["US", "MUG-1"]
        there = getattr(figures, bucket) + units
        self.network.figures["US", "MUG-1"] = replace(figures, **{bucket: there})

    @rule(which=st.integers(0, 1), comes=st.booleans())
    def a_parcel_ends(self, which: int, comes: bool) -> None:
        """It is delivered, or the carrier brings it back."""
        number = self.parcels[which]
        if number in self.fate:
            return
        self.fate[number] = "delivered" if comes else "returned"
        status = PackageStatus.DELIVERED if comes else PackageStatus.RETURNED
        self.network.deliver(self.shop.fulfillment_id(1001), status, number)
        if not comes:
            units = 2 if which == 0 else 3
            self.came_back += units
            self.shelve("fulfillable", units)

    @rule(which=st.integers(0, 9), condition=st.sampled_from(list(BUCKETS)))
    def a_unit_is_graded(self, which: int, condition: ReturnItemDisposition) -> None:
        new = [
            item.return_item_id
            for items in self.network.granted.values()
            for item in items.values()
            if item.status is ReturnItemStatus.NEW
        ]
        if new:
            self.network.grade(sorted(new)[which % len(new)], condition)
            self.came_back += 1
            self.shelve(BUCKETS[condition], 1)

    @rule(units=st.sampled_from([-1, 1]))
    def a_center_miscounts(self, units: int) -> None:
        if self.lost_in_center - units >= 0 and self.network.figures["US", "MUG-1"].fulfillable:
            self.lost_in_center -= units
            self.shelve("fulfillable", units)

    @rule(
        number=keys,
        reason=st.sampled_from(sorted(REASONS)),
        cash=st.booleans(),
        case=st.sampled_from(["", "CASE-1"]),
    )
    def amazon_pays(self, number: str, reason: str, cash: bool, case: str) -> None:
        """In money or in a unit; whatever is imported may come again."""
        if number not in self.rows:
            told = row(
                number,
                cash=int(cash),
                units=int(not cash),
                amount="4.00" if cash else "0.00",
                reason=REASONS[reason],
                case=case,
                sku="MUG-1",
            )
            self.rows[number] = told
            if not cash:
                self.given_units += 1
                self.shelve("fulfillable", 1)
        self.report(list(self.rows.values()))

    @rule(number=keys)
    def amazon_takes_it_back(self, number: str) -> None:
        if "|4.00|" in self.rows.get(number, ""):
            self.rows[f"{number}-back"] = row(
                f"{number}-back",
                cash=-1,
                amount="-4.00",
                reason="Reimbursement_Reversal",
                original=number,
                sku="MUG-1",
            )
            self.report(list(self.rows.values()))

    @rule()
    def an_old_report_comes_again(self) -> None:
        self.report(list(self.rows.values())[:1])

    def report(self, rows: Sequence[str]) -> None:
        if not rows:
            return
        path = self.folder / "reimbursements.txt"
        path.write_text("\n".join((HEADER, *rows, "")).replace("|", "\t"), "utf-8")
        self.shop.engine.reports.import_file(path, "GET_FBA_REIMBURSEMENTS_DATA", US)

    @rule(refund_id=keys, minor=st.integers(1, PAID))
    def the_merchant_refunds_by_hand(self, refund_id: str, minor: int) -> None:
        minor = self.by_hand.setdefault(refund_id, minor)
        told = ChannelRefund(refund_id, "1001", Money(minor, "USD"))
        self.shop.channel.add_page(refunds=[told])

    @rule()
    def the_channel_tells_of_ours(self) -> None:
        self.shop.channel.add_page(
            refunds=[
                ChannelRefund(f"for-{one.key}", "1001", one.amount, key=one.key)
                for one in self.shop.channel.refunds
            ]
        )

    @rule(return_id=keys, line=st.sampled_from(["1", "2"]))
    def the_channel_asks_for_a_return(self, return_id: str, line: str) -> None:
        told = ChannelReturn(return_id, "1001", [LineQuantity(line, "mug", 1)], "UNWANTED")
        self.shop.channel.add_page(returns=[told])

    # The merchant ------------------------------------------------------------------------------

    def attempt(self, work: Any) -> None:
        try:
            work()
        except (RefusedError, ConflictError):
            pass
        finally:
            self.clock.advance(1)

    @rule(key=keys, line=st.sampled_from(["1", "2"]))
    def refund_an_item(self, key: str, line: str) -> None:
        self.attempt(
            lambda: self.shop.engine.care.refunds.make(
                self.order_id, reason="r", key=key, lines={line: 1}
            )
        )

    @rule(key=keys, line=st.sampled_from(["1", "2"]))
    def ask_for_a_return(self, key: str, line: str) -> None:
        self.attempt(
            lambda: self.shop.engine.returns.request(self.order_id, {line: 1}, "UNWANTED", key=key)
        )

    @rule()
    def file_and_value_claims(self) -> None:
        for claim in self.shop.engine.claims.list(unsettled=True):
            self.shop.engine.claims.file(claim.claim_id, "CASE-1")
            self.attempt(
                lambda claim=claim: self.shop.engine.claims.set_value(
                    claim.claim_id, Money(400, "USD")
                )
            )

    @rule()
    def give_claims_up(self) -> None:
        for claim in self.shop.engine.claims.list(unsettled=True):
            self.shop.engine.claims.write_off(claim.claim_id, reason="old")

    @rule()
    def take_a_snapshot(self) -> None:
        self.shop.engine.inventory.snapshot([US])

    # Time and workers --------------------------------------------------------------------------

    @rule(days=st.sampled_from([0, 1, 35, 65]))
    def days_pass(self, days: int) -> None:
        self.clock.advance(hours=24 * days)
        self.shop.settle()

    @rule(operation=st.sampled_from(["push_refund", "push_return", "create_return"]))
    def an_answer_is_lost(self, operation: str) -> None:
        faults = self.network.faults if operation == "create_return" else self.shop.channel.faults
        faults.fail(operation, OutcomeUnknown("cut"), after=True)
        self.shop.place()
        faults.heal()
        self.clock.advance(5)

    @rule(
        point=st.sampled_from(
            ["care.before_commit", "effects.after_call", "effects.after_result_commit"]
        )
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
        self.clock.advance(60)

    # What has to be true -----------------------------------------------------------------------

    @invariant()
    def both_ledgers_are_proven(self) -> None:
        if hasattr(self, "shop"):
            assert self.shop.engine.verify().violations == ()

    def teardown(self) -> None:
        if not hasattr(self, "shop"):
            return
        crashpoints.listen(None)
        self.clock.advance(hours=24)
        self.shop.settle()
        self.clock.advance(hours=24)
        self.shop.settle()
        self.shop.engine.inventory.snapshot([US])
        self.both_ledgers_are_proven()
        self.money_is_what_the_channel_gave()
        self.units_are_where_they_are()
        self.amazon_owes_what_it_has_not_paid()
        self.shop.engine.close()

    def money_is_what_the_channel_gave(self) -> None:
        found = self.shop.engine.care.refunds.list(limit=1_000)
        assert all(one.state in ("pushed", "made", "withdrawn") for one in found)
        ours = sum(one.amount.minor for one in self.shop.channel.refunds)
        given = sum(one.amount.minor for one in found if one.state in ("pushed", "made"))
        assert given == ours + sum(self.by_hand.values())
        excess = sum(p.amount.minor for one in found for p in one.parts if p.part == "excess")
        assert given - excess <= PAID
        assert not excess or ours + sum(self.by_hand.values()) > PAID

    def units_are_where_they_are(self) -> None:
        level = self.shop.engine.inventory.level(US, "MUG-1")
        figures = self.network.figures["US", "MUG-1"]
        there = {bucket.value: level.units[bucket] for bucket in NETWORK_BUCKETS}
        assert there == {name: getattr(figures, name) for name in there}
        claims = self.shop.engine.claims.list()
        claimed = sum(one.units.claimed - one.units.found for one in claims)
        assert level.units[Account.CUSTOMER] == 5 - self.came_back - claimed
        replaced = sum(one.units.replaced for one in claims)
        surprises = self.given_units - replaced
        assert level.units[Account.ADJUSTMENT] == self.lost_in_center - surprises
        assert self.shop.counts(1001).returned == self.came_back

    def amazon_owes_what_it_has_not_paid(self) -> None:
        claims = self.shop.engine.claims.list()
        level = self.shop.engine.inventory.level(US, "MUG-1")
        assert level.owed_by_amazon == sum(one.units.owed for one in claims)
        paid = sum("|4.00|" in told for told in self.rows.values())
        assert sum(one.units.paid for one in claims) <= paid
        assert {one.kind.value for one in claims} <= {"lost_parcel", "return_missing"}


def test_whatever_happens_and_in_whatever_order_both_ledgers_are_proven(
    sqlite_template: Path,
) -> None:
    with TemporaryDirectory() as folder:
        copies = iter(range(1_000_000))

        class OnSqlite(FourEvents):
            def __init__(self) -> None:
                file = Path(folder) / f"{next(copies)}.db"
                file.write_bytes(sqlite_template.read_bytes())
                self.url = f"sqlite:///{file}"
                self.folder = Path(folder)
                super().__init__()

        run_state_machine_as_test(
            OnSqlite,
            settings=settings(
                max_examples=12,
                derandomize=True,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
