"""The dispatcher: releases due effects to the broker, and so is the sweep as well.

One process dispatches at a time, by a lease that passes on within seconds. It asks the database
what is due; what was sent and not taken up, or was leased by a worker that died, is due again.
"""

from __future__ import annotations

import threading

import structlog

from stockpool.engine import Engine
from stockpool.outbox import leases
from stockpool_workers.activity import Activity
from stockpool_workers.actors import Actors

LEASE = "dispatch"
LEASE_SECONDS = 5.0
_RENEW_SECONDS = 1.5
_BUSY_SECONDS = 0.02
_IDLE_SECONDS = 0.25

_log = structlog.get_logger(__name__)


class Dispatcher(threading.Thread):
    """Runs until `stop`."""

    def __init__(self, engine: Engine, actors: Actors, activity: Activity) -> None:
        super().__init__(name="dispatcher", daemon=True)
        self._engine = engine
        self._actors = actors
        self._activity = activity
        self._stopping = threading.Event()
        self._lead_until = 0.0

    def run(self) -> None:
        while not self._stopping.is_set():
            released = 0
            try:
                if self._leads():
                    dispatches = self._engine.duties.dispatch()
                    self._actors.dispatch(dispatches)
                    released = len(dispatches)
            except Exception:
                # The database or the broker is away; what is due stays due.
                _log.exception("dispatch_failed")
            if released:
                self._stopping.wait(_BUSY_SECONDS)
            else:
                self._activity.work_recorded.wait(_IDLE_SECONDS)
                self._activity.work_recorded.clear()
        self._give_back()

    def stop(self) -> None:
        """Ask the thread to end, and wait for it."""
        self._stopping.set()
        self._activity.work_recorded.set()
        self.join(timeout=10)

    def _leads(self) -> bool:
        """Whether this process dispatches; renewed well before the lease runs out."""
        now = self._engine.clock.now().timestamp()
        if now < self._lead_until - LEASE_SECONDS + _RENEW_SECONDS:
            return True
        taken = self._engine.database.run(
            lambda connection: leases.acquire(
                connection,
                LEASE,
                self._engine.duties.owner,
                at=self._engine.clock.now(),
                seconds=LEASE_SECONDS,
            )
        )
        self._lead_until = now + LEASE_SECONDS if taken else 0.0
        return taken

    def _give_back(self) -> None:
        if self._lead_until:
            self._engine.database.run(
                lambda connection: leases.release(connection, LEASE, self._engine.duties.owner)
            )
