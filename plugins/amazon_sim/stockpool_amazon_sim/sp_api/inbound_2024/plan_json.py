"""Plans and their packing and placement options, as this API writes them."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inbound.inbound_packing import SOURCES
from stockpool_amazon_sim.inbound.inbound_plan_records import (
    InboundPlan,
    PackingOption,
    PlacementOption,
)
from stockpool_amazon_sim.inbound.inbound_reading import PlanState
from stockpool_amazon_sim.inbound.inbound_transport import FREIGHT, OWN, PARCEL, PARTNER
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.sp_api.inbound_2024.content_json import incentive
from stockpool_amazon_sim.sp_api.writing import timestamp

PLACEMENT = "Placement Services"
DISCOUNT = "Fulfillment Fee Discount"


def plan_summary(plan: InboundPlan) -> dict[str, Any]:
    """`InboundPlanSummary`."""
    return {
        "createdAt": timestamp(plan.created_at),
        "inboundPlanId": plan.plan_id,
        "lastUpdatedAt": timestamp(plan.updated_at),
        "marketplaceIds": [country(plan.country).marketplace_id],
        "name": plan.name,
        "sourceAddress": plan.source,
        "status": plan.status,
    }


def plan_json(state: PlanState) -> dict[str, Any]:
    """`InboundPlan`. Of options that are settled only the confirmed one is shown."""
    plan, now = state.plan, state.now
    answer = plan_summary(plan)
    packing = [one for one in plan.packing_options if one.accepted or plan.packing is None]
    placement = [one for one in plan.placement_options if one.accepted or plan.placement is None]
    if packing:
        answer["packingOptions"] = [
            {"packingOptionId": one.option_id, "status": option_status(one, now)} for one in packing
        ]
    if placement:
        answer["placementOptions"] = [
            {"placementOptionId": one.option_id, "status": option_status(one, now)}
            for one in placement
        ]
    if state.shipments:
        answer["shipments"] = [
            {"shipmentId": one.shipment.shipment_id, "status": one.status}
            for one in state.shipments
        ]
    return answer


def option_status(option: PackingOption | PlacementOption, now: Micros) -> str:
    """OFFERED, ACCEPTED or EXPIRED."""
    if option.accepted:
        return "ACCEPTED"
    return "OFFERED" if option.expires_at > now else "EXPIRED"


def packing_option_json(option: PackingOption, code: str, now: Micros) -> dict[str, Any]:
    """`PackingOption`."""
    value, unit = option.heaviest
    modes = [PARCEL, *FREIGHT]
    return {
        "discounts": incentive(
            option.discount, code, "DISCOUNT", DISCOUNT, "Boxes with one SKU each"
        ),
        "expiration": timestamp(option.expires_at),
        "fees": [],
        "packingGroups": [group.group_id for group in option.groups],
        "packingOptionId": option.option_id,
        "status": option_status(option, now),
        "supportedConfigurations": [
            {
                "boxPackingMethods": list(SOURCES),
                "boxRequirements": {"weight": {"maximum": value, "minimum": 0, "unit": unit}},
                "shippingRequirements": [
                    {"modes": modes, "solution": solution} for solution in (PARTNER, OWN)
                ],
            }
        ],
        "supportedShippingConfigurations": [
            {"shippingMode": mode, "shippingSolution": solution}
            for solution in (PARTNER, OWN)
            for mode in modes
        ],
    }


def placement_option_json(option: PlacementOption, code: str, now: Micros) -> dict[str, Any]:
    """`PlacementOption`."""
    return {
        "discounts": [],
        "expiration": timestamp(option.expires_at),
        "fees": incentive(
            option.fee, code, "FEE", PLACEMENT, f"Placement in {len(option.shipment_ids)} centers"
        ),
        "placementOptionId": option.option_id,
        "shipmentIds": option.shipment_ids,
        "status": option_status(option, now),
    }
