"""The simulator as a `Network`: translates, and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast, get_args

from stockpool.order_request import Feature, Speed
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
    SpeedProfile,
    StockPage,
)
from stockpool.plugins.network_removals import (
    RemovalRequest,
    RemovalState,
)
from stockpool_amazon_sim import views
from stockpool_amazon_sim.countries import SCHEDULED, country
from stockpool_amazon_sim.fees.fees import unit_and_order_fee
from stockpool_amazon_sim.fees.network_fees import SimulatedFees
from stockpool_amazon_sim.inbound.network_inbound import SimulatedInbound
from stockpool_amazon_sim.listings.network_listings import SimulatedListings
from stockpool_amazon_sim.outbound.network_returns import SimulatedReturns
from stockpool_amazon_sim.rate_limits import LIMITS
from stockpool_amazon_sim.reports.network_reports import SimulatedReports
from stockpool_amazon_sim.settings import AmazonSimSettings
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.simulator import Simulator

_MOMENT = 60.0
"""Seconds that are worth waiting for news. On a slow clock a parcel takes days."""


class AmazonSimNetwork(
    SimulatedListings, SimulatedInbound, SimulatedReturns, SimulatedReports, SimulatedFees, Network
):
    """A simulated Amazon as the engine sees it; `simulator` has the controls."""

    capabilities = frozenset(
        {
            NetworkCapability.PREVIEW,
            NetworkCapability.REMOVALS,
            NetworkCapability.LISTINGS,
            NetworkCapability.INBOUND,
            NetworkCapability.RETURNS,
            NetworkCapability.REPORTS,
            NetworkCapability.FEES,
            NetworkCapability.LOWER_QUANTITIES,
        }
    )

    def __init__(self, settings: AmazonSimSettings, context: PluginContext) -> None:
        self.simulator = Simulator(settings, context.clock, folder=context.folder)
        self._settings = settings
        self._pools = [self._pool(code) for code in settings.countries]

    def pools(self) -> Sequence[PoolProfile]:
        return self._pools

    def rate_limits(self) -> Mapping[str, RateLimit]:
        if not self._settings.rate_limits:
            return {}
        speed = self._settings.speed
        return {name: RateLimit(rate * speed, burst) for name, (rate, burst) in LIMITS.items()}

    def snapshot(self, country: str, cursor: str | None = None) -> StockPage:
        page = self.simulator.get_inventory_summaries(country, cursor)
        figures = [views.figures(summary) for summary in page.summaries]
        return StockPage(to_datetime(page.at), figures, page.cursor)

    def preview(self, request: FulfillmentRequest) -> Sequence[PreviewOption]:
        previews = self.simulator.get_fulfillment_preview(views.order_request(request))
        # The engine has no deliveries by appointment.
        return [
            views.preview_option(preview, request.country)
            for preview in previews
            if preview.shipping_speed_category != SCHEDULED
        ]

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        return self.simulator.create_fulfillment_order(views.order_request(request), views.accepted)

    def get_fulfillment(self, fulfillment_order_id: str) -> FulfillmentState | None:
        now = self.simulator.now()
        return self.simulator.get_fulfillment_order(
            fulfillment_order_id, lambda order: views.state(order, now)
        )

    def update_fulfillment(self, request: FulfillmentRequest) -> None:
        self.simulator.update_fulfillment_order(views.order_request(request))

    def cancel_fulfillment(self, fulfillment_order_id: str) -> None:
        self.simulator.cancel_fulfillment_order(fulfillment_order_id)

    def changes(self, cursor: str | None) -> ChangePage:
        now = self.simulator.now()
        page = self.simulator.list_all_fulfillment_orders(
            lambda order: views.state(order, now), cursor
        )
        return ChangePage(page.orders, page.cursor, page.more)

    def create_removal(self, request: RemovalRequest) -> None:
        self.simulator.create_removal_order(views.removal_request(request), views.removal_state)

    def get_removal(self, removal_order_id: str) -> RemovalState | None:
        return self.simulator.get_removal_order(removal_order_id, views.removal_state)

    def idle(self) -> bool:
        return self.simulator.idle(within=_MOMENT)

    def close(self) -> None:
        self.simulator.close()

    def _pool(self, code: str) -> PoolProfile:
        known = country(code)
        on = self.simulator.now().date()
        speeds = []
        for name, speed in known.speeds.items():
            unit_fee, order_fee = unit_and_order_fee(code, on, name)
            speeds.append(SpeedProfile(cast(Speed, name), speed.latest_days, order_fee, unit_fee))
        # What is silently not granted is promised all the same: that is the point of it.
        accepted = self._settings.accepted_features(code)
        features = [name for name in get_args(Feature) if name in accepted]
        return PoolProfile(code, known.currency, speeds, known.destinations, frozenset(features))
