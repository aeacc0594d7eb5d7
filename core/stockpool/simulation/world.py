"""The world of one life: two of the engine's processes on one database, the network, the shop."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, cast

from sqlalchemy import select

from stockpool.catalog.products import Product
from stockpool.clock import Clock, ManualClock
from stockpool.engine import Engine
from stockpool.ids import IdSource
from stockpool.outbox.tables import effects
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import Network
from stockpool.plugins.registry import Registry
from stockpool.simulation.broker import Broker
from stockpool.simulation.shop import ShopMemory, SimulatedShop
from stockpool.storage import migrations

NETWORK = "amazon-na"
SHOP = "shop"
COUNTRIES = ("US", "CA")
SKUS = ("MUG-1", "TEE-1", "LAMP-1")

LISTINGS: Mapping[str, Mapping[str, int]] = {
    "mug": {"MUG-1": 1},
    "tee": {"TEE-1": 1},
    "lamp": {"LAMP-1": 1},
    "mug-pair": {"MUG-1": 2},
    "gift-set": {"MUG-1": 1, "TEE-1": 2},
}
"""What the shop sells, in seller SKUs."""

UNLISTED = "vase"
"""What the shop sells, too, and nobody has listed here."""

PROCESSES = 2

_START = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Controls(Protocol):
    """What a simulated network lets one do and see beyond its contract."""

    def register(self, country: str, sku: str) -> str: ...

    def stock(self, country: str, sku: str, quantity: int) -> None: ...

    def sell_on_amazon(self, country: str, sku: str, quantity: int) -> int: ...

    def inject(self, fault: str, *, operation: str | None = None, times: int = 1) -> None: ...

    def fulfillment_order_ids(self) -> list[str]: ...

    def statistics(self) -> Mapping[str, int]: ...

    def buckets(self, country: str, sku: str) -> Mapping[str, int]: ...

    def audit(self) -> list[str]: ...


@dataclass
class SkewedClock:
    """The world's clock as a machine sees it whose own is a little wrong."""

    clock: Clock
    skew: timedelta

    def now(self) -> datetime:
        return self.clock.now() + self.skew

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)


@dataclass
class World:
    """Everything of one life. Make it with `World.begin`, and `end` it.

    Attributes:
        processes: engines on the same database, as in as many processes.
        chosen: the number of the process that does everything now; None: any of them.
        orders: how many orders the shop's buyers have placed.
        dropped: what an operator let go, by the subject of the attention item.
        others_take: whether somebody but the engine takes units from the centers, or loses them.
        ended: fulfillment orders that came to an end, with the status of it.
        done: keys of the effects that were carried out.
        faults: how often each kind of fault was made.
    """

    url: str
    clock: ManualClock
    network: Network
    shop: ShopMemory
    broker: Broker
    ids: random.Random
    skews: Sequence[timedelta]
    processes: list[Engine] = field(default_factory=list)
    chosen: int | None = None
    orders: int = 0
    dropped: set[str] = field(default_factory=set)
    others_take: bool = False
    ended: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    faults: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begin(cls, seed: int, database: Path, settings: Mapping[str, Any]) -> World:
        """A new world in which nothing has happened yet.

        Args:
            database: an SQLite file that was migrated and has no rows.
            settings: of the simulated network.
        """
        clock = ManualClock(_START)
        rng = random.Random(f"world:{seed}")
        registry = Registry(("amazon_sim",))
        network = registry.make_network(
            NETWORK,
            "amazon_sim",
            {"countries": COUNTRIES, "seed": seed, **settings},
            PluginContext(NETWORK, clock, IdSource(seed), database.parent),
        )
        skews = [timedelta(seconds=rng.choice([0, 0, 0, 3, -3])) for _ in range(PROCESSES)]
        world = cls(f"sqlite:///{database}", clock, network, ShopMemory(), Broker(), rng, skews)
        world.others_take = bool(settings.get("faults", {}).get("damaged_units"))
        world.processes = [world._started(number) for number in range(PROCESSES)]
        world._furnish()
        return world

    @property
    def controls(self) -> Controls:
        """The simulated network's own switches and memory."""
        return cast(Controls, getattr(self.network, "simulator"))  # noqa: B009  (no Network's)

    def now(self) -> datetime:
        """The true time."""
        return self.clock.now()

    def restart(self, number: int) -> None:
        """A process died; another takes its place. Neither says goodbye."""
        self.processes[number].database.close()
        self.processes[number] = self._started(number)

    def fault(self, kind: str) -> None:
        """Count a fault that was made."""
        self.faults[kind] = self.faults.get(kind, 0) + 1

    def remember_done(self) -> list[str]:
        """Take down what was carried out; says which of it was before, and is not any more."""
        with self.processes[0].database.read() as connection:
            states = {
                row.key: row.state
                for row in connection.execute(select(effects.c.key, effects.c.state))
            }
        undone = [key for key in sorted(self.done) if states.get(key, "done") != "done"]
        self.done.update(key for key, state in states.items() if state == "done")
        return undone

    def end(self) -> None:
        """Give back what the life held open."""
        for engine in self.processes:
            engine.database.close()
        self.network.close()

    def _started(self, number: int) -> Engine:
        return Engine.open(
            self.url,
            config={
                "plugins": [],
                "stockpool": {"synchronous": "NORMAL"},
                "channels": {SHOP: {"type": "instance", "backorder": True}},
            },
            clock=SkewedClock(self.clock, self.skews[number]),
            ids=IdSource(self.ids.getrandbits(48)),
            networks={NETWORK: self.network},
            channels={SHOP: SimulatedShop(self.shop)},
            migrate=False,
        )

    def _furnish(self) -> None:
        engine = self.processes[0]
        engine.catalog.add(*(Product(sku, sku) for sku in SKUS))
        engine.catalog.list_many(SHOP, {sku: dict(parts) for sku, parts in LISTINGS.items()})
        for country in COUNTRIES:
            for sku in SKUS:
                self.controls.register(country, sku)


def migrated_file(folder: Path) -> Path:
    """A database without rows, to be copied for each life."""
    file = folder / "template.db"
    if not file.exists():
        migrations.upgrade(f"sqlite:///{file}")
    return file


def copied(template: Path, name: str) -> Path:
    """A life's own database."""
    return Path(shutil.copyfile(template, template.with_name(f"{name}.db")))
