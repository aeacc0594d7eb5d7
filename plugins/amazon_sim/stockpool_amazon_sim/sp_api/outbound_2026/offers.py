"""getOffers: delivery dates for a product's page, item by item."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.outbound.offers import ItemOffers
from stockpool_amazon_sim.outbound.requests import Destination
from stockpool_amazon_sim.sp_api.messages import Call, Json
from stockpool_amazon_sim.sp_api.outbound_2026.bodies import is_offered
from stockpool_amazon_sim.sp_api.outbound_2026.order_json import product_json
from stockpool_amazon_sim.sp_api.outbound_2026.orders import origin_country
from stockpool_amazon_sim.sp_api.outbound_2026.preview_bodies import OfferDestination, Offers
from stockpool_amazon_sim.sp_api.outbound_2026.previews import (
    constraint_json,
    interval_json,
    intervals,
    tier_constraints,
)
from stockpool_amazon_sim.sp_api.outbound_2026.vocabulary import TIERS
from stockpool_amazon_sim.sp_api.reading import read_body
from stockpool_amazon_sim.sp_api.writing import timestamp


def get_offers(call: Call) -> Json:
    """getOffers.

    Without an address, and with an IP address only (it is not looked up here), the destination is
    somewhere the country ships to.
    """
    body = read_body(call, Offers)
    country = origin_country(call, body.origin)
    tiers = body.fulfillment_configuration.service_level.tiers(country)
    skus = [item.product_identifier.amazon_sku for item in body.items]
    found = call.simulator.get_offers(country, skus, _destination(body.destination))
    return {"offerResults": [_result_json(one, tiers, country) for one in found]}


def _destination(sent: OfferDestination | None) -> Destination | None:
    address = sent and sent.delivery_address
    if not address:
        return None
    return Destination(
        "", "", address.country_code, address.postal_code, address.city, address.state_or_region
    )


def _result_json(found: ItemOffers, tiers: list[str], country: str) -> dict[str, Any]:
    by_speed = {forecast.shipping_speed_category: forecast for forecast in found.previews}
    return {
        "item": {"productIdentifier": product_json(found.sku)},
        "offers": [
            _option_json(tier, interval, found.expires_at)
            for tier in tiers
            if is_offered(tier, country) and TIERS[tier] in by_speed
            for interval in intervals(by_speed[TIERS[tier]])
        ],
        "constraints": [
            constraint_json(one) for one in (*found.constraints, *tier_constraints(tiers, country))
        ],
    }


def _option_json(tier: str, interval: tuple[int, int], expires_at: int) -> dict[str, Any]:
    return {
        "expiryTime": timestamp(expires_at),
        "fulfillmentConfiguration": {
            "serviceLevel": {
                "serviceTier": tier,
                "deliveryInterval": interval_json(*interval),
            }
        },
    }
