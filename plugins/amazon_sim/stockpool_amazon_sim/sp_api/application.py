"""Every request's way: token, operation, answer; and what each error looks like over HTTP."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from itertools import chain

from stockpool.errors import (
    OutcomeUnknown,
    RejectedError,
    Throttled,
    TransientError,
)
from stockpool_amazon_sim.simulator import Simulator
from stockpool_amazon_sim.sp_api import (
    access_tokens,
    controls,
    document_links,
    downloads,
    fba_inventory,
    feeds,
    inbound_2024,
    inbound_eligibility,
    inbound_v0,
    listings_items,
    listings_restrictions,
    message_queue,
    notifications,
    orders_2026,
    orders_v0,
    outbound_2020,
    outbound_2026,
    product_fees,
    reports,
    restricted_data,
    sellers,
)
from stockpool_amazon_sim.sp_api.access_tokens import AccessTokens
from stockpool_amazon_sim.sp_api.messages import (
    BODY_LIMIT,
    Answer,
    ApiError,
    Call,
    Operation,
    Request,
    Response,
)
from stockpool_amazon_sim.sp_api.page_tokens import PageTokens
from stockpool_amazon_sim.sp_api.routes import Routes

APIS: Sequence[Sequence[Operation]] = (
    outbound_2020.OPERATIONS,
    outbound_2026.OPERATIONS,
    fba_inventory.OPERATIONS,
    listings_items.OPERATIONS,
    listings_restrictions.OPERATIONS,
    orders_v0.OPERATIONS,
    orders_2026.OPERATIONS,
    product_fees.OPERATIONS,
    inbound_2024.OPERATIONS,
    inbound_v0.OPERATIONS,
    inbound_eligibility.OPERATIONS,
    sellers.OPERATIONS,
    restricted_data.OPERATIONS,
    notifications.OPERATIONS,
    feeds.OPERATIONS,
    reports.OPERATIONS,
)
"""The operations of each API that is spoken here."""

_STATUSES = {"NotFound": 404, "Conflict": 409}
"""Of a refusal by its code; all others are 400."""


class Application:
    """Answers requests from a simulator. Safe to share between threads.

    Attributes:
        url: where its server is reached, for links to documents.
        ending: calls that wait for something are to be answered now.
    """

    def __init__(self, simulator: Simulator, url: str = "http://localhost") -> None:
        self.simulator = simulator
        self.url = url
        self.ending = False
        secret = hashlib.sha256(f"stockpool:{simulator.settings.seed}".encode()).digest()
        self.access_tokens = AccessTokens(secret, simulator.clock)
        self._page_tokens = PageTokens(secret, simulator.clock)
        self._routes = Routes(chain.from_iterable(APIS))
        self._requests = 0
        self._unknown_outcomes = 0
        self._counting = threading.Lock()

    def __call__(self, request: Request) -> Response:
        """Answer a request; nothing is raised."""
        try:
            return self._answer(request)
        except Exception:
            # A quarter of the server's start, for what should never be needed.
            import structlog

            log = structlog.get_logger(__name__)
            log.exception("request_failed", method=request.method, path=request.path)
            return self._refused(ApiError(500, "InternalFailure", "The simulator has a fault."))

    def _answer(self, request: Request) -> Response:
        if request.path == access_tokens.PATH:
            return self.access_tokens.answer(request)
        rate: float | None = None
        try:
            if len(request.body) > BODY_LIMIT:
                raise ApiError(413, "InvalidInput", f"The body is longer than {BODY_LIMIT} bytes.")
            if request.path.startswith(controls.PREFIX):
                return self._answered(controls.answer(self.simulator, request), None)
            if message_queue.is_for(request):
                reader = message_queue.Reader(self.simulator, self.url, lambda: self.ending)
                return message_queue.answer(reader, request)
            if request.path.startswith(document_links.PREFIX):
                return downloads.answer(self.simulator, self._page_tokens, request)
            operation, names = self._routes.find(request.method, request.path)
            rate = operation.rate
            purpose = self.access_tokens.purpose(request.headers.get("x-amz-access-token"))
            if not access_tokens.opens(purpose, operation):
                raise ApiError(
                    403, "Unauthorized", "The token was made for another kind of operation."
                )
            call = Call(
                request, self.simulator, self._page_tokens, self.access_tokens, names, self.url
            )
            found = operation.handler(call)
            return self._answered(found, rate)
        except ApiError as error:
            return self._refused(error, rate)
        except RejectedError as error:
            # The simulator tells its callers in process that an id is known; Amazon does not.
            code = "InvalidInput" if error.code == "AlreadyExists" else error.code
            status = _STATUSES.get(code, 400)
            return self._refused(ApiError(status, code, error.reason), rate)
        except Throttled:
            message = "You exceeded your quota for the requested resource."
            return self._refused(ApiError(429, "QuotaExceeded", message), rate)
        except TransientError:
            message = "Service is temporarily unavailable. Try again."
            return self._refused(ApiError(503, "ServiceUnavailable", message))
        except OutcomeUnknown:
            return self._no_answer()

    def _no_answer(self) -> Response:
        """In turns the two ways in which a caller is left in doubt."""
        with self._counting:
            self._unknown_outcomes += 1
            cut = self._unknown_outcomes % 2 == 0
        message = "We encountered an internal error. Try again."
        refused = self._refused(ApiError(500, "InternalFailure", message))
        return Response(200, b"{}" + b" " * 100, refused.headers, cut=True) if cut else refused

    def _answered(self, found: Mapping[str, object] | Answer, rate: float | None) -> Response:
        answer = found if isinstance(found, Answer) else Answer(200, found)
        content = b""
        if answer.status != 204 and answer.body is not None:
            content = json.dumps(answer.body, separators=(",", ":")).encode()
        return Response(answer.status, content, {**self._headers(rate), **answer.headers})

    def _refused(self, error: ApiError, rate: float | None = None) -> Response:
        entry = {"code": error.code, "message": error.message, "details": error.details}
        headers = {**self._headers(rate), "x-amzn-errortype": error.code}
        return Response(error.status, json.dumps({"errors": [entry]}).encode(), headers)

    def _headers(self, rate: float | None) -> dict[str, str]:
        with self._counting:
            self._requests += 1
            number = self._requests
        headers = {
            "content-type": "application/json",
            "date": format_datetime(self.simulator.now(), usegmt=True),
            "x-amzn-requestid": f"{number:08x}-0000-4000-8000-{self.simulator.settings.seed:012x}",
        }
        if rate is not None:
            # Who calls does so by the engine's clock, and may call oftener on a fast one of ours.
            headers["x-amzn-ratelimit-limit"] = str(rate * self.simulator.settings.speed)
        return headers
