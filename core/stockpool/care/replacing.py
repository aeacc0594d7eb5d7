"""Replacement orders: what was lost, damaged or never sent is sent again, and costs nothing.

A replacement is an order like any other, with the address and the demands of the one that it
replaces and without prices, under the channel's order number with `-R1` behind it. It is recorded
under a key before it is taken in, so that a death in between leaves it to the next call or to the
duty that settles refunds. Nobody gets more items again than were shipped or could not be shipped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, delete, func, insert, select, update

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.care.tables import replacements
from stockpool.errors import ConflictError, NotFoundError, RefusedError
from stockpool.ids import IdSource
from stockpool.order_request import Address, Feature, OrderLine, OrderRequest, Speed
from stockpool.orders.parking import settle
from stockpool.orders.preparation import ERASED
from stockpool.orders.service import Orders
from stockpool.orders.tables import order_lines, orders, recipients
from stockpool.orders.views import find_id
from stockpool.orders.whole_items import PartCount, items_gone
from stockpool.orders.withdrawal import lock_order
from stockpool.problems import Problem
from stockpool.storage.database import Database

PRIORITY = 100
"""A customer who waits for the second time comes first."""


@dataclass(frozen=True, slots=True)
class ReplacementView:
    """A replacement as it stands.

    Attributes:
        order_id: the order that is replaced.
        lines: items by line.
        cause: what it is for: `parcel:...`, `return:...`, `claim:...`, as it was given.
        replacement_id: the order that replaces it; None until it is taken in.
    """

    key: str
    order_id: str
    channel_order_id: str
    lines: Mapping[str, int]
    reason: str
    cause: str
    requested_at: datetime
    replacement_id: str | None


class Replacements:
    """`engine.care.replacements`."""

    def __init__(self, database: Database, ids: IdSource, orders: Orders) -> None:
        self._database = database
        self._ids = ids
        self._orders = orders

    def make(
        self,
        order_id: str,
        lines: Mapping[str, int],
        *,
        reason: str,
        key: str,
        cause: str = "",
        ship_to: Address | None = None,
        speed: Speed | None = None,
    ) -> ReplacementView:
        """Send items of an order again. The same key again is the same replacement.

        Args:
            lines: items by line.
            cause: what it is for, such as `parcel:FULFILLMENT_ORDER-1` or `return:ID`.
            ship_to: where to, if not to the order's address; `speed` likewise.

        Raises:
            NotFoundError: there is no such order.
            RefusedError: an unknown line, or more than was shipped (or could not be) and is not
                replaced yet; the address was erased, or the replacement can't be taken in.
            ConflictError: the key was used for another replacement.
        """
        asked = {"lines": dict(lines), "reason": reason, "cause": cause, "speed": speed}

        def work(connection: Connection) -> None:
            if not lock_order(connection, order_id):
                raise NotFoundError(f"there is no order {order_id}")
            known = _row(connection, key)
            if known is None:
                _record(connection, order_id, asked, key, ship_to, at=self._database.clock.now())
            elif known.order_id != order_id or json.loads(known.asked) != asked:
                raise ConflictError(f"the key {key} was used for another replacement")

        self._database.run(work)
        self._take_in(key)
        return self.get(key)

    def get(self, key: str) -> ReplacementView:
        """One replacement.

        Raises:
            NotFoundError: there is none with that key.
        """
        with self._database.read() as connection:
            row = _row(connection, key)
        if row is None:
            raise NotFoundError(f"there is no replacement {key}")
        return _view(row)

    def list(self, *, order_id: str | None = None, limit: int = 100) -> Sequence[ReplacementView]:
        """Replacements, the newest first."""
        query = select(replacements).order_by(
            replacements.c.requested_at.desc(), replacements.c.key
        )
        if order_id is not None:
            query = query.where(replacements.c.order_id == order_id)
        with self._database.read() as connection:
            return [_view(row) for row in connection.execute(query.limit(limit))]

    def take_in_recorded(self) -> int:
        """Take in what was recorded and not taken in; returns how many it looked at.

        One that can't be taken in is forgotten, and shown to a person.
        """
        with self._database.read() as connection:
            waiting = connection.execute(
                select(replacements.c.key, replacements.c.order_id)
                .where(replacements.c.replacement_id.is_(None))
                .order_by(replacements.c.requested_at, replacements.c.key)
            ).all()
        for row in waiting:
            try:
                self._take_in(row.key)
            except RefusedError as refusal:
                self._complain(row.order_id, refusal)
        return len(waiting)

    def _complain(self, order_id: str, refusal: RefusedError) -> None:
        at = self._database.clock.now()
        problem = Problem(
            "replacement_refused", str(refusal), fix="mend it, and make the replacement again"
        )
        concern = Concern(f"order:{order_id}:replacement", "order", order_id, (problem,))
        self._database.run(
            lambda connection: raise_concerns(
                connection, [concern], at=at, new_ids=[self._ids.new_id(at)]
            )
        )

    def _take_in(self, key: str) -> None:
        """Take in the order of a replacement, and know it for one, in one transaction."""
        with self._database.read() as connection:
            row = _row(connection, key)
            if row is None or row.replacement_id is not None:
                return
            request = _request(connection, row)
        identity = (request.channel, request.channel_order_id)

        def link(connection: Connection) -> None:
            stored = find_id(connection, *identity)
            this = replacements.c.key == key
            if stored is None:
                # The caller has the problems: nothing of it waits in the queue of parked requests.
                connection.execute(delete(replacements).where(this))
                settle(connection, identity, at=self._database.clock.now())
                return
            connection.execute(
                update(replacements).where(this).values(replacement_id=stored, ship_to=None)
            )
            connection.execute(
                update(orders).where(orders.c.id == stored).values(replaces=row.order_id)
            )

        (receipt,) = self._orders.take_in([request], link)
        if receipt.order_id is None:
            raise RefusedError(
                f"replacement {key} can't be taken in: {receipt.problems[0]}", receipt.problems
            )


def _record(
    connection: Connection,
    order_id: str,
    asked: Mapping[str, Any],
    key: str,
    ship_to: Address | None,
    *,
    at: datetime,
) -> None:
    lines = asked["lines"]
    problems = _line_problems(lines, _replaceable(connection, order_id))
    if ship_to is None and _erased(connection, order_id):
        problems.append(
            Problem("no_address", "the address was erased", "ship_to", fix="give the address")
        )
    if problems:
        raise RefusedError(f"replacement of {order_id} refused: {problems[0]}", problems)
    channel, channel_order_id = connection.execute(
        select(orders.c.channel, orders.c.channel_order_id).where(orders.c.id == order_id)
    ).one()
    earlier = connection.execute(
        select(func.count()).where(replacements.c.order_id == order_id)
    ).scalar_one()
    connection.execute(
        insert(replacements).values(
            key=key,
            order_id=order_id,
            channel=channel,
            channel_order_id=f"{channel_order_id}-R{earlier + 1}",
            asked=json.dumps(asked),
            ship_to=None if ship_to is None else ship_to.model_dump_json(),
            requested_at=at,
        )
    )


def _replaceable(connection: Connection, order_id: str) -> dict[str, int]:
    """Items by line that were shipped or can't be, and are not replaced."""
    there: dict[str, int] = {}
    for row in connection.execute(select(order_lines).where(order_lines.c.order_id == order_id)):
        items = (row.shipped + row.unfulfillable) // row.each
        there[row.line_id] = min(there.get(row.line_id, items), items)
    for row in connection.execute(
        select(replacements).where(replacements.c.order_id == order_id)
    ).all():
        gone = _not_sent(connection, row.replacement_id)
        for line_id, items in json.loads(row.asked)["lines"].items():
            there[line_id] -= items - gone.get(line_id, 0)
    return there


