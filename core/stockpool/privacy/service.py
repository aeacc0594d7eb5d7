"""`engine.privacy`: finding, exporting and erasing a buyer's data, and channels' requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select

from stockpool.attention.queue import Concern, close_concerns, raise_concerns
from stockpool.clock import Clock
from stockpool.errors import NotFoundError
from stockpool.ids import IdSource
from stockpool.orders.tables import order_lines, orders
from stockpool.privacy.buyers import Buyer, telling_words
from stockpool.privacy.erasing import erase_order, erase_parked, erase_planned
from stockpool.privacy.locating import Found, FoundOrder, locate
from stockpool.privacy.texts import sweep
from stockpool.problems import Problem
from stockpool.returns.tables import order_returns
from stockpool.storage.database import Database
from stockpool.webhooks import privacy_requests
from stockpool.webhooks.privacy_requests import StoredRequest

DAYS_TO_ACT = 30
"""Shopify's term for its privacy topics, and within the month of the GDPR (article 12, 3)."""

_TRIED_AGAIN_AFTER = timedelta(hours=1)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased.

    Attributes:
        texts: rows of free texts in which words of the buyer stood.
        kept: what still needs the data, in words; erase again when it is shipped or cancelled.
    """

    orders: tuple[str, ...]
    parked: int
    planned: int
    texts: int
    kept: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class Privacy:
    """A buyer's personal data in the engine's database.

    What a network or a channel has of it is theirs to erase; files that were handed in are the
    merchant's.
    """

    def __init__(self, database: Database, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    def find(self, buyer: Buyer) -> Found:
        """Where the buyer's data lies.

        Raises:
            RefusedError: nothing identifies a buyer.
        """
        buyer.require_somebody()
        with self._database.read(consistent=True) as connection:
            return locate(connection, buyer)

    def export(self, buyer: Buyer) -> dict[str, Any]:
        """All that is kept of the buyer, ready for JSON.

        Raises:
            RefusedError: nothing identifies a buyer.
        """
        found = self.find(buyer)
        return {
            "exported_at": self._clock.now().isoformat(),
            "orders": [self._exported(one) for one in found.orders],
            "parked_requests": [dict(one.request) for one in found.parked],
            "planned_orders": [dict(one.content) for one in found.planned],
        }

    def erase(self, buyer: Buyer) -> Erasure:
        """Erase the buyer's data; the books stay. May be repeated at any time.

        What is still to be shipped keeps its address until it has left or is cancelled.

        Raises:
            RefusedError: nothing identifies a buyer.
        """
        found = self.find(buyer)
        # Texts first: once the addresses are gone nobody knows what to look for.
        done = [one for one in found.orders if not one.open]
        gone = [one for one in found.planned if not one.open]
        addresses = [
            *(one.address for one in done),
            *(one.address for one in found.parked),
            *(one.address for one in gone),
        ]
        words = {word for address in addresses for word in telling_words(address)}
        texts = sweep(self._database, words)
        erased = [one.order_id for one in done if erase_order(self._database, one.order_id)]
        for parked in found.parked:
            erase_parked(self._database, self._clock, parked)
        for planned in gone:
            erase_planned(self._database, planned)
        late = {one.order_id for one in done}.difference(erased)
        kept = (*found.open, *(f"order {order_id}" for order_id in sorted(late)))
        _log.info("buyer_erased", orders=len(erased), parked=len(found.parked), kept=len(kept))
        return Erasure(tuple(erased), len(found.parked), len(gone), texts, kept)

    def _exported(self, found: FoundOrder) -> dict[str, Any]:
        with self._database.read() as connection:
            order = connection.execute(
                select(orders.c.comment, orders.c.ordered_at).where(orders.c.id == found.order_id)
            ).one()
            # A kit has a row for each of its parts.
            columns = [
                order_lines.c[name]
                for name in ("line_id", "channel_sku", "items", "gift_message", "comment")
            ]
            lines = connection.execute(
                select(*columns)
                .where(order_lines.c.order_id == found.order_id)
                .group_by(*columns, order_lines.c.position)
                .order_by(order_lines.c.position)
            ).all()
            returns = connection.execute(
                select(order_returns.c.requested_at, order_returns.c.comment)
                .where(order_returns.c.order_id == found.order_id)
                .order_by(order_returns.c.id)
            ).all()
        return {
            "order_id": found.order_id,
            "channel": found.channel,
            "channel_order_id": found.channel_order_id,
            "ordered_at": order.ordered_at.isoformat(),
            "ship_to": dict(found.address),
            "comment": order.comment,
            "lines": [dict(row._mapping) for row in lines],
            "returns": [
                {"requested_at": one.requested_at.isoformat(), "comment": one.comment}
                for one in returns
            ],
        }

    # What channels ask for --------------------------------------------------------------------

    def requests(self, *, open_only: bool = True) -> list[StoredRequest]:
        """Requests that came from channels, the oldest first."""
        with self._database.read() as connection:
            return privacy_requests.stored(connection, open_only=open_only)

    def carry_out_requests(self) -> int:
        """Carry out the open requests; returns how many are done now.

        One that can't be done yet is tried again after an hour.
        An erasure is done when nothing is kept any more. Who asks for his data is a person's to
        answer: that is shown, and done when it was exported by `export_request`.
        """
        now = self._clock.now()
        with self._database.read() as connection:
            if not privacy_requests.stored(connection, open_only=True):
                return 0
        due = self._database.run(
            lambda connection: privacy_requests.take_due(
                connection, at=now, tried_before=now - _TRIED_AGAIN_AFTER
            )
        )
        return sum(self._carry_out(request) for request in due)

    def export_request(
        self, request_id: str, hand_out: Callable[[dict[str, Any]], None]
    ) -> dict[str, Any]:
        """The data that a request asks for; the request is done once `hand_out` has it.

        Raises:
            NotFoundError: no such request is open.
        """
        for request in self.requests():
            if request.request_id == request_id and request.kind == "export":
                buyer = _buyer(request)
                document = self.export(buyer) if buyer.is_somebody else {"orders": []}
                hand_out(document)
                self._finish(request)
                return document
        raise NotFoundError(f"no request for data {request_id} is open")

    def _carry_out(self, request: StoredRequest) -> bool:
        due = request.received_at + timedelta(days=DAYS_TO_ACT)
        if request.kind == "export":
            self._show(
                request,
                "data_requested",
                f"a buyer asks for the data that is kept of them, until {due:%Y-%m-%d}",
                f"stockpool privacy export --request {request.request_id} --out FILE, "
                "and hand it to the buyer",
            )
            return False
        buyer = _buyer(request)
        kept = self.erase(buyer).kept if buyer.is_somebody else ()
        if not kept:
            self._finish(request)
            return True
        self._show(
            request,
            "erasure_waits",
            f"data to be erased until {due:%Y-%m-%d} is still needed: {_listed(kept)}",
            "ship or cancel it, or discard the plan; the rest is erased by itself then",
        )
        return False

    def _show(self, request: StoredRequest, code: str, message: str, fix: str) -> None:
        concern = Concern(
            _concern(request), "channel", request.channel, (Problem(code, message, fix=fix),)
        )
        now: datetime = self._clock.now()
        self._database.run(
            lambda connection: raise_concerns(
                connection, [concern], at=now, new_ids=[self._ids.new_id(now)]
            )
        )

    def _finish(self, request: StoredRequest) -> None:
        now = self._clock.now()

        def work(connection: Any) -> None:
            privacy_requests.finish(connection, request, at=now)
            close_concerns(connection, [_concern(request)], at=now, by="privacy")

        self._database.run(work)


def _buyer(request: StoredRequest) -> Buyer:
    asked = request.asked
    if request.kind == "erase_everybody":
        return Buyer(request.channel, everybody=True)
    # An address that can't be one identifies nobody; the orders are named beside it.
    return Buyer(
        request.channel,
        emails=frozenset({asked.email} if "@" in asked.email else ()),
        phones=frozenset({asked.phone} if sum(map(str.isdigit, asked.phone)) >= 8 else ()),
        channel_order_ids=frozenset(asked.channel_order_ids),
    )


def _concern(request: StoredRequest) -> str:
    return f"privacy:{request.channel}:{request.request_id}"


def _listed(kept: Sequence[str]) -> str:
    more = f" and {len(kept) - 5} more" if len(kept) > 5 else ""
    return ", ".join(kept[:5]) + more
