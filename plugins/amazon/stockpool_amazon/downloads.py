"""Fetching documents that an answer links to: signed addresses that need no token and soon die."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from stockpool.errors import TransientError
from stockpool_amazon.connection import Connection
from stockpool_amazon.documents import checked_address
from stockpool_amazon.errors import UnreadableAnswer


def pdf_at(connection: Connection, url: str, endpoint: str) -> bytes:
    """A PDF at an address that Amazon has given.

    The address itself is a secret for as long as it lives, so no message repeats it.

    Args:
        endpoint: where calls go; only its own host may be asked without TLS.

    Raises:
        UnreadableAnswer: the address is none to go to, or there is no PDF.
        TransientError: there is no answer, or the address has died; ask for a new one.
    """
    host = urlsplit(checked_address(url, endpoint)).hostname
    try:
        reply = connection.send("GET", url, headers={"accept": "application/pdf"})
    except requests.RequestException as error:
        raise TransientError(f"a document can't be fetched ({type(error).__name__})") from None
    if reply.status != 200:
        raise TransientError(f"a document can't be fetched: {host} says {reply.status}")
    if not reply.content.startswith(b"%PDF"):
        raise UnreadableAnswer("a document is no PDF")
    return reply.content
