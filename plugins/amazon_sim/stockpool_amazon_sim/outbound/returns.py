"""Units that come back from a customer: undeliverable parcels, and granted returns.

createFulfillmentReturn grants or refuses each unit for itself. A returned unit is set aside when
it arrives (fcProcessing), and some days later gets its disposition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockpool_amazon_sim.inventory.ledger import Bucket, EventType
from stockpool_amazon_sim.inventory.stock import change_disposition, move, stock_of
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.outbound.requests import ReturnRequestItem
from stockpool_amazon_sim.records import (
    DAY,
    Order,
    Package,
    ReturnItem,
    Shipment,
    decode_order,
    encode,
)
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

REASONS: Mapping[str, str] = {
    "CR-UNWANTED_ITEM": "The customer does not want the item any more",
    "CR-DEFECTIVE": "The item is defective",
    "AMZ-PG-BAD-DESC": "The item is not as it was described",
    "AMZ-PG-DAMAGED": "The item arrived damaged",
    "AMZ-PG-MISORDERED": "The item was ordered by mistake",
}
"""What listReturnReasonCodes answers, for every SKU here, with its descriptions."""

REFUSALS: Mapping[str, str] = {
    "InvalidValues": "The item, shipment or reason is not one of this order's.",
    "DuplicateRequest": "There is a return with this sellerReturnItemId.",
    "NoCompletedShipItems": "The item has not been shipped.",
    "NoReturnableQuantity": "All units of the item are in other returns.",
}
"""`invalidItemReasonCode` and its description."""

RECIPIENT = "Amazon Returns"
"""Who is written on a label."""

_GRADES = {
    Bucket.FULFILLABLE: "Sellable",
    Bucket.CUSTOMER_DAMAGED: "CustomerDamaged",
    Bucket.DEFECTIVE: "Defective",
    Bucket.CARRIER_DAMAGED: "CarrierDamaged",
}

_CHANCES = {
    "CR-DEFECTIVE": ((Bucket.DEFECTIVE, 0.8), (Bucket.FULFILLABLE, 0.2)),
    "AMZ-PG-DAMAGED": ((Bucket.CARRIER_DAMAGED, 0.7), (Bucket.CUSTOMER_DAMAGED, 0.3)),
}

_USUAL = ((Bucket.FULFILLABLE, 0.7), (Bucket.CUSTOMER_DAMAGED, 0.3))


@dataclass(frozen=True, slots=True)
class ReturnAnswer:
    """`accepted` return item ids with their authorization, and `refused` ones with the code.

    Attributes:
        order: a copy of the order, with its returns.
    """

    accepted: Sequence[tuple[str, str]]
    refused: Sequence[tuple[str, str]]
    order: Order


def create_return(
    world: World, order_id: str, requested: Sequence[ReturnRequestItem]
) -> ReturnAnswer:
    """createFulfillmentReturn: one element is one unit.

    Refused elements have one of Amazon's codes: `InvalidValues` (no such item, shipment or reason),
    `DuplicateRequest`, `NoCompletedShipItems` (not shipped), `NoReturnableQuantity` (all units
    are in other returns).

    Raises:
        RejectedError: InvalidInput for an unknown order.
    """
    order = world.store.orders.get(order_id)
    if order is None:
        raise invalid("no order has this sellerFulfillmentOrderId")
    accepted: list[tuple[str, str]] = []
    refused: list[tuple[str, str]] = []
    for item in requested:
        refusal = _refusal(order, item)
        if refusal is not None:
            refused.append((item.seller_return_item_id, refusal))
            continue
        granted = _grant(world, order, item)
        order.returns.append(granted)
        accepted.append((granted.return_item_id, granted.authorization_id))
    if accepted:
        world.save(order)
    return ReturnAnswer(accepted, refused, decode_order(encode(order)))


def dock(item: ReturnItem) -> str:
    """The first line of the address that a unit is sent to."""
    return f"{item.center} Returns Dock"


def rma_page_url(item: ReturnItem) -> str:
    """Where the label is."""
    return f"https://returns.amazon.invalid/{item.authorization_id}"


def return_arrives(world: World, event: Event) -> None:
    """A customer's unit is back in a center."""
    order = world.store.orders.get(event.subject)
    assert order is not None, event
    item = order.returns[int(event.detail)]
    item.received_at = world.now
    _take_back(world, order, item.item_index, item.center, 1, f"return:{event.detail}")
    world.save(order)


