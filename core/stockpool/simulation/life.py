"""One script from its first step to the proof at the end."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from stockpool.engine import Engine
from stockpool.errors import NotFoundError
from stockpool.ledger.tables import stock_moves
from stockpool.outbox.tables import effects
from stockpool.schema import complete_metadata
from stockpool.simulation import proofs
from stockpool.simulation.script import Script
from stockpool.simulation.steps import KINDS
from stockpool.simulation.world import World, copied


@dataclass(frozen=True, slots=True)
class Failure:
    """What a life broke.

    Attributes:
        step: the number of the step after which it was seen, from 0; None: at the end.
        findings: sentences, the first of them the first that was found.
        timeline: what is known of the order concerned.
    """

    step: int | None
    findings: tuple[str, ...]
    timeline: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Life:
    """What came of a script.

    Attributes:
        state: a digest of the whole database as it was left.
        days: how much time passed in it.
    """

    seed: int
    steps: int
    days: float
    orders: int
    state: str
    faults: Mapping[str, int] = field(default_factory=dict)
    failure: Failure | None = None


def live(script: Script, template: Path) -> Life:
    """Live a script in a world of its own.

    Args:
        template: a migrated database without rows; the life gets a copy beside it.
    """
    database = copied(template, f"life-{script.seed}")
    world = World.begin(script.seed, database, script.settings)
    try:
        began = world.now()
        done, failure = _lived(world, script)
        return Life(
            script.seed,
            done,
            (world.now() - began).total_seconds() / 86_400,
            world.orders,
            digest(world.processes[0]),
            dict(sorted(world.faults.items())),
            failure,
        )
    finally:
        world.end()
        for file in database.parent.glob(f"{database.name}*"):
            file.unlink()


def _lived(world: World, script: Script) -> tuple[int, Failure | None]:
    for number, step in enumerate(script.steps):
        try:
            KINDS[step.kind].act(world, random.Random(step.number))
            findings = tuple(proofs.after_step(world))
        except Exception as error:
            # Whatever a step raises beyond the named refusals is what is looked for.
            findings = (f"{step.kind} raised {type(error).__name__}: {error}",)
        if findings:
            return number + 1, _failure(world, number, findings)
    try:
        findings = tuple(proofs.settle(world)) or tuple(proofs.at_the_end(world))
        findings = findings or tuple(proofs.after_step(world))
    except Exception as error:
        findings = (f"the end raised {type(error).__name__}: {error}",)
    return len(script.steps), _failure(world, None, findings) if findings else None


def _failure(world: World, step: int | None, findings: tuple[str, ...]) -> Failure:
    return Failure(step, findings, tuple(_timeline(world.processes[0], findings)))


_ID = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}")


def _timeline(engine: Engine, findings: tuple[str, ...]) -> Iterator[str]:
    """What is known of the first order that the findings name."""
    names = dict.fromkeys(name for text in findings for name in _ID.findall(text))
    for name in names:
        try:
            order = engine.orders.get(name)
        except NotFoundError:
            continue
        yield f"order {order.order_id} ({order.channel_order_id}) is {order.status}"
        for line in order.lines:
            yield f"  {line.count} {line.channel_sku} ({line.sku}): {line.counts}"
        for one in order.fulfillment_orders:
            yield (
                f"  fulfillment order {one.fulfillment_order_id}: {one.status}, received "
                f"{one.received_at}, withdrawn {one.withdrawn_at}"
            )
        with engine.database.read() as connection:
            yield from _records(connection, name)
        return


def _records(connection: Connection, order_id: str) -> Iterator[str]:
    for row in connection.execute(
        select(effects).where(effects.c.aggregate == order_id).order_by(effects.c.id)
    ):
        tried = f"{row.attempts} attempts, {row.last_error}"
        yield f"  effect {row.kind} {row.key}: {row.state}, {tried}"
    for row in connection.execute(
        select(stock_moves)
        .where(stock_moves.c.reference.startswith(order_id))
        .order_by(stock_moves.c.id)
    ):
        yield (
            f"  {row.occurred_at:%m-%d %H:%M:%S} {row.quantity} of {row.sku} "
            f"{row.source} -> {row.target} ({row.cause})"
        )


_OF_THE_MACHINE = {"owner", "leased_by"}
"""Columns that name the process; everything else follows from the seed."""


def digest(engine: Engine) -> str:
    """A digest of every row of every table."""
    found = hashlib.sha256()
    with engine.database.read(consistent=True) as connection:
        for table in complete_metadata().sorted_tables:
            columns = [c for c in table.c if c.name not in _OF_THE_MACHINE]
            found.update(table.name.encode())
            for row in connection.execute(select(*columns).order_by(*table.primary_key.columns)):
                found.update(repr(tuple(row)).encode())
    return found.hexdigest()[:16]
