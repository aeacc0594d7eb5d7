"""Which changes are worth a notification.

A changed order, sale, pool or listing is looked at once for each instant. What was told last is
kept with the record, so that a save which changes nothing that notifications tell sends none; who
subscribes late is told of the present state at the next change.
"""

from __future__ import annotations

from collections.abc import Iterator

from stockpool_amazon_sim.inventory import inventory
from stockpool_amazon_sim.listings import listings
from stockpool_amazon_sim.listings.listing_records import Listing
from stockpool_amazon_sim.notifications import notification_bodies
from stockpool_amazon_sim.notifications.notification_types import (
    AVAILABILITY,
    FEED_FINISHED,
    LISTING_ISSUES,
    LISTING_QUANTITY,
    LISTING_STATUS,
    ORDER_CHANGE,
    ORDER_STATUS,
    OUTBOUND_SHIPMENT,
    REPORT_FINISHED,
    NotificationType,
)
from stockpool_amazon_sim.notifications.notifications import Body, publish, subscribers
from stockpool_amazon_sim.outbound.orders import order_of, settle_if_over
from stockpool_amazon_sim.records import Order, Sale
from stockpool_amazon_sim.seller import seller_id
from stockpool_amazon_sim.shop import sales
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World


def order_changed(world: World, event: Event) -> None:
    """FULFILLMENT_ORDER_STATUS, one for each part of an MCF order that has another status."""
    if not subscribers(world, ORDER_STATUS):
        return
    order = order_of(world, event)
    told = False
    for part, state, body in _parts(seller_id(world.draws), order):
        if order.told.get(part) != state:
            order.told[part] = state
            told = True
            publish(world, ORDER_STATUS, order.order_id, {"1.0": body})
    if told:
        world.store.orders.put(order.order_id, order)
        settle_if_over(world, order)


def sale_changed(world: World, event: Event) -> None:
    """ORDER_CHANGE, and FBA_OUTBOUND_SHIPMENT_STATUS if Amazon ships."""
    sale = world.store.sales.get(event.subject)
    assert sale is not None, event
    seller = seller_id(world.draws)
    order_id = sale.amazon_order_id
    body = notification_bodies.order_change(seller, sale, sales.item_id_of(world, sale))
    publish(world, ORDER_CHANGE, order_id, {"1.0": body})
    if not subscribers(world, OUTBOUND_SHIPMENT):
        return
    shipment_id = "D" + world.draws.code(10, order_id, "shipment")
    for status in _of_shipment(sale):
        sale.told.append(status)
        world.store.sales.put(order_id, sale)
        body = notification_bodies.outbound_shipment(seller, sale, shipment_id, status)
        publish(world, OUTBOUND_SHIPMENT, order_id, {"1.0": body})


def stock_changed(world: World, event: Event) -> None:
    """FBA_INVENTORY_AVAILABILITY_CHANGES for each SKU of a pool; one sold out is not BUYABLE."""
    code, fnsku = event.subject.split("|")
    for _, sku in list(world.store.sharers.all(f"{code}|{fnsku}|")):
        if subscribers(world, AVAILABILITY):
            figures = [
                (country, inventory.summaries(world, country, None, skus=[sku]).summaries)
                for country in world.settings.countries
            ]
            known = [(country, found[0]) for country, found in figures if found]
            body = notification_bodies.availability(seller_id(world.draws), known)
            publish(world, AVAILABILITY, sku, {"1.0": body})
        listing = world.store.listings.get(f"{code}|{sku}")
        if listing is not None:
            _tell_of_listing(world, listing)


def listing_changed(world: World, event: Event) -> None:
    """What notifications tell of a listing."""
    listing = world.store.listings.get(event.subject)
    if listing is not None:
        _tell_of_listing(world, listing)


def feed_ended(world: World, event: Event) -> None:
    """FEED_PROCESSING_FINISHED."""
    feed = world.store.feeds.get(event.subject)
    assert feed is not None, event
    body = notification_bodies.feed_finished(seller_id(world.draws), feed)
    publish(world, FEED_FINISHED, feed.feed_id, {"1.0": body})


def report_ended(world: World, event: Event) -> None:
    """REPORT_PROCESSING_FINISHED."""
    report = world.store.reports.get(event.subject)
    assert report is not None, event
    body = notification_bodies.report_finished(seller_id(world.draws), report)
    publish(world, REPORT_FINISHED, report.report_id, {"1.0": body})


def _parts(seller: str, order: Order) -> Iterator[tuple[str, str, Body]]:
    """An order and its parts: the part, what it is now, and what would be told of it."""
    # Amazon's list of statuses in notifications begins with Received.
    if order.status != "New":
        yield "", order.status, notification_bodies.order_status(seller, order)
    for shipment in order.shipments:
        numbers = [package.tracking_number or "" for package in shipment.packages]
        body = notification_bodies.order_status(seller, order, shipment)
        yield shipment.shipment_id, " ".join([shipment.status, *numbers]), body
    for item in order.returns:
        if item.received_at is not None:
            body = notification_bodies.order_status(seller, order, returned=item)
            yield item.return_item_id, "received", body


def _of_shipment(sale: Sale) -> Iterator[str]:
    """What is new of the shipment of a sale: it is made once the order is paid."""
    if sale.channel != sales.AMAZON:
        return
    if sale.status in ("Unshipped", "Shipped") and "Created" not in sale.told:
        yield "Created"
    if sale.status == "Canceled" and sale.told == ["Created"]:
        yield "Cancelled"


def _tell_of_listing(world: World, listing: Listing) -> None:
    seller, asin = seller_id(world.draws), listings.asin_of(world, listing)
    deleted = listing.offer == "deleted"
    statuses = ["DELETED"] if deleted else listings.statuses(world, listing)
    if _is_new(world, listing, LISTING_STATUS, statuses):
        body = notification_bodies.listing_status(seller, listing, asin, statuses)
        publish(world, LISTING_STATUS, listing.sku, {"1.0": body})
    severities = sorted({issue.severity for issue in listings.issues_of(listing)} - {"INFO"})
    actions = sorted(listings.enforced(listing))
    if _is_new(world, listing, LISTING_ISSUES, [severities, actions], first=[[], []]):
        bodies = notification_bodies.listing_issues(seller, listing, asin, severities, actions)
        publish(world, LISTING_ISSUES, listing.sku, bodies)
    own = listing.channel == listings.MERCHANT
    if own and _is_new(world, listing, LISTING_QUANTITY, listing.quantity):
        body = notification_bodies.listing_quantity(seller, listing)
        publish(world, LISTING_QUANTITY, listing.sku, {"1.0": body})


def _is_new(
    world: World, listing: Listing, known: NotificationType, now: object, first: object = None
) -> bool:
    """Whether a listing differs from what subscribers were told of it, which it then is."""
    if listing.told.get(known.name, first) == now or not subscribers(world, known):
        return False
    listing.told[known.name] = now
    world.store.listings.put(listing.key, listing)
    return True
