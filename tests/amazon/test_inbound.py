"""Inbound plans: what goes out is as Amazon's model says, and what comes back is read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from amazon_documents import US
from scripted_amazon import ScriptedAmazon
from stockpool.errors import OutcomeUnknown, RejectedError, TransientError
from stockpool.money import Money
from stockpool.order_request import Address
from stockpool.plugins.network_inbound import (
    BoxTracking,
    InboundBox,
    InboundItem,
    InboundOperationStatus,
    InboundPlanRequest,
    InboundShipmentStatus,
    PackageGrouping,
    PrepDetails,
)
from stockpool_amazon.network import AmazonNetwork

BASE = "/inbound/fba/2024-03-20"
PLAN = "wf" + "1" * 36
SHIPMENT = "sh" + "2" * 36
OPTION = "pl" + "3" * 36
GROUP = "pg" + "4" * 36
TRANSPORT = "to" + "5" * 36
WINDOW = "dw" + "6" * 36
OPERATION = {"operationId": "7" * 36}
AT_PLAN = f"{BASE}/inboundPlans/{PLAN}"
AT_SHIPMENT = f"{AT_PLAN}/shipments/{SHIPMENT}"

SOURCE = Address(
    name="A. Seller",
    line1="9 Mill Rd",
    city="Reading",
    region="PA",
    postal_code="19601",
    country="US",
    phone="6105550100",
)
ITEM = InboundItem("MUG", 12, "SELLER", "NONE", date(2027, 1, 31), "L-1")
BOX = InboundBox(
    "BOX_CONTENT_PROVIDED",
    Decimal(12),
    Decimal(10),
    Decimal("8.5"),
    "IN",
    Decimal("10.5"),
    "LB",
    quantity=2,
    items=[InboundItem("MUG", 6, "SELLER", "NONE")],
)


def test_a_plan_is_for_one_marketplace(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    path = f"{BASE}/inboundPlans"
    amazon.answers("POST", path, {"inboundPlanId": PLAN, **OPERATION}, status=202)
    started = network.create_inbound_plan(InboundPlanRequest("US", "March", SOURCE, [ITEM]))
    assert (started.inbound_plan_id, started.operation_id) == (PLAN, "7" * 36)
    assert amazon.sent("POST", path).json == {
        "destinationMarketplaces": [US],
        "items": [
            {
                "msku": "MUG",
                "quantity": 12,
                "labelOwner": "SELLER",
                "prepOwner": "NONE",
                "expiration": "2027-01-31",
                "manufacturingLotCode": "L-1",
            }
        ],
        "name": "March",
        "sourceAddress": {
            "name": "A. Seller",
            "addressLine1": "9 Mill Rd",
            "city": "Reading",
            "postalCode": "19601",
            "countryCode": "US",
            "phoneNumber": "6105550100",
            "stateOrProvinceCode": "PA",
        },
    }


def test_a_plan_that_may_have_arrived_is_unknown_and_says_nothing_of_the_sender(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    path = f"{BASE}/inboundPlans"
    request = InboundPlanRequest("US", "March", SOURCE, [ITEM])
    amazon.refuses("POST", path, "InternalFailure", status=500)
    amazon.refuses("POST", path, "BadRequest", "9 Mill Rd is no address", status=400)
    with pytest.raises(OutcomeUnknown):
        network.create_inbound_plan(request)
    with pytest.raises(RejectedError) as refusal:
        network.create_inbound_plan(request)
    assert "Mill" not in str(refusal.value)


def test_every_start_is_as_the_model_says(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    def start(method: str, path: str) -> None:
        amazon.answers(method, path, OPERATION, status=202)

    start("POST", f"{BASE}/items/prepDetails")
    start("PUT", f"{AT_PLAN}/cancellation")
    start("POST", f"{AT_PLAN}/packingOptions")
    start("POST", f"{AT_PLAN}/packingOptions/{OPTION}/confirmation")
    start("POST", f"{AT_PLAN}/packingInformation")
    start("POST", f"{AT_PLAN}/placementOptions")
    start("POST", f"{AT_PLAN}/placementOptions/{OPTION}/confirmation")
    start("POST", f"{AT_PLAN}/transportationOptions")
    start("POST", f"{AT_PLAN}/transportationOptions/confirmation")
    start("POST", f"{AT_SHIPMENT}/deliveryWindowOptions")
    start("POST", f"{AT_SHIPMENT}/deliveryWindowOptions/{WINDOW}/confirmation")
    start("PUT", f"{AT_SHIPMENT}/trackingDetails")
    ready = {SHIPMENT: datetime(2026, 3, 4, 16, 0, 59, tzinfo=UTC)}
    ids = {
        network.set_prep_details("US", [PrepDetails("MUG", "NONE", ("ITEM_NO_PREP",))]),
        network.cancel_inbound_plan(PLAN),
        network.generate_packing_options(PLAN),
        network.confirm_packing_option(PLAN, OPTION),
        network.set_packing_information(PLAN, [PackageGrouping([BOX], GROUP)]),
        network.generate_placement_options(PLAN),
        network.confirm_placement_option(PLAN, OPTION),
        network.generate_transportation_options(PLAN, OPTION, ready),
        network.confirm_transportation_options(PLAN, {SHIPMENT: TRANSPORT}),
        network.generate_delivery_window_options(PLAN, SHIPMENT),
        network.confirm_delivery_window_option(PLAN, SHIPMENT, WINDOW),
        network.update_shipment_tracking(PLAN, SHIPMENT, [BoxTracking("FBA1U000001", "1Z9")]),
    }
    assert ids == {"7" * 36}
    (grouping,) = amazon.sent("POST", f"{AT_PLAN}/packingInformation").json["packageGroupings"]
    assert grouping["packingGroupId"] == GROUP
    assert grouping["boxes"][0]["dimensions"]["height"] == 8.5
    (offered,) = amazon.sent("POST", f"{AT_PLAN}/transportationOptions").json[
        "shipmentTransportationConfigurations"
    ]
    assert offered["readyToShipWindow"] == {"start": "2026-03-04T16:00Z"}


def test_an_operation_is_read(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    problem = {"code": "FBA_INB_0182", "message": "Prep is missing.", "severity": "ERROR"}
    document = {
        **OPERATION,
        "operation": "createInboundPlan",
        "operationStatus": "FAILED",
        "operationProblems": [problem],
    }
    amazon.answers("GET", f"{BASE}/operations/{'7' * 36}", document)
    state = network.inbound_operation("7" * 36)
    assert state.status is InboundOperationStatus.FAILED
    assert [(one.code, one.severity) for one in state.problems] == [("FBA_INB_0182", "ERROR")]


def plan(**changes: Any) -> dict[str, Any]:
    return {
        "createdAt": "2026-03-02T09:00:00Z",
        "inboundPlanId": PLAN,
        "lastUpdatedAt": "2026-03-02T10:00:00Z",
        "marketplaceIds": [US],
        "name": "March",
        "sourceAddress": {
            "name": "A. Seller",
            "addressLine1": "9 Mill Rd",
            "city": "Reading",
            "postalCode": "19601",
            "countryCode": "US",
        },
        "status": "ACTIVE",
    } | changes


def test_plans_are_read(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    shipments = [{"shipmentId": SHIPMENT, "status": "WORKING"}]
    placements = [{"placementOptionId": OPTION, "status": "ACCEPTED"}]
    amazon.answers("GET", AT_PLAN, plan(shipments=shipments, placementOptions=placements))
    page = {"inboundPlans": [plan(marketplaceIds=["A1F83G8C2ARO7P"])], "pagination": {}}
    amazon.answers("GET", f"{BASE}/inboundPlans", page)
    state = network.inbound_plan(PLAN)
    assert state is not None
    assert (state.country, dict(state.placement_options)) == ("US", {OPTION: "ACCEPTED"})
    assert dict(state.shipments) == {SHIPMENT: InboundShipmentStatus.WORKING}
    (listed,) = network.inbound_plans().plans
    assert listed.country is None


def test_only_a_404_says_that_a_plan_is_unknown(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.refuses("GET", AT_PLAN, "NotFound", status=404)
    amazon.refuses("GET", AT_PLAN, "BadRequest", status=400)
    assert network.inbound_plan(PLAN) is None
    with pytest.raises(TransientError):
        network.inbound_plan(PLAN)


def test_all_pages_of_options_are_read_with_their_fees(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    fee = {
        "description": "Placement",
        "target": "Placement Services",
        "type": "FEE",
        "value": {"amount": 3.6, "code": "USD"},
    }
    option = {
        "discounts": [],
        "fees": [fee],
        "placementOptionId": OPTION,
        "shipmentIds": [SHIPMENT],
        "status": "OFFERED",
    }
    path = f"{AT_PLAN}/placementOptions"
    first = {"placementOptions": [option], "pagination": {"nextToken": "n"}}
    amazon.answers("GET", path, first)
    amazon.answers("GET", path, {"placementOptions": [option | {"fees": []}]})
    found = network.placement_options(PLAN)
    assert [[one.value for one in each.incentives] for each in found] == [[Money(360, "USD")], []]
    asked = amazon.all_sent("GET", path)
    assert [sent.query.get("paginationToken") for sent in asked] == [None, "n"]


def test_a_shipment_is_read(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    tracking = {
        "boxId": "FBA1U000001",
        "trackingId": "1Z9",
        "trackingNumberValidationStatus": "VALIDATED",
    }
    document = {
        "destination": {"destinationType": "AMAZON_WAREHOUSE", "warehouseId": "ABE2"},
        "placementOptionId": OPTION,
        "shipmentId": SHIPMENT,
        "source": {"sourceType": "SELLER_FACILITY"},
        "status": "CHECKED_IN",
        "shipmentConfirmationId": "FBA1",
        "trackingDetails": {"spdTrackingDetail": {"spdTrackingItems": [tracking]}},
    }
    amazon.answers("GET", AT_SHIPMENT, document)
    state = network.inbound_shipment(PLAN, SHIPMENT)
    assert (state.center, state.shipment_confirmation_id) == ("ABE2", "FBA1")
    assert (state.status.value, state.status.wording) == ("CHECKED_IN", "Checked-in")
    assert state.tracking == (BoxTracking("FBA1U000001", "1Z9", "VALIDATED"),)


def test_a_status_that_nobody_knows_is_not_guessed(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.judged = False
    amazon.answers("GET", AT_PLAN, plan(status="PENDING"))
    with pytest.raises(TransientError, match="status"):
        network.inbound_plan(PLAN)


def test_transport_quotes_are_money(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    option = {
        "carrier": {"alphaCode": "UPSN", "name": "UPS"},
        "preconditions": ["CONFIRMED_DELIVERY_WINDOW"],
        "quote": {"cost": {"amount": 12.35, "code": "USD"}, "expiration": "2026-03-05T09:00:00Z"},
        "shipmentId": SHIPMENT,
        "shippingMode": "GROUND_SMALL_PARCEL",
        "shippingSolution": "AMAZON_PARTNERED_CARRIER",
        "transportationOptionId": TRANSPORT,
    }
    path = f"{AT_PLAN}/transportationOptions"
    amazon.answers("GET", path, {"transportationOptions": [option]})
    (found,) = network.transportation_options(PLAN, SHIPMENT)
    assert (found.cost, found.carrier_code) == (Money(1235, "USD"), "UPSN")
    assert amazon.sent("GET", path).query["shipmentId"] == SHIPMENT


def test_received_units_come_from_v0(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    row = {"SellerSKU": "MUG", "QuantityShipped": 12, "QuantityReceived": 11}
    path = "/fba/inbound/v0/shipments/FBA1/items"
    amazon.answers("GET", path, {"payload": {"ItemData": [row]}})
    (found,) = network.received_items("US", "FBA1")
    assert (found.sku, found.quantity_shipped, found.quantity_received) == ("MUG", 12, 11)
    assert amazon.sent("GET", path).query == {"MarketplaceId": US}


def test_skus_that_a_list_would_break_are_encoded_twice(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    detail = {"msku": "A,B", "prepCategory": "NONE", "prepTypes": ["ITEM_NO_PREP"]}
    path = f"{BASE}/items/prepDetails"
    amazon.answers("GET", path, {"mskuPrepDetails": [detail]})
    (found,) = network.prep_details("US", ["A,B"])
    assert (found.sku, found.prep_category) == ("A,B", "NONE")
    assert amazon.sent("GET", path).query["mskus"] == "A%2CB"


def test_labels_are_fetched_where_amazon_says_and_without_the_token(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    path = "/fba/inbound/v0/shipments/FBA1/labels"
    url = "https://documents.example.com/labels?key=secret"
    amazon.answers("GET", path, {"payload": {"DownloadURL": url}})
    amazon.judged = False
    amazon.answers("GET", "/labels", b"%PDF-1.7 labels")
    assert network.box_labels("FBA1", page_type="PackageLabel_A4_4") == b"%PDF-1.7 labels"
    assert amazon.sent("GET", path).query == {
        "PageType": "PackageLabel_A4_4",
        "LabelType": "UNIQUE",
    }
    fetched = amazon.sent("GET", "/labels")
    assert fetched.query == {"key": "secret"}
    assert "x-amz-access-token" not in fetched.headers


def test_labels_of_units_are_asked_for_as_the_model_says(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    path = f"{BASE}/items/labels"
    amazon.answers("POST", path, {"documentDownloads": []})
    assert network.item_labels("US", {"MUG": 30}) == []
    assert amazon.sent("POST", path).json["mskuQuantities"] == [{"msku": "MUG", "quantity": 30}]


@pytest.mark.parametrize(
    ("url", "status", "body"),
    [
        ("http://documents.example.com/labels?key=secret", 200, b"%PDF"),
        ("file:///etc/hosts", 200, b"%PDF"),
        ("https://documents.example.com/labels?key=secret", 403, b"<Error>expired</Error>"),
        ("https://documents.example.com/labels?key=secret", 200, b"<html>"),
    ],
)
def test_a_document_that_is_not_to_be_had_is_asked_for_again(
    network: AmazonNetwork, amazon: ScriptedAmazon, url: str, status: int, body: bytes
) -> None:
    amazon.judged = False
    path = "/fba/inbound/v0/shipments/FBA1/labels"
    amazon.answers("GET", path, {"payload": {"DownloadURL": url}})
    amazon.answers("GET", "/labels", body, status=status)
    with pytest.raises(TransientError) as error:
        network.box_labels("FBA1")
    assert "secret" not in str(error.value)
