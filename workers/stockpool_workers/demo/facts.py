"""What happened in the demo, read from the database and from the channels' outboxes."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from stockpool.attention.queue import AttentionItem
from stockpool.engine import Engine
from stockpool.orders.status import OrderStatus
from stockpool.orders.tables import fulfillment_orders, order_lines, orders, packages
from stockpool_workers.demo.drawing import Fate
from stockpool_workers.demo.order_files import Written

_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class AttentionGroup:
    """Items with one reason, and one of them as an example."""

    kind: str
    code: str
    count: int
    about: str
    example: str
    remedy: str

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "kind": self.kind,
            "code": self.code,
            "count": self.count,
            "about": self.about,
            "example": self.example,
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """Numbers of one run.

    Attributes:
        lost: orders of the files that are neither orders now, nor seen by a person, nor skipped.
        told_parcels, told_twice: parcels in the outboxes; those that were written more than once.
    """

    outcomes: dict[OrderStatus, int]
    skipped: int
    lost: tuple[str, ...]
    fulfillment_orders: int
    split_orders: int
    cross_border: int
    parcels: dict[str, int]
    tracking_rows: int
    told_parcels: int
    told_twice: int
    availability_rows: int
    cancellation_rows: int
    attention: tuple[AttentionGroup, ...]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "orders_by_outcome": {status.value: n for status, n in self.outcomes.items()},
            "orders_skipped": self.skipped,
            "orders_unaccounted_for": list(self.lost),
            "fulfillment_orders": self.fulfillment_orders,
            "split_orders": self.split_orders,
            "cross_border": self.cross_border,
            "parcels": self.parcels,
            "tracking_rows": self.tracking_rows,
            "parcels_told": self.told_parcels,
            "parcels_told_twice": self.told_twice,
            "availability_rows": self.availability_rows,
            "cancellation_rows": self.cancellation_rows,
            "attention": [group.as_dict() for group in self.attention],
        }


def gather(engine: Engine, folder: Path, written: Written) -> Facts:
    """Look at everything once the work is done."""
    items = engine.attention.list(limit=_ALL)
    with engine.database.read() as connection:
        known = {
            row.id: (row.channel, row.channel_order_id)
            for row in connection.execute(
                select(orders.c.id, orders.c.channel, orders.c.channel_order_id)
            )
        }
        placed = _count(connection, fulfillment_orders.c.withdrawn_at.is_(None))
        cross_border = _count(connection, fulfillment_orders.c.cross_border.is_not(None))
        split = _split_orders(connection)
        parcels = {
            str(row.status): int(row[1])
            for row in connection.execute(
                select(packages.c.status, func.count()).group_by(packages.c.status)
            )
        }
    told = [row for table in _tables(folder, "tracking-*.csv") for row in table]
    return Facts(
        outcomes=engine.orders.count_by_status(),
        skipped=sum(order.fate is Fate.SKIPPED for order in written.orders),
        lost=tuple(_lost(written, set(known.values()), items)),
        fulfillment_orders=placed,
        split_orders=split,
        cross_border=cross_border,
        parcels=dict(sorted(parcels.items())),
        tracking_rows=len(told),
        told_parcels=len({row["key"] for row in told}),
        told_twice=_told_twice(told),
        availability_rows=sum(len(rows) for rows in _tables(folder, "availability.csv")),
        cancellation_rows=sum(len(rows) for rows in _tables(folder, "cancellations-*.csv")),
        attention=tuple(_grouped(items, known)),
    )


def _count(connection: Connection, condition: Any) -> int:
    query = select(func.count()).select_from(fulfillment_orders).where(condition)
    return int(connection.execute(query).scalar_one())


def _split_orders(connection: Connection) -> int:
    """Orders that left in parcels from more than one pool."""
    pools = (
        select(fulfillment_orders.c.order_id)
        .where(fulfillment_orders.c.withdrawn_at.is_(None))
        .group_by(fulfillment_orders.c.order_id)
        .having(func.count(fulfillment_orders.c.pool.distinct()) > 1)
        .subquery()
    )
    return int(connection.execute(select(func.count()).select_from(pools)).scalar_one())


def shipped_units(connection: Connection) -> dict[tuple[str, str], int]:
    """Units shipped by our books: order id and seller SKU -> units, where there are any."""
    rows = connection.execute(
        select(order_lines.c.order_id, order_lines.c.sku, func.sum(order_lines.c.shipped))
        .where(order_lines.c.shipped > 0)
        .group_by(order_lines.c.order_id, order_lines.c.sku)
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


def _lost(
    written: Written, known: set[tuple[str, str]], items: Sequence[AttentionItem]
) -> Iterator[str]:
    """Orders of the files that are not where they belong."""
    seen = {item.subject for item in items if item.kind == "intake"}
    for order in written.orders:
        stored = (order.channel, order.number) in known
        well = {
            Fate.TAKEN_IN: stored,
            Fate.NEEDS_A_PERSON: not stored and order.number in seen,
            Fate.SKIPPED: not stored,
        }
        if not well[order.fate]:
            yield f"{order.channel} {order.number}"


def _grouped(
    items: Sequence[AttentionItem], known: Mapping[str, tuple[str, str]]
) -> list[AttentionGroup]:
    groups: dict[tuple[str, str], list[AttentionItem]] = {}
    for item in items:
        groups.setdefault((item.kind, item.code), []).append(item)
    found = []
    for (kind, code), members in groups.items():
        example = min(members, key=lambda item: (item.subject, item.id))
        channel, number = known.get(example.subject, ("", example.subject))
        # The remedy has a place of its own; the message repeats it in brackets at its end.
        message = example.message.removesuffix(f" ({example.fix})")
        found.append(
            AttentionGroup(
                kind,
                code,
                len(members),
                f"{number} of {channel}" if channel else number,
                message,
                example.fix or "",
            )
        )
    return sorted(found, key=lambda group: (-group.count, group.kind, group.code))


def _tables(folder: Path, pattern: str) -> Iterator[list[dict[str, str]]]:
    for file in sorted(folder.glob(f"*/outbox/{pattern}")):
        with file.open(encoding="utf-8", newline="") as stream:
            yield list(csv.DictReader(stream))


def _told_twice(told: Sequence[dict[str, str]]) -> int:
    """Parcels of which a line stands in the outboxes more than once."""
    lines = Counter((row["key"], row["line_id"]) for row in told)
    return len({key for (key, _line), count in lines.items() if count > 1})
