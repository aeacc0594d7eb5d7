"""getOffers (Fulfillment Outbound API 2026-07-04): when a product would be there, by speed.

Offers are for a product's page: for one unit, reserved by nothing, and good for a quarter of an
hour (Amazon names no span).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stockpool_amazon_sim.inbound.planned_shipments import Constraint, constraint_for
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.outbound.previews import Preview, preview
from stockpool_amazon_sim.outbound.requests import Destination, FulfillmentOrderRequest, ItemRequest
from stockpool_amazon_sim.records import MINUTE, Micros
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.world import World

LIFE: Micros = 15 * MINUTE
"""How long an offer stands."""


@dataclass(frozen=True, slots=True)
class ItemOffers:
    """One SKU: the previews of the speeds that can be offered, or why there is none."""

    sku: str
    previews: Sequence[Preview]
    constraints: Sequence[Constraint]
    expires_at: Micros


def offers(
    world: World, country: str, sku: str, destination: Destination | None, units: int = 1
) -> ItemOffers:
    """What can be offered of a SKU.

    Args:
        destination: None if it is not known: then it is somewhere the country ships to.

    Raises:
        RejectedError: InvalidInput for a country without stock of this account.
    """
    if country not in world.settings.countries:
        raise invalid("origin.countryCode: the seller has no stock there")
    expires_at = world.now + LIFE
    if world.store.skus.get(f"{country}|{sku}") is None:
        unknown = Constraint(
            "InvalidSku", f"{sku} is not known in this country.", [("amazonSku", sku)]
        )
        return ItemOffers(sku, [], [unknown], expires_at)
    request = FulfillmentOrderRequest(
        "offer",
        country,
        "offer",
        to_datetime(world.now),
        "",
        "standard",
        destination or Destination("", "", country),
        [ItemRequest("1", sku, units)],
    )
    previews = preview(world, request, anywhere=destination is None)
    reasons = previews[0].order_unfulfillable_reasons
    return ItemOffers(
        sku,
        [one for one in previews if one.is_fulfillable],
        [constraint_for(reason) for reason in reasons],
        expires_at,
    )
