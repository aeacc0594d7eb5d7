"""The shop and its clock, for other processes: those that can be killed in earnest."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import requests
import responses

from shopify_shop.server import SHOP, Answer, ShopServer

VERSION = "2026-10"


class Rounds:
    """How often each process has come to the end of its work."""

    def __init__(self) -> None:
        self._ended: Counter[str] = Counter()
        self._news = threading.Condition()

    def end(self, name: str) -> None:
        with self._news:
            self._ended[name] += 1
            self._news.notify_all()

    def ended(self, name: str) -> int:
        with self._news:
            return self._ended[name]

    def wait(self, seconds: float) -> None:
        """Until one has ended, or so long."""
        with self._news:
            self._news.wait(seconds)


@contextmanager
def served(server: ShopServer, rounds: Rounds) -> Iterator[int]:
    """Serve the shop on a port of this machine; calls come one after the other."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                with server.lock:
                    status, headers, text = self._answer(body)
            except requests.ReadTimeout:
                self.close_connection = True  # the answer is lost
                return
            data = json.dumps({"headers": headers, "body": text}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def handle(self) -> None:
            with suppress(ConnectionError):  # who asked was killed
                super().handle()

        def _answer(self, body: bytes) -> Answer:
            if self.path == "/graphql":
                request = SimpleNamespace(headers=self.headers, body=body)
                return server.graphql(request, VERSION)
            if self.path == "/sleep":
                server.clock.sleep(json.loads(body))
            elif self.path == "/round":
                rounds.end(json.loads(body))
            return 200, {}, server.clock.now().isoformat()

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        try:
            yield http.server_address[1]
        finally:
            http.shutdown()
            thread.join()


class ServedClock:
    """The shop's clock, from another process."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lock = threading.Lock()
        self._connection = HTTPConnection("127.0.0.1", port)

    def now(self) -> datetime:
        return self._ask("/clock", None)

    def sleep(self, seconds: float) -> None:
        self._ask("/sleep", max(seconds, 0))

    def end_round(self, name: str) -> None:
        """Tell that this process has come to the end of its work."""
        self._ask("/round", name)

    def _ask(self, path: str, given: Any) -> datetime:
        with self._lock:
            self._connection.request("POST", path, json.dumps(given))
            answer = json.loads(self._connection.getresponse().read())
        return datetime.fromisoformat(answer["body"])


@contextmanager
def forwarded(port: int) -> Iterator[None]:
    """Have what `requests` sends to the shop answered by the process that serves it."""

    def forward(request: Any) -> Answer:
        connection = HTTPConnection("127.0.0.1", port)
        try:
            connection.request("POST", "/graphql", request.body, dict(request.headers))
            reply = connection.getresponse()
            found = json.loads(reply.read())
        except (HTTPException, OSError) as error:
            raise requests.ReadTimeout("read timed out") from error
        finally:
            connection.close()
        return reply.status, found["headers"], found["body"]

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback("POST", f"https://{SHOP}/admin/api/{VERSION}/graphql.json", forward)
        yield
