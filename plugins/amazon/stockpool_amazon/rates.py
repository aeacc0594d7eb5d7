"""Amazon's rate limits, as published and as learned from its answers."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import replace

from stockpool.plugins.network import RateLimit

PUBLISHED: Mapping[str, RateLimit] = {
    "createFulfillmentOrder": RateLimit(2.0, 30),
    "updateFulfillmentOrder": RateLimit(2.0, 30),
    "cancelFulfillmentOrder": RateLimit(2.0, 30),
    "getFulfillmentOrder": RateLimit(2.0, 30),
    "listAllFulfillmentOrders": RateLimit(2.0, 30),
    "getFulfillmentPreview": RateLimit(2.0, 30),
    "getPackageTrackingDetails": RateLimit(2.0, 30),
    "createFulfillmentReturn": RateLimit(2.0, 30),
    "listReturnReasonCodes": RateLimit(2.0, 30),
    "createFeedDocument": RateLimit(0.5, 15),
    "createFeed": RateLimit(0.0083, 15),
    # What the engine calls it: each removal order is a feed.
    "createRemovalOrder": RateLimit(0.0083, 15),
    "getFeed": RateLimit(2.0, 15),
    "getFeeds": RateLimit(0.0222, 10),
    "getFeedDocument": RateLimit(0.0222, 10),
    "createReport": RateLimit(0.0167, 15),
    "getReport": RateLimit(2.0, 15),
    "getReportDocument": RateLimit(0.0167, 15),
    "getMyFeesEstimates": RateLimit(0.5, 1),
    "getInventorySummaries": RateLimit(2.0, 2),
    "getListingsItem": RateLimit(5.0, 10),
    "putListingsItem": RateLimit(5.0, 10),
    "patchListingsItem": RateLimit(5.0, 5),
    "deleteListingsItem": RateLimit(5.0, 5),
    "searchListingsItems": RateLimit(5.0, 5),
    "getListingsRestrictions": RateLimit(5.0, 10),
    "setPrepDetails": RateLimit(2.0, 30),
    "listPrepDetails": RateLimit(2.0, 30),
    "createInboundPlan": RateLimit(2.0, 2),
    "cancelInboundPlan": RateLimit(2.0, 2),
    "generatePackingOptions": RateLimit(2.0, 2),
    "confirmPackingOption": RateLimit(2.0, 2),
    "setPackingInformation": RateLimit(2.0, 2),
    "generatePlacementOptions": RateLimit(2.0, 2),
    "confirmPlacementOption": RateLimit(2.0, 2),
    "generateTransportationOptions": RateLimit(2.0, 2),
    "confirmTransportationOptions": RateLimit(2.0, 2),
    "generateDeliveryWindowOptions": RateLimit(2.0, 30),
    "confirmDeliveryWindowOptions": RateLimit(2.0, 30),
    "updateShipmentTrackingDetails": RateLimit(2.0, 2),
    "getInboundOperationStatus": RateLimit(2.0, 6),
    "listInboundPlans": RateLimit(2.0, 6),
    "getInboundPlan": RateLimit(2.0, 6),
    "listPackingOptions": RateLimit(2.0, 6),
    "listPackingGroupItems": RateLimit(2.0, 30),
    "listPlacementOptions": RateLimit(2.0, 6),
    "getShipment@2024-03-20": RateLimit(2.0, 6),
    "listShipmentItems": RateLimit(2.0, 30),
    "listShipmentBoxes": RateLimit(2.0, 30),
    "listTransportationOptions": RateLimit(2.0, 6),
    "listDeliveryWindowOptions": RateLimit(2.0, 30),
    "createMarketplaceItemLabels": RateLimit(2.0, 30),
    "getLabels": RateLimit(2.0, 30),
    "getShipmentItemsByShipmentId": RateLimit(2.0, 30),
    "getMarketplaceParticipations": RateLimit(0.016, 15),
    "getDestinations": RateLimit(1.0, 5),
    "createDestination": RateLimit(1.0, 5),
    "getSubscription": RateLimit(1.0, 5),
    "createSubscription": RateLimit(1.0, 5),
    "deleteSubscriptionById": RateLimit(1.0, 5),
}
"""The default usage plans (calls a second, calls at once); accounts may have others.

Both versions of the Fulfillment Outbound API have the same figures, and its operations of 2026
count here under their names of 2020 (`createOrder` is `createFulfillmentOrder`).
"""


class Rates:
    """The limits by operation. Safe to share between threads.

    Answers tell the rate, not the burst (`x-amzn-RateLimit-Limit`), and not always; so what is
    learned corrects the published rate and is forgotten with the process.
    """

    def __init__(self) -> None:
        self._limits = dict(PUBLISHED)
        self._lock = threading.Lock()

    def learn(self, operation: str, told: str | None) -> None:
        """Take the header of an answer; None and what is no positive number change nothing."""
        try:
            rate = float(told or "")
        except ValueError:
            return
        if not (math.isfinite(rate) and rate > 0):
            return
        with self._lock:
            self._limits[operation] = replace(self._limits[operation], rate=rate)

    def seconds_for_one(self, operation: str) -> float:
        """How long the limit needs to allow one more call."""
        with self._lock:
            return 1 / self._limits[operation].rate

    def table(self) -> Mapping[str, RateLimit]:
        """All limits as they are now."""
        with self._lock:
            return dict(self._limits)
