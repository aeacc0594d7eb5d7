"""Shipments are followed: units become available as they are received, and what is missing is
owed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inbound_desk import sent
from listing_desk import US, Desk
from stockpool.claims.kinds import ClaimKind
from stockpool.errors import NotFoundError, RefusedError
from stockpool.inbound.queue import QueuedShipment
from stockpool.ledger.buckets import INBOUND, NETWORK_BUCKETS, Account
from stockpool.plugins.network_inbound import InboundItem, InboundShipmentStatus

ITEM = InboundItem("MUG", 12, "SELLER", "NONE")


@pytest.fixture(autouse=True)
def _books_hold(desk: Desk) -> Iterator[None]:
    yield
    report = desk.engine.verify()
    assert report.ok, report.violations


@pytest.fixture
def name(desk: Desk) -> str:
    """A shipment of twelve mugs, labelled and not gone yet."""
    return sent(desk, ITEM)[1]


def look(desk: Desk, name: str) -> QueuedShipment:
    """What the books have of a shipment, after the next look at it."""
    desk.settle()
    return desk.engine.inbound.queue.get(name)


def arrive(desk: Desk, name: str, *, lost: int = 0) -> None:
    """All that is not lost is counted, and the shipment is closed."""
    desk.amazon.let_inbound_leave(name)
    if lost:
        desk.amazon.lose_inbound(name, "MUG", lost)
    desk.amazon.let_inbound_arrive(name)
    desk.settle(24 * 40)
    shipment = desk.engine.inbound.queue.get(name)
    if shipment.status is not InboundShipmentStatus.CLOSED:
        desk.amazon.close_inbound(name)
    desk.settle(24)


def balance(desk: Desk, account: Account) -> int:
    return desk.engine.inventory.level(US, "MUG").units.get(account, 0)


def test_a_shipment_is_told_with_the_times_at_which_it_was_seen(desk: Desk, name: str) -> None:
    shipment = look(desk, name)
    assert (shipment.expected, shipment.received, shipment.left_at) == (12, 0, None)
    assert shipment.status.wording in ("Working", "Ready to ship")
    desk.amazon.let_inbound_leave(name)
    shipment = look(desk, name)
    assert shipment.left_at is not None
    assert shipment.delivered_at is None
    desk.amazon.let_inbound_arrive(name)
    shipment = look(desk, name)
    assert shipment.receiving_at is not None
    assert shipment.items[0].state in ("receiving", "complete")
    assert [one.shipment_id for one in desk.engine.inbound.queue.list(under_way=True)] == [
        shipment.shipment_id
    ]


def test_what_is_received_is_available_at_once_and_named(desk: Desk, name: str) -> None:
    arrive(desk, name)
    level = desk.engine.inventory.level(US, "MUG")
    shipment = desk.engine.inbound.queue.get(name)
    claims = desk.engine.claims.list(kind=ClaimKind.INBOUND_MISSING)
    owed = sum(claim.units.owed for claim in claims)
    assert shipment.received == 12 - owed
    assert level.on_hand == shipment.received
    assert balance(desk, Account.SUPPLIER) == -12, "all that was sent came from the supplier"
    assert balance(desk, Account.ADJUSTMENT) == 0, "nothing is left that nobody has explained"


def test_units_that_are_missing_are_owed_until_they_are_acknowledged(desk: Desk, name: str) -> None:
    arrive(desk, name, lost=3)
    shipment = desk.engine.inbound.queue.get(name)
    (item,) = shipment.items
    assert item.claim is not None
    assert (item.state, item.claim.units.owed, item.claim.subject) == ("missing", item.short, name)
    assert item.short >= 3
    assert balance(desk, Account.OWED_BY_AMAZON) == item.short
    assert item.claim.window.closes_at > item.claim.window.opens_at
    queue = desk.engine.inbound.queue
    after = queue.acknowledge(name, "MUG", 1).items[0]
    assert after.claim is not None
    assert after.claim.units.owed == item.short - 1
    assert queue.acknowledge(name, "MUG", 0).items[0].short == item.short
    with pytest.raises(RefusedError):
        queue.acknowledge(name, "MUG", 13)
    with pytest.raises(NotFoundError):
        queue.acknowledge(name, "CUP", 1)
    with pytest.raises(NotFoundError):
        queue.get("FBA0")


def test_more_than_was_announced_is_an_overage(desk: Desk, name: str) -> None:
    desk.amazon.let_inbound_leave(name)
    desk.amazon.overfill_inbound(name, "MUG", 20)
    arrive_all(desk, name)
    (item,) = desk.engine.inbound.queue.get(name).items
    assert (item.state, item.received > 12) == ("overage", True)
    assert item.claim is None
    assert balance(desk, Account.ADJUSTMENT) == 0


def arrive_all(desk: Desk, name: str) -> None:
    desk.amazon.let_inbound_arrive(name)
    desk.settle(24 * 40)
    desk.settle(24)


@pytest.mark.parametrize("snapshot_first", [True, False])
def test_snapshots_and_receipts_never_count_a_unit_twice(
    desk: Desk, name: str, snapshot_first: bool
) -> None:
    """Whichever comes first: the snapshot brings the units, the receipt says whose they were."""
    desk.amazon.let_inbound_leave(name)
    desk.amazon.let_inbound_arrive(name)
    duties = desk.engine.duties
    steps = [
        lambda: desk.engine.inventory.snapshot(),
        lambda: duties.follow_inbound_shipments("amazon-na"),
    ]
    desk.clock.advance(hours=1)
    for step in steps if snapshot_first else reversed(steps):
        step()
    shipment = desk.engine.inbound.queue.get(name)
    level = desk.engine.inventory.level(US, "MUG")
    (figures,) = [one for one in desk.network.snapshot("US").figures if one.sku == "MUG"]
    inside = [bucket for bucket in NETWORK_BUCKETS if bucket not in INBOUND]
    on_hand = sum(getattr(figures, bucket.value) for bucket in inside)
    assert (level.on_hand, shipment.received) == (on_hand, on_hand)
    assert balance(desk, Account.SUPPLIER) == -on_hand


def test_a_closed_shipment_is_asked_about_rarely_and_not_for_ever(desk: Desk, name: str) -> None:
    arrive(desk, name)
    for hours in (13, 24 * 300):
        desk.clock.advance(hours=hours)
        desk.engine.duties.follow_inbound_shipments("amazon-na")
    desk.clock.advance(hours=24)
    desk.amazon.inject("transient", operation="getInboundPlan")
    assert desk.engine.duties.follow_inbound_shipments("amazon-na") == 0
    assert desk.attention("plugin_failure") == [], "nobody was asked"
