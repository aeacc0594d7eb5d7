"""A shop, the engine and a network together, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from fake_network import FakeNetwork
from shopify_shop.server import SHOP
from shopify_shop.state import LOCATION, Order
from shopify_world import ShopWorld
from stockpool.catalog.products import Product
from stockpool.engine import Engine
from stockpool.ids import IdSource
from stockpool.orders.status import OrderStatus
from stockpool.testing.addresses import sample_address

BUYER = sample_address("US")


@dataclass
class Business:
    """What a merchant has."""

    shop: ShopWorld
    network: FakeNetwork
    engine: Engine

    def settle(self) -> None:
        for _ in range(60):
            while self.engine.work():
                self.shop.clock.advance(1)
            if self.engine.idle():
                return
            self.shop.clock.advance(30)
        raise AssertionError("it never settles")

    def sell(self, units: dict[str, int], **options: str) -> Order:
        return self.shop.state.sell(units, BUYER, **options)  # type: ignore[arg-type]

    def status(self, order: Order) -> OrderStatus:
        found = self.engine.orders.find("corner", order.id)
        assert found is not None
        return found.status

    def available(self, sku: str) -> int:
        return self.shop.state.available[self.shop.state.variant(sku).item_id, LOCATION]


@pytest.fixture(params=["merchant_managed", "fulfillment_service"])
def business(
    request: pytest.FixtureRequest, database_url: str, shop: ShopWorld
) -> Iterator[Business]:
    if request.param == "fulfillment_service":
        shop.state.service_locations.add(LOCATION)
    network = FakeNetwork(clock=shop.clock)
    channel = {
        "type": "shopify",
        "shop": SHOP,
        "location": LOCATION,
        "role": request.param,
        "backorder": True,
        "credentials": {"access_token": {"env": "SHOPIFY_TOKEN"}},
    }
    with Engine.open(
        database_url,
        config={"plugins": ["shopify"], "channels": {"corner": channel}},
        clock=shop.clock,
        ids=IdSource(seed=1),
        networks={"amazon-na": network},
        folder=shop.folder,
    ) as engine:
        for sku in ("mug", "lamp"):
            shop.state.add_variant(sku, available=0)
            engine.catalog.add(Product(sku, sku.title()))
        assert engine.duties.import_listings("corner") == 2
        for sku in ("mug", "lamp"):
            engine.inventory.receive("amazon-na:US", sku, 10, key=f"receipt-{sku}")
        made = Business(shop, network, engine)
        made.settle()
        yield made
        assert engine.verify().violations == ()


def test_stock_is_told_at_once(business: Business) -> None:
    assert (business.available("mug"), business.available("lamp")) == (10, 10)


def test_stock_that_is_edited_in_the_shop_is_put_right_within_a_day(business: Business) -> None:
    business.sell({"lamp": 3})
    business.shop.state.available[business.shop.state.variant("mug").item_id, LOCATION] = 40
    business.shop.state.available[business.shop.state.variant("lamp").item_id, LOCATION] = 1
    for _ in range(24 * 4):
        business.shop.clock.advance(15 * 60)
        if business.engine.duties.publish_availability("corner"):
            business.settle()
    assert (business.available("mug"), business.available("lamp")) == (10, 7)


def test_an_order_is_shipped_and_told(business: Business) -> None:
    order = business.sell({"mug": 2, "lamp": 1})
    business.settle()
    assert business.available("mug") == 8
    (fulfillment_id,) = business.network.orders
    business.network.ship(fulfillment_id)
    business.settle()
    assert business.status(order) is OrderStatus.SHIPPED
    told = {item.sku: units for made in order.fulfillments for item, units in made.lines}
    assert told == {"mug": 2, "lamp": 1}
    assert order.works[0].status == "CLOSED"
    assert business.available("mug") == 8
    assert business.engine.attention.list() == []


def test_parcels_one_by_one_raise_no_conflict(business: Business) -> None:
    """The order comes again after each parcel, with less of it left in Shopify."""
    order = business.sell({"mug": 2, "lamp": 1})
    business.settle()
    (fulfillment_id,) = business.network.orders
    first, second = business.network.orders[fulfillment_id].items
    for item in (first, second):
        business.network.ship(fulfillment_id, {item.item_id: item.quantity})
        business.settle()
    assert len(order.fulfillments) == 2
    assert business.status(order) is OrderStatus.SHIPPED
    assert business.engine.attention.list() == []


@pytest.mark.parametrize("cancelled", [True, False])
def test_an_order_that_is_cancelled_while_it_waits_never_leaves(
    business: Business, cancelled: bool
) -> None:
    order = business.sell({"mug": 20})
    business.settle()
    assert not business.network.orders
    if cancelled:
        business.shop.state.cancel(order)
        business.settle()
    business.engine.inventory.receive("amazon-na:US", "mug", 30, key="more")
    business.settle()
    assert bool(business.network.orders) is not cancelled


def test_an_order_that_is_cancelled_in_shopify_is_stopped_at_the_network(
    business: Business,
) -> None:
    order = business.sell({"mug": 2})
    business.settle()
    assert business.network.orders
    business.shop.state.cancel(order)
    business.settle()
    assert business.status(order) is OrderStatus.CANCELLED
    assert business.engine.inventory.level("amazon-na:US", "mug").fulfillable == 10
    assert business.engine.attention.list() == []


def test_units_that_are_removed_in_shopify_while_the_order_waits_never_leave(
    business: Business,
) -> None:
    order = business.sell({"mug": 12})
    business.settle()
    assert business.network.orders == {}
    business.shop.state.refund_unshipped(order, order.items[0], 3)
    business.settle()
    (fulfillment_id,) = business.network.orders
    assert [item.quantity for item in business.network.orders[fulfillment_id].items] == [9]
    business.network.ship(fulfillment_id)
    business.settle()
    found = business.engine.orders.find("corner", order.id)
    assert found is not None
    assert (found.counts.shipped, found.counts.cancelled) == (9, 3)
    assert order.works[0].status == "CLOSED"
    assert business.engine.attention.list() == []


def test_units_that_are_removed_in_shopify_are_stopped_at_the_network(business: Business) -> None:
    order = business.sell({"mug": 3, "lamp": 1})
    business.settle()
    business.shop.state.refund_unshipped(order, order.items[0], 2)
    business.settle()
    (fulfillment_id,) = business.network.orders
    business.network.ship(fulfillment_id)
    business.settle()
    told = {item.sku: units for made in order.fulfillments for item, units in made.lines}
    assert told == {"mug": 1, "lamp": 1}
    assert business.available("mug") == 9
    assert business.engine.attention.list() == []


def test_removed_units_that_the_network_keeps_are_shown(business: Business) -> None:
    """It can't lower an item to nothing: of two, one is stopped, and a person sees the other."""
    order = business.sell({"mug": 2, "lamp": 1})
    business.settle()
    business.shop.state.refund_unshipped(order, order.items[0], 2)
    business.settle()
    found = business.engine.orders.find("corner", order.id)
    assert found is not None
    assert found.counts.cancelled == 1
    assert [item.code for item in business.engine.attention.list()] == ["cancellation_refused"]


