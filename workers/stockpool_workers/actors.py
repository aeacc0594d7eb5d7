"""The Dramatiq actors. Each is repeat-safe, and none lets an exception reach Dramatiq.

Queues: `intake` polls channels; `fulfillment`, `cancellations`, `refunds`, `removals`,
`listings`, `inbound` and `pushes` carry out effects of the lane of the same name; `sync` follows
the networks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dramatiq
import structlog
from dramatiq import Actor, Broker

from stockpool.engine import Engine
from stockpool.outbox.dispatch import Dispatch
from stockpool.outbox.effects import Lane
from stockpool_workers.activity import Activity
from stockpool_workers.metrics import Metrics

INTAKE = "intake"
SYNC = "sync"
QUEUES = (INTAKE, SYNC, *(lane.value for lane in Lane))

_STALE_MILLISECONDS = 60_000
"""A duty's message older than this is dropped: the schedule has sent newer ones since."""

_log = structlog.get_logger(__name__)

Duty = Callable[[str], int]


class Actors:
    """The actors of one engine on one broker.

    Args:
        activity: told about duties, if this process wants to know when it is idle.
    """

    def __init__(
        self, engine: Engine, broker: Broker, activity: Activity, metrics: Metrics
    ) -> None:
        self._engine = engine
        self._broker = broker
        self._activity = activity
        self._metrics = metrics
        duties = engine.duties
        self._lanes = {lane: self._carrier(lane) for lane in Lane}
        self._duties = {
            "poll_channel": self._duty("poll_channel", INTAKE, duties.poll_channel),
            "take_hints": self._duty("take_hints", INTAKE, duties.take_hints),
            "keep_connected": self._duty("keep_connected", INTAKE, duties.keep_connected),
            "import_listings": self._duty("import_listings", INTAKE, duties.import_listings),
            "apply_bulk_plans": self._duty(
                "apply_bulk_plans", INTAKE, lambda _: duties.apply_bulk_plans()
            ),
            "follow_network": self._duty("follow_network", SYNC, duties.follow_network),
            "ask_for_parcels": self._duty("ask_for_parcels", SYNC, duties.ask_for_parcels),
            "take_snapshots": self._duty("take_snapshots", SYNC, duties.take_snapshots),
            "follow_listing_changes": self._duty(
                "follow_listing_changes", SYNC, duties.follow_listing_changes
            ),
            "follow_inbound_plans": self._duty(
                "follow_inbound_plans", SYNC, duties.follow_inbound_plans
            ),
            "follow_inbound_shipments": self._duty(
                "follow_inbound_shipments", SYNC, duties.follow_inbound_shipments
            ),
            "remove_automatically": self._duty(
                "remove_automatically", SYNC, lambda _: duties.remove_automatically()
            ),
            "take_foreign_removals": self._duty(
                "take_foreign_removals", SYNC, lambda _: duties.take_foreign_removals()
            ),
            "remind": self._duty("remind", SYNC, lambda _: duties.remind()),
            "watch_parcels": self._duty("watch_parcels", SYNC, lambda _: duties.watch_parcels()),
            "take_sales": self._duty("take_sales", SYNC, lambda _: duties.take_sales()),
            "settle_claims": self._duty("settle_claims", SYNC, lambda _: duties.settle_claims()),
            "take_parcels_back": self._duty(
                "take_parcels_back", SYNC, lambda _: duties.take_parcels_back()
            ),
            "follow_returns": self._duty("follow_returns", SYNC, duties.follow_returns),
            "fetch_reports": self._duty("fetch_reports", SYNC, duties.fetch_reports),
            "find_stranded": self._duty("find_stranded", SYNC, duties.find_stranded),
            "publish_availability": self._duty(
                "publish_availability", SYNC, duties.publish_availability
            ),
            "fill_waiting": self._duty("fill_waiting", SYNC, lambda _: duties.fill_waiting()),
            "settle_refunds": self._duty("settle_refunds", SYNC, lambda _: duties.settle_refunds()),
            "carry_out_privacy_requests": self._duty(
                "carry_out_privacy_requests",
                SYNC,
                lambda _: duties.carry_out_privacy_requests(),
            ),
            "follow_removals": self._duty(
                "follow_removals", SYNC, lambda _: duties.follow_removals()
            ),
        }

    def send(self, duty: str, name: str = "") -> None:
        """Have a duty done: `send("poll_channel", "web")`."""
        self._activity.begin()
        self._duties[duty].send(name)

    def dispatch(self, dispatches: Sequence[Dispatch]) -> None:
        """Have effects carried out."""
        for one in dispatches:
            self._lanes[one.lane].send(list(one.effect_ids))

    def _carrier(self, lane: Lane) -> Actor[[list[int]], None]:
        def carry_out(effect_ids: list[int]) -> None:
            try:
                with self._metrics.timed(lane.value):
                    outcomes = self._engine.carrier.carry_out(effect_ids)
            except Exception:
                # The effects stay leased until their lease runs out, then the sweep sends them.
                self._metrics.failed(lane.value)
                _log.exception("effects_failed", lane=lane.value, effects=len(effect_ids))
                return
            for outcome in outcomes:
                self._metrics.carried_out(outcome)
            if outcomes:
                self._activity.work_recorded.set()

        return self._actor(carry_out, f"carry_out_{lane.value}", lane.value, None)

    def _duty(self, name: str, queue: str, work: Duty) -> Actor[[str], None]:
        def duty(subject: str) -> None:
            done = 0
            try:
                with self._metrics.timed(name):
                    done = work(subject)
            except Exception:
                # It is done again at its next turn; what a person must see is in the queue.
                self._metrics.failed(name)
                _log.exception("duty_failed", duty=name, subject=subject)
            finally:
                self._activity.end(done)

        return self._actor(duty, name, queue, _STALE_MILLISECONDS)

    def _actor(
        self, work: Callable[..., None], name: str, queue: str, max_age: int | None
    ) -> Actor[..., None]:
        options: dict[str, Any] = {} if max_age is None else {"max_age": max_age}
        decorate = dramatiq.actor(actor_name=name, queue_name=queue, broker=self._broker, **options)
        actor: Actor[..., None] = decorate(work)
        return actor
