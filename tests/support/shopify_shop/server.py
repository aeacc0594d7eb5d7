"""The shop behind HTTPS, for `requests` that `responses` catches."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

import requests
import responses
from graphql import DocumentNode, GraphQLError, OperationType, execute_sync
from graphql.execution import ExecutionResult
from graphql.language import FieldNode

from shopify_shop.bulk import FILES, BulkOperation
from shopify_shop.mutations import Writer
from shopify_shop.queries import Reader
from shopify_shop.rules import MOST_COST, broken, cost, idempotency_key, operation
from shopify_shop.schema import checked, schema
from shopify_shop.state import ShopState
from shopify_shop.versions import misfits
from stockpool.clock import ManualClock

SHOP = "corner.myshopify.com"
SECRET = "shpss_sample"
CLIENT_ID = "sample-client"

RESTORE_RATE = 100.0
BUCKET = 2_000.0

_CHECKED_MOST = 3

Answer = tuple[int, dict[str, str], str]
Fault = Callable[["ShopServer", Callable[[], Answer]], Answer]
"""Answers instead of the shop; the argument has the shop do its work."""


def throttled(server: ShopServer, work: Callable[[], Answer]) -> Answer:
    """The bucket is empty: a 200 that holds an error."""
    del work
    server.tokens = 0.0
    return server.throttle(100)


def too_many(server: ShopServer, work: Callable[[], Answer]) -> Answer:
    del server, work
    return 429, {"Retry-After": "2.0"}, "{}"


def unavailable(server: ShopServer, work: Callable[[], Answer]) -> Answer:
    """Nothing was done, but who is answered like that can't know it."""
    del server, work
    return 503, {}, "<html>Service Unavailable</html>"


def answer_lost(server: ShopServer, work: Callable[[], Answer]) -> Answer:
    """The work is done, and its answer does not arrive."""
    del server
    work()
    raise requests.ReadTimeout("read timed out")


