"""The orders that Amazon's Orders APIs tell of: those of its own shop, and the seller's MCF orders.

MCF orders stand among them as orders of the sales channel `Non-Amazon`, without prices and buyers
(domain knowledge of sellers; Amazon documents the channel's name only). One that was refused is
Canceled there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from stockpool.errors import RejectedError
from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.outbound.requests import Destination
from stockpool_amazon_sim.outbound.statuses import OrderStatus
from stockpool_amazon_sim.records import DAY, MINUTE, Micros, Order, OrderItem, Sale
from stockpool_amazon_sim.shop import sales
from stockpool_amazon_sim.shop.amazon_ids import amazon_id
from stockpool_amazon_sim.world import World

Window = tuple[Micros, Micros]

DELAY: Micros = 2 * MINUTE
"""What is younger is not listed yet (Orders API v0 and 2026-01-01: the end of a span is at least
two minutes before the request)."""

_MCF_STATUSES = {
    OrderStatus.NEW: "Pending",
    OrderStatus.RECEIVED: "Unshipped",
    OrderStatus.PLANNING: "Unshipped",
    OrderStatus.PROCESSING: "Unshipped",
    OrderStatus.COMPLETE: "Shipped",
    OrderStatus.COMPLETE_PARTIALLED: "Shipped",
    OrderStatus.CANCELLED: "Canceled",
    OrderStatus.UNFULFILLABLE: "Unfulfillable",
    OrderStatus.INVALID: "Canceled",
}


@dataclass(frozen=True, slots=True)
class AmazonOrderItem:
    """A line. `unit_price` is in minor units; None where there is no price."""

    item_id: str
    sku: str
    asin: str
    title: str
    condition: str
    ordered: int
    shipped: int
    unit_price: int | None = None
    gift_message: str | None = None


@dataclass(frozen=True, slots=True)
class AmazonOrder:
    """An order as Amazon's Orders APIs tell of it.

    Attributes:
        seller_order_id: the seller's own id, of an MCF order.
        status: of the Orders API v0.
        channel: AFN or MFN.
        speed: a shipping speed category of this country.
        ship_window, delivery_window: what the seller has promised, if he ships.
        packages: the seller's parcels. See `Sale`.
    """

    order_id: str
    seller_order_id: str | None
    country: str
    status: str
    channel: str
    purchased_at: Micros
    updated_at: Micros
    speed: str
    items: Sequence[AmazonOrderItem]
    address: Destination
    buyer_name: str = ""
    buyer_email: str = ""
    ship_window: Window | None = None
    delivery_window: Window | None = None
    packages: Sequence[dict[str, Any]] = ()
    pickup: str = ""
    verification: dict[str, Any] = field(default_factory=dict)
    cancelled: Sequence[str] = ()

    @property
    def in_shop(self) -> bool:
        """Whether it was placed in Amazon's own shop."""
        return self.seller_order_id is None


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which orders are asked for; empty members do not matter.

    Attributes:
        by: created or updated: what `after` and `before` are about, and the order of the answer.
        after, before: ends included.
    """

    by: str
    after: Micros
    before: Micros
    countries: Sequence[str] = ()
    statuses: Sequence[str] = ()
    channels: Sequence[str] = ()
    email: str | None = None
    seller_order_id: str | None = None
    pickup: bool | None = None
    deliver_from: Window | None = None
    deliver_until: Window | None = None


Position = tuple[Micros, str]
"""The time and the id of the last order that was told."""


def find(world: World, order_id: str) -> AmazonOrder:
    """An order by Amazon's id. Raises RejectedError: NotFound."""
    seller_id = world.store.amazon_ids.get(order_id) if order_id.isprintable() else None
    if seller_id is not None:
        order = world.store.orders.get(seller_id)
        assert order is not None, seller_id
        return _of_order(world, order)
    return _of_sale(world, sales.known_sale(world, order_id))


def named(world: World, order_ids: Sequence[str]) -> list[AmazonOrder]:
    """The orders of these ids; those that are not known are left out."""
    found = []
    for order_id in dict.fromkeys(order_ids):
        try:
            found.append(find(world, order_id))
        except RejectedError:
            continue
    return found


def page(
    world: World, query: OrderQuery, position: Position | None, limit: int
) -> tuple[list[AmazonOrder], Position | None]:
    """The next orders that fit, the oldest first, and where to go on; None at the end."""
    made: list[tuple[Micros, str, Callable[[], AmazonOrder]]] = []
    for sale in _sales_since(world, query.after):
        at = sale.purchased_at if query.by == "created" else sale.updated_at
        made.append((at, sale.amazon_order_id, lambda sale=sale: _of_sale(world, sale)))  # type: ignore[misc]
    for order in _orders_since(world, query.after):
        at = order.received_at if query.by == "created" else order.updated_at
        number = amazon_id(world.draws, order.order_id)
        made.append((at, number, lambda order=order: _of_order(world, order)))  # type: ignore[misc]
    made.sort(key=lambda one: one[:2])
    found: list[AmazonOrder] = []
    for at, order_id, make in made:
        if not query.after <= at <= query.before or (position and (at, order_id) <= position):
            continue
        order_view = make()
        if not _fits(order_view, query):
            continue
        if len(found) == limit:
            last = found[-1]
            ended = last.purchased_at if query.by == "created" else last.updated_at
            return found, (ended, last.order_id)
        found.append(order_view)
    return found, None


