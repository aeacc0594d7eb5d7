"""Orders of Amazon's own shop: their life, whoever ships them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool_amazon_sim import AmazonSimNetwork, Simulator
from stockpool_amazon_sim.countries import country, known_countries
from stockpool_amazon_sim.listings.listing_changes import WantedChange
from stockpool_amazon_sim.shop.amazon_orders import AmazonOrder
from stockpool_amazon_sim.shop.merchant_sales import ShipmentConfirmation
from stockpool_amazon_sim.simulated_time import to_micros

MERCHANT = {
    "item_name": [{"value": "Mine"}],
    "purchasable_offer": [{"our_price": [{"schedule": [{"value_with_tax": 10}]}]}],
    "fulfillment_availability": [{"fulfillment_channel_code": "DEFAULT", "quantity": 5}],
}


@pytest.fixture
def simulator(network: AmazonSimNetwork, clock: ManualClock) -> Simulator:
    """With ten mugs at Amazon, and five units that the seller ships."""
    simulator = network.simulator
    simulator.register("US", "MUG", title="A mug", price="12.50")
    simulator.stock("US", "MUG", 10, "ABE2")
    simulator.change_listings_item(WantedChange("put", "MINE", "MUG", content=MERCHANT), ["US"])
    clock.advance(hours=1)
    return simulator


def order(simulator: Simulator, order_id: str | None = None) -> AmazonOrder:
    """An order, or the one that changed last."""
    chosen = order_id or simulator.amazon_order_ids()[-1]
    return simulator.get_amazon_order(chosen, lambda known: known, operation="getOrder@v0")


def quantity(simulator: Simulator) -> int:
    """What the seller still has to sell."""
    (view,) = simulator.get_listings_item("MINE", ["US"], attributes=False, relations=False)
    return view.quantity


def parcel(simulator: Simulator, units: int, name: str = "1", **changes: Any) -> Any:
    known = order(simulator)
    values: dict[str, Any] = {
        "package_id": name,
        "carrier_code": "UPS",
        "tracking_number": "1Z1",
        "shipped_at": known.purchased_at,
        "items": [(known.items[0].item_id, units)],
    }
    return ShipmentConfirmation(**values | changes)


def confirm(simulator: Simulator, units: int, name: str = "1", **changes: Any) -> None:
    simulator.confirm_shipment(
        order(simulator).order_id, "US", parcel(simulator, units, name, **changes)
    )


class TestByAmazon:
    def test_an_order_is_paid_then_it_leaves(
        self, simulator: Simulator, clock: ManualClock
    ) -> None:
        assert simulator.sell_on_amazon("US", "MUG", 3) == 3
        placed = order(simulator)
        assert (placed.status, placed.channel, placed.in_shop) == ("Pending", "AFN", True)
        (item,) = placed.items
        assert (item.sku, item.title, item.unit_price, item.ordered) == ("MUG", "A mug", 1250, 3)
        assert simulator.buckets("US", "MUG") == {"fulfillable": 7, "pending_customer_order": 3}
        clock.advance(minutes=31)
        assert order(simulator).status == "Unshipped"
        clock.advance(hours=20)
        left = order(simulator)
        assert (left.status, left.items[0].shipped) == ("Shipped", 3)
        assert placed.purchased_at < left.updated_at <= to_micros(clock.now())
        assert simulator.buckets("US", "MUG") == {"fulfillable": 7}
        assert simulator.audit() == []

    @pytest.mark.parametrize("minutes", [0, 31])
    def test_cancelled_its_units_can_be_sold_again(
        self, simulator: Simulator, clock: ManualClock, minutes: int
    ) -> None:
        simulator.sell_on_amazon("US", "MUG", 3)
        clock.advance(minutes=minutes)
        order_id = order(simulator).order_id
        simulator.cancel_sale(order_id)
        cancelled = order(simulator)
        assert (cancelled.status, cancelled.items[0].ordered) == ("Canceled", 0)
        assert simulator.buckets("US", "MUG") == {"fulfillable": 10}
        clock.advance(days=2)
        assert order(simulator).status == "Canceled"
        assert simulator.buckets("US", "MUG") == {"fulfillable": 10}
        assert simulator.audit() == []
        with pytest.raises(RejectedError, match="Canceled"):
            simulator.cancel_sale(order_id)

    def test_what_has_left_is_not_cancelled(self, simulator: Simulator, clock: ManualClock) -> None:
        simulator.sell_on_amazon("US", "MUG", 3)
        clock.advance(days=1)
        with pytest.raises(RejectedError, match="Shipped"):
            simulator.cancel_sale(order(simulator).order_id)
        assert simulator.buckets("US", "MUG") == {"fulfillable": 7}

    def test_the_price_is_that_of_the_day_of_the_sale(self, simulator: Simulator) -> None:
        simulator.sell_on_amazon("US", "MUG", 1)
        simulator.register("US", "MUG", price="99")
        assert order(simulator).items[0].unit_price == 1250

    def test_no_more_is_sold_than_is_there(self, simulator: Simulator) -> None:
        assert simulator.sell_on_amazon("US", "MUG", 25) == 10
        assert simulator.sell_on_amazon("US", "MUG", 1) == 0
        assert len(simulator.amazon_order_ids()) == 1

    def test_the_seller_has_no_say_in_it(self, simulator: Simulator, clock: ManualClock) -> None:
        simulator.sell_on_amazon("US", "MUG", 1)
        clock.advance(minutes=31)
        with pytest.raises(RejectedError, match="Amazon ships"):
            confirm(simulator, 1)
        with pytest.raises(RejectedError, match="Amazon ships"):
            simulator.update_shipment_status(order(simulator).order_id, "US", "ReadyForPickup")
        with pytest.raises(ValueError, match="only the seller"):
            simulator.sell_on_amazon("US", "MUG", 1, pick_up=True)

    def test_a_shop_that_sends_at_once_is_paid_at_once(
        self, make_network: Callable[..., AmazonSimNetwork], clock: ManualClock
    ) -> None:
        simulator = make_network(steps={"sale": (0, 0)}).simulator
        simulator.stock("US", "MUG", 1)
        simulator.sell_on_amazon("US", "MUG", 1)
        clock.advance(seconds=1)
        assert order(simulator).status == "Shipped"


class TestByTheSeller:
    def test_parts_are_shipped_until_all_is(self, simulator: Simulator, clock: ManualClock) -> None:
        assert simulator.sell_on_amazon("US", "MINE", 3) == 3
        assert (order(simulator).channel, quantity(simulator)) == ("MFN", 2)
        with pytest.raises(RejectedError, match="Pending"):
            confirm(simulator, 1)
        clock.advance(minutes=31)
        assert order(simulator).status == "Unshipped"
        assert simulator.idle() is True
        confirm(simulator, 1)
        assert (order(simulator).status, order(simulator).items[0].shipped) == (
            "PartiallyShipped",
            1,
        )
        with pytest.raises(RejectedError, match="3 units, not 4"):
            confirm(simulator, 3, "2")
        confirm(simulator, 2, "2")
        assert order(simulator).status == "Shipped"
        assert len(order(simulator).packages) == 2
        assert simulator.audit() == []

    def test_a_package_may_be_corrected(self, simulator: Simulator, clock: ManualClock) -> None:
        simulator.sell_on_amazon("US", "MINE", 3)
        clock.advance(minutes=31)
        confirm(simulator, 3)
        confirm(simulator, 2, tracking_number="1Z2")
        (package,) = order(simulator).packages
        assert (package["tracking"], package["units"]) == ("1Z2", 2)
        assert order(simulator).status == "PartiallyShipped"

    def test_what_does_not_fit_the_order_is_refused(
        self, simulator: Simulator, clock: ManualClock
    ) -> None:
        simulator.sell_on_amazon("US", "MINE", 1)
        clock.advance(minutes=31)
        known = order(simulator)
        item = known.items[0].item_id
        wrong: list[tuple[dict[str, Any], str]] = [
            ({"items": []}, "orderItems is empty"),
            ({"items": [("0", 1)]}, "orderItemId 0"),
            ({"items": [(item, 0)]}, "quantity"),
            ({"items": [(item, 1), (item, 1)]}, "1 units, not 2"),
            ({"shipped_at": known.purchased_at - 1}, "shipDate"),
        ]
        for changes, why in wrong:
            with pytest.raises(RejectedError, match=why):
                confirm(simulator, 1, **changes)
        with pytest.raises(RejectedError, match="marketplaceId"):
            simulator.confirm_shipment(known.order_id, "CA", parcel(simulator, 1))
        assert order(simulator).status == "Unshipped"

    def test_cancelled_its_units_are_the_listing_s_again(self, simulator: Simulator) -> None:
        simulator.sell_on_amazon("US", "MINE", 3)
        simulator.cancel_sale(order(simulator).order_id, by="MERCHANT", reason="Broken")
        assert quantity(simulator) == 5
        assert list(order(simulator).cancelled) == ["MERCHANT", "Broken"]

    def test_an_order_is_picked_up_in_the_store(
        self, simulator: Simulator, clock: ManualClock
    ) -> None:
        simulator.sell_on_amazon("US", "MINE", 1, pick_up=True)
        clock.advance(minutes=31)
        order_id = order(simulator).order_id
        with pytest.raises(RejectedError, match="picked up"):
            confirm(simulator, 1)
        with pytest.raises(RejectedError, match="does not follow"):
            simulator.update_shipment_status(order_id, "US", "PickedUp")
        simulator.update_shipment_status(order_id, "US", "ReadyForPickup")
        assert order(simulator).status == "Unshipped"
        simulator.update_shipment_status(order_id, "US", "PickedUp")
        assert order(simulator).status == "Shipped"

    def test_a_buyer_who_refuses_it_in_the_store_cancels_it(
        self, simulator: Simulator, clock: ManualClock
    ) -> None:
        simulator.sell_on_amazon("US", "MINE", 1, pick_up=True)
        clock.advance(minutes=31)
        order_id = order(simulator).order_id
        simulator.update_shipment_status(order_id, "US", "ReadyForPickup")
        simulator.update_shipment_status(order_id, "US", "RefusedPickup")
        assert (order(simulator).status, quantity(simulator)) == ("Canceled", 5)

    def test_regulated_products_wait_for_approval(
        self, simulator: Simulator, clock: ManualClock
    ) -> None:
        simulator.sell_on_amazon("US", "MINE", 1, regulated=True)
        clock.advance(minutes=31)
        order_id = order(simulator).order_id
        with pytest.raises(RejectedError, match="not approved"):
            confirm(simulator, 1)
        simulator.update_verification_status(order_id, "Approved", "R-1", None)
        with pytest.raises(RejectedError, match="Approved already"):
            simulator.update_verification_status(order_id, "Rejected", "R-1", "1")
        confirm(simulator, 1)
        assert order(simulator).status == "Shipped"

    def test_rejected_they_are_cancelled(self, simulator: Simulator, clock: ManualClock) -> None:
        simulator.sell_on_amazon("US", "MINE", 1, regulated=True)
        clock.advance(minutes=31)
        order_id = order(simulator).order_id
        with pytest.raises(RejectedError, match="rejectionReasonId"):
            simulator.update_verification_status(order_id, "Rejected", "R-1", None)
        simulator.update_verification_status(order_id, "Rejected", "R-1", "3")
        assert (order(simulator).status, quantity(simulator)) == ("Canceled", 5)


@pytest.mark.parametrize("code", known_countries())
def test_buyers_live_where_the_shop_is(
    make_network: Callable[..., AmazonSimNetwork], code: str
) -> None:
    simulator = make_network(countries=[code]).simulator
    simulator.stock(code, "MUG", 20)
    for _ in range(20):
        simulator.sell_on_amazon(code, "MUG", 1)
    found = [order(simulator, order_id) for order_id in simulator.amazon_order_ids()]
    assert len({one.buyer_email for one in found}) == 20
    for one in found:
        assert one.address.country_code == code
        assert country(code).postal_code.fullmatch(one.address.postal_code or "")
        assert one.address.name == one.buyer_name
