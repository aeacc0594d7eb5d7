"""Orders through the Fulfillment Outbound API 2020-07-01."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from amazon_documents import header, item, shipment, tracking, whole_order
from scripted_amazon import ORDERS, TRACKING, ScriptedAmazon
from stockpool.errors import OutcomeUnknown, RejectedError, Throttled, TransientError
from stockpool.money import Money
from stockpool.order_request import Address
from stockpool.plugins.network import (
    FulfillmentItem,
    FulfillmentItemState,
    FulfillmentOrderStatus,
    FulfillmentRequest,
    FulfillmentState,
    PackageEvent,
    PackageState,
    PackageStatus,
    ShipmentItemState,
    ShipmentState,
    ShipmentStatus,
)
from stockpool_amazon.errors import AmazonRefusal, UnreadableAnswer
from stockpool_amazon.network import AmazonNetwork

MakeNetwork = Callable[..., AmazonNetwork]
MakeRequest = Callable[..., FulfillmentRequest]
ONE = f"{ORDERS}/F-1"


class TestCreate:
    def test_sends_the_whole_order(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("POST", ORDERS, {})
        items = [
            FulfillmentItem("1", "MUG", 2, unit_value=Money(950, "USD"), gift_message="Enjoy"),
            FulfillmentItem("2", "CUP", 1, comment="blue"),
        ]
        network.create_fulfillment(order(items=items, speed="expedited"))
        assert amazon.sent("POST", ORDERS).json == {
            "sellerFulfillmentOrderId": "F-1",
            "marketplaceId": "ATVPDKIKX0DER",
            "displayableOrderId": "1001",
            "displayableOrderDate": "2026-03-02T09:00:00Z",
            "displayableOrderComment": "Thank you",
            "shippingSpeedCategory": "Expedited",
            "destinationAddress": {
                "name": "Ada Miller",
                "addressLine1": "1 Main St",
                "city": "Seattle",
                "stateOrRegion": "WA",
                "postalCode": "98101",
                "countryCode": "US",
                "phone": "206 555 0100",
            },
            "fulfillmentAction": "Ship",
            "fulfillmentPolicy": "FillOrKill",
            "items": [
                {
                    "sellerSku": "MUG",
                    "sellerFulfillmentOrderItemId": "1",
                    "quantity": 2,
                    "giftMessage": "Enjoy",
                    "perUnitDeclaredValue": {"currencyCode": "USD", "value": "9.50"},
                },
                {
                    "sellerSku": "CUP",
                    "sellerFulfillmentOrderItemId": "2",
                    "quantity": 1,
                    "displayableComment": "blue",
                },
            ],
        }

    def test_the_buyer_is_not_written_to_by_amazon(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("POST", ORDERS, {})
        network.create_fulfillment(order())
        assert b"ada@example.com" not in amazon.sent("POST", ORDERS).body

    @pytest.mark.parametrize("speed", ["standard", "expedited", "priority"])
    def test_every_speed_has_amazons_name(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest, speed: str
    ) -> None:
        amazon.answers("POST", ORDERS, {})
        network.create_fulfillment(order(speed=speed))
        assert amazon.sent("POST", ORDERS).json["shippingSpeedCategory"] == speed.capitalize()

    @pytest.mark.parametrize("policy", ["FillOrKill", "FillAll", "FillAllAvailable"])
    @pytest.mark.parametrize("action", ["Ship", "Hold"])
    def test_policy_and_action_are_amazons_words(
        self,
        network: AmazonNetwork,
        amazon: ScriptedAmazon,
        order: MakeRequest,
        policy: str,
        action: str,
    ) -> None:
        amazon.answers("POST", ORDERS, {})
        network.create_fulfillment(order(policy=policy, action=action))
        sent = amazon.sent("POST", ORDERS).json
        assert (sent["fulfillmentPolicy"], sent["fulfillmentAction"]) == (policy, action)

    def test_in_japan_the_city_stands_before_the_first_line(
        self, make_network: MakeNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("POST", ORDERS, {})
        network = make_network(region="fe", countries=["JP"])
        address = Address(
            name="山田", line1="道玄坂1-2", city="渋谷区", postal_code="150-0043", country="JP"
        )
        network.create_fulfillment(order(country="JP", ship_to=address))
        sent = amazon.sent("POST", ORDERS).json["destinationAddress"]
        assert (sent["addressLine1"], "city" in sent) == ("渋谷区道玄坂1-2", False)

    def test_another_country_of_the_same_marketplace_is_named(
        self, make_network: MakeNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("POST", ORDERS, {})
        network = make_network(
            region="eu",
            countries=["DE", "PL"],
            pools={
                "PL": {
                    "marketplace_id": "A1PA6795UKMFR9",
                    "ship_from_country_code": "PL",
                    "speeds": {"standard": {"transit_days": 5, "order_fee": 0, "unit_fee": 400}},
                }
            },
        )
        network.create_fulfillment(order(country="PL"))
        sent = amazon.sent("POST", ORDERS).json
        assert (sent["marketplaceId"], sent["shipFromCountryCode"]) == ("A1PA6795UKMFR9", "PL")

    def test_without_features_the_order_is_not_read_back(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        """The time is Amazon's, of its answer."""
        amazon.answers("POST", ORDERS, headers={"Date": "Mon, 02 Mar 2026 08:59:58 GMT"})
        accepted = network.create_fulfillment(order())
        assert accepted.fulfillment_order_id == "F-1"
        assert accepted.received_at == datetime(2026, 3, 2, 8, 59, 58, tzinfo=UTC)
        assert accepted.granted_features == ()
        assert len(amazon.requests) == 1

    def test_features_are_required_and_what_is_granted_is_read_back(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("POST", ORDERS, {})
        features = [
            {"featureName": "BLANK_BOX", "featureFulfillmentPolicy": "Required"},
            {"featureName": "BLOCK_AMZL", "featureFulfillmentPolicy": "NotRequired"},
        ]
        amazon.answers("GET", ONE, whole_order(header(featureConstraints=features)))
        accepted = network.create_fulfillment(order(features=("BLANK_BOX", "BLOCK_AMZL")))
        assert amazon.sent("POST", ORDERS).json["featureConstraints"] == [
            {"featureName": "BLANK_BOX", "featureFulfillmentPolicy": "Required"},
            {"featureName": "BLOCK_AMZL", "featureFulfillmentPolicy": "Required"},
        ]
        assert accepted.granted_features == ("BLANK_BOX",)
        assert accepted.received_at == datetime(2026, 3, 2, 9, 0, 5, tzinfo=UTC)

    def test_taken_but_not_readable_is_an_unknown_outcome(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        """The engine asks again, and so learns what was granted."""
        amazon.answers("POST", ORDERS, {})
        amazon.answers("GET", ONE, status=429, headers={}, body={})
        amazon.refuses("GET", ONE)
        for reason in ("F-1 was taken, but: getFulfillmentOrder: over", "can't be seen yet"):
            with pytest.raises(OutcomeUnknown, match=reason):
                network.create_fulfillment(order(features=("BLANK_BOX",)))

    def test_a_known_id_already_exists(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        """Amazon refuses it like any wrong field; that the order is there tells them apart."""
        amazon.refuses("POST", ORDERS, "InvalidInput", "sellerFulfillmentOrderId is in use")
        amazon.answers("GET", ONE, whole_order())
        with pytest.raises(RejectedError) as refusal:
            network.create_fulfillment(order())
        assert refusal.value.code == "AlreadyExists"

    def test_any_other_refusal_stays_what_it_is(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.refuses("POST", ORDERS, "InvalidInput", "items is too long", details="at most 100")
        amazon.refuses("GET", ONE, "InvalidInput", "no such order")
        with pytest.raises(AmazonRefusal) as refusal:
            network.create_fulfillment(order())
        assert refusal.value.code == "InvalidInput"
        assert refusal.value.reason == (
            "items is too long; at most 100 (createFulfillmentOrder, HTTP 400, request req-17)"
        )

    def test_it_is_not_read_back_for_a_code_that_is_clear(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.refuses("POST", ORDERS, "AccessDenied", "not enrolled", status=403)
        with pytest.raises(AmazonRefusal, match="AccessDenied: not enrolled"):
            network.create_fulfillment(order())
        assert len(amazon.requests) == 1

    def test_if_the_id_can_not_be_asked_for_nothing_is_decided(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.refuses("POST", ORDERS)
        amazon.answers("GET", ONE, {}, status=503)
        with pytest.raises(TransientError):
            network.create_fulfillment(order())


class TestGet:
    def test_tells_all_that_amazon_knows(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.answers(
            "GET",
            ONE,
            whole_order(
                header(status="CompletePartialled"),
                [item(quantity=3, cancelledQuantity=1, unfulfillableQuantity=1)],
                [shipment()],
            ),
        )
        amazon.answers(
            "GET",
            TRACKING,
            tracking(
                7001,
                "DELIVERED",
                ("EVENT_301", "2026-03-05T17:12:00Z"),
                ("EVENT_201", "2026-03-04T01:00:00Z"),
            ),
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
                            estimated_arrival=datetime(2026, 3, 5, 20, tzinfo=UTC),
                            delivered_at=datetime(2026, 3, 5, 17, 12, tzinfo=UTC),
                            events=[
                                PackageEvent(at, code, "", "Seattle, WA, US")
                                for code, at in (
                                    ("EVENT_301", datetime(2026, 3, 5, 17, 12, tzinfo=UTC)),
                                    ("EVENT_201", datetime(2026, 3, 4, 1, tzinfo=UTC)),
                                )
                            ],
                        )
                    ],
                )
            ],
        )
        assert amazon.sent("GET", TRACKING).query == {"packageNumber": "7001"}

    @pytest.mark.parametrize("status", list(FulfillmentOrderStatus))
    def test_knows_every_status_of_an_order(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, status: FulfillmentOrderStatus
    ) -> None:
        amazon.answers("GET", ONE, whole_order(header(status=status.value)))
        state = network.get_fulfillment("F-1")
        assert state is not None
        assert state.status is status

    @pytest.mark.parametrize("status", ["PENDING", "CANCELLED_BY_FULFILLER", "CANCELLED_BY_SELLER"])
    def test_what_has_not_left_has_no_date_and_is_not_tracked(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, status: str
    ) -> None:
        amazon.answers("GET", ONE, whole_order(shipments=[shipment(status)]))
        state = network.get_fulfillment("F-1")
        assert state is not None
        (told,) = state.shipments
        assert (told.status.value, told.shipped_at) == (status, None)
        assert told.packages[0].status is PackageStatus.UNKNOWN
        assert amazon.all_sent("GET", TRACKING) == []

    @pytest.mark.parametrize(
        ("told", "status"),
        [
            *((status.value, status) for status in PackageStatus),
            ("RETURN_RECEIVED_IN_FC", PackageStatus.RETURNED),
            ("REFUND_ISSUED", PackageStatus.UNKNOWN),
        ],
    )
    def test_knows_every_status_of_a_package(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, told: str, status: PackageStatus
    ) -> None:
        amazon.answers("GET", ONE, whole_order(shipments=[shipment()]))
        amazon.answers("GET", TRACKING, tracking(7001, told))
        state = network.get_fulfillment("F-1")
        assert state is not None
        assert state.shipments[0].packages[0].status is status

    def test_a_package_status_that_amazon_invents_is_unknown(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.judged = False
        amazon.answers("GET", ONE, whole_order(shipments=[shipment()]))
        amazon.answers("GET", TRACKING, tracking(7001, "EATEN_BY_DOG"))
        state = network.get_fulfillment("F-1")
        assert state is not None
        assert state.shipments[0].packages[0].status is PackageStatus.UNKNOWN

    def test_an_order_status_that_amazon_invents_is_an_error_that_names_it(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.judged = False
        amazon.answers("GET", ONE, whole_order(header(status="Paused")))
        with pytest.raises(UnreadableAnswer, match="fulfillmentOrderStatus 'Paused' is not known"):
            network.get_fulfillment("F-1")

    def test_without_tracking_a_package_is_in_transit(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        """Amazon has none at first, and none any more after some months."""
        amazon.answers("GET", ONE, whole_order(shipments=[shipment()]))
        amazon.refuses("GET", TRACKING, status=404, code="NotFound")
        state = network.get_fulfillment("F-1")
        assert state is not None
        (package,) = state.shipments[0].packages
        assert package.status is PackageStatus.IN_TRANSIT
        assert package.estimated_arrival == datetime(2026, 3, 6, 20, tzinfo=UTC)

    def test_tracking_that_is_refused_hides_nothing(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        """A parcel that can't be asked for is not one that nothing is known of."""
        amazon.answers("GET", ONE, whole_order(shipments=[shipment()]))
        amazon.refuses("GET", TRACKING, "AccessDenied", status=403)
        with pytest.raises(TransientError, match="AccessDenied"):
            network.get_fulfillment("F-1")

    def test_a_limit_met_while_tracking_is_passed_on(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.answers("GET", ONE, whole_order(shipments=[shipment(packages=[1, 2])]))
        amazon.answers("GET", TRACKING, tracking(1, "DELIVERED"))
        amazon.answers("GET", TRACKING, {}, status=429)
        with pytest.raises(Throttled, match="getPackageTrackingDetails"):
            network.get_fulfillment("F-1")

    @pytest.mark.parametrize(("status", "code"), [(400, "InvalidInput"), (404, "NotFound")])
    def test_an_unknown_id_is_none(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, status: int, code: str
    ) -> None:
        amazon.refuses("GET", ONE, code, status=status)
        assert network.get_fulfillment("F-1") is None

    @pytest.mark.parametrize(("status", "code"), [(400, "Malformed"), (415, "UnsupportedMedia")])
    def test_another_refusal_says_nothing_about_the_order(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, status: int, code: str
    ) -> None:
        """And it is none of the order: the engine would let go of its units."""
        amazon.judged = False
        amazon.refuses("GET", ONE, code, status=status)
        with pytest.raises(TransientError, match=code):
            network.get_fulfillment("F-1")

    def test_a_404_that_is_not_amazons_is_no_answer(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.judged = False
        amazon.answers("GET", ONE, b"<html>not here</html>", status=404)
        with pytest.raises(TransientError, match="is no JSON object"):
            network.get_fulfillment("F-1")

    def test_an_id_is_one_part_of_the_path(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.answers("GET", f"{ORDERS}/a%2Fb%3Fc%20d", whole_order())
        assert network.get_fulfillment("a/b?c d") is not None

    @pytest.mark.parametrize(
        ("order", "fault"),
        [
            ({"fulfillmentOrderItems": {}}, "payload.fulfillmentOrderItems is no list"),
            ({"fulfillmentOrderItems": [1]}, r"payload.fulfillmentOrderItems\[0\] is no object"),
            ({"fulfillmentOrder": None}, "payload.fulfillmentOrder is missing"),
            (
                {"fulfillmentOrderItems": [item(quantity="3")]},
                r"fulfillmentOrderItems\[0\].quantity is no whole number",
            ),
            (
                {"fulfillmentOrder": header(receivedDate="yesterday")},
                "fulfillmentOrder.receivedDate is no ISO 8601 time",
            ),
            (
                {"fulfillmentShipments": [shipment("LOST")]},
                r"fulfillmentShipments\[0\].fulfillmentShipmentStatus 'LOST' is not known",
            ),
        ],
    )
    def test_what_can_not_be_read_is_named(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: dict[str, Any], fault: str
    ) -> None:
        amazon.judged = False
        document = whole_order()
        document["payload"] |= order
        amazon.answers("GET", ONE, document)
        with pytest.raises(UnreadableAnswer, match=fault):
            network.get_fulfillment("F-1")


class TestCancelAndUpdate:
    def test_cancel_sends_an_empty_object(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.answers("PUT", f"{ONE}/cancel", {})
        network.cancel_fulfillment("F-1")
        assert amazon.sent("PUT", f"{ONE}/cancel").body == b"{}"

    def test_what_can_not_be_cancelled_is_refused(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.refuses("PUT", f"{ONE}/cancel", message="it is Complete")
        with pytest.raises(RejectedError, match="InvalidInput: it is Complete"):
            network.cancel_fulfillment("F-1")

    def test_cancelling_without_an_answer_has_an_unknown_outcome(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.fails("PUT", f"{ONE}/cancel", requests.ReadTimeout())
        with pytest.raises(OutcomeUnknown):
            network.cancel_fulfillment("F-1")

    def test_an_update_releases_a_hold_and_lowers_quantities(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("POST", ORDERS, {})
        amazon.answers("PUT", ONE, {})
        held = order(quantities={"MUG": 3}, action="Hold")
        network.create_fulfillment(held)
        network.update_fulfillment(
            replace(held, action="Ship", items=[replace(held.items[0], quantity=2)])
        )
        created = amazon.sent("POST", ORDERS).json
        updated = amazon.sent("PUT", ONE).json
        assert updated["fulfillmentAction"] == "Ship"
        assert updated["items"][0]["quantity"] == 2
        same = set(created) - {"sellerFulfillmentOrderId", "fulfillmentAction", "items"}
        assert {name: created[name] for name in same} == {name: updated[name] for name in same}
        assert "sellerFulfillmentOrderId" not in updated
