"""Orders from Amazon's own shop that the seller ships: his parcels, his store, what he verifies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import Micros, Sale
from stockpool_amazon_sim.shop.sales import (
    MERCHANT,
    cancel,
    item_id_of,
    known_sale,
    mark_shipped,
    save,
)
from stockpool_amazon_sim.world import World

REJECTION_REASONS: Mapping[str, str] = {
    "1": "The information is not legible.",
    "2": "The information does not fit the product.",
    "3": "The prescription has expired.",
}
"""Why an order of regulated products may be rejected. Amazon's lists depend on the program."""


@dataclass(frozen=True, slots=True)
class ShipmentConfirmation:
    """A parcel that the seller has sent. `items` are (order item id, units)."""

    package_id: str
    carrier_code: str
    tracking_number: str
    shipped_at: Micros
    items: Sequence[tuple[str, int]]
    carrier_name: str | None = None
    shipping_method: str | None = None


def confirm(world: World, order_id: str, code: str, told: ShipmentConfirmation) -> Sale:
    """The seller has sent a parcel (confirmShipment); the same package again corrects it.

    Raises:
        RejectedError: NotFound; InvalidInput for an order that the seller does not ship, or not
            now, and for items and units that are not in it.
    """
    sale = _merchant_sale(world, order_id, code)
    if sale.status in ("Pending", "Canceled"):
        raise invalid(f"an order that is {sale.status} can't be shipped")
    if sale.verification and sale.verification["status"] != "Approved":
        raise invalid("the order's regulated information is not approved")
    if sale.pickup:
        raise invalid("the order is picked up in a store; updateShipmentStatus tells of it")
    if told.shipped_at < sale.purchased_at:
        raise invalid("shipDate is before the order was placed")
    units = 0
    for item_id, quantity in told.items:
        if item_id != item_id_of(world, sale):
            raise invalid(f"orderItemId {item_id} is not in the order")
        if quantity < 1:
            raise invalid("quantity must be at least 1")
        units += quantity
    if not units:
        raise invalid("orderItems is empty")
    others = [package for package in sale.packages if package["id"] != told.package_id]
    shipped = units + sum(package["units"] for package in others)
    if shipped > sale.quantity:
        raise invalid(f"the order has {sale.quantity} units, not {shipped}")
    package = {
        "id": told.package_id,
        "carrier": told.carrier_name or told.carrier_code,
        "tracking": told.tracking_number,
        "method": told.shipping_method,
        "shipped_at": told.shipped_at,
        "units": units,
        "created_at": world.now,
    }
    sale.packages = [*others, package]
    mark_shipped(world, sale, shipped)
    return sale


def update_pickup(world: World, order_id: str, code: str, status: str) -> Sale:
    """The seller tells of an order that is picked up in his store (updateShipmentStatus).

    ReadyForPickup comes first; then PickedUp, which ships it, or RefusedPickup, which cancels it.

    Raises:
        RejectedError: NotFound; InvalidInput for another order, or another turn.
    """
    sale = _merchant_sale(world, order_id, code)
    if not sale.pickup:
        raise invalid("the order is not picked up in a store")
    if sale.status == "Pending":
        raise invalid("an order that is Pending can't be shipped")
    before = "Waiting" if status == "ReadyForPickup" else "ReadyForPickup"
    if sale.pickup != before:
        raise invalid(f"shipmentStatus {status} does not follow {sale.pickup}")
    sale.pickup = status
    if status == "PickedUp":
        mark_shipped(world, sale, sale.quantity)
    elif status == "RefusedPickup":
        world.store.sales.put(order_id, sale)
        cancel(world, order_id, "BUYER", "The buyer refused the order in the store.")
    else:
        save(world, sale)
    return sale


def verify(world: World, order_id: str, status: str, reviewer: str, reason: str | None) -> Sale:
    """The seller approves or rejects regulated information; a rejected order is cancelled.

    Raises:
        RejectedError: NotFound; InvalidInput for an order without such information, one that was
            reviewed, and a rejection without one of `REJECTION_REASONS`.
    """
    sale = known_sale(world, order_id)
    if not sale.verification:
        raise invalid("the order has no regulated products")
    if sale.verification["status"] != "Pending" or sale.status == "Canceled":
        raise invalid(f"the order is {sale.verification['status']} already")
    if status not in ("Approved", "Rejected"):
        raise invalid("status must be Approved or Rejected")
    if status == "Rejected" and reason not in REJECTION_REASONS:
        raise invalid(f"rejectionReasonId must be one of {', '.join(REJECTION_REASONS)}")
    sale.verification = {"status": status, "reviewer": reviewer, "at": world.now}
    if status == "Rejected":
        sale.verification["reason"] = reason
        world.store.sales.put(order_id, sale)
        return cancel(world, order_id, "MERCHANT", REJECTION_REASONS[reason or ""])
    save(world, sale)
    return sale


def _merchant_sale(world: World, order_id: str, code: str) -> Sale:
    if order_id.isprintable() and world.store.amazon_ids.get(order_id) is not None:
        raise invalid("Amazon ships this order")
    sale = known_sale(world, order_id)
    if sale.channel != MERCHANT:
        raise invalid("Amazon ships this order")
    if sale.country != code:
        raise invalid("marketplaceId is not that of the order")
    return sale
