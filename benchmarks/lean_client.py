"""An HTTP client that costs next to nothing: ready bytes go out, and answers are only counted."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PATIENCE = 60.0


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    asked_at: float = 0.0


def get(url: str, path: str, token: str) -> bytes:
    """A GET request, ready to be sent."""
    where = urlsplit(url).netloc
    return (
        f"GET {path} HTTP/1.1\r\nhost: {where}\r\nuser-agent: benchmarks\r\n"
        f"accept: application/json\r\nx-amz-access-token: {token}\r\n\r\n"
    ).encode("latin-1")


def ask(url: str, requests: Sequence[bytes], *, connections: int) -> list[float]:
    """Send all requests, each connection its next one when it has its answer.

    Returns:
        Seconds from each request to its answer's last byte.

    Raises:
        RuntimeError: if an answer is not 200.
    """
    where = urlsplit(url)
    assert where.hostname is not None
    times: list[float] = []
    waiting = iter(requests)
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            opened = socket.create_connection((where.hostname, where.port or 80), _PATIENCE)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = _Connection(opened)
            selector.register(opened, selectors.EVENT_READ, connection)
            _send(connection, waiting)
        while len(times) < len(requests):
            ready = selector.select(_PATIENCE)
            if not ready:
                raise RuntimeError(f"{url}: no answer in {_PATIENCE} s")
            for key, _ in ready:
                connection = key.data
                connection.received += connection.socket.recv(65_536)
                if _is_whole(connection.received):
                    times.append(time.perf_counter() - connection.asked_at)
                    _send(connection, waiting)
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return times


def _send(connection: _Connection, waiting: object) -> None:
    request = next(waiting, None)  # type: ignore[call-overload]
    if request is not None:
        connection.received.clear()
        connection.asked_at = time.perf_counter()
        connection.socket.sendall(request)


def _is_whole(received: bytearray) -> bool:
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = bytes(received[:end]).lower()
    if not head.startswith(b"http/1.1 200 "):
        raise RuntimeError(bytes(received).decode("latin-1"))
    length = head.index(b"content-length:") + len(b"content-length:")
    return len(received) >= end + 4 + int(head[length:].split(b"\r\n", 1)[0])
