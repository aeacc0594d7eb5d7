"""Workers are killed while customers change their minds, send things back and are refunded.

The shop of the other kill run. Cancellations come while parcels are being packed, before their
order, and twice; some parcels come back, asked for by the channel; some refunds are made by hand.
What was refunded, cancelled and received is counted from the files that the channel was given.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from sqlalchemy import func, select, update

from killed_shop import PRICE, Run, shop
from stockpool import Engine
from stockpool.care.tables import channel_news, refunds_due
from stockpool.money import Money
from stockpool.orders.tables import cancellations, fulfillment_orders, order_lines, orders
from stockpool.outbox.effects import unfinished
from stockpool.plugins.network_returns import NetworkReturns, ReturnItemStatus
from stockpool.returns.tables import order_returns, return_units
from stockpool_workers.demo.audit import audit

SETTLE_SECONDS = 420
POLICY = """refund_on = ["cancellation", "return"]
return_reasons = { "*" = "CR-UNWANTED_ITEM" }"""
EACH = Money.parse(PRICE, "USD").minor


@dataclass
class Aftercare(Run):
    """What the customers did.

    Attributes:
        asked: cancellations and returns by their ids, as the rows of their files.
        by_hand: minor units refunded by hand, by order; of these nothing else is asked.
        touched: orders of which something was asked, or that were refunded by hand.
        kept: orders of which somebody has decided whether they are sent back.
        arrived: when the first parcel of an order was told, on the monotonic clock.
        repeats: rows that were dropped once more.
    """

    asked: dict[str, str] = field(default_factory=dict)
    by_hand: dict[str, int] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    arrived: dict[str, float] = field(default_factory=dict)
    repeats: int = 0

    def customers_change_their_minds(self, first: int, last: int) -> None:
        """Whole orders and single units are cancelled, some before their order was taken in."""
        rows = ["cancellation_id,order_id,line_id,quantity,reason"]
        for number in range(first, last + 1):
            draw = self.chance.random()
            if draw < 0.4:
                order = f"K-{number}"
                line = "," if draw < 0.2 else "1,1"
                rows.append(self._ask(f"C-{number}", order, f"{line},late"))
        self._drop_asked("cancellations", rows)

    def goods_are_sent_back(self, patience: float) -> None:
        """Of orders whose parcels were told some time ago, so that most have arrived."""
        now = time.monotonic()
        for row in self.written("tracking"):
            self.arrived.setdefault(row["order_id"], now)
        rows = ["return_id,order_id,line_id,quantity,reason"]
        for order, since in sorted(self.arrived.items()):
            name = f"R-{order}"
            if now - since < patience or order in self.kept or order in self.by_hand:
                continue
            self.kept.add(order)
            if self.chance.random() < 0.5:
                line = "," if self.chance.random() < 0.5 else "1,1"
                rows.append(self._ask(name, order, f"{line},unwanted"))
        self._drop_asked("returns", rows)

    def somebody_refunds_by_hand(self, first: int, last: int) -> None:
        rows = ["refund_id,order_id,amount,currency,reason"]
        for number in range(first, last + 1):
            order = f"K-{number}"
            if order not in self.touched and self.chance.random() < 0.1:
                minor = self.chance.randint(1, EACH)
                self.by_hand[order] = minor
                self.touched.add(order)
                rows.append(f"H-{number},{order},{Money(minor, 'USD').amount},USD,kind")
        self._drop_asked("hand", rows)

    def _ask(self, name: str, order: str, rest: str) -> str:
        self.touched.add(order)
        self.asked[name] = f"{name},{order},{rest}"
        return self.asked[name]

    def _drop_asked(self, kind: str, rows: list[str]) -> None:
        """New rows, and some that came before once more."""
        if len(rows) == 1:
            return
        before = [row for row in self.asked.values() if row[0] == rows[1][0] and row not in rows]
        repeated = [row for row in before if self.chance.random() < 0.05]
        self.repeats += len(repeated)
        self.drop(f"{kind}-{time.monotonic_ns()}.csv", [*rows, *repeated])


def unsettled(engine: Engine, run: Aftercare) -> Mapping[str, int]:
    """What is not done yet, by what it is."""
    wanted = {
        "lines open": (order_lines, order_lines.c.held + order_lines.c.committed > 0),
        "cancellations": (cancellations, cancellations.c.state == "requested"),
        "news": (channel_news, channel_news.c.taken_at.is_(None)),
        "refunds due": (refunds_due, refunds_due.c.state == "due"),
        "units on their way": (return_units, return_units.c.state.in_(["asked", "authorised"])),
    }
    with engine.database.read() as connection:
        here = connection.execute(select(func.count()).select_from(orders)).scalar_one()
        news = connection.execute(select(func.count()).select_from(channel_news)).scalar_one()
        return {
            "orders to be read": run.orders - here,
            "news to be read": len(run.asked) + len(run.by_hand) - news,
            "effects": unfinished(connection),
            **{
                name: connection.execute(
                    select(func.count()).select_from(table).where(condition)
                ).scalar_one()
                for name, (table, condition) in wanted.items()
            },
        }


def six_hours_pass(engine: Engine) -> None:
    """Open returns are asked about every six hours; here a simulated week takes twelve seconds."""
    now = engine.database.clock.now()
    waiting = order_returns.c.ask_at.is_not(None)
    engine.database.run(
        lambda connection: connection.execute(
            update(order_returns).where(waiting).values(ask_at=now)
        )
    )


def settle(run: Aftercare, engine: Engine) -> float:
    started = time.monotonic()
    pause = threading.Event()
    left: Mapping[str, int] = {}
    while time.monotonic() - started < SETTLE_SECONDS:
        run.replace_the_dead()
        left = {name: count for name, count in unsettled(engine, run).items() if count}
        if not left:
            return time.monotonic() - started
        six_hours_pass(engine)
        pause.wait(1)
    raise AssertionError(f"not settled: {left}; {(run.folder / 'workers.log').read_text()[-3000:]}")


def units_told(run: Run, kind: str, **only: str) -> Counter[str]:
    """Units by order in the files of a kind."""
    told: Counter[str] = Counter()
    for row in run.written(kind):
        if all(row[name] == value for name, value in only.items()):
            told[row["order_id"]] += int(row["quantity"])
    return told


def units_received(engine: Engine) -> Counter[str]:
    """Units that Amazon says it got back, by the channel's number of the order."""
    network = engine.networks["amazon-na"]
    assert isinstance(network, NetworkReturns)
    returned = select(return_units.c.fulfillment_order_id)
    query = (
        select(fulfillment_orders.c.id, orders.c.channel_order_id)
        .join(orders, orders.c.id == fulfillment_orders.c.order_id)
        .where(fulfillment_orders.c.id.in_(returned))
    )
    with engine.database.read() as connection:
        placed = connection.execute(query).all()
    found: Counter[str] = Counter()
    for row in placed:
        told = network.get_returns(row.id)
        assert told is not None
        found[row.channel_order_id] += sum(
            item.status is ReturnItemStatus.PROCESSED for item in told.items
        )
    return found


