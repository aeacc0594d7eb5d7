"""A preview shipment by shipment, as getOrderPreview (Fulfillment Outbound API 2026-07-04) has it.

It is the same preview as getFulfillmentPreview's, and costs the same: the fees of all planned
shipments together are those of the order. How Amazon shares them out is not published; here the
fee for units goes by units, the one for weight by weight, and the order's to the first shipment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockpool_amazon_sim.fees.fees import TRANSPORTATION_FEE, UNIT_FEE
from stockpool_amazon_sim.outbound.previews import Preview


@dataclass(frozen=True, slots=True)
class PlannedShipment:
    """What one center would send together.

    Attributes:
        lines: (place of the item in the request, units).
        fees: in minor units, by speed and by Amazon's name.
        is_first: it bears the fees that are for the whole order.
    """

    center: str
    lines: Sequence[tuple[int, int]]
    weight_grams: int
    fees: Mapping[str, Mapping[str, int]]
    is_first: bool


@dataclass(frozen=True, slots=True)
class Constraint:
    """Why something, or a part of it, would not be shipped.

    Attributes:
        details: (what it is, its value).
    """

    code: str
    message: str
    details: Sequence[tuple[str, str]] = ()


def planned_shipments(previews: Sequence[Preview]) -> list[PlannedShipment]:
    """The shipments of a request, from its previews: one for each center that would send."""
    if not previews:
        return []
    picks, grams = previews[0].picks, previews[0].unit_grams
    units = [sum(count for _, count in lines) for lines in picks.values()]
    weights = [sum(count * grams[place] for place, count in lines) for lines in picks.values()]
    shares = {UNIT_FEE: units, TRANSPORTATION_FEE: weights}
    first = [int(not place) for place in range(len(picks))]
    fees: list[dict[str, dict[str, int]]] = [{} for _ in picks]
    for preview in previews:
        for name, fee in preview.estimated_fees.items():
            for shipment, part in zip(fees, share(fee, shares.get(name, first)), strict=True):
                shipment.setdefault(preview.shipping_speed_category, {})[name] = part
    return [
        PlannedShipment(center, lines, weight, fee, bool(is_first))
        for (center, lines), weight, fee, is_first in zip(
            picks.items(), weights, fees, first, strict=True
        )
    ]


def share(amount: int, parts: Sequence[int]) -> list[int]:
    """An amount in proportion to parts, nothing lost or added. The last bears the rounding.

    Where no part weighs anything the first has it all.
    """
    whole = sum(parts)
    if not whole:
        return [amount] + [0] * (len(parts) - 1)
    shares, passed, given = [], 0, 0
    for part in parts:
        passed += part
        shares.append(amount * passed // whole - given)
        given += shares[-1]
    return shares


def constraints(previews: Sequence[Preview], skus: Sequence[str]) -> list[Constraint]:
    """What stands against shipping all of a request, whatever the speed.

    Args:
        skus: of the request's items, in their order.
    """
    if not previews:
        return []
    found = [
        constraint_for(reason)
        for reason in previews[0].order_unfulfillable_reasons
        if reason != "ItemQuantityNotAvailable"
    ]
    return found + [
        Constraint(
            "ItemQuantityNotAvailable",
            f"{units} units of {skus[place]} are not available.",
            [("amazonSku", skus[place]), ("unavailableAmount", str(units))],
        )
        for place, units in previews[0].missing
    ]


def constraint_for(reason: str) -> Constraint:
    """A reason of getFulfillmentPreview as a constraint."""
    code, _, subject = reason.partition(": ")
    details = [("feature", subject)] if subject else []
    return Constraint(code, _MESSAGES.get(code, code), details)


_MESSAGES = {
    "InvalidDestinationAddress": "Nothing is shipped to the destination's address.",
    "FeatureNotAvailable": "A required service is not available.",
    "ItemQuantityNotAvailable": "There are not enough units of the item.",
}
