"""Addresses of documents that an answer links to: signed, without a token, and soon dead.

An address says which document it is and until when it holds, on the clock that page tokens go by.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from stockpool_amazon_sim.sp_api.messages import ApiError, Call
from stockpool_amazon_sim.sp_api.page_tokens import PageTokens
from stockpool_amazon_sim.sp_api.writing import timestamp

PREFIX = "/downloads/"

UPLOAD, FETCH = "upload", "document"
"""Kinds of address: of a document that is to be uploaded, and of one that was uploaded or made."""

_OPERATION = "download"


def link(call: Call, kind: str, *names: Any, seconds: int) -> tuple[str, str]:
    """The address of a document and the time (ISO 8601) until which it holds.

    Args:
        names: which one it is, as the maker of this kind takes it; JSON values.
    """
    place = json.dumps([kind, *names], separators=(",", ":"))
    token = call.tokens.write(_OPERATION, place, seconds)
    until = call.simulator.clock.now() + timedelta(seconds=seconds)
    return f"{call.url}{PREFIX}{token}", timestamp(until)


def read(tokens: PageTokens, path: str) -> tuple[str, list[Any]]:
    """The kind of document that an address is of, and which one.

    Raises:
        ApiError: 403 if it is not one of ours, or has expired.
    """
    try:
        place = tokens.read(_OPERATION, path.removeprefix(PREFIX))
    except ApiError as error:
        raise ApiError(403, "AccessDenied", error.message.replace("token", "address")) from None
    kind, *names = json.loads(place)
    return kind, names
