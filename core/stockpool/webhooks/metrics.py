"""What is measured of webhooks. No label names an order, a buyer or a caller."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from stockpool.clock import Clock
from stockpool.storage.database import Database
from stockpool.webhooks import deliveries


class WebhookMetrics:
    """Counts this process's deliveries, and tells what the database has open."""

    def __init__(self, registry: CollectorRegistry, database: Database, clock: Clock) -> None:
        self._received = Counter(
            "stockpool_webhooks", "Webhooks received", ("channel", "outcome"), registry=registry
        )
        registry.register(_Open(database, clock))

    def count(self, channel: str, outcome: str) -> None:
        """Count one delivery."""
        self._received.labels(channel, outcome).inc()


class _Open(Collector):
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Registering must not ask the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        with self._database.read() as connection:
            waiting = deliveries.backlog(connection)
        now = self._clock.now()
        count = GaugeMetricFamily(
            "stockpool_webhooks_open", "Webhooks not worked off yet", labels=["channel"]
        )
        oldest = GaugeMetricFamily(
            "stockpool_oldest_webhook_seconds",
            "Age of the oldest webhook not worked off yet",
            labels=["channel"],
        )
        for channel in waiting:
            count.add_metric([channel.channel], channel.count)
            age = (now - channel.oldest).total_seconds()
            oldest.add_metric([channel.channel], max(age, 0.0))
        yield count
        yield oldest
