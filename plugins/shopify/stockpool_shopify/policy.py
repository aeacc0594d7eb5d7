"""What may be shipped of an order as Shopify shows it now. Pure.

Work is what fulfillment orders at our location still have to do, never line items: refunds and
edits leave those as they were. A unit of work is wanted if nothing speaks against it; what does is
one of three things, each for the whole order, since a network ships an order to one address:

* **waiting**: it will come by itself (a payment that is due, work that is scheduled);
* **held**: a person has to look, in Shopify or here; the engine takes it in and holds it;
* **parked**: it can't be made an order of (no address, no SKU).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stockpool.problems import Problem
from stockpool_shopify.answers import Destination, Hold, LineItem, OrderWork, Work, WorkLine
from stockpool_shopify.settings import ShopifySettings

HOLD_HANDLE = "stockpool-"
"""Begins the handles of our own holds, which say that we won't ship these units."""

HIDDEN = "customer_data_hidden"
"""The problem that ends without a change of the order."""

_ENDED = frozenset({"CANCELLED", "CLOSED", "INCOMPLETE"})
_ASKED = frozenset({"SUBMITTED", "ACCEPTED", "CANCELLATION_REQUESTED", "CANCELLATION_REJECTED"})
_PAYMENT_ENDED = frozenset({"REFUNDED", "VOIDED", "EXPIRED"})


@dataclass(frozen=True, slots=True)
class WantedLine:
    """Units of a line item that are ours to ship, those included that we have shipped."""

    item: LineItem
    quantity: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing for us in this order."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not yet; the order changes when it is time."""

    why: str
    units: Mapping[str, int]
    """By SKU: Shopify has promised them, and the engine does not know of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """To be taken in. `hold`: why it must not be shipped yet."""

    lines: tuple[WantedLine, ...]
    destination: Destination
    shipping_method: str
    hold: str | None


@dataclass(frozen=True, slots=True)
class Parked:
    """No order can be made of it.

    Attributes:
        rejection: Shopify's word for the reason; None leaves a request unanswered.
        units: by SKU, as in `Waiting`.
    """

    problem: Problem
    rejection: str | None
    units: Mapping[str, int]


Decision = Nothing | Waiting | Wanted | Parked


def is_ours(work: Work, settings: ShopifySettings) -> bool:
    """Whether a fulfillment order at our location was asked for; a merchant's own need not be."""
    if not is_at_ours(work, settings):
        return False
    return settings.role == "merchant_managed" or work.request_status in _ASKED


def decide(
    order: OrderWork,
    shipped: Mapping[str, int],
    settings: ShopifySettings,
    *,
    hidden: bool,
    removed: Mapping[str, LineItem] | None = None,
) -> Decision:
    """What becomes of an order.

    Args:
        shipped: units by line item that we have told Shopify parcels of. They have left
            `remainingQuantity`, but an order that is taken in must not shrink by its own success.
        hidden: Shopify keeps the buyer's data from this app.
        removed: line items of which `shipped` counts units that were taken out of the order.
    """
    works = [work for work in order.fulfillment_orders.nodes if is_ours(work, settings)]
    shippable = [work for work in works if _is_shipped(work)]
    lines = _lines(shippable, shipped, removed or {})
    if not any(_remaining(work) for work in shippable) or order.cancelled_at is not None:
        return Nothing()
    if order.test and not settings.test_orders:
        return Nothing()
    if why := _waits(order, shippable, settings):
        return Waiting(why, _units(shippable))
    if obstacle := _obstacle(order, lines, shippable, hidden=hidden):
        problem, rejection = obstacle
        return Parked(problem, rejection, _units(shippable))
    work = next(work for work in shippable if _remaining(work))
    assert work.destination is not None  # _obstacle has looked
    method = (work.delivery_method.presented_name if work.delivery_method else None) or ""
    return Wanted(tuple(lines), work.destination, method, _hold(order, shippable, settings))


def accounted(
    order: OrderWork,
    taken: Mapping[str, int],
    shipped: Mapping[str, int],
    given_up: Mapping[str, int],
    settings: ShopifySettings,
) -> dict[str, int]:
    """Units by line item that need no work any more: shipped, or given up by us and gone since.

    What the engine has cancelled may be taken out of the work, by the merchant or by our answer;
    the order is the same without it.
    """
    left = units_left(order, settings)
    found = dict(shipped)
    for item, units in taken.items():
        missing = units - found.get(item, 0) - left.get(item, 0)
        if gone := min(max(missing, 0), given_up.get(item, 0)):
            found[item] = found.get(item, 0) + gone
    return found


def units_left(order: OrderWork, settings: ShopifySettings) -> dict[str, int]:
    """Units by line item that are ours to ship and have not been shipped."""
    left: dict[str, int] = {}
    for work in order.fulfillment_orders.nodes:
        if is_ours(work, settings):
            for line in _goods(work):
                left[line.line_item.id] = left.get(line.line_item.id, 0) + line.remaining_quantity
    return left


def withdrawn(
    order: OrderWork, taken: Mapping[str, int], why: str, settings: ShopifySettings
) -> Wanted | None:
    """An order that the engine knows and that is not to be shipped any more, held as it was.

    The engine lets nothing of a held order leave; what was submitted already it shows to a person.
    None if Shopify does not show enough of the order.
    """
    works = [
        work for work in order.fulfillment_orders.nodes if _location(work) == settings.location
    ]
    items = {line.line_item.id: line.line_item for work in works for line in _goods(work)}
    destination = next((work.destination for work in works if work.destination), None)
    if destination is None or _missing(destination) or not set(taken) <= set(items):
        return None
    method = next((w.delivery_method.presented_name for w in works if w.delivery_method), None)
    lines = tuple(WantedLine(items[item], units) for item, units in sorted(taken.items()))
    if not all(line.item.sku for line in lines):
        return None
    return Wanted(lines, destination, method or "", why)


