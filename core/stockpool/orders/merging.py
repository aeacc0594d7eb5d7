"""Merging the network's news about a fulfillment order into what we know. Pure.

News come in any order and any number of times. Counts only grow, whatever shipped stays shipped,
and a parcel that was delivered is not on its way again; so the same news twice change nothing,
and late news can't turn anything back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from stockpool.orders.counting import Item, ItemChange, Step
from stockpool.orders.fulfillment_rows import FulfillmentRow
from stockpool.plugins.network import (
    FulfillmentItemState,
    FulfillmentOrderStatus,
    FulfillmentState,
    PackageState,
    PackageStatus,
    ShipmentState,
    ShipmentStatus,
)
from stockpool.problems import Problem

_FINAL_PACKAGE = frozenset(
    {
        PackageStatus.DELIVERED,
        PackageStatus.UNDELIVERABLE,
        PackageStatus.RETURNED,
    }
)


@dataclass(frozen=True, slots=True)
class Merged:
    """What the news add to what we know."""

    changes: tuple[ItemChange, ...]
    delivered: tuple[tuple[Item, int], ...]
    contradiction: Problem | None = None
    unaccounted: int = 0
    """Units of which a final state does not say what became of them."""


@dataclass(frozen=True, slots=True)
class News:
    """One state, the row it is about, and what it adds."""

    row: FulfillmentRow
    state: FulfillmentState
    merged: Merged


Shipped = Mapping[str, Mapping[str, int]]
"""What is known to have left: shipment → item → units."""


def is_stale(row: FulfillmentRow, state: FulfillmentState) -> bool:
    """Whether we have seen a later state of this fulfillment order already."""
    return row.updated_at is not None and state.updated_at < row.updated_at


def merge(row: FulfillmentRow, state: FulfillmentState, left: Shipped) -> Merged:
    """Compare `state` with the items of `row`, whose units are accepted (none is held).

    Args:
        left: shipments known to have left; they stay so, whatever `state` says of them.
    """
    shipped = _shipped_units(state, left)
    arrived = _delivered_units(state)
    told = {item.item_id: item for item in state.items}
    changes: list[ItemChange] = []
    delivered: list[tuple[Item, int]] = []
    unaccounted = 0
    for item in row.items:
        news = told.get(item.item_id)
        goals = {
            Step.SHIPPED: shipped.get(item.item_id, 0),
            Step.CANCELLED: _given_up(item, news) + news.cancelled if news else 0,
            Step.UNFULFILLABLE: news.unfulfillable if news else 0,
        }
        growth = _growth(item, goals)
        open_units = item.committed - sum(growth.values())
        if open_units < 0:
            return Merged((), (), _contradiction(row, item, goals))
        if state.status is FulfillmentOrderStatus.CANCELLED:
            growth[Step.CANCELLED] += open_units
        elif state.status is FulfillmentOrderStatus.UNFULFILLABLE:
            growth[Step.UNFULFILLABLE] += open_units
        elif state.status.final and state.status is not FulfillmentOrderStatus.INVALID:
            unaccounted += open_units
        changes += [
            ItemChange(
                item,
                step,
                units,
                f"{step.item_to}:{row.id}:{item.item_id}:{_count(item, step) + units}",
            )
            for step, units in growth.items()
            if units > 0
        ]
        if state.status is FulfillmentOrderStatus.INVALID and open_units:
            key = f"invalid:{row.id}:{item.item_id}"
            changes.append(ItemChange(item, Step.REFUSED, open_units, key))
        newly = min(arrived.get(item.item_id, 0), item.shipped + growth[Step.SHIPPED])
        if newly > item.delivered:
            delivered.append((item, newly - item.delivered))
    return Merged(tuple(changes), tuple(delivered), unaccounted=unaccounted)


def _given_up(item: Item, news: FulfillmentItemState) -> int:
    """Units that were cancelled before the network was asked; it has never heard of them."""
    return max(item.quantity - news.quantity, 0)


def _count(item: Item, step: Step) -> int:
    return int(getattr(item, step.item_to))


def _growth(item: Item, goals: Mapping[Step, int]) -> dict[Step, int]:
    return {step: max(goal - _count(item, step), 0) for step, goal in goals.items()}


def _shipped_units(state: FulfillmentState, left: Shipped) -> dict[str, int]:
    units: dict[str, int] = defaultdict(int)
    for shipment in state.shipments:
        if shipment.status is ShipmentStatus.SHIPPED and shipment.shipment_id not in left:
            for item_id, quantity in content(shipment).items():
                units[item_id] += quantity
    for items in left.values():
        for item_id, quantity in items.items():
            units[item_id] += quantity
    return units


def content(shipment: ShipmentState) -> dict[str, int]:
    """Units of each item in a shipment."""
    units: dict[str, int] = defaultdict(int)
    for item in shipment.items:
        units[item.item_id] += item.quantity
    return dict(units)


def _delivered_units(state: FulfillmentState) -> dict[str, int]:
    units: dict[str, int] = defaultdict(int)
    for shipment in state.shipments:
        arrived = {
            package.package_number
            for package in shipment.packages
            if package.status is PackageStatus.DELIVERED
        }
        for item in shipment.items:
            if item.package_number in arrived:
                units[item.item_id] += item.quantity
    return units


def _contradiction(row: FulfillmentRow, item: Item, goals: Mapping[Step, int]) -> Problem:
    told = ", ".join(f"{units} {step.item_to}" for step, units in goals.items())
    return Problem(
        "contradictory_state",
        f"{row.id} item {item.item_id}: the network tells of {told}, "
        f"but only {item.quantity} units were ordered",
        fix="compare with Seller Central; the next state that makes sense is taken",
    )


def newer_package(known: PackageStatus | None, told: PackageState) -> PackageStatus:
    """The status to keep: a final one is not left again."""
    if known is not None and known in _FINAL_PACKAGE:
        return known
    return told.status


def newer_shipment(known: ShipmentStatus | None, told: ShipmentState) -> ShipmentStatus:
    """The status to keep: what was shipped or cancelled stays so."""
    if known is not None and known is not ShipmentStatus.PENDING:
        return known
    return told.status
