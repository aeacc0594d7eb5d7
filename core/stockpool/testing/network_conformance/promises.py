"""What is true of every state of a fulfillment order, and of every two that follow each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from stockpool.plugins.network import (
    FulfillmentItemState,
    FulfillmentOrderStatus,
    FulfillmentRequest,
    FulfillmentState,
    PackageState,
    ShipmentState,
    ShipmentStatus,
)

_UNDER_WAY = (ShipmentStatus.PENDING, ShipmentStatus.SHIPPED)
_NOTHING_SHIPPED = (
    FulfillmentOrderStatus.CANCELLED,
    FulfillmentOrderStatus.UNFULFILLABLE,
    FulfillmentOrderStatus.INVALID,
)
_SOMETHING_SHIPPED = (
    FulfillmentOrderStatus.COMPLETE,
    FulfillmentOrderStatus.COMPLETE_PARTIALLED,
)


def is_aware(at: datetime) -> bool:
    """Whether a time says of which zone it is."""
    return at.utcoffset() is not None


def units_in(
    state: FulfillmentState, *statuses: ShipmentStatus, sku: str | None = None
) -> Counter[str]:
    """Units of each item in shipments of the given statuses."""
    units: Counter[str] = Counter()
    for shipment in state.shipments:
        if shipment.status in statuses:
            for item in shipment.items:
                if sku is None or item.sku == sku:
                    units[item.item_id] += item.quantity
    return units


def shipped(state: FulfillmentState, sku: str | None = None) -> int:
    """All units that were shipped (of one SKU)."""
    return units_in(state, ShipmentStatus.SHIPPED, sku=sku).total()


def check_state(request: FulfillmentRequest, state: FulfillmentState) -> None:
    """Check a state against what was asked for."""
    assert state.fulfillment_order_id == request.fulfillment_order_id
    assert state.country == request.country
    assert is_aware(state.received_at), "received_at has no time zone"
    assert is_aware(state.updated_at), "updated_at has no time zone"
    asked = {item.item_id: (item.sku, item.quantity) for item in request.items}
    told = Counter(item.item_id for item in state.items)
    assert told == Counter(asked.keys()), "the state must tell of every item once"
    assert set(state.granted_features) <= set(request.features), "granted what nobody asked for"
    for item in state.items:
        sku, quantity = asked[item.item_id]
        assert item.sku == sku
        assert item.quantity == quantity
    _check_shipments(state)
    _check_units(state)


def _check_units(state: FulfillmentState) -> None:
    sent = units_in(state, *_UNDER_WAY)
    left = units_in(state, ShipmentStatus.SHIPPED)
    open_units = 0
    for item in state.items:
        assert min(item.cancelled, item.unfulfillable) >= 0, f"negative units: {item}"
        accounted = sent[item.item_id] + item.cancelled + item.unfulfillable
        assert accounted <= item.quantity, (
            f"{item.item_id}: {sent[item.item_id]} in shipments, {item.cancelled} cancelled and "
            f"{item.unfulfillable} unfulfillable are more than the {item.quantity} ordered"
        )
        open_units += item.quantity - left[item.item_id] - item.cancelled - item.unfulfillable
    if not state.status.final:
        return
    pending = units_in(state, ShipmentStatus.PENDING)
    assert not pending, f"the order is {state.status}, but a shipment is PENDING"
    if state.status in _NOTHING_SHIPPED:
        assert not left, f"the order is {state.status}, but units were shipped"
    if state.status in _SOMETHING_SHIPPED:
        assert left, f"the order is {state.status}, but nothing was shipped"
        assert open_units == 0, (
            f"the order is {state.status}, but it is not told what became of {open_units} units"
        )
    if state.status is FulfillmentOrderStatus.COMPLETE:
        assert left.total() == sum(item.quantity for item in state.items)


def _check_shipments(state: FulfillmentState) -> None:
    skus = {item.item_id: item.sku for item in state.items}
    once = Counter(shipment.shipment_id for shipment in state.shipments)
    assert set(once.values()) <= {1}, f"a shipment is told twice: {once}"
    numbers = Counter(number for number, _ in packages(state))
    assert set(numbers.values()) <= {1}, f"a package number stands twice: {numbers}"
    for shipment in state.shipments:
        for item in shipment.items:
            assert item.quantity > 0, f"{shipment.shipment_id} holds {item.quantity} units"
            assert skus.get(item.item_id) == item.sku, f"{item} is not part of the order"
        if shipment.status is ShipmentStatus.SHIPPED:
            _check_packed(shipment)


def _check_packed(shipment: ShipmentState) -> None:
    known = {package.package_number for package in shipment.packages}
    for item in shipment.items:
        assert item.package_number in known, (
            f"{shipment.shipment_id} was shipped, but {item} is in none of its packages"
        )
    assert shipment.items, f"{shipment.shipment_id} was shipped with nothing in it"


def packages(state: FulfillmentState) -> list[tuple[int, PackageState]]:
    """All packages with their numbers."""
    return [
        (package.package_number, package)
        for shipment in state.shipments
        for package in shipment.packages
    ]


def check_succession(before: FulfillmentState, after: FulfillmentState) -> None:
    """Check that the second state may follow the first, with any number between them."""
    assert after.received_at == before.received_at, "received_at is when it was taken, for ever"
    assert after.updated_at >= before.updated_at, "updated_at went back"
    if before.status.final:
        assert after.status is before.status, "a final status was left again"
    earlier = {item.item_id: item for item in before.items}
    for item in after.items:
        _check_growth(earlier[item.item_id], item)
    _check_what_left(before, after)


def _check_growth(before: FulfillmentItemState, after: FulfillmentItemState) -> None:
    assert after.cancelled >= before.cancelled, "cancelled units came back"
    assert after.unfulfillable >= before.unfulfillable, "unfulfillable units came back"


def _check_what_left(before: FulfillmentState, after: FulfillmentState) -> None:
    later: Mapping[str, ShipmentState] = {s.shipment_id: s for s in after.shipments}
    for shipment in before.shipments:
        if shipment.status is not ShipmentStatus.SHIPPED:
            continue
        same = later.get(shipment.shipment_id)
        assert same is not None, f"{shipment.shipment_id} was shipped and is told no more"
        assert same.status is ShipmentStatus.SHIPPED, f"{shipment.shipment_id} is {same.status}"
        assert Counter(same.items) == Counter(shipment.items), "what was shipped has changed"
        _check_parcels(shipment, same)


def _check_parcels(before: ShipmentState, after: ShipmentState) -> None:
    later = {package.package_number: package for package in after.packages}
    for package in before.packages:
        same = later.get(package.package_number)
        assert same is not None, f"package {package.package_number} is told no more"
        if package.tracking_number is not None:
            assert same.tracking_number == package.tracking_number, (
                f"the tracking number of package {package.package_number} has changed"
            )
