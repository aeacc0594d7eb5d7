"""Moving units along an order: items of fulfillment orders, order lines and stock, together.

Every change of a fulfillment item is one `ItemChange`; applying it changes the item's counts, the
line's counts and the stock level with its move, so that the three can't drift apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from sqlalchemy import Connection, select

from stockpool.ledger.buckets import Account, Bucket, Place
from stockpool.ledger.posting import StockMove, post
from stockpool.orders.tables import order_lines
from stockpool.orders.whole_items import Part, PartCount
from stockpool.storage.increments import Counters


class Item(NamedTuple):
    """One item of a fulfillment order, as the database has it (under lock)."""

    fulfillment_order_id: str
    item_id: str
    order_id: str
    line_id: str
    sku: str
    stock_sku: str
    pool: str
    quantity: int
    held: int
    committed: int
    shipped: int
    cancelled: int
    unfulfillable: int
    delivered: int


class Step(Enum):
    """A way of units along an item: counter from, counter to, stock from, stock to.

    `line_to` differs from `item_to` where the line wants the units again.
    """

    ACCEPTED = ("held", "committed", "committed", Bucket.HELD, Bucket.COMMITTED)
    """The network took the order."""
    SHIPPED = ("committed", "shipped", "shipped", Bucket.COMMITTED, Account.CUSTOMER)
    """Left the fulfillment center."""
    CANCELLED = ("committed", "cancelled", "cancelled", Bucket.COMMITTED, Bucket.FULFILLABLE)
    """The network stopped it; the units are on the shelf again."""
    UNFULFILLABLE = (
        "committed",
        "unfulfillable",
        "unfulfillable",
        Bucket.COMMITTED,
        Account.ADJUSTMENT,
    )
    """The network could not find the units: they are gone until a snapshot shows them."""
    REFUSED = ("committed", "unfulfillable", "unfulfillable", Bucket.COMMITTED, Bucket.FULFILLABLE)
    """The network turned the order down after it had taken it: no unit was touched."""
    LOST = ("committed", "unfulfillable", None, Bucket.COMMITTED, Account.ADJUSTMENT)
    """As UNFULFILLABLE, but the line wants the units again, from elsewhere."""
    TURNED_DOWN = ("committed", "unfulfillable", None, Bucket.COMMITTED, Bucket.FULFILLABLE)
    """As REFUSED, but the line wants the units again, from elsewhere."""
    GIVEN_UP = ("held", "cancelled", "cancelled", Bucket.HELD, Bucket.FULFILLABLE)
    """Cancelled before the network was asked."""
    RELEASED = ("held", "cancelled", None, Bucket.HELD, Bucket.FULFILLABLE)
    """The fulfillment order was withdrawn; the line waits for stock again."""

    def __init__(
        self, item_from: str, item_to: str, line_to: str | None, source: Place, target: Place
    ) -> None:
        self.item_from = item_from
        self.item_to = item_to
        self.line_to = line_to
        self.source = source
        self.target = target


@dataclass(frozen=True, slots=True)
class ItemChange:
    """`quantity` units of `item` take `step`. `key` makes the stock move happen once."""

    item: Item
    step: Step
    quantity: int
    key: str


_items = Counters("fulfillment_items", ("fulfillment_order_id", "item_id"))
_lines = Counters("order_lines", ("order_id", "line_id", "sku"))


def apply(connection: Connection, changes: Sequence[ItemChange], *, at: datetime) -> None:
    """Apply `changes` to stock, items and lines. The fulfillment orders' rows are held."""
    items: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    lines: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    moves = []
    for change in changes:
        item, step, units = change.item, change.step, change.quantity
        row = items[(item.fulfillment_order_id, item.item_id)]
        row[step.item_from] -= units
        row[step.item_to] += units
        line = lines[(item.order_id, item.line_id, item.sku)]
        line[step.item_from] -= units
        if step.line_to is not None:
            line[step.line_to] += units
        moves.append(
            StockMove(
                item.pool,
                item.stock_sku,
                step.source,
                step.target,
                units,
                "order",
                item.order_id,
                change.key,
            )
        )
    post(connection, moves, at=at)
    _items.add(connection, items)
    _lines.add(connection, lines)


def count_delivered(connection: Connection, delivered: Sequence[tuple[Item, int]]) -> None:
    """Add newly delivered units to items and lines; no stock moves, it left when it shipped."""
    items: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    lines: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for item, units in delivered:
        items[(item.fulfillment_order_id, item.item_id)]["delivered"] += units
        lines[(item.order_id, item.line_id, item.sku)]["delivered"] += units
    _items.add(connection, items)
    _lines.add(connection, lines)


def parts_gone(
    connection: Connection, order_ids: Sequence[str]
) -> dict[str, dict[Part, PartCount]]:
    """By order, the units of its lines that will not be shipped; the lines' rows are held.

    Held, because what is told of a kit depends on all of its parts: of two units of work that
    end different parts, the second must see the first.
    """
    found: dict[str, dict[Part, PartCount]] = {}
    for row in connection.execute(
        select(order_lines)
        .where(order_lines.c.order_id.in_(sorted(set(order_ids))))
        .order_by(order_lines.c.order_id, order_lines.c.line_id, order_lines.c.sku)
        .with_for_update()
    ):
        found.setdefault(row.order_id, {})[(row.line_id, row.sku)] = PartCount(
            row.each, row.cancelled + row.unfulfillable
        )
    return found


def add_to_lines(connection: Connection, changes: dict[tuple[str, ...], dict[str, int]]) -> None:
    """Change counts of lines that no fulfillment item stands for (units that wait)."""
    _lines.add(connection, changes)
