"""A call over HTTP, its answer, and the errors of the Selling Partner API.

Nothing here knows of sockets: the server and the tests make `Request`s and look at `Response`s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from stockpool_amazon_sim.simulator import Simulator
    from stockpool_amazon_sim.sp_api.access_tokens import AccessTokens
    from stockpool_amazon_sim.sp_api.page_tokens import PageTokens

Json = Mapping[str, Any]

BODY_LIMIT = 10 * 1024 * 1024
"""The largest body that is read (feed documents go through their own address)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What came. `path` is still percent-encoded; names of `headers` are in small letters."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back.

    Attributes:
        cut: break the connection off in the middle of the body.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


class ApiError(Exception):
    """An answer that is an error: `{"errors": [{code, message, details}]}`."""

    def __init__(self, status: int, code: str, message: str, details: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def invalid_input(message: str, details: str = "") -> ApiError:
    """400: something in the request can't be taken as it is."""
    return ApiError(400, "InvalidInput", message, details)


def not_found(message: str) -> ApiError:
    """404: what the address names does not exist."""
    return ApiError(404, "NotFound", message)


@dataclass
class Call:
    """A request that found its operation.

    Attributes:
        names: the path's parameters, decoded.
        url: where this server is reached, for links that an answer holds.
    """

    request: Request
    simulator: Simulator
    tokens: PageTokens
    access_tokens: AccessTokens
    names: Mapping[str, str]
    url: str

    @cached_property
    def query(self) -> Mapping[str, list[str]]:
        """The query's parameters. Those that the operation does not know are not looked at."""
        return parse_qs(self.request.query, keep_blank_values=True)

    @cached_property
    def body(self) -> Json:
        """The body, which must be a JSON object; none at all is an empty one.

        Raises:
            ApiError: 400 InvalidInput.
        """
        if not self.request.body.strip():
            return {}
        try:
            document = json.loads(self.request.body)
        except ValueError as error:
            raise invalid_input(f"The body is not JSON: {error}") from None
        if not isinstance(document, dict):
            raise invalid_input("The body must be a JSON object.")
        return document


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON answer with another status than 200, with headers of its own, or that is a list.

    An answer 204 has no body, whatever stands here.

    Attributes:
        body: None where the model has none.
    """

    status: int
    body: Json | Sequence[Json] | None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Json | Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an API: its name in the model, its address, and what carries it out.

    Attributes:
        rate: calls a second that Amazon publishes, told in a header; None: not told.
        grantless: takes a token of the application itself (no seller's consent).
        of_seller: takes a token of the seller.
    """

    name: str
    method: str
    path: str
    handler: Handler
    rate: float | None = None
    grantless: bool = False
    of_seller: bool = True
