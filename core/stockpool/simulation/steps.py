"""What each kind of step does to the world. Everything drawn in it comes from the step's number.

A command that is refused for a named reason is a step like any other; anything else that is raised
is a finding.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from stockpool import crashpoints
from stockpool.engine import Engine
from stockpool.errors import ConflictError, NotFoundError, PluginError, RefusedError
from stockpool.order_request import Address, OrderLine, OrderRequest
from stockpool.outbox.carrier import LEASE_SECONDS
from stockpool.plugins.network_removals import (
    RemovalItem,
)
from stockpool.simulation.shop import TROUBLES
from stockpool.simulation.world import COUNTRIES, LISTINGS, NETWORK, SHOP, SKUS, UNLISTED, World

Action = Callable[[World, random.Random], None]

FAULTS: Final = frozenset({"crash", "pause", "broker", "calls", "shop", "news", "parcels", "stock"})
"""Kinds of fault that can be chosen: processes that die, and that stand still; the broker; calls of
the network, and of the shop; the network's news; parcels; stock that changes by itself."""


class Crash(BaseException):
    """The process dies here. Nothing catches it, as nothing catches a kill."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of step.

    Attributes:
        weight: how often it comes, beside the others.
        fault: which of `FAULTS` it makes; None: it belongs to every life.
        needed: without it nothing would happen at all.
    """

    act: Action
    weight: float
    fault: str | None = None
    needed: bool = False


# Buyers and the merchant ----------------------------------------------------------------------


def buyers_order(world: World, rng: random.Random) -> None:
    """Some orders are placed in the shop."""
    for _ in range(rng.choice([1, 1, 2, 4])):
        world.orders += 1
        world.shop.log.append(_order(rng, str(1000 + world.orders)))


def a_buyer_changes_an_order(world: World, rng: random.Random) -> None:
    """An order has another content from now on."""
    if world.orders:
        world.shop.log.append(_order(rng, _some_order(world, rng)))


def an_order_comes_twice(world: World, rng: random.Random) -> None:
    """A script submits what the channel has brought already, or will bring."""
    if world.orders:
        known = world.shop.orders()[_some_order(world, rng)][-1]
        with _refusable():
            _process(world, rng).orders.submit(known)


def somebody_cancels(world: World, rng: random.Random) -> None:
    """A whole order, or a part of its first line."""
    engine = _process(world, rng)
    order_id = _known_order(world, engine, rng)
    if order_id is not None:
        lines = {"1": 1} if rng.random() < 0.3 else None
        with _refusable():
            engine.orders.cancel(order_id, reason="buyer", lines=lines)


def somebody_refunds(world: World, rng: random.Random) -> None:
    """Some money of an order, under one of few keys, so that keys come again."""
    engine = _process(world, rng)
    order_id = _known_order(world, engine, rng)
    if order_id is not None:
        amount = rng.choice(["1.00", "4.75", "9.50"])
        key = f"refund-{order_id}-{rng.randint(1, 3)}"
        with _refusable():
            engine.orders.refund(order_id, amount, "USD", reason="goodwill", key=key)


def somebody_holds_or_releases(world: World, rng: random.Random) -> None:
    """An operator stops an order, or lets it go."""
    engine = _process(world, rng)
    order_id = _known_order(world, engine, rng)
    if order_id is not None:
        with _refusable():
            if rng.random() < 0.5:
                engine.orders.hold(order_id, reason="fraud check")
            else:
                engine.orders.release(order_id)


def somebody_looks_at_the_queue(world: World, rng: random.Random) -> None:
    """An operator retries or drops an item of the attention queue."""
    engine = _process(world, rng)
    items = engine.attention.list()
    if items:
        item = rng.choice(items)
        with _refusable():
            if rng.random() < 0.7:
                engine.retry(item.id)
            else:
                engine.drop(item.id)
                world.dropped.add(item.subject)


def units_are_taken_out(world: World, rng: random.Random) -> None:
    """A removal order for a few units."""
    pool = f"{NETWORK}:{rng.choice(COUNTRIES)}"
    item = RemovalItem(rng.choice(SKUS), sellable=rng.randint(1, 3))
    with _refusable():
        _process(world, rng).removals.create(pool, [item], disposition="Disposal")


