"""Documents of feeds and reports: signed addresses that need no token and soon die.

An address is a secret for as long as it lives, so no message repeats it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests

from stockpool.errors import TransientError
from stockpool.plugins.network_reports import ReportDocument
from stockpool_amazon.connection import Connection
from stockpool_amazon.errors import UnreadableAnswer
from stockpool_amazon.fields import Fields

_CHARSET = re.compile(r"charset=[\"']?([A-Za-z0-9._-]{1,40})")


def checked_address(url: str, endpoint: str) -> str:
    """An address that a document may be fetched from, or sent to.

    Args:
        endpoint: where calls go; only its own host may be asked without TLS.

    Raises:
        UnreadableAnswer: it is none to go to.
    """
    own = urlsplit(endpoint)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise UnreadableAnswer("the address of a document is none") from None
    if not parts.hostname:
        raise UnreadableAnswer("the address of a document names no host")
    if parts.scheme != "https" and (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
        raise UnreadableAnswer("the address of a document is not https")
    return url


def upload(connection: Connection, url: str, content: bytes, content_type: str) -> None:
    """Send a document to where Amazon wants it. Nothing comes of a document by itself.

    Raises:
        TransientError: it is not certain that it arrived; send it anew, to a new address.
    """
    try:
        reply = connection.send("PUT", url, headers={"content-type": content_type}, content=content)
    except requests.RequestException as error:
        raise TransientError(f"a document can't be sent ({type(error).__name__})") from None
    if not 200 <= reply.status < 300:
        host = urlsplit(url).hostname
        raise TransientError(f"a document can't be sent: {host} says {reply.status}")


@contextmanager
def opened(
    connection: Connection, document: Fields, endpoint: str, *, bytes_most: int
) -> Iterator[ReportDocument]:
    """A document while it is read, unpacked.

    Args:
        document: `ReportDocument`, `FeedDocument`: the address, and how it is packed.
        bytes_most: a longer one, unpacked, is given up.

    Raises:
        UnreadableAnswer: it is packed in a way that is not known, or is too long.
        TransientError: it can't be fetched, or is cut off; ask for a new address.
    """
    url = checked_address(document.text("url"), endpoint)
    packed = document.optional_text("compressionAlgorithm")
    if packed not in (None, "GZIP"):
        raise document.unreadable("compressionAlgorithm", f"{packed!r} is not known")
    host = urlsplit(url).hostname
    try:
        with connection.stream(url) as (status, headers, chunks):
            if status != 200:
                raise TransientError(f"a document can't be fetched: {host} says {status}")
            charset = _CHARSET.search(headers.get("content-type", ""))
            # Members of a packed document may be empty, and no end of them: both sides are bounded.
            pieces = _unpacked(_bounded(chunks, bytes_most)) if packed else chunks
            yield ReportDocument(charset[1] if charset else None, _bounded(pieces, bytes_most))
    except requests.RequestException as error:
        raise TransientError(f"a document can't be fetched ({type(error).__name__})") from None


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """All members of a gzip file, one after the other (RFC 1952, section 2.2)."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        for chunk in chunks:
            waiting = chunk
            while waiting:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(_GZIP)
                piece = unpacker.decompress(waiting, _PIECE)
                waiting = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
                if piece:
                    yield piece
    except zlib.error:
        raise UnreadableAnswer("a document says that it is gzip, and is not") from None
    if not unpacker.eof:
        raise TransientError("a document is cut off")


_GZIP = zlib.MAX_WBITS | 16
_PIECE = 65_536


def _bounded(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    length = 0
    for chunk in chunks:
        length += len(chunk)
        if length > most:
            raise UnreadableAnswer(f"a document is longer than {most} bytes")
        yield chunk
