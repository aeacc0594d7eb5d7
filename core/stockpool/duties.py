"""What has to be done again and again for orders: channels polled, effects released, news taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from stockpool.attention.queue import Concern, close_concerns, raise_concerns
from stockpool.care import news
from stockpool.care.service import Care
from stockpool.catalog.availability import availability, record_changes
from stockpool.catalog.importing import list_proposed, tell_problems
from stockpool.catalog.products import Catalog
from stockpool.crashpoints import reached
from stockpool.desk_duties import DeskDuties
from stockpool.orders.asking import lock_due, put_off
from stockpool.orders.progress import apply_states
from stockpool.orders.service import Orders
from stockpool.orders.unfulfillable import Policies
from stockpool.outbox import cursors, leases
from stockpool.outbox.dispatch import Dispatch, release
from stockpool.outbox.rate_limits import take
from stockpool.plugins.channel import (
    Channel,
    ChannelCapability,
    ListingPage,
    OrderPage,
    WebhookHint,
)
from stockpool.plugins.network import (
    ChangePage,
    FulfillmentState,
    Network,
    NetworkCapability,
    RateLimit,
)
from stockpool.plugins.observer import Event
from stockpool.privacy.service import Privacy
from stockpool.webhooks import deliveries

_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Duties(DeskDuties):
    """`engine.duties`: those of the orders, beside those of the desk.

    Attributes:
        pools: pools offered on each channel.
        unfulfillable: what becomes of units that the network can't ship, by channel.
        notify: tells the observers.
    """

    channels: Mapping[str, Channel]
    orders: Orders
    catalog: Catalog
    care: Care
    privacy: Privacy
    pools: Mapping[str, Sequence[str]]
    buffers: Callable[[], Mapping[str, int]]
    notify: Callable[[Event], None]
    unfulfillable: Policies

    def dispatch(self, *, batch: int = 20, most: int = 500) -> list[Dispatch]:
        """Release effects that are due, as far as the networks' limits allow."""
        limits = {name: network.rate_limits() for name, network in self.networks.items()}
        return self.database.run(
            lambda connection: release(
                connection, at=self.clock.now(), limits=limits, batch=batch, most=most
            )
        )

    def poll_channel(self, name: str) -> int:
        """Take in what a channel has; returns how many orders, news, problems and hints it had."""
        channel = self.channels[name]
        if ChannelCapability.ORDERS not in channel.capabilities:
            return 0
        return self._contained(f"channel:{name}:poll", lambda: self._poll(name, channel))

    def take_hints(self, name: str) -> int:
        """Poll a channel if webhooks have come from it since it was last asked."""
        with self.database.read() as connection:
            hinted = deliveries.has_news(connection, name)
        return self.poll_channel(name) if hinted else 0

    def _poll(self, name: str, channel: Channel) -> int | None:
        done = 0
        with leases.held(
            self.database, f"poll:{name}", self._ticket(), seconds=self.lease_seconds
        ) as lease:
            if not lease.taken:
                return None
            hints = self._hints(name, channel)
            while lease.renew():
                with self.database.read() as connection:
                    cursor = cursors.position(connection, f"orders:{name}")
                page = channel.fetch_orders(cursor)
                if _has_something(page) or page.cursor != cursor:
                    self._store_page(name, page)
                done += len(page.orders) + len(page.problems)
                done += len(page.refunds) + len(page.cancellations) + len(page.returns)
                # Without progress there is nothing more, whatever the channel says.
                if page.cursor == cursor or (not page.more and not page.orders):
                    done += self._hints_read(name, hints)
                    break
            # Also what an earlier process has stored, and what waited for its order.
            done += self.care.take_news(name)
        return done

    def _hints(self, name: str, channel: Channel) -> Sequence[WebhookHint]:
        """What webhooks have named; the channel is told before it is read."""

        def work(connection: Connection) -> Sequence[WebhookHint]:
            hints = deliveries.unread(connection, name)
            deliveries.mark_tried(connection, name, hints, at=self.clock.now())
            return hints

        if ChannelCapability.WEBHOOKS not in channel.capabilities:
            return ()
        with self.database.read() as connection:
            if not deliveries.unread(connection, name):
                return ()
        hints = self.database.run(work)
        channel.note_hints(hints)
        return hints

    def _hints_read(self, name: str, hints: Sequence[WebhookHint]) -> int:
        if hints:
            self.database.run(
                lambda connection: deliveries.mark_read(
                    connection, name, hints, at=self.clock.now()
                )
            )
        return len(hints)

    def _store_page(self, name: str, page: OrderPage) -> None:
        def also(connection: Connection) -> None:
            now = self.clock.now()
            raise_concerns(
                connection,
                [
                    Concern(
                        f"intake:{name}:{problem.source}",
                        "intake",
                        problem.channel_order_id or problem.source,
                        (problem.problem,),
                    )
                    for problem in page.problems
                ],
                at=now,
                new_ids=self.ids.new_ids(now, len(page.problems)),
            )
            news.note(connection, name, page, at=now)
            strays = news.strays(connection, name, page)
            new_ids = self.ids.new_ids(now, len(strays))
            raise_concerns(connection, strays, at=now, new_ids=new_ids)
            cursors.move(connection, f"orders:{name}", page.cursor, at=now)

        receipts = self.orders.take_in(page.orders, also)
        facts = {"channel": name, "orders": len(receipts), "problems": len(page.problems)}
        _log.info("orders_taken_in", **facts)
        self.notify(Event("orders.taken_in", self.clock.now(), facts))

    def keep_connected(self, name: str) -> int:
        """Have a channel mend its connection; returns how much a person has to mend."""
        channel = self.channels[name]
        return self._contained(
            f"channel:{name}:connection", lambda: self._keep_connected(name, channel)
        )

    def _keep_connected(self, name: str, channel: Channel) -> int | None:
        with leases.held(
            self.database, f"connection:{name}", self._ticket(), seconds=self.lease_seconds
        ) as lease:
            if not lease.taken:
                return None
            problems = tuple(channel.keep_connected())
        key = f"channel:{name}:set_up"

        def tell(connection: Connection) -> None:
            now = self.clock.now()
            if problems:
                concern = Concern(key, "channel", name, problems)
                raise_concerns(connection, [concern], at=now, new_ids=[self.ids.new_id(now)])
            else:
                close_concerns(connection, [key], at=now, by="recovery")

        self.database.run(tell)
        return len(problems)

    def import_listings(self, name: str) -> int:
        """Take in a channel's listings that name their seller SKUs; returns how many."""
        channel = self.channels[name]
        if ChannelCapability.LISTINGS not in channel.capabilities:
            return 0
        return self._contained(f"channel:{name}:listings", lambda: self._listings(name, channel))

    def _listings(self, name: str, channel: Channel) -> int:
        imported = 0
        more = True
        while more:
            with self.database.read() as connection:
                cursor = cursors.position(connection, f"listings:{name}")
            page = channel.fetch_listings(cursor)
            imported += list_proposed(self.database, self.catalog, name, page.listings)
            self.database.run(
                lambda connection, page=page: self._store_listing_page(  # type: ignore[misc]
                    connection, name, page
                )
            )
            more = page.more and page.cursor != cursor
        return imported

    def _store_listing_page(self, connection: Connection, name: str, page: ListingPage) -> None:
        now = self.clock.now()
        if page.problems is not None:
            tell_problems(connection, name, page.problems, at=now, ids=self.ids)
        cursors.move(connection, f"listings:{name}", page.cursor, at=now)

    def follow_network(self, name: str) -> int:
        """Take in a network's news of our fulfillment orders; returns how many were news."""
        network = self.networks[name]
        return self._contained(f"network:{name}:changes", lambda: self._follow(name, network))

    def _follow(self, name: str, network: Network) -> int | None:
        capabilities = {n: channel.capabilities for n, channel in self.channels.items()}
        done = 0
        with leases.held(
            self.database, f"changes:{name}", self._ticket(), seconds=self.lease_seconds
        ) as lease:
            if not lease.taken or not self._token(name, network, "listAllFulfillmentOrders"):
                return None
            while lease.renew():
                with self.database.read() as connection:
                    cursor = cursors.position(connection, f"changes:{name}")
                page = network.changes(cursor)
                if page.states or page.cursor != cursor:
                    done += self._store_changes(name, page, capabilities)
                reached("changes.after_commit")
                more = page.more and page.cursor != cursor
                if not more or not self._token(name, network, "listAllFulfillmentOrders"):
                    break
        if done:
            self.notify(Event("network.news", self.clock.now(), {"network": name, "orders": done}))
        return done

    def _store_changes(
        self,
        name: str,
        page: ChangePage,
        capabilities: Mapping[str, frozenset[ChannelCapability]],
    ) -> int:
        def work(connection: Connection) -> int:
            now = self.clock.now()
            news = apply_states(
                connection,
                page.states,
                at=now,
                ids=self.ids,
                capabilities=capabilities,
                unfulfillable=self.unfulfillable,
            )
            cursors.move(connection, f"changes:{name}", page.cursor, at=now)
            reached("changes.before_commit")
            return len(news)

        return self.database.run(work)

    def ask_for_parcels(self, name: str, *, most: int = 20) -> int:
        """Ask for orders with parcels on the way, where `changes` does not tell of them.

        Returns how many were asked for; as many as the network's limit lets through.
        """
        network = self.networks[name]
        if NetworkCapability.PARCELS_BY_ASKING not in network.capabilities:
            return 0
        return self._contained(
            f"network:{name}:parcels", lambda: self._ask_for_parcels(name, network, most)
        )

    def _ask_for_parcels(self, name: str, network: Network, most: int) -> int | None:
        pools = [pool for pool in self.inventory.pools if pool.startswith(f"{name}:")]
        limit = network.rate_limits().get("getFulfillmentOrder")

        def choose(connection: Connection) -> list[str]:
            now = self.clock.now()
            due = lock_due(connection, pools, at=now, most=most)
            if due and limit is not None:
                operation = "getFulfillmentOrder"
                due = due[: take(connection, name, operation, limit, wanted=len(due), at=now)]
            if due:
                put_off(connection, due, at=now)
            return due

        chosen = self.database.run(choose)
        if not chosen:
            return None
        capabilities = {n: channel.capabilities for n, channel in self.channels.items()}
        states: list[FulfillmentState] = []
        try:
            for fulfillment_order_id in chosen:
                state = network.get_fulfillment(fulfillment_order_id)
                states += [] if state is None else [state]
        finally:
            # What was told before something failed is news all the same.
            self.database.run(
                lambda connection: apply_states(
                    connection,
                    states,
                    at=self.clock.now(),
                    ids=self.ids,
                    capabilities=capabilities,
                    unfulfillable=self.unfulfillable,
                )
            )
        return len(chosen)

    def fill_waiting(self) -> int:
        """Fill orders that wait for stock."""
        return self.orders.fill_waiting()

    def settle_refunds(self) -> int:
        """Make the refunds that the channels' policies want, and take in recorded replacements."""
        return self.care.settle_due() + self.care.replacements.take_in_recorded()

    def carry_out_privacy_requests(self) -> int:
        """Erase what channels demand to be erased; returns how many requests are done."""
        return self.privacy.carry_out_requests()

    def publish_availability(self, name: str) -> int:
        """Record effects that tell a channel what has changed; returns how many channel SKUs."""
        if ChannelCapability.AVAILABILITY not in self.channels[name].capabilities:
            return 0

        again: set[str] = set()

        def ask() -> int:
            again.update(self.channels[name].availability_to_repeat())
            return 0

        def work(connection: Connection) -> int:
            sellable = availability(
                connection, name, pools=self.pools[name], buffers=self.buffers()
            )
            return record_changes(
                connection, name, sellable, again=again, ids=self.ids, at=self.clock.now()
            )

        self._contained(f"channel:{name}:availability", ask)
        return self.database.run(work)

    def _token(self, name: str, network: Network, operation: str) -> bool:
        limit: RateLimit | None = network.rate_limits().get(operation)
        if limit is None:
            return True
        granted = self.database.run(
            lambda connection: take(
                connection, name, operation, limit, wanted=1, at=self.clock.now()
            )
        )
        return bool(granted)


def _has_something(page: OrderPage) -> bool:
    return bool(page.orders or page.problems or page.refunds or page.cancellations or page.returns)