def stock_arrives(world: World, rng: random.Random) -> None:
    """Amazon has more units; the engine learns it by its next figures."""
    for _ in range(rng.randint(1, 3)):
        world.controls.stock(rng.choice(COUNTRIES), rng.choice(SKUS), rng.randint(1, 12))


def amazon_sells(world: World, rng: random.Random) -> None:
    """Amazon's own shop takes units from under the engine's feet."""
    country, sku = rng.choice(COUNTRIES), rng.choice(SKUS)
    try:
        world.controls.sell_on_amazon(country, sku, rng.randint(1, 4))
    except ValueError:
        return  # it can't be bought there now
    world.others_take = True
    world.fault("stock")


# Time, and the engine's own work ---------------------------------------------------------------


def a_moment_passes(world: World, rng: random.Random) -> None:
    """Seconds, or a few minutes: around leases and repeats."""
    world.clock.advance(rng.choice([1, 5, 16, 41, 120, 600]))


def hours_pass(world: World, rng: random.Random) -> None:
    """Long enough for Amazon to pick and pack."""
    world.clock.advance(hours=rng.choice([1, 3, 8]))


def a_day_passes(world: World, rng: random.Random) -> None:
    """A day on which the workers work, in the morning and in the evening."""
    for _ in range(2):
        world.clock.advance(hours=12)
        work(world, rng)


def work(world: World, rng: random.Random) -> None:
    """One process does one round of everything."""
    engine = _process(world, rng)
    engine.duties.take_snapshots(NETWORK)
    engine.work()


def poll(world: World, rng: random.Random) -> None:
    """Take in the shop's orders."""
    _process(world, rng).duties.poll_channel(SHOP)


def dispatch(world: World, rng: random.Random) -> None:
    """Send what is due to the broker."""
    world.broker.send(_process(world, rng).duties.dispatch(batch=rng.choice([1, 5, 20])))


def carry(world: World, rng: random.Random) -> None:
    """A worker takes messages from the broker."""
    engine = _process(world, rng)
    for _ in range(rng.choice([1, 1, 3])):
        message = world.broker.take(rng)
        if message is not None:
            engine.carrier.carry_out(message)


def follow(world: World, rng: random.Random) -> None:
    """Take in the network's news."""
    _process(world, rng).duties.follow_network(NETWORK)


def take_figures(world: World, rng: random.Random) -> None:
    """Take in the network's figures of its stock."""
    _process(world, rng).duties.take_snapshots(NETWORK)


def fill_waiting(world: World, rng: random.Random) -> None:
    """Fill orders that wait for stock."""
    _process(world, rng).duties.fill_waiting()


def publish(world: World, rng: random.Random) -> None:
    """Tell the shop what it can sell."""
    _process(world, rng).duties.publish_availability(SHOP)


def follow_removals(world: World, rng: random.Random) -> None:
    """Ask what became of removal orders."""
    _process(world, rng).duties.follow_removals()


# Faults ----------------------------------------------------------------------------------------


def the_network_fails(world: World, rng: random.Random) -> None:
    """Its next calls are throttled, broken off before their effect, or after it."""
    fault = rng.choice(["throttle", "transient", "timeout_before", "timeout_after"])
    operation = rng.choice(
        [None, "createFulfillmentOrder", "createFulfillmentOrder", "cancelFulfillmentOrder"]
    )
    world.controls.inject(fault, operation=operation, times=rng.randint(1, 3))
    world.fault(f"network:{fault}")


def the_shop_fails(world: World, rng: random.Random) -> None:
    """One of its next calls goes wrong."""
    method = rng.choice(
        ["fetch_orders", "push_tracking", "push_tracking", "push_cancellation", "push_refund"]
    )
    trouble = rng.choice([one for one in TROUBLES if method != "fetch_orders" or one != "refused"])
    world.shop.troubles.setdefault(method, []).append(trouble)
    world.fault(f"shop:{trouble}")


def the_shop_repeats_itself(world: World, rng: random.Random) -> None:
    """Its next page begins before the cursor."""
    world.shop.repeat = rng.randint(1, 6)
    world.fault("shop:repeated")


