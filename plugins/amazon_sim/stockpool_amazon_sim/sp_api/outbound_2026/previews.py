"""getOrderPreview: what would be sent together, by which tier, and for how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stockpool_amazon_sim.countries import country as known_country
from stockpool_amazon_sim.fees.fees import COD_FEE
from stockpool_amazon_sim.inbound.planned_shipments import (
    Constraint,
    PlannedShipment,
    constraints,
    planned_shipments,
)
from stockpool_amazon_sim.outbound.previews import Preview as Forecast
from stockpool_amazon_sim.outbound.requests import FulfillmentOrderRequest
from stockpool_amazon_sim.sp_api.messages import Call, Json
from stockpool_amazon_sim.sp_api.outbound_2026.bodies import is_offered
from stockpool_amazon_sim.sp_api.outbound_2026.order_json import amount_json, product_json
from stockpool_amazon_sim.sp_api.outbound_2026.orders import origin_country
from stockpool_amazon_sim.sp_api.outbound_2026.preview_bodies import Preview
from stockpool_amazon_sim.sp_api.outbound_2026.vocabulary import TIERS, in_words_of_2026
from stockpool_amazon_sim.sp_api.reading import read_body
from stockpool_amazon_sim.sp_api.writing import decimal, present, timestamp


def preview(call: Call) -> Json:
    """getOrderPreview: of what is there; what is not, or stands against it, is a constraint."""
    body = read_body(call, Preview)
    country = origin_country(call, body.origin)
    configuration = body.fulfillment_configuration
    tiers = configuration.service_level.tiers(country)
    request = FulfillmentOrderRequest(
        "preview",
        country,
        "preview",
        call.simulator.now(),
        "",
        "standard",
        body.destination.delivery_address.destination(),
        [item.request(str(place), {}) for place, item in enumerate(body.line_items, 1)],
        fulfillment_policy="FillAllAvailable",
        feature_constraints=configuration.services.features(country),
    )
    with in_words_of_2026():
        forecasts = call.simulator.get_order_preview(request)
    found = constraints(forecasts, [item.seller_sku for item in request.items])
    return {
        "plannedShipments": [
            _shipment_json(shipment, forecasts, body, country, tiers)
            for shipment in planned_shipments(forecasts)
        ],
        "constraints": [
            constraint_json(one) for one in (*found, *tier_constraints(tiers, country))
        ],
    }


def tier_constraints(tiers: list[str], country: str) -> list[Constraint]:
    """A constraint for each tier that was asked about and is not offered in the country."""
    return [
        Constraint(
            "DeliverySLAUnavailable",
            f"{tier} is not offered in {country}.",
            [("serviceTier", tier)],
        )
        for tier in tiers
        if not is_offered(tier, country)
    ]


def constraint_json(constraint: Constraint) -> dict[str, Any]:
    """`Constraint`. The model shows one type only."""
    return {
        "type": "ValidationError",
        "code": constraint.code,
        "message": constraint.message,
        "details": [{"type": kind, "value": value} for kind, value in constraint.details],
    }


def interval_json(start: int, end: int) -> dict[str, str]:
    """`TimeInterval`."""
    return {"startTime": timestamp(start), "endTime": timestamp(end)}


def _shipment_json(
    shipment: PlannedShipment,
    forecasts: list[Forecast],
    body: Preview,
    country: str,
    tiers: list[str],
) -> dict[str, Any]:
    by_speed = {forecast.shipping_speed_category: forecast for forecast in forecasts}
    return {
        "estimatedShippingWeight": {"unit": "KG", "value": f"{shipment.weight_grams / 1000:.3f}"},
        "items": [
            {
                "productIdentifier": product_json(
                    body.line_items[place].product.product_identifier.amazon_sku
                ),
                "amount": amount_json(units),
            }
            for place, units in shipment.lines
        ],
        "offers": [
            _offer_json(tier, by_speed[TIERS[tier]], interval, fees, body, country, payment=payment)
            for tier in tiers
            if is_offered(tier, country)
            for interval in intervals(by_speed[TIERS[tier]])
            for payment, fees in _payments(by_speed[TIERS[tier]], shipment, body)
        ],
    }


def intervals(forecast: Forecast) -> Sequence[tuple[int, int]]:
    """When a shipment could come: each window of a scheduled delivery is an offer of its own."""
    assert forecast.earliest_arrival is not None
    assert forecast.latest_arrival is not None
    return forecast.windows or [(forecast.earliest_arrival, forecast.latest_arrival)]


def _payments(
    forecast: Forecast, shipment: PlannedShipment, body: Preview
) -> list[tuple[str | None, Mapping[str, int]]]:
    """Without payment on delivery and, if it is asked for and there is such, with it."""
    fees = shipment.fees[forecast.shipping_speed_category]
    if not body.include_payment_on_delivery:
        return [(None, fees)]
    if forecast.cod_fee is None:
        return [("DISABLED", fees)]
    # Like the order's fee, the one for collecting goes to the first shipment.
    fee = forecast.cod_fee if shipment.is_first else 0
    return [("DISABLED", fees), ("ENABLED", {**fees, COD_FEE: fee})]


def _offer_json(
    tier: str,
    forecast: Forecast,
    interval: tuple[int, int],
    fees: Mapping[str, int],
    body: Preview,
    country: str,
    *,
    payment: str | None,
) -> dict[str, Any]:
    assert forecast.ship is not None
    packaging = body.fulfillment_configuration.services.packaging
    return present(
        estimatedPrice=None
        if body.exclude_estimated_fees
        else _price_json(fees, known_country(country).currency),
        fulfillmentConfiguration={
            "serviceLevel": {
                "serviceTier": tier,
                "deliveryInterval": interval_json(*interval),
                "shipInterval": interval_json(*forecast.ship),
            },
            "services": present(
                packaging={
                    "packagingOption": packaging.packaging_option,
                    "overbox": packaging.overbox,
                },
                delivery=None if payment is None else {"paymentOnDelivery": payment},
                additional=body.fulfillment_configuration.services.additional or None,
            ),
        },
    )


def _price_json(fees: Mapping[str, int], currency: str) -> dict[str, Any]:
    def money(minor: int) -> dict[str, str]:
        return {"currencyCode": currency, "amount": decimal(minor, currency)}

    return {
        "rollupPrices": [{"type": name, "value": money(fee)} for name, fee in fees.items()],
        "totalPrice": money(sum(fees.values())),
    }