def test_an_order_that_is_cancelled_after_it_left_is_shown(business: Business) -> None:
    order = business.sell({"mug": 2})
    business.settle()
    (fulfillment_id,) = business.network.orders
    business.network.ship(fulfillment_id)
    business.shop.state.cancel(order)
    business.settle()
    codes = {item.code for item in business.engine.attention.list()}
    assert codes & {"cancellation_refused", "cancellation_overtaken"}


@pytest.mark.parametrize("in_time", [True, False])
def test_a_merchant_who_asks_a_service_to_cancel_is_answered(
    business: Business, in_time: bool
) -> None:
    order = business.sell({"mug": 2, "lamp": 1})
    business.settle()
    if order.works[0].request_status == "UNSUBMITTED":
        return  # nobody asks at a location of the merchant's own
    (fulfillment_id,) = business.network.orders
    business.shop.state.ask_to_cancel(order.works[0])
    if not in_time:
        business.network.ignores_cancellation = True
        business.engine.duties.poll_channel("corner")
        business.network.ship(fulfillment_id)
    business.settle()
    if in_time:
        assert order.works[0].request_status == "CANCELLATION_ACCEPTED"
        assert business.status(order) is OrderStatus.CANCELLED
    else:
        assert business.status(order) is OrderStatus.SHIPPED
        assert order.works[0].status == "CLOSED"
        assert "RejectCancellation" in business.shop.server.names()


