"""Orders through the Fulfillment Outbound API 2026-07-04."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from amazon_documents import order_2026, package_2026, shipment_2026, whole_order
from scripted_amazon import ORDERS, ORDERS_2026, ScriptedAmazon
from stockpool.errors import OutcomeUnknown, RejectedError
from stockpool.money import Money
from stockpool.plugins.network import (
    FulfillmentItem,
    FulfillmentItemState,
    FulfillmentOrderStatus,
    FulfillmentRequest,
    FulfillmentState,
    PackageState,
    PackageStatus,
    ShipmentItemState,
    ShipmentState,
    ShipmentStatus,
)
from stockpool_amazon.errors import UnreadableAnswer
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon.outbound_2026_07_04 import package_number

MakeNetwork = Callable[..., AmazonNetwork]
MakeRequest = Callable[..., FulfillmentRequest]
ONE = f"{ORDERS_2026}/F-1"


@pytest.fixture
def network(network_2026: AmazonNetwork) -> AmazonNetwork:
    return network_2026


class TestCreate:
    def test_sends_the_whole_order(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("POST", ORDERS_2026, {"orderId": "F-1", "status": "NEW"}, status=202)
        items = [
            FulfillmentItem("1", "MUG", 2, unit_value=Money(950, "USD"), gift_message="Enjoy"),
            FulfillmentItem("2", "CUP", 1),
        ]
        network.create_fulfillment(order(items=items, speed="expedited", policy="FillAll"))
        assert amazon.sent("POST", ORDERS_2026).json == {
            "orderId": "F-1",
            "fulfillmentConfiguration": {
                "serviceLevel": {"serviceTiers": ["EXPEDITED"]},
                "action": "SHIP",
                "policy": "FILL_ALL",
            },
            "origin": {"countryCode": "US"},
            "destination": {
                "deliveryAddress": {
                    "name": "Ada Miller",
                    "addressLine1": "1 Main St",
                    "city": "Seattle",
                    "stateOrRegion": "WA",
                    "postalCode": "98101",
                    "countryCode": "US",
                    "phone": "206 555 0100",
                }
            },
            "lineItems": [
                {
                    "lineItemId": "1",
                    "product": {
                        "productIdentifier": {"amazonSku": "MUG"},
                        "perUnitDeclaredValue": {"currencyCode": "USD", "amount": "9.50"},
                    },
                    "amount": {"unit": "EACHES", "value": "2"},
                },
                {
                    "lineItemId": "2",
                    "product": {"productIdentifier": {"amazonSku": "CUP"}},
                    "amount": {"unit": "EACHES", "value": "1"},
                },
            ],
        }

    def test_an_order_in_the_answer_tells_its_time_and_features(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        services = {"services": {"packaging": {"packagingOption": "UNBRANDED"}}}
        taken = order_2026(fulfillmentConfiguration=services)
        amazon.answers("POST", ORDERS_2026, {"order": taken})
        accepted = network.create_fulfillment(order(features=("BLANK_BOX",)))
        sent = amazon.sent("POST", ORDERS_2026).json["fulfillmentConfiguration"]
        assert sent["services"] == services["services"]
        assert accepted.granted_features == ("BLANK_BOX",)
        assert accepted.received_at == datetime(2026, 3, 2, 9, 0, 5, tzinfo=UTC)

    def test_one_that_is_only_taken_is_read_back_for_its_features(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("POST", ORDERS_2026, {"orderId": "F-1", "status": "NEW"}, status=202)
        amazon.answers("GET", ONE, {"order": order_2026()})
        accepted = network.create_fulfillment(order(features=("BLANK_BOX",)))
        assert accepted.granted_features == ()

    def test_one_that_is_only_taken_has_the_time_of_the_answer(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        date = {"Date": "Mon, 02 Mar 2026 08:59:58 GMT"}
        taken = {"orderId": "F-1", "status": "NEW"}
        amazon.answers("POST", ORDERS_2026, taken, status=202, headers=date)
        accepted = network.create_fulfillment(order())
        assert accepted.received_at == datetime(2026, 3, 2, 8, 59, 58, tzinfo=UTC)
        assert len(amazon.requests) == 1

    def test_an_answer_that_can_not_be_read_does_not_undo_the_order(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.judged = False
        amazon.answers("POST", ORDERS_2026, {"order": order_2026(receiveTime="soon")})
        with pytest.raises(OutcomeUnknown, match=r"createOrder.order.receiveTime"):
            network.create_fulfillment(order())

    @pytest.mark.parametrize("feature", ["BLOCK_AMZL", "SIGNATURE_CONFIRMATION"])
    def test_a_feature_that_it_has_no_word_for_is_refused_before_anything_is_sent(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest, feature: str
    ) -> None:
        """A box of Amazon's own carrier at a Walmart buyer's door costs the account."""
        for ask in (network.create_fulfillment, network.preview):
            with pytest.raises(RejectedError, match=feature) as refusal:
                ask(order(features=(feature,)))
            assert refusal.value.code == "FeatureNotAvailable"
        assert amazon.requests == []

    def test_so_pools_do_not_offer_it(
        self, network: AmazonNetwork, make_network: MakeNetwork
    ) -> None:
        assert {pool.features for pool in network.pools()} == {frozenset({"BLANK_BOX"})}
        mixed = make_network(
            outbound_version="2026-07-04", outbound_versions={"create": "2020-07-01"}
        )
        assert "BLOCK_AMZL" in mixed.pools()[0].features

    def test_so_pools_offer_priority_only_where_it_exists(
        self, network: AmazonNetwork, make_network: MakeNetwork
    ) -> None:
        us, ca = ([terms.speed for terms in pool.speeds] for pool in network.pools())
        assert (us, ca) == (
            ["standard", "expedited"],
            ["standard", "expedited", "priority"],
        )

    def test_a_known_id_already_exists(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.refuses("POST", ORDERS_2026)
        amazon.answers("GET", ONE, {"order": order_2026()})
        with pytest.raises(RejectedError) as refusal:
            network.create_fulfillment(order())
        assert refusal.value.code == "AlreadyExists"


class TestGet:
    def test_tells_all_that_amazon_knows_in_one_answer(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.answers(
            "GET",
            ONE,
            {
                "order": order_2026(
                    status="COMPLETE_PARTIAL",
                    lineItems=[
                        {
                            "lineItemId": "1",
                            "product": {"productIdentifier": {"amazonSku": "MUG"}},
                            "amount": {"value": "3"},
                            "cancelledAmount": {"unit": "EACHES", "value": "1.0"},
                            "unfulfillableAmount": {"value": "1"},
                        }
                    ],
                    shipments=[shipment_2026(packages=[package_2026(status="DELIVERED")])],
                )
            },
        )
        assert network.get_fulfillment("F-1") == FulfillmentState(
            fulfillment_order_id="F-1",
            country="US",
            status=FulfillmentOrderStatus.COMPLETE_PARTIALLED,
            received_at=datetime(2026, 3, 2, 9, 0, 5, tzinfo=UTC),
            updated_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
            items=[FulfillmentItemState("1", "MUG", 3, cancelled=1, unfulfillable=1)],
            shipments=[
                ShipmentState(
                    shipment_id="Sh-1",
                    fulfillment_center_id="ABE2",
                    status=ShipmentStatus.SHIPPED,
                    shipped_at=datetime(2026, 3, 3, 14, tzinfo=UTC),
                    estimated_arrival=datetime(2026, 3, 6, 20, tzinfo=UTC),
                    items=[ShipmentItemState("1", "MUG", 1, 7001)],
                    packages=[
                        PackageState(
                            7001,
                            "UPS",
                            "1Z7001",
                            PackageStatus.DELIVERED,
                            estimated_arrival=datetime(2026, 3, 5, 18, tzinfo=UTC),
                            delivered_at=datetime(2026, 3, 5, 18, tzinfo=UTC),
                        )
                    ],
                )
            ],
        )
        assert amazon.sent("GET", ONE).query == {"shipments": "INCLUDE"}

    @pytest.mark.parametrize(
        ("told", "status"),
        [
            ("PROCESSING", FulfillmentOrderStatus.PROCESSING),
            ("COMPLETE", FulfillmentOrderStatus.COMPLETE),
            ("COMPLETE_PARTIAL", FulfillmentOrderStatus.COMPLETE_PARTIALLED),
            ("CANCELLED", FulfillmentOrderStatus.CANCELLED),
            ("UNFULFILLABLE", FulfillmentOrderStatus.UNFULFILLABLE),
            ("INVALID", FulfillmentOrderStatus.INVALID),
            (None, FulfillmentOrderStatus.PROCESSING),
        ],
    )
    def test_knows_every_status_of_an_order(
        self,
        network: AmazonNetwork,
        amazon: ScriptedAmazon,
        told: str | None,
        status: FulfillmentOrderStatus,
    ) -> None:
        document = order_2026()
        del document["status"]
        amazon.answers("GET", ONE, {"order": document | ({"status": told} if told else {})})
        state = network.get_fulfillment("F-1")
        assert state is not None
        assert state.status is status

    @pytest.mark.parametrize(
        ("order", "fault"),
        [
            (order_2026(status="PAUSED"), "getOrder.order.status 'PAUSED' is not known"),
            (
                order_2026(shipments=[shipment_2026("ON_HOLD")]),
                r"shipments\[0\].status 'ON_HOLD' is not known",
            ),
            (
                order_2026(shipments=[shipment_2026("")]),
                r"shipments\[0\].status is missing",
            ),
            (
                order_2026(
                    lineItems=[
                        {
                            "lineItemId": "1",
                            "product": {"productIdentifier": {"amazonSku": "MUG"}},
                            "amount": {"value": "1.5"},
                        }
                    ]
                ),
                r"lineItems\[0\].amount.value is no whole quantity",
            ),
        ],
    )
    def test_what_can_not_be_read_is_named(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: dict[str, Any], fault: str
    ) -> None:
        amazon.answers("GET", ONE, {"order": order})
        with pytest.raises(UnreadableAnswer, match=fault):
            network.get_fulfillment("F-1")

    @pytest.mark.parametrize(
        ("told", "status"),
        [
            ("PROCESSING", PackageStatus.UNKNOWN),
            ("IN_TRANSIT", PackageStatus.IN_TRANSIT),
            ("DELAYED", PackageStatus.DELAYED),
            ("OUT_FOR_DELIVERY", PackageStatus.OUT_FOR_DELIVERY),
            ("DELIVERED", PackageStatus.DELIVERED),
            ("UNDELIVERABLE", PackageStatus.UNDELIVERABLE),
            ("EXPIRED", PackageStatus.UNKNOWN),
            ("EATEN_BY_DOG", PackageStatus.UNKNOWN),
        ],
    )
    def test_knows_every_status_of_a_package(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, told: str, status: PackageStatus
    ) -> None:
        shipped = shipment_2026(packages=[package_2026(status=told)])
        amazon.answers("GET", ONE, {"order": order_2026(shipments=[shipped])})
        state = network.get_fulfillment("F-1")
        assert state is not None
        assert state.shipments[0].packages[0].status is status

    @pytest.mark.parametrize(
        ("told", "status"),
        [
            ("PROCESSING", ShipmentStatus.PENDING),
            ("CANCELLED", ShipmentStatus.CANCELLED_BY_SELLER),
        ],
    )
    def test_what_has_not_left_has_no_date(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, told: str, status: ShipmentStatus
    ) -> None:
        amazon.answers("GET", ONE, {"order": order_2026(shipments=[shipment_2026(told)])})
        state = network.get_fulfillment("F-1")
        assert state is not None
        assert (state.shipments[0].status, state.shipments[0].shipped_at) == (status, None)

    def test_a_package_may_name_what_it_holds_instead(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        held = {
            "productIdentifier": {"amazonSku": "MUG"},
            "lineItemId": "1",
            "amount": {"value": "1"},
            "shipmentItemId": "si-1",
        }
        package = package_2026("PKG-A", shipmentItemIds=["si-1"])
        shipped = shipment_2026(items=[held], packages=[package])
        amazon.answers("GET", ONE, {"order": order_2026(shipments=[shipped])})
        state = network.get_fulfillment("F-1")
        assert state is not None
        (shipment,) = state.shipments
        assert shipment.items[0].package_number == shipment.packages[0].package_number

    def test_amazons_own_tracking_counts_where_there_is_no_carrier(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        packages = [
            package_2026("1", tracking={"amazon": {"trackingNumber": "TBA1"}}),
            {"packageId": "2"},
        ]
        shipped = shipment_2026(packages=packages)
        amazon.answers("GET", ONE, {"order": order_2026(shipments=[shipped])})
        state = network.get_fulfillment("F-1")
        assert state is not None
        told = [(p.carrier_code, p.tracking_number, p.status) for p in state.shipments[0].packages]
        assert told == [
            ("AMAZON", "TBA1", PackageStatus.IN_TRANSIT),
            ("AMAZON", None, PackageStatus.IN_TRANSIT),
        ]

    @pytest.mark.parametrize(("status", "code"), [(400, "InvalidInput"), (404, "NotFound")])
    def test_an_unknown_id_is_none(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, status: int, code: str
    ) -> None:
        amazon.refuses("GET", ONE, code, status=status)
        assert network.get_fulfillment("F-1") is None

    def test_an_order_from_a_country_that_is_not_ours_has_none(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.answers("GET", ONE, {"order": order_2026(origin={"countryCode": "BR"})})
        state = network.get_fulfillment("F-1")
        assert state is not None
        assert state.country == ""

    def test_an_order_that_does_not_say_where_it_ships_from_is_the_first_countrys(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        bare = order_2026()
        del bare["origin"]
        amazon.answers("GET", ONE, {"order": bare})
        state = network.get_fulfillment("F-1")
        assert state is not None
        assert state.country == "US"


def test_a_package_has_the_same_number_each_time_and_fits_the_books() -> None:
    """The engine knows a package by a positive 32-bit number, Amazon by up to 40 characters."""
    assert package_number("7001") == 7001
    ids = ["0", "PKG-A", "PKG-B", str(2**31), "-5", "9" * 40, "٣"]
    numbers = [package_number(name) for name in ids]
    assert numbers == [package_number(name) for name in ids]
    assert len(set(numbers)) == len(ids)
    assert all(0 < number < 2**31 for number in numbers)


class TestCancelAndUpdate:
    def test_cancel_sends_an_empty_object(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.answers("PUT", f"{ONE}/cancel", {}, status=202)
        network.cancel_fulfillment("F-1")
        assert amazon.sent("PUT", f"{ONE}/cancel").body == b"{}"

    def test_an_update_releases_a_hold(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("GET", ONE, {"order": order_2026()})
        amazon.answers("PUT", ONE, {}, status=202)
        network.update_fulfillment(order(action="Ship"))
        assert amazon.sent("PUT", ONE).json == {"fulfillmentConfiguration": {"action": "SHIP"}}

    def test_quantities_can_not_be_changed_and_nothing_is_sent(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        """Else the engine would believe that Amazon sends less."""
        amazon.answers("GET", ONE, {"order": order_2026()})
        wanted = order()
        wanted = replace(wanted, items=[replace(wanted.items[0], quantity=2)])
        with pytest.raises(RejectedError, match=r"outbound_versions.update") as refusal:
            network.update_fulfillment(wanted)
        assert refusal.value.code == "UnsupportedUpdate"
        assert amazon.all_sent("PUT", ONE) == []


def test_each_operation_has_its_own_version(
    make_network: MakeNetwork, amazon: ScriptedAmazon, order: MakeRequest
) -> None:
    network = make_network(
        outbound_version="2026-07-04", outbound_versions={"create": "2020-07-01"}
    )
    amazon.answers("POST", ORDERS, {})
    amazon.answers("GET", ONE, {"order": order_2026()})
    network.create_fulfillment(order())
    network.get_fulfillment("F-1")
    network = make_network(outbound_versions={"create": "2026-07-04", "cancel": "2026-07-04"})
    amazon.answers("POST", ORDERS_2026, {"order": order_2026()})
    amazon.answers("GET", f"{ORDERS}/F-1", whole_order())
    amazon.answers("PUT", f"{ONE}/cancel", {}, status=202)
    network.create_fulfillment(order())
    network.get_fulfillment("F-1")
    network.cancel_fulfillment("F-1")
    assert [(sent.method, sent.path) for sent in amazon.requests] == [
        ("POST", ORDERS),
        ("GET", ONE),
        ("POST", ORDERS_2026),
        ("GET", f"{ORDERS}/F-1"),
        ("PUT", f"{ONE}/cancel"),
    ]
