"""The schedule: sends the duties at their intervals. Of several schedulers one leads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler

from stockpool.engine import Engine
from stockpool.outbox import leases
from stockpool_workers.actors import Actors

LEASE = "schedule"
LEASE_SECONDS = 10.0
_RENEW_SECONDS = 3.0


class Schedule:
    """Sends each duty at its interval while this process leads."""

    def __init__(self, engine: Engine, actors: Actors) -> None:
        self._engine = engine
        self._actors = actors
        self._leads = False
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1}
        )
        settings = engine.config.stockpool
        self._every(_RENEW_SECONDS, self.lead, "lead")
        for name in engine.channels:
            self._send_every(settings.poll_seconds, "poll_channel", name)
            self._send_every(settings.poll_seconds * 10, "import_listings", name)
            self._send_every(settings.poll_seconds * 20, "keep_connected", name)
            if name in engine.webhooks.channels:
                self._send_every(settings.webhook_seconds, "take_hints", name)
            self._send_every(settings.availability_seconds, "publish_availability", name)
        for name in engine.networks:
            self._send_every(settings.changes_seconds, "follow_network", name)
            self._send_every(settings.changes_seconds, "ask_for_parcels", name)
            self._send_every(settings.snapshot_seconds, "take_snapshots", name)
            self._send_every(settings.changes_seconds * 4, "follow_listing_changes", name)
            self._send_every(settings.changes_seconds * 4, "follow_inbound_plans", name)
            self._send_every(settings.changes_seconds * 4, "follow_inbound_shipments", name)
            self._send_every(settings.changes_seconds * 4, "fetch_reports", name)
            self._send_every(settings.changes_seconds * 4, "follow_returns", name)
            self._send_every(settings.snapshot_seconds, "find_stranded", name)
        self._send_every(settings.changes_seconds, "apply_bulk_plans", "")
        self._send_every(settings.changes_seconds, "fill_waiting", "")
        self._send_every(settings.changes_seconds, "settle_refunds", "")
        self._send_every(settings.changes_seconds * 4, "follow_removals", "")
        self._send_every(settings.snapshot_seconds, "remove_automatically", "")
        self._send_every(settings.snapshot_seconds * 4, "remind", "")
        self._send_every(settings.snapshot_seconds, "watch_parcels", "")
        self._send_every(settings.changes_seconds * 4, "take_foreign_removals", "")
        self._send_every(settings.changes_seconds * 4, "take_sales", "")
        self._send_every(settings.changes_seconds * 4, "settle_claims", "")
        self._send_every(settings.changes_seconds * 4, "take_parcels_back", "")
        self._send_every(settings.snapshot_seconds, "carry_out_privacy_requests", "")

    @property
    def leads(self) -> bool:
        """Whether this process sends the duties."""
        return self._leads

    def start(self) -> None:
        """Begin, and try to lead at once."""
        self.lead()
        self._scheduler.start()

    def stop(self) -> None:
        """End, and let another process lead."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._leads:
            self._leads = False
            self._engine.database.run(
                lambda connection: leases.release(connection, LEASE, self._engine.duties.owner)
            )

    def lead(self) -> None:
        """Take or renew the lead; whoever has it keeps it while it lives."""
        self._leads = self._engine.database.run(
            lambda connection: leases.acquire(
                connection,
                LEASE,
                self._engine.duties.owner,
                at=self._engine.clock.now(),
                seconds=LEASE_SECONDS,
            )
        )

    def _send_every(self, seconds: float, duty: str, name: str) -> None:
        def send() -> None:
            if self._leads:
                self._actors.send(duty, name)

        self._every(seconds, send, f"{duty} {name}")

    def _every(self, seconds: float, work: Callable[[], None], job_id: str) -> None:
        self._scheduler.add_job(
            work,
            "interval",
            seconds=seconds,
            id=job_id,
            next_run_time=self._engine.clock.now(),
        )
