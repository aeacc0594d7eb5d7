"""One HTTPS exchange with a shop: bounded in time and size, without redirects or cookies."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

_CHUNK = 65_536
_OK, _PARTIAL, _BEHIND_THE_END = 200, 206, 416
_ANSWER_BYTES = 20_000_000
_LINE_BYTES = 1_000_000


class AnswerTooLong(requests.RequestException):
    """More bytes came than we are ready to hold."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def document(self) -> Mapping[str, Any] | None:
        """The JSON object; None if it is anything else (a page in HTML)."""
        try:
            found = json.loads(self.content)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


@dataclass(frozen=True, slots=True)
class FileLines:
    """Some lines of a file, without their ends.

    Attributes:
        status: 200, or why there are none.
        offset: the byte behind them.
        ended: there is nothing behind them.
    """

    status: int
    lines: Sequence[bytes] = field(repr=False)
    offset: int
    ended: bool


class Connection:
    """A pool of connections to one shop that threads may share."""

    def __init__(self, shop: str, *, connect_seconds: float, read_seconds: float) -> None:
        self._root = f"https://{shop}"
        self._timeout = (connect_seconds, read_seconds)
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["user-agent"] = f"stockpool/{version('stockpool')} (Language=Python)"
        # Repeating is the engine's business: it asks before it repeats.
        self._session.mount("https://", HTTPAdapter(pool_maxsize=16, max_retries=0))

    def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Reply:
        """Send a JSON body and read the whole answer.

        Raises:
            requests.RequestException: there is no whole answer; see `never_sent`.
        """
        with self._session.post(
            self._root + path,
            json=body,
            headers={"accept": "application/json", **headers},
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
            # Otherwise requests looks for the host in ~/.netrc and logs in by itself.
            auth=_nothing_added,
        ) as response:
            content = bytearray()
            for chunk in response.iter_content(_CHUNK):
                content += chunk
                if len(content) > _ANSWER_BYTES:
                    raise AnswerTooLong(f"the answer is longer than {_ANSWER_BYTES} bytes")
            return Reply(response.status_code, response.headers, bytes(content))

    def lines(self, url: str, *, offset: int, most: int) -> FileLines:
        """Read lines of a file that Shopify has put somewhere, from a byte of it on.

        No more is fetched than what is handed back, and what the network had under way. The
        access token is not sent: the address itself gives access.

        Raises:
            ValueError: the address is not one of HTTPS.
            requests.RequestException: there is no whole answer.
        """
        if not url.startswith("https://"):
            raise ValueError("a file must come by HTTPS")
        headers = {"range": f"bytes={offset}-", "accept-encoding": "identity"}
        with self._session.get(
            url,
            headers=headers,
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
            auth=_nothing_added,
        ) as response:
            if response.status_code == _BEHIND_THE_END:
                return FileLines(_OK, (), offset, ended=True)
            if response.status_code not in (_OK, _PARTIAL):
                return FileLines(response.status_code, (), offset, ended=False)
            # Who does not know ranges sends the whole file.
            skipped = offset if response.status_code == _OK else 0
            return read_lines(response.iter_content(_CHUNK), offset, skipped, most)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()


def read_lines(chunks: Iterable[bytes], offset: int, skipped: int, most: int) -> FileLines:
    """Lines of a file that comes in chunks, as many as there are up to `most`. Pure.

    Args:
        offset: the byte at which the lines begin.
        skipped: how many bytes of the chunks are before it.

    Raises:
        AnswerTooLong: a line is longer than we are ready to hold.
    """
    lines: list[bytes] = []
    rest = b""
    for chunk in chunks:
        rest += chunk
        if skipped:
            skipped, rest = max(skipped - len(rest), 0), rest[skipped:]
        *whole, rest = rest.split(b"\n")
        for line in whole:
            lines.append(line)
            offset += len(line) + 1
            if len(lines) == most:
                return FileLines(_OK, lines, offset, ended=False)
        if len(rest) > _LINE_BYTES:
            raise AnswerTooLong(f"a line is longer than {_LINE_BYTES} bytes")
    if rest:
        lines.append(rest)
    return FileLines(_OK, lines, offset + len(rest), ended=True)


def never_sent(error: requests.RequestException) -> bool:
    """Whether an error says for certain that the request did not leave: no connection was made."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    certain = (
        NewConnectionError,
        NameResolutionError,
        ConnectTimeoutError,
        ssl.SSLCertVerificationError,
    )
    return any(isinstance(cause, certain) for cause in _causes(error))


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
