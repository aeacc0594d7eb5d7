"""ScheduledDelivery (Fulfillment Outbound API 2020-07-01): a window in which a parcel shall come.

Only Japan has it. The windows are offered by a preview, an order names one of them, and it can't
be held. When a center begins is not published: here as late as the longest way allows, so that a
parcel does not lie at the carrier's for a week.
"""

from __future__ import annotations

from datetime import timedelta

from stockpool_amazon_sim.countries import SCHEDULED, country
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.outbound.requests import FulfillmentOrderRequest
from stockpool_amazon_sim.records import DAY, HOUR, Micros, Order, Package
from stockpool_amazon_sim.simulated_time import to_datetime, to_micros
from stockpool_amazon_sim.world import World


def offered_windows(code: str, now: Micros) -> list[tuple[Micros, Micros]]:
    """The windows that can be chosen in a country at a time, in order; none where there are none.

    The first begins when a parcel is sure to be there.
    """
    scheduled = country(code).scheduled
    if scheduled is None:
        return []
    first = now + scheduled.speed.latest_days * DAY
    last = first + scheduled.days * DAY
    local = to_datetime(now) + timedelta(hours=scheduled.utc_offset_hours)
    midnight = to_micros(local.replace(hour=0, minute=0, second=0, microsecond=0))
    midnight -= scheduled.utc_offset_hours * HOUR
    windows = [
        (midnight + day * DAY + start * HOUR, midnight + day * DAY + end * HOUR)
        for day in range(scheduled.speed.latest_days + scheduled.days + 1)
        for start, end in scheduled.hours
    ]
    return [window for window in windows if first <= window[0] < last]


def check_window(request: FulfillmentOrderRequest, now: Micros) -> None:
    """Refuse a scheduled order without a window that is offered now, or one that is held.

    Raises:
        RejectedError: InvalidInput.
    """
    if request.shipping_speed_category != SCHEDULED:
        return
    if request.fulfillment_action == "Hold":
        raise invalid("fulfillmentAction must be Ship for a scheduled delivery")
    if request.delivery_window is None:
        raise invalid("deliveryWindow is missing for a scheduled delivery")
    start, end = request.delivery_window
    if (to_micros(start), to_micros(end)) not in offered_windows(request.country, now):
        raise invalid("deliveryWindow is none of those that are offered now")


def window_of(request: FulfillmentOrderRequest) -> list[Micros]:
    """The window as an order keeps it. Other speeds have none, whatever was sent."""
    if request.shipping_speed_category != SCHEDULED or request.delivery_window is None:
        return []
    return [to_micros(at) for at in request.delivery_window]


def begin_of_picking(order: Order) -> Micros:
    """Before this nothing is picked; long ago for an order without a window."""
    if not order.window:
        return 0
    days = country(order.country).all_speeds[order.speed].latest_days
    return order.window[0] - days * DAY


def transit_into_window(world: World, order: Order, package: Package) -> Micros:
    """How long a parcel that leaves now is on its way: into the window, or as soon as it can."""
    start, end = order.window
    soonest = country(order.country).all_speeds[order.speed].transit_days[0] * DAY
    arrival = start + world.draws.between((0.0, 1.0), end - start, package.number, "window")
    return max(arrival - world.now, soonest)