def units_counted(engine: Engine) -> tuple[Counter[str], Counter[str]]:
    """Units that the books count as never shipped, and as returned, by order."""
    lines = order_lines.c
    never = func.sum(lines.cancelled + lines.unfulfillable)
    query = (
        select(orders.c.channel_order_id, never, func.sum(lines.returned))
        .join(orders, orders.c.id == lines.order_id)
        .group_by(orders.c.channel_order_id)
    )
    with engine.database.read() as connection:
        rows = connection.execute(query).all()
    return Counter({row[0]: row[1] for row in rows}), Counter({row[0]: row[2] for row in rows})


def the_books_are_right(run: Aftercare, engine: Engine) -> dict[str, int]:
    report = engine.verify()
    assert report.ok, report.violations
    found = audit(engine)
    assert found.ok, found.findings
    cancelled = units_told(run, "cancellations")
    received = units_told(run, "returns", outcome="received")
    assert (+cancelled, +received) == tuple(+units for units in units_counted(engine))
    assert received == +units_received(engine)
    refunds = [row for row in run.written("refunds") if row["amount"]]
    assert len({row["key"] for row in refunds}) == len(refunds)
    money: Counter[str] = Counter()
    for row in refunds:
        money[row["order_id"]] += Money.parse(row["amount"], row["currency"]).minor
    assert money == Counter({order: n * EACH for order, n in (cancelled + received).items()})
    made = [one for one in engine.care.refunds.list(limit=100_000) if one.state == "made"]
    assert sorted(one.amount.minor for one in made) == sorted(run.by_hand.values())
    answers = run.written("cancellation-answers")
    wanted = {name for name in run.asked if name.startswith("C-")}
    assert {row["cancellation_id"] for row in answers} == wanted
    outcomes = Counter({(row["cancellation_id"], row["outcome"]): 1 for row in answers})
    assert outcomes.total() == len(wanted)
    return {
        **Counter(outcome for _, outcome in outcomes),
        "units cancelled": cancelled.total(),
        "returns asked for": sum(name.startswith("R-") for name in run.asked),
        "units received": received.total(),
        "refunds": len(refunds),
        "refunds by hand": len(made),
        "repeated": run.repeats,
    }


