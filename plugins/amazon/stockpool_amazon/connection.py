"""One HTTP exchange: bounded in size, without redirects, cookies or credentials of its own."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

_CHUNK = 65_536
_FRAMED = {"content-length", "transfer-encoding"}


class AnswerCut(requests.RequestException):
    """The answer ended in its head: nothing says how long its body was to be."""


class AnswerTooLong(requests.RequestException):
    """More bytes came than we are ready to hold."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


class Connection:
    """A pool of connections that threads may share.

    Args:
        connect_seconds: for the connection to stand.
        read_seconds: between two pieces of the answer.
        answer_bytes: a longer answer is given up.
    """

    def __init__(self, *, connect_seconds: float, read_seconds: float, answer_bytes: int) -> None:
        self._timeout = (connect_seconds, read_seconds)
        self._answer_bytes = answer_bytes
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["user-agent"] = f"stockpool/{version('stockpool')} (Language=Python)"
        # Repeating is the engine's business: it asks before it repeats.
        adapter = HTTPAdapter(pool_maxsize=32, max_retries=0)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)

    def send(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        """Send a request, with a JSON body, a form, bytes or nothing, and read the whole answer.

        Raises:
            requests.RequestException: there is no whole answer; see `never_sent`.
        """
        with self._session.request(
            method,
            url,
            params=query,
            headers={"accept": "application/json", **(headers or {})},
            json=body,
            data=form if content is None else content,
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
            # Otherwise requests looks for the host in ~/.netrc and logs in by itself.
            auth=_nothing_added,
        ) as response:
            return Reply(response.status_code, response.headers, self._read(response))

    @contextmanager
    def stream(self, url: str) -> Iterator[tuple[int, Mapping[str, str], Iterator[bytes]]]:
        """What is at an address, piece by piece, as long as the block lasts.

        Raises:
            requests.RequestException: there is no answer, or it breaks off.
        """
        with self._session.get(
            url, timeout=self._timeout, allow_redirects=False, stream=True, auth=_nothing_added
        ) as response:
            yield response.status_code, response.headers, response.iter_content(_CHUNK)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _read(self, response: requests.Response) -> bytes:
        content = bytearray()
        for chunk in response.iter_content(_CHUNK):
            content += chunk
            if len(content) > self._answer_bytes:
                raise AnswerTooLong(f"the answer is longer than {self._answer_bytes} bytes")
        framed = response.status_code == 204 or _FRAMED & {
            name.lower() for name in response.headers
        }
        if not content and not framed:
            # http.client takes a head that was cut off for a whole one with an empty body.
            raise AnswerCut("the answer ended in its head")
        return bytes(content)


def never_sent(error: requests.RequestException) -> bool:
    """Whether an error says for certain that the request did not leave.

    It did not if no connection was made: an unknown name, a refusal, a time-out of connecting, a
    proxy that can't be passed, a certificate that isn't trusted. Anything later may have come
    after the request arrived.
    """
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    certain = (
        NewConnectionError,
        NameResolutionError,
        ConnectTimeoutError,
        ssl.SSLCertVerificationError,
    )
    return any(isinstance(cause, certain) for cause in _causes(error))


def json_object(content: bytes) -> Mapping[str, Any] | None:
    """An object in JSON; None if it is anything else."""
    document = _json(content)
    return document if isinstance(document, dict) else None


def json_list(content: bytes) -> Sequence[Any] | None:
    """A list in JSON; None if it is anything else."""
    document = _json(content)
    return document if isinstance(document, list) else None


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _nothing_added(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and those that it wraps, which requests and urllib3 keep in various places."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        found = waiting.pop()
        if not isinstance(found, BaseException) or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        waiting += [getattr(found, "reason", None), found.__cause__, found.__context__]
        waiting += found.args
