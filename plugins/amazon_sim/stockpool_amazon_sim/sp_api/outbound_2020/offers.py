"""getFulfillmentPreview and deliveryOffers: what would be; nothing is reserved or promised."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.previews import Preview as Forecast
from stockpool_amazon_sim.requests import Destination, FulfillmentOrderRequest, ItemRequest
from stockpool_amazon_sim.sp_api.messages import Call, Json, invalid_input
from stockpool_amazon_sim.sp_api.outbound_2020.bodies import SPEEDS, DeliveryOffers, Item, Preview
from stockpool_amazon_sim.sp_api.reading import country_of, read_body
from stockpool_amazon_sim.sp_api.writing import decimal, present, timestamp

_OFFER_LIFE = timedelta(minutes=15)


def preview(call: Call) -> Json:
    """getFulfillmentPreview: one for each speed that was asked for and the country has."""
    body = read_body(call, Preview)
    code = country_of(call, body.marketplace_id)
    request = FulfillmentOrderRequest(
        "preview",
        code,
        "preview",
        call.simulator.now(),
        "",
        "standard",
        body.address.destination(),
        [item.request({}) for item in body.items],
        feature_constraints=[
            (one.feature_name, one.feature_fulfillment_policy) for one in body.feature_constraints
        ],
    )
    asked = {SPEEDS[name]: name for name in body.shipping_speed_categories}
    return {
        "payload": {
            "fulfillmentPreviews": [
                _preview_json(forecast, asked[forecast.shipping_speed_category], code, body)
                for forecast in call.simulator.get_fulfillment_preview(request)
                if forecast.shipping_speed_category in asked
            ]
        }
    }


def delivery_offers(call: Call) -> Json:
    """deliveryOffers: a date range for each speed, for a product's page."""
    body = read_body(call, DeliveryOffers)
    code = body.terms.origin.country_code
    if code not in call.simulator.settings.countries:
        raise invalid_input("terms.origin.countryCode: the seller has no stock there.")
    where = body.terms.destination.delivery_address
    if where is None:
        raise invalid_input("terms.destination.deliveryAddress is missing.")
    amount = body.product.amount
    if amount is not None and not amount.value.isdigit():
        raise invalid_input("product.amount.value must be a whole number of Eaches.")
    request = FulfillmentOrderRequest(
        "offer",
        code,
        "offer",
        call.simulator.now(),
        "",
        "standard",
        Destination(
            "", "", where.country_code, where.postal_code, where.city, where.state_or_region
        ),
        [
            ItemRequest(
                "1",
                body.product.product_identifier.merchant_sku,
                1 if amount is None else int(amount.value),
            )
        ],
    )
    forecasts = call.simulator.get_fulfillment_preview(request, operation="deliveryOffers")
    now = call.simulator.now()
    return {
        "payload": {
            "deliveryOffers": [
                _offer_json(forecast, timestamp(now + _OFFER_LIFE))
                for forecast in forecasts
                if forecast.is_fulfillable
            ]
        }
    }


def _offer_json(forecast: Forecast, expires: str) -> dict[str, Any]:
    assert forecast.earliest_arrival is not None
    assert forecast.latest_arrival is not None
    latest = timestamp(forecast.latest_arrival)
    return {
        "expiresAt": expires,
        "dateRange": {"earliest": timestamp(forecast.earliest_arrival), "latest": latest},
        "policy": {"message": {"text": f"Delivery by {latest[:10]}", "locale": "en_US"}},
    }


def _preview_json(forecast: Forecast, speed: str, code: str, body: Preview) -> dict[str, Any]:
    known = country(code)
    reasons = list(forecast.order_unfulfillable_reasons)
    return present(
        shippingSpeedCategory=speed,
        isFulfillable=forecast.is_fulfillable,
        isCODCapable=False,
        marketplaceId=known.marketplace_id,
        estimatedShippingWeight={"unit": "KG", "value": f"{forecast.weight_grams / 1000:.3f}"},
        estimatedFees=[
            {
                "name": name,
                "amount": {"currencyCode": known.currency, "value": decimal(fee, known.currency)},
            }
            for name, fee in forecast.estimated_fees.items()
        ],
        fulfillmentPreviewShipments=[
            _shipment_json(forecast, [(body.items[place], units) for place, units in picks])
            for picks in forecast.picks.values()
        ],
        unfulfillablePreviewItems=[
            {
                "sellerSku": body.items[place].seller_sku,
                "quantity": units,
                "sellerFulfillmentOrderItemId": body.items[place].seller_fulfillment_order_item_id,
                "itemUnfulfillableReasons": ["ItemQuantityNotAvailable"],
            }
            for place, units in forecast.missing
        ],
        orderUnfulfillableReasons=reasons or None,
        featureConstraints=[
            {
                "featureName": one.feature_name,
                "featureFulfillmentPolicy": one.feature_fulfillment_policy,
            }
            for one in body.feature_constraints
        ],
    )


def _shipment_json(forecast: Forecast, picks: list[tuple[Item, int]]) -> dict[str, Any]:
    assert forecast.ship is not None
    assert forecast.earliest_arrival is not None
    assert forecast.latest_arrival is not None
    return {
        "earliestShipDate": timestamp(forecast.ship[0]),
        "latestShipDate": timestamp(forecast.ship[1]),
        "earliestArrivalDate": timestamp(forecast.earliest_arrival),
        "latestArrivalDate": timestamp(forecast.latest_arrival),
        "fulfillmentPreviewItems": [
            {
                "sellerSku": item.seller_sku,
                "quantity": units,
                "sellerFulfillmentOrderItemId": item.seller_fulfillment_order_item_id,
            }
            for item, units in picks
        ],
    }
