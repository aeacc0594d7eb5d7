"""Lists of work that Amazon does for a seller, feeds and reports: what is asked for, in pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from stockpool_amazon_sim.records import DAY, Micros
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.sp_api.messages import Call, invalid_input
from stockpool_amazon_sim.sp_api.reading import country_of, moment, number, text, texts, texts_of

STATUSES = ("CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE")


class _Work(Protocol):
    countries: list[str]
    created_at: Micros
    status: str


W = TypeVar("W", bound=_Work)

Find = Callable[[Callable[[W], bool], str, int], list[W]]
"""The newest that are wanted, older than an id (if one is given), and how many at most."""


def page(
    call: Call,
    operation: str,
    types: str,
    find: Find[W],
    type_of: Callable[[W], str],
    id_of: Callable[[W], str],
) -> tuple[list[W], str | None]:
    """A page, the newest first, and the token of the next. A token is given alone, since it says
    what was asked for.

    Args:
        types: the name of the parameter with the types, which is required without a token.
    """
    token = text(call, "nextToken")
    if token is None:
        query, after = _query(call, types), ""
    else:
        query, after = json.loads(call.tokens.read(operation, token))
    size = int(query["pageSize"])
    found = find(lambda one: _fits(one, type_of(one), query), after, size + 1)
    if len(found) <= size:
        return found, None
    return found[:size], call.tokens.write(operation, json.dumps([query, id_of(found[size - 1])]))


def _query(call: Call, name: str) -> dict[str, Any]:
    types = texts(call, name, most=10)
    if not types:
        raise invalid_input(f"Either {name} or nextToken is required.")
    since, until = moment(call, "createdSince"), moment(call, "createdUntil")
    marketplaces = texts(call, "marketplaceIds", most=10)
    return {
        "types": types,
        "countries": [country_of(call, one, "marketplaceIds") for one in marketplaces],
        "statuses": texts_of(call, "processingStatuses", STATUSES),
        "pageSize": number(call, "pageSize", default=10, most=100),
        "since": to_micros(call.simulator.now()) - 90 * DAY if since is None else to_micros(since),
        "until": None if until is None else to_micros(until),
    }


def _fits(work: _Work, kind: str, query: Mapping[str, Any]) -> bool:
    countries: Sequence[str] = query["countries"]
    return (
        kind in query["types"]
        and (not countries or not {*countries}.isdisjoint(work.countries))
        and (not query["statuses"] or work.status in query["statuses"])
        and work.created_at >= query["since"]
        and (query["until"] is None or work.created_at <= query["until"])
    )
