"""How far the orders of a shop have been read: the cursor that the engine keeps."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stockpool.clock import Clock
from stockpool.errors import RejectedError
from stockpool_shopify.settings import ShopifySettings


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """What to answer to a fulfillment request, once the engine has stored the page it was on.

    Attributes:
        rejection: Shopify's reason; None accepts.
    """

    fulfillment_order_id: str
    rejection: str | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The point in time up to which changes were read.

    Attributes:
        at: the newest `updatedAt` that was seen.
        seen: orders near `at`, by id, with their `updatedAt`: the next look reaches back behind
            `at`, since Shopify's search shows some changes late, and finds them again.
        answers: owed for the page that ended here.
        requests: fulfillment orders with a request that is open and was on a page already.
        removed: by order and line item, the units removed that the page which ended here asked
            to cancel, with those of earlier pages.
        returns: returns under way that were on a page already.
    """

    at: datetime
    seen: Mapping[str, datetime] = field(default_factory=dict)
    answers: Sequence[RequestAnswer] = ()
    requests: frozenset[str] = frozenset()
    removed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    returns: frozenset[str] = frozenset()

    def knows(self, order_id: str, updated_at: datetime) -> bool:
        """Whether this state of an order was on a page already."""
        return self.seen.get(order_id) == updated_at

    def moved(
        self,
        changed: Mapping[str, datetime],
        answers: Sequence[RequestAnswer],
        requests: Collection[str],
        overlap: timedelta,
        removed: Mapping[str, Mapping[str, int]],
        returns: Collection[str] = (),
    ) -> Cursor:
        """The cursor behind a page with these orders."""
        at = max([self.at, *changed.values()])
        seen = {**self.seen, **changed}
        kept = {order: time for order, time in seen.items() if time >= at - overlap}
        requested = frozenset(requests)
        return Cursor(at, kept, tuple(answers), requested, removed, frozenset(returns))

    def text(self) -> str:
        """As it is handed to the engine."""
        return json.dumps(
            {
                "at": self.at.isoformat(),
                "seen": {order: time.isoformat() for order, time in sorted(self.seen.items())},
                "requests": sorted(self.requests),
                "removed": {order: dict(units) for order, units in sorted(self.removed.items())},
                "returns": sorted(self.returns),
                "answers": [[a.fulfillment_order_id, a.rejection] for a in self.answers],
            },
            separators=(",", ":"),
        )


def first_cursor(settings: ShopifySettings, clock: Clock) -> Cursor:
    """Where reading begins."""
    return Cursor(clock.now() - timedelta(days=settings.history_days))


def read_cursor(text: str) -> Cursor:
    """The cursor from what the engine hands back.

    Raises:
        RejectedError: it is none of ours.
    """
    try:
        found = json.loads(text)
        return Cursor(
            datetime.fromisoformat(found["at"]),
            {order: datetime.fromisoformat(time) for order, time in found["seen"].items()},
            tuple(RequestAnswer(order, reason) for order, reason in found["answers"]),
            frozenset(found["requests"]),
            found["removed"],
            frozenset(found.get("returns", ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RejectedError("cursor", "this is no cursor of a Shopify channel") from error