def waiting_units(order: OrderWork, settings: ShopifySettings) -> dict[str, int]:
    """Units by SKU that an order still has to have shipped from our location."""
    if order.cancelled_at is not None:
        return {}
    works = order.fulfillment_orders.nodes
    return _units([w for w in works if is_at_ours(w, settings) and _is_shipped(w)])


def is_at_ours(work: Work, settings: ShopifySettings) -> bool:
    """Whether a fulfillment order lies at our location and has not ended."""
    return _location(work) == settings.location and work.status not in _ENDED


def _location(work: Work) -> str | None:
    return work.assigned_location.location.id if work.assigned_location.location else None


def take_units(work: Work, left: dict[str, int]) -> list[dict[str, Any]]:
    """Lines of a fulfillment order for the units of `left`, which are taken out of it."""
    taken: list[dict[str, Any]] = []
    for line in work.line_items.nodes:
        units = min(left.get(line.line_item.id, 0), line.remaining_quantity)
        if units > 0:
            left[line.line_item.id] -= units
            taken.append({"id": line.id, "quantity": units})
    return taken


def foreign_holds(holds: Collection[Hold]) -> list[Hold]:
    """Holds that are not our own."""
    return [
        hold
        for hold in holds
        if not (hold.held_by_requesting_app and (hold.handle or "").startswith(HOLD_HANDLE))
    ]


def _is_shipped(work: Work) -> bool:
    return work.delivery_method is None or work.delivery_method.method_type == "SHIPPING"


def _goods(work: Work) -> Iterator[WorkLine]:
    """What is put in a parcel."""
    for line in work.line_items.nodes:
        if line.requires_shipping and not line.line_item.is_gift_card:
            yield line


def _remaining(work: Work) -> int:
    return sum(line.remaining_quantity for line in _goods(work))


def _units(works: Sequence[Work]) -> dict[str, int]:
    """Units that are still to be shipped, by SKU."""
    units: dict[str, int] = {}
    for line in (line for work in works for line in _goods(work)):
        if line.line_item.sku:
            sku = line.line_item.sku
            units[sku] = units.get(sku, 0) + line.remaining_quantity
    return units


def _lines(
    works: Sequence[Work], shipped: Mapping[str, int], removed: Mapping[str, LineItem]
) -> list[WantedLine]:
    """Units by line item, in the order of their ids: splits and moves must not change it."""
    items = dict(removed)
    units = dict(shipped)
    for work in works:
        for line in _goods(work):
            item = line.line_item
            items[item.id] = item
            units[item.id] = units.get(item.id, 0) + line.remaining_quantity
    return [
        WantedLine(items[item_id], quantity)
        for item_id, quantity in sorted(units.items())
        if quantity > 0 and item_id in items
    ]


def _waits(order: OrderWork, works: Sequence[Work], settings: ShopifySettings) -> str | None:
    status = order.display_financial_status
    if status not in settings.payable and status not in _PAYMENT_ENDED:
        return f"payment is {status}"
    if any(work.status == "SCHEDULED" and _remaining(work) for work in works):
        return "fulfillment is scheduled for later"
    return None


def _hold(order: OrderWork, works: Sequence[Work], settings: ShopifySettings) -> str | None:
    holds = [
        hold
        for work in works
        if work.status == "ON_HOLD"
        for hold in foreign_holds(work.fulfillment_holds)
    ]
    if holds:
        return f"on hold in Shopify: {', '.join(sorted({hold.reason for hold in holds}))}"
    if order.display_financial_status in _PAYMENT_ENDED - settings.payable:
        return f"payment is {order.display_financial_status} in Shopify, and units are not shipped"
    if settings.risky == "hold" and order.risk.recommendation in ("CANCEL", "INVESTIGATE"):
        return f"Shopify's risk assessment advises to {order.risk.recommendation.lower()}"
    return None


def _obstacle(
    order: OrderWork, lines: Sequence[WantedLine], works: Sequence[Work], *, hidden: bool
) -> tuple[Problem, str | None] | None:
    destinations = {work.destination for work in works if _remaining(work)}
    if hidden:
        return _parked(
            HIDDEN,
            f"order {order.name}: Shopify keeps the buyer's data from this app",
            "grant the app access to protected customer data (name, address, phone, email); "
            "the order is read again by itself",
            None,
        )
    if len(destinations) > 1:
        return _parked(
            "several_destinations",
            f"order {order.name}: its fulfillment orders go to different addresses",
            "ship it by hand, or give its fulfillment orders one address",
            "INCORRECT_ADDRESS",
        )
    destination = next(iter(destinations))
    missing = _missing(destination)
    if missing:
        return _parked(
            "address_incomplete",
            f"order {order.name}: the address lacks {', '.join(missing)}",
            "complete the address in Shopify; the order is read again when it changes",
            "INCORRECT_ADDRESS",
        )
    if without_sku := [line for line in lines if not line.item.sku]:
        return _parked(
            "sku_missing",
            f"order {order.name}: {len(without_sku)} of its lines have no SKU",
            "give the variant a SKU; of an order that is placed already, ship the line by hand",
            "INVALID_SKU",
        )
    return None


def _missing(destination: Destination | None) -> list[str]:
    if destination is None:
        return ["everything"]
    parts = {
        "a name": destination.first_name or destination.last_name or destination.company,
        "a street": destination.address1,
        "a country": destination.country_code,
    }
    return [part for part, value in parts.items() if not (value or "").strip()]


def _parked(code: str, message: str, fix: str, rejection: str | None) -> tuple[Problem, str | None]:
    return Problem(code, message, fix=fix), rejection
