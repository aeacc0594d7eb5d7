"""The ASGI application that `stockpool serve` runs: webhooks in, health and metrics out.

POST /webhooks/CHANNEL   200 stored or known, 401 not the channel's, 404 no such channel,
                         408 or 413 the body is too slow or too long, 429 refused too often,
                         503 it could not be stored: repeat it
GET  /healthz            200 while the database answers, else 503
GET  /metrics            Prometheus
"""

from __future__ import annotations

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from stockpool.clock import Clock
from stockpool.storage.database import Database
from stockpool.webhooks.bad_callers import BadCallers
from stockpool.webhooks.metrics import WebhookMetrics
from stockpool.webhooks.receiver import Receiver, Reception

BODY_BYTES_MOST = 5_000_000
BODY_SECONDS = 10.0

_STATUS = {
    Reception.STORED: 200,
    Reception.DUPLICATE: 200,
    Reception.NO_CHANNEL: 404,
    Reception.REFUSED: 401,
    Reception.FAILED: 503,
}
_ABUSE = frozenset({Reception.NO_CHANNEL, Reception.REFUSED})


class _Unreadable(Exception):
    """A body that is not read to its end."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def application(
    receiver: Receiver,
    database: Database,
    clock: Clock,
    *,
    body_bytes_most: int = BODY_BYTES_MOST,
    body_seconds: float = BODY_SECONDS,
) -> Starlette:
    """The application.

    Args:
        body_bytes_most: of one delivery; no more is ever held of it.
        body_seconds: until all of it must be there.
    """
    registry = CollectorRegistry()
    metrics = WebhookMetrics(registry, database, clock)
    bad_callers = BadCallers(clock)

    async def webhook(request: Request) -> Response:
        channel = request.path_params["channel"]
        # Unknown names come from outside: they would make a label for each.
        label = channel if channel in receiver.channels else "unknown"
        caller = request.client.host if request.client else ""
        if bad_callers.is_blocked(caller):
            metrics.count(label, "blocked")
            return PlainTextResponse("refused too often", 429, {"Retry-After": "30"})
        try:
            body = await _body(request, body_bytes_most, body_seconds)
        except _Unreadable as error:
            bad_callers.refused(caller)
            metrics.count(label, "unreadable")
            return PlainTextResponse(
                "the body is too long or too slow", error.status, {"Connection": "close"}
            )
        outcome = await run_in_threadpool(receiver.receive, channel, dict(request.headers), body)
        if outcome in _ABUSE:
            bad_callers.refused(caller)
        metrics.count(label, outcome.value)
        return PlainTextResponse(outcome.value, _STATUS[outcome])

    async def healthz(_: Request) -> Response:
        healthy = await run_in_threadpool(_answers, database)
        return PlainTextResponse("ok" if healthy else "no database", 200 if healthy else 503)

    async def tell_metrics(_: Request) -> Response:
        body = await run_in_threadpool(generate_latest, registry)
        return Response(body, media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/webhooks/{channel}", webhook, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/metrics", tell_metrics),
        ]
    )


async def _body(request: Request, bytes_most: int, seconds: float) -> bytes:
    """The raw body.

    Raises:
        _Unreadable: it is longer or slower than allowed, or the caller has gone.
    """
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit():
        raise _Unreadable(400)
    # More digits than that Python does not even read.
    if len(announced) > 20 or int(announced) > bytes_most:
        raise _Unreadable(413)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > bytes_most:
                    raise _Unreadable(413)
    except TimeoutError:
        raise _Unreadable(408) from None
    except ClientDisconnect:
        raise _Unreadable(400) from None
    return bytes(body)


def _answers(database: Database) -> bool:
    try:
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
    except Exception:
        return False
    return True
