"""Reading and writing the documents of Fulfillment Inbound 2024-03-20, and v0's items. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar, cast, get_args

from stockpool.order_request import Address
from stockpool.plugins import network_inbound as contract
from stockpool_amazon.fields import Fields
from stockpool_amazon.pools import Pool, Pools
from stockpool_amazon.wire import present

_S = TypeVar("_S", bound=StrEnum)


def plan_body(request: contract.InboundPlanRequest, pool: Pool) -> dict[str, Any]:
    """CreateInboundPlanRequest: one plan is for one marketplace."""
    return {
        "destinationMarketplaces": [pool.marketplace_id],
        "items": [item_body(item) for item in request.items],
        "name": request.name,
        "sourceAddress": source_body(request.source),
    }


def item_body(item: contract.InboundItem) -> dict[str, Any]:
    """ItemInput."""
    return {
        "msku": item.sku,
        "quantity": item.quantity,
        "labelOwner": item.label_owner,
        "prepOwner": item.prep_owner,
    } | present(
        expiration=None if item.expiration is None else item.expiration.isoformat(),
        manufacturingLotCode=item.lot,
    )


def source_body(address: Address) -> dict[str, Any]:
    """AddressInput. What it requires and an address may lack is sent empty, and Amazon says so."""
    return {
        "name": address.name,
        "addressLine1": address.line1,
        "city": address.city or "",
        "postalCode": address.postal_code or "",
        "countryCode": address.country,
        "phoneNumber": address.phone or "",
    } | present(
        addressLine2=address.line2,
        districtOrCounty=address.district,
        stateOrProvinceCode=address.region,
    )


def grouping_body(grouping: contract.PackageGrouping) -> dict[str, Any]:
    """PackageGroupingInput."""
    return {"boxes": [_box_body(box) for box in grouping.boxes]} | present(
        packingGroupId=grouping.packing_group_id, shipmentId=grouping.shipment_id
    )


def prep_body(details: Sequence[contract.PrepDetails], pool: Pool) -> dict[str, Any]:
    """SetPrepDetailsRequest."""
    return {
        "marketplaceId": pool.marketplace_id,
        "mskuPrepDetails": [
            {
                "msku": one.sku,
                "prepCategory": one.prep_category,
                "prepTypes": list(one.prep_types),
            }
            for one in details
        ],
    }


def operation(document: Fields) -> contract.InboundOperation:
    """InboundOperationStatus."""
    return contract.InboundOperation(
        document.text("operationId"),
        document.text("operation"),
        _known(document, "operationStatus", contract.InboundOperationStatus),
        tuple(
            contract.InboundProblem(
                one.text("code"),
                one.text("message"),
                one.text("severity"),
                one.optional_text("details"),
            )
            for one in document.objects("operationProblems")
        ),
    )


def prep_details(document: Fields) -> contract.PrepDetails:
    """MskuPrepDetail."""
    return contract.PrepDetails(
        document.text("msku"),
        document.text("prepCategory"),
        tuple(document.texts("prepTypes")),
        document.optional_text("labelOwnerConstraint"),
        document.optional_text("prepOwnerConstraint"),
    )


def plan_state(document: Fields, pools: Pools) -> contract.InboundPlanState:
    """InboundPlan, or InboundPlanSummary."""
    marketplaces = document.texts("marketplaceIds")
    countries = [pools.country_of(one) for one in marketplaces]
    return contract.InboundPlanState(
        document.text("inboundPlanId"),
        document.text("name"),
        next((country for country in countries if country), None),
        _known(document, "status", contract.InboundPlanStatus),
        document.time("createdAt"),
        document.time("lastUpdatedAt"),
        {
            one.text("packingOptionId"): _option_status(one)
            for one in document.objects("packingOptions")
        },
        {
            one.text("placementOptionId"): _option_status(one)
            for one in document.objects("placementOptions")
        },
        {
            one.text("shipmentId"): _known(one, "status", contract.InboundShipmentStatus)
            for one in document.objects("shipments")
        },
    )


def packing_option(document: Fields) -> contract.PackingOption:
    """PackingOption."""
    return contract.PackingOption(
        document.text("packingOptionId"),
        _option_status(document),
        tuple(document.texts("packingGroups")),
        _incentives(document),
        document.optional_time("expiration"),
    )


def placement_option(document: Fields) -> contract.PlacementOption:
    """PlacementOption."""
    return contract.PlacementOption(
        document.text("placementOptionId"),
        _option_status(document),
        tuple(document.texts("shipmentIds")),
        _incentives(document),
        document.optional_time("expiration"),
    )


def item(document: Fields) -> contract.InboundItem:
    """Item. Who prepares it stands with its instructions; without one nothing is to be done."""
    instructions = document.objects("prepInstructions")
    owners = [one.optional_text("prepOwner") for one in instructions]
    return contract.InboundItem(
        document.text("msku"),
        document.whole("quantity"),
        _one_of(document, document.text("labelOwner"), contract.Owner),
        _one_of(document, next(filter(None, owners), "NONE"), contract.Owner),
        document.optional_date("expiration"),
        document.optional_text("manufacturingLotCode"),
    )


def box(document: Fields) -> contract.InboundBox:
    """Box."""
    size, weight = document.object("dimensions"), document.object("weight")
    return contract.InboundBox(
        _one_of(document, document.text("contentInformationSource"), contract.BoxContentSource),
        size.number("length"),
        size.number("width"),
        size.number("height"),
        _one_of(size, size.text("unitOfMeasurement"), contract.LengthUnit),
        weight.number("value"),
        _one_of(weight, weight.text("unit"), contract.WeightUnit),
        document.optional_whole("quantity") or 1,
        tuple(item(one) for one in document.objects("items")),
        document.text("packageId"),
        document.optional_text("boxId"),
    )


def shipment(document: Fields) -> contract.InboundShipmentState:
    """Shipment."""
    destination = document.object("destination")
    address = destination.optional_object("address")
    window = document.optional_object("selectedDeliveryWindow")
    tracking = document.optional_object("trackingDetails")
    parcels = tracking.optional_object("spdTrackingDetail") if tracking else None
    freight = tracking.optional_object("ltlTrackingDetail") if tracking else None
    return contract.InboundShipmentState(
        document.text("shipmentId"),
        document.text("placementOptionId"),
        document.optional_text("name") or "",
        _known(document, "status", contract.InboundShipmentStatus),
        destination.optional_text("warehouseId"),
        address.text("countryCode") if address else None,
        document.optional_text("shipmentConfirmationId"),
        document.optional_text("selectedTransportationOptionId"),
        window.text("deliveryWindowOptionId") if window else None,
        tuple(
            contract.BoxTracking(
                one.text("boxId"),
                one.text("trackingId"),
                one.optional_text("trackingNumberValidationStatus"),
            )
            for one in (parcels.objects("spdTrackingItems") if parcels else ())
            if one.optional_text("boxId") and one.optional_text("trackingId")
        ),
        tuple(freight.texts("freightBillNumber")) if freight else (),
    )


def transportation_option(document: Fields) -> contract.TransportationOption:
    """TransportationOption."""
    carrier, quote = document.object("carrier"), document.optional_object("quote")
    return contract.TransportationOption(
        document.text("transportationOptionId"),
        document.text("shipmentId"),
        document.text("shippingMode"),
        document.text("shippingSolution"),
        carrier.optional_text("alphaCode"),
        carrier.optional_text("name"),
        tuple(document.texts("preconditions")),
        quote.object("cost").money_in_number("amount", "code") if quote else None,
        quote.optional_time("expiration") if quote else None,
        quote.optional_time("voidableUntil") if quote else None,
    )


def delivery_window(document: Fields) -> contract.DeliveryWindowOption:
    """DeliveryWindowOption."""
    return contract.DeliveryWindowOption(
        document.text("deliveryWindowOptionId"),
        document.time("startDate"),
        document.time("endDate"),
        document.text("availabilityType"),
        document.time("validUntil"),
    )


def received_item(document: Fields) -> contract.ReceivedItem:
    """InboundShipmentItem of v0."""
    return contract.ReceivedItem(
        document.text("SellerSKU"),
        document.optional_text("FulfillmentNetworkSKU") or "",
        document.whole("QuantityShipped"),
        document.optional_whole("QuantityReceived") or 0,
    )


def _box_body(one: contract.InboundBox) -> dict[str, Any]:
    body: dict[str, Any] = {
        "contentInformationSource": one.content_source,
        "dimensions": {
            "length": float(one.length),
            "width": float(one.width),
            "height": float(one.height),
            "unitOfMeasurement": one.length_unit,
        },
        "weight": {"value": float(one.weight), "unit": one.weight_unit},
        "quantity": one.quantity,
    }
    # Items must be absent where the content is not told.
    return body | ({"items": [item_body(each) for each in one.items]} if one.items else {})


def _incentives(document: Fields) -> tuple[contract.Incentive, ...]:
    found: Mapping[Any, str] = {"FEE": "fees", "DISCOUNT": "discounts"}
    return tuple(
        contract.Incentive(
            kind,
            one.text("target"),
            one.text("description"),
            one.object("value").money_in_number("amount", "code"),
        )
        for kind, name in found.items()
        for one in document.objects(name)
    )


def _option_status(document: Fields) -> contract.OptionStatus:
    status = document.text("status")
    if status not in get_args(contract.OptionStatus):
        raise document.unreadable("status", "is none that we know")
    return cast(contract.OptionStatus, status)


def _known(document: Fields, name: str, kind: type[_S]) -> _S:
    try:
        return kind(document.text(name))
    except ValueError:
        raise document.unreadable(name, "is none that we know") from None


def _one_of(document: Fields, value: str, kind: Any) -> Any:
    if value not in get_args(kind):
        raise document.unreadable(value, "is none that we know")
    return value
