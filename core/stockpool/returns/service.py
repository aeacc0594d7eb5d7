"""`engine.returns`: asking a network to take back what customers send, and what came of it.

    asked --a worker asks--> authorised --graded in a center--> received
      \\-- the network refuses: refused, in the attention queue

The customer sends the unit with the authorization's label page; the network pays no postage. What
was received is refunded as the channel's policy says (`refund_on = ["return"]`). Its unit comes
back into the books with the network's next stock figures, in the bucket that they name.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, func, insert, select

from stockpool.care.returns_due import ReturnDue, list_returns_due
from stockpool.errors import ConflictError, NotFoundError, RefusedError
from stockpool.ids import IdSource
from stockpool.orders.tables import (
    fulfillment_items,
    fulfillment_orders,
    order_lines,
    shipment_items,
    shipments,
)
from stockpool.orders.withdrawal import lock_order
from stockpool.outbox.effects import EffectKind, NewEffect, record
from stockpool.plugins.network import Network, NetworkCapability
from stockpool.plugins.network_returns import RETURN_COMMENT_MOST, ReturnReason
from stockpool.problems import Problem
from stockpool.returns.choosing import Part, ShippedUnits, choose
from stockpool.returns.tables import order_returns, return_units
from stockpool.storage.database import Database


@dataclass(frozen=True, slots=True)
class ReturnedUnit:
    """One unit of a return.

    Attributes:
        state: asked, authorised, received or refused.
        rma_page_url: the page with barcode and label for the customer, once it is authorised.
        return_to: the address on the label, line by line.
        received_condition: what the network found it to be (`Sellable`, `Defective` ...).
    """

    return_item_id: str
    line_id: str
    sku: str
    fulfillment_order_id: str
    shipment_id: str
    state: str
    problem: str | None = None
    rma_page_url: str | None = None
    amazon_rma_id: str | None = None
    return_to: tuple[str, ...] = ()
    received_condition: str | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A return as it stands."""

    return_id: str
    order_id: str
    reason_code: str
    comment: str
    requested_at: datetime
    units: tuple[ReturnedUnit, ...]

    @property
    def state(self) -> str:
        """`asked` or `open` while something may still come; then `received` or `refused`."""
        states = {unit.state for unit in self.units}
        if "asked" in states:
            return "asked"
        if "authorised" in states:
            return "open"
        return "received" if "received" in states else "refused"


