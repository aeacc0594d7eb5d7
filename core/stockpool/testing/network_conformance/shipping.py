"""From the shelf to the buyer: shipments, packages, tracking numbers, the end of an order."""

from __future__ import annotations

from collections import Counter

from stockpool.plugins.network import FulfillmentOrderStatus, ShipmentStatus
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import packages, shipped, units_in
from stockpool.testing.network_conformance.seller import LAMP, MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld


class ShippingTests(NetworkTests):
    """Each state is checked on the way: see `promises`."""

    def test_an_order_that_is_in_stock_is_shipped_whole(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 5)
        world.stock(seller.pool.country, LAMP, 5)
        order_id = seller.place(seller.order({MUG: 3, LAMP: 2}))
        state = seller.until_final(order_id)
        assert state.status is FulfillmentOrderStatus.COMPLETE
        assert units_in(state, ShipmentStatus.SHIPPED) == {"item-1": 3, "item-2": 2}
        assert seller.figures(MUG).fulfillable == 2
        assert seller.figures(LAMP).fulfillable == 3

    def test_every_pool_ships_at_every_speed(self, world: NetworkWorld, seller: Seller) -> None:
        placed = []
        for pool in seller.network.pools():
            world.stock(pool.country, MUG, len(pool.speeds))
            for offer in pool.speeds:
                request = seller.order({MUG: 1}, pool=pool, speed=offer.speed)
                placed.append(seller.place(request))
        for order_id in placed:
            assert seller.until_final(order_id).status is FulfillmentOrderStatus.COMPLETE

    def test_what_has_ended_stays_as_it_is(self, world: NetworkWorld, seller: Seller) -> None:
        world.stock(seller.pool.country, MUG, 5)
        order_id = seller.place(seller.order({MUG: 3}))
        ended = seller.until_final(order_id)
        for state in seller.days_of(order_id):
            assert state.status is ended.status
            assert shipped(state) == shipped(ended)

    def test_parcels_have_numbers_of_their_own_and_keep_them(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        """That a tracking number never changes is checked at every reading."""
        world.stock(seller.pool.country, MUG, 40)
        orders = [seller.place(seller.order({MUG: 12})) for _ in range(3)]
        for _ in seller.days_of(orders[0]):
            for order_id in orders[1:]:
                seller.read(order_id)
        states = [seller.read(order_id) for order_id in orders]
        numbers: Counter[int] = Counter()
        tracking: Counter[str] = Counter()
        for state in states:
            for number, package in packages(state):
                numbers[number] += 1
                assert package.tracking_number, f"package {number} never got a tracking number"
                tracking[package.tracking_number] += 1
        assert numbers, "nothing was packed"
        assert set(numbers.values()) == {1}, f"two packages have one number: {numbers}"
        assert set(tracking.values()) == {1}, f"two packages are tracked as one: {tracking}"
