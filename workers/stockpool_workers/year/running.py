"""The days of the year, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Protocol, cast

from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.inbound.reconciling import OVER
from stockpool.ledger.buckets import Account
from stockpool.money import Money
from stockpool.order_request import OrderLine, OrderRequest
from stockpool.proof import Report
from stockpool_workers.year.claiming import Claiming
from stockpool_workers.year.sending import Sending
from stockpool_workers.year.shop import (
    BEGIN,
    BUYER,
    LAMPS_AT_THE_START,
    NETWORK,
    US,
    WARES,
    fill,
    open_shop,
    prepare,
)

SALES_REPORT = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
LEDGER_REPORT = "GET_LEDGER_DETAIL_VIEW_DATA"
REMOVALS_REPORT = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"

_HOURS_OF_SENDING = 7

_ROUNDS_MOST = 4
"""Of work on one day: what is left then is done on the next."""


class _Simulator(Protocol):
    """The controls of a simulated network that the year needs."""

    def stock(self, country: str, sku: str, quantity: int) -> None: ...

    def buckets_by_center(self, country: str, sku: str) -> dict[str, dict[str, int]]: ...

    def sell_on_amazon(self, country: str, sku: str, quantity: int) -> int: ...

    def damage(self, country: str, sku: str, quantity: int, center: str) -> None: ...

    def misplace(
        self, country: str, sku: str, quantity: int, center: str, *, found: bool
    ) -> None: ...

    def audit(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Year:
    """What has happened.

    Attributes:
        units: by what became of them.
        findings: in which Amazon's memory and the books differ; empty if they agree.
        attention: open items by code.
    """

    days: int
    units: Mapping[str, int]
    counts: Mapping[str, int]
    attention: Mapping[str, int]
    findings: Sequence[str]
    report: Report

    @property
    def ok(self) -> bool:
        """Whether the books are right and Amazon agrees."""
        return self.report.ok and not self.findings

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "ok": self.ok,
            "days": self.days,
            "units": dict(self.units),
            "counts": dict(self.counts),
            "attention": dict(self.attention),
            "findings": list(self.findings),
            "verify": self.report.as_dict(),
        }


@dataclass(slots=True)
class Running:
    """A year under way."""

    engine: Engine
    clock: ManualClock
    folder: Path
    rng: Random
    sending: Sending
    claiming: Claiming
    orders: int = 0
    sold_on_amazon: int = 0
    _relisted: set[str] = field(default_factory=set)

    def day(self, number: int) -> None:
        """One day: the merchant decides, customers buy, workers work."""
        if number == 0:
            fill(self.engine)
        if number == 2:
            prepare(self.engine)
            self.simulator.stock("US", "LAMP", LAMPS_AT_THE_START)
        if number >= 4 and (number - 4) % 30 == 0:
            self.sending.plan({w.sku: w.sent_monthly for w in WARES if w.sent_monthly})
        if number == 156:
            self.engine.listings.convert(
                US, "TEAPOT", "merchant", quantity=1, accept_stranding=True
            )
        if number == 170:
            self.engine.listings.convert(US, "TEAPOT", "network")
        self._send()
        if number >= 10:
            self._buy()
        if number % 40 == 39:
            self._damage()
        if number % 40 == 19:
            self._misplace(found=number % 80 == 19)
        if number % 7 == 0:
            self.claiming.go_on()
            self.engine.duties.find_stranded(NETWORK)
            self.engine.duties.remind()
        if number % 30 == 29:
            now = self.clock.now()
            for report in (SALES_REPORT, REMOVALS_REPORT, LEDGER_REPORT):
                start = now - timedelta(days=30)
                self.engine.reports.request(report, US, start=start, end=now)
        self.work()
        tomorrow = BEGIN + timedelta(days=number + 1)
        self.clock.advance((tomorrow - self.clock.now()).total_seconds())
        self.engine.duties.take_snapshots(NETWORK)

    def _send(self) -> None:
        """Bring plans on hour by hour: what Amazon offers expires."""
        for _ in range(_HOURS_OF_SENDING):
            if not self.sending.plans:
                return
            self.sending.go_on()
            self.work()
            self.clock.advance(hours=1)
            self.work()

    def work(self) -> None:
        """What workers do until nothing is left, or the day is over."""
        for _ in range(_ROUNDS_MOST):
            if not self.engine.work():
                break

    @property
    def simulator(self) -> _Simulator:
        network = self.engine.networks[NETWORK]
        return cast(_Simulator, getattr(network, "simulator"))  # noqa: B009  (it is no Network's)

    def _buy(self) -> None:
        requests = []
        for ware in WARES:
            if self.rng.random() < min(ware.sold_daily / 2, 1):
                self.orders += 1
                line = OrderLine(
                    line_id="1",
                    channel_sku=ware.sku.lower(),
                    quantity=self.rng.choice((1, 1, 1, 2)),
                    unit_price=str(Money(ware.cents, "USD").amount),
                    currency="USD",
                )
                requests.append(
                    OrderRequest(
                        channel="web",
                        channel_order_id=f"W{self.orders}",
                        ship_to=BUYER,
                        lines=(line,),
                        currency="USD",
                    )
                )
            if self.rng.random() < ware.sold_daily / 4:
                self.sold_on_amazon += self._sell(ware.sku)
        if requests:
            self.engine.orders.submit_many(requests)

    def _sell(self, sku: str) -> int:
        there = sum(b.get("fulfillable", 0) for b in self._centers(sku).values())
        return self.simulator.sell_on_amazon("US", sku, 1) if there else 0

    def _damage(self) -> None:
        for center, buckets in sorted(self._centers("MUG").items()):
            if buckets.get("fulfillable", 0) > 3:
                self.simulator.damage("US", "MUG", 2, center)
                return

    def _misplace(self, *, found: bool) -> None:
        for center, buckets in sorted(self._centers("MUG").items()):
            if buckets.get("fulfillable", 0) > 3:
                self.simulator.misplace("US", "MUG", 2, center, found=found)
                return

    def _centers(self, sku: str) -> dict[str, dict[str, int]]:
        return self.simulator.buckets_by_center("US", sku)


def live(
    folder: Path, *, seed: int, days: int = 365, told: Callable[[int], None] = lambda _day: None
) -> Year:
    """Live so many days in an empty folder."""
    engine, clock = open_shop(folder, seed)
    with engine:
        rng = Random(seed)
        network = engine.networks[NETWORK]
        simulator = getattr(network, "simulator")  # noqa: B009  (it is no Network's)
        claiming = Claiming(engine, simulator, rng)
        year = Running(engine, clock, folder, rng, Sending(engine), claiming)
        for number in range(days):
            year.day(number)
            told(number)
        for _ in range(3):
            year.work()
            clock.advance(hours=1)
            engine.duties.take_snapshots(NETWORK)
        return _told(year, days)


def _told(year: Running, days: int) -> Year:
    engine = year.engine
    levels = engine.inventory.levels(pool=US)

    def total(account: Account) -> int:
        return sum(level.units.get(account, 0) for level in levels)

    claims = engine.claims.list(limit=10_000)
    shipments = engine.inbound.queue.list(limit=10_000)
    attention: dict[str, int] = {}
    for item in engine.attention.list():
        attention[item.code] = attention.get(item.code, 0) + 1
    return Year(
        days,
        {
            "sent in": year.sending.sent,
            "received": sum(one.received for one in shipments),
            "on their way": sum(
                item.short for one in shipments if one.status not in OVER for item in one.items
            ),
            "missing, found later": sum(one.units.found for one in claims),
            "missing, paid for": sum(one.units.paid for one in claims),
            "missing, replaced": sum(one.units.replaced for one in claims),
            "missing, given up": sum(one.units.written_off for one in claims),
            "missing, still owed": total(Account.OWED_BY_AMAZON),
            "shipped to our customers": total(Account.CUSTOMER),
            "sold by Amazon": year.sold_on_amazon,
            "disposed of": total(Account.DISPOSED),
            "sent back to the seller": total(Account.RETURNED_TO_SELLER),
            "on hand": sum(level.on_hand for level in levels),
        },
        {
            "orders": year.orders,
            "shipments": len(shipments),
            "claims": len(claims),
            "removal orders": len(engine.removals.list(limit=10_000)),
            "Amazon's orders in the list": len(
                [one for one in engine.fba_orders.iterate() if one.source == "amazon"]
            ),
        },
        attention,
        _findings(year),
        engine.verify(),
    )


def _findings(year: Running) -> list[str]:
    found = [f"Amazon's own books: {finding}" for finding in year.simulator.audit()]
    for ware in WARES:
        theirs = sum(
            units
            for buckets in year._centers(ware.sku).values()
            for bucket, units in buckets.items()
            if not bucket.startswith("inbound")
        )
        ours = year.engine.inventory.level(US, ware.sku).on_hand
        if theirs != ours:
            found.append(f"{ware.sku}: {theirs} in Amazon's centers, {ours} in our books")
    return found
