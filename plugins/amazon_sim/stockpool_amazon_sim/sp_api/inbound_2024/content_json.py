"""Items, boxes, pallets, money and times, as this API writes them."""

from __future__ import annotations

from typing import Any

from stockpool.money import Money
from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inbound.inbound_plan_records import Pallet, PlanBox, PlanItem
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.sp_api.writing import present


def minute(at: Micros) -> str:
    """ISO 8601 to the minute, as windows have it."""
    return to_datetime(at).strftime("%Y-%m-%dT%H:%MZ")


def money(minor: int, code: str) -> dict[str, Any]:
    """`Currency` of a country: a number, for that is what this API's model says."""
    currency = country(code).currency
    return {"amount": float(Money(minor, currency).amount), "code": currency}


def incentive(
    minor: int, code: str, kind: str, target: str, description: str
) -> list[dict[str, Any]]:
    """`Incentive`s: one, or none if it is for nothing."""
    if not minor:
        return []
    return [
        {
            "description": description,
            "target": target,
            "type": kind,
            "value": money(minor, code),
        }
    ]


def item_json(item: PlanItem) -> dict[str, Any]:
    """`Item`."""
    return present(
        asin=item.asin,
        expiration=item.expiration,
        fnsku=item.fnsku,
        labelOwner=item.label_owner,
        manufacturingLotCode=item.lot,
        msku=item.msku,
        prepInstructions=[
            {"prepOwner": item.prep_owner, "prepType": prep_type} for prep_type in item.prep_types
        ],
        quantity=item.quantity,
    )


def box_json(box: PlanBox, region: dict[str, str] | None = None) -> dict[str, Any]:
    """`Box`; with its center once that is settled."""
    return present(
        boxId=box.box_id,
        contentInformationSource=box.source,
        destinationRegion=region,
        dimensions=dimensions_json(box.size),
        externalContainerIdentifier=box.box_id,
        externalContainerIdentifierType=None if box.box_id is None else "AMAZON",
        items=[item_json(item) for item in box.items],
        packageId=box.package_id,
        quantity=1,
        weight=weight_json(box.weight),
    )


def pallet_json(pallet: Pallet) -> dict[str, Any]:
    """`Pallet`."""
    return present(
        dimensions=None if pallet.size is None else dimensions_json(pallet.size),
        packageId=pallet.package_id,
        quantity=pallet.quantity,
        stackability=pallet.stackability,
        weight=None if pallet.weight is None else weight_json(pallet.weight),
    )


def region_json(code: str, center_id: str) -> dict[str, str]:
    """`Region` of a center."""
    center = country(code).centers[center_id]
    region = {"countryCode": code, "warehouseId": center_id}
    return region | ({"state": center.state} if center.state else {})


def dimensions_json(size: list[Any]) -> dict[str, Any]:
    """`Dimensions`."""
    length, width, height, unit = size
    return {"length": length, "width": width, "height": height, "unitOfMeasurement": unit}


def weight_json(weight: list[Any]) -> dict[str, Any]:
    """`Weight`."""
    value, unit = weight
    return {"value": value, "unit": unit}
