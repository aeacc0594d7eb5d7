"""Fulfillment Outbound API 2026-07-04: its JSON and the engine's values. Pure.

It has no place for what is printed for the buyer (the order's displayable number, date and
comment, gift messages, comments of items): these are not sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar

from stockpool.errors import RejectedError
from stockpool.money import Money
from stockpool.order_request import Feature, Speed
from stockpool.plugins.network import (
    FulfillmentItem,
    FulfillmentItemState,
    FulfillmentOrderStatus,
    FulfillmentRequest,
    FulfillmentState,
    PackageState,
    PackageStatus,
    ShipmentItemState,
    ShipmentState,
    ShipmentStatus,
)
from stockpool_amazon.fields import Fields
from stockpool_amazon.pools import Pool, Pools
from stockpool_amazon.wire import address, present

_T = TypeVar("_T")

FEATURES: frozenset[Feature] = frozenset({"BLANK_BOX"})
"""What can be asked for (`packagingOption: UNBRANDED`); the model has no word for the others."""

TIERS: Mapping[Speed, str] = {
    "standard": "STANDARD",
    "expedited": "EXPEDITED",
    "priority": "PRIORITY",
}
PRIORITY_COUNTRIES = frozenset({"CA", "IN", "MX"})

_ACTIONS = {"Ship": "SHIP", "Hold": "HOLD"}
_POLICIES = {
    "FillOrKill": "FILL_OR_KILL",
    "FillAll": "FILL_ALL",
    "FillAllAvailable": "FILL_ALL_AVAILABLE",
}
_ORDER_STATUSES = {
    "PROCESSING": FulfillmentOrderStatus.PROCESSING,
    "COMPLETE": FulfillmentOrderStatus.COMPLETE,
    "COMPLETE_PARTIAL": FulfillmentOrderStatus.COMPLETE_PARTIALLED,
    "CANCELLED": FulfillmentOrderStatus.CANCELLED,
    "UNFULFILLABLE": FulfillmentOrderStatus.UNFULFILLABLE,
    "INVALID": FulfillmentOrderStatus.INVALID,
}
_SHIPMENT_STATUSES = {
    "PROCESSING": ShipmentStatus.PENDING,
    "SHIPPED": ShipmentStatus.SHIPPED,
    "CANCELLED": ShipmentStatus.CANCELLED_BY_SELLER,
}
_PACKAGE_STATUSES = {
    "IN_TRANSIT": PackageStatus.IN_TRANSIT,
    "DELAYED": PackageStatus.DELAYED,
    "OUT_FOR_DELIVERY": PackageStatus.OUT_FOR_DELIVERY,
    "DELIVERED": PackageStatus.DELIVERED,
    "UNDELIVERABLE": PackageStatus.UNDELIVERABLE,
}
"""All others, PROCESSING (it has not left) and EXPIRED among them, are UNKNOWN."""

_INT32 = 2**31


def create_body(request: FulfillmentRequest, pool: Pool) -> dict[str, Any]:
    """CreateOrderRequest.

    Raises:
        RejectedError: a feature is wanted that this version can't be asked for.
    """
    configuration: dict[str, Any] = {
        "serviceLevel": {"serviceTiers": [TIERS[request.speed]]},
        "action": _ACTIONS[request.action],
        "policy": _POLICIES[request.policy],
    }
    return {
        "orderId": request.fulfillment_order_id,
        "fulfillmentConfiguration": configuration | _services(request),
        "origin": _origin(pool),
        "destination": {"deliveryAddress": address(request.ship_to)},
        "lineItems": [
            {"lineItemId": item.item_id, "product": _product(item), "amount": _amount(item)}
            for item in request.items
        ],
    }


def update_body(request: FulfillmentRequest) -> dict[str, Any]:
    """UpdateOrderRequest: only the action can be changed."""
    return {"fulfillmentConfiguration": {"action": _ACTIONS[request.action]}}


def preview_body(request: FulfillmentRequest, pool: Pool) -> dict[str, Any]:
    """GetOrderPreviewRequest, for every speed of the pool.

    Raises:
        RejectedError: a feature is wanted that this version can't be asked for.
    """
    configuration = {"serviceLevel": {"serviceTiers": [TIERS[speed] for speed in pool.speeds]}}
    return {
        "fulfillmentConfiguration": configuration | _services(request),
        "origin": _origin(pool),
        "destination": {"deliveryAddress": address(request.ship_to)},
        "lineItems": [
            {"product": _product(item), "amount": _amount(item)} for item in request.items
        ],
    }


def state(order: Fields, pools: Pools) -> FulfillmentState:
    """FulfillmentOrder as the engine's state; one without a status is still being processed."""
    received_at = order.time("receiveTime")
    origin = order.optional_object("origin")
    return FulfillmentState(
        fulfillment_order_id=order.text("orderId"),
        country=pools.ships_from(origin.text("countryCode") if origin else None) or "",
        status=_named(_ORDER_STATUSES, order, "status", FulfillmentOrderStatus.PROCESSING),
        received_at=received_at,
        updated_at=order.optional_time("statusUpdateTime") or received_at,
        items=[
            FulfillmentItemState(
                item.text("lineItemId"),
                _sku(item.object("product")),
                item.amount("amount"),
                cancelled=item.amount("cancelledAmount"),
                unfulfillable=item.amount("unfulfillableAmount"),
            )
            for item in order.objects("lineItems", required=True)
        ],
        shipments=[_shipment(shipment) for shipment in order.objects("shipments")],
        granted_features=granted(order),
    )


