"""Erasing what was found: each order for itself, so that it can be repeated at any time."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from stockpool.attention.queue import close_concerns
from stockpool.bulk.tables import bulk_items
from stockpool.care.news import forget_words
from stockpool.clock import Clock
from stockpool.order_request import Address
from stockpool.orders.parking import concern_key
from stockpool.orders.preparation import ERASED
from stockpool.orders.tables import (
    fulfillment_orders,
    order_lines,
    orders,
    package_events,
    parked_requests,
    recipients,
)
from stockpool.orders.withdrawal import lock_order
from stockpool.privacy.locating import FoundItem, FoundRequest, is_open
from stockpool.returns.tables import order_returns
from stockpool.storage.database import Database


def erase_order(database: Database, order_id: str) -> bool:
    """Erase the buyer of an order; False while units of it are still to be shipped.

    Its lines, units, money and parcels stay, with the country that they went to. If the channel
    brings the order again, it is known, and nothing of it is stored.
    """

    def work(connection: Connection) -> bool:
        lock_order(connection, order_id)
        if is_open(connection, order_id):
            return False
        country = connection.execute(
            select(orders.c.country).where(orders.c.id == order_id)
        ).scalar_one()
        nobody = Address(name="", line1="", country=country)
        connection.execute(
            update(recipients)
            .where(recipients.c.order_id == order_id)
            .values(address=nobody.model_dump_json())
        )
        # The fingerprint is a digest of the address too: who has a guess could try it.
        connection.execute(
            update(orders).where(orders.c.id == order_id).values(comment=None, fingerprint=ERASED)
        )
        connection.execute(
            update(order_lines)
            .where(order_lines.c.order_id == order_id)
            .values(gift_message=None, comment=None)
        )
        connection.execute(
            update(order_returns)
            .where(order_returns.c.order_id == order_id)
            .values(comment="", asked=ERASED)
        )
        connection.execute(
            update(package_events)
            .where(
                package_events.c.fulfillment_order_id.in_(
                    select(fulfillment_orders.c.id).where(fulfillment_orders.c.order_id == order_id)
                )
            )
            .values(place="")
        )
        channel, channel_order_id = connection.execute(
            select(orders.c.channel, orders.c.channel_order_id).where(orders.c.id == order_id)
        ).one()
        forget_words(connection, channel, channel_order_id)
        return True

    return database.run(work)


def erase_parked(database: Database, clock: Clock, found: FoundRequest) -> None:
    """Forget a request that could not be accepted, and what was said of it."""

    def work(connection: Connection) -> None:
        connection.execute(
            delete(parked_requests).where(
                parked_requests.c.channel == found.channel,
                parked_requests.c.channel_order_id == found.channel_order_id,
            )
        )
        forget_words(connection, found.channel, found.channel_order_id)
        key = concern_key(found.channel, found.channel_order_id)
        close_concerns(connection, [key], at=clock.now(), by="privacy")

    database.run(work)


def erase_planned(database: Database, found: FoundItem) -> None:
    """Empty an item of a plan that can't be applied any more."""
    database.run(
        lambda connection: connection.execute(
            update(bulk_items)
            .where(bulk_items.c.plan_id == found.plan_id, bulk_items.c.position == found.position)
            .values(content="")
        )
    )
