"""Amazon's SP-API and its Login as a script: answers are laid out, requests are looked at.

    amazon.answers("GET", "/sellers/v1/marketplaceParticipations", {"payload": []})
    amazon.answers("POST", ORDERS, status=429, headers={"Retry-After": "7"})
    amazon.fails("POST", ORDERS, requests.ReadTimeout())
    ...
    amazon.sent("POST", ORDERS).json

Answers to one method and path are given in the order they were laid out; the last one again and
again. Every request, and every answer, is compared with Amazon's models if they are at hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import responses
from requests import PreparedRequest

import openapi
from openapi import Model
from stockpool.clock import ManualClock

HOST = "https://sellingpartnerapi-na.amazon.com"
LOGIN = "/auth/o2/token"
ORDERS = "/fba/outbound/2020-07-01/fulfillmentOrders"
TRACKING = "/fba/outbound/2020-07-01/tracking"
ORDERS_2026 = "/fulfillment/outbound/2026-07-04/orders"
PREVIEWS_2026 = "/fulfillment/outbound/2026-07-04/previews"
SUMMARIES = "/fba/inventory/v1/summaries"
PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"

SECRETS = {
    "SP_CLIENT_ID": "amzn1.client-id",
    "SP_CLIENT_SECRET": "a-client-secret",
    "SP_REFRESH_TOKEN": "Atzr|a-refresh-token",
}
"""By the environment variable that the tests' settings name."""

MODELS = {
    "/fba/outbound/2020-07-01/": "fulfillmentOutbound_2020-07-01",
    "/fulfillment/outbound/2026-07-04/": "fulfillmentOutbound_2026-07-04",
    "/fba/inventory/v1/": "fbaInventory",
    "/inbound/fba/2024-03-20/": "fulfillmentInbound_2024-03-20",
    "/fba/inbound/v0/": "fulfillmentInboundV0",
    "/listings/2021-08-01/items/": "listingsItems_2021-08-01",
    "/listings/2021-08-01/restrictions": "listingsRestrictions_2021-08-01",
    "/notifications/v1/": "notifications",
    "/products/fees/v0/": "productFeesV0",
    "/sellers/v1/": "sellers",
}

_Reply = tuple[int, Mapping[str, str], bytes]


@dataclass(frozen=True)
class Sent:
    """One request as it went out."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The parsed body; None if there is none."""
        return json.loads(self.body) if self.body else None


@dataclass
class ScriptedAmazon:
    """See the head of this file.

    Attributes:
        requests: all but the fetching of tokens, in order.
        logins: the fetching of tokens.
        judged: compare with the models; off for answers that are wrong on purpose.
    """

    requests: list[Sent] = field(default_factory=list)
    logins: list[Sent] = field(default_factory=list)
    judged: bool = True
    _script: dict[tuple[str, str], list[_Reply | Exception]] = field(default_factory=dict)
    _pause: Callable[[], None] = lambda: None

    def answers(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Lay out an answer; a body of bytes is sent as it is, None is an empty one."""
        content = body if isinstance(body, bytes) else b"" if body is None else _json(body)
        framing = {"content-type": "application/json", "content-length": str(len(content))}
        reply = (status, framing | dict(headers or {}), content)
        self._script.setdefault((method, path), []).append(reply)

    def refuses(
        self,
        method: str,
        path: str,
        code: str = "InvalidInput",
        message: str = "not like this",
        *,
        status: int = 400,
        **error: str,
    ) -> None:
        """Lay out an error of Amazon's shape."""
        document = {"errors": [{"code": code, "message": message, **error}]}
        self.answers(method, path, document, status=status, headers={"x-amzn-RequestId": "req-17"})

    def fails(self, method: str, path: str, error: Exception) -> None:
        """Lay out what `requests` raises."""
        self._script.setdefault((method, path), []).append(error)

    def forget(self, method: str, path: str) -> None:
        """Take back what was laid out for a method and path."""
        self._script.pop((method, path), None)

    def slow(self, clock: ManualClock, *, seconds: float) -> None:
        """Let so much time pass before each answer."""
        self._pause = lambda: clock.advance(seconds)

    def sent(self, method: str, path: str) -> Sent:
        """The only request of that method and path."""
        (found,) = self.all_sent(method, path)
        return found

    def all_sent(self, method: str, path: str) -> list[Sent]:
        """All requests of that method and path, in order."""
        return [sent for sent in self.requests if (sent.method, sent.path) == (method, path)]

    @contextmanager
    def playing(self) -> Iterator[ScriptedAmazon]:
        """Stand in for the network."""
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                mock.add_callback(method, re.compile(".*"), callback=self._reply)
            yield self

    def _reply(self, request: PreparedRequest) -> _Reply:
        sent = _read(request)
        (self.logins if sent.path == LOGIN else self.requests).append(sent)
        waiting = self._script.get((sent.method, sent.path), [])
        if not waiting and sent.path == LOGIN:
            token = {"access_token": f"Atza|{len(self.logins)}", "expires_in": 3600}
            return 200, {}, _json(token | {"token_type": "bearer"})
        assert waiting, f"no answer is laid out for {sent.method} {sent.path}"
        reply = waiting[0] if len(waiting) == 1 else waiting.pop(0)
        self._judge(sent, reply)
        self._pause()
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _judge(self, sent: Sent, reply: _Reply | Exception) -> None:
        if sent.path == LOGIN or not self.judged:
            return
        assert re.match(r"stockpool/\d", sent.headers["user-agent"])
        assert sent.headers["x-amz-access-token"].startswith("Atza|")
        if not openapi.FOLDER.is_dir():
            return
        name = next(model for start, model in MODELS.items() if sent.path.startswith(start))
        operation = Model.load(name).operation(sent.method, sent.path)
        operation.check_request(sent.query, sent.json)
        if not isinstance(reply, Exception):
            operation.check_response(reply[0], json.loads(reply[2]) if reply[2] else {})


def _json(document: Any) -> bytes:
    return json.dumps(document).encode()


def _read(request: PreparedRequest) -> Sent:
    parts = urlsplit(request.url or "")
    body = request.body or b""
    return Sent(
        request.method or "",
        parts.path,
        {name: ",".join(values) for name, values in parse_qs(parts.query).items()},
        {name.lower(): str(value) for name, value in request.headers.items()},
        body.encode() if isinstance(body, str) else body,
    )
