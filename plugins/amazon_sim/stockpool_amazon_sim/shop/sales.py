"""Orders from Amazon's own shop: one SKU, some units, one buyer.

    Pending --paid--> Unshipped --ships--> Shipped
       |                 |  \\-- the seller ships a part: PartiallyShipped
       \\--- cancelled ---+--> Canceled

Amazon ships what it fulfills by itself (AFN). What the seller ships (MFN) waits for his word:
`merchant_sales`. Its units are those of the listing, which Amazon's centers know nothing of.
"""

from __future__ import annotations

from stockpool.errors import RejectedError
from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory.allocation import allocate
from stockpool_amazon_sim.inventory.ledger import Bucket, EventType
from stockpool_amazon_sim.inventory.stock import move, stock_of
from stockpool_amazon_sim.listings import listings
from stockpool_amazon_sim.listings.listing_records import Listing
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import Sale, Stock
from stockpool_amazon_sim.shop.buyers import buyer
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

AMAZON, MERCHANT = "AFN", "MFN"
"""Who ships, as the Orders API v0 writes it."""


def sell(
    world: World,
    code: str,
    sku: str,
    quantity: int,
    *,
    pick_up: bool = False,
    regulated: bool = False,
) -> Sale | None:
    """Sell as many units as there are; None if there are none.

    Args:
        pick_up: the buyer fetches it from the seller's store.
        regulated: the seller has to verify something before he ships.

    Raises:
        RejectedError: InvalidInput for a SKU that is not listed.
        ValueError: for a listing that can't be bought now, or for what only sellers who ship
            themselves can do.
    """
    listing = listings.known_listing(world, code, sku)
    reason = listings.why_not_buyable(world, listing)
    if reason is not None:
        raise ValueError(f"{sku} can't be bought in {code}: {reason}")
    if quantity < 1:
        raise ValueError("a sale has at least one unit")
    by_amazon = listings.fulfilled_by_amazon(listing)
    if by_amazon and (pick_up or regulated):
        raise ValueError("Amazon ships this; only the seller hands over in a store, or verifies")
    sold, picks, fnsku = min(quantity, listing.quantity), [], ""
    if by_amazon:
        stock = _stock(world, listing)
        fnsku = stock.fnsku
        picks = _available(stock, quantity)
        sold = sum(taken for _, taken in picks)
    if not sold:
        return None
    sale = _new(world, listing, fnsku, sold, picks)
    if by_amazon:
        _move(world, sale, Bucket.FULFILLABLE, Bucket.PENDING_CUSTOMER_ORDER)
    else:
        listing.quantity -= sold
        listings.save(world, listing)
        sale.pickup = "Waiting" if pick_up else ""
        sale.verification = {"status": "Pending"} if regulated else {}
    world.store.count("amazon_units", sold)
    save(world, sale)
    _schedule(world, sale)
    return sale


def pay(world: World, event: Event) -> None:
    """The payment is authorized: Pending -> Unshipped."""
    sale = _of(world, event)
    sale.status = "Unshipped"
    save(world, sale)


def ship(world: World, event: Event) -> None:
    """An order that Amazon fulfills leaves."""
    sale = _of(world, event)
    stock = stock_of(world, sale.country, sale.fnsku)
    for center, taken in sale.picks:
        source = (center, Bucket.PENDING_CUSTOMER_ORDER)
        move(world, stock, taken, source, None, EventType.SHIPMENTS, sale.amazon_order_id)
    mark_shipped(world, sale, sale.quantity)
    world.store.sales.settle(sale.amazon_order_id)


def cancel(world: World, order_id: str, by: str, reason: str) -> Sale:
    """Cancel an order of which nothing was shipped; its units can be sold again.

    Args:
        by: BUYER, MERCHANT or AMAZON.

    Raises:
        RejectedError: NotFound; InvalidInput if it is too late.
    """
    sale = known_sale(world, order_id)
    if sale.status not in ("Pending", "Unshipped"):
        raise invalid(f"an order that is {sale.status} can't be cancelled")
    world.store.drop_events(order_id)
    if sale.channel == AMAZON:
        _move(world, sale, Bucket.PENDING_CUSTOMER_ORDER, Bucket.FULFILLABLE)
    else:
        listing = world.store.listings.get(f"{sale.country}|{sale.sku}")
        if listing is not None:
            listing.quantity += sale.quantity
            listings.save(world, listing)
    sale.status = "Canceled"
    sale.cancelled = [by, reason]
    save(world, sale)
    world.store.sales.settle(order_id)
    return sale


