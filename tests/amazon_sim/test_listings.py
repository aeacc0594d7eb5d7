"""Listings in the simulator: offers, and units that are left without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork, Simulator
from stockpool_amazon_sim.listings.listing_changes import WantedChange, apply_listing_message
from stockpool_amazon_sim.records import DAY
from stockpool_amazon_sim.reports.report_tables import Cells, Query
from stockpool_amazon_sim.reports.reports import TYPES
from stockpool_amazon_sim.simulated_time import to_micros


@pytest.fixture
def simulator(network: AmazonSimNetwork) -> Simulator:
    """With four mugs."""
    network.simulator.stock("US", "MUG", 4)
    return network.simulator


def reasons(simulator: Simulator) -> list[tuple[str, int, str]]:
    return [(one.sku, one.units, one.reason) for one in simulator.stranded("US")]


def change(simulator: Simulator, kind: str, sku: str = "MUG", content: Any = None) -> None:
    """A change that is accepted, and done when a clock that stands still has been moved on."""
    wanted = WantedChange(kind, sku, "MUG", content=content)
    (answer,) = simulator.change_listings_item(wanted, ["US"])
    assert answer.status == "ACCEPTED", answer


def message(simulator: Simulator, content: Any) -> Any:
    """As a feed's engine calls it: inside of a call of the simulator's."""
    with simulator._call(writes=True) as world:
        return apply_listing_message(world, "US", content)


def statuses(simulator: Simulator, sku: str = "MUG") -> list[str]:
    (view,) = simulator.get_listings_item(sku, ["US"], attributes=False, relations=False)
    return list(view.statuses)


def rows(simulator: Simulator, kind: str) -> list[Cells]:
    with simulator._call() as world:
        return list(TYPES[kind].rows(world, Query(["US"], 0, world.now, {})))


PATCH = {"op": "delete", "path": "/attributes/brand"}
BY_SELLER = [{"fulfillment_channel_code": "DEFAULT", "quantity": 2}]


class TestStranded:
    def test_a_live_offer_strands_nothing(self, simulator: Simulator) -> None:
        assert reasons(simulator) == []
        assert statuses(simulator) == ["BUYABLE", "DISCOVERABLE"]

    def test_a_closed_listing_strands_its_units_until_it_is_opened_again(
        self, simulator: Simulator, clock: ManualClock
    ) -> None:
        clock.advance(hours=1)
        simulator.close_listing("US", "MUG")
        (left,) = simulator.stranded("US")
        assert (left.units, left.reason) == (4, "closed")
        assert left.since == to_micros(clock.now())
        assert left.removed_at == left.since + 180 * DAY
        assert statuses(simulator) == []
        simulator.reopen_listing("US", "MUG")
        assert reasons(simulator) == []

    def test_when_it_was_stranded_first_is_what_counts(
        self, simulator: Simulator, clock: ManualClock
    ) -> None:
        simulator.close_listing("US", "MUG")
        since = simulator.stranded("US")[0].since
        clock.advance(days=3)
        simulator.suppress("US", "MUG")
        assert simulator.stranded("US")[0].since == since

    @pytest.mark.parametrize(
        ("action", "stranded", "status"),
        [
            ("LISTING_SUPPRESSED", True, []),
            ("CATALOG_ITEM_REMOVED", True, []),
            ("SEARCH_SUPPRESSED", False, ["BUYABLE"]),
            ("ATTRIBUTE_SUPPRESSED", False, ["BUYABLE", "DISCOVERABLE"]),
        ],
    )
    def test_what_amazon_s_enforcement_takes_away(
        self, simulator: Simulator, action: str, stranded: bool, status: list[str]
    ) -> None:
        simulator.suppress("US", "MUG", action=action)
        assert bool(reasons(simulator)) is stranded
        assert statuses(simulator) == status
        simulator.restore("US", "MUG")
        assert reasons(simulator) == []
        assert statuses(simulator) == ["BUYABLE", "DISCOVERABLE"]

    def test_units_are_not_stranded_while_another_sku_sells_them(
        self, simulator: Simulator
    ) -> None:
        fnsku = simulator.register("US", "MUG")
        simulator.register("US", "MUG-2", fnsku=fnsku)
        simulator.close_listing("US", "MUG")
        assert reasons(simulator) == []
        simulator.close_listing("US", "MUG-2")
        assert reasons(simulator) == [("MUG", 4, "closed"), ("MUG-2", 4, "closed")]

    def test_mcf_ships_what_is_stranded_and_the_shop_does_not_sell_it(
        self,
        simulator: Simulator,
        network: AmazonSimNetwork,
        order: Callable[..., FulfillmentRequest],
        clock: ManualClock,
    ) -> None:
        simulator.close_listing("US", "MUG")
        with pytest.raises(ValueError, match="closed"):
            simulator.sell_on_amazon("US", "MUG", 1)
        network.create_fulfillment(order(quantities={"MUG": 3}))
        clock.advance(days=3)
        assert simulator.buckets("US", "MUG") == {"fulfillable": 1}
        assert reasons(simulator) == [("MUG", 1, "closed")]
        assert simulator.audit() == []

    def test_units_that_arrive_for_a_deleted_listing_are_stranded(
        self, simulator: Simulator, clock: ManualClock
    ) -> None:
        change(simulator, "delete")
        clock.advance(hours=1)
        simulator.stock("US", "MUG", 3)
        assert reasons(simulator) == [("MUG", 7, "deleted")]
        with pytest.raises(RejectedError, match="not known"):
            simulator.sell_on_amazon("US", "MUG", 1)

    def test_registering_a_sku_lists_it_again(
        self, simulator: Simulator, clock: ManualClock
    ) -> None:
        change(simulator, "delete")
        clock.advance(hours=1)
        simulator.register("US", "MUG")
        assert reasons(simulator) == []


class TestDeletedInReports:
    """Units don't leave the figures with their listing, and are never told twice."""

    MANAGED = "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA"

    @pytest.mark.parametrize(
        ("kind", "figure"),
        [
            (MANAGED, "afn-fulfillable-quantity"),
            ("GET_FBA_MYI_ALL_INVENTORY_DATA", "afn-total-quantity"),
            ("GET_AFN_INVENTORY_DATA", "Quantity Available"),
            ("GET_FBA_INVENTORY_PLANNING_DATA", "available"),
            ("GET_STRANDED_INVENTORY_UI_DATA", "fulfillable-qty"),
        ],
    )
    def test_its_units_stay_in_the_figures(
        self, simulator: Simulator, clock: ManualClock, kind: str, figure: str
    ) -> None:
        change(simulator, "delete")
        clock.advance(hours=1)
        assert sum(row[figure] for row in rows(simulator, kind)) == 4

    def test_it_is_listed_by_nobody(self, simulator: Simulator, clock: ManualClock) -> None:
        change(simulator, "delete")
        clock.advance(hours=1)
        (row,) = rows(simulator, self.MANAGED)
        assert (row["afn-listing-exists"], row["mfn-listing-exists"]) == ("No", "No")

    def test_it_is_gone_with_its_last_unit(self, simulator: Simulator, clock: ManualClock) -> None:
        simulator.register("US", "EMPTY")
        change(simulator, "delete", "EMPTY")
        clock.advance(hours=1)
        assert [row["sku"] for row in rows(simulator, self.MANAGED)] == ["MUG"]

    def test_another_listed_sku_tells_of_shared_units(
        self, simulator: Simulator, clock: ManualClock
    ) -> None:
        simulator.register("US", "MUG-2", fnsku=rows(simulator, self.MANAGED)[0]["fnsku"])
        change(simulator, "delete")
        clock.advance(hours=1)
        told = [(row["sku"], row["afn-total-quantity"]) for row in rows(simulator, self.MANAGED)]
        assert told == [("MUG-2", 4)]


