"""The bodies that sellers send to getOrderPreview and getOffers of 2026-07-04."""

from __future__ import annotations

from pydantic import Field

from stockpool_amazon_sim.sp_api.addresses import AddressBody
from stockpool_amazon_sim.sp_api.outbound_2026.bodies import (
    LineItem,
    Origin,
    ProductIdentifier,
    Services,
    is_offered,
)
from stockpool_amazon_sim.sp_api.outbound_2026.vocabulary import TIERS, Tier
from stockpool_amazon_sim.sp_api.reading import Body


class PreviewLevel(Body):
    """`PreviewServiceLevel`."""

    service_tiers: tuple[Tier, ...] = ()

    def tiers(self, country: str) -> list[str]:
        """Those that are asked about: all of the country's if none is named."""
        offered = [tier for tier in TIERS if is_offered(tier, country)]
        return list(dict.fromkeys(self.service_tiers)) or offered


class PreviewConfiguration(Body):
    """`PreviewFulfillmentConfiguration` and `OfferFulfillmentConfiguration`."""

    service_level: PreviewLevel = PreviewLevel()
    services: Services = Services()


class PreviewDestination(Body):
    """`PreviewDestination`."""

    delivery_address: AddressBody


class Preview(Body):
    """`GetOrderPreviewRequest`."""

    line_items: list[LineItem]
    destination: PreviewDestination
    channel: str | None = Field(None, max_length=40)
    origin: Origin | None = None
    fulfillment_configuration: PreviewConfiguration = PreviewConfiguration()
    exclude_estimated_fees: bool = False
    include_payment_on_delivery: bool = False


class OfferAddress(Body):
    """`VariablePrecisionAddress`: a postal code and a country are enough."""

    country_code: str = Field(min_length=2, max_length=2)
    postal_code: str
    state_or_region: str | None = None
    city: str | None = None


class OfferDestination(Body):
    """`OfferDestination`."""

    delivery_address: OfferAddress | None = None
    ip_address: str | None = None


class OfferItem(Body):
    """`OfferItem`; a product must be named though the model doesn't say so."""

    product_identifier: ProductIdentifier


class Offers(Body):
    """`GetOffersRequest`."""

    items: list[OfferItem] = Field(min_length=1)
    origin: Origin
    destination: OfferDestination | None = None
    fulfillment_configuration: PreviewConfiguration = PreviewConfiguration()
