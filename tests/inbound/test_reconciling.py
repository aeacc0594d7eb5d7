"""What counts as missing of a shipment, and from when its days are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stockpool.inbound.reconciling import (
    ItemCount,
    ShipmentDates,
    counted_from,
    missing,
    state_of,
)
from stockpool.plugins.network_inbound import InboundShipmentStatus as Status

DELIVERED = datetime(2026, 3, 1, tzinfo=UTC)
DATES = ShipmentDates(left_at=DELIVERED - timedelta(days=4), delivered_at=DELIVERED)
SHORT = ItemCount(12, 9)


@pytest.mark.parametrize(
    ("item", "status", "days", "units"),
    [
        (SHORT, Status.RECEIVING, 3, 0),
        (SHORT, Status.CLOSED, 3, 3),
        (SHORT, Status.RECEIVING, 30, 3),
        (SHORT, Status.ABANDONED, 3, 3),
        (SHORT, Status.CANCELLED, 3, 0),
        (SHORT, Status.DELETED, 40, 0),
        (ItemCount(12, 9, not_shipped=2), Status.CLOSED, 3, 1),
        (ItemCount(12, 12), Status.CLOSED, 3, 0),
        (ItemCount(12, 15), Status.CLOSED, 3, 0),
    ],
)
def test_what_is_missing(item: ItemCount, status: Status, days: int, units: int) -> None:
    assert missing(item, status, DATES, DELIVERED + timedelta(days=days)) == units


def test_the_clock_starts_with_delivery_or_the_first_sign_after_it() -> None:
    now = DELIVERED + timedelta(days=9)
    assert counted_from(DATES, now) == DELIVERED
    closed = now - timedelta(days=1)
    assert counted_from(ShipmentDates(DELIVERED, None, closed), now) == closed
    assert counted_from(ShipmentDates(DELIVERED), now) == DELIVERED
    assert counted_from(ShipmentDates(), now) == now


@pytest.mark.parametrize(
    ("item", "owed", "settled", "over", "word"),
    [
        (ItemCount(12, 5), 0, 0, False, "receiving"),
        (ItemCount(12, 12), 0, 0, False, "complete"),
        (ItemCount(12, 13), 0, 0, True, "overage"),
        (ItemCount(12, 9), 3, 0, True, "missing"),
        (ItemCount(12, 9), 0, 3, True, "settled"),
        (ItemCount(12, 9), 0, 0, True, "short"),
    ],
)
def test_where_an_item_stands(
    item: ItemCount, owed: int, settled: int, over: bool, word: str
) -> None:
    assert state_of(item, owed, settled, over) == word
