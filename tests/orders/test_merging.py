"""Merging news, without a database: what happened stays, and late news change nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from histories import START, histories
from stockpool.orders.counting import Item, Step
from stockpool.orders.fulfillment_rows import FulfillmentRow
from stockpool.orders.merging import (
    Merged,
    content,
    is_stale,
    merge,
    newer_package,
    newer_shipment,
)
from stockpool.plugins.network import (
    FulfillmentItemState,
    FulfillmentOrderStatus,
    FulfillmentState,
    PackageState,
    PackageStatus,
    ShipmentItemState,
    ShipmentState,
    ShipmentStatus,
)

ID = "ORDER-1"


def an_item(item_id: str = "1", quantity: int = 5, **counts: int) -> Item:
    known = {"held": 0, "shipped": 0, "cancelled": 0, "unfulfillable": 0, "delivered": 0} | counts
    ended = known["shipped"] + known["cancelled"] + known["unfulfillable"]
    known.setdefault("committed", quantity - ended)
    sku = "MUG-1"
    return Item(
        ID,
        item_id,
        "ORDER",
        "1",
        sku,
        sku,
        "amazon-na:US",
        quantity,
        **known,  # type: ignore[arg-type]
    )


def a_row(*items: Item, updated_at: datetime | None = None) -> FulfillmentRow:
    return FulfillmentRow(
        ID, "ORDER", "amazon-na:US", "New", (), updated_at, None, "web", "1001", None, items
    )


def a_state(
    status: FulfillmentOrderStatus = FulfillmentOrderStatus.PROCESSING,
    *shipments: ShipmentState,
    quantity: int = 5,
    **counts: int,
) -> FulfillmentState:
    item = FulfillmentItemState("1", "MUG-1", quantity, **counts)
    return FulfillmentState(ID, "US", status, START, START, (item,), shipments)


def a_shipment(units: int, status: Any = ShipmentStatus.SHIPPED, name: str = "S1") -> ShipmentState:
    items = (ShipmentItemState("1", "MUG-1", units, 1),)
    return ShipmentState(name, "PHX3", status, items=items, packages=(PackageState(1, "UPS"),))


def steps(merged: Merged) -> dict[Step, int]:
    assert merged.contradiction is None
    return {change.step: change.quantity for change in merged.changes}


# One state ------------------------------------------------------------------------------------


def test_units_that_left_are_shipped() -> None:
    merged = merge(a_row(an_item()), a_state(FulfillmentOrderStatus.PROCESSING, a_shipment(3)), {})
    assert steps(merged) == {Step.SHIPPED: 3}


@pytest.mark.parametrize("status", [s for s in ShipmentStatus if s is not ShipmentStatus.SHIPPED])
def test_units_of_a_shipment_that_has_not_left_are_not(status: ShipmentStatus) -> None:
    state = a_state(FulfillmentOrderStatus.PROCESSING, a_shipment(3, status))
    assert steps(merge(a_row(an_item()), state, {})) == {}


def test_only_what_is_new_is_counted() -> None:
    row = a_row(an_item(shipped=2))
    state = a_state(FulfillmentOrderStatus.PROCESSING, a_shipment(2), a_shipment(1, name="S2"))
    assert steps(merge(row, state, {"S1": {"1": 2}})) == {Step.SHIPPED: 1}


def test_outcomes_are_taken_item_by_item_not_from_the_orders_status() -> None:
    state = a_state(
        FulfillmentOrderStatus.COMPLETE_PARTIALLED, a_shipment(2), cancelled=2, unfulfillable=1
    )
    assert steps(merge(a_row(an_item()), state, {})) == {
        Step.SHIPPED: 2,
        Step.CANCELLED: 2,
        Step.UNFULFILLABLE: 1,
    }


def test_units_given_up_before_the_call_are_not_the_networks() -> None:
    """Of five, two were cancelled while they were held; the network was asked for three."""
    row = a_row(an_item(cancelled=2))
    assert steps(merge(row, a_state(quantity=3), {})) == {}
    told = a_state(FulfillmentOrderStatus.CANCELLED, quantity=3, cancelled=3)
    assert steps(merge(row, told, {})) == {Step.CANCELLED: 3}


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (FulfillmentOrderStatus.CANCELLED, Step.CANCELLED),
        (FulfillmentOrderStatus.UNFULFILLABLE, Step.UNFULFILLABLE),
        (FulfillmentOrderStatus.INVALID, Step.REFUSED),
    ],
)
def test_an_ended_order_lets_go_of_units_that_no_item_tells_of(
    status: FulfillmentOrderStatus, step: Step
) -> None:
    assert steps(merge(a_row(an_item()), a_state(status), {})) == {step: 5}


@pytest.mark.parametrize(
    "status", [FulfillmentOrderStatus.COMPLETE, FulfillmentOrderStatus.COMPLETE_PARTIALLED]
)
def test_units_that_a_final_state_forgets_are_counted(status: FulfillmentOrderStatus) -> None:
    merged = merge(a_row(an_item()), a_state(status, a_shipment(3)), {})
    assert (steps(merged), merged.unaccounted) == ({Step.SHIPPED: 3}, 2)


def test_a_state_of_more_units_than_were_ordered_is_a_contradiction() -> None:
    state = a_state(FulfillmentOrderStatus.PROCESSING, a_shipment(4), cancelled=2)
    merged = merge(a_row(an_item()), state, {})
    assert (merged.changes, merged.delivered) == ((), ())
    assert merged.contradiction is not None
    assert "4 shipped, 2 cancelled" in merged.contradiction.message


def test_a_shipment_that_left_has_left_whatever_is_told_later() -> None:
    row = a_row(an_item(quantity=2, shipped=2))
    state = a_state(
        FulfillmentOrderStatus.PROCESSING,
        a_shipment(2, ShipmentStatus.CANCELLED_BY_FULFILLER),
        a_shipment(2, name="S2"),
        quantity=2,
    )
    assert merge(row, state, {"S1": {"1": 2}}).contradiction is not None
    missing = a_state(FulfillmentOrderStatus.PROCESSING, a_shipment(2, name="S2"), quantity=2)
    assert merge(row, missing, {"S1": {"1": 2}}).contradiction is not None


def test_delivered_units_are_no_more_than_shipped_ones() -> None:
    delivered = replace(
        a_shipment(3), packages=(PackageState(1, "UPS", status=PackageStatus.DELIVERED),)
    )
    state = a_state(FulfillmentOrderStatus.PROCESSING, delivered)
    ((_, units),) = merge(a_row(an_item()), state, {}).delivered
    assert units == 3
    pending = replace(delivered, status=ShipmentStatus.PENDING)
    merged = merge(a_row(an_item()), a_state(FulfillmentOrderStatus.PROCESSING, pending), {})
    assert merged.delivered == ()


# Late news ------------------------------------------------------------------------------------


def test_a_state_older_than_the_last_one_is_stale() -> None:
    row = a_row(an_item(), updated_at=START + timedelta(minutes=1))
    assert is_stale(row, a_state())
    assert not is_stale(a_row(an_item(), updated_at=START), a_state())
    assert not is_stale(a_row(an_item()), a_state())


@pytest.mark.parametrize("known", list(PackageStatus))
@pytest.mark.parametrize("told", list(PackageStatus))
def test_a_parcel_that_came_to_its_end_stays_there(
    known: PackageStatus, told: PackageStatus
) -> None:
    ends = {PackageStatus.DELIVERED, PackageStatus.UNDELIVERABLE, PackageStatus.RETURNED}
    expected = known if known in ends else told
    assert newer_package(known, PackageState(1, "UPS", status=told)) is expected


@pytest.mark.parametrize("known", list(ShipmentStatus))
@pytest.mark.parametrize("told", list(ShipmentStatus))
def test_a_shipment_that_was_decided_stays_so(known: ShipmentStatus, told: ShipmentStatus) -> None:
    expected = told if known is ShipmentStatus.PENDING else known
    assert newer_shipment(known, a_shipment(1, told)) is expected


# Any order, any number of times ---------------------------------------------------------------


class Book:
    """What is stored of one fulfillment order, changed as the store changes it."""

    def __init__(self, *quantities: int) -> None:
        self.row = a_row(*(an_item(str(n), units) for n, units in enumerate(quantities, 1)))
        self.left: dict[str, dict[str, int]] = {}
        self.keys: list[str] = []

    def take(self, state: FulfillmentState) -> None:
        if is_stale(self.row, state):
            return
        merged = merge(self.row, state, self.left)
        assert merged.contradiction is None
        self.keys += [change.key for change in merged.changes]
        counts = {item.item_id: item._asdict() for item in self.row.items}
        for change in merged.changes:
            counts[change.item.item_id]["committed"] -= change.quantity
            counts[change.item.item_id][change.step.item_to] += change.quantity
        for item, units in merged.delivered:
            counts[item.item_id]["delivered"] += units
        for shipment in state.shipments:
            if shipment.status is ShipmentStatus.SHIPPED:
                self.left.setdefault(shipment.shipment_id, content(shipment))
        items = tuple(Item(**members) for members in counts.values())
        self.row = replace(self.row, items=items, updated_at=state.updated_at)


QUANTITIES = (4, 3)


@given(st.data())
def test_news_in_any_order_with_repeats_end_like_those_in_order(data: st.DataObject) -> None:
    history = data.draw(histories(ID, QUANTITIES))
    repeats = data.draw(st.lists(st.sampled_from(history), max_size=5))
    shuffled = data.draw(st.permutations(history + repeats))
    in_order, otherwise = Book(*QUANTITIES), Book(*QUANTITIES)
    for state in history:
        in_order.take(state)
    for state in shuffled:
        otherwise.take(state)
    assert otherwise.row.items == in_order.row.items
    assert all(item.committed == 0 for item in in_order.row.items)
    for book in (in_order, otherwise):
        assert len(set(book.keys)) == len(book.keys), "a stock move would be taken for a repeat"


@given(st.data())
def test_counts_only_grow(data: st.DataObject) -> None:
    history = data.draw(histories(ID, QUANTITIES))
    book = Book(*QUANTITIES)
    for state in data.draw(st.permutations(history)):
        before = book.row.items
        book.take(state)
        for old, new in zip(before, book.row.items, strict=True):
            assert new.committed <= old.committed
            for name in ("shipped", "cancelled", "unfulfillable", "delivered"):
                assert getattr(new, name) >= getattr(old, name)
