"""What each speed would cost, in both versions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from amazon_documents import US
from scripted_amazon import ORDERS, PREVIEWS_2026, ScriptedAmazon
from stockpool.errors import TransientError
from stockpool.money import Money
from stockpool.plugins.network import FulfillmentRequest, PreviewOption
from stockpool_amazon.network import AmazonNetwork

MakeNetwork = Callable[..., AmazonNetwork]
MakeRequest = Callable[..., FulfillmentRequest]
PREVIEW = f"{ORDERS}/preview"


def preview(speed: str = "Standard", **changes: Any) -> dict[str, Any]:
    return {
        "shippingSpeedCategory": speed,
        "isFulfillable": True,
        "isCODCapable": False,
        "marketplaceId": US,
    } | changes


def shipment(earliest: str | None, latest: str | None) -> dict[str, Any]:
    dates = {"earliestArrivalDate": earliest, "latestArrivalDate": latest}
    return {"fulfillmentPreviewItems": []} | {k: v for k, v in dates.items() if v}


def fee(name: str, value: str, currency: str = "USD") -> dict[str, Any]:
    return {"name": name, "amount": {"currencyCode": currency, "value": value}}


class TestOf2020:
    def answer(self, amazon: ScriptedAmazon, *previews: dict[str, Any]) -> None:
        amazon.answers("POST", PREVIEW, {"payload": {"fulfillmentPreviews": list(previews)}})

    def test_asks_for_every_speed_of_the_pool(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        self.answer(amazon)
        network.preview(order(quantities={"MUG": 2}, features=("BLANK_BOX",)))
        assert amazon.sent("POST", PREVIEW).json == {
            "marketplaceId": US,
            "address": {
                "name": "Ada Miller",
                "addressLine1": "1 Main St",
                "city": "Seattle",
                "stateOrRegion": "WA",
                "postalCode": "98101",
                "countryCode": "US",
                "phone": "206 555 0100",
            },
            "items": [{"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 2}],
            "shippingSpeedCategories": ["Standard", "Expedited", "Priority"],
            "featureConstraints": [
                {"featureName": "BLANK_BOX", "featureFulfillmentPolicy": "Required"}
            ],
        }

    def test_tells_fees_by_name_and_the_span_of_all_shipments(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        self.answer(
            amazon,
            preview(
                estimatedFees=[
                    fee("FBAPerUnitFulfillmentFee", "5.65"),
                    fee("FBAPerUnitFulfillmentFee", "3.954"),
                    fee("FBATransportationFee", "1"),
                ],
                fulfillmentPreviewShipments=[
                    shipment("2026-03-05T08:00:00Z", "2026-03-07T20:00:00Z"),
                    shipment("2026-03-04T08:00:00Z", "2026-03-06T20:00:00Z"),
                    shipment(None, None),
                ],
            ),
            preview(
                "Expedited",
                isFulfillable=False,
                orderUnfulfillableReasons=["DeliverySLAUnavailable"],
                unfulfillablePreviewItems=[
                    {
                        "sellerSku": "MUG",
                        "quantity": 1,
                        "sellerFulfillmentOrderItemId": "1",
                        "itemUnfulfillableReasons": ["out of stock"],
                    }
                ],
            ),
        )
        assert network.preview(order()) == [
            PreviewOption(
                "standard",
                True,
                {
                    "FBAPerUnitFulfillmentFee": Money(960, "USD"),
                    "FBATransportationFee": Money(100, "USD"),
                },
                datetime(2026, 3, 4, 8, tzinfo=UTC),
                datetime(2026, 3, 7, 20, tzinfo=UTC),
                3,
            ),
            PreviewOption(
                "expedited", False, reasons=("DeliverySLAUnavailable", "MUG: out of stock")
            ),
        ]

    def test_speeds_that_the_pool_has_not_are_left_out(
        self, make_network: MakeNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        """Japan's ScheduledDelivery, and what the configuration does not offer."""
        terms = {"standard": {"transit_days": 5, "order_fee": 0, "unit_fee": 500}}
        network = make_network(pools={"US": {"speeds": terms}})
        self.answer(amazon, *map(preview, ["Standard", "Priority", "ScheduledDelivery"]))
        assert [option.speed for option in network.preview(order())] == ["standard"]

    @pytest.mark.parametrize(
        ("value", "currency", "minor"),
        [("500", "JPY", 500), ("500.5", "JPY", 501), ("1.2345", "KWD", 1235), ("-0.5", "USD", -50)],
    )
    def test_fees_are_in_the_smallest_unit_of_their_currency(
        self,
        network: AmazonNetwork,
        amazon: ScriptedAmazon,
        order: MakeRequest,
        value: str,
        currency: str,
        minor: int,
    ) -> None:
        fees = [fee("FBATransportationFee", value, currency)]
        self.answer(amazon, preview(estimatedFees=fees))
        (option,) = network.preview(order())
        assert option.fees == {"FBATransportationFee": Money(minor, currency)}

    @pytest.mark.parametrize(
        ("value", "currency"), [("five", "USD"), ("NaN", "USD"), ("1e99", "USD"), ("5", "XXQ")]
    )
    def test_a_fee_that_is_none_is_an_error(
        self,
        network: AmazonNetwork,
        amazon: ScriptedAmazon,
        order: MakeRequest,
        value: str,
        currency: str,
    ) -> None:
        fees = [fee("FBATransportationFee", value, currency)]
        self.answer(amazon, preview(estimatedFees=fees))
        with pytest.raises(TransientError, match=r"estimatedFees\[0\].amount"):
            network.preview(order())

    def test_asking_changes_nothing_so_no_outcome_is_unknown(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("POST", PREVIEW, {}, status=500)
        with pytest.raises(TransientError):
            network.preview(order())


class TestOf2026:
    @pytest.fixture
    def network(self, network_2026: AmazonNetwork) -> AmazonNetwork:
        return network_2026

    def planned(self, *offers: dict[str, Any], sku: str = "MUG", units: int = 1) -> dict[str, Any]:
        item = {"productIdentifier": {"amazonSku": sku}, "amount": {"value": str(units)}}
        return {"items": [item], "offers": list(offers)}

    def offer(self, tier: str, start: str, end: str, **prices: str) -> dict[str, Any]:
        money = {k: {"currencyCode": "USD", "amount": v} for k, v in prices.items()}
        total = money.pop("total")
        return {
            "estimatedPrice": {
                "rollupPrices": [{"type": k, "value": v} for k, v in money.items()],
                "totalPrice": total,
            },
            "fulfillmentConfiguration": {
                "serviceLevel": {
                    "serviceTier": tier,
                    "deliveryInterval": {"startTime": start, "endTime": end},
                }
            },
        }

    def test_asks_for_every_speed_of_the_pool(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("POST", PREVIEWS_2026, {"plannedShipments": []})
        network.preview(order(country="CA", features=("BLANK_BOX",)))
        sent = amazon.sent("POST", PREVIEWS_2026).json
        assert sent["fulfillmentConfiguration"] == {
            "serviceLevel": {"serviceTiers": ["STANDARD", "EXPEDITED", "PRIORITY"]},
            "services": {"packaging": {"packagingOption": "UNBRANDED"}},
        }
        assert sent["origin"] == {"countryCode": "CA"}
        assert sent["lineItems"] == [
            {
                "product": {"productIdentifier": {"amazonSku": "MUG"}},
                "amount": {"unit": "EACHES", "value": "1"},
            }
        ]

    def test_a_speed_is_what_all_shipments_together_cost(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        first, last = "2026-03-05T08:00:00Z", "2026-03-07T20:00:00Z"
        shipments = [
            self.planned(
                self.offer("STANDARD", first, "2026-03-06T20:00:00Z", base="5.00", total="5.00"),
                self.offer("EXPEDITED", first, first, total="9.00"),
            ),
            self.planned(
                self.offer("STANDARD", "2026-03-06T08:00:00Z", last, base="1.50", total="1.50"),
                sku="CUP",
            ),
        ]
        constraint = {"type": "ValidationError", "code": "Late", "message": "no next day"}
        amazon.answers(
            "POST", PREVIEWS_2026, {"plannedShipments": shipments, "constraints": [constraint]}
        )
        wanted = order(country="CA", quantities={"MUG": 1, "CUP": 1})
        assert network.preview(wanted) == [
            PreviewOption(
                "standard",
                True,
                {"base": Money(650, "USD")},
                datetime(2026, 3, 5, 8, tzinfo=UTC),
                datetime(2026, 3, 7, 20, tzinfo=UTC),
                2,
                ("Late: no next day",),
            ),
            PreviewOption(
                "expedited",
                False,
                {"total": Money(900, "USD")},
                datetime(2026, 3, 5, 8, tzinfo=UTC),
                datetime(2026, 3, 5, 8, tzinfo=UTC),
                1,
                ("Late: no next day",),
            ),
            PreviewOption("priority", False, reasons=("Late: no next day",)),
        ]

    def test_what_is_not_planned_is_not_fulfillable(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        offer = self.offer("STANDARD", "2026-03-05T08:00:00Z", "2026-03-05T08:00:00Z", total="5")
        amazon.answers("POST", PREVIEWS_2026, {"plannedShipments": [self.planned(offer)]})
        (standard, *_) = network.preview(order(quantities={"MUG": 2}))
        assert not standard.fulfillable

    def test_an_offer_may_leave_price_and_time_open(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        bare = {"fulfillmentConfiguration": {"serviceLevel": {"serviceTier": "STANDARD"}}}
        amazon.answers("POST", PREVIEWS_2026, {"plannedShipments": [self.planned({}, bare)]})
        (standard, *_) = network.preview(order())
        assert standard == PreviewOption("standard", True, shipments=1)

    def test_nothing_planned_is_nothing_fulfillable(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.answers("POST", PREVIEWS_2026, {"plannedShipments": []})
        assert not any(option.fulfillable for option in network.preview(order()))
