"""`Tracking` of a parcel, out of the simulator and into it."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.outbound.proof_of_delivery import proof_of
from stockpool_amazon_sim.records import Order, Package
from stockpool_amazon_sim.sp_api.outbound_2026.bodies import DropOffLocation
from stockpool_amazon_sim.sp_api.reading import Body
from stockpool_amazon_sim.sp_api.writing import present


class CarrierTracking(Body):
    """`CarrierTracking`."""

    carrier_code: str
    tracking_number: str | None = None
    tracking_url: str | None = None


class AmazonTracking(Body):
    """`AmazonTracking`."""

    tracking_number: str | None = None
    tracking_url: str | None = None


class ProofOfDelivery(Body):
    """`ProofOfDelivery`."""

    delivery_photo_url: str | None = None
    received_by: str | None = None


class TrackingBody(Body):
    """`Tracking`, as the sandbox is told it."""

    carrier: CarrierTracking | None = None
    amazon: AmazonTracking | None = None
    drop_off_location: DropOffLocation | None = None
    proof_of_delivery: ProofOfDelivery | None = None

    def told(self) -> dict[str, Any]:
        """As it is kept beside the parcel's own carrier and tracking number."""
        return {
            name: part.model_dump(by_alias=True, exclude_none=True)
            for name, part in (
                ("carrier", self.carrier),
                ("amazon", self.amazon),
                ("dropOffLocation", self.drop_off_location),
                ("proofOfDelivery", self.proof_of_delivery),
            )
            if part is not None
        }


def tracking_json(order: Order, package: Package) -> dict[str, Any]:
    """`Tracking`: what the sandbox was told goes before what the parcel's way tells."""
    number = package.tracking_number
    ours = country(order.country).carriers
    by_amazon = any(one.amazon and one.code == package.carrier for one in ours)
    proof = proof_of(order, package)
    known = present(
        carrier=present(
            carrierCode=package.carrier,
            trackingNumber=number,
            trackingUrl=_url(f"carriers/{package.carrier}", number),
        ),
        amazon=present(trackingNumber=number, trackingUrl=_url("amazon", number))
        if by_amazon and number is not None
        else None,
        dropOffLocation=proof.place,
        proofOfDelivery=present(deliveryPhotoUrl=proof.photo_url, receivedBy=proof.received_by)
        or None,
    )
    return {
        name: known.get(name, {}) | package.told.get(name, {})
        for name in (*known, *(name for name in package.told if name not in known))
    }


def _url(where: str, number: str | None) -> str | None:
    return None if number is None else f"https://track.amazon.invalid/{where}/{number}"
