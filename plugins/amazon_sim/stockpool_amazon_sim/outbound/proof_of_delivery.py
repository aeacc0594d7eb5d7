"""What is shown for a delivery: where a parcel was left, a photo of it, or who took it.

Which carrier shows what is not published. Here: whoever asked for a signature has the recipient's
name; otherwise the parcel lies where the seller's delivery preferences said, or at the front door,
and Amazon's own carrier took a photo of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.records import Order, Package

FRONT_DOOR: Mapping[str, Any] = {"type": "FRONT_DOOR"}


@dataclass(frozen=True, slots=True)
class Proof:
    """Of one parcel.

    Attributes:
        place: `dropOffLocation`, the same in both versions of the API.
    """

    place: Mapping[str, Any] | None = None
    photo_url: str | None = None
    received_by: str | None = None


def proof_of(order: Order, package: Package) -> Proof:
    """The proof of a delivery; empty for a parcel that has not arrived."""
    if package.status != "DELIVERED":
        return Proof()
    if "SIGNATURE_CONFIRMATION" in order.granted:
        return Proof(received_by=order.address[0])
    wanted = order.sent.get("deliveryPreferences", {}).get("dropOffLocation")
    by_amazon = any(
        carrier.amazon and carrier.code == package.carrier
        for carrier in country(order.country).carriers
    )
    photo = f"https://photos.amazon.invalid/{package.number}.jpg" if by_amazon else None
    return Proof(wanted or FRONT_DOOR, photo)
