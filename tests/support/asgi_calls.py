"""Calls an ASGI application in this process, as a server does: no sockets, no client library."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HttpAnswer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def call(
    app: Callable[..., Any],
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    chunks: Iterable[bytes] = (b"",),
    *,
    client: str = "198.51.100.7",
    ends: bool = True,
) -> HttpAnswer:
    """One request.

    Args:
        chunks: the body, as it comes over the wire.
        ends: False: after the chunks the caller says nothing more, and stays connected.
    """
    return asyncio.run(_call(app, method, path, headers or {}, list(chunks), client, ends))


async def _call(
    app: Callable[..., Any],
    method: str,
    path: str,
    headers: Mapping[str, str],
    chunks: list[bytes],
    client: str,
    ends: bool,
) -> HttpAnswer:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": (client, 12345),
        "server": ("stockpool.test", 80),
    }
    sent: list[dict[str, Any]] = []
    waiting = list(chunks)

    async def receive() -> dict[str, Any]:
        if waiting:
            chunk = waiting.pop(0)
            return {
                "type": "http.request",
                "body": chunk,
                "more_body": bool(waiting) or not ends,
            }
        if ends:
            return {"type": "http.disconnect"}
        await asyncio.Event().wait()
        raise AssertionError("it is never set")

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    return HttpAnswer(
        start["status"],
        {name.decode().lower(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in sent[1:]),
    )
