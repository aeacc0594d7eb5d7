"""Requests on their way in: what can be said of them without the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from stockpool.ids import IdSource
from stockpool.order_request import OrderLine, OrderRequest
from stockpool.orders.checks import AddressLimits, check_request
from stockpool.orders.receipts import Receipt
from stockpool.orders.reservation import Desk
from stockpool.plugins.channel import ChannelCapability
from stockpool.problems import Problem

Identity = tuple[str, str]
"""A channel and its order id."""

ERASED = "erased"
"""The fingerprint of an order whose buyer was erased: whatever the channel brings is a repeat."""

_request_json = OrderRequest.__pydantic_serializer__


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What intake must know about a channel; the defaults serve callers from Python."""

    backorder: bool = True
    features: tuple[Any, ...] = ()
    capabilities: frozenset[ChannelCapability] = frozenset()


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """The surroundings of an intake: channels by name, routing, limits, ids."""

    desk: Desk
    ids: IdSource
    channels: Mapping[str, ChannelFacts]
    limits: AddressLimits


@dataclass(slots=True)
class Prepared:
    """A request and all that can be said of it without the database."""

    request: OrderRequest
    fingerprint: str
    problems: tuple[Problem, ...]
    receipt: Receipt | None = None

    @property
    def identity(self) -> Identity:
        """What it is known by."""
        return (self.request.channel, self.request.channel_order_id)


def fingerprint(request: OrderRequest) -> str:
    """A digest of the order's content; the same for the same content, wherever it was read."""
    if request.source is None:
        return sha256(_request_json.to_json(request)).hexdigest()
    return sha256(_request_json.to_json(request.model_copy(update={"source": None}))).hexdigest()


def prepare(requests: Sequence[OrderRequest], limits: AddressLimits) -> list[Prepared]:
    """Fingerprint and check each request."""
    return [Prepared(r, fingerprint(r), check_request(r, limits)) for r in requests]


def unknown_sku(request: OrderRequest, index: int, line: OrderLine) -> Problem:
    """The channel SKU of a line is not listed."""
    return Problem(
        "unknown_sku",
        f"nothing is listed on {request.channel} as {line.channel_sku}",
        f"lines[{index}].channel_sku",
        fix="list it with catalog.list_on, then `stockpool attention retry`",
        source=request.source,
    )
