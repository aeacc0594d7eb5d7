"""`engine.returns`: asking a network to take back what customers send, and what came of it.

    asked --a worker asks--> authorised --graded in a center--> received
      \\-- the network refuses: refused, in the attention queue

The customer sends the unit with the authorization's label page; the network pays no postage. What
was received is refunded as the channel's policy says (`refund_on = ["return"]`). Its unit comes
back into the books with the network's next stock figures, in the bucket that they name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from stockpool.care.news import OpenNews
from stockpool.care.refunding import Surroundings
from stockpool.care.returns_due import ReturnDue, list_returns_due
from stockpool.errors import NotFoundError, RefusedError
from stockpool.orders.withdrawal import lock_order
from stockpool.plugins.network import Network, NetworkCapability
from stockpool.plugins.network_returns import ReturnReason
from stockpool.returns.channel_requests import take_return_request
from stockpool.returns.following import ReturnFollowing
from stockpool.returns.parcels_back import ParcelsBack
from stockpool.returns.recording import (
    ReturnWish,
    no_returns,
    pools_of,
    record_return,
    returnable,
)
from stockpool.returns.tables import order_returns
from stockpool.returns.views import ReturnedUnit, ReturnView, return_row, view
from stockpool.storage.database import Database

__all__ = ("ReturnView", "ReturnedUnit", "Returns")


class Returns:
    """Returns of orders.

    Args:
        surroundings: ids, and what each channel can be told.
        networks: by name.
        reasons: by channel, the network's reason code for each word of the channel's.
    """

    def __init__(
        self,
        database: Database,
        surroundings: Surroundings,
        networks: Mapping[str, Network],
        reasons: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._database = database
        self._surroundings = surroundings
        self._networks = networks
        self._return_reasons = reasons

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
            shipped = returnable(connection, order_id)
            pools = pools_of(connection, [one.fulfillment_order_id for one in shipped])
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
        wish = ReturnWish(order_id, key, lines, reason_code, comment)

        def work(connection: Connection) -> ReturnView:
            if not lock_order(connection, order_id):
                raise NotFoundError(f"there is no order {order_id}")
            at = self._database.clock.now()
            return_id = record_return(
                connection, wish, self._takes_back, self._surroundings.ids, at=at
            )
            return view(connection, return_row(connection, return_id))

        return self._database.run(work)

    def get(self, return_id: str) -> ReturnView:
        """One return.

        Raises:
            NotFoundError: there is none with that id.
        """
        with self._database.read() as connection:
            return view(connection, return_row(connection, return_id))

    def list(self, *, order_id: str | None = None, limit: int = 100) -> Sequence[ReturnView]:
        """Returns, the newest first."""
        wanted = select(order_returns).order_by(order_returns.c.id.desc()).limit(limit)
        if order_id is not None:
            wanted = wanted.where(order_returns.c.order_id == order_id)
        with self._database.read() as connection:
            return [view(connection, row) for row in connection.execute(wanted).all()]

    def due(self, *, limit: int = 100) -> Sequence[ReturnDue]:
        """Units that left although they were to be cancelled: a return of them is due."""
        with self._database.read() as connection:
            return list_returns_due(connection, limit=limit)

    def take_request(self, connection: Connection, news: OpenNews, at: datetime) -> None:
        """Take in a return that a channel asks for. The order is held, the news claimed."""
        words = self._return_reasons.get(news.channel, {})
        take_return_request(connection, news, words, self._takes_back, self._surroundings, at=at)

    def follow(self, network: str) -> int:
        """Ask a network about returns that it is time for; returns how many units have changed.

        Raises:
            PluginError: it did not answer about one. What it told of others is stored.
        """
        plugin = self._networks[network]
        return ReturnFollowing(self._database, self._surroundings, network, plugin).follow()

    def take_parcels_back(self) -> int:
        """Take parcels that carriers brought back as returns; returns how many."""
        return ParcelsBack(self._database, self._surroundings).look()

    def _takes_back(self, name: str) -> bool:
        network = self._networks.get(name)
        return network is not None and NetworkCapability.RETURNS in network.capabilities

    def _taking_back(self, name: str) -> Network:
        if not self._takes_back(name):
            problem = no_returns(name)
            raise RefusedError(str(problem), [problem])
        return self._networks[name]
