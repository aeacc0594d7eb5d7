"""What the network asks of the Fulfillment Outbound API, whichever version answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from stockpool.order_request import Feature, Speed
from stockpool.plugins.network import FulfillmentRequest, FulfillmentState, PreviewOption
from stockpool_amazon.fields import Fields
from stockpool_amazon.pools import Pools
from stockpool_amazon.transport import Answer, Call, Transport
from stockpool_amazon.wire import private


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a create.

    Attributes:
        received_at: when Amazon took it, by its clock.
        granted: the features it has as required; None if the answer does not tell.
    """

    received_at: datetime
    granted: Sequence[Feature] | None


@dataclass(frozen=True, slots=True)
class Header:
    """One order of a listing.

    Attributes:
        changed_at: when its status changed last.
        state: the whole order, if the listing tells it.
    """

    order_id: str
    changed_at: datetime
    state: FulfillmentState | None = None


@dataclass(frozen=True, slots=True)
class HeaderPage:
    """A page of a listing.

    Attributes:
        token: leads to the next page; None on the last.
        asked_at: by Amazon's clock.
    """

    headers: Sequence[Header]
    token: str | None
    asked_at: datetime


class Outbound(ABC):
    """One version's operations. All of `transport`'s errors may be raised.

    Attributes:
        features: what can be asked for.
    """

    base: str
    features: frozenset[Feature]

    def __init__(self, transport: Transport, pools: Pools) -> None:
        self._transport = transport
        self._pools = pools

    @staticmethod
    def offers(country: str, speed: Speed) -> bool:
        """Whether orders of a country can be sent at a speed, as far as the version tells."""
        return True

    @abstractmethod
    def create(self, request: FulfillmentRequest) -> Taken:
        """Place an order."""

    @abstractmethod
    def get(self, order_id: str) -> FulfillmentState:
        """An order with its shipments and parcels.

        Raises:
            AmazonRefusal: with `of_unknown_id` if there is none.
            UnreadableAnswer: a field is not as the model says; names it.
        """

    @abstractmethod
    def update(self, request: FulfillmentRequest) -> None:
        """Change an order to what `request` says."""

    @abstractmethod
    def cancel(self, order_id: str) -> None:
        """Ask for the end of an order."""

    @abstractmethod
    def preview(self, request: FulfillmentRequest) -> Sequence[PreviewOption]:
        """What each of the pool's speeds would cost."""

    @abstractmethod
    def list_changed(self, since: datetime, token: str | None) -> HeaderPage:
        """Orders that changed at `since` or later; `token` goes on with an earlier listing."""

    def _read(self, operation: str, path: str, query: Mapping[str, str] | None = None) -> Answer:
        return self._transport.send(Call(operation, "GET", self.base + path, query or {}))

    def _write(
        self,
        operation: str,
        method: str,
        path: str,
        body: Mapping[str, Any],
        request: FulfillmentRequest | None = None,
    ) -> Answer:
        hidden = private(request.ship_to) if request else ()
        path = self.base + path
        return self._transport.send(
            Call(operation, method, path, body=body, writes=True, private=hidden)
        )

    def _ask(
        self, operation: str, path: str, body: Mapping[str, Any], request: FulfillmentRequest
    ) -> Answer:
        """A question that is too long for an address: POST, and yet it changes nothing."""
        hidden = private(request.ship_to)
        return self._transport.send(
            Call(operation, "POST", self.base + path, body=body, private=hidden)
        )


def whole(answer: Answer, name: str) -> Fields:
    """The document of an answer; `name` leads the names of fields in messages."""
    return Fields(answer.document, name)


def segment(text: str) -> str:
    """An id as a part of a path."""
    return quote(text, safe="")
