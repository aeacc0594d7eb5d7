"""getPackageTrackingDetails."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.outbound.tracking import TrackingDetails
from stockpool_amazon_sim.sp_api.messages import Call, Json, invalid_input
from stockpool_amazon_sim.sp_api.reading import required
from stockpool_amazon_sim.sp_api.writing import present, timestamp

_STATUSES = {
    "IN_TRANSIT": "The parcel is on its way",
    "OUT_FOR_DELIVERY": "The parcel is out for delivery",
    "DELIVERY_ATTEMPTED": "Nobody was there to take the parcel",
    "DELIVERED": "The parcel was delivered",
    "DELAYED": "The parcel is late",
    "RETURNING": "The parcel is on its way back",
    "RETURNED": "The parcel came back",
    "UNDELIVERABLE": "The parcel was lost",
    "UNKNOWN": "Nothing is known of the parcel",
}
_INT32_MAX = 2**31 - 1


def details(call: Call) -> Json:
    """getPackageTrackingDetails: a parcel's way so far, the latest event first."""
    value = required(call, "packageNumber")
    if not (value.isascii() and value.isdigit() and int(value) <= _INT32_MAX):
        raise invalid_input("packageNumber must be a whole number.")
    return {"payload": _details_json(call.simulator.get_package_tracking_details(int(value)))}


def _details_json(known: TrackingDetails) -> dict[str, Any]:
    arrival = known.estimated_arrival
    return present(
        packageNumber=known.package_number,
        trackingNumber=known.tracking_number,
        customerTrackingLink=f"https://www.swiship.invalid/track?id={known.tracking_number or ''}",
        carrierCode=known.carrier_code,
        shipDate=timestamp(known.events[-1].at) if known.events else None,
        estimatedArrivalDate=None if arrival is None else timestamp(arrival),
        shipToAddress={
            "city": known.destination[0],
            "state": known.destination[1],
            "country": known.destination[2],
        },
        currentStatus=known.current_status,
        currentStatusDescription=_STATUSES.get(known.current_status),
        deliveryWindow=None
        if known.window is None
        else {"earliest": timestamp(known.window[0]), "latest": timestamp(known.window[1])},
        signedForBy=known.signed_for_by,
        additionalLocationInfo=known.left_at,
        trackingEvents=[
            {
                "eventDate": timestamp(event.at),
                "eventAddress": {
                    "city": event.city,
                    "state": event.state,
                    "country": event.country,
                },
                "eventCode": event.code,
                "eventDescription": event.description,
            }
            for event in known.events
        ],
    )
