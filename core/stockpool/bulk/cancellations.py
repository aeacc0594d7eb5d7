"""MCF cancellation files as bulk work: each order is an item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

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
from stockpool.flatfiles import fulfillment_cancellations as files
from stockpool.flatfiles.fulfillment_cancellations import FulfillmentCancellation
from stockpool.flatfiles.layout import Layout
from stockpool.flatfiles.reader import FlatFile
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.orders.cancelling import CancelReceipt
from stockpool.orders.identities import known_orders
from stockpool.orders.service import Orders
from stockpool.orders.status import OrderStatus
from stockpool.orders.views import order_statuses
from stockpool.problems import Problem
from stockpool.storage.database import Database

_NOTHING_LEFT = frozenset({OrderStatus.SHIPPED, OrderStatus.DELIVERED})
_ENDED = frozenset({OrderStatus.CANCELLED, OrderStatus.UNFULFILLABLE})


class CancellationFiles:
    """The kind `cancellations`. Options: `channel`, and the `reason` that the network is told."""

    name = "cancellations"
    layout: Layout = files.LAYOUT
    batch = 200

    def __init__(
        self, database: Database, orders: Orders, channels: Callable[[], Sequence[str]]
    ) -> None:
        self._database = database
        self._orders = orders
        self._channels = channels

    def checked_options(self, given: Options) -> Options:
        """The channel must be configured."""
        reason = given.get("reason") or "seller"
        return {**channel_option(given, self._channels()), "reason": reason}

    def read(self, file: FlatFile) -> Iterator[FulfillmentCancellation | RefusedRows]:
        """The cancellations, and the rows that are refused."""
        return files.read_fulfillment_cancellations(file)

    def planner(self, options: Options) -> Planner:
        """Plans cancellations by how far the orders are."""
        channel = options["channel"]

        def plan(
            connection: Connection, asked: Sequence[FulfillmentCancellation]
        ) -> list[PlannedItem]:
            known = known_orders(connection, channel, [one.order_id for one in asked])
            statuses = order_statuses(connection, [order_id for order_id, _ in known.values()])
            planned = []
            for one in asked:
                order_id, _content = known.get(one.order_id, ("", ""))
                planned.append(_planned(one, order_id, statuses.get(order_id), channel))
            return planned

        return plan

    def apply(self, items: Sequence[StoredItem], options: Options) -> list[ItemOutcome]:
        """Cancel what is no further than when it was planned."""
        order_ids = [item.content["order_id"] for item in items]
        with self._database.read() as connection:
            statuses = order_statuses(connection, order_ids)
        return [
            self._apply(item, statuses[item.content["order_id"]], options["reason"])
            for item in items
        ]

    def _apply(self, item: StoredItem, status: OrderStatus, reason: str) -> ItemOutcome:
        order_id = item.content["order_id"]
        if status in _ENDED:
            return ItemOutcome(item, OutcomeState.APPLIED, order_id)
        if _progress(status) != item.world:
            what = f"order {item.key} is {status.value} by now"
            return refusal(item, changed_since_plan(what, item.line))
        return _outcome(item, self._orders.cancel(order_id, reason=reason))


def _progress(status: OrderStatus) -> str:
    """As far as it matters for cancelling: nothing, a part or all of it has shipped."""
    if status in _NOTHING_LEFT:
        return "shipped"
    return "partly_shipped" if status is OrderStatus.PARTLY_SHIPPED else "open"


def _planned(
    one: FulfillmentCancellation, order_id: str, status: OrderStatus | None, channel: str
) -> PlannedItem:
    source = f"line {one.line}"
    if status is None:
        problem = Problem(
            "unknown_order",
            f"{channel} has no order {one.order_id} here",
            files.ORDER_ID,
            fix="check the id, and the channel",
            source=source,
        )
        return PlannedItem(one.line, 1, one.order_id, Action.REFUSED, problems=(problem,))
    if status in _ENDED:
        return PlannedItem(one.line, 1, one.order_id, Action.UNCHANGED)
    if status in _NOTHING_LEFT:
        problem = Problem(
            "too_late",
            f"order {one.order_id} is {status.value}",
            files.ORDER_ID,
            fix="take the goods back as a return",
            source=source,
        )
        return PlannedItem(one.line, 1, one.order_id, Action.REFUSED, problems=(problem,))
    content = {"order_id": order_id}
    world = _progress(status)
    return PlannedItem(one.line, 1, one.order_id, Action.DELETE, content, world)


def _outcome(item: StoredItem, receipt: CancelReceipt) -> ItemOutcome:
    if not receipt.cancelled and not receipt.requested:
        return refusal(item, *receipt.problems)
    return ItemOutcome(item, OutcomeState.APPLIED, receipt.order_id, 0, receipt.problems)
