"""Amazon as a `Network`: chooses the version for each operation, and keeps the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from stockpool.clock import Clock
from stockpool.errors import (
    ConfigurationError,
    OutcomeUnknown,
    PluginError,
    PluginLoadError,
    RejectedError,
)
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import (
    ChangePage,
    FulfillmentAccepted,
    FulfillmentRequest,
    FulfillmentState,
    Network,
    NetworkCapability,
    PoolProfile,
    PreviewOption,
    RateLimit,
    StockPage,
)
from stockpool.problems import Problem
from stockpool_amazon.access_token import AccessTokens
from stockpool_amazon.calls_2020_07_01 import Outbound20200701
from stockpool_amazon.calls_2026_07_04 import Outbound20260704
from stockpool_amazon.checks import problems_of
from stockpool_amazon.connection import Connection
from stockpool_amazon.credentials import Credentials
from stockpool_amazon.errors import AmazonRefusal, UnreadableAnswer
from stockpool_amazon.feeds import Feeds
from stockpool_amazon.fees import AmazonFees
from stockpool_amazon.following import Following
from stockpool_amazon.inbound import AmazonInbound
from stockpool_amazon.inventory import stock_page
from stockpool_amazon.listings import AmazonListings
from stockpool_amazon.outbound import Outbound
from stockpool_amazon.pools import Pools
from stockpool_amazon.rates import Rates
from stockpool_amazon.removals import AmazonRemovals
from stockpool_amazon.returns import AmazonReturns
from stockpool_amazon.settings import AmazonSettings, NotificationSettings, OutboundVersion
from stockpool_amazon.transport import Transport

if TYPE_CHECKING:
    # They need the extra `amazon-sqs`.
    from stockpool_amazon.message_queue import MessageQueue
    from stockpool_amazon.subscribing import Subscribing

ANSWER_BYTES_MOST = 32 * 1024 * 1024

_VERSIONS: Mapping[OutboundVersion, type[Outbound]] = {
    "2020-07-01": Outbound20200701,
    "2026-07-04": Outbound20260704,
}


class AmazonNetwork(
    AmazonListings, AmazonInbound, AmazonReturns, AmazonRemovals, AmazonFees, Network
):
    """A seller's account at Amazon. Safe to share between threads.

    Beside the errors of `stockpool_amazon.errors`, which are the engine's, no others are raised.

    Raises:
        ConfigurationError: a secret is not where the settings say.
        PluginLoadError: the settings name a queue, and the extra `amazon-sqs` is missing.
    """

    capabilities = frozenset(
        {
            NetworkCapability.PREVIEW,
            NetworkCapability.PARCELS_BY_ASKING,
            NetworkCapability.INBOUND,
            NetworkCapability.RETURNS,
            NetworkCapability.REPORTS,
            NetworkCapability.FEES,
            NetworkCapability.REMOVALS_BY_FEED,
        }
    )
    """And LOWER_QUANTITIES where updates go by the version 2020-07-01; the later one has none; and
    LISTINGS where the settings name the `seller_id`."""

    def __init__(self, settings: AmazonSettings, context: PluginContext) -> None:
        clock = context.clock
        credentials = Credentials(
            context.name,
            context.folder,
            settings.client_id,
            settings.client_secret,
            settings.refresh_token,
        )
        credentials.read()
        self._name = context.name
        self._settings = settings
        if settings.version("update") == "2020-07-01":
            self.capabilities |= {NetworkCapability.LOWER_QUANTITIES}
        if settings.seller_id is not None:
            self.capabilities |= {NetworkCapability.LISTINGS}
        self._seller_id = settings.seller_id or ""
        self._connection = Connection(
            connect_seconds=settings.connect_seconds,
            read_seconds=settings.read_seconds,
            answer_bytes=ANSWER_BYTES_MOST,
        )
        self._endpoint = settings.address
        self._rates = Rates()
        self._clock = clock
        self._transport = self._connected(credentials, clock)
        self._feeds = Feeds(self._transport, self._connection, self._endpoint)
        placing = _VERSIONS[settings.version("create")]
        self._pools = Pools(settings, placing.features, placing.offers)
        self._outbound = {
            version: make(self._transport, self._pools) for version, make in _VERSIONS.items()
        }
        self._queue: MessageQueue | None = None
        self._subscribing: Subscribing | None = None
        if settings.notifications is not None:
            self._queue, self._subscribing = self._notified(
                settings.notifications, credentials, clock
            )
        self._following = self._follow(clock)

    def pools(self) -> Sequence[PoolProfile]:
        return self._pools.profiles()

    def rate_limits(self) -> Mapping[str, RateLimit]:
        return self._rates.table()

    def snapshot(self, country: str, cursor: str | None = None) -> StockPage:
        return stock_page(self._transport, self._pools[country], cursor)

    def preview(self, request: FulfillmentRequest) -> Sequence[PreviewOption]:
        return self._version("preview").preview(request)

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        """Place an MCF order.

        `received_at` is Amazon's time of the answer: the answer itself does not tell when the
        order was received, and reading it back would double the calls. It is read back only if
        features were asked for, because only the order tells which of them it has.

        Raises:
            RejectedError: `AlreadyExists` if the id is known; Amazon's code otherwise.
            OutcomeUnknown: it may have arrived, or it was taken and can't be read back.
        """
        order_id = request.fulfillment_order_id
        try:
            taken = self._version("create").create(request)
        except AmazonRefusal as refusal:
            # A known id is refused like any wrong field; only the order itself tells them apart.
            if refusal.code == "InvalidInput" and self.get_fulfillment(order_id) is not None:
                raise RejectedError("AlreadyExists", f"{order_id} is known to Amazon") from None
            raise
        granted = taken.granted if request.features else ()
        if granted is not None:
            return FulfillmentAccepted(order_id, taken.received_at, granted)
        try:
            state = self.get_fulfillment(order_id)
        except PluginError as error:
            raise OutcomeUnknown(f"{order_id} was taken, but: {error}") from None
        if state is None:
            raise OutcomeUnknown(f"{order_id} was taken, but can't be seen yet")
        return FulfillmentAccepted(order_id, state.received_at, state.granted_features)

    def get_fulfillment(self, fulfillment_order_id: str) -> FulfillmentState | None:
        """The present state, or None if Amazon has never heard of it.

        Raises:
            UnreadableAnswer: (a TransientError) also for refusals that don't say that there is no
                such order. The engine takes a `RejectedError` for the end of what it was about
                to do, and would let the units of an order go that may well be under way.
        """
        try:
            return self._version("get").get(fulfillment_order_id)
        except AmazonRefusal as refusal:
            if refusal.of_unknown_id:
                return None
            raise UnreadableAnswer(str(refusal)) from None

    def update_fulfillment(self, request: FulfillmentRequest) -> None:
        self._version("update").update(request)

    def cancel_fulfillment(self, fulfillment_order_id: str) -> None:
        self._version("cancel").cancel(fulfillment_order_id)

    def changes(self, cursor: str | None) -> ChangePage:
        return self._following.page(cursor)

    def check(self) -> Sequence[Problem]:
        found = list(problems_of(self._name, self._transport, self._pools))
        if self._subscribing is not None:
            found += self._subscribing.problems(self._name)
        return found

    def subscribe(self, *, replace: bool = False) -> Sequence[str]:
        """Make what is missing so that notifications come. See `Subscribing.subscribe`.

        Raises:
            ConfigurationError: the settings name no queue.
        """
        if self._subscribing is None:
            raise ConfigurationError(
                f"networks.{self._name}.notifications: it is not there; give it a queue_arn"
            )
        return self._subscribing.subscribe(replace=replace)

    def close(self) -> None:
        self._connection.close()
        if self._queue is not None:
            self._queue.close()

    def _connected(
        self, credentials: Credentials, clock: Clock, scope: str | None = None
    ) -> Transport:
        tokens = AccessTokens(
            self._connection, self._settings.lwa_endpoint, credentials, clock, scope=scope
        )
        return Transport(self._connection, self._settings.address, tokens, self._rates, clock)

    def _notified(
        self, wanted: NotificationSettings, credentials: Credentials, clock: Clock
    ) -> tuple[MessageQueue, Subscribing]:
        try:
            from stockpool_amazon.message_queue import MessageQueue
        except ModuleNotFoundError:
            raise PluginLoadError(
                f"networks.{self._name}.notifications: the package boto3 is missing; "
                "pip install 'stockpool[amazon-sqs]'"
            ) from None
        from stockpool_amazon.subscribing import SCOPE, Subscribing

        queue = MessageQueue(
            wanted.queue_arn,
            wanted.sqs_endpoint,
            connect_seconds=self._settings.connect_seconds,
            read_seconds=self._settings.read_seconds,
        )
        application = self._connected(credentials, clock, SCOPE)
        return queue, Subscribing(application, self._transport, queue)

    def _follow(self, clock: Clock) -> Following:
        hints, polling = None, timedelta(0)
        if self._queue is not None and self._settings.notifications is not None:
            from stockpool_amazon.hints import Hints

            hints = Hints(self._queue)
            polling = timedelta(minutes=self._settings.notifications.polling_minutes)
        return Following(
            self._version("changes"),
            self.get_fulfillment,
            clock,
            overlap=timedelta(minutes=self._settings.overlap_minutes),
            history=timedelta(days=self._settings.history_days),
            hints=hints,
            polling=polling,
        )

    def _version(self, operation: str) -> Outbound:
        return self._outbound[self._settings.version(operation)]
