"""Histories of one fulfillment order, as a network tells them, each state later than the last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

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

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
SKUS = ("MUG-1", "TEE-1")


@st.composite
def histories(
    draw: st.DrawFn, fulfillment_order_id: str, quantities: tuple[int, ...]
) -> list[FulfillmentState]:
    """States from the first to a final one, over items `1`, `2` ... of these quantities."""
    items = {str(n): quantity for n, quantity in enumerate(quantities, 1)}
    cancelled = dict.fromkeys(items, 0)
    lost = dict.fromkeys(items, 0)
    open_units = dict(items)
    shipments: list[ShipmentState] = []
    states: list[FulfillmentState] = []
    package = 0

    def note(status: FulfillmentOrderStatus) -> None:
        now = START + timedelta(minutes=len(states) + 1)
        states.append(
            FulfillmentState(
                fulfillment_order_id,
                "US",
                status,
                START,
                now,
                tuple(
                    FulfillmentItemState(i, SKUS[int(i) - 1], items[i], cancelled[i], lost[i])
                    for i in items
                ),
                tuple(shipments),
            )
        )

    note(FulfillmentOrderStatus.RECEIVED)
    while any(open_units.values()):
        item_id = draw(st.sampled_from([i for i, units in open_units.items() if units]))
        units = draw(st.integers(1, open_units[item_id]))
        what = draw(st.sampled_from(["ship", "ship", "fulfiller", "cancel", "lose", "deliver"]))
        if what == "cancel":
            cancelled[item_id] += units
            open_units[item_id] -= units
        elif what == "lose":
            lost[item_id] += units
            open_units[item_id] -= units
        elif what == "deliver":
            _deliver(shipments)
        else:
            package += 1
            content = (ShipmentItemState(item_id, SKUS[int(item_id) - 1], units, package),)
            parcel = (PackageState(package, "UPS", f"1Z{package}"),)
            name = f"S{len(shipments) + 1}"
            shipments.append(ShipmentState(name, "PHX3", ShipmentStatus.PENDING, items=content))
            note(FulfillmentOrderStatus.PROCESSING)
            if what == "fulfiller":
                gone = ShipmentStatus.CANCELLED_BY_FULFILLER
                shipments[-1] = replace(shipments[-1], status=gone)
            else:
                shipments[-1] = replace(
                    shipments[-1],
                    status=ShipmentStatus.SHIPPED,
                    shipped_at=START,
                    packages=parcel,
                )
                open_units[item_id] -= units
        note(FulfillmentOrderStatus.PROCESSING)
    left = any(s.status is ShipmentStatus.SHIPPED for s in shipments)
    ended = any(cancelled.values()) or any(lost.values())
    final = {
        (True, False): FulfillmentOrderStatus.COMPLETE,
        (True, True): FulfillmentOrderStatus.COMPLETE_PARTIALLED,
        (False, True): FulfillmentOrderStatus.CANCELLED
        if any(cancelled.values())
        else FulfillmentOrderStatus.UNFULFILLABLE,
    }[(left, ended)]
    note(final)
    if draw(st.booleans()):
        _deliver(shipments)
        note(final)
    return states


def _deliver(shipments: list[ShipmentState]) -> None:
    for place, shipment in enumerate(shipments):
        shipments[place] = replace(
            shipment,
            packages=tuple(replace(p, status=PackageStatus.DELIVERED) for p in shipment.packages),
        )
