"""getFulfillmentPreview: what each speed would cost and when it would arrive. Reserves nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from stockpool_amazon_sim.countries import SCHEDULED, Speed, country, postal_code_pattern
from stockpool_amazon_sim.fees.fees import cash_on_delivery_fee, fulfillment_fees
from stockpool_amazon_sim.inventory.allocation import allocate
from stockpool_amazon_sim.inventory.inventory import known_sku
from stockpool_amazon_sim.inventory.ledger import Bucket
from stockpool_amazon_sim.inventory.stock import stock_of
from stockpool_amazon_sim.outbound.checks import check_quantities, invalid
from stockpool_amazon_sim.outbound.requests import STATE_FIELD, FulfillmentOrderRequest
from stockpool_amazon_sim.outbound.scheduled_delivery import offered_windows
from stockpool_amazon_sim.records import DAY, Micros, Sku
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.world import World


@dataclass(frozen=True, slots=True)
class Preview:
    """One speed. Fees by Amazon's name, in minor units of the country's currency.

    Attributes:
        ship: the earliest and the latest time of leaving; None if nothing would be shipped.
        picks: by center, what it would ship, as (place of the item in the request, units).
        missing: units that are not there, as (place of the item, units).
        unit_grams: what a unit weighs, item by item.
        cod_fee: what cash on delivery would cost on top; None where there is none.
        windows: those that a scheduled delivery can come in.
    """

    shipping_speed_category: str
    is_fulfillable: bool
    estimated_fees: Mapping[str, int]
    earliest_arrival: Micros | None
    latest_arrival: Micros | None
    shipments: int
    order_unfulfillable_reasons: Sequence[str]
    ship: tuple[Micros, Micros] | None = None
    picks: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    missing: Sequence[tuple[int, int]] = ()
    weight_grams: int = 0
    unit_grams: Sequence[int] = ()
    cod_fee: int | None = None
    windows: Sequence[tuple[Micros, Micros]] = ()


def preview(
    world: World, request: FulfillmentOrderRequest, *, anywhere: bool = False
) -> list[Preview]:
    """A preview for each speed of the country, in its order. Fees are for what would be shipped.

    Args:
        anywhere: it is not known where to, only that the country ships there.

    Raises:
        RejectedError: InvalidInput for an unknown country or SKU, or for no units at all.
    """
    if request.country not in world.settings.countries:
        raise invalid("marketplaceId is not one of this account's")
    check_quantities(request.items)
    skus = [known_sku(world, request.country, item.seller_sku) for item in request.items]
    reasons = [] if anywhere else _address_reasons(world, request)
    reasons += _feature_reasons(world, request)
    picks, missing = _picks(world, request, skus)
    if not picks or (missing and request.fulfillment_policy == "FillOrKill"):
        reasons.append("ItemQuantityNotAvailable")
    weight = sum(
        sku.weight_grams * item.quantity for sku, item in zip(skus, request.items, strict=True)
    )
    lacking = dict(missing)
    units = [item.quantity - lacking.get(place, 0) for place, item in enumerate(request.items)]
    shipped = [(sku, count) for sku, count in zip(skus, units, strict=True) if count]
    return [
        replace(
            _preview(world, request, name, speed, shipped, len(picks), reasons),
            picks={} if reasons else picks,
            missing=missing,
            weight_grams=weight,
            unit_grams=[sku.weight_grams for sku in skus],
            cod_fee=cash_on_delivery_fee(request.country, to_datetime(world.now).date()),
        )
        for name, speed in country(request.country).all_speeds.items()
    ]


def _preview(
    world: World,
    request: FulfillmentOrderRequest,
    name: str,
    speed: Speed,
    shipped: Sequence[tuple[Sku, int]],
    shipments: int,
    reasons: Sequence[str],
) -> Preview:
    if reasons:
        return Preview(name, False, {}, None, None, 0, tuple(reasons))
    fees = fulfillment_fees(
        request.country,
        to_datetime(world.now).date(),
        name,
        [(sku.size_tier, sku.weight_grams, units) for sku, units in shipped],
        block_amzl=any(feature == "BLOCK_AMZL" for feature, _ in request.feature_constraints),
    )
    earliest = world.now + speed.transit_days[0] * DAY
    latest = world.now + speed.latest_days * DAY
    ship = (world.now, world.now + speed.handling_days * DAY)
    if name == SCHEDULED:
        windows = offered_windows(request.country, world.now)
        earliest, latest = windows[0][0], windows[-1][1]
        ship = (world.now, latest - speed.transit_days[0] * DAY)
        return Preview(name, True, fees, earliest, latest, shipments, (), ship, windows=windows)
    return Preview(name, True, fees, earliest, latest, shipments, (), ship)


def _address_reasons(world: World, request: FulfillmentOrderRequest) -> list[str]:
    destination = request.destination
    pattern = postal_code_pattern(destination.country_code)
    if destination.country_code not in world.settings.destinations(request.country) or (
        pattern is not None and not pattern.fullmatch(destination.postal_code or "")
    ):
        return ["InvalidDestinationAddress"]
    return []


def _feature_reasons(world: World, request: FulfillmentOrderRequest) -> list[str]:
    accepted = world.settings.accepted_features(request.country)
    return [
        f"FeatureNotAvailable: {feature}"
        for feature, policy in request.feature_constraints
        if policy == "Required" and feature not in accepted
    ]


def _picks(
    world: World, request: FulfillmentOrderRequest, skus: Sequence[Sku]
) -> tuple[dict[str, list[tuple[int, int]]], list[tuple[int, int]]]:
    """What each center would ship, and the units that are not there, by place of the item."""
    demands = [(sku.fnsku, item.quantity) for sku, item in zip(skus, request.items, strict=True)]
    available = {
        fnsku: {
            center: buckets.get(Bucket.FULFILLABLE, 0)
            for center, buckets in stock_of(world, request.country, fnsku).centers.items()
        }
        for fnsku, _ in demands
    }
    near = country(request.country).centers_near(request.destination.fields()[STATE_FIELD])
    picks: dict[str, list[tuple[int, int]]] = {}
    left = [units for _, units in demands]
    for place, center, units in allocate(demands, available, near):
        picks.setdefault(center, []).append((place, units))
        left[place] -= units
    return picks, [(place, units) for place, units in enumerate(left) if units]
