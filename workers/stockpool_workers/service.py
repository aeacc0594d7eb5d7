"""The worker service: broker, workers, dispatcher and schedule of one process, started and stopped.

run        everything in one process, on the embedded broker or on Redis
worker     actors and dispatcher, on Redis
scheduler  the schedule, on Redis
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import structlog
from dramatiq import Worker

from stockpool.engine import Engine
from stockpool.errors import ConfigurationError
from stockpool_workers.activity import Activity
from stockpool_workers.actors import Actors
from stockpool_workers.brokers import EMBEDDED, make_broker, make_worker
from stockpool_workers.dispatcher import Dispatcher
from stockpool_workers.metrics import Metrics
from stockpool_workers.schedule import Schedule

STOP_SECONDS = 20.0
"""How long a stopping worker may finish what is under way; a lease frees the rest."""

_ROUND_SECONDS = 0.02

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

_log = structlog.get_logger(__name__)


class Service:
    """One process of the worker service. Give it to `with`, or call `start` and `stop`.

    Args:
        works: carry out effects and duties.
        schedules: send the duties at their intervals.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        works: bool = True,
        schedules: bool = True,
        threads: int = 4,
        metrics_port: int | None = None,
    ) -> None:
        url = engine.config.stockpool.broker
        if url == EMBEDDED and not (works and schedules):
            raise ConfigurationError(
                "stockpool.broker: the embedded broker is inside one process; use `stockpool run`, "
                "or a Redis URL for separate workers and schedulers"
            )
        self.engine = engine
        self.activity = Activity()
        self.metrics = Metrics(engine)
        self.broker = make_broker(url)
        self.actors = Actors(engine, self.broker, self.activity, self.metrics)
        self._metrics_port = metrics_port
        self._worker: Worker | None = make_worker(self.broker, threads=threads) if works else None
        self._dispatcher = Dispatcher(engine, self.actors, self.activity) if works else None
        self._schedule = Schedule(engine, self.actors) if schedules else None
        self._stop_requested = False

    def __enter__(self) -> Service:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, *, schedule: bool = True) -> None:
        """Start; `schedule=False` leaves the duties to the caller."""
        if self._metrics_port is not None:
            self.metrics.serve(self._metrics_port)
        if self._worker is not None:
            self._worker.start()
        if self._dispatcher is not None:
            self._dispatcher.start()
        if self._schedule is not None and schedule:
            self._schedule.start()
        _log.info("started", owner=self.engine.duties.owner)

    def stop(self) -> None:
        """Take nothing new, finish what is under way, and end."""
        if self._schedule is not None:
            self._schedule.stop()
        if self._dispatcher is not None:
            self._dispatcher.stop()
        if self._worker is not None:
            self._worker.stop(timeout=int(STOP_SECONDS * 1000))
        self.broker.close()
        _log.info("stopped", owner=self.engine.duties.owner)

    def run_until_stopped(self) -> None:
        """Work until SIGTERM or SIGINT; the second one ends the process at once.

        The signals are waited for, not handled: a handler runs between any two instructions of the
        main thread, and deadlocks on every lock that it finds taken.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
        with self:
            received = signal.sigwait(_STOP_SIGNALS)
            _log.info("stopping", signal=signal.Signals(received).name)
            for number in _STOP_SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)

    def request_stop(self) -> None:
        """Let `run_until_idle` end early, in good order. Takes no lock."""
        self._stop_requested = True

    def run_until_idle(
        self,
        watch: Callable[[], None] | None = None,
        *,
        coming: Callable[[], bool] | None = None,
    ) -> None:
        """Do everything that there is to do, then end.

        Instead of at their intervals the duties are done round by round, until a round finds
        nothing, no effect is unfinished, and no channel or network has more coming in a moment.

        Args:
            watch: called after each round.
            coming: whether there is more to wait for than the engine knows of.
        """
        if threading.current_thread() is threading.main_thread():
            for number in _STOP_SIGNALS:
                signal.signal(number, lambda *_: self.request_stop())
        pause = threading.Event()
        self.start(schedule=False)
        try:
            while not self._is_stopping():
                self._send_round()
                while not self.activity.wait_until_quiet(0.2):
                    if self._is_stopping():
                        return
                if watch is not None:
                    watch()
                # Each is asked in each round: what one of them lets happen, the others must see.
                more = coming is not None and coming()
                if not self.activity.take_done() and self.engine.idle() and not more:
                    return
                pause.wait(_ROUND_SECONDS)
        finally:
            self.stop()

    def _is_stopping(self) -> bool:
        return self._stop_requested

    def _send_round(self) -> None:
        for name in self.engine.channels:
            self.actors.send("poll_channel", name)
            self.actors.send("take_hints", name)
            self.actors.send("publish_availability", name)
        for name in self.engine.networks:
            self.actors.send("follow_network", name)
            self.actors.send("ask_for_parcels", name)
            self.actors.send("follow_listing_changes", name)
            self.actors.send("follow_inbound_plans", name)
            self.actors.send("follow_inbound_shipments", name)
            self.actors.send("fetch_reports", name)
            self.actors.send("follow_returns", name)
        self.actors.send("fill_waiting")
        self.actors.send("settle_refunds")
        self.actors.send("follow_removals")
        self.actors.send("remove_automatically")
        self.actors.send("take_foreign_removals")
        self.actors.send("take_sales")
        self.actors.send("settle_claims")
        self.actors.send("take_parcels_back")
