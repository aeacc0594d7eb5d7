"""A shop that talks to the engine by files, and an engine that remembers what it was told."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stockpool import crashpoints
from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import Channel, OrderPage, OrderProblem, PluginContext
from stockpool_csv_channel import stockpool_channel_types

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

PLAIN_HEADER = (
    "order_id,line_id,sku,quantity,name,address1,city,region,postal_code,country,"
    "unit_price,currency\n"
)


def plain_row(order_id: str, line_id: str = "1", sku: str = "MUG", quantity: str = "1") -> str:
    return (
        f"{order_id},{line_id},{sku},{quantity},"
        "Pat Example,1 Test Street,Seattle,WA,98101,US,9.50,USD\n"
    )


def plain_file(*rows: str) -> str:
    return PLAIN_HEADER + "".join(rows)


@dataclass
class Shop:
    """A channel on a folder of its own."""

    root: Path
    clock: ManualClock
    settings: dict[str, Any]
    cursor: str | None = None
    orders: list[OrderRequest] = field(default_factory=list)
    problems: list[OrderProblem] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.root / "web"

    def channel(self, **changes: Any) -> Channel:
        (kind,) = stockpool_channel_types()
        settings = kind.settings(**{"folder": "web", "settle_seconds": 0} | self.settings | changes)
        context = PluginContext("web", self.clock, IdSource(7), self.root)
        return kind.make(settings, context)

    def drop(self, name: str, content: str | bytes) -> Path:
        path = self.folder / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def fetch(self, **changes: Any) -> OrderPage:
        """One call, after which the engine has stored the page."""
        page = self.channel(**changes).fetch_orders(self.cursor)
        self.orders += page.orders
        self.problems += page.problems
        self.cursor = page.cursor
        return page

    def fetch_all(self, **changes: Any) -> Shop:
        while self.fetch(**changes).more:
            pass
        return self

    def read(self, name: str, content: str | bytes, **changes: Any) -> Shop:
        """Drop one file and read it to its end."""
        self.drop(name, content)
        return self.fetch_all(**changes)

    @property
    def order_ids(self) -> list[str]:
        return [order.channel_order_id for order in self.orders]

    @property
    def codes(self) -> list[str]:
        return [problem.problem.code for problem in self.problems]

    def files(self) -> list[str]:
        """All files that people see."""
        return sorted(
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if not path.is_dir() and ".state" not in path.parts
        )

    def table(self, name: str) -> list[dict[str, str]]:
        """A file of the folder, as a spreadsheet reads it."""
        text = (self.folder / name).read_text("utf-8-sig")
        return list(csv.DictReader(text.splitlines(keepends=True)))

    def outbox(self, kind: str) -> list[dict[str, str]]:
        """The rows of all files of one kind, in order."""
        names = sorted(path.name for path in (self.folder / "outbox").glob(f"{kind}*.csv"))
        return [row for name in names for row in self.table(f"outbox/{name}")]


@pytest.fixture
def make_shop(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Shop]:
    """Shops with settings of their own."""

    def make(**settings: Any) -> Shop:
        root = tmp_path_factory.mktemp("shop")
        return Shop(root, ManualClock(START), settings)

    return make


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A shop with the settings as they come, but that files need not settle."""
    return make_shop()


@pytest.fixture
def plain() -> Callable[..., str]:
    """Makes a file in the plain layout from rows made by `row`."""
    return plain_file


@pytest.fixture
def row() -> Callable[..., str]:
    """Makes a row in the plain layout."""
    return plain_row


class Killed(BaseException):
    """The process died here."""


@pytest.fixture
def kill_at() -> Iterator[Callable[..., type[BaseException]]]:
    """`kill_at(name)` lets the process die where it reaches that crash point the next time."""

    def install(name: str, times: int = 1) -> type[BaseException]:
        left = [times]

        def listener(reached: str) -> None:
            if reached == name and left[0]:
                left[0] -= 1
                raise Killed(name)

        crashpoints.listen(listener)
        return Killed

    yield install
    crashpoints.listen(None)


@pytest.fixture
def age() -> Callable[[Path, float], None]:
    """Sets a file's time of change to so many seconds before the shop's clock started."""

    def set_age(path: Path, seconds: float) -> None:
        at = START.timestamp() - seconds
        os.utime(path, (at, at))

    return set_age
