"""What the Orders API v0 lets a seller tell of an order that he ships himself."""

from __future__ import annotations

from typing import Literal

from stockpool_amazon_sim.shop.merchant_sales import ShipmentConfirmation
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.sp_api.messages import Answer, Call, invalid_input
from stockpool_amazon_sim.sp_api.personal_data import must_see
from stockpool_amazon_sim.sp_api.reading import Body, country_of, parse_time, read_body


class _ConfirmedItem(Body):
    order_item_id: str
    quantity: int


class _PackageDetail(Body):
    package_reference_id: str
    carrier_code: str
    carrier_name: str | None = None
    shipping_method: str | None = None
    tracking_number: str
    ship_date: str
    order_items: list[_ConfirmedItem]


class _Confirm(Body):
    package_detail: _PackageDetail
    cod_collection_method: Literal["DirectPayment"] | None = None
    marketplace_id: str


class _PickupItem(Body):
    order_item_id: str | None = None
    quantity: int | None = None


class _UpdateShipment(Body):
    marketplace_id: str
    shipment_status: Literal["ReadyForPickup", "PickedUp", "RefusedPickup"]
    order_items: tuple[_PickupItem, ...] = ()


class _Review(Body):
    status: Literal["Pending", "Approved", "Rejected", "Expired", "Cancelled"] | None = None
    external_reviewer_id: str
    rejection_reason_id: str | None = None


class _UpdateVerification(Body):
    regulated_order_verification_status: _Review


def confirm_shipment(call: Call) -> Answer:
    """confirmShipment: a parcel that the seller sent."""
    body = read_body(call, _Confirm)
    code = country_of(call, body.marketplace_id)
    package = body.package_detail
    if body.cod_collection_method is not None and code != "JP":
        raise invalid_input("codCollectionMethod: cash is collected in Japan only.")
    if package.carrier_code == "Other" and not package.carrier_name:
        raise invalid_input("packageDetail.carrierName is required with carrierCode Other.")
    if not package.package_reference_id.strip():
        raise invalid_input("packageDetail.packageReferenceId is missing.")
    told = ShipmentConfirmation(
        package.package_reference_id,
        package.carrier_code,
        package.tracking_number,
        to_micros(parse_time(package.ship_date, "packageDetail.shipDate")),
        [(item.order_item_id, item.quantity) for item in package.order_items],
        package.carrier_name,
        package.shipping_method,
    )
    call.simulator.confirm_shipment(call.names["orderId"], code, told)
    return Answer(204, {})


def update_shipment_status(call: Call) -> Answer:
    """updateShipmentStatus: an order that is picked up in a store, always as a whole."""
    body = read_body(call, _UpdateShipment)
    code = country_of(call, body.marketplace_id)
    call.simulator.update_shipment_status(call.names["orderId"], code, body.shipment_status)
    return Answer(204, {})


def update_verification_status(call: Call) -> Answer:
    """updateVerificationStatus: with a restricted data token only."""
    must_see(call)
    review = read_body(call, _UpdateVerification).regulated_order_verification_status
    call.simulator.update_verification_status(
        call.names["orderId"],
        review.status or "",
        review.external_reviewer_id,
        review.rejection_reason_id,
    )
    return Answer(204, {})
