"""Reading the previews of the Fulfillment Outbound API 2026-07-04. Pure.

They come by planned shipment, and within each by offer; the engine wants them by speed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stockpool.money import Money
from stockpool.order_request import Speed
from stockpool.plugins.network import FulfillmentRequest, PreviewOption
from stockpool_amazon.fields import Fields
from stockpool_amazon.outbound_2026_07_04 import TIERS
from stockpool_amazon.pools import Pool


def preview_options(
    document: Fields, request: FulfillmentRequest, pool: Pool
) -> list[PreviewOption]:
    """GetOrderPreviewResponse, for each speed of the pool.

    A speed is fulfillable if every planned shipment has an offer for it, and the shipments hold
    all that was asked for.
    """
    shipments = document.objects("plannedShipments", required=True)
    planned = _units_of_skus(
        (item.object("productIdentifier").text("amazonSku"), item.amount("amount"))
        for shipment in shipments
        for item in shipment.objects("items")
    )
    wanted = _units_of_skus((item.sku, item.quantity) for item in request.items)
    covered = all(planned.get(sku, 0) >= units for sku, units in wanted.items())
    reasons = tuple(
        f"{constraint.text('code')}: {constraint.text('message')}"
        for constraint in document.objects("constraints")
    )
    return [_preview_option(speed, shipments, covered, reasons) for speed in pool.speeds]


def _preview_option(
    speed: Speed, shipments: Sequence[Fields], covered: bool, reasons: tuple[str, ...]
) -> PreviewOption:
    offers = [_offer(shipment, TIERS[speed]) for shipment in shipments]
    found = [offer for offer in offers if offer is not None]
    fees: dict[str, Money] = {}
    intervals: list[Fields] = []
    for offer in found:
        for name, amount in _prices(offer).items():
            fees[name] = fees[name] + amount if name in fees else amount
        level = offer.object("fulfillmentConfiguration").object("serviceLevel")
        interval = level.optional_object("deliveryInterval")
        if interval is not None:
            intervals.append(interval)
    return PreviewOption(
        speed,
        bool(shipments) and covered and len(found) == len(shipments),
        fees,
        min((interval.time("startTime") for interval in intervals), default=None),
        max((interval.time("endTime") for interval in intervals), default=None),
        len(found),
        reasons,
    )


def _offer(shipment: Fields, tier: str) -> Fields | None:
    for offer in shipment.objects("offers"):
        configuration = offer.optional_object("fulfillmentConfiguration")
        level = configuration and configuration.optional_object("serviceLevel")
        if level is not None and level.optional_text("serviceTier") == tier:
            return offer
    return None


def _prices(offer: Fields) -> dict[str, Money]:
    """The parts of an offer's price by name; the total if it has no parts."""
    price = offer.optional_object("estimatedPrice")
    if price is None:
        return {}
    parts = {
        part.text("type"): part.object("value").money("amount")
        for part in price.objects("rollupPrices")
    }
    return parts or {"total": price.object("totalPrice").money("amount")}


def _units_of_skus(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    units: dict[str, int] = {}
    for sku, quantity in pairs:
        units[sku] = units.get(sku, 0) + quantity
    return units
