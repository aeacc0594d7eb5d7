"""`engine.orders`: submitting, reading, explaining, cancelling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select, update

from stockpool.care.refunding import RefundRequest, Surroundings, make_refund
from stockpool.crashpoints import reached
from stockpool.errors import ConflictError, NotFoundError, RefusedError
from stockpool.ids import IdSource
from stockpool.money import Money
from stockpool.order_request import OrderRequest
from stockpool.orders import (
    cancelling,
    editing,
    intake,
    parking,
    previewing,
    views,
    waiting,
)
from stockpool.orders.cancellation_case import Surroundings as Cancelling
from stockpool.orders.counting import Step
from stockpool.orders.intake import TakenIn
from stockpool.orders.opening import ClaimedInVain
from stockpool.orders.preparation import IntakeSettings, Prepared, prepare
from stockpool.orders.previewing import Preview
from stockpool.orders.receipts import Receipt
from stockpool.orders.status import OrderStatus
from stockpool.orders.tables import decisions, orders, routing_rules
from stockpool.orders.views import OrderSummary, OrderView
from stockpool.orders.withdrawal import (
    active_fulfillment_orders,
    lock_order,
    unsubmitted,
    withdraw_whole,
)
from stockpool.plugins.channel import ChannelCapability
from stockpool.routing.decision import decode_input, decode_plan, decode_rules, replay
from stockpool.routing.explanation import Explanation, explain
from stockpool.routing.policy import RoutingPolicy
from stockpool.storage.database import Database
from stockpool.storage.pipelines import leave_pipeline

BATCH = 1_000
"""Requests of one transaction; a longer list is taken in batch by batch."""

Extra = Callable[[Connection], None]
"""Further work for the transaction of an intake."""


class Orders:
    """Everything that can be done with orders.

    Args:
        settings: makes the surroundings of an intake; asked anew for each, because the pools'
            buffers depend on the time.
        policies: routing policies by name, for replaying stored decisions.
        lowering: networks that can lower the quantities of an order that they have.
    """

    def __init__(
        self,
        database: Database,
        ids: IdSource,
        settings: Callable[[], IntakeSettings],
        policies: Mapping[str, RoutingPolicy],
        lowering: frozenset[str] = frozenset(),
    ) -> None:
        self._database = database
        self._ids = ids
        self._settings = settings
        self._policies = policies
        self._lowering = lowering

    def submit(self, request: OrderRequest) -> Receipt:
        """Take in one order. The same request again returns the same receipt.

        Raises:
            ConflictError: it is known with other content, and can't be edited any more.
        """
        receipt = self.submit_many([request])[0]
        if any(problem.code == "conflict" for problem in receipt.problems):
            raise ConflictError(receipt.problems[0].message)
        return receipt

    def submit_many(self, requests: Iterable[OrderRequest]) -> list[Receipt]:
        """Take in any number of orders; one receipt each, in the same order.

        Nothing is raised for a single order: its receipt has the problems.
        """
        everything = list(requests)
        receipts: list[Receipt] = []
        for start in range(0, len(everything), BATCH):
            receipts += self.take_in(everything[start : start + BATCH])
        return receipts

    def take_in(self, requests: Sequence[OrderRequest], also: Extra | None = None) -> list[Receipt]:
        """Take in one batch in one transaction, together with `also`; then apply its edits.

        `also` comes last: if the process dies before, all of it can be taken in again.
        """
        settings = self._settings()
        prepared = prepare(requests, settings.limits)

        def work(connection: Connection, ahead: bool = True) -> TakenIn:
            at = self._database.clock.now()
            taken = intake.take_in(connection, prepared, settings, at=at, ahead=ahead)
            if also is not None and not taken.edits:
                leave_pipeline(connection)
                also(connection)
            return taken

        try:
            taken = self._database.run(work)
        except ClaimedInVain:
            taken = self._database.run(lambda connection: work(connection, ahead=False))
        reached("intake.after_commit")
        receipts = taken.receipts
        for position, entry, order_id in taken.edits:
            receipts[position] = self._edit(entry, order_id, settings)
        if also is not None and taken.edits:
            self._database.run(also)
        return [receipt for receipt in receipts if receipt is not None]

    def _edit(self, entry: Prepared, order_id: str, settings: IntakeSettings) -> Receipt:
        try:
            return self._database.run(
                lambda connection: editing.edit(
                    connection, order_id, entry, settings, at=self._database.clock.now()
                )
            )
        except ConflictError as conflict:
            why = str(conflict)
            return self._database.run(
                lambda connection: editing.refuse_edit(
                    connection,
                    order_id,
                    entry,
                    why,
                    ids=self._ids,
                    at=self._database.clock.now(),
                )
            )

    def preview(self, requests: Sequence[OrderRequest]) -> list[Preview]:
        """What routing would do with each of `requests`, one after the other; stores nothing."""
        settings = self._settings()
        with self._database.read() as connection:
            at = self._database.clock.now()
            return previewing.preview(connection, requests, settings, at=at)

    def get(self, order_id: str) -> OrderView:
        """One order.

        Raises:
            NotFoundError: if there is none with that id.
        """
        with self._database.read() as connection:
            return views.read_order(connection, order_id)

    def find(self, channel: str, channel_order_id: str) -> OrderView | None:
        """The order that a channel knows under its own id."""
        with self._database.read() as connection:
            order_id = views.find_id(connection, channel, channel_order_id)
            return None if order_id is None else views.read_order(connection, order_id)

    def list(
        self,
        *,
        channel: str | None = None,
        status: OrderStatus | None = None,
        limit: int = 100,
    ) -> Sequence[OrderSummary]:
        """Orders, the newest first."""
        with self._database.read() as connection:
            return views.list_orders(connection, channel=channel, status=status, limit=limit)

    def count_by_status(self) -> dict[OrderStatus, int]:
        """How many orders there are of each status."""
        with self._database.read() as connection:
            return views.count_by_status(connection)

    def explain(self, order_id: str) -> Sequence[Explanation]:
        """Why the order was routed as it was: one explanation per decision, the first first.

        Raises:
            NotFoundError: there is no such order, or nothing was decided yet.
        """
        return [
            explain(decode_rules(row.body), decode_input(row.input), decode_plan(row.plan))
            for row in self._decisions(order_id)
        ]

    def replay(self, order_id: str) -> bool:
        """Whether every stored decision, decided again, gives the same bytes.

        Raises:
            NotFoundError: there is no decision, or its policy is not installed any more.
        """
        same = True
        for row in self._decisions(order_id):
            policy = self._policies.get(row.policy)
            if policy is None or policy.version != row.policy_version:
                raise NotFoundError(
                    f"decision {row.number} of order {order_id} was made by {row.policy} "
                    f"version {row.policy_version}, which is not installed"
                )
            same = same and replay(row.body, row.input, policy) == row.plan.encode()
        return same

    def _decisions(self, order_id: str) -> Sequence[Any]:
        with self._database.read() as connection:
            rows = connection.execute(
                select(decisions, routing_rules.c.body)
                .join(routing_rules, routing_rules.c.digest == decisions.c.rules_digest)
                .where(decisions.c.order_id == order_id)
                .order_by(decisions.c.number)
            ).all()
        if not rows:
            raise NotFoundError(f"nothing was decided for order {order_id}")
        return rows

    def cancel(
        self, order_id: str, *, reason: str, lines: Mapping[str, int] | None = None
    ) -> cancelling.CancelReceipt:
        """Cancel an order, or quantities of its lines (line id → items).

        What was not submitted is cancelled at once; for the rest the network is asked, and the
        answer comes with its news.

        Raises:
            NotFoundError: the order or a line is unknown.
        """
        surroundings = self.cancelling()
        return self._database.run(
            lambda connection: cancelling.cancel(
                connection,
                order_id,
                reason=reason,
                lines=lines,
                surroundings=surroundings,
                at=self._database.clock.now(),
            )
        )

    def cancelling(self) -> Cancelling:
        """What cancelling needs, for those who cancel in a transaction of their own."""
        return Cancelling(self._ids, self._capabilities(), self._lowering)

    def refund(
        self,
        order_id: str,
        amount: Decimal | str,
        currency: str,
        *,
        reason: str,
        key: str,
        lines: Mapping[str, int] | None = None,
    ) -> str:
        """Record a refund of a sum and have the channel pay it; returns its id.

        The same as `engine.care.refunds.make`, which can also say what lines are worth.

        Raises:
            RefusedError: it exceeds what was paid and not refunded yet.
        """
        request = RefundRequest(order_id, reason, key, lines or {}, Money.parse(amount, currency))
        surroundings = Surroundings(self._ids, self._capabilities())
        return self._database.run(
            lambda connection: make_refund(
                connection, request, surroundings, at=self._database.clock.now()
            )
        )

    def hold(self, order_id: str, *, reason: str) -> OrderStatus:
        """Keep an order back: what was not submitted is given back and waits for `release`.

        Raises:
            NotFoundError: there is no such order.
            RefusedError: a part of it was submitted already.
        """

        def work(connection: Connection) -> OrderStatus:
            if not lock_order(connection, order_id):
                raise NotFoundError(f"there is no order {order_id}")
            rows = active_fulfillment_orders(connection, order_id)
            free = unsubmitted(connection, rows)
            if len(free) < len(rows):
                raise RefusedError(f"order {order_id} was submitted already; cancel it instead")
            now = self._database.clock.now()
            withdraw_whole(connection, free, step=Step.RELEASED, reason=reason, at=now)
            connection.execute(
                update(orders).where(orders.c.id == order_id).values(hold_reason=reason)
            )
            return views.order_statuses(connection, [order_id])[order_id]

        return self._database.run(work)

    def release(self, order_id: str) -> OrderStatus:
        """End a hold: the order is routed now.

        Raises:
            NotFoundError: there is no such order.
        """
        settings = self._settings()

        def work(connection: Connection) -> OrderStatus:
            if not lock_order(connection, order_id):
                raise NotFoundError(f"there is no order {order_id}")
            connection.execute(
                update(orders).where(orders.c.id == order_id).values(hold_reason=None)
            )
            waiting.fill_page(connection, settings, at=self._database.clock.now(), only=[order_id])
            return views.order_statuses(connection, [order_id])[order_id]

        return self._database.run(work)

    def fill_waiting(self) -> int:
        """Fill orders that wait for stock, by priority and age; returns how many got some."""
        settings = self._settings()
        filled = 0
        after = None
        while True:
            page = self._database.run(
                lambda connection, after=after: waiting.fill_page(  # type: ignore[misc]
                    connection, settings, at=self._database.clock.now(), after=after
                )
            )
            filled += len(page.filled)
            if page.last is None:
                return filled
            after = page.last

    def retry_parked(self, channel: str, channel_order_id: str) -> Receipt:
        """Take in a parked request again, after its cause was mended.

        Raises:
            NotFoundError: nothing is parked under that identity.
        """
        with self._database.read() as connection:
            request = parking.parked_request(connection, channel, channel_order_id)
        if request is None:
            raise NotFoundError(f"no request {channel_order_id} of {channel} is parked")
        return self.submit(request)

    def _capabilities(self) -> dict[str, frozenset[ChannelCapability]]:
        return {name: facts.capabilities for name, facts in self._settings().channels.items()}
