"""Dramatiq brokers: in this process, or on Redis. The actors are the same on both.

Dramatiq's retries, delays and results are not used: the outbox has its own, in the database.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog
from dramatiq import Broker, Worker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AgeLimit, Middleware

from stockpool.errors import ConfigurationError

EMBEDDED = "embedded"

NAMESPACE = "stockpool"

POLL_MILLISECONDS = 50
"""Redis is polled: this is the longest an idle worker sleeps, and so the wait of a lone message."""

_HEARTBEAT_MILLISECONDS = 15_000
_MAINTENANCE_PER_MILLION = 10_000
"""Ten times the default: a dead worker's messages come back sooner. The sweep does not wait."""

_log = structlog.get_logger(__name__)


def make_broker(url: str) -> Broker:
    """The broker that the configuration names.

    Raises:
        ConfigurationError: it is neither `embedded` nor a Redis URL.
    """
    middleware: list[Middleware] = [AgeLimit()]
    if url == EMBEDDED:
        return StubBroker(middleware=middleware)
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigurationError(
            f"stockpool.broker: {url.partition(':')[0]!r} is not supported; "
            "use embedded or redis://host:6379/0"
        )
    _warn_if_open(url)
    return RedisBroker(  # type: ignore[no-untyped-call]
        url=url,
        middleware=middleware,
        namespace=NAMESPACE,
        heartbeat_timeout=_HEARTBEAT_MILLISECONDS,
        maintenance_chance=_MAINTENANCE_PER_MILLION,
    )


def make_worker(broker: Broker, *, threads: int, queues: set[str] | None = None) -> Worker:
    """A worker that is not started yet, fast to wake and with a prefetch that fits its threads."""
    worker = Worker(broker, queues=queues, worker_timeout=POLL_MILLISECONDS, worker_threads=threads)
    # The default of two messages a thread makes the consumer sleep while there is work.
    worker.queue_prefetch = threads * 8
    return worker


def _warn_if_open(url: str) -> None:
    parts = urlsplit(url)
    local = parts.scheme == "unix" or parts.hostname in (None, "localhost", "127.0.0.1", "::1")
    if not local and not parts.password:
        _log.warning("redis_without_password", host=parts.hostname)
