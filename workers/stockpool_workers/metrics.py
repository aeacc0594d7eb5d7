"""Prometheus metrics. Nothing in a label names a buyer or an order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from stockpool.attention.tables import attention_items
from stockpool.engine import Engine
from stockpool.outbox.effects import Done, Later, Outcome
from stockpool.outbox.tables import effects, rate_buckets


class Metrics:
    """What this process counts, and what the database knows when it is asked."""

    def __init__(self, engine: Engine) -> None:
        self.registry = CollectorRegistry()
        self._effects = Counter(
            "stockpool_effects",
            "Effects carried out",
            ("kind", "outcome"),
            registry=self.registry,
        )
        self._failures = Counter(
            "stockpool_failures",
            "Batches of effects and duties that ended in an exception",
            ("work",),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "stockpool_work_seconds",
            "How long a batch of effects or a duty took",
            ("work",),
            registry=self.registry,
        )
        self.registry.register(_Backlog(engine))

    def carried_out(self, outcome: Outcome) -> None:
        """Count one effect."""
        match outcome:
            case Done():
                what = "done"
            case Later():
                what = "throttled" if outcome.excused else "later"
            case _:
                what = "refused"
        self._effects.labels(outcome.effect.kind.value, what).inc()

    def failed(self, work: str) -> None:
        """Count one exception."""
        self._failures.labels(work).inc()

    @contextmanager
    def timed(self, work: str) -> Iterator[None]:
        """Time a batch of effects or a duty."""
        with self._seconds.labels(work).time():
            yield

    def serve(self, port: int, host: str = "127.0.0.1") -> tuple[WSGIServer, Thread]:
        """Serve the metrics over HTTP, on the loopback interface unless told otherwise."""
        return start_http_server(port, addr=host, registry=self.registry)


class _Backlog(Collector):
    """Asked at each scrape; the queries read partial indexes of what is open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterable[Metric]:
        now = self._engine.clock.now()
        with self._engine.database.read() as connection:
            backlog = connection.execute(
                select(effects.c.lane, func.count(), func.min(effects.c.due_at))
                .where(effects.c.state.in_(("pending", "leased")))
                .group_by(effects.c.lane)
            ).all()
            dead = connection.execute(
                select(func.count()).where(effects.c.state == "dead")
            ).scalar_one()
            attention = connection.execute(
                select(attention_items.c.kind, func.count())
                .where(attention_items.c.state == "open")
                .group_by(attention_items.c.kind)
            ).all()
            buckets = connection.execute(select(rate_buckets)).all()
        waiting = GaugeMetricFamily("stockpool_effects_open", "Effects to do", labels=["lane"])
        oldest = GaugeMetricFamily(
            "stockpool_oldest_due_effect_seconds", "Age of the oldest due effect", labels=["lane"]
        )
        for lane, count, due_at in backlog:
            waiting.add_metric([lane], count)
            oldest.add_metric([lane], max((now - due_at).total_seconds(), 0.0))
        yield waiting
        yield oldest
        yield GaugeMetricFamily("stockpool_effects_dead", "Effects given up", value=dead)
        items = GaugeMetricFamily("stockpool_attention_open", "Attention items", labels=["kind"])
        for kind, count in attention:
            items.add_metric([kind], count)
        yield items
        tokens = GaugeMetricFamily(
            "stockpool_rate_tokens", "Calls left in the bucket", labels=["party", "operation"]
        )
        for bucket in buckets:
            tokens.add_metric([bucket.party, bucket.operation], bucket.tokens)
        yield tokens