def partial(server: ShopServer, work: Callable[[], Answer]) -> Answer:
    """The answer comes with an error for a part of it."""
    del server
    status, headers, body = work()
    answer = json.loads(body)
    answer["errors"] = [
        {"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    ]
    return status, headers, json.dumps(answer)


@dataclass
class Call:
    """One request that came in."""

    name: str
    variables: Mapping[str, Any]
    cost: int


class ShopServer:
    """One shop, its tokens, its bucket of points, and what goes wrong on demand."""

    def __init__(self, clock: ManualClock, *, token: str = "shpat_sample") -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.state = ShopState(clock)
        self.shop = SHOP
        self.tokens_valid = {token}
        self.tokens_issued = 0
        self.refresh_token = "refresh-0"
        self.scopes = {
            "write_orders",
            "write_returns",
            "read_products",
            "read_locations",
            "write_inventory",
            "write_merchant_managed_fulfillment_orders",
            "write_assigned_fulfillment_orders",
        }
        self.oldest_version = "2026-01"
        self.tokens = BUCKET
        self._filled_at: datetime = clock.now()
        self.calls: list[Call] = []
        self.downloads: list[str] = []
        """The ranges of files that were asked for."""
        self.knows_ranges = True
        self.says_the_time = True
        self._checked: Counter[str] = Counter()
        self.cut_files_after: int | None = None
        """Where the transfer of a file breaks off without a word."""
        self._faults: deque[tuple[str | None, Fault]] = deque()
        self._before: dict[str, Callable[[], None]] = {}
        self._reader = Reader(self.state, SHOP, lambda: frozenset(self.scopes))
        self._writer = Writer(self.state)

    def fail_next(self, fault: Fault, *, name: str | None = None) -> None:
        """Have the next call (of that operation) go wrong."""
        self._faults.append((name, fault))

    def before_next(self, name: str, work: Callable[[], None]) -> None:
        """Do something in the shop just before the next call of an operation: a race, made."""
        self._before[name] = work

    @contextmanager
    def running(self) -> Iterator[ShopServer]:
        """Catch what is sent to the shop; anything else is refused."""
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            root = f"https://{SHOP}/admin"
            for version in ("2025-01", "2026-04", "2026-07", "2026-10"):
                url = f"{root}/api/{version}/graphql.json"
                mock.add_callback("POST", url, lambda r, v=version: self._locked(r, v))
            mock.add_callback("POST", f"{root}/oauth/access_token", self._token)
            mock.add_callback("GET", re.compile(re.escape(FILES) + r"\d+\.jsonl"), self._file)
            yield self

    def finish_bulk(self) -> BulkOperation:
        """The bulk operation that is running is done."""
        return self.state.bulk.finish(self._reader)

    def fail_bulk(self, *, lines: int, error: str = "TIMEOUT") -> BulkOperation:
        """It breaks off after some lines."""
        return self.state.bulk.fail(self._reader, lines=lines, error=error)

    def forget_keys(self) -> None:
        """A day has passed, after which Shopify does not know idempotency keys any more."""
        self._writer.forget_keys()

    def names(self) -> list[str]:
        """The operations that were called, in order."""
        return [call.name for call in self.calls]

    def webhook(self, topic: str, payload: Any, *, secret: str = SECRET) -> Any:
        """Headers and body of a delivery."""
        body = json.dumps(payload).encode()
        digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        return {
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": SHOP,
            "X-Shopify-API-Version": "2026-10",
            "X-Shopify-Webhook-Id": f"delivery-{self.state.number()}",
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        }, body

    def _locked(self, request: Any, version: str) -> Answer:
        with self.lock:
            return self.graphql(request, version)

    def graphql(self, request: Any, version: str) -> Answer:
        """Answer a call; who serves other processes as well holds `lock`."""
        if request.headers.get("X-Shopify-Access-Token") not in self.tokens_valid:
            words = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return 401, {}, json.dumps({"errors": words})
        body = json.loads(request.body)
        answering = max(version, self.oldest_version)

        def work() -> Answer:
            return self._run(body, answering)

        name = body.get("operationName")
        if self._faults and self._faults[0][0] in (None, name):
            _, fault = self._faults.popleft()
            return fault(self, work)
        return work()

    def _run(self, body: Mapping[str, Any], version: str) -> Answer:
        headers = {
            "X-Shopify-API-Version": version,
            "X-Request-Id": f"r-{len(self.calls)}",
        }
        if self.says_the_time:
            headers["Date"] = format_datetime(self.clock.now(), usegmt=True)
        variables = body.get("variables") or {}
        document, errors = checked(version, body["query"])
        if document is None or errors:
            found = [
                {"message": e.message, "extensions": {"code": "undefinedField"}} for e in errors
            ]
            return 200, headers, json.dumps({"errors": found})
        if wrong := list(broken(document, variables)):
            said = [{"message": w, "extensions": {"code": "BAD_REQUEST"}} for w in wrong]
            return 200, headers, json.dumps({"errors": said})
        points = cost(document, variables)
        if points > MOST_COST:
            code = {"code": "MAX_COST_EXCEEDED", "cost": points, "maxCost": MOST_COST}
            said = [{"message": "Query cost is too high", "extensions": code}]
            return 200, headers, json.dumps({"errors": said})
        self._fill()
        if points > self.tokens:
            return self.throttle(points)
        name = body["operationName"]
        self.calls.append(Call(name, variables, points))
        if name in self._before:
            self._before.pop(name)()
        # What a query costs in fact is what it finds; a tenth of the most stands for it.
        self.tokens -= max(points / 10, 1)
        op = operation(document)
        root = self._writer if op.operation is OperationType.MUTATION else self._reader
        field = op.selection_set.selections[0]
        assert isinstance(field, FieldNode)
        result = execute_sync(
            schema(version),
            document,
            root_value=root,
            variable_values=dict(variables),
            context_value={"key": idempotency_key(field, variables), "version": version},
        )
        if result.data is not None and not result.errors:
            self._check_in_all_versions(version, document, name, variables, result.data)
        return 200, headers, json.dumps(self._answer(result, points))

    def _check_in_all_versions(
        self,
        version: str,
        document: DocumentNode,
        name: str,
        variables: Mapping[str, Any],
        data: Mapping[str, Any],
    ) -> None:
        """For the first calls of each operation, which is enough over all tests."""
        if self._checked[name] < _CHECKED_MOST:
            self._checked[name] += 1
            wrong = misfits(version, document, variables, data)
            assert not wrong, f"{name}: {wrong}"

    def throttle(self, points: int) -> Answer:
        """Not enough points: not done."""
        said = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
        answer = {"errors": said, "extensions": {"cost": self._cost(points, None)}}
        return 200, {"X-Shopify-API-Version": self.oldest_version}, json.dumps(answer)

    def _answer(self, result: ExecutionResult, points: int) -> dict[str, Any]:
        answer: dict[str, Any] = {"data": result.data}
        for error in result.errors or ():
            # Anything but a refusal on purpose is a mistake of this shop: let the test see it.
            if error.original_error is not None and not isinstance(
                error.original_error, GraphQLError
            ):
                raise error.original_error
        if result.errors:
            answer["errors"] = [
                {"message": e.message, "path": e.path, "extensions": e.extensions or {}}
                for e in result.errors
            ]
        answer["extensions"] = {"cost": self._cost(points, points // 10)}
        return answer

    def _cost(self, points: int, actual: int | None) -> dict[str, Any]:
        return {
            "requestedQueryCost": points,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": BUCKET,
                "currentlyAvailable": int(self.tokens),
                "restoreRate": RESTORE_RATE,
            },
        }

    def _fill(self) -> None:
        now = self.clock.now()
        seconds = (now - self._filled_at).total_seconds()
        self.tokens = min(self.tokens + seconds * RESTORE_RATE, BUCKET)
        self._filled_at = now

    def _file(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        """The store of files, which knows nothing of tokens: who has the address may read."""
        assert "X-Shopify-Access-Token" not in request.headers
        self.downloads.append(request.headers.get("range", ""))
        found = re.fullmatch(r"bytes=(\d+)-", self.downloads[-1])
        first = int(found[1]) if found and self.knows_ranges else None
        status, headers, content = self.state.bulk.download(request.url, first)
        return status, headers, content[: self.cut_files_after]

    def _token(self, request: Any) -> Answer:
        raw = request.body if isinstance(request.body, str) else request.body.decode()
        form = json.loads(raw) if raw.startswith("{") else dict(parse_qsl(raw))
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, SECRET):
            return 400, {}, json.dumps({"error": "invalid_client"})
        self.tokens_issued += 1
        answer: dict[str, Any] = {
            "access_token": f"shpat_issued_{self.tokens_issued}",
            "scope": ",".join(sorted(self.scopes)),
            "expires_in": 86_399,
        }
        if form["grant_type"] == "refresh_token":
            if form.get("refresh_token") != self.refresh_token:
                return 400, {}, json.dumps({"error": "invalid_grant"})
            self.refresh_token = f"refresh-{self.tokens_issued}"
            answer |= {"refresh_token": self.refresh_token, "expires_in": 3_600}
        self.tokens_valid = {answer["access_token"]}
        return 200, {}, json.dumps(answer)
