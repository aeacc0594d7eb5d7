"""The simulator as one class: Amazon's operations and the controls."""

from __future__ import annotations

from pathlib import Path

from stockpool.clock import Clock, SystemClock
from stockpool.errors import ConfigurationError
from stockpool_amazon_sim.controls import Controls
from stockpool_amazon_sim.feeds.feeds_operations import FeedControls, FeedsOperations
from stockpool_amazon_sim.fees.fees_operations import FeesOperations
from stockpool_amazon_sim.inbound.inbound_controls import InboundControls
from stockpool_amazon_sim.inbound.inbound_operations import InboundOperations
from stockpool_amazon_sim.inbound.inbound_reading import InboundReading
from stockpool_amazon_sim.inbound.inbound_v0_reading import InboundV0Reading
from stockpool_amazon_sim.listings.listing_controls import ListingControls
from stockpool_amazon_sim.listings.listings_operations import ListingsOperations
from stockpool_amazon_sim.notifications.notification_controls import NotificationControls
from stockpool_amazon_sim.notifications.notifications_operations import (
    MessageQueueOperations,
    NotificationsOperations,
)
from stockpool_amazon_sim.operations import Operations
from stockpool_amazon_sim.outbound.outbound_2026_operations import Outbound2026Operations
from stockpool_amazon_sim.reimbursements.reimbursement_controls import ReimbursementControls
from stockpool_amazon_sim.reports.reports_operations import ReportControls, ReportsOperations
from stockpool_amazon_sim.settings import AmazonSimSettings
from stockpool_amazon_sim.shop.orders_operations import AmazonOrdersOperations
from stockpool_amazon_sim.storage import SqliteStore


class Simulator(
    Operations,
    Outbound2026Operations,
    InboundOperations,
    InboundReading,
    InboundV0Reading,
    ListingsOperations,
    AmazonOrdersOperations,
    FeesOperations,
    FeedsOperations,
    ReportsOperations,
    NotificationsOperations,
    MessageQueueOperations,
    Controls,
    InboundControls,
    ListingControls,
    FeedControls,
    ReportControls,
    ReimbursementControls,
    NotificationControls,
):
    """One seller's account at a simulated Amazon. Safe to share between threads."""

    @classmethod
    def open(cls, path: Path | str, clock: Clock | None = None) -> Simulator:
        """Join a simulator that lives in a file, with the settings that are kept in it.

        Args:
            clock: the clock of those who use it already; None: the machine's.

        Raises:
            ConfigurationError: if there is no simulator in the file.
        """
        path = Path(path)
        if not path.is_file():
            raise ConfigurationError(f"{path}: there is no simulator's state")
        store = SqliteStore(path)
        with store.transaction():
            document = store.notes.get("settings")
        if document is None:
            store.close()
            raise ConfigurationError(f"{path}: this is no simulator's state")
        simulator = cls.__new__(cls)
        simulator._set_up(
            store, AmazonSimSettings.model_validate_json(document), clock or SystemClock()
        )
        return simulator