def _not_sent(connection: Connection, replacement_id: str | None) -> dict[str, int]:
    """Items of a replacement that will not be shipped either."""
    rows = connection.execute(select(order_lines).where(order_lines.c.order_id == replacement_id))
    parts = {
        (row.line_id, row.sku): PartCount(row.each, row.cancelled + row.unfulfillable)
        for row in rows
    }
    return items_gone(parts, {})


def _line_problems(lines: Mapping[str, int], there: Mapping[str, int]) -> list[Problem]:
    if not lines:
        return [Problem("no_units", "nothing is to be sent again", "lines", fix="name items")]
    found = []
    for line_id, items in lines.items():
        field = f"lines[{line_id}]"
        if line_id not in there:
            found.append(
                Problem("unknown_line", f"the order has no line {line_id}", field, fix="see them")
            )
        elif not 1 <= items <= there[line_id]:
            found.append(
                Problem(
                    "not_replaceable",
                    f"{items} items of line {line_id} are to be sent again; {there[line_id]} were "
                    "shipped or could not be, and are not replaced",
                    field,
                    str(there[line_id]),
                    "ask for fewer; what was not sent yet is still to come",
                )
            )
    return found


def _erased(connection: Connection, order_id: str) -> bool:
    fingerprint = connection.execute(
        select(orders.c.fingerprint).where(orders.c.id == order_id)
    ).scalar_one()
    return bool(fingerprint == ERASED)


def _request(connection: Connection, row: Any) -> OrderRequest:
    head = connection.execute(
        select(orders, recipients.c.address)
        .join(recipients, recipients.c.order_id == orders.c.id)
        .where(orders.c.id == row.order_id)
    ).one()
    asked = json.loads(row.asked)
    lines = connection.execute(
        select(order_lines.c.line_id, order_lines.c.channel_sku)
        .where(order_lines.c.order_id == row.order_id)
        .order_by(order_lines.c.position, order_lines.c.sku)
    )
    skus = {line.line_id: line.channel_sku for line in lines}
    features = tuple(head.features.split(",")) if head.features else ()
    return OrderRequest(
        channel=row.channel,
        channel_order_id=row.channel_order_id,
        ship_to=Address.model_validate_json(row.ship_to or head.address),
        lines=tuple(
            OrderLine(line_id=line_id, channel_sku=sku, quantity=asked["lines"][line_id])
            for line_id, sku in skus.items()
            if line_id in asked["lines"]
        ),
        speed=cast(Speed, asked["speed"] or head.speed),
        backorder=True,
        priority=max(head.priority, PRIORITY),
        features=cast(tuple[Feature, ...], features),
        ordered_at=row.requested_at,
    )


def _row(connection: Connection, key: str) -> Any:
    return connection.execute(select(replacements).where(replacements.c.key == key)).one_or_none()


def _view(row: Any) -> ReplacementView:
    asked = json.loads(row.asked)
    return ReplacementView(
        row.key,
        row.order_id,
        row.channel_order_id,
        asked["lines"],
        asked["reason"],
        asked["cause"],
        row.requested_at,
        row.replacement_id,
    )
