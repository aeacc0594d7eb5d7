"""Refunds that were made in Shopify, by hand or for us, as the engine counts them.

Every refund of an order that was handed to the engine is told whenever the order is read again; the
engine knows each by its id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from stockpool.money import Money
from stockpool.plugins.channel import (
    ChannelRefund,
    LineQuantity,
    OrderProblem,
    RefundPart,
    RefundPartKind,
)
from stockpool.problems import Problem
from stockpool_shopify.answers import (
    MadeRefund,
    OrderWork,
    Page,
    RefundedLine,
    RefundedShipping,
    ShopMoney,
)
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document
from stockpool_shopify.order_notes import OrderNotes

_REFUNDED = frozenset({"PARTIALLY_REFUNDED", "REFUNDED"})


class RefundsMade:
    """Reads what was given back."""

    def __init__(self, client: Client, notes: OrderNotes) -> None:
        self._client = client
        self._notes = notes

    def of(self, order: OrderWork) -> list[ChannelRefund | OrderProblem]:
        """All refunds of an order that the engine has; those that gave back no money are left out.

        One whose amounts can't be counted is a problem, and keeps nothing else from being read.
        """
        if order.display_financial_status not in _REFUNDED or not self._notes.was_handed(order.id):
            return []
        found = self._client.run(document("OrderRefunds"), {"id": order.id}).data["order"]
        refunds = [MadeRefund.model_validate(refund) for refund in found["refunds"]]
        return [self._told(order, refund) for refund in refunds if _gave_money(refund)]

    def _told(self, order: OrderWork, refund: MadeRefund) -> ChannelRefund | OrderProblem:
        lines, shipping = self._lines(refund.id)
        try:
            amount = money(refund.total_refunded_set.shop_money)
            made_of = list(parts(lines, shipping))
        except ValueError as error:
            what = f"order {order.name}: refund {refund.id} can't be counted: {error}"
            fix = "settle it by hand: it is not in the books"
            problem = Problem("refund_not_counted", what, "amount", fix=fix)
            return OrderProblem(refund.id, problem, order.id)
        return ChannelRefund(
            refund.id,
            order.id,
            amount,
            "refunded in Shopify",
            [
                LineQuantity(line.line_item.id, line.line_item.sku or "", line.quantity)
                for line in lines
                if line.quantity > 0
            ],
            made_of,
            self._notes.refund_key(refund.note or ""),
        )

    def _lines(self, refund_id: str) -> tuple[list[RefundedLine], list[RefundedShipping]]:
        lines: list[RefundedLine] = []
        after: str | None = None
        while True:
            variables = {"id": refund_id, "after": after}
            found = self._client.run(document("RefundLines"), variables).data["refund"]
            page = Page[RefundedLine].model_validate(found["refundLineItems"])
            lines += page.nodes
            if page.after is None:
                nodes = found["refundShippingLines"]["nodes"]
                return lines, [RefundedShipping.model_validate(node) for node in nodes]
            after = page.after


def parts(
    lines: Sequence[RefundedLine], shipping: Sequence[RefundedShipping]
) -> Iterator[RefundPart]:
    """What a refund is made of. Pure."""
    for line in lines:
        item = line.line_item.id
        yield from _part("goods", line.subtotal_set.shop_money, item)
        yield from _part("tax", line.total_tax_set.shop_money, item)
    for one in shipping:
        yield from _part("shipping", one.subtotal_amount_set.shop_money, None)
        yield from _part("shipping_tax", one.tax_amount_set.shop_money, None)


def money(amount: ShopMoney) -> Money:
    """An amount in the engine's form.

    Raises:
        ValueError: its currency is unknown, or has no such small parts.
    """
    return Money.parse(str(amount.amount), amount.currency_code)


def _part(kind: RefundPartKind, amount: ShopMoney, line_id: str | None) -> Iterator[RefundPart]:
    if amount.amount:
        yield RefundPart(kind, money(amount), line_id)


def _gave_money(refund: MadeRefund) -> bool:
    return refund.total_refunded_set.shop_money.amount > Decimal(0)
