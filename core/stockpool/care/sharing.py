"""What a refund takes from each portion of what was paid. Pure, in minor units.

A sum is divided by largest remainder: each share is rounded down, and the units left over go to
the largest remainders, the first of equal ones first. So shares always sum to the whole.

What a line's items are worth is taken from what is left of the line, over the items that are left.
Refunding the items of a line one by one, or in any groups, therefore gives back exactly the line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stockpool.ledger.money_accounts import Part, Portion

SHIPPING = (Portion("", Part.SHIPPING), Portion("", Part.SHIPPING_TAX))
"""What was paid for shipping."""

Shares = dict[Portion, int]


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """`total` divided in proportion to `weights`, which are not negative; all shares sum to it.

    Raises:
        ValueError: there is something to divide, but no weight.
    """
    whole = sum(weights)
    if whole <= 0:
        if total:
            raise ValueError(f"nothing to spread {total} over")
        return [0 for _ in weights]
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares


def items_share(left: int, items_left: int, items: int) -> int:
    """What `items` of `items_left` are worth when `left` is left of them all.

    Earlier items get the odd units, so that the last item takes exactly what is left then.
    """
    if items >= items_left:
        return left
    each, odd = divmod(left, items_left)
    return each * items + min(items, odd)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be given back.

    Attributes:
        lines: items of lines; without `amount` they give back what they are worth.
        shipping: of what was paid for shipping, with its tax.
        amount: the sum; it is taken from the named lines first, then from the rest of the order.
        parts: the sum by portion, where the channel told it.
    """

    lines: Mapping[str, int] = field(default_factory=dict)
    shipping: int = 0
    amount: int | None = None
    parts: Mapping[Portion, int] = field(default_factory=dict)


def plan(wish: Wish, left: Mapping[Portion, int], items_left: Mapping[str, int]) -> Shares:
    """What to take from each portion, never more than is `left` of it.

    The sum falls short of an `amount`, of `shipping` or of `parts` when there is not enough; the
    caller decides whether that is a refusal.
    """
    taken: Shares = {}
    if wish.parts:
        for portion, minor in wish.parts.items():
            _take(taken, left, [portion], minor)
        _take(taken, left, list(left), sum(wish.parts.values()) - sum(taken.values()))
    elif wish.amount is not None:
        named = [portion for portion in left if portion.line_id in wish.lines]
        _take(taken, left, named, wish.amount)
        _take(taken, left, list(left), wish.amount - sum(taken.values()))
    else:
        for portion, there in left.items():
            items = wish.lines.get(portion.line_id, 0)
            if items:
                share = items_share(there, items_left[portion.line_id], items)
                _take(taken, left, [portion], share)
        _take(taken, left, SHIPPING, wish.shipping)
    return taken


def _take(taken: Shares, left: Mapping[Portion, int], of: Sequence[Portion], minor: int) -> None:
    """Take up to `minor` out of the portions `of`, in proportion to what is left of each."""
    there = [left.get(portion, 0) - taken.get(portion, 0) for portion in of]
    for portion, share in zip(of, spread(min(minor, sum(there)), there), strict=True):
        if share:
            taken[portion] = taken.get(portion, 0) + share