def _sales_since(world: World, after: Micros) -> list[Sale]:
    """Sales that changed at or after a time; those placed since are among them."""
    index = world.store.sale_index
    found = []
    place = f"{max(after, 0):020d}"
    while entries := index.scan("", place, 500):
        place = entries[-1][0]
        for _, order_id in entries:
            sale = world.store.sales.get(order_id)
            assert sale is not None, order_id
            found.append(sale)
    return found


def _orders_since(world: World, after: Micros) -> list[Order]:
    """MCF orders that changed at or after a time; those received since are among them."""
    store = world.store
    found = []
    sequence = store.changes_since(after)
    while changes := store.changes_after(sequence, 500):
        sequence = changes[-1].sequence
        for change in changes:
            order = store.orders.get(change.order_id) if change.document is None else None
            if order is not None:
                found.append(order)
    return found


def _fits(order: AmazonOrder, query: OrderQuery) -> bool:
    return (
        (not query.countries or order.country in query.countries)
        and (not query.statuses or order.status in query.statuses)
        and (not query.channels or order.channel in query.channels)
        and (query.email is None or order.buyer_email == query.email)
        and (query.seller_order_id is None or order.seller_order_id == query.seller_order_id)
        and (query.pickup is None or bool(order.pickup) == query.pickup)
        and _begins(order.delivery_window, 0, query.deliver_from)
        and _begins(order.delivery_window, 1, query.deliver_until)
    )


def _begins(window: Window | None, end: int, asked: Window | None) -> bool:
    if asked is None:
        return True
    return window is not None and asked[0] <= window[end] <= asked[1]


def _of_sale(world: World, sale: Sale) -> AmazonOrder:
    ship_window: Window | None = None
    delivery_window: Window | None = None
    if sale.channel == sales.MERCHANT:
        speed = country(sale.country).speeds["standard"]
        least, most = speed.transit_days
        ship_by = sale.purchased_at + speed.handling_days * DAY
        ship_window = (sale.purchased_at, ship_by)
        if sale.status not in ("Pending", "Canceled"):
            delivery_window = (sale.purchased_at + least * DAY, ship_by + most * DAY)
    item = AmazonOrderItem(
        sales.item_id_of(world, sale),
        sale.sku,
        sale.asin,
        sale.title,
        sale.condition,
        0 if sale.status == "Canceled" else sale.quantity,
        sale.shipped,
        sale.unit_price,
    )
    return AmazonOrder(
        sale.amazon_order_id,
        None,
        sale.country,
        sale.status,
        sale.channel,
        sale.purchased_at,
        sale.updated_at,
        "standard",
        [item],
        Destination(*sale.address),  # type: ignore[arg-type]
        sale.buyer_name,
        sale.buyer_email,
        ship_window,
        delivery_window,
        sale.packages,
        sale.pickup,
        sale.verification,
        sale.cancelled,
    )


def _of_order(world: World, order: Order) -> AmazonOrder:
    status = _MCF_STATUSES[OrderStatus(order.status)]
    if status == "Unshipped" and any(item.shipped for item in order.items):
        status = "PartiallyShipped"
    number = amazon_id(world.draws, order.order_id)
    return AmazonOrder(
        number,
        order.order_id,
        order.country,
        status,
        sales.AMAZON,
        order.received_at,
        order.updated_at,
        order.speed,
        [_item(world, order, number, item) for item in order.items],
        Destination(*order.address),  # type: ignore[arg-type]
        cancelled=("MERCHANT", order.reason or "") if status == "Canceled" else (),
    )


def _item(world: World, order: Order, number: str, item: OrderItem) -> AmazonOrderItem:
    sku = world.store.skus.get(f"{order.country}|{item.sku}")
    listing = world.store.listings.get(f"{order.country}|{item.sku}")
    item_id = f"{world.draws.bits('order item', number, item.item_id) % 10**14:014d}"
    return AmazonOrderItem(
        item_id,
        item.sku,
        "" if sku is None else sku.asin,
        item.sku if sku is None else sku.title,
        "new_new" if listing is None else listing.condition,
        item.quantity - item.cancelled - item.unfulfillable,
        item.shipped,
        gift_message=item.gift_message,
    )
