"""`engine.care`: what is done for orders after they were placed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from stockpool.attention.queue import close_concerns
from stockpool.care import news, refund_records
from stockpool.care.channel_cancellations import take_cancellation
from stockpool.care.channel_refunds import take_refund
from stockpool.care.deciding import close_refunded, decide
from stockpool.care.order_money import open_books
from stockpool.care.refund_views import (
    RefundDueView,
    RefundView,
    list_due,
    list_refunds,
    read_due,
    read_refund,
)
from stockpool.care.refunding import RefundRequest, Surroundings, by_hand_key, make_refund
from stockpool.care.replacing import Replacements
from stockpool.care.settling import Policies, settle_due
from stockpool.crashpoints import reached
from stockpool.errors import RefusedError
from stockpool.money import Money
from stockpool.orders.cancellation_case import Surroundings as Cancelling
from stockpool.orders.withdrawal import lock_order
from stockpool.plugins.channel import ChannelCapability
from stockpool.storage.database import Database


class Refunds:
    """`engine.care.refunds`: giving money back."""

    def __init__(self, database: Database, surroundings: Surroundings) -> None:
        self._database = database
        self._surroundings = surroundings

    def make(
        self,
        order_id: str,
        *,
        reason: str,
        key: str,
        lines: Mapping[str, int] | None = None,
        amount: tuple[Decimal | str, str] | None = None,
        shipping: tuple[Decimal | str, str] | None = None,
        all_shipping: bool = False,
    ) -> RefundView:
        """Record a refund, which the channel makes. The same key again is the same refund.

        Without an amount, items give back what is left of what was paid for them, with their tax.

        Args:
            lines: items by line.
            amount: a sum and its currency; taken from the named lines first.
            shipping: a sum of the shipping and its currency; `all_shipping`: all that is left.

        Raises:
            NotFoundError: the order or a line is unknown.
            RefusedError: it exceeds what was paid or ordered and is not refunded yet.
            ConflictError: the key was used for another refund.
        """
        if amount is not None and (shipping is not None or all_shipping):
            raise ValueError("a refund is a sum, or what lines and shipping are worth; not both")
        if amount is None and not lines and shipping is None and not all_shipping:
            raise ValueError("say what to refund: lines, shipping or an amount")
        request = RefundRequest(
            order_id,
            reason,
            key,
            dict(lines or {}),
            None if amount is None else Money.parse(*amount),
            None if shipping is None else Money.parse(*shipping),
            all_shipping,
        )

        def work(connection: Connection) -> RefundView:
            now = self._database.clock.now()
            return read_refund(
                connection, make_refund(connection, request, self._surroundings, at=now)
            )

        return self._database.run(work)

    def get(self, refund_id: str) -> RefundView:
        """One refund with its parts.

        Raises:
            NotFoundError: there is no such refund.
        """
        with self._database.read() as connection:
            return read_refund(connection, refund_id)

    def list(
        self, *, order_id: str | None = None, state: str | None = None, limit: int = 100
    ) -> Sequence[RefundView]:
        """Refunds, the newest first."""
        with self._database.read() as connection:
            return list_refunds(connection, order_id=order_id, state=state, limit=limit)

    def due(self, *, state: str | None = None, limit: int = 100) -> Sequence[RefundDueView]:
        """Items that will not be shipped or came back, and whether they were refunded; the newest
        first. In the state `by_hand` a person decides."""
        with self._database.read() as connection:
            return list_due(connection, state=state, limit=limit)

    def decide(self, due_key: str, *, refund: bool) -> RefundDueView:
        """Decide on items that are due and left to a person (`due(state="by_hand")`).

        Args:
            refund: give back what of them is owed and paid; else note that nothing has to be.

        Raises:
            NotFoundError: nothing is due under that key.
            RefusedError: it is settled already, or the order came without prices.
        """

        def work(connection: Connection) -> RefundDueView:
            at = self._database.clock.now()
            decide(connection, due_key, self._surroundings, refund=refund, at=at)
            return read_due(connection, due_key)

        return self._database.run(work)

    def made(self, refund_id: str) -> RefundView:
        """Note that a recorded refund was made by hand, where the channel can't be told to.

        Raises:
            NotFoundError: there is no such refund.
            RefusedError: it is not waiting to be made, or its channel makes it.
        """

        def work(connection: Connection) -> RefundView:
            now = self._database.clock.now()
            found = read_refund(connection, refund_id)
            lock_order(connection, found.order_id)
            found = read_refund(connection, refund_id)
            told = self._surroundings.capabilities.get(found.channel, frozenset())
            if found.state != "recorded" or ChannelCapability.REFUNDS in told:
                raise RefusedError(
                    f"refund {refund_id} is {found.state}; only one that {found.channel} can't be "
                    "told of is made by hand"
                )
            refund_records.mark_pushed(connection, refund_id, at=now)
            close_concerns(connection, [by_hand_key(refund_id)], at=now, by="operator")
            return read_refund(connection, refund_id)

        return self._database.run(work)


class Care:
    """`engine.care`.

    Args:
        surroundings: ids, and what each channel can do.
        policies: what of each channel is refunded by itself.
        cancelling: makes what cancelling needs.
        take_return: takes in a return that a channel asks for, whose order is held.
    """

    def __init__(
        self,
        database: Database,
        surroundings: Surroundings,
        policies: Policies,
        cancelling: Callable[[], Cancelling],
        take_return: Callable[[Connection, news.OpenNews, datetime], None],
        replacements: Replacements,
    ) -> None:
        self._database = database
        self._take_return = take_return
        self._surroundings = surroundings
        self._policies = policies
        self._cancelling = cancelling
        self.refunds = Refunds(database, self._surroundings)
        self.replacements = replacements

    def settle_due(self) -> int:
        """Make the refunds that are due by the channels' policies; returns how many it looked at.

        Safe at any time, in any number of processes: each note is settled once.
        """
        settled = 0
        while True:
            done = self._database.run(
                lambda connection: settle_due(
                    connection,
                    self._policies,
                    self._surroundings,
                    at=self._database.clock.now(),
                )
            )
            settled += done
            if not done:
                break
        return settled + self._database.run(
            lambda connection: close_refunded(connection, at=self._database.clock.now())
        )

    def take_news(self, channel: str) -> int:
        """Take in what a channel has told of orders that are there; returns how much it was."""
        taken = 0
        while True:
            with self._database.read() as connection:
                page = news.open_news(connection, channel)
            done = sum(self._take(one) for one in page)
            taken += done
            if not done:
                return taken

    def _take(self, told: news.OpenNews) -> int:
        def work(connection: Connection) -> int:
            now = self._database.clock.now()
            lock_order(connection, told.order_id)
            if not news.claim(connection, told, at=now):
                return 0
            key = news.concern_key(told.channel, told.kind, told.news_id)
            close_concerns(connection, [key], at=now, by="intake")
            if told.kind is news.NewsKind.REFUND:
                order = open_books(connection, [told.order_id], at=now)[told.order_id]
                take_refund(connection, told, order, self._surroundings.ids, at=now)
            elif told.kind is news.NewsKind.RETURN:
                self._take_return(connection, told, now)
            else:
                take_cancellation(connection, told, self._cancelling(), at=now)
            reached("care.before_commit")
            return 1

        return self._database.run(work)
