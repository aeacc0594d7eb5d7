"""Which rule carries out which kind of dated event."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stockpool_amazon_sim.feeds import feeds
from stockpool_amazon_sim.inbound import inbound, inbound_tasks, plan_shipments
from stockpool_amazon_sim.inventory import automatic_removals, removals, warehouse
from stockpool_amazon_sim.listings import listing_changes, listings
from stockpool_amazon_sim.notifications import notices, notifications
from stockpool_amazon_sim.outbound import cancelling, carriage, orders, returns, shipping
from stockpool_amazon_sim.reimbursements import reimbursing
from stockpool_amazon_sim.reports import reports
from stockpool_amazon_sim.shop import sales
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World


def _tell_late(world: World, event: Event) -> None:
    """A change is told at last, as the order was then."""
    world.store.touch(event.subject, world.now, event.detail)


HANDLERS: Mapping[str, Callable[[World, Event], None]] = {
    "validate": orders.validate,
    "plan": orders.plan,
    "allocate": orders.start_picking,
    "gives_up": orders.give_up,
    "restocked": orders.restocked,
    "cancel": cancelling.cancel,
    "hold_expires": cancelling.hold_expires,
    "pick": shipping.pick,
    "pack": shipping.pack,
    "ship": shipping.ship,
    "tracking": carriage.tracking_comes,
    "scan": carriage.scan,
    "return_arrives": returns.return_arrives,
    "grade": returns.grade,
    "inbound_operation": inbound_tasks.carry_out,
    "inbound_leaves": plan_shipments.leave,
    "inbound_moves_on": inbound.move_on,
    "inbound_given_up": plan_shipments.give_up,
    "inbound_arrives": inbound.arrive,
    "inbound_receives": inbound.receive,
    "inbound_closes": inbound.close,
    "inbound_found": inbound.find,
    "listing_changes": listing_changes.apply,
    "sale_paid": sales.pay,
    "sale_ships": sales.ship,
    "transfer_arrives": warehouse.transfer_arrives,
    "processing_ends": warehouse.processing_ends,
    "units_found": warehouse.units_found,
    "units_lost": warehouse.units_lost,
    "reimburses": reimbursing.reimburse_loss,
    "units_turn_up": reimbursing.units_turn_up,
    "removal_plan": removals.plan,
    "removal_process": removals.process,
    listings.REMOVAL_DUE: automatic_removals.remove_stranded,
    "feed_starts": feeds.start,
    "feed_ends": feeds.end,
    "report_starts": reports.start,
    "report_ends": reports.end,
    "report_is_due": reports.make_scheduled,
    "told_late": _tell_late,
    "order_changed": notices.order_changed,
    "sale_changed": notices.sale_changed,
    "stock_changed": notices.stock_changed,
    "listing_changed": notices.listing_changed,
    "feed_ended": notices.feed_ended,
    "report_ended": notices.report_ended,
    notifications.ARRIVES: notifications.arrive,
}