def quantities(order: Fields) -> dict[str, int]:
    """Units by item of an order."""
    return {
        item.text("lineItemId"): item.amount("amount")
        for item in order.objects("lineItems", required=True)
    }


def granted(order: Fields) -> tuple[Feature, ...]:
    """The features that an order has."""
    found: Fields | None = order
    for name in ("fulfillmentConfiguration", "services", "packaging"):
        found = found and found.optional_object(name)
    unbranded = found is not None and found.optional_text("packagingOption") == "UNBRANDED"
    return ("BLANK_BOX",) if unbranded else ()


def package_number(package_id: str) -> int:
    """The engine's number for a package: the id itself if it is one, else drawn from it."""
    if package_id.isascii() and package_id.isdecimal() and 0 < int(package_id) < _INT32:
        return int(package_id)
    digest = hashlib.sha256(package_id.encode()).digest()
    return int.from_bytes(digest[:8], "big") % (_INT32 - 1) + 1


def _services(request: FulfillmentRequest) -> dict[str, Any]:
    beyond = [name for name in request.features if name not in FEATURES]
    if beyond:
        raise RejectedError(
            "FeatureNotAvailable",
            f"version 2026-07-04 can't be asked for {', '.join(beyond)}; set the network's "
            'outbound_versions.create (and preview) to "2020-07-01"',
        )
    if "BLANK_BOX" not in request.features:
        return {}
    return {"services": {"packaging": {"packagingOption": "UNBRANDED"}}}


def _origin(pool: Pool) -> dict[str, str]:
    return {"countryCode": pool.ship_from or pool.country}


def _product(item: FulfillmentItem) -> dict[str, Any]:
    return {"productIdentifier": {"amazonSku": item.sku}} | present(
        perUnitDeclaredValue=_money(item.unit_value)
    )


def _amount(item: FulfillmentItem) -> dict[str, str]:
    return {"unit": "EACHES", "value": str(item.quantity)}


def _money(money: Money | None) -> dict[str, str] | None:
    return None if money is None else {"currencyCode": money.currency, "amount": str(money.amount)}


def _sku(product: Fields) -> str:
    return product.object("productIdentifier").text("amazonSku")


def _named(known: Mapping[str, _T], fields: Fields, name: str, default: _T | None = None) -> _T:
    told = fields.optional_text(name)
    if told is None and default is not None:
        return default
    if told is None:
        raise fields.unreadable(name, "is missing")
    if told not in known:
        raise fields.unreadable(name, f"{told[:40]!r} is not known")
    return known[told]


def _shipment(shipment: Fields) -> ShipmentState:
    status = _named(_SHIPMENT_STATUSES, shipment, "status")
    left = status is ShipmentStatus.SHIPPED
    packages = shipment.objects("packages")
    holding = {
        item: package.text("packageId")
        for package in packages
        for item in package.texts("shipmentItemIds")
    }
    items = []
    for item in shipment.objects("items"):
        held_by = holding.get(item.optional_text("shipmentItemId") or "")
        package_id = item.optional_text("packageId") or held_by
        items.append(
            ShipmentItemState(
                item.text("lineItemId"),
                _sku(item),
                item.amount("amount"),
                package_number(package_id) if package_id else None,
            )
        )
    return ShipmentState(
        shipment_id=shipment.text("amazonShipmentId"),
        fulfillment_center_id=shipment.object("amazonFacility").text("facilityId"),
        status=status,
        # Before it has left, the time is an estimate.
        shipped_at=shipment.optional_time("shipTime") if left else None,
        estimated_arrival=shipment.optional_time("deliveryTime"),
        items=items,
        packages=[_package(package, left) for package in packages],
    )


def _package(package: Fields, left: bool) -> PackageState:
    told = package.optional_text("status")
    default = PackageStatus.IN_TRANSIT if left and told is None else PackageStatus.UNKNOWN
    status = _PACKAGE_STATUSES.get(told or "", default)
    tracking = package.optional_object("tracking")
    carrier = tracking and tracking.optional_object("carrier")
    amazon = tracking and tracking.optional_object("amazon")
    number = carrier or amazon
    at = package.optional_time("deliveryTime")
    return PackageState(
        package_number=package_number(package.text("packageId")),
        carrier_code=carrier.text("carrierCode") if carrier else "AMAZON",
        tracking_number=number.optional_text("trackingNumber") if number else None,
        status=status,
        estimated_arrival=at,
        # The model calls it an estimate; once the package is there, it is when it came.
        delivered_at=at if status is PackageStatus.DELIVERED else None,
    )