def kill_run(
    folder: Path, database: str, broker: str, *, kills: int, seed: int, over_http: bool
) -> dict[str, float]:
    pause = threading.Event()
    with shop(
        Aftercare,
        folder,
        database,
        broker,
        seed=seed,
        units=20 * kills + 200,
        over_http=over_http,
        policy=POLICY,
        speed=50_000.0,
    ) as run:
        run.start_worker()
        run.start_worker()
        while run.kills < kills:
            # What is asked of orders that are not here yet waits for them.
            early = run.chance.random() < 0.3
            if early:
                run.customers_change_their_minds(run.orders + 1, run.orders + 8)
            run.drop_orders(8)
            pause.wait(run.chance.uniform(0, 1.5))
            if not early:
                run.customers_change_their_minds(run.orders - 7, run.orders)
            run.somebody_refunds_by_hand(run.orders - 7, run.orders)
            run.goods_are_sent_back(patience=6)
            pause.wait(run.chance.uniform(0.2, 1.5))
            run.replace_the_dead()
            run.kill_one()
            if run.kills in (kills // 3, 2 * kills // 3):
                redis.Redis.from_url(broker).flushdb()
                run.emptied += 1
        with Engine.from_file(folder / "faultless.toml") as engine:
            settled = settle(run, engine)
            run.stop()
            return {
                "kills": run.kills,
                "deaths at crash points": run.deaths_at_points,
                "redis emptied": run.emptied,
                "orders": run.orders,
                **the_books_are_right(run, engine),
                "settled after seconds": round(settled, 1),
            }


@pytest.mark.kill
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("over_http", [False, True], ids=["in process", "over HTTP"])
def test_nothing_is_refunded_twice_and_no_return_is_lost(
    tmp_path: Path,
    postgres_url: str,
    redis_url: str,
    over_http: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`make kill`; STOCKPOOL_KILL_SEED and STOCKPOOL_KILLS choose another run of it."""
    figures = kill_run(
        tmp_path / "shop",
        postgres_url,
        redis_url,
        kills=int(os.environ.get("STOCKPOOL_KILLS", "200")),
        seed=int(os.environ.get("STOCKPOOL_KILL_SEED", "3")),
        over_http=over_http,
    )
    with capsys.disabled():
        sys.stdout.write(f"\n{figures}\n")
    assert figures["refunds"] > 0
    assert figures["units received"] > 0