def known_sale(world: World, order_id: str) -> Sale:
    """An order by its id. Raises RejectedError: NotFound."""
    sale = world.store.sales.get(order_id) if order_id.isprintable() else None
    if sale is None:
        raise RejectedError("NotFound", f"no order has the id {order_id}")
    return sale


def item_id_of(world: World, sale: Sale) -> str:
    """The id of an order's only item: digits."""
    return f"{world.draws.bits('order item', sale.amazon_order_id) % 10**14:014d}"


def _new(
    world: World, listing: Listing, fnsku: str, quantity: int, picks: list[tuple[str, int]]
) -> Sale:
    world.store.count("amazon_orders")
    number = world.store.counter("amazon_orders")
    digits = f"{world.draws.bits('amazon order', number) % 10**14:014d}"
    order_id = f"111-{digits[:7]}-{digits[7:]}"
    who = buyer(world.draws, listing.country, order_id)
    assert listing.price is not None
    return Sale(
        order_id,
        listing.country,
        fnsku,
        quantity,
        [list(pick) for pick in picks],
        sku=listing.sku,
        asin=listings.asin_of(world, listing),
        title=listings.title_of(world, listing),
        condition=listing.condition,
        channel=AMAZON if fnsku else MERCHANT,
        unit_price=listing.price,
        purchased_at=world.now,
        buyer_name=who.address.name,
        buyer_email=who.email,
        address=who.address.fields(),
    )


def _schedule(world: World, sale: Sale) -> None:
    steps, order_id = world.settings.steps, sale.amazon_order_id
    paid = world.hours(steps.sale_pending, order_id, "paid")
    if sale.channel == AMAZON:
        leaves = world.hours(steps.sale, order_id, "sale")
        world.schedule(min(paid, leaves), "sale_paid", order_id)
        world.schedule(leaves, "sale_ships", order_id)
    else:
        world.schedule(paid, "sale_paid", order_id)


def mark_shipped(world: World, sale: Sale, units: int) -> None:
    """So many units of an order have left."""
    sale.shipped = units
    sale.status = "Shipped" if units == sale.quantity else "PartiallyShipped"
    sale.shipped_at = world.now if units == sale.quantity else None
    save(world, sale)


def save(world: World, sale: Sale) -> None:
    """Keep a changed order, and its place among all by the time of their last change."""
    store = world.store
    store.sale_index.remove(_place(sale))
    sale.updated_at = world.now
    store.sale_index.put(_place(sale), sale.amazon_order_id)
    store.sales.put(sale.amazon_order_id, sale)
    world.notice("sale_changed", sale.amazon_order_id)


def _place(sale: Sale) -> str:
    return f"{sale.updated_at:020d}|{sale.amazon_order_id}"


def _stock(world: World, listing: Listing) -> Stock:
    sku = world.store.skus.get(listing.key)
    assert sku is not None, listing.key
    return stock_of(world, sku.country, sku.fnsku)


def _available(stock: Stock, quantity: int) -> list[tuple[str, int]]:
    available = {
        center: buckets.get(Bucket.FULFILLABLE, 0) for center, buckets in stock.centers.items()
    }
    centers = tuple(country(stock.country).centers)
    picks = allocate([(stock.fnsku, quantity)], {stock.fnsku: available}, centers)
    return [(center, taken) for _, center, taken in picks]


def _move(world: World, sale: Sale, source: Bucket, target: Bucket) -> None:
    stock = stock_of(world, sale.country, sale.fnsku)
    for center, taken in sale.picks:
        kind = EventType.RESERVATIONS
        move(world, stock, taken, (center, source), (center, target), kind, sale.amazon_order_id)


def _of(world: World, event: Event) -> Sale:
    sale = world.store.sales.get(event.subject)
    assert sale is not None, event
    return sale