def expect_parcel_back(world: World, order: Order, shipment: Shipment, package: Package) -> None:
    """An undeliverable parcel is back in its center: its units are set aside for grading."""
    for index, units, number in shipment.lines:
        if number == package.number:
            _take_back(world, order, index, shipment.center, units, f"parcel:{number}-{index}")


def grade(world: World, event: Event) -> None:
    """Returned units get their disposition."""
    code, fnsku, center, units, reference = event.detail.split("|")
    order = world.store.orders.get(event.subject)
    assert order is not None, event
    kind, _, number = reference.partition(":")
    returned = order.returns[int(number)] if kind == "return" else None
    chances = _CHANCES.get(returned.reason_code, _USUAL) if returned else _USUAL
    stock = stock_of(world, code, fnsku)
    source = (center, Bucket.FC_PROCESSING)
    for unit in range(int(units)):
        bucket = world.draws.choose(chances, event.subject, reference, unit, "grade")
        target = (center, bucket)
        if bucket is Bucket.FULFILLABLE:
            move(world, stock, 1, source, target, EventType.RESERVATIONS, event.subject)
        else:
            change_disposition(world, stock, 1, source, target, event.subject)
        if returned is not None:
            returned.status = "Processed"
            returned.disposition = _GRADES[bucket]
            world.save(order)


def _refusal(order: Order, item: ReturnRequestItem) -> str | None:
    if any(known.return_item_id == item.seller_return_item_id for known in order.returns):
        return "DuplicateRequest"
    if item.return_reason_code not in REASONS or len(item.seller_return_item_id) > 80:
        return "InvalidValues"
    shipment = _shipment(order, item.amazon_shipment_id)
    if shipment is None:
        return "InvalidValues"
    units = _units(order, shipment, item.seller_fulfillment_order_item_id)
    if not units:
        return "InvalidValues"
    if shipment.status != "SHIPPED":
        return "NoCompletedShipItems"
    taken = sum(
        known.shipment_id == shipment.shipment_id
        and order.items[known.item_index].item_id == item.seller_fulfillment_order_item_id
        for known in order.returns
    )
    return "NoReturnableQuantity" if taken >= units else None


def _grant(world: World, order: Order, item: ReturnRequestItem) -> ReturnItem:
    shipment = _shipment(order, item.amazon_shipment_id)
    assert shipment is not None
    place = len(order.returns)
    key = (order.order_id, place, "return")
    delay = world.draws.between(world.settings.steps.return_days, DAY, *key)
    world.schedule(delay, "return_arrives", order.order_id, str(place))
    indexes = {known.item_id: index for index, known in enumerate(order.items)}
    return ReturnItem(
        item.seller_return_item_id,
        indexes[item.seller_fulfillment_order_item_id],
        shipment.shipment_id,
        item.return_reason_code,
        "RA" + world.draws.code(10, *key, "authorization"),
        shipment.center,
    )


def _shipment(order: Order, shipment_id: str) -> Shipment | None:
    return next((known for known in order.shipments if known.shipment_id == shipment_id), None)


def _units(order: Order, shipment: Shipment, item_id: str) -> int:
    return sum(units for index, units, _ in shipment.lines if order.items[index].item_id == item_id)


def _take_back(
    world: World, order: Order, index: int, center: str, units: int, reference: str
) -> None:
    item = order.items[index]
    move(
        world,
        stock_of(world, order.country, item.fnsku),
        units,
        None,
        (center, Bucket.FC_PROCESSING),
        EventType.CUSTOMER_RETURNS,
        order.order_id,
    )
    delay = world.hours(world.settings.steps.grading, order.order_id, reference, "grading")
    detail = f"{order.country}|{item.fnsku}|{center}|{units}|{reference}"
    world.schedule(delay, "grade", order.order_id, detail)