def the_broker_repeats(world: World, rng: random.Random) -> None:
    """A message is delivered, and stays to be delivered again."""
    message = world.broker.take(rng, again=True)
    if message is not None:
        _process(world, rng).carrier.carry_out(message)
        world.fault("broker:repeated")


def the_broker_loses(world: World, rng: random.Random) -> None:
    """A message is gone; or all are."""
    if rng.random() < 0.3:
        lost = world.broker.empty()
    else:
        lost = 0 if world.broker.take(rng) is None else 1
    if lost:
        world.fault("broker:lost")


def a_process_dies(world: World, rng: random.Random) -> None:
    """At a named point of some duty, if the duty comes by there; another goes on."""
    number = rng.randrange(len(world.processes))
    point = rng.choice(_POINTS)
    duty = rng.choice(_DUTIES)
    own = random.Random(rng.getrandbits(32))

    def listener(name: str) -> None:
        if name == point:
            raise Crash(point)

    try:
        with _listening(listener), _only(world, number):
            duty(world, own)
    except Crash:
        world.fault(f"crash:{point}")
    world.restart(number)


def a_process_stands_still(world: World, rng: random.Random) -> None:
    """Between two of its transactions, while the other process works and time passes.

    Often its call breaks off by that, and often it stands still for longer than its lease, so that
    the other takes its work over.
    """
    number = rng.randrange(len(world.processes))
    point = rng.choice(_PAUSES)
    duty = rng.choice(_DUTIES)
    own = random.Random(rng.getrandbits(32))
    other = (number + 1) % len(world.processes)
    meanwhile = [rng.choice([*_DUTIES, a_moment_passes, follow]) for _ in range(rng.randint(1, 4))]
    if rng.random() < 0.5:
        point, duty = "effects.after_call", work
        meanwhile = [a_lease_runs_out, work, *meanwhile]
        _break_off(world, rng)
    stood = False

    def listener(name: str) -> None:
        nonlocal stood
        if name != point or stood:
            return
        stood = True
        world.fault(f"pause:{point}")
        with _listening(None), _only(world, other):
            for act in meanwhile:
                act(world, own)
        # What the other has done the sleeper must not undo when it wakes up.
        world.remember_done()

    with _listening(listener), _only(world, number):
        duty(world, own)


def a_lease_runs_out(world: World, rng: random.Random) -> None:
    """Just longer than a worker may keep what it has in hand."""
    world.clock.advance(LEASE_SECONDS + 5)


def _break_off(world: World, rng: random.Random) -> None:
    """The next call of one kind gets no answer."""
    if rng.random() < 0.5:
        fault = rng.choice(["timeout_before", "timeout_after"])
        world.controls.inject(fault, operation="createFulfillmentOrder", times=1)
    else:
        method = rng.choice(["push_tracking", "push_cancellation", "push_refund"])
        world.shop.troubles.setdefault(method, []).append("after")


_DUTIES: Final[tuple[Action, ...]] = (
    work,
    work,
    poll,
    carry,
    carry,
    follow,
    take_figures,
    fill_waiting,
    somebody_cancels,
)
_POINTS = sorted(
    name for name in crashpoints.NAMES if not name.startswith(("bulk.", "csv.", "webhook."))
)
_PAUSES = sorted(name for name in _POINTS if name.split(".")[1].startswith("after_"))
"""Points at which no transaction is open, so that another process can write."""