def test_items_added_to_an_order_that_was_submitted_are_shown_to_a_person(
    business: Business,
) -> None:
    order = business.sell({"mug": 1})
    business.settle()
    business.shop.state.add_item(order, "lamp", 2)
    business.settle()
    (item,) = [one for one in business.engine.attention.list() if one.code == "conflict"]
    assert item.fix


def test_a_refund_by_hand_in_shopify_is_in_the_books(business: Business) -> None:
    order = business.sell({"mug": 2})
    business.settle()
    (fulfillment_id,) = business.network.orders
    business.network.ship(fulfillment_id)
    business.settle()
    business.shop.state.refund_by_hand(order, "10.00", {order.items[0].id: 1})
    business.settle()
    found = business.engine.orders.find("corner", order.id)
    assert found is not None
    (refund,) = business.engine.care.refunds.list(order_id=found.order_id)
    assert (str(refund.amount), refund.state) == ("10.00 USD", "made")
    assert business.engine.attention.list() == []


def test_stock_follows_what_other_channels_sell(business: Business) -> None:
    business.engine.inventory.receive("amazon-na:US", "mug", 5, key="more")
    business.settle()
    assert business.available("mug") == 15
    business.sell({"mug": 1}, financial_status="PENDING")
    business.settle()
    assert business.available("mug") == 14
    business.engine.inventory.receive("amazon-na:US", "mug", 5, key="even-more")
    business.settle()
    assert business.available("mug") == 19


def test_units_of_an_order_that_is_held_are_not_sold_again(business: Business) -> None:
    order = business.sell({"mug": 2})
    order.risk = "INVESTIGATE"
    business.settle()
    business.engine.inventory.receive("amazon-na:US", "mug", 5, key="more")
    business.settle()
    assert business.available("mug") == 13
    order.risk = "ACCEPT"
    business.shop.state.touch(order)
    business.settle()
    assert len(business.network.orders) == 1
    assert business.available("mug") == 13


def test_units_that_the_network_can_not_ship_are_told_and_raise_no_conflict(
    business: Business,
) -> None:
    order = business.sell({"mug": 2, "lamp": 1})
    business.settle()
    (fulfillment_id,) = business.network.orders
    business.network.cancel(fulfillment_id)
    business.settle()
    shown = {(hold.reason, hold.ours) for work in order.works for hold in work.holds}
    ended = {work.status for work in order.works}
    assert shown == {("OTHER", True)} or ended == {"INCOMPLETE"}
    assert [item.code for item in business.engine.attention.list()].count("conflict") == 0


def test_a_sale_beside_units_that_become_free_leaves_the_shop_no_figure_too_low(
    business: Business,
) -> None:
    """The engine's figure stands, and Shopify has taken the sale from its own."""
    first = business.sell({"mug": 1})
    business.settle()
    assert business.available("mug") == 9
    business.shop.state.cancel(first)
    second = business.sell({"mug": 1})
    business.settle()
    assert business.status(second) is not OrderStatus.CANCELLED
    assert business.available("mug") == 9


def test_an_order_that_was_cancelled_before_it_was_seen_leaves_no_figure_too_low(
    business: Business,
) -> None:
    """Shopify took its units, and does not put them back by itself."""
    business.shop.state.cancel(business.sell({"mug": 3}))
    business.settle()
    assert business.available("mug") == 10
