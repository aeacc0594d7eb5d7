"""`snapshot`: what is on the shelves, and that no unit appears or vanishes."""

from __future__ import annotations

from collections import Counter

import pytest

from stockpool.plugins.network import ShipmentStatus
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import is_aware, shipped, units_in
from stockpool.testing.network_conformance.seller import (
    LAMP,
    MUG,
    Seller,
    lowest,
    units,
)
from stockpool.testing.network_conformance.world import NetworkWorld


class StockTests(NetworkTests):
    """Figures are whole, and each unit is somewhere."""

    def test_stock_is_reported_where_it_is(self, world: NetworkWorld, seller: Seller) -> None:
        for place, pool in enumerate(seller.network.pools()):
            world.stock(pool.country, MUG, 10 + place)
        for place, pool in enumerate(seller.network.pools()):
            figures = seller.figures(MUG, pool.country)
            assert figures.fulfillable == 10 + place
            assert figures.fnsku, "a SKU that is in stock has an FNSKU"

    def test_a_country_without_stock_has_none_to_report(self, seller: Seller) -> None:
        for pool in seller.network.pools():
            for figures in seller.stock(pool.country).values():
                assert units(figures) == 0

    def test_stock_is_told_with_the_time_it_is_of(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 1)
        (first, *_) = seller.pages(seller.pool.country)
        world.let_time_pass(1)
        (later, *_) = seller.pages(seller.pool.country)
        assert is_aware(first.at), "StockPage.at has no time zone"
        assert later.at > first.at

    def test_every_sku_stands_on_one_page_of_one_moment(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        if world.skus_a_page is None:
            pytest.skip("the world does not say how many SKUs make a second page")
        country = seller.pool.country
        skus = [f"CONFORMANCE-{number:04}" for number in range(world.skus_a_page + 1)]
        for sku in skus:
            world.stock(country, sku, 1)
        pages = list(seller.pages(country))
        told = Counter(figures.sku for page in pages for figures in page.figures)
        assert len(pages) > 1, f"{len(skus)} SKUs fit on one page"
        assert told == Counter(skus), "each SKU must be told once"
        assert len({page.at for page in pages}) == 1, "the pages are not of one moment"

    def test_skus_of_one_stock_report_the_same_units(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        needs(world, WorldAbility.SHARE_STOCK)
        world.stock(seller.pool.country, MUG, 9)
        world.share_stock(seller.pool.country, MUG, LAMP)
        seller.until_final(seller.place(seller.order({LAMP: 2})))
        stock = seller.stock()
        assert stock[MUG].fnsku == stock[LAMP].fnsku
        assert stock[MUG].fulfillable == stock[LAMP].fulfillable == 7
        assert units(stock[MUG]) == units(stock[LAMP])

    def test_units_that_are_not_sold_stay_on_the_shelf(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 5)
        world.stock(seller.pool.country, LAMP, 4)
        seller.until_final(seller.place(seller.order({MUG: 2})))
        assert seller.figures(MUG).fulfillable == 3
        assert seller.figures(LAMP).fulfillable == 4

    def test_no_unit_appears_or_vanishes(self, world: NetworkWorld, seller: Seller) -> None:
        """In stock = still there + on the way to buyers, at every hour."""
        world.stock(seller.pool.country, MUG, 20)
        world.stock(seller.pool.country, LAMP, 4)
        orders = [
            seller.place(seller.order({MUG: 3, LAMP: 1})),
            seller.place(seller.order({MUG: 5})),
            seller.place(seller.order({MUG: 4, LAMP: 9}, policy="FillAllAvailable")),
        ]
        seller.network.cancel_fulfillment(orders[1])
        for _ in seller.days_of(orders[0]):
            states = [seller.read(order_id) for order_id in orders]
            stock = seller.stock()
            for sku, stocked in ((MUG, 20), (LAMP, 4)):
                gone = sum(shipped(state, sku) for state in states)
                assert lowest(stock[sku]) >= 0, f"negative: {stock[sku]}"
                assert units(stock[sku]) + gone == stocked, (
                    f"{sku}: {stocked} were stocked; {gone} were shipped and "
                    f"{units(stock[sku])} are there: {stock[sku]}"
                )

    def test_what_is_reserved_is_not_fulfillable(self, world: NetworkWorld, seller: Seller) -> None:
        world.stock(seller.pool.country, MUG, 6)
        order_id = seller.place(seller.order({MUG: 4}))
        for state in seller.days_of(order_id):
            figures = seller.figures(MUG)
            on_the_way_out = units_in(state, ShipmentStatus.PENDING).total()
            assert figures.pending_customer_order >= on_the_way_out
            assert figures.fulfillable + figures.pending_customer_order + shipped(state) == 6
