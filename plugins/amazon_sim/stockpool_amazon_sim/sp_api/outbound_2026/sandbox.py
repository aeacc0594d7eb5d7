"""updateOrderStatus and updatePackage: only Amazon's sandbox has them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime

from stockpool_amazon_sim.outbound.package_updates import PackageUpdate
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.sp_api.messages import Answer, Call
from stockpool_amazon_sim.sp_api.outbound_2026.orders import order_id
from stockpool_amazon_sim.sp_api.outbound_2026.tracking_json import TrackingBody
from stockpool_amazon_sim.sp_api.outbound_2026.vocabulary import (
    STATUSES_TO_ENTER,
    in_words_of_2026,
    one_of,
)
from stockpool_amazon_sim.sp_api.reading import Body, read_body


class StatusUpdate(Body):
    """`UpdateOrderStatusRequest`."""

    status: Annotated[str, one_of(STATUSES_TO_ENTER)]


class PackageBody(Body):
    """`UpdatePackageRequest`."""

    status: str
    delivery_time: AwareDatetime | None = None
    tracking: TrackingBody = TrackingBody()


def update_order_status(call: Call) -> Answer:
    """updateOrderStatus: 204 once the order is there."""
    status = STATUSES_TO_ENTER[read_body(call, StatusUpdate).status]
    with in_words_of_2026():
        call.simulator.update_order_status(order_id(call), status)
    return Answer(204, {})


def update_package(call: Call) -> Answer:
    """updatePackage: 204 once the parcel is there."""
    body = read_body(call, PackageBody)
    carrier = body.tracking.carrier
    told = body.tracking.told()
    at = body.delivery_time
    update = PackageUpdate(
        body.status,
        None if at is None else to_micros(at),
        None if carrier is None else carrier.carrier_code,
        None if carrier is None else carrier.tracking_number,
        told,
    )
    call.simulator.update_package(order_id(call), call.names["packageId"], update)
    return Answer(204, {})
