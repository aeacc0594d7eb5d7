"""Notifications: for what they are sent, what they say, and what goes wrong on the way.

Each one that is read here is judged by the schema that Amazon publishes of its type.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import notification_schemas
from notification_reading import ARN, QUEUE, pass_time, subscribe, take_all
from stockpool.clock import ManualClock
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork, Simulator
from stockpool_amazon_sim.listings.listing_changes import WantedChange, submit
from stockpool_amazon_sim.notifications.notification_types import NOTIFICATION_TYPES
from stockpool_amazon_sim.outbound.requests import ReturnRequestItem

MakeRequest = Callable[..., FulfillmentRequest]
MakeNetwork = Callable[..., AmazonSimNetwork]

ORDERS = "FULFILLMENT_ORDER_STATUS"
LISTINGS = (
    "LISTINGS_ITEM_STATUS_CHANGE",
    "LISTINGS_ITEM_ISSUES_CHANGE",
    "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
)


@pytest.fixture
def simulator(network: AmazonSimNetwork) -> Simulator:
    """With fifty mugs in the United States."""
    network.simulator.stock("US", "MUG", 50)
    pass_time(network.simulator, hours=1)
    return network.simulator


def order_status(notification: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = notification["Payload"]["FulfillmentOrderStatusNotification"]
    return told


def of_listing(found: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [one["Payload"] for one in found if one["NotificationType"].startswith(name)]


def test_an_order_tells_each_status_and_each_shipment_once(
    network: AmazonSimNetwork, simulator: Simulator, order: MakeRequest
) -> None:
    subscribe(simulator, ORDERS)
    network.create_fulfillment(order("F-1", {"MUG": 2}))
    pass_time(simulator, days=3)
    told = [order_status(one) for one in take_all(simulator)]
    assert {one["SellerFulfillmentOrderId"] for one in told} == {"F-1"}
    assert {one["SellerId"] for one in told} == {simulator.seller_id}
    of_order = Counter(one["FulfillmentOrderStatus"] for one in told if one["EventType"] == "Order")
    assert of_order == Counter(["Received", "Planning", "Processing", "Complete"])
    shipments = [one["FulfillmentShipment"] for one in told if one["EventType"] == "Shipment"]
    states = Counter(one["FulfillmentShipmentStatus"] for one in shipments)
    assert states.keys() == {"Pending", "Shipped"}
    assert states["Shipped"] == 1
    (shipped,) = [one for one in shipments if one["FulfillmentShipmentStatus"] == "Shipped"]
    assert all(one["TrackingNumber"] for one in shipped["FulfillmentShipmentPackages"])


def test_a_parcels_way_is_not_told(
    network: AmazonSimNetwork, simulator: Simulator, order: MakeRequest
) -> None:
    subscribe(simulator, ORDERS)
    network.create_fulfillment(order())
    pass_time(simulator, days=3)
    assert take_all(simulator)
    pass_time(simulator, days=20)
    assert take_all(simulator) == []


def test_a_returned_unit_is_told(
    network: AmazonSimNetwork, simulator: Simulator, order: MakeRequest
) -> None:
    network.create_fulfillment(order())
    pass_time(simulator, days=20)
    subscribe(simulator, ORDERS)
    shipment_id = simulator.get_fulfillment_order("F-1", lambda o: o.shipments[0].shipment_id)
    item = ReturnRequestItem("R-1", "1", str(shipment_id), "CR-UNWANTED_ITEM")
    simulator.create_fulfillment_return("F-1", [item])
    told = []
    for _ in range(17):
        pass_time(simulator, days=1)
        told += [order_status(one) for one in take_all(simulator)]
    (returned,) = [one for one in told if one["EventType"] == "Return"]
    assert returned["FulfillmentReturnItem"]["SellerSKU"] == "MUG"
    assert returned["FulfillmentReturnItem"]["ReturnedQuantity"] == 1


def test_every_type_has_a_schema_that_judges_it() -> None:
    sent = {
        (known.constant or known.name, version)
        for known in NOTIFICATION_TYPES.values()
        for version in known.versions
    }
    assert sent == notification_schemas.FILES.keys()
    if notification_schemas.FOLDER.is_dir():
        for file in notification_schemas.FILES.values():
            assert (notification_schemas.FOLDER / f"{file}.json").is_file()


def test_without_a_subscription_nothing_is_sent(
    network: AmazonSimNetwork, simulator: Simulator, order: MakeRequest
) -> None:
    network.create_fulfillment(order())
    pass_time(simulator, days=3)
    subscribe(simulator, "ORDER_CHANGE")
    pass_time(simulator, days=1)
    assert take_all(simulator) == []
    assert "notifications" not in simulator.statistics()


def test_stock_is_told_by_country(simulator: Simulator) -> None:
    simulator.register("CA", "MUG")
    subscribe(simulator, "FBA_INVENTORY_AVAILABILITY_CHANGES")
    simulator.damage("US", "MUG", 3, next(iter(simulator.buckets_by_center("US", "MUG"))))
    (told,) = take_all(simulator)
    assert told["Payload"]["SKU"] == "MUG"
    figures = told["Payload"]["FulfillmentInventoryByMarketplace"]
    assert [one["FulfillmentInventory"]["Fulfillable"] for one in figures] == [47, 0]
    assert [one["FulfillmentInventory"]["Unfulfillable"] for one in figures] == [3, 0]


def test_sales_in_amazons_shop(simulator: Simulator) -> None:
    subscribe(simulator, "ORDER_CHANGE", "FBA_OUTBOUND_SHIPMENT_STATUS")
    simulator.sell_on_amazon("US", "MUG", 2)
    (order_id,) = simulator.amazon_order_ids()
    pass_time(simulator, days=2)
    found = take_all(simulator)
    changes = [one["Payload"].get("OrderChangeNotification") for one in found]
    summaries = [one["Summary"] for one in changes if one]
    assert Counter(one["OrderStatus"] for one in summaries) == Counter(
        ["Pending", "Unshipped", "Shipped"]
    )
    assert summaries[0]["DestinationPostalCode"]
    (shipment,) = [
        one["Payload"]["FBAOutboundShipmentStatusNotification"]
        for one in found
        if one["NotificationType"] == "FBA_OUTBOUND_SHIPMENT_STATUS"
    ]
    assert (shipment["AmazonOrderId"], shipment["ShipmentStatus"]) == (order_id, "Created")


def test_a_cancelled_sale_takes_its_shipment_back(simulator: Simulator) -> None:
    subscribe(simulator, "FBA_OUTBOUND_SHIPMENT_STATUS")
    simulator.sell_on_amazon("US", "MUG", 1)
    (order_id,) = simulator.amazon_order_ids()
    pass_time(simulator, hours=0.6)
    simulator.cancel_sale(order_id)
    told = [one["Payload"]["FBAOutboundShipmentStatusNotification"] for one in take_all(simulator)]
    assert [one["ShipmentStatus"] for one in told] == ["Created", "Cancelled"]


def test_a_filter_of_order_changes(simulator: Simulator) -> None:
    destination = simulator.create_destination("news", arn=ARN)
    wanted = {"eventFilterType": "ORDER_CHANGE", "marketplaceIds": ["A2EUQ1WTGCTBG2"]}
    directive = {"eventFilter": wanted}
    simulator.create_subscription("ORDER_CHANGE", "1.0", destination.destination_id, directive)
    simulator.sell_on_amazon("US", "MUG", 1)
    assert take_all(simulator) == []
    simulator.stock("CA", "MUG", 5)
    simulator.sell_on_amazon("CA", "MUG", 1)
    assert len(take_all(simulator)) == 1


def test_listings_go_to_a_bus(simulator: Simulator) -> None:
    queue = subscribe(simulator, *LISTINGS)
    simulator.suppress("US", "MUG", action="SEARCH_SUPPRESSED")
    found = take_all(simulator, queue)
    (issues,) = of_listing(found, "LISTINGS_ITEM_ISSUES")
    assert issues["Severities"] == ["ERROR"]
    assert issues["EnforcementActions"] == ["SEARCH_SUPPRESSED"]
    (status,) = of_listing(found, "LISTINGS_ITEM_STATUS")
    assert (status["Sku"], status["Status"]) == ("MUG", ["BUYABLE"])
    simulator.restore("US", "MUG")
    found = take_all(simulator, queue)
    assert of_listing(found, "LISTINGS_ITEM_ISSUES")[0]["Severities"] == ["NONE"]
    assert of_listing(found, "LISTINGS_ITEM_STATUS")[0]["Status"] == ["BUYABLE", "DISCOVERABLE"]


def test_who_subscribes_late_is_told_how_it_is(simulator: Simulator) -> None:
    subscribe(simulator, "FBA_INVENTORY_AVAILABILITY_CHANGES")
    simulator.stock("US", "MUG", 1)
    pass_time(simulator, hours=0.1)
    queue = subscribe(simulator, "LISTINGS_ITEM_STATUS_CHANGE")
    simulator.stock("US", "MUG", 1)
    (told,) = take_all(simulator, queue)
    assert told["Payload"]["Status"] == ["BUYABLE", "DISCOVERABLE"]
    simulator.stock("US", "MUG", 1)
    assert take_all(simulator, queue) == []


def test_what_is_sold_out_can_not_be_bought(simulator: Simulator) -> None:
    queue = subscribe(simulator, "LISTINGS_ITEM_STATUS_CHANGE")
    simulator.sell_on_amazon("US", "MUG", 50)
    (told,) = take_all(simulator, queue)
    assert told["Payload"]["Status"] == ["DISCOVERABLE"]


def test_the_newer_version_tells_every_action(simulator: Simulator) -> None:
    queue = subscribe(simulator, "LISTINGS_ITEM_ISSUES_CHANGE", version="2023-12-13")
    simulator.suppress("US", "MUG")
    (told,) = take_all(simulator, queue)
    assert told["Payload"]["EnforcementActions"] == ["LISTING_SUPPRESSED"]


def test_units_that_the_seller_ships_himself(simulator: Simulator) -> None:
    queue = subscribe(simulator, "LISTINGS_ITEM_MFN_QUANTITY_CHANGE")
    content = {
        "item_name": [{"value": "Own", "marketplace_id": "ATVPDKIKX0DER"}],
        "fulfillment_availability": [{"fulfillment_channel_code": "DEFAULT", "quantity": 7}],
    }
    with simulator._call(writes=True) as world:
        submit(world, "US", WantedChange("put", "OWN", "PRODUCT", content=content))
    pass_time(simulator, hours=1)
    (told,) = take_all(simulator, queue)
    assert (told["Payload"]["Sku"], told["Payload"]["Quantity"]) == ("OWN", 7)


def test_a_report_tells_its_end_once(simulator: Simulator) -> None:
    subscribe(simulator, "REPORT_PROCESSING_FINISHED")
    kind = "GET_FBA_MYI_ALL_INVENTORY_DATA"
    nothing_to_tell = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"
    cancelled, failed, done = [simulator.create_report(kind, ["US"]).report_id for _ in range(3)]
    empty = simulator.create_report(nothing_to_tell, ["US"]).report_id
    simulator.cancel_report(cancelled)
    simulator.fail_report(failed)
    simulator.finish_reports()
    told = [one["payload"]["reportProcessingFinishedNotification"] for one in take_all(simulator)]
    assert {one["reportId"]: one["processingStatus"] for one in told} == {
        done: "DONE",
        failed: "FATAL",
        cancelled: "CANCELLED",
        empty: "CANCELLED",
    }
    assert [one["reportId"] for one in told if "reportDocumentId" in one] == [done]
    with pytest.raises(ValueError, match="under way"):
        simulator.fail_report(failed)


def test_a_feed_tells_its_end_once(simulator: Simulator) -> None:
    subscribe(simulator, "FEED_PROCESSING_FINISHED")
    feeds = []
    for number in range(3):
        document = simulator.create_feed_document("text/plain")
        rows = "MerchantRemovalOrderID\tRemovalDisposition\tMerchantSKU\tSellableQuantity\n"
        rows += f"R-{number}\tDisposal\tMUG\t1\n"
        simulator.upload_document(document.document_id, "text/plain", rows.encode())
        made = simulator.create_feed(
            "POST_FLAT_FILE_FBA_CREATE_REMOVAL", ["US"], document.document_id
        )
        feeds.append(made.feed_id)
    done, failed, cancelled = feeds
    simulator.cancel_feed(cancelled)
    simulator.fail_feed(failed)
    simulator.finish_feeds()
    told = [one["payload"]["feedProcessingFinishedNotification"] for one in take_all(simulator)]
    assert {one["feedId"]: one["processingStatus"] for one in told} == {
        done: "DONE",
        failed: "FATAL",
        cancelled: "CANCELLED",
    }
    assert len(told) == 3
    assert {one["feedId"] for one in told if "resultFeedDocumentId" in one} == {done, failed}
    pass_time(simulator, days=2)
    assert take_all(simulator) == []


def test_a_notification_is_lost_on_demand(simulator: Simulator) -> None:
    subscribe(simulator, "FBA_INVENTORY_AVAILABILITY_CHANGES")
    simulator.inject("lost_notification", order_id="MUG")
    simulator.stock("US", "MUG", 1)
    assert take_all(simulator) == []
    simulator.stock("US", "MUG", 1)
    assert len(take_all(simulator)) == 1


def test_a_notification_comes_twice_on_demand(simulator: Simulator) -> None:
    subscribe(simulator, "FBA_INVENTORY_AVAILABILITY_CHANGES")
    simulator.inject("duplicate_notification")
    simulator.stock("US", "MUG", 1)
    first, second = take_all(simulator)
    assert first == second


def test_a_notification_comes_late_on_demand(simulator: Simulator) -> None:
    subscribe(simulator, "FBA_INVENTORY_AVAILABILITY_CHANGES")
    simulator.inject("late_notification", operation="FBA_INVENTORY_AVAILABILITY_CHANGES")
    simulator.stock("US", "MUG", 1)
    assert take_all(simulator) == []
    simulator.stock("US", "MUG", 2)
    pass_time(simulator, hours=0.02)
    pass_time(simulator, hours=12)
    late = [
        one["Payload"]["FulfillmentInventoryByMarketplace"][0]["FulfillmentInventory"]
        for one in take_all(simulator)
    ]
    assert [one["Fulfillable"] for one in late] == [53, 51], "the older news came last"


def test_chances_of_trouble(make_network: MakeNetwork, order: MakeRequest) -> None:
    faults = {"duplicate_notifications": 0.5, "lost_notifications": 0.3}
    network = make_network(faults=faults, stock={"US": {"MUG": 100}})
    simulator = network.simulator
    subscribe(simulator, ORDERS)
    for number in range(20):
        network.create_fulfillment(order(f"F-{number}"))
    pass_time(simulator, days=3)
    ids = Counter(one["NotificationMetadata"]["NotificationId"] for one in take_all(simulator))
    assert set(ids.values()) == {1, 2}
    assert len(ids) < simulator.statistics()["notifications"]


def test_to_be_notified_changes_nothing_else(
    make_network: MakeNetwork, form: str, clock: ManualClock, order: MakeRequest
) -> None:
    faults = {"damaged_units": 0.1, "delayed_tracking": 0.3, "lost_parcels": 0.2}
    fates = []
    for place in range(2):
        state = None if form == "memory" else Path(f"{place}.db")
        network = make_network(faults=faults, state=state, stock={"US": {"MUG": 100}})
        if place:
            subscribe(network.simulator, ORDERS, "FBA_INVENTORY_AVAILABILITY_CHANGES")
        for number in range(20):
            network.create_fulfillment(order(f"F-{number}", {"MUG": 3}))
        fates.append(network)
    for _ in range(4):
        clock.advance(days=10)
        first, second = (
            [repr(network.get_fulfillment(f"F-{number}")) for number in range(20)]
            for network in fates
        )
        assert first == second
    assert all(network.simulator.audit() == [] for network in fates)


def test_queues_outlive_their_process(
    make_network: MakeNetwork, form: str, order: MakeRequest
) -> None:
    if form == "memory":
        pytest.skip("a state in memory goes with its process")
    network = make_network(stock={"US": {"MUG": 10}})
    subscribe(network.simulator, ORDERS)
    network.create_fulfillment(order())
    network.close()
    again = make_network(stock={"US": {"MUG": 10}}).simulator
    pass_time(again, days=3)
    assert take_all(again, QUEUE)


def test_what_nobody_takes_is_kept_for_four_days(simulator: Simulator) -> None:
    subscribe(simulator, "FBA_INVENTORY_AVAILABILITY_CHANGES")
    simulator.stock("US", "MUG", 1)
    pass_time(simulator, days=3.9)
    simulator.stock("US", "MUG", 1)
    pass_time(simulator, days=0.2)
    assert len(take_all(simulator)) == 1
