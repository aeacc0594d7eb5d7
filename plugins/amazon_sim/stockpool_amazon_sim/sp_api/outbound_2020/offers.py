"""getFulfillmentPreview and deliveryOffers: what would be; nothing is reserved or promised."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.fees.fees import COD_FEE
from stockpool_amazon_sim.outbound.estimates import CUSTOMS
from stockpool_amazon_sim.outbound.previews import Preview as Forecast
from stockpool_amazon_sim.outbound.requests import Destination, FulfillmentOrderRequest
from stockpool_amazon_sim.sp_api.messages import Call, Json, invalid_input
from stockpool_amazon_sim.sp_api.outbound_2020.bodies import SPEEDS, DeliveryOffers, Item, Preview
from stockpool_amazon_sim.sp_api.outbound_2020.order_json import window_json
from stockpool_amazon_sim.sp_api.reading import country_of, read_body
from stockpool_amazon_sim.sp_api.writing import decimal, present, timestamp


def preview(call: Call) -> Json:
    """getFulfillmentPreview: one for each speed, and for each with cash on delivery if asked.

    Without a list of speeds it is about all that the country has. One that it does not have is
    `DeliverySLAUnavailable`.
    """
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
    forecasts = {
        forecast.shipping_speed_category: forecast
        for forecast in call.simulator.get_fulfillment_preview(request)
    }
    previews: list[dict[str, Any]] = []
    for name in body.shipping_speed_categories or SPEEDS:
        forecast = forecasts.get(SPEEDS[name])
        if forecast is not None:
            previews.append(_preview_json(forecast, name, code, body))
            if body.include_cod_fulfillment_preview and forecast.cod_fee is not None:
                previews.append(_preview_json(forecast, name, code, body, cash=True))
        elif body.shipping_speed_categories:
            previews.append(_unavailable_json(name, code))
    return {"payload": {"fulfillmentPreviews": previews}}


def delivery_offers(call: Call) -> Json:
    """deliveryOffers: a date range for each speed, for a product's page.

    An IP address alone is not looked up here: it is somewhere the country ships to.
    """
    body = read_body(call, DeliveryOffers)
    code = body.terms.origin.country_code
    where = body.terms.destination.delivery_address
    if where is None and body.terms.destination.ip_address is None:
        raise invalid_input("terms.destination: deliveryAddress or ipAddress is needed.")
    amount = body.product.amount
    if amount is not None and not (amount.value.isascii() and amount.value.isdigit()):
        raise invalid_input("product.amount.value must be a whole number of Eaches.")
    found = call.simulator.get_delivery_offers(
        code,
        body.product.product_identifier.merchant_sku,
        1 if amount is None else int(amount.value),
        None
        if where is None
        else Destination(
            "", "", where.country_code, where.postal_code, where.city, where.state_or_region
        ),
    )
    expires = timestamp(found.expires_at)
    return {
        "payload": {
            "deliveryOffers": [_offer_json(forecast, expires) for forecast in found.previews]
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


def _unavailable_json(speed: str, code: str) -> dict[str, Any]:
    return {
        "shippingSpeedCategory": speed,
        "isFulfillable": False,
        "isCODCapable": False,
        "marketplaceId": country(code).marketplace_id,
        "orderUnfulfillableReasons": ["DeliverySLAUnavailable"],
    }


def _preview_json(
    forecast: Forecast, speed: str, code: str, body: Preview, *, cash: bool = False
) -> dict[str, Any]:
    known = country(code)
    fees = dict(forecast.estimated_fees)
    if cash and forecast.is_fulfillable and forecast.cod_fee is not None:
        fees[COD_FEE] = forecast.cod_fee
    reasons = list(forecast.order_unfulfillable_reasons)
    return present(
        shippingSpeedCategory=speed,
        isFulfillable=forecast.is_fulfillable,
        isCODCapable=cash,
        marketplaceId=known.marketplace_id,
        scheduledDeliveryInfo=_windows_json(forecast, code)
        if body.include_delivery_windows and forecast.windows
        else None,
        estimatedShippingWeight={"unit": "KG", "value": f"{forecast.weight_grams / 1000:.3f}"},
        estimatedFees=[
            {
                "name": name,
                "amount": {"currencyCode": known.currency, "value": decimal(fee, known.currency)},
            }
            for name, fee in fees.items()
        ],
        fulfillmentPreviewShipments=[
            _shipment_json(
                forecast,
                [(body.items[place], units) for place, units in picks],
                abroad=body.address.country_code != code,
            )
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


def _windows_json(forecast: Forecast, code: str) -> dict[str, Any]:
    scheduled = country(code).scheduled
    assert scheduled is not None
    return {
        "deliveryTimeZone": scheduled.time_zone,
        "deliveryWindows": [window_json(window) for window in forecast.windows],
    }


def _shipment_json(
    forecast: Forecast, picks: list[tuple[Item, int]], *, abroad: bool
) -> dict[str, Any]:
    assert forecast.ship is not None
    assert forecast.earliest_arrival is not None
    assert forecast.latest_arrival is not None
    return {
        **({"shippingNotes": [CUSTOMS]} if abroad else {}),
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
