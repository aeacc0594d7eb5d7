"""Money back to the buyer, by the payments that it came from.

A refund bears a mark of its key in its note. Before one is made the order's refunds are read, and
one with the mark is it; the idempotency key, which Shopify keeps for about a day, covers the time
in which it does not show yet.

The sum is the engine's. The items that it is for are named as far as Shopify still counts them as
refundable. Those that have left are never put back into Shopify's stock: they go to the network,
whose stock is told when it has them.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from stockpool.errors import RejectedError
from stockpool.money import Money
from stockpool.plugins.channel import LineQuantity, PushRefusal, RefundUpdate
from stockpool_shopify.answers import Payment, Payments, RefundableLine
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document
from stockpool_shopify.order_notes import REFUND_MARK, OrderNotes
from stockpool_shopify.shop import Shop, require_done

_PAID = frozenset({"SALE", "CAPTURE"})
_LINES_A_CALL = 100
_GIVEN_BACK = frozenset({"SUCCESS", "PENDING"})


class Refunds:
    """Has the shop give money back."""

    def __init__(self, client: Client, shop: Shop, notes: OrderNotes, location: str) -> None:
        self._client = client
        self._location = location
        self._notes = notes
        self._shop = shop

    def push(self, updates: Sequence[RefundUpdate]) -> list[PushRefusal]:
        """Make one after the other; each reads the order's payments anew."""
        refusals: list[PushRefusal] = []
        for update in updates:
            try:
                self._make(update)
            except RejectedError as error:
                refusals.append(PushRefusal(update.key, error))
        return refusals

    def _make(self, update: RefundUpdate) -> None:
        payments = self._payments(update.channel_order_id)
        mark = f"{REFUND_MARK}{hashlib.sha256(update.key.encode()).hexdigest()[:24]}"
        if any(mark in (refund.note or "") for refund in payments.refunds):
            return
        given = {
            "orderId": update.channel_order_id,
            "note": f"{update.reason[:100]} ({mark})",
            "notify": False,
            "discrepancyReason": "OTHER",
            "refundLineItems": self._items(update),
            "transactions": [
                {
                    "orderId": update.channel_order_id,
                    "parentId": payment.id,
                    "gateway": payment.gateway or "",
                    "kind": "REFUND",
                    "amount": str(amount),
                }
                for payment, amount in shares(update.amount, payments)
            ],
        }
        self._notes.mark_refund(mark, update.key)
        said = json.dumps([update.key, given], sort_keys=True)
        key = hashlib.sha256(said.encode()).hexdigest()[:32]
        errors = self._shop.change("MakeRefund", "refundCreate", {"input": given, "key": key})
        require_done(errors, "refundCreate")

    def _items(self, update: RefundUpdate) -> list[dict[str, Any]]:
        wanted = sorted({line.line_id for line in update.lines if line.quantity})
        known: list[RefundableLine] = []
        for start in range(0, len(wanted), _LINES_A_CALL):
            some = wanted[start : start + _LINES_A_CALL]
            nodes = self._client.run(document("RefundableLines"), {"ids": some}).data["nodes"]
            known += [RefundableLine.model_validate(node) for node in nodes if node]
        given_up = self._notes.given_up(update.channel_order_id)
        return list(refunded_items(update.lines, known, given_up, self._location))

    def _payments(self, order_id: str) -> Payments:
        found: Mapping[str, Any] | None = None
        if order_id.startswith("gid://shopify/Order/"):
            found = self._client.run(document("OrderPayments"), {"id": order_id}).data["order"]
        if found is None:
            raise RejectedError("unknown_order", f"the shop has no order {order_id[:80]}")
        return Payments.model_validate(found)


def refunded_items(
    lines: Sequence[LineQuantity],
    known: Sequence[RefundableLine],
    given_up: Mapping[str, int],
    location: str,
) -> Iterator[dict[str, Any]]:
    """Which units of which line items a refund names, with what becomes of them. Pure.

    Units that have left come first. Units that have not are named only if the engine has given
    them up: naming them takes them out of what is to be fulfilled.

    Args:
        given_up: units by line item that won't be shipped.
        location: whose stock the units that won't be shipped were taken from.
    """
    units: Counter[str] = Counter()
    for line in lines:
        units[line.line_id] += line.quantity
    for now in known:
        left = max(now.refundable_quantity - now.unfulfilled_quantity, 0)
        if shipped := min(units[now.id], left):
            yield {"lineItemId": now.id, "quantity": shipped, "restockType": "NO_RESTOCK"}
            continue
        open_units = min(now.refundable_quantity, now.unfulfilled_quantity)
        if dropped := min(units[now.id], open_units, given_up.get(now.id, 0)):
            yield {
                "lineItemId": now.id,
                "quantity": dropped,
                "restockType": "CANCEL",
                "locationId": location,
            }


def shares(amount: Money, payments: Payments) -> list[tuple[Payment, Decimal]]:
    """How much of a refund goes back by which payment, the oldest first. Pure.

    Raises:
        RejectedError: the payments can't bear it.
    """
    if payments.currency_code != payments.presentment_currency_code:
        raise RejectedError(
            "two_currencies",
            f"the buyer paid in {payments.presentment_currency_code}, the shop counts in "
            f"{payments.currency_code}: refund this order by hand in Shopify",
        )
    if amount.currency != payments.currency_code:
        raise RejectedError("currency", f"the order was paid in {payments.currency_code}")
    left = amount.amount
    found: list[tuple[Payment, Decimal]] = []
    for payment in payments.transactions:
        if payment.kind not in _PAID or payment.status != "SUCCESS":
            continue
        gone = sum(
            (
                refund.amount_set.shop_money.amount
                for refund in payments.transactions
                if refund.kind == "REFUND"
                and refund.status in _GIVEN_BACK
                and refund.parent_transaction is not None
                and refund.parent_transaction.id == payment.id
            ),
            Decimal(0),
        )
        share = min(payment.amount_set.shop_money.amount - gone, left)
        if share > 0:
            found.append((payment, share))
            left -= share
    if left > 0:
        raise RejectedError(
            "more_than_paid", f"{left} {amount.currency} more than is left of what was paid"
        )
    return found