class TestFeedMessages:
    """What a JSON_LISTINGS_FEED may ask for, done at once."""

    def test_a_full_update_lists(self, simulator: Simulator) -> None:
        done = message(
            simulator,
            {
                "messageId": 1,
                "sku": "NEW",
                "operationType": "UPDATE",
                "productType": "MUG",
                "attributes": {
                    "item_name": [{"value": "New mug"}],
                    "purchasable_offer": [{"our_price": [{"schedule": [{"value_with_tax": 5.5}]}]}],
                    "fulfillment_availability": BY_SELLER,
                },
            },
        )
        assert done == ("ACCEPTED", [])
        assert statuses(simulator, "NEW") == ["BUYABLE", "DISCOVERABLE"]

    @pytest.mark.parametrize(
        "change",
        [
            {"operationType": "PARTIAL_UPDATE", "attributes": {"fulfillment_availability": []}},
            {
                "operationType": "PATCH",
                "patches": [{"op": "delete", "path": "/attributes/fulfillment_availability"}],
            },
        ],
    )
    def test_a_part_changes_only_what_it_names(self, simulator: Simulator, change: Any) -> None:
        content = {"sku": "MUG", "productType": "MUG", **change}
        if change["operationType"] == "PARTIAL_UPDATE":
            content["attributes"] = {"fulfillment_availability": BY_SELLER}
        assert message(simulator, content)[0] == "ACCEPTED"
        reason = "merchant_fulfilled" if content.get("attributes") else "incomplete"
        assert reasons(simulator) == [("MUG", 4, reason)]

    def test_a_delete_ends_the_listing(self, simulator: Simulator) -> None:
        assert message(simulator, {"sku": "MUG", "operationType": "DELETE"}) == ("ACCEPTED", [])
        assert reasons(simulator) == [("MUG", 4, "deleted")]

    @pytest.mark.parametrize(
        "content",
        [
            {"operationType": "DELETE"},
            {"sku": "x" * 51, "operationType": "DELETE"},
            {"sku": "MUG", "operationType": "UPSERT"},
            {"sku": "MUG", "operationType": "UPDATE", "productType": "MUG"},
            {"sku": "NEW", "operationType": "UPDATE", "productType": "MUG", "attributes": {}},
            {"sku": "MUG", "operationType": "UPDATE", "requirements": "ALL", "attributes": {}},
            {"sku": "MUG", "operationType": "PATCH", "productType": "MUG", "patches": []},
            {"sku": "MUG", "operationType": "PATCH", "productType": "MUG", "patches": [{}]},
            {
                "sku": "NONE",
                "operationType": "PARTIAL_UPDATE",
                "productType": "M",
                "attributes": {},
            },
        ],
    )
    def test_what_is_wrong_is_told_and_not_done(self, simulator: Simulator, content: Any) -> None:
        status, issues = message(simulator, content)
        assert (status, issues[0].severity) == ("INVALID", "ERROR")
        assert reasons(simulator) == []


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("suppress", {"action": "DELETED"}),
        ("suppress", {"severity": "FATAL"}),
        ("suppress", {"category": "OTHER"}),
        ("restrict_asin", {"reason": "ASIN_NOT_FOUND"}),
        ("restrict_asin", {"condition": "shiny"}),
    ],
)
def test_controls_refuse_what_amazon_does_not_have(
    simulator: Simulator, call: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="is not one of"):
        getattr(simulator, call)("US", "MUG", **arguments)


def test_listings_of_a_file_outlive_the_process(
    make_network: Callable[..., AmazonSimNetwork], form: str, clock: ManualClock
) -> None:
    if form == "memory":
        pytest.skip("what is in memory is gone with its process")
    first = make_network().simulator
    first.stock("US", "MUG", 1)
    first.suppress("US", "MUG", message="Wrong picture")
    change(first, "delete", "CAP")
    first.close()
    again = make_network().simulator
    (view,) = again.get_listings_item("MUG", ["US"], attributes=True, relations=True)
    assert [issue.message for issue in view.issues] == ["Wrong picture"]
    assert again.seller_id == first.seller_id
