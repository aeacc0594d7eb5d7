"""MCF order files as bulk work: each order is an item and goes through the intake of all orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from stockpool.bulk.channel_option import channel_option
from stockpool.bulk.items import (
    Action,
    ItemOutcome,
    Options,
    OutcomeState,
    PlannedItem,
    Planner,
    StoredItem,
    changed_since_plan,
    refusal,
)
from stockpool.catalog.products import resolve
from stockpool.errors import RefusedError
from stockpool.flatfiles import fulfillment_orders as files
from stockpool.flatfiles.fulfillment_orders import FulfillmentOrder
from stockpool.flatfiles.layout import Layout
from stockpool.flatfiles.reader import FlatFile
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.money import minor_digits
from stockpool.order_request import OrderLine, OrderRequest
from stockpool.orders.checks import AddressLimits
from stockpool.orders.identities import known_orders
from stockpool.orders.preparation import fingerprint, prepare, unknown_sku
from stockpool.orders.receipts import Receipt
from stockpool.orders.service import Orders
from stockpool.orders.status import OrderStatus
from stockpool.problems import Problem
from stockpool.storage.database import Database


class OrderFiles:
    """The kind `orders`. Options: `channel`, and `currency` of declared values."""

    name = "orders"
    layout: Layout = files.LAYOUT
    batch = 500

    def __init__(
        self,
        database: Database,
        orders: Orders,
        limits: AddressLimits,
        channels: Callable[[], Sequence[str]],
    ) -> None:
        self._database = database
        self._orders = orders
        self._limits = limits
        self._channels = channels

    def checked_options(self, given: Options) -> Options:
        """The channel must be configured, and a currency be known."""
        currency = given.get("currency", "")
        try:
            minor_digits(currency or "USD")
        except ValueError:
            what = "the currency is no ISO 4217 code"
            problem = Problem("invalid_currency", what, "currency", fix="write it like USD")
            raise RefusedError(what, [problem]) from None
        return {**channel_option(given, self._channels()), "currency": currency}

    def read(self, file: FlatFile) -> Iterator[FulfillmentOrder | RefusedRows]:
        """The orders, and those that are refused."""
        return files.read_fulfillment_orders(file)

    def planner(self, options: Options) -> Planner:
        """Plans orders by what is known under their ids."""

        def plan(connection: Connection, orders: Sequence[FulfillmentOrder]) -> list[PlannedItem]:
            return _plan(connection, orders, options, self._limits)

        return plan

    def apply(self, items: Sequence[StoredItem], options: Options) -> list[ItemOutcome]:
        """Submit those of which nothing else was heard since they were planned."""
        channel = options["channel"]
        with self._database.read() as connection:
            known = known_orders(connection, channel, [item.key for item in items])
        outcomes: dict[int, ItemOutcome] = {}
        wanted: list[tuple[StoredItem, OrderRequest]] = []
        for item in items:
            request = OrderRequest.model_validate(item.content)
            order_id, now = known.get(item.key, ("", ""))
            if now == fingerprint(request):
                outcomes[item.position] = ItemOutcome(item, OutcomeState.APPLIED, order_id)
            elif now != item.world:
                what = f"order {item.key} of {channel} was taken in or edited meanwhile"
                outcomes[item.position] = refusal(item, changed_since_plan(what, item.line))
            else:
                wanted.append((item, request))
        receipts = self._orders.submit_many([request for _item, request in wanted])
        for (item, _request), receipt in zip(wanted, receipts, strict=True):
            outcomes[item.position] = _outcome(item, receipt)
        return [outcomes[item.position] for item in items]


def _plan(
    connection: Connection,
    orders: Sequence[FulfillmentOrder],
    options: Options,
    limits: AddressLimits,
) -> list[PlannedItem]:
    channel = options["channel"]
    prepared = prepare([_request(order, options) for order in orders], limits)
    known = known_orders(connection, channel, [order.order_id for order in orders])
    listed = resolve(
        connection, sorted({(channel, item.sku) for order in orders for item in order.items})
    )
    planned = []
    for order, entry in zip(orders, prepared, strict=True):
        problems = [*entry.problems] + [
            unknown_sku(entry.request, index, line)
            for index, line in enumerate(entry.request.lines)
            if (channel, line.channel_sku) not in listed
        ]
        _order_id, world = known.get(order.order_id, ("", ""))
        rows = len(order.items)
        content: dict[str, Any] | None = None
        if world == entry.fingerprint:
            action, problems = Action.UNCHANGED, []
        elif problems:
            action = Action.REFUSED
        else:
            action = Action.CHANGE if world else Action.ADD
            content = entry.request.model_dump(mode="json")
        planned.append(
            PlannedItem(order.line, rows, order.order_id, action, content, world, tuple(problems))
        )
    return planned


def _request(order: FulfillmentOrder, options: Options) -> OrderRequest:
    currency = options["currency"] or None
    return OrderRequest(
        channel=options["channel"],
        channel_order_id=order.order_id,
        ship_to=order.address,
        lines=tuple(
            OrderLine(
                line_id=item.item_id,
                channel_sku=item.sku,
                quantity=item.quantity,
                unit_price=item.per_unit_declared_value,
                currency=currency if item.per_unit_declared_value is not None else None,
                gift_message=item.gift_message or None,
                comment=item.comment or None,
            )
            for item in order.items
        ),
        speed=order.delivery_sla,
        hold="FulfillmentAction is Hold" if order.action == "Hold" else None,
        ordered_at=order.displayable_order_date,
        comment=order.displayable_order_comment or None,
        source=f"line {order.line}",
    )


def _outcome(item: StoredItem, receipt: Receipt) -> ItemOutcome:
    parked = receipt.status is OrderStatus.PARKED or receipt.order_id is None
    conflict = any(problem.code == "conflict" for problem in receipt.problems)
    if parked or conflict:
        return refusal(item, *receipt.problems)
    assert receipt.order_id is not None
    return ItemOutcome(item, OutcomeState.APPLIED, receipt.order_id, 0, receipt.problems)
