"""The engine: opens the database and the plugins, and brings the parts together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from stockpool import config as configuration
from stockpool.attention.queue import AttentionItem, AttentionQueue
from stockpool.bulk.cancellations import CancellationFiles
from stockpool.bulk.inbound_plans import InboundPlanFiles
from stockpool.bulk.listings import ListingFiles
from stockpool.bulk.orders import OrderFiles
from stockpool.bulk.products import ProductFiles
from stockpool.bulk.removals import RemovalFiles
from stockpool.bulk.service import BulkPlans
from stockpool.care.invariants import INVARIANTS as CARE_INVARIANTS
from stockpool.care.refunding import Surroundings
from stockpool.care.replacing import Replacements
from stockpool.care.service import Care
from stockpool.care.telling import PushRefund
from stockpool.catalog.availability import PushAvailability
from stockpool.catalog.products import Catalog
from stockpool.claims.invariants import INVARIANTS as CLAIM_INVARIANTS
from stockpool.claims.lost_removals import LostRemovals
from stockpool.claims.service import Claims
from stockpool.clock import Clock, SystemClock
from stockpool.config import Config
from stockpool.deadlines.book import Deadlines
from stockpool.delivery.service import Deliveries
from stockpool.duties import Duties
from stockpool.errors import ConfigurationError, RefusedError
from stockpool.fba_orders.view import FbaOrders
from stockpool.ids import IdSource
from stockpool.inbound.creating import CreateInboundPlan
from stockpool.inbound.invariants import INVARIANTS as INBOUND_INVARIANTS
from stockpool.inbound.service import Inbound
from stockpool.inbound.stepping import CarryOutStep
from stockpool.inventory import Inventory
from stockpool.ledger.invariants import INVARIANTS as LEDGER_INVARIANTS
from stockpool.ledger.money_invariants import INVARIANTS as MONEY_INVARIANTS
from stockpool.listings.service import Listings
from stockpool.listings.submitting import SubmitListing
from stockpool.orders.invariants import INVARIANTS as ORDER_INVARIANTS
from stockpool.orders.placing import PlaceFulfillment
from stockpool.orders.preparation import ChannelFacts, IntakeSettings
from stockpool.orders.previewing import Preview
from stockpool.orders.quotes import Quote, quotes
from stockpool.orders.reservation import Desk
from stockpool.orders.service import Orders
from stockpool.orders.snapshots import last_taken
from stockpool.orders.stopping import LowerQuantities, RequestCancellation
from stockpool.orders.tables import routing_rules
from stockpool.orders.telling import (
    PushCancellation,
    PushCancellationAnswer,
    PushDelivery,
    PushTracking,
    PushTrackingChange,
)
from stockpool.orders.unfulfillable import OnUnfulfillable
from stockpool.outbox.carrier import Carrier, Handler
from stockpool.outbox.effects import EffectKind, unfinished
from stockpool.outbox.plugin_notes import DatabaseNotes
from stockpool.plugins.channel import Channel, PluginContext
from stockpool.plugins.network import Network, NetworkCapability
from stockpool.plugins.observer import Event
from stockpool.plugins.registry import Registry
from stockpool.privacy.service import Privacy
from stockpool.proof import Report, verify
from stockpool.remedies import retrying
from stockpool.remedies.actions import Action
from stockpool.remedies.carrying_out import carry_out
from stockpool.removals.automatic import AutomaticRemovals
from stockpool.removals.invariants import INVARIANTS as REMOVAL_INVARIANTS
from stockpool.removals.parcels import RemovalParcels
from stockpool.removals.placing import PlaceRemoval
from stockpool.removals.service import Removals
from stockpool.reports.service import Reports
from stockpool.returns.authorising import AuthoriseReturn
from stockpool.returns.invariants import INVARIANTS as RETURN_INVARIANTS
from stockpool.returns.service import Returns
from stockpool.returns.telling import PushReturn
from stockpool.routing.decision import encode_rules
from stockpool.routing_rules import build_rules
from stockpool.stock_view import StockView
from stockpool.storage import migrations
from stockpool.storage.database import Database
from stockpool.warehousing.service import Warehousing
from stockpool.webhooks.receiver import Receiver

INVARIANTS = (
    *LEDGER_INVARIANTS,
    *MONEY_INVARIANTS,
    *ORDER_INVARIANTS,
    *CARE_INVARIANTS,
    *REMOVAL_INVARIANTS,
    *RETURN_INVARIANTS,
    *INBOUND_INVARIANTS,
    *CLAIM_INVARIANTS,
)
"""All that `verify` proves."""

_log = structlog.get_logger(__name__)


class Engine:
    """A stockpool on one database, with the channels and networks of its configuration.

    Use `Engine.open` or `Engine.from_file`; close it, or use it as a context manager. Safe to
    share between threads.
    """

    def __init__(
        self,
        config: Config,
        database: Database,
        registry: Registry,
        *,
        folder: Path,
        clock: Clock,
        ids: IdSource,
        networks: Mapping[str, Network],
        channels: Mapping[str, Channel],
    ) -> None:
        self.config = config
        self.database = database
        self.registry = registry
        self.folder = folder
        self.clock = clock
        self.ids = ids
        self.networks = dict(networks)
        self.channels = dict(channels)
        self.rules = build_rules(config.routing, self.networks)
        self.policy = registry.routing_policy(config.routing.policy)
        self._facts = {
            name: ChannelFacts(
                backorder=settings.backorder,
                features=self.channels[name].constraints.features,
                capabilities=self.channels[name].capabilities,
            )
            for name, settings in config.channels.items()
        }
        self.catalog = Catalog(database)
        self.attention = AttentionQueue(database)
        self.orders = Orders(
            database,
            ids,
            self._intake_settings,
            registry.routing_policies,
            frozenset(
                name
                for name, network in self.networks.items()
                if NetworkCapability.LOWER_QUANTITIES in network.capabilities
            ),
        )
        capabilities = {name: facts.capabilities for name, facts in self._facts.items()}
        self._surroundings = Surroundings(ids, capabilities)
        self.returns = Returns(
            database,
            self._surroundings,
            self.networks,
            {name: settings.return_reasons for name, settings in config.channels.items()},
        )
        self.care = Care(
            database,
            self._surroundings,
            {name: settings.refund_on for name, settings in config.channels.items()},
            self.orders.cancelling,
            self.returns.take_request,
            Replacements(database, ids, self.orders),
        )
        self.inventory = Inventory(
            database,
            ids,
            self.networks,
            stock_arrived=self.orders.fill_waiting,
            buffers=self.buffers,
        )
        self.webhooks = Receiver(database, clock, self.channels)
        self.privacy = Privacy(database, clock, ids)
        self.removals = Removals(database, ids, self.networks)
        self.removal_parcels = RemovalParcels(database)
        self.reports = Reports(database, ids, self.networks)
        self.listings = Listings(database, ids, self.networks)
        self.claims = Claims(
            database,
            ids,
            {kind.value: days for kind, days in config.claims.closes_after_days.items()},
        )
        self.fba_orders = FbaOrders(database)
        self.inbound = Inbound(
            database,
            ids,
            self.networks,
            self.claims,
            room=lambda pool, items: self.warehousing.room_problems(pool, items),
        )
        self.bulk = BulkPlans(
            database,
            ids,
            [
                RemovalFiles(database, self.removals),
                OrderFiles(
                    database, self.orders, config.orders.address_limits, self._channel_names
                ),
                CancellationFiles(database, self.orders, self._channel_names),
                ProductFiles(database, self.catalog),
                ListingFiles(database, ids, self.listings, self.networks),
                InboundPlanFiles(database, ids, self.inbound),
            ],
            lease_seconds=config.stockpool.lease_seconds,
        )
        self._channel_pools = {
            name: [
                pool
                for pool in self.inventory.pools
                if not settings.countries or pool.partition(":")[2] in settings.countries
            ]
            for name, settings in config.channels.items()
        }
        self.stock_view = StockView(database, self.buffers, self._channel_pools)
        self.warehousing = Warehousing(database, self.stock_view)
        self.deadlines = Deadlines(database, ids, self._notify)
        self.delivery = Deliveries(database, ids, self._notify)
        self.duties = Duties(
            database=database,
            clock=clock,
            ids=ids,
            lease_seconds=config.stockpool.lease_seconds,
            channels=self.channels,
            networks=self.networks,
            orders=self.orders,
            inventory=self.inventory,
            catalog=self.catalog,
            removals=self.removals,
            removal_parcels=self.removal_parcels,
            lost_removals=LostRemovals(database, ids, self.claims, config.removals.lost_after),
            automatic_removals=AutomaticRemovals(
                database, self.removals, config.removals.automatic
            ),
            reports=self.reports,
            bulk=self.bulk,
            claims=self.claims,
            returns=self.returns,
            deadlines=self.deadlines,
            delivery=self.delivery,
            remind_days=config.stockpool.remind_days,
            care=self.care,
            privacy=self.privacy,
            pools=self._channel_pools,
            buffers=self.buffers,
            notify=self._notify,
            unfulfillable=self._unfulfillable(),
        )
        self.carrier = Carrier(
            database,
            ids,
            self._handlers(),
            owner=self.duties.owner,
            lease_seconds=config.stockpool.lease_seconds,
            attempts_most=config.stockpool.attempts_most,
        )

    @classmethod
    def open(
        cls,
        database: str | None = None,
        *,
        config: Mapping[str, Any] | Config | None = None,
        folder: str | Path = ".",
        clock: Clock | None = None,
        ids: IdSource | None = None,
        networks: Mapping[str, Network] | None = None,
        channels: Mapping[str, Channel] | None = None,
        migrate: bool = True,
    ) -> Self:
        """Open a database, bringing its tables up to date, and the configured plugins.

        Args:
            database: URL; overrides the configuration's.
            config: as in `stockpool.toml`, as a mapping.
            folder: what relative paths are relative to.
            clock, ids: handed in by tests and simulation.
            networks, channels: ready instances, by name, beside the configured ones; under a
                configured name an instance takes the plugin's place and keeps the settings.
            migrate: False leaves the tables as they are, and refuses old ones.

        Raises:
            ConfigurationError: a setting is wrong.
            PluginLoadError: a plugin can't be loaded.
        """
        checked = config if isinstance(config, Config) else configuration.parse(config or {})
        home = Path(folder).absolute()
        clock = clock or SystemClock()
        ids = ids or IdSource()
        url = located(database or checked.stockpool.database, home)
        if migrate:
            migrations.upgrade(url)
        else:
            migrations.require_current(url)
        registry = Registry(checked.plugins)
        store = Database(url, clock=clock, synchronous=checked.stockpool.synchronous)
        made_networks: dict[str, Network] = {}
        made_channels: dict[str, Channel] = {}
        for name, network_settings in checked.networks.items():
            if name in (networks or {}):
                continue
            made_networks[name] = registry.make_network(
                name,
                network_settings.type,
                network_settings.model_extra or {},
                PluginContext(
                    name, clock, ids, home, notes=DatabaseNotes(store, f"networks.{name}")
                ),
            )
        for name, channel_settings in checked.channels.items():
            if name in (channels or {}):
                continue
            made_channels[name] = registry.make_channel(
                name,
                channel_settings.type,
                channel_settings.model_extra or {},
                PluginContext(
                    name, clock, ids, home, notes=DatabaseNotes(store, f"channels.{name}")
                ),
            )
        engine = cls(
            _with_instances(checked, networks or {}, channels or {}),
            store,
            registry,
            folder=home,
            clock=clock,
            ids=ids,
            networks={**made_networks, **(networks or {})},
            channels={**made_channels, **(channels or {})},
        )
        engine._store_rules()
        return engine

    @classmethod
    def from_file(cls, path: str | Path = "stockpool.toml", **options: Any) -> Self:
        """Open what a configuration file describes; paths in it are relative to its folder."""
        file = Path(path)
        return cls.open(config=configuration.read(file), folder=file.absolute().parent, **options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close plugins and database."""
        for channel in self.channels.values():
            channel.close()
        for network in self.networks.values():
            network.close()
        self.database.close()

    def quotes(self, preview: Preview) -> Sequence[Quote]:
        """What the networks would charge and promise for what `orders.preview` plans.

        Asks each of them; reserves and stores nothing.
        """
        return quotes(preview.fulfillments, self.networks)

    def work(self, *, until_idle: bool = False) -> int:
        """Carry out what is due, in this process and thread; returns how much was done.

        Polls channels, carries out effects, and takes in the networks' news. With `until_idle` it
        goes on until nothing is left that waiting a moment would change.
        """
        total = self._round()
        while until_idle:
            done = self._round()
            total += done
            if not done:
                if self.idle():
                    break
                self.clock.sleep(0.02)
        return total

    def idle(self) -> bool:
        """Whether no effect is unfinished and nothing comes from outside in a moment."""
        with self.database.read() as connection:
            open_effects = unfinished(connection)
        return (
            not open_effects
            and all(channel.idle() for channel in self.channels.values())
            and all(network.idle() for network in self.networks.values())
        )

    def _round(self) -> int:
        done = sum(self.duties.poll_channel(name) for name in self.channels)
        done += sum(self.duties.take_hints(name) for name in self.channels)
        done += self.duties.apply_bulk_plans()
        done += self.duties.fill_waiting()
        done += self.duties.settle_refunds()
        for dispatch in self.duties.dispatch():
            done += len(self.carrier.carry_out(dispatch.effect_ids))
        done += sum(self.duties.follow_network(name) for name in self.networks)
        done += sum(self.duties.ask_for_parcels(name) for name in self.networks)
        done += self.duties.follow_removals()
        done += self.duties.carry_out_privacy_requests()
        done += sum(self.duties.follow_listing_changes(name) for name in self.networks)
        done += sum(self.duties.follow_inbound_plans(name) for name in self.networks)
        done += sum(self.duties.follow_inbound_shipments(name) for name in self.networks)
        done += sum(self.duties.fetch_reports(name) for name in self.networks)
        done += self.duties.remove_automatically()
        done += self.duties.take_foreign_removals()
        done += self.duties.take_sales()
        done += self.duties.settle_claims()
        done += sum(self.duties.follow_returns(name) for name in self.networks)
        done += self.duties.take_parcels_back()
        done += sum(self.duties.publish_availability(name) for name in self.channels)
        return done

    def verify(self) -> Report:
        """Prove the books: every named invariant over the whole database."""
        with self.database.read(consistent=True) as connection:
            return verify(connection, INVARIANTS)

    def retry(self, item_id: str) -> str:
        """Try again what an attention item is about; returns what was done, in words.

        Raises:
            NotFoundError: there is no such item.
            RefusedError: nothing can be tried again for it.
        """
        return retrying.retry(self, self.attention.get(item_id))

    def drop(self, item_id: str) -> AttentionItem:
        """Close an attention item: nothing more is done about it, and what it holds is let go."""
        return retrying.drop(self, self.attention.get(item_id))

    def carry_out(self, item_id: str, action: Action | str, *, by: str = "operator") -> str:
        """Do what an attention item suggests (`suggested`); returns what was done, in words.

        Args:
            by: who does it, for the item's history.

        Raises:
            NotFoundError: there is no such item.
            RefusedError: it suggests no such thing, or it can't be done.
        """
        item = self.attention.get(item_id)
        try:
            wanted = Action(action)
        except ValueError:
            names = ", ".join(Action)
            raise RefusedError(f"{action!r} is no action; there are {names}") from None
        return carry_out(self, item, wanted, by=by)

    def buffers(self) -> dict[str, int]:
        """Units of each SKU that are never promised, by pool; they grow with the figures' age."""
        settings = self.config.routing.buffer
        if not settings.units_per_hour:
            return dict.fromkeys(self.inventory.pools, settings.units) if settings.units else {}
        with self.database.read() as connection:
            taken = last_taken(connection)
        now = self.clock.now()
        buffers = {}
        for pool in self.inventory.pools:
            age = (now - taken[pool]).total_seconds() / 3600 if pool in taken else 0.0
            grown = settings.units + int(settings.units_per_hour * max(age, 0.0))
            buffers[pool] = min(grown, settings.units_most)
        return buffers

    def _channel_names(self) -> Sequence[str]:
        return list(self.channels)

    def _intake_settings(self) -> IntakeSettings:
        return IntakeSettings(
            Desk(self.rules, self.policy, self.buffers()),
            self.ids,
            self._facts,
            self.config.orders.address_limits,
        )

    def _unfulfillable(self) -> dict[str, OnUnfulfillable]:
        return {name: s.on_unfulfillable for name, s in self.config.channels.items()}

    def _handlers(self) -> dict[EffectKind, Handler]:
        capabilities = self._surroundings.capabilities
        place = PlaceFulfillment(self.database, self.clock, self.ids, self.networks, capabilities)
        stopping = (
            self.database,
            self.ids,
            self.networks,
            capabilities,
            self._unfulfillable(),
        )
        return {
            EffectKind.CREATE_FULFILLMENT: place,
            EffectKind.CANCEL_FULFILLMENT: RequestCancellation(*stopping),
            EffectKind.UPDATE_FULFILLMENT: LowerQuantities(*stopping),
            EffectKind.PUSH_TRACKING: PushTracking(self.database, self.channels),
            EffectKind.PUSH_TRACKING_CHANGE: PushTrackingChange(self.database, self.channels),
            EffectKind.PUSH_DELIVERY: PushDelivery(self.database, self.channels),
            EffectKind.PUSH_CANCELLATION: PushCancellation(self.database, self.channels),
            EffectKind.PUSH_CANCELLATION_ANSWER: PushCancellationAnswer(
                self.database, self.channels
            ),
            EffectKind.PUSH_REFUND: PushRefund(self.database, self.channels),
            EffectKind.PUSH_RETURN: PushReturn(self.database, self.channels),
            EffectKind.PUSH_AVAILABILITY: PushAvailability(
                self.database,
                self.clock,
                self.ids,
                self.channels,
                self._channel_pools,
                self.buffers,
            ),
            EffectKind.CREATE_REMOVAL: PlaceRemoval(self.database, self.clock, self.networks),
            EffectKind.SUBMIT_LISTING: SubmitListing(self.database, self.networks),
            EffectKind.CREATE_INBOUND_PLAN: CreateInboundPlan(self.database, self.networks),
            EffectKind.INBOUND_STEP: CarryOutStep(self.database, self.networks),
            EffectKind.CREATE_RETURN: AuthoriseReturn(
                self.database, self._surroundings, self.networks
            ),
        }

    def _notify(self, event: Event) -> None:
        for observer in self.registry.observers:
            try:
                observer.notify(event)
            except Exception:
                # Observers decide nothing; a faulty one must not stop the work.
                _log.exception("observer_failed", observer=type(observer).__name__)

    def _store_rules(self) -> None:
        """Keep the rules under their digest, so that decisions made by them can be replayed."""

        def work(connection: Connection) -> None:
            dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
            connection.execute(
                dialect.insert(routing_rules)
                .values(
                    digest=self.rules.digest,
                    body=encode_rules(self.rules).decode(),
                    first_used_at=self.clock.now(),
                )
                .on_conflict_do_nothing()
            )

        self.database.run(work)


def located(url: str, folder: Path) -> str:
    """A relative SQLite path is relative to the configuration's folder."""
    prefix, path = url[:10], url[10:]
    names_a_file = path and not path.startswith(("/", "?", ":", "file:"))
    if prefix == "sqlite:///" and names_a_file:
        return prefix + str(folder / path)
    return url


def _with_instances(
    config: Config, networks: Mapping[str, Network], channels: Mapping[str, Channel]
) -> Config:
    """Instances handed in get default engine settings, if the configuration has none for them."""
    from stockpool.config import ChannelSettings, NetworkSettings

    for name in {*networks, *channels}:
        if ":" in name:
            raise ConfigurationError(f"{name!r}: a name must not contain a colon")
    return config.model_copy(
        update={
            "networks": {
                **{name: NetworkSettings(type="instance") for name in networks},
                **config.networks,
            },
            "channels": {
                **{name: ChannelSettings(type="instance") for name in channels},
                **config.channels,
            },
        }
    )


__all__: Sequence[str] = ("Engine",)
