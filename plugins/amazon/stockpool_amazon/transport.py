"""Calls of the Selling Partner API, each of whose outcomes becomes one of the engine's errors.

    no connection               TransientError    it never left
    no answer, cut, 5xx, 3xx    OutcomeUnknown    for a call that writes; one that only
                                TransientError    reads can be repeated
    429                         Throttled         not done
    401, 403 Unauthorized       the token is renewed once; then CredentialsRefused, not done
    any other 4xx               AmazonRefusal     not done; with Amazon's code
    an answer that is no JSON   as no answer

Amazon's own SDK (amzn-sp-api) is not used: it fetches tokens in its constructor and sleeps between
attempts by itself, keeps the rate limit's header to itself, raises ValueError when an answer lacks
a field, and its errors don't tell "never sent" from "may have arrived", on which all that the
engine does after a failure depends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from stockpool.clock import Clock
from stockpool.errors import OutcomeUnknown, PluginError, Throttled, TransientError
from stockpool_amazon.access_token import AccessTokens
from stockpool_amazon.connection import Connection, Reply, json_list, json_object, never_sent
from stockpool_amazon.errors import AmazonRefusal, CredentialsRefused
from stockpool_amazon.rates import Rates

_WORDS_MOST = 500
_RETRY_SECONDS_MOST = 3600.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        operation: Amazon's name of 2020, under which rates are kept.
        path: already percent-encoded.
        writes: whether it changes anything at Amazon.
        private: what must not be seen in a message, should Amazon repeat it.
        lists: whether a success is a list, which is then the document's `payload`.
    """

    operation: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = field(default=None, repr=False)
    writes: bool = False
    private: Sequence[str] = field(default=(), repr=False)
    lists: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A success.

    Attributes:
        document: the JSON object; empty if the body was.
        asked_at / at: when the call was made and answered, by Amazon's clock if it tells its
            time (to the second), else by ours.
    """

    status: int
    document: Mapping[str, Any] = field(repr=False)
    asked_at: datetime
    at: datetime


class Transport:
    """Makes calls at one endpoint. Safe to share between threads."""

    def __init__(
        self,
        connection: Connection,
        endpoint: str,
        tokens: AccessTokens,
        rates: Rates,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._endpoint = endpoint.rstrip("/")
        self._tokens = tokens
        self._rates = rates
        self._clock = clock

    def send(self, call: Call) -> Answer:
        """Make a call; see the table above for what is raised.

        Raises:
            AmazonRefusal, CredentialsRefused, OutcomeUnknown, Throttled, TransientError.
        """
        token = self._tokens.current()
        answer = self._attempt(call, token)
        if answer is None:
            self._tokens.discard(token)
            answer = self._attempt(call, self._tokens.current())
        if answer is None:
            raise CredentialsRefused(
                f"{call.operation}: Amazon refuses the access token (Unauthorized); grant the "
                "application the roles that it needs (for listings: Product Listing, and the "
                "settings the right seller_id), and authorize it again"
            )
        return answer

    def _attempt(self, call: Call, token: str) -> Answer | None:
        """The answer; None if the token was not taken, which happens before anything else."""
        asked_at = self._clock.now()
        try:
            reply = self._connection.send(
                call.method,
                self._endpoint + call.path,
                query=call.query,
                headers={"x-amz-access-token": token},
                body=call.body,
            )
        except requests.RequestException as error:
            # What requests says is dropped: it holds the request, and so the token.
            raise self._no_answer(call, error) from None
        took = self._clock.now() - asked_at
        self._rates.learn(call.operation, reply.headers.get("x-amzn-RateLimit-Limit"))
        document = _document(call, reply.content)
        if document is None or not 200 <= reply.status < 300:
            if reply.status in (401, 403) and _code_of(document) in (None, "Unauthorized"):
                return None
            raise self._error(call, reply, document)
        if document.get("errors") and not document.get("payload"):
            raise _unclear(call, f"answered {reply.status} with errors: {_words(call, document)}")
        at = _time(reply.headers.get("Date")) or asked_at + took
        return Answer(reply.status, document, at - took, at)

    def _no_answer(self, call: Call, error: requests.RequestException) -> PluginError:
        host, kind = urlsplit(self._endpoint).hostname, type(error).__name__
        if never_sent(error):
            return TransientError(f"{call.operation}: {host} can't be reached ({kind})")
        return _unclear(call, f"no whole answer from {host} ({kind})")

    def _error(self, call: Call, reply: Reply, document: Mapping[str, Any] | None) -> PluginError:
        request_id = _request_id(reply.headers)
        if reply.status == 429:
            return Throttled(
                f"{call.operation}: over the rate limit{request_id}",
                retry_after=self._retry_after(call, reply),
            )
        if document is None:
            return _unclear(call, f"the answer ({reply.status}) is no JSON object{request_id}")
        if not 400 <= reply.status < 500 or reply.status == 408 or _code_of(document) is None:
            return _unclear(call, f"answered {reply.status}: {_words(call, document)}{request_id}")
        return AmazonRefusal(
            _code_of(document) or "",
            f"{_words(call, document)} ({call.operation}, HTTP {reply.status}{request_id})",
            status=reply.status,
        )

    def _retry_after(self, call: Call, reply: Reply) -> float:
        told = reply.headers.get("Retry-After", "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d+)?", told):
            seconds = float(told)
        elif (at := _time(told)) is not None:
            seconds = (at - self._clock.now()) / timedelta(seconds=1)
        else:
            seconds = self._rates.seconds_for_one(call.operation)
        return min(max(seconds, 0.0), _RETRY_SECONDS_MOST)


def _document(call: Call, content: bytes) -> Mapping[str, Any] | None:
    """What was answered; None if that is neither an object nor a list that was expected."""
    if not content.strip():
        return {}
    listed = json_list(content) if call.lists else None
    return json_object(content) if listed is None else {"payload": listed}


def _unclear(call: Call, what: str) -> PluginError:
    kind = OutcomeUnknown if call.writes else TransientError
    return kind(f"{call.operation}: {what}")


def _first_error(document: Mapping[str, Any] | None) -> Mapping[str, Any]:
    errors = (document or {}).get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    return first if isinstance(first, dict) else {}


def _code_of(document: Mapping[str, Any] | None) -> str | None:
    code = _first_error(document).get("code")
    return code if isinstance(code, str) and code else None


def _words(call: Call, document: Mapping[str, Any]) -> str:
    """What the first error says, without what is private."""
    error = _first_error(document)
    parts = [error.get("message"), error.get("details")]
    text = "; ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
    for value in sorted(filter(None, call.private), key=len, reverse=True):
        pattern = rf"(?<!\w){re.escape(value)}(?!\w)"
        text = re.sub(pattern, "[hidden]", text, flags=re.IGNORECASE)
    return " ".join(text.split())[:_WORDS_MOST] or "no message"


def _request_id(headers: Mapping[str, str]) -> str:
    told = headers.get("x-amzn-RequestId", "")
    return f", request {told}" if re.fullmatch(r"[\w.:=+/-]{1,100}", told) else ""


def _time(text: str | None) -> datetime | None:
    """A time of a header (RFC 9110, section 5.6.7)."""
    try:
        return parsedate_to_datetime(text or "").astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
