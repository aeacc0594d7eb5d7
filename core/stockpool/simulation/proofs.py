"""What must be true after every step, and what must be true once the world is well again.

The engine's own invariants are one part. The other knows nothing of the engine's tables but what it
answers: it holds the books against what the network and the shop remember.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import exists, select

from stockpool.attention.tables import attention_items
from stockpool.engine import Engine
from stockpool.errors import ConflictError, PluginError, RefusedError
from stockpool.orders.tables import fulfillment_orders
from stockpool.orders.views import OrderView
from stockpool.outbox.effects import unfinished
from stockpool.outbox.tables import effects
from stockpool.plugins.network import FulfillmentState, Network, ShipmentStatus
from stockpool.simulation.comparison import differences
from stockpool.simulation.world import COUNTRIES, NETWORK, SKUS, World

_SETTLES_WITHIN_DAYS = 45
_CALLS_MOST = 50


def after_step(world: World) -> Iterator[str]:
    """What is broken now, in sentences; nothing if all is well."""
    engine = world.processes[0]
    for violation in engine.verify().violations:
        yield f"{violation.invariant}: {violation.promise} Not so for {violation.row}"
    for key in world.shop.altered:
        yield f"{key} came to the shop with two different contents"
    for item in engine.attention.list(limit=200):
        if "fault:" in item.message:
            yield f"a duty failed by a defect: {item.message}"
    with engine.database.read() as connection:
        faults = connection.execute(
            select(effects.c.key, effects.c.last_error).where(
                effects.c.last_error.like("%fault in the plugin%")
            )
        ).all()
    for row in faults:
        yield f"effect {row.key} failed by a defect: {row.last_error}"
    yield from _nothing_ends_twice(world, engine)
    for key in world.remember_done():
        yield f"effect {key} was done, and is open again"
    yield from _failures_are_shown(engine)


def _failures_are_shown(engine: Engine) -> Iterator[str]:
    """What has failed for good stands, or stood, in the attention queue."""
    shown = exists().where(attention_items.c.key == "effect:" + effects.c.key)
    with engine.database.read() as connection:
        for row in connection.execute(
            select(effects.c.key, effects.c.last_error).where(effects.c.state == "dead", ~shown)
        ).all():
            yield f"effect {row.key} failed, and nobody is shown it: {row.last_error}"


def _nothing_ends_twice(world: World, engine: Engine) -> Iterator[str]:
    """What the network has ended does not go on by our books."""
    with engine.database.read() as connection:
        rows = connection.execute(
            select(fulfillment_orders.c.id, fulfillment_orders.c.status).where(
                fulfillment_orders.c.status.is_not(None)
            )
        ).all()
    for row in rows:
        if row.status in _FINAL:
            world.ended[row.id] = row.status
        elif row.id in world.ended:
            yield f"fulfillment order {row.id} was {world.ended[row.id]}, and is {row.status} now"


def settle(world: World) -> Iterator[str]:
    """Make the world well and let it come to rest; what does not is told."""
    world.shop.troubles.clear()
    world.shop.repeat = 0
    _use_up_failures(world.network)
    engine = world.processes[0]
    began = world.now()
    waits = [20.0] * 15 + [3600.0] * 8 + [6 * 3600.0] * (_SETTLES_WITHIN_DAYS * 4)
    for seconds in waits:
        world.clock.advance(seconds)
        engine.duties.take_snapshots(NETWORK)
        while engine.work():
            pass
        _retry_everything(engine)
        if seconds > 1000 and not any(_unsettled(world, engine)):
            return
    for sentence in _unsettled(world, engine):
        yield f"{sentence}, {(world.now() - began).days} days after all faults ended"


def at_the_end(world: World) -> Iterator[str]:
    """What is broken in a world that came to rest."""
    engine = world.processes[0]
    yield from (f"the network's own books: {finding}" for finding in world.controls.audit())
    yield from differences(engine, world.network, world.controls.fulfillment_order_ids())
    orders = {order.order_id: order for order in _orders(engine)}
    yield from _nobody_lost(world, engine, orders)
    yield from _promises_kept(world, orders)
    yield from _nothing_ordered_twice(world, orders)
    yield from _parcels_told(world, engine, orders)
    yield from _money(world, orders)
    yield from _waits_for_a_reason(engine, orders)
    yield from _figures(world, engine)


def _use_up_failures(network: Network) -> None:
    """Faults that wait for the next call of any kind meet these."""
    well = 0
    for _ in range(_CALLS_MOST):
        try:
            network.get_fulfillment("nobody")
            well += 1
        except PluginError:
            well = 0
        if well == 2:
            return


def _retry_everything(engine: Engine) -> None:
    for item in engine.attention.list(limit=200):
        try:
            engine.retry(item.id)
        except (ConflictError, RefusedError):
            continue  # nothing can be tried for it; it stays in the queue


def _unsettled(world: World, engine: Engine) -> Iterator[str]:
    with engine.database.read() as connection:
        count = unfinished(connection)
    if count:
        yield f"{count} effects are not finished"
    subjects = _subjects(world, engine)
    for order in _orders(engine):
        if _is_shown(order, subjects):
            continue
        for one in order.fulfillment_orders:
            if one.withdrawn_at is None and one.status not in _FINAL:
                yield f"fulfillment order {one.fulfillment_order_id} is {one.status}"
        if order.counts.held or order.counts.committed:
            yield f"order {order.order_id} has units held or committed"


_NOT_THERE = {"Unfulfillable", "Invalid"}
_FINAL = {"Cancelled", "Complete", "CompletePartialled", *_NOT_THERE}


def _orders(engine: Engine) -> list[OrderView]:
    return [engine.orders.get(one.order_id) for one in engine.orders.list(limit=1000)]


def _subjects(world: World, engine: Engine) -> set[str]:
    """What a person was shown something about, and has perhaps let go."""
    return {item.subject for item in engine.attention.list(limit=1_000)} | world.dropped


def _is_shown(order: OrderView, subjects: set[str]) -> bool:
    """Whether the order, or a part of it, waits for a person."""
    return order.channel_order_id in subjects or any(
        subject.startswith(order.order_id) for subject in subjects
    )


def _state(world: World, name: str) -> FulfillmentState:
    state = world.network.get_fulfillment(name)
    assert state is not None, name
    return state


def _nobody_lost(world: World, engine: Engine, orders: dict[str, OrderView]) -> Iterator[str]:
    """Every order of the shop is an order, or a person was told why not."""
    stored = {order.channel_order_id for order in orders.values()}
    for number in sorted(set(world.shop.orders()) - stored - _subjects(world, engine)):
        yield f"the shop's order {number} is nowhere"


def _promises_kept(world: World, orders: dict[str, OrderView]) -> Iterator[str]:
    """Where nobody else takes units, the network has what we promised."""
    if world.others_take:
        return
    for order in orders.values():
        for one in order.fulfillment_orders:
            if one.status in _NOT_THERE:
                yield (
                    f"fulfillment order {one.fulfillment_order_id} is {one.status}, "
                    "though nobody but us took units"
                )


def _nothing_ordered_twice(world: World, orders: dict[str, OrderView]) -> Iterator[str]:
    """Of no order more units left than some content of it ever asked for."""
    left: dict[tuple[str, str], int] = defaultdict(int)
    for order in orders.values():
        for one in order.fulfillment_orders:
            if one.received_at is None:
                continue
            for shipment in _state(world, one.fulfillment_order_id).shipments:
                if shipment.status is ShipmentStatus.SHIPPED:
                    for item in shipment.items:
                        left[order.order_id, item.sku] += item.quantity
    for (order_id, sku), units in sorted(left.items()):
        wanted = sum(line.counts.ordered for line in orders[order_id].lines if line.sku == sku)
        if units > wanted:
            yield f"order {order_id}: {units} of {sku} left, {wanted} were ordered"


def _parcels_told(world: World, engine: Engine, orders: dict[str, OrderView]) -> Iterator[str]:
    """The shop knows each parcel that left, once, and no other."""
    subjects = _subjects(world, engine)
    told: dict[tuple[str, str], int] = defaultdict(int)
    for update in world.shop.parcels.values():
        told[update.channel_order_id, update.tracking_number] += 1
    left: dict[tuple[str, str], OrderView] = {}
    for order in orders.values():
        for one in order.fulfillment_orders:
            if one.received_at is None:
                continue
            for shipment in _state(world, one.fulfillment_order_id).shipments:
                for package in shipment.packages:
                    if shipment.status is ShipmentStatus.SHIPPED and package.tracking_number:
                        left[order.channel_order_id, package.tracking_number] = order
    for place, times in sorted(told.items()):
        if times > 1:
            yield f"order {place[0]}: the shop was told parcel {place[1]} {times} times"
        if place not in left:
            yield f"order {place[0]}: the shop was told of a parcel {place[1]} that never left"
    for place in sorted(set(left) - set(told)):
        if not _is_shown(left[place], subjects):
            yield f"order {place[0]}: the shop was not told of parcel {place[1]}"


def _money(world: World, orders: dict[str, OrderView]) -> Iterator[str]:
    """The shop gave back no more than was paid, and what our books say."""
    by_number = {order.channel_order_id: order for order in orders.values()}
    given: dict[str, int] = defaultdict(int)
    for update in world.shop.refunds.values():
        given[update.channel_order_id] += update.amount.minor
    for number, minor in sorted(given.items()):
        order = by_number[number]
        paid = sum(
            950 * line.count for line in order.lines if line.sku == _first_sku(order, line.line_id)
        )
        if minor > paid + 400:
            yield f"order {number}: {minor} was given back, {paid + 400} was paid"
        booked = sum(
            int(refund["amount_minor"]) for refund in order.refunds if refund["state"] == "pushed"
        )
        if booked != minor:
            yield f"order {number}: the shop gave back {minor}, our books say {booked}"


def _first_sku(order: OrderView, line_id: str) -> str:
    return next(line.sku for line in order.lines if line.line_id == line_id)


def _waits_for_a_reason(engine: Engine, orders: dict[str, OrderView]) -> Iterator[str]:
    """No order waits for what its country's pool has."""
    for order in orders.values():
        if order.hold_reason or not order.counts.waiting:
            continue
        pool = f"{NETWORK}:{order.country}"
        wanted: dict[str, int] = defaultdict(int)
        for line in order.lines:
            wanted[line.sku] += line.counts.waiting
        there = {sku: engine.inventory.level(pool, sku).fulfillable for sku in wanted}
        if all(there[sku] >= units for sku, units in wanted.items()):
            yield f"order {order.order_id} waits, though {pool} has what it wants"


def _figures(world: World, engine: Engine) -> Iterator[str]:
    """Nothing is held, so our figures are the network's."""
    for country in COUNTRIES:
        for sku in SKUS:
            level = engine.inventory.level(f"{NETWORK}:{country}", sku)
            there = world.controls.buckets(country, sku).get("fulfillable", 0)
            if not level.held and level.fulfillable != there:
                yield f"{sku} in {country}: {there} are fulfillable, our books say " + str(
                    level.fulfillable
                )
