"""Comparing the network's figures with our books. Pure.

Amazon is the truth about what is in its warehouses, the engine about what it promised. At the
time of a snapshot the network's `fulfillable` counts units that we hold and have not submitted,
and does not count units that it has reserved for our accepted orders; those are in its
`pending_customer_order`. Around that time some of our orders are in between (the call was under
way, or the reservation did not show yet): for their units both readings are right, so a
difference inside that margin is no drift.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stockpool.ledger.buckets import Account, Bucket, Place


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Units in between at the time of the snapshot.

    Attributes:
        maybe_reserved: held by us; the network may have reserved them already.
        maybe_unreserved: committed in our books; the network's figures may not show it yet.
    """

    maybe_reserved: int = 0
    maybe_unreserved: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """Units to move so that our books agree with the figures."""

    source: Place
    target: Place
    quantity: int


def differences(
    books: Mapping[Place, int], figures: Mapping[Bucket, int], uncertain: Uncertain
) -> list[Difference]:
    """What to post for one SKU in one pool; empty if the books agree within the margin.

    A negative difference that the fulfillable bucket can't bear (the units are held for orders
    that were not submitted) is posted as far as it can be; the rest is the caller's alarm.
    """
    found: list[Difference] = []
    free = books.get(Bucket.FULFILLABLE, 0)
    held = books.get(Bucket.HELD, 0)
    told = figures.get(Bucket.FULFILLABLE, 0)
    found += _adjust(
        Bucket.FULFILLABLE,
        _outside(
            told, free + held - uncertain.maybe_reserved, free + held + uncertain.maybe_unreserved
        ),
        free,
    )
    committed = books.get(Bucket.COMMITTED, 0)
    ours = books.get(Bucket.PENDING_CUSTOMER_ORDER, 0)
    told = figures.get(Bucket.PENDING_CUSTOMER_ORDER, 0)
    found += _adjust(
        Bucket.PENDING_CUSTOMER_ORDER,
        _outside(
            told,
            ours + committed - uncertain.maybe_unreserved,
            ours + committed + uncertain.maybe_reserved,
        ),
        ours,
    )
    for bucket, told in figures.items():
        if bucket in (Bucket.FULFILLABLE, Bucket.PENDING_CUSTOMER_ORDER):
            continue
        known = books.get(bucket, 0)
        found += _adjust(bucket, told - known, known)
    return found


def unbearable(
    books: Mapping[Place, int], figures: Mapping[Bucket, int], uncertain: Uncertain
) -> int:
    """Units promised and not submitted that the network does not have: orders will fail."""
    free = books.get(Bucket.FULFILLABLE, 0)
    held = books.get(Bucket.HELD, 0)
    told = figures.get(Bucket.FULFILLABLE, 0)
    low, high = free + held - uncertain.maybe_reserved, free + held + uncertain.maybe_unreserved
    return max(-_outside(told, low, high) - free, 0)


def _outside(told: int, low: int, high: int) -> int:
    """How far `told` lies outside of the margin from `low` to `high`."""
    if told < low:
        return told - low
    return max(told - high, 0)


def _adjust(bucket: Bucket, by: int, there: int) -> list[Difference]:
    if by > 0:
        return [Difference(Account.ADJUSTMENT, bucket, by)]
    taken = min(-by, there)
    return [Difference(bucket, Account.ADJUSTMENT, taken)] if taken else []
