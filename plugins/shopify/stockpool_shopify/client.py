"""Calls of a shop's Admin GraphQL API, each of whose outcomes becomes one of the engine's errors.

no connection                    TransientError    it never left
no answer, 5xx, no JSON          OutcomeUnknown    for a mutation; a query can be repeated:
                                 TransientError
THROTTLED (in a 200), 429, 430   Throttled         not done; all workers of the shop wait
too few points in the bucket     Throttled         not asked
401                              the token is renewed once; then AccessRefused, not done
402, 423, SHOP_INACTIVE          ShopClosed        not done
403, 404, ACCESS_DENIED          AccessRefused     not done; with what is missing
data and errors together         PartialAnswer; OutcomeUnknown for a mutation
any other error                  RejectedError     not done; with Shopify's code
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from stockpool.clock import Clock
from stockpool.errors import (
    OutcomeUnknown,
    PluginError,
    RejectedError,
    Throttled,
    TransientError,
)
from stockpool.plugins.notes import Notes
from stockpool_shopify.connection import Connection, Reply, never_sent
from stockpool_shopify.cost_bucket import Call, SharedBucket
from stockpool_shopify.documents import Document
from stockpool_shopify.errors import AccessRefused, PartialAnswer, ShopClosed
from stockpool_shopify.tokens import Tokens

_log = logging.getLogger(__name__)

_CLOSED_UNTIL = "throttled_until"
_WAIT_MOST = 600.0
_UNTOLD_WAIT = 2.0
_SECURITY_WAIT = 300.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A success.

    Attributes:
        data: what was asked for.
        at: when it was given, by Shopify's clock if it says.
        hidden: paths into it that Shopify kept to itself, where the caller can do without.
    """

    data: Mapping[str, Any] = field(repr=False)
    at: datetime
    hidden: frozenset[tuple[str | int, ...]] = frozenset()