class Returns:
    """Returns of orders.

    Args:
        networks: by name.
    """

    def __init__(self, database: Database, ids: IdSource, networks: Mapping[str, Network]) -> None:
        self._database = database
        self._ids = ids
        self._networks = networks

    def reasons(
        self, order_id: str, *, language: str | None = None
    ) -> Mapping[str, Sequence[ReturnReason]]:
        """What each SKU of an order can be sent back for, as its network says. Asks the network.

        Raises:
            NotFoundError: there is no such order, or nothing of it was shipped.
            RefusedError: a network takes no returns.
            PluginError: the network does not answer.
        """
        with self._database.read() as connection:
            shipped = _returnable(connection, order_id)
            pools = _pools(connection, [one.fulfillment_order_id for one in shipped])
        if not shipped:
            raise NotFoundError(f"of order {order_id} nothing was shipped that can come back")
        found: dict[str, Sequence[ReturnReason]] = {}
        for one in shipped:
            name, _, country = pools[one.fulfillment_order_id].partition(":")
            if one.sku not in found:
                network = self._taking_back(name)
                found[one.sku] = network.return_reason_codes(country, one.sku, language)
        return found

    def request(
        self,
        order_id: str,
        lines: Mapping[str, int],
        reason_code: str,
        *,
        key: str,
        comment: str = "",
    ) -> ReturnView:
        """Ask the network to take items back; a worker asks. The same key again is the same return.

        Args:
            lines: items by line, as the order counts them; a kit comes back whole.
            reason_code: one of `reasons`.
            comment: the customer's, at most 1,000 characters.

        Raises:
            NotFoundError: there is no such order.
            RefusedError: more than was shipped and is in no return, an unknown line, or a network
                that takes no returns.
            ConflictError: the key was used for another return.
        """
        # A digest: a customer's words stand in one place only, where they can be erased.
        content = json.dumps([order_id, sorted(lines.items()), reason_code, comment])
        asked = sha256(content.encode()).hexdigest()

        def work(connection: Connection) -> ReturnView:
            if not lock_order(connection, order_id):
                raise NotFoundError(f"there is no order {order_id}")
            known = connection.execute(
                select(order_returns).where(order_returns.c.key == key)
            ).one_or_none()
            if known is not None:
                if known.asked != asked:
                    raise ConflictError(f"the key {key} was used for another return")
                return _view(connection, known)
            return_id = self._record(connection, order_id, lines, reason_code, comment, key, asked)
            return _view(connection, _row(connection, return_id))

        return self._database.run(work)

    def _record(
        self,
        connection: Connection,
        order_id: str,
        lines: Mapping[str, int],
        reason_code: str,
        comment: str,
        key: str,
        asked: str,
    ) -> str:
        choice = choose(lines, _parts(connection, order_id), _returnable(connection, order_id))
        problems = [*choice.problems, *_word_problems(lines, reason_code, comment)]
        pools = _pools(connection, [one.fulfillment_order_id for one in choice.chosen])
        for pool in sorted(set(pools.values())):
            if not self._takes_back(pool.partition(":")[0]):
                problems.append(_no_returns(pool))
        if problems:
            raise RefusedError(f"return of {order_id} refused: {problems[0]}", problems)
        now = self._database.clock.now()
        return_id = self._ids.new_id(now)
        connection.execute(
            insert(order_returns).values(
                id=return_id,
                key=key,
                order_id=order_id,
                asked=asked,
                reason_code=reason_code,
                comment=comment,
                requested_at=now,
            )
        )
        rows = [
            {
                "return_id": return_id,
                "order_id": order_id,
                "fulfillment_order_id": one.fulfillment_order_id,
                "item_id": one.item_id,
                "shipment_id": one.shipment_id,
                "line_id": one.line_id,
                "sku": one.sku,
                "stock_sku": one.stock_sku,
                "state": "asked",
            }
            for one in choice.chosen
            for _ in range(one.units)
        ]
        connection.execute(
            insert(return_units),
            [{"id": f"{return_id}-{n}", **row} for n, row in enumerate(rows, start=1)],
        )
        effects = [
            NewEffect(
                kind=EffectKind.CREATE_RETURN,
                key=f"{return_id}:{fulfillment_order_id}",
                party=pools[fulfillment_order_id].partition(":")[0],
                aggregate=return_id,
                payload={"return_id": return_id, "fulfillment_order_id": fulfillment_order_id},
            )
            for fulfillment_order_id in sorted({row["fulfillment_order_id"] for row in rows})
        ]
        record(connection, effects, at=now)
        return return_id

    def get(self, return_id: str) -> ReturnView:
        """One return.

        Raises:
            NotFoundError: there is none with that id.
        """
        with self._database.read() as connection:
            return _view(connection, _row(connection, return_id))

    def list(self, *, order_id: str | None = None, limit: int = 100) -> Sequence[ReturnView]:
        """Returns, the newest first."""
        wanted = select(order_returns).order_by(order_returns.c.id.desc()).limit(limit)
        if order_id is not None:
            wanted = wanted.where(order_returns.c.order_id == order_id)
        with self._database.read() as connection:
            return [_view(connection, row) for row in connection.execute(wanted).all()]

    def due(self, *, limit: int = 100) -> Sequence[ReturnDue]:
        """Units that left although they were to be cancelled: a return of them is due."""
        with self._database.read() as connection:
            return list_returns_due(connection, limit=limit)

    def _takes_back(self, name: str) -> bool:
        network = self._networks.get(name)
        return network is not None and NetworkCapability.RETURNS in network.capabilities

    def _taking_back(self, name: str) -> Network:
        if not self._takes_back(name):
            problem = _no_returns(name)
            raise RefusedError(str(problem), [problem])
        return self._networks[name]


