"""The application behind any ASGI server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stockpool_amazon_sim.sp_api import message_queue
from stockpool_amazon_sim.sp_api.application import Application
from stockpool_amazon_sim.sp_api.messages import BODY_LIMIT, Request, Response

_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

THREADS = 16
"""Calls at once. The simulator lets one in at a time; one that is slow waits outside of it. Readers
of queues, who may wait for long, have as many of their own."""


class Asgi:
    """Takes HTTP requests and lets threads answer them, so that a slow one stops nobody."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sp-api")
        self._readers = ThreadPoolExecutor(THREADS, thread_name_prefix="sqs")

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: _Receive, send: _Send
    ) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"no {scope['type']} here")
        request = Request(
            scope["method"],
            scope["raw_path"].decode("latin-1").partition("?")[0],
            scope["query_string"].decode("latin-1"),
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            await _body(receive),
        )
        loop = asyncio.get_running_loop()
        threads = self._readers if message_queue.is_for(request) else self._threads
        response = await loop.run_in_executor(threads, self._application, request)
        await _answer(response, send)

    def close(self) -> None:
        """Wait for the calls under way."""
        self._threads.shutdown()
        self._readers.shutdown()


async def _body(receive: _Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= BODY_LIMIT + 1:
            # What is too long is refused by the application; it need not be kept.
            parts.append(part)
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return b"".join(parts)


async def _answer(response: Response, send: _Send) -> None:
    headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers.items()
    ]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    body = response.body[: len(response.body) // 2] if response.cut else response.body
    # A server ends the connection when more was announced than comes.
    await send({"type": "http.response.body", "body": body, "more_body": response.cut})
