"""A shop of Shopify as a sales channel: one location, its orders and its stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stockpool.errors import ConfigurationError
from stockpool.plugins.channel import (
    AvailabilityUpdate,
    CancellationAnswer,
    CancellationUpdate,
    Channel,
    ChannelCapability,
    ChannelType,
    DeliveryUpdate,
    ListingPage,
    OrderPage,
    PluginContext,
    PushRefusal,
    RefundUpdate,
    ShippingConstraints,
    TrackingChange,
    TrackingUpdate,
    WebhookHint,
)
from stockpool.plugins.channel_returns import ReturnUpdate
from stockpool.problems import Problem
from stockpool_shopify import checks, webhooks
from stockpool_shopify.availability import Availability
from stockpool_shopify.bulk import BulkQueries
from stockpool_shopify.cancellations import Cancellations
from stockpool_shopify.client import Client
from stockpool_shopify.connection import Connection
from stockpool_shopify.deliveries import Deliveries
from stockpool_shopify.intake import Intake
from stockpool_shopify.left_out import LeftOut
from stockpool_shopify.listings import Listings
from stockpool_shopify.order_notes import OrderNotes
from stockpool_shopify.refunds import Refunds
from stockpool_shopify.refunds_made import RefundsMade
from stockpool_shopify.removed import RemovedUnits
from stockpool_shopify.returns_asked import ReturnsAsked
from stockpool_shopify.returns_told import ReturnsTold
from stockpool_shopify.settings import ShopifySettings
from stockpool_shopify.shop import Shop
from stockpool_shopify.shop_returns import ShopReturns
from stockpool_shopify.subscriptions import Subscriptions
from stockpool_shopify.tokens import Tokens, source_of
from stockpool_shopify.tracking import Tracking
from stockpool_shopify.tracking_changes import TrackingChanges


class ShopifyChannel(Channel):
    """Speaks the Admin GraphQL API. The truth is in Shopify, in the cursor and in the notes."""

    capabilities = frozenset(
        {  # and REFUNDS, RETURNS and DELIVERY by setting, CANCELLATION_ANSWERS of a service
            ChannelCapability.ORDERS,
            ChannelCapability.LISTINGS,
            ChannelCapability.AVAILABILITY,
            ChannelCapability.TRACKING,
            ChannelCapability.TRACKING_CHANGES,
            ChannelCapability.CANCELLATIONS,
            ChannelCapability.WEBHOOKS,
        }
    )

    def __init__(self, settings: ShopifySettings, context: PluginContext) -> None:
        self.constraints = ShippingConstraints(
            blank_box=settings.blank_box, block_amazon_carrier=settings.block_amazon_carrier
        )
        if settings.refunds:
            self.capabilities = self.capabilities | {ChannelCapability.REFUNDS}
        if settings.role == "fulfillment_service":
            answers = ChannelCapability.CANCELLATION_ANSWERS
            self.capabilities = self.capabilities | {answers}
        if settings.returns:
            self.capabilities = self.capabilities | {ChannelCapability.RETURNS}
        if settings.delivery_events:
            self.capabilities = self.capabilities | {ChannelCapability.DELIVERY}
        self._settings = settings
        self._context = context
        self._connection = Connection(
            settings.shop,
            connect_seconds=settings.connect_seconds,
            read_seconds=settings.read_seconds,
        )
        source = source_of(
            settings.credentials,
            self._connection,
            context.clock,
            name=context.name,
            folder=context.folder,
        )
        self._client = Client(
            self._connection,
            settings.api_version,
            Tokens(source, context.clock),
            context.notes,
            context.clock,
        )
        notes = OrderNotes(context.notes)
        shop = Shop(self._client)
        cancellations = Cancellations(shop, notes, settings)
        refunds_made = RefundsMade(self._client, notes)
        removed = RemovedUnits(self._client, notes, settings)
        returns = ShopReturns(self._client, shop, settings.location)
        self._intake = Intake(
            shop,
            notes,
            refunds_made,
            removed,
            settings,
            context.clock,
            context.name,
            LeftOut(context.notes),
            ReturnsAsked(returns, notes) if settings.returns else None,
        )
        self._returns = ReturnsTold(self._client, shop, returns, notes, settings)
        bulk = BulkQueries(self._client, self._connection)
        self._listings = Listings(self._client, bulk, settings, context.clock)
        self._cancellations = cancellations
        self._deliveries = Deliveries(self._client, shop)
        self._tracking = Tracking(shop, notes, cancellations, settings)
        self._tracking_changes = TrackingChanges(shop, notes, settings)
        self._subscriptions = Subscriptions(self._client, shop, settings, context.name)
        self._refunds = Refunds(self._client, shop, notes, settings.location)
        self._availability = Availability(
            self._client, shop, context.notes, notes, settings, context.clock
        )

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        return self._intake.fetch(cursor)

    def fetch_listings(self, cursor: str | None) -> ListingPage:
        return self._listings.fetch(cursor)

    def push_availability(self, updates: Sequence[AvailabilityUpdate]) -> Sequence[PushRefusal]:
        return self._availability.push(updates)

    def availability_to_repeat(self) -> frozenset[str]:
        """SKUs of which units were left out that Shopify had sold and the engine not heard of."""
        return self._availability.to_repeat()

    def push_tracking(self, updates: Sequence[TrackingUpdate]) -> Sequence[PushRefusal]:
        return self._tracking.push(updates)

    def push_tracking_change(self, changes: Sequence[TrackingChange]) -> Sequence[PushRefusal]:
        return self._tracking_changes.push(changes)

    def push_delivery(self, updates: Sequence[DeliveryUpdate]) -> Sequence[PushRefusal]:
        if not self._settings.delivery_events:
            raise NotImplementedError("the setting delivery_events is off")
        return self._deliveries.push(updates)

    def push_cancellation(self, updates: Sequence[CancellationUpdate]) -> Sequence[PushRefusal]:
        return self._cancellations.push(updates)

    def push_cancellation_answer(
        self, answers: Sequence[CancellationAnswer]
    ) -> Sequence[PushRefusal]:
        """Answer what a merchant has asked a fulfillment service to cancel."""
        if self._settings.role != "fulfillment_service":
            raise NotImplementedError("nobody asks at a location of the merchant's own")
        return self._cancellations.answer(answers)

    def push_refund(self, updates: Sequence[RefundUpdate]) -> Sequence[PushRefusal]:
        if not self._settings.refunds:
            raise NotImplementedError("the setting refunds is off")
        return self._refunds.push(updates)

    def push_return(self, updates: Sequence[ReturnUpdate]) -> Sequence[PushRefusal]:
        if not self._settings.returns:
            raise NotImplementedError("the setting returns is off")
        return self._returns.push(updates)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookHint:
        """Verify a webhook and name the orders it is about.

        Raises:
            RejectedError: it is forged, of another shop, or no webhook.
            ConfigurationError: a secret is gone.
        """
        secrets = [
            source.read(f"channels.{self._context.name}.webhook_secrets", self._context.folder)
            for source in self._settings.webhook_secrets
        ]
        if not secrets:
            raise ConfigurationError(
                f"channels.{self._context.name}.webhook_secrets: name the app's client secret, "
                "with which Shopify signs webhooks"
            )
        return webhooks.parse(headers, body, shop=self._settings.shop, secrets=secrets)

    def note_hints(self, hints: Sequence[WebhookHint]) -> None:
        """Read these orders by their ids at the next poll: lists of changes lag behind."""
        self._intake.note_hints({order for hint in hints for order in hint.channel_order_ids})

    def check(self) -> Sequence[Problem]:
        found = list(checks.problems(self._client, self._settings, self._context.name))
        if not any(problem.code == "no_connection" for problem in found):
            found += self._subscriptions.problems()
        return found

    def describe(self) -> Mapping[str, str]:
        """The shop, the location, what is granted, and which webhooks come."""
        return {
            **checks.facts(self._client, self._settings),
            "webhooks": self._subscriptions.in_words(),
        }

    def keep_connected(self) -> Sequence[Problem]:
        """Say what the app is not granted or the settings have wrong, and repair subscriptions.

        Raises:
            PluginError: the shop can't be reached.
        """
        found = checks.differences(self._client, self._settings, self._context.name)
        return [*found, *self._subscriptions.repair()]

    def close(self) -> None:
        self._connection.close()


SHOPIFY = ChannelType(
    name="shopify",
    summary="A shop of Shopify: orders, listings, stock and parcels by the Admin GraphQL API",
    settings=ShopifySettings,
    make=ShopifyChannel,
)
