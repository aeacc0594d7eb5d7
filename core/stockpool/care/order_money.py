"""Opening an order's book: what the buyer paid becomes refundable, when something is given back.

Orders are many and refunds few, so nothing is posted at intake. The prices of an order of which
the book is open don't change any more: it can't be edited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from stockpool.ledger.money_accounts import MoneyAccount, Part, Portion
from stockpool.ledger.money_posting import Balances, MoneyMove, post, read_balances
from stockpool.money import Money
from stockpool.orders.tables import order_lines, orders

_PAGE = 500


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """What is known of an order's money; its row is held.

    Attributes:
        currency: None if the order came without prices.
        paid, left: by portion, what the buyer paid, and what of it is not asked back.
        parts: the rows of its lines, of which each kit has several.
    """

    order_id: str
    channel: str
    channel_order_id: str
    currency: str | None
    paid: Mapping[Portion, int]
    left: Mapping[Portion, int]
    excess: int
    parts: tuple[Any, ...]

    @property
    def items_left(self) -> dict[str, int]:
        """Items of each line that are not refunded yet."""
        left: dict[str, int] = {}
        for part in self.parts:
            items = (part.ordered - part.refunded) // part.each
            left[part.line_id] = min(items, left.get(part.line_id, items))
        return left

    @property
    def nothing_ships(self) -> bool:
        """Whether nothing of the order has been shipped, and nothing will be."""
        return all(part.cancelled + part.unfulfillable == part.ordered for part in self.parts)


def paid_portions(head: Any, parts: Sequence[Any]) -> dict[Portion, int]:
    """What was paid, by portion, as far as the order says; a kit's price stands on each part."""
    paid: dict[Portion, int] = {}
    for part in parts:
        paid[Portion(part.line_id, Part.GOODS)] = (part.unit_price_minor or 0) * part.items
        paid[Portion(part.line_id, Part.TAX)] = part.tax_minor or 0
    paid[Portion("", Part.SHIPPING)] = head.shipping_minor or 0
    paid[Portion("", Part.SHIPPING_TAX)] = head.shipping_tax_minor or 0
    return {portion: minor for portion, minor in paid.items() if minor}


def open_books(
    connection: Connection, order_ids: Sequence[str], *, at: datetime
) -> dict[str, OrderMoney]:
    """Hold these orders and open their books, as far as they exist and are not open.

    A handful of statements for each 500 orders.
    """
    wanted = sorted(set(order_ids))
    opened: dict[str, OrderMoney] = {}
    for start in range(0, len(wanted), _PAGE):
        opened |= _open_page(connection, wanted[start : start + _PAGE], at)
    return opened


def _open_page(
    connection: Connection, order_ids: Sequence[str], at: datetime
) -> dict[str, OrderMoney]:
    heads = connection.execute(
        select(
            orders.c.id,
            orders.c.channel,
            orders.c.channel_order_id,
            orders.c.currency,
            orders.c.shipping_minor,
            orders.c.shipping_tax_minor,
        )
        .where(orders.c.id.in_(order_ids))
        .order_by(orders.c.id)
        .with_for_update(key_share=True)
    ).all()
    parts: dict[str, list[Any]] = {}
    for part in connection.execute(
        select(order_lines)
        .where(order_lines.c.order_id.in_(order_ids))
        .order_by(order_lines.c.order_id, order_lines.c.position, order_lines.c.sku)
    ):
        parts.setdefault(part.order_id, []).append(part)
    paid = {head.id: paid_portions(head, parts[head.id]) for head in heads}
    post(
        connection,
        [
            _payment(head.id, number, portion, Money(minor, head.currency))
            for head in heads
            if head.currency is not None
            for number, (portion, minor) in enumerate(paid[head.id].items(), 1)
        ],
        at=at,
    )
    balances = read_balances(connection, [head.id for head in heads])
    return {
        head.id: OrderMoney(
            head.id,
            head.channel,
            head.channel_order_id,
            head.currency,
            paid[head.id],
            _left(balances.get(head.id, {})),
            _excess(balances.get(head.id, {})),
            tuple(parts[head.id]),
        )
        for head in heads
    }


def _payment(order_id: str, number: int, portion: Portion, amount: Money) -> MoneyMove:
    return MoneyMove(
        order_id,
        portion,
        MoneyAccount.BUYER,
        MoneyAccount.REFUNDABLE,
        amount,
        "payment",
        order_id,
        f"paid:{order_id}:{number}",
    )


def _left(balances: Balances) -> dict[Portion, int]:
    return {
        portion: accounts[MoneyAccount.REFUNDABLE]
        for portion, accounts in balances.items()
        if accounts[MoneyAccount.REFUNDABLE]
    }


def _excess(balances: Balances) -> int:
    accounts = balances.get(Portion("", Part.EXCESS))
    return accounts[MoneyAccount.REFUNDED] if accounts else 0