def _no_returns(pool: str) -> Problem:
    return Problem(
        "no_returns",
        f"{pool} takes nothing back",
        "order_id",
        fix="have it sent to an address of your own, and refund it by hand",
    )


def _word_problems(lines: Mapping[str, int], reason_code: str, comment: str) -> list[Problem]:
    found = []
    if not lines:
        found.append(Problem("no_units", "nothing is to come back", "lines", fix="name items"))
    if not reason_code:
        found.append(
            Problem("missing_reason", "a return needs a reason", "reason_code", fix="see `reasons`")
        )
    if len(comment) > RETURN_COMMENT_MOST:
        limit = str(RETURN_COMMENT_MOST)
        found.append(Problem("too_long", "the comment is too long", "comment", limit, "shorten it"))
    return found


def _parts(connection: Connection, order_id: str) -> list[Part]:
    rows = connection.execute(
        select(order_lines.c.line_id, order_lines.c.sku, order_lines.c.each)
        .where(order_lines.c.order_id == order_id)
        .order_by(order_lines.c.position, order_lines.c.sku)
    )
    return [Part(row.line_id, row.sku, row.each) for row in rows]


def _returnable(connection: Connection, order_id: str) -> list[ShippedUnits]:
    """What was shipped and is in no return, the earliest shipments first."""
    f, s, i = fulfillment_items.c, shipments.c, shipment_items.c
    rows = connection.execute(
        select(
            f.line_id,
            f.sku,
            f.stock_sku,
            f.fulfillment_order_id,
            f.item_id,
            s.shipment_id,
            func.min(s.shipped_at).label("shipped_at"),
            func.sum(i.quantity).label("units"),
        )
        .join(
            shipment_items,
            (i.fulfillment_order_id == f.fulfillment_order_id) & (i.item_id == f.item_id),
        )
        .join(
            shipments,
            (s.fulfillment_order_id == i.fulfillment_order_id) & (s.shipment_id == i.shipment_id),
        )
        .where(f.order_id == order_id, s.status == "SHIPPED")
        .group_by(f.line_id, f.sku, f.stock_sku, f.fulfillment_order_id, f.item_id, s.shipment_id)
        .order_by("shipped_at", f.fulfillment_order_id, s.shipment_id, f.item_id)
    ).all()
    taken: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in connection.execute(
        select(return_units).where(
            return_units.c.order_id == order_id, return_units.c.state != "refused"
        )
    ):
        taken[row.fulfillment_order_id, row.item_id, row.shipment_id] += 1
    return [
        ShippedUnits(
            row.line_id,
            row.sku,
            row.stock_sku,
            row.fulfillment_order_id,
            row.item_id,
            row.shipment_id,
            left,
        )
        for row in rows
        if (left := row.units - taken[row.fulfillment_order_id, row.item_id, row.shipment_id]) > 0
    ]


def _pools(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(
        select(fulfillment_orders.c.id, fulfillment_orders.c.pool).where(
            fulfillment_orders.c.id.in_(sorted(set(ids)))
        )
    )
    return {row.id: row.pool for row in rows}


def _row(connection: Connection, return_id: str) -> Any:
    row = connection.execute(
        select(order_returns).where(order_returns.c.id == return_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no return {return_id}")
    return row


def _view(connection: Connection, row: Any) -> ReturnView:
    units = connection.execute(
        select(return_units)
        .where(return_units.c.return_id == row.id)
        .order_by(func.length(return_units.c.id), return_units.c.id)
    )
    return ReturnView(
        row.id,
        row.order_id,
        row.reason_code,
        row.comment,
        row.requested_at,
        tuple(_unit(unit) for unit in units),
    )


def _unit(row: Any) -> ReturnedUnit:
    told: dict[str, Any] = json.loads(row.authorization) if row.authorization else {}
    return ReturnedUnit(
        row.id,
        row.line_id,
        row.sku,
        row.fulfillment_order_id,
        row.shipment_id,
        row.state,
        row.problem,
        told.get("rma_page_url"),
        told.get("amazon_rma_id"),
        tuple(told.get("return_to", ())),
        row.received_condition,
        row.received_at,
    )
