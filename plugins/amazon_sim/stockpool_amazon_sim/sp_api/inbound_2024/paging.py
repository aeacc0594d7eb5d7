"""Pages of what an operation lists: `pageSize` and `paginationToken` in, `nextToken` out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from stockpool_amazon_sim.sp_api.messages import Call, invalid_input
from stockpool_amazon_sim.sp_api.reading import number, text

T = TypeVar("T")

USUAL = 10
TOKEN = "paginationToken"


def page_size(call: Call, most: int) -> int:
    """How many a page has; 10 if the caller does not say."""
    return number(call, "pageSize", default=USUAL, most=most)


def place_of(call: Call, operation: str) -> str | None:
    """Where the page begins that the caller wants; None for the first."""
    token = text(call, TOKEN)
    return None if token is None else call.tokens.read(operation, token)


def page(
    call: Call,
    operation: str,
    member: str,
    found: Sequence[T],
    write: Callable[[T], dict[str, Any]],
    most: int,
) -> dict[str, Any]:
    """One page of a list that is at hand, in its order."""
    size = page_size(call, most)
    # The token says which list it is of: a token of another plan or shipment is refused.
    address = call.request.path
    place = place_of(call, operation)
    start = 0
    if place is not None:
        given, _, offset = place.rpartition("#")
        if given != address:
            raise invalid_input(f"{TOKEN} is of another list.")
        start = int(offset)
    answer: dict[str, Any] = {member: [write(one) for one in found[start : start + size]]}
    if start + size < len(found):
        following = call.tokens.write(operation, f"{address}#{start + size}")
        answer["pagination"] = {"nextToken": following}
    return answer
