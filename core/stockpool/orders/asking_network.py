"""Asking the network to stop what it has: whole fulfillment orders, or units of their items."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert

from stockpool.orders.cancellation_case import Case, Surroundings, request_row
from stockpool.orders.cancellation_requests import open_requests, wanted_left
from stockpool.orders.counting import Item
from stockpool.orders.fulfillment_rows import FulfillmentRow
from stockpool.orders.tables import cancellations
from stockpool.orders.whole_items import Part
from stockpool.outbox.effects import EffectKind, NewEffect, record


def ask_network(
    connection: Connection,
    case: Case,
    submitted: Sequence[FulfillmentRow],
    surroundings: Surroundings,
    at: datetime,
) -> None:
    """Ask to stop whole fulfillment orders, then to lower what is left of others."""
    known = open_requests(connection, sorted(row.id for row in submitted))
    for row in submitted:
        wanted = wanted_left([r for r in known if r.fulfillment_order_id == row.id], row)
        stoppable = [item for item in row.items if item.held + item.committed]
        whole = all(_left_of(case, i) >= i.held + i.committed for i in stoppable)
        free = sum(wanted[item.item_id] - item.shipped for item in stoppable)
        if stoppable and (whole or not free):
            # With nothing free, all of it is asked for already, and this request joins that one.
            for item in stoppable:
                _ask_for(case, item, min(_left_of(case, item), item.held + item.committed))
            if free:
                targets = {item.item_id: item.shipped for item in row.items}
                _request(connection, case, row, _stoppable(row), targets, surroundings, at)
        elif row.pool.partition(":")[0] in surroundings.lowering:
            _lower(connection, case, row, wanted, surroundings, at)


def _lower(
    connection: Connection,
    case: Case,
    row: FulfillmentRow,
    wanted: Mapping[str, int],
    surroundings: Surroundings,
    at: datetime,
) -> None:
    """Ask to be left with fewer units of items; one of each has to stay."""
    targets = dict(wanted)
    units: dict[Part, int] = {}
    for item in row.items:
        each = _each(case, item)
        free = min(_left_of(case, item), wanted[item.item_id] - item.shipped - 1)
        if each is None or free < each:
            continue
        taken = free - free % each
        _ask_for(case, item, taken)
        targets[item.item_id] -= taken
        units[(item.line_id, item.sku)] = units.get((item.line_id, item.sku), 0) + taken
    if units:
        _request(connection, case, row, units, targets, surroundings, at, whole=False)


def _each(case: Case, item: Item) -> int | None:
    """Units of the item in one item of its line; None if the line has other parts too."""
    parts = [line.each for line in case.order.lines if line.line_id == item.line_id]
    return parts[0] if len(parts) == 1 else None


def _left_of(case: Case, item: Item) -> int:
    return case.left.get((item.line_id, item.sku), 0)


def _ask_for(case: Case, item: Item, units: int) -> None:
    if units:
        case.left[(item.line_id, item.sku)] -= units
        case.requested += units


def _request(
    connection: Connection,
    case: Case,
    row: FulfillmentRow,
    units: Mapping[Part, int],
    targets: Mapping[str, int],
    surroundings: Surroundings,
    at: datetime,
    *,
    whole: bool = True,
) -> None:
    cancellation_id = surroundings.ids.new_id(at)
    values = request_row(case, cancellation_id, units, at)
    connection.execute(
        insert(cancellations).values(
            **values, fulfillment_order_id=row.id, targets=json.dumps(dict(targets))
        )
    )
    payload = {"fulfillment_order_id": row.id, "cancellation_id": cancellation_id}
    effect = NewEffect(
        kind=EffectKind.CANCEL_FULFILLMENT if whole else EffectKind.UPDATE_FULFILLMENT,
        key=f"cancel-{cancellation_id}",
        party=row.pool.partition(":")[0],
        aggregate=row.order_id,
        payload=payload if whole else {**payload, "targets": dict(targets)},
        share=row.channel,
        priority=1_000,
    )
    record(connection, [effect], at=at)


def _stoppable(row: FulfillmentRow) -> dict[Part, int]:
    units: dict[Part, int] = {}
    for item in row.items:
        part = (item.line_id, item.sku)
        units[part] = units.get(part, 0) + item.held + item.committed
    return units
