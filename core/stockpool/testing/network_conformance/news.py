"""`changes`: whoever reads them from cursor to cursor ends up knowing what the network knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from stockpool.plugins.network import (
    FulfillmentState,
    Network,
    NetworkCapability,
    PackageState,
    PackageStatus,
)
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import check_state
from stockpool.testing.network_conformance.seller import MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld


class NewsTests(NetworkTests):
    """No change is lost, whatever is repeated."""

    def test_an_account_without_orders_has_no_news(self, seller: Seller) -> None:
        states, cursor = seller.news(None)
        assert states == []
        assert seller.news(cursor)[0] == []

    def test_the_beginning_tells_of_every_order(self, world: NetworkWorld, seller: Seller) -> None:
        world.stock(seller.pool.country, MUG, 10)
        orders = [seller.place(seller.order({MUG: 1})) for _ in range(5)]
        seller.network.cancel_fulfillment(orders[2])
        world.let_time_pass(24)
        states, _ = seller.news(None)
        assert _ids(states) == set(orders)
        for state in states:
            check_state(seller.requests[state.fulfillment_order_id], state)

    def test_no_order_is_lost_between_two_pages(self, world: NetworkWorld, seller: Seller) -> None:
        if world.orders_a_page is None:
            pytest.skip("the world does not say how many orders make a second page")
        world.stock(seller.pool.country, MUG, 1)
        for _ in range(world.orders_a_page + 1):
            seller.place(seller.order({MUG: 1}))
        first = seller.network.changes(None)
        assert first.more, f"{len(seller.requests)} orders fit on one page"
        rest, _ = seller.news(first.cursor)
        assert _ids([*first.states, *rest]) == set(seller.requests)

    def test_a_cursor_leads_to_what_came_after_it(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 10)
        seller.place(seller.order({MUG: 1}))
        _, cursor = seller.news(None)
        world.let_time_pass(0.01)
        later = [seller.place(seller.order({MUG: 1})) for _ in range(2)]
        states, _ = seller.news(cursor)
        assert _ids(states) >= set(later)

    def test_a_repeated_cursor_tells_at_least_the_same(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        """A page that was read, but not stored, must come again."""
        world.stock(seller.pool.country, MUG, 10)
        _, cursor = seller.news(None)
        seller.place(seller.order({MUG: 1}))
        first, further = seller.news(cursor)
        again, _ = seller.news(cursor)
        assert _ids(again) >= _ids(first)
        seller.place(seller.order({MUG: 1}))
        seller.news(further)
        once_more, _ = seller.news(cursor)
        assert _ids(once_more) == set(seller.requests)

    def test_a_cursor_is_good_for_every_instance(self, world: NetworkWorld, seller: Seller) -> None:
        needs(world, WorldAbility.REOPEN)
        world.stock(seller.pool.country, MUG, 10)
        seller.place(seller.order({MUG: 1}))
        _, cursor = seller.news(None)
        world.let_time_pass(0.01)
        later = seller.place(seller.order({MUG: 1}))
        states, further = seller.news(cursor, world.reopened())
        assert later in _ids(states)
        world.let_time_pass(48)
        states, _ = seller.news(further)
        assert _ids(states) == set(seller.requests), "the changes of two days were not told"

    def test_whoever_follows_the_news_knows_all(self, world: NetworkWorld, seller: Seller) -> None:
        """The states that are told, the latest of each order, are those that can be asked for."""
        world.stock(seller.pool.country, MUG, 12)
        follower = _Follower(seller)
        orders = [
            seller.place(seller.order({MUG: 2})),
            seller.place(seller.order({MUG: 3})),
            seller.place(seller.order({MUG: 9}, policy="FillAllAvailable")),
        ]
        seller.network.cancel_fulfillment(orders[1])
        for _ in seller.days_of(orders[0]):
            follower.read()
            for order_id in orders:
                told = follower.known.get(order_id)
                assert told is not None, f"{order_id} was never told of"
                assert _substance(seller.network, told) == _substance(
                    seller.network, seller.read(order_id)
                )


class _Follower:
    """Keeps the latest state of each order, as the engine does: by `updated_at`, then by order."""

    def __init__(self, seller: Seller) -> None:
        self._seller = seller
        self._cursor: str | None = None
        self.known: dict[str, FulfillmentState] = {}

    def read(self) -> None:
        states, self._cursor = self._seller.news(self._cursor)
        for state in states:
            check_state(self._seller.requests[state.fulfillment_order_id], state)
            known = self.known.get(state.fulfillment_order_id)
            if known is None or state.updated_at >= known.updated_at:
                self.known[state.fulfillment_order_id] = state


def _ids(states: Iterable[FulfillmentState]) -> set[str]:
    return {state.fulfillment_order_id for state in states}


def _substance(network: Network, state: FulfillmentState) -> object:
    """What a state says, in a form that can be compared."""
    told = NetworkCapability.PARCELS_BY_ASKING not in network.capabilities
    return (
        state.status,
        sorted(state.items, key=lambda item: item.item_id),
        [
            (
                shipment.shipment_id,
                shipment.status,
                shipment.shipped_at,
                sorted(shipment.items, key=repr),
                [_parcel(package, told=told) for package in shipment.packages],
            )
            for shipment in sorted(state.shipments, key=lambda shipment: shipment.shipment_id)
        ],
        sorted(state.granted_features),
    )


def _parcel(package: PackageState, *, told: bool) -> PackageState:
    """What `changes` tells of a parcel: no scan is a change, and of some networks no status."""
    if told:
        return replace(package, events=())
    unknown = PackageStatus.UNKNOWN
    return replace(package, status=unknown, estimated_arrival=None, delivered_at=None, events=())
