"""Cancel, ship, re-plan, repeat and crash in every order, with the workers at three paces in turn.

Whatever the order: each unit ends once, the channel is told of each cancelled item once, exactly
those are refunded, and what shipped although it was to be cancelled is due to come back.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import cycle, permutations
from pathlib import Path

import pytest

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from sample_orders import an_order
from shop import Crash, Shop
from stockpool import crashpoints
from stockpool.care.returns_due import list_returns_due
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import RefusedError
from stockpool.ids import IdSource
from stockpool.order_request import OrderLine
from stockpool.plugins.channel import ChannelCancellation, LineQuantity

UNITS = 3
CHANNELS = {"web": {"type": "instance", "refund_on": ["cancellation"]}}


def cancel(shop: Shop) -> None:
    """The channel asks to cancel all of it, or a part."""
    shop.channel.add_page(cancellations=[ChannelCancellation("C1", "1001", "buyer")])
    shop.engine.duties.poll_channel("web")


def cancel_one(shop: Shop) -> None:
    line = LineQuantity("1", "mug", 1)
    shop.channel.add_page(cancellations=[ChannelCancellation("C1", "1001", "buyer", [line])])
    shop.engine.duties.poll_channel("web")


def ship(shop: Shop) -> None:
    """The network ships what it has."""
    for name, state in shop.network.orders.items():
        if not state.status.final:
            shop.network.ship(name)


def replan(shop: Shop) -> None:
    """The order is taken back and routed anew, as long as no part of it was submitted."""
    order_id = shop.order(1001).order_id
    with suppress(RefusedError):
        shop.engine.orders.hold(order_id, reason="to be looked at")
        shop.engine.orders.release(order_id)


def repeat(shop: Shop) -> None:
    """Everything is told once more."""
    shop.network.tell_again(*shop.network.orders)
    shop.channel._pages += shop.channel._pages[1:]
    shop.engine.duties.poll_channel("web")
    shop.follow()


def crash(shop: Shop) -> None:
    """The process dies with its work in its hands: before, or after the call outside."""
    points = {"care.before_commit", "effects.after_call", "changes.before_commit"}

    def listener(name: str) -> None:
        if name in points:
            raise Crash(name)

    crashpoints.listen(listener)
    try:
        shop.engine.work()
    except Crash:
        pass
    finally:
        crashpoints.listen(None)


Step = Callable[[Shop], None]
WORKERS: dict[str, Step] = {
    "asleep": lambda shop: None,
    "placing": lambda shop: shop.place() and None,
    "at work": lambda shop: shop.engine.work() and None,
}


def lives(cancellation: Step) -> list[tuple[str, tuple[Step, ...]]]:
    steps = (cancellation, ship, replan, repeat, crash)
    return list(zip(cycle(WORKERS), permutations(steps), strict=False))


def a_shop(url: str) -> Shop:
    clock = ManualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
    network, channel = FakeNetwork(clock=clock), FakeChannel()
    engine = Engine.open(
        url,
        config={
            "plugins": [],
            "channels": CHANNELS,
            "stockpool": {"synchronous": "NORMAL"},
        },
        clock=clock,
        ids=IdSource(seed=1),
        networks={"amazon-na": network},
        channels={"web": channel},
        migrate=False,
    )
    shop = Shop(engine, network, channel, clock).furnish()
    shop.receive("MUG-1", 10)
    line = OrderLine(line_id="1", channel_sku="mug", quantity=UNITS, unit_price="9.50")
    channel.add_page([an_order(1001, lines=(line,), currency="USD", shipping_price="4.00")])
    engine.duties.poll_channel("web")
    return shop


@pytest.mark.parametrize(
    ("first", "cancellation"),
    [
        *((first, cancel) for first in ("cancel", "ship", "replan", "repeat", "crash")),
        *((first, cancel_one) for first in ("cancel", "ship")),
        *(
            pytest.param(first, cancel_one, marks=pytest.mark.kill)
            for first in ("replan", "repeat", "crash")
        ),
    ],
)
def test_every_order_of_events_ends_well(
    sqlite_template: Path, tmp_path: Path, cancellation: Step, first: str
) -> None:
    looked_at = 0
    for number, (pace, steps) in enumerate(lives(cancellation)):
        if not steps[0].__name__.startswith(first):
            continue
        file = tmp_path / f"{number}.db"
        file.write_bytes(sqlite_template.read_bytes())
        shop = a_shop(f"sqlite:///{file}")
        try:
            WORKERS[pace](shop)
            for step in steps:
                step(shop)
                shop.clock.advance(60)
                WORKERS[pace](shop)
            shop.settle()
            ship(shop)
            shop.settle()
            all_is_well(shop, UNITS if cancellation is cancel else 1)
        except AssertionError as error:
            told = " → ".join(step.__name__ for step in steps)
            raise AssertionError(f"workers {pace}: {told}: {error}") from error
        finally:
            shop.engine.close()
        looked_at += 1
    assert looked_at == 24


def all_is_well(shop: Shop, asked: int) -> None:
    order = shop.order(1001)
    counts = order.counts
    assert shop.engine.verify().violations == ()
    assert counts.shipped + counts.cancelled == UNITS
    assert counts.cancelled in (0, asked)
    told = sum(x.quantity for update in shop.channel.cancellations for x in update.lines)
    assert told == counts.cancelled, "the channel hears of each cancelled item once"
    goods = 950 * counts.cancelled
    shipping = 400 if counts.cancelled == UNITS else 0
    assert sum(update.amount.minor for update in shop.channel.refunds) == goods + shipping
    outcomes = [answer.outcome for answer in shop.channel.answers]
    states = [c["state"] for c in order.cancellations]
    assert "requested" not in states
    with shop.engine.database.read() as connection:
        due = sum(sum(r.units.values()) for r in list_returns_due(connection, limit=9))
    if counts.cancelled:
        assert set(states) == {"confirmed"}
        assert set(outcomes) == {"confirmed"}
        assert due == 0
    else:
        assert set(states) <= {"refused", "overtaken"}
        assert set(outcomes) == set(states) != set()
        assert due == (asked if "overtaken" in states else 0)
    assert shop.level("MUG-1").fulfillable == 10 - counts.shipped
    assert shop.channel.altered == []