KINDS: Final[Mapping[str, Kind]] = {
    "buyers_order": Kind(buyers_order, 6, needed=True),
    "a_buyer_changes_an_order": Kind(a_buyer_changes_an_order, 2),
    "an_order_comes_twice": Kind(an_order_comes_twice, 2),
    "somebody_cancels": Kind(somebody_cancels, 3),
    "somebody_refunds": Kind(somebody_refunds, 2),
    "somebody_holds_or_releases": Kind(somebody_holds_or_releases, 1),
    "somebody_looks_at_the_queue": Kind(somebody_looks_at_the_queue, 2),
    "units_are_taken_out": Kind(units_are_taken_out, 1),
    "stock_arrives": Kind(stock_arrives, 3, needed=True),
    "a_moment_passes": Kind(a_moment_passes, 6, needed=True),
    "hours_pass": Kind(hours_pass, 2),
    "a_day_passes": Kind(a_day_passes, 0.5),
    "work": Kind(work, 4, needed=True),
    "poll": Kind(poll, 4),
    "dispatch": Kind(dispatch, 5),
    "carry": Kind(carry, 8),
    "follow": Kind(follow, 4),
    "take_figures": Kind(take_figures, 2),
    "fill_waiting": Kind(fill_waiting, 2),
    "publish": Kind(publish, 1),
    "follow_removals": Kind(follow_removals, 1),
    "amazon_sells": Kind(amazon_sells, 2, "stock"),
    "the_network_fails": Kind(the_network_fails, 3, "calls"),
    "the_shop_fails": Kind(the_shop_fails, 2, "shop"),
    "the_shop_repeats_itself": Kind(the_shop_repeats_itself, 1, "shop"),
    "the_broker_repeats": Kind(the_broker_repeats, 3, "broker"),
    "the_broker_loses": Kind(the_broker_loses, 1, "broker"),
    "a_process_dies": Kind(a_process_dies, 6, "crash"),
    "a_process_stands_still": Kind(a_process_stands_still, 5, "pause"),
}
"""Every kind of step by its name."""


def _process(world: World, rng: random.Random) -> Engine:
    number = rng.randrange(len(world.processes))
    return world.processes[number if world.chosen is None else world.chosen]


@contextmanager
def _only(world: World, number: int) -> Iterator[None]:
    """Let one process be the only one that is chosen."""
    before, world.chosen = world.chosen, number
    try:
        yield
    finally:
        world.chosen = before


@contextmanager
def _listening(listener: Callable[[str], None] | None) -> Iterator[None]:
    before = crashpoints.listen(listener)
    try:
        yield
    finally:
        crashpoints.listen(before)


@contextmanager
def _refusable() -> Iterator[None]:
    """A command may be refused for a reason that has a name."""
    try:
        yield
    except (ConflictError, NotFoundError, PluginError, RefusedError):
        return


def _some_order(world: World, rng: random.Random) -> str:
    """Any order, or one of the newest: of these nobody knows yet how they end."""
    first = 1 if rng.random() < 0.5 else max(1, world.orders - 5)
    return str(1000 + rng.randint(first, world.orders))


def _known_order(world: World, engine: Engine, rng: random.Random) -> str | None:
    if not world.orders:
        return None
    found = engine.orders.find(SHOP, _some_order(world, rng))
    return None if found is None else found.order_id


_UNLISTED_ORDERS = 0.04


def _order(rng: random.Random, number: str) -> OrderRequest:
    items = rng.sample(sorted(LISTINGS), rng.choice([1, 1, 2]))
    if rng.random() < _UNLISTED_ORDERS:
        items[0] = UNLISTED
    country = rng.choice(["US", "US", "US", "CA"])
    return OrderRequest(
        channel=SHOP,
        channel_order_id=number,
        ship_to=_ADDRESSES[country],
        currency="USD",
        shipping_price=Decimal("4.00"),
        fulfillment_policy=rng.choice(["FillOrKill", "FillAll", "FillAllAvailable"]),
        backorder=rng.choice([True, True, False]),
        priority=rng.choice([0, 0, 5]),
        hold=rng.choice([None] * 9 + ["fraud check"]),
        lines=tuple(
            OrderLine(
                line_id=str(line),
                channel_sku=item,
                quantity=rng.randint(1, 3),
                unit_price=Decimal("9.50"),
                currency="USD",
            )
            for line, item in enumerate(items, start=1)
        ),
    )


_ADDRESSES: Final[Mapping[str, Address]] = {
    "US": Address(
        name="Pat Example",
        line1="350 Fifth Avenue",
        city="New York",
        region="NY",
        postal_code="10118",
        country="US",
        phone="2125550100",
    ),
    "CA": Address(
        name="Pat Example",
        line1="111 Wellington Street",
        city="Ottawa",
        region="ON",
        postal_code="K1A 0A9",
        country="CA",
        phone="6135550100",
    ),
}
