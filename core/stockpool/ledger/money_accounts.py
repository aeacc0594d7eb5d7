"""Where an order's money can be. Every minor unit is in exactly one account.

A *book* is what the money is about: an order, or a claim. In a book money is kept by *portion*,
the price and the tax of each line and of the shipping, so that no portion can be given back twice,
whatever the others have left.

    buyer ──► refundable ──► refund_pending ──► refunded
                  ▲────────────────┘ (the channel refused it)
    merchant ──────────────────────────────────► refunded         (more than was refundable)
    merchant ──► owed_by_amazon ──► reimbursed | written_off      (a claim)
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class MoneyAccount(StrEnum):
    """An account of a book. Those of `OUTSIDE` may have any sign, all others are never negative."""

    BUYER = "buyer"
    """Where payments come from: the balance is what was paid, with a minus."""
    REFUNDABLE = "refundable"
    """Paid, and not asked back."""
    REFUND_PENDING = "refund_pending"
    """In a refund that is recorded and not known to be made."""
    REFUNDED = "refunded"
    """Given back to the buyer."""
    OWED_BY_AMAZON = "owed_by_amazon"
    """Claimed for lost or damaged units, and not answered."""
    REIMBURSED = "reimbursed"
    """Paid by Amazon for a claim."""
    WRITTEN_OFF = "written_off"
    """Claimed, and given up."""
    MERCHANT = "merchant"
    """The merchant's own pocket: refunds beyond what was refundable, and losses to be claimed."""


OUTSIDE = (MoneyAccount.BUYER, MoneyAccount.MERCHANT)
"""Accounts that money comes from; their balance is negative when it did."""


class Part(StrEnum):
    """What kind of money a portion is."""

    GOODS = "goods"
    """The price of a line's items, without tax that is told apart."""
    TAX = "tax"
    """The tax of a line."""
    SHIPPING = "shipping"
    SHIPPING_TAX = "shipping_tax"
    EXCESS = "excess"
    """Given back beyond all that was refundable."""
    CLAIM = "claim"
    """Asked of Amazon."""


class Portion(NamedTuple):
    """A part of a book's money. `line_id` is empty for what belongs to no line."""

    line_id: str
    part: Part

    def __str__(self) -> str:
        return f"line {self.line_id} {self.part}" if self.line_id else str(self.part)