class Client:
    """Makes calls to one shop. Safe to share between threads."""

    def __init__(
        self, connection: Connection, api_version: str, tokens: Tokens, notes: Notes, clock: Clock
    ) -> None:
        self._connection = connection
        self._version = api_version
        self._path = f"/admin/api/{api_version}/graphql.json"
        self._tokens = tokens
        self._notes = notes
        self._clock = clock
        self._bucket = SharedBucket(notes, clock)
        self.answered_by: str | None = None
        """The version that gave the last answer; another than asked for if that was retired."""

    def run(
        self,
        document: Document,
        variables: Mapping[str, Any],
        *,
        may_hide: Collection[str] = (),
    ) -> Answer:
        """Run a document; see the table above for what is raised.

        Args:
            may_hide: fields that may come back null for want of permission; where they did,
                `Answer.hidden` says so.
        """
        self._wait_for_the_others(document)
        token = self._tokens.current()
        call = Call.of(document.name, variables)
        if seconds := self._bucket.draw(call):
            raise Throttled(
                f"{document.name}: the shop's points are used up",
                retry_after=min(seconds, _WAIT_MOST),
            )
        reply = self._send(document, variables, token)
        if reply.status == 401:
            self._tokens.discard(token)
            reply = self._send(document, variables, self._tokens.current())
        self._bucket.answered(call, _cost(reply.document))
        self._note_version(reply)
        if reply.status == 200 and reply.document is not None:
            return self._read(document, reply.document, self._told_at(reply), may_hide)
        raise self._failure(document, reply)

    def _send(self, document: Document, variables: Mapping[str, Any], token: str) -> Reply:
        body = {
            "query": document.text,
            "variables": dict(variables),
            "operationName": document.name,
        }
        try:
            return self._connection.post(self._path, body, {"X-Shopify-Access-Token": token})
        except requests.RequestException as error:
            # What requests says is dropped: it holds the request.
            what = type(error).__name__
            if never_sent(error):
                raise TransientError(f"{document.name}: no connection ({what})") from None
            raise _unclear(document, f"no answer ({what})") from None

    def _read(
        self,
        document: Document,
        answer: Mapping[str, Any],
        at: datetime,
        may_hide: Collection[str],
    ) -> Answer:
        data, errors = answer.get("data"), answer.get("errors")
        if isinstance(search := (answer.get("extensions") or {}).get("search"), list) and search:
            # A filter that Shopify does not understand is left out, and everything comes.
            _log.warning("shopify_search_warning", extra={"operation": document.name})
        if not errors:
            if not isinstance(data, dict):
                raise _unclear(document, "the answer has no data")
            return Answer(data, at)
        found = [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
        codes = {_code(error) for error in found}
        if not isinstance(data, dict) or all(value is None for value in data.values()):
            raise self._refused(document, answer, found, errors, codes)
        hidden = {tuple(e.get("path") or ()) for e in found if _code(e) == "ACCESS_DENIED"}
        if codes == {"ACCESS_DENIED"} and all(set(path) & set(may_hide) for path in hidden):
            return Answer(data, at, frozenset(hidden))
        what = f"{document.name}: a part of the answer is missing: {_words(found, errors)}"
        raise OutcomeUnknown(what) if document.writes else PartialAnswer(what)

    def _refused(
        self,
        document: Document,
        answer: Mapping[str, Any],
        found: Sequence[Mapping[str, Any]],
        errors: Any,
        codes: Collection[str],
    ) -> PluginError:
        words = f"{document.name}: {_words(found, errors)}"
        if "THROTTLED" in codes:
            return self._throttled(words, _seconds_for(answer))
        if "ACCESS_DENIED" in codes:
            needed = "; ".join(
                str((e.get("extensions") or {}).get("requiredAccess", ""))[:300] for e in found
            )
            return AccessRefused(f"{words}; grant the app what is required: {needed}")
        if "SHOP_INACTIVE" in codes:
            return ShopClosed(words)
        if "INTERNAL_SERVER_ERROR" in codes or not found:
            return _unclear(document, _words(found, errors))
        return RejectedError(sorted(codes)[0] or "UNKNOWN", words)

    def _failure(self, document: Document, reply: Reply) -> PluginError:
        request_id = _request_id(reply.headers)
        what = f"{document.name}: Shopify answered {reply.status}{request_id}"
        if reply.status in (429, 430):
            told = reply.headers.get("Retry-After", "").strip()
            seconds = float(told) if re.fullmatch(r"\d{1,6}(\.\d+)?", told) else _UNTOLD_WAIT
            return self._throttled(what, _SECURITY_WAIT if reply.status == 430 else seconds)
        if reply.status == 401:
            return AccessRefused(
                f"{what}: it takes no access token of this app; install the app in the shop again"
            )
        if reply.status in (402, 423):
            return ShopClosed(f"{what}: the shop is frozen or locked")
        if reply.status in (403, 404):
            return AccessRefused(
                f"{what}: compare the shop's domain and the API version, and the app's scopes"
            )
        if reply.status == 400:
            return RejectedError("BAD_REQUEST", what)
        return _unclear(document, f"Shopify answered {reply.status}{request_id}")

    def _throttled(self, what: str, seconds: float) -> Throttled:
        """All workers of the shop share one bucket; so all are told to wait."""
        seconds = min(max(seconds, 0.1), _WAIT_MOST)
        until = (self._clock.now() + timedelta(seconds=seconds)).isoformat()
        self._notes.change(_CLOSED_UNTIL, lambda text: max(text or until, until))
        return Throttled(what, retry_after=seconds)

    def _wait_for_the_others(self, document: Document) -> None:
        until = self._notes.read(_CLOSED_UNTIL).get(_CLOSED_UNTIL)
        if until is None:
            return
        left = (datetime.fromisoformat(until) - self._clock.now()) / timedelta(seconds=1)
        if left > 0:
            raise Throttled(f"{document.name}: another worker was throttled", retry_after=left)
        # Unless somebody was throttled meanwhile.
        self._notes.change(_CLOSED_UNTIL, lambda text: None if text == until else text)

    def _told_at(self, reply: Reply) -> datetime:
        try:
            return parsedate_to_datetime(reply.headers.get("Date", "")).astimezone(UTC)
        except ValueError:
            return self._clock.now()

    def _note_version(self, reply: Reply) -> None:
        answered = reply.headers.get("X-Shopify-API-Version")
        if answered and answered != self._version and answered != self.answered_by:
            _log.warning(
                "shopify_version_differs", extra={"asked": self._version, "answered": answered}
            )
        self.answered_by = answered or self.answered_by
        if reason := reply.headers.get("X-Shopify-API-Deprecated-Reason"):
            _log.warning("shopify_deprecated", extra={"reason": reason[:300]})


def _unclear(document: Document, what: str) -> PluginError:
    kind = OutcomeUnknown if document.writes else TransientError
    return kind(f"{document.name}: {what}")


def _code(error: Mapping[str, Any]) -> str:
    code = (error.get("extensions") or {}).get("code")
    return code if isinstance(code, str) else ""


def _words(found: Sequence[Mapping[str, Any]], errors: Any) -> str:
    """What Shopify says of all errors; we send nothing of the buyer that it could repeat."""
    said = [str(error.get("message", "")) for error in found] or [str(errors)]
    return " ".join("; ".join(said).split())[:300]


def _cost(answer: object) -> Any:
    """What an answer says of its cost and of the bucket."""
    extensions = answer.get("extensions") if isinstance(answer, Mapping) else None
    return extensions.get("cost") if isinstance(extensions, Mapping) else None


def _seconds_for(answer: Mapping[str, Any]) -> float:
    """Until the bucket holds what the document needs."""
    cost = _cost(answer)
    try:
        status = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        return max(missing / float(status["restoreRate"]), 0.1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return _UNTOLD_WAIT


def _request_id(headers: Mapping[str, str]) -> str:
    told = headers.get("X-Request-Id", "")
    return f", request {told}" if re.fullmatch(r"[\w.:=+/-]{1,100}", told) else ""
