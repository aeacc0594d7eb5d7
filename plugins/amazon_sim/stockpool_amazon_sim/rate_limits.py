"""Amazon's rate limits: a token bucket for each operation, on the simulator's clock.

A bucket holds `burst` tokens and is refilled at `rate` a second. Figures: the usage plans of the
Fulfillment Outbound API 2020-07-01 (2 a second, 30 at once) and the FBA Inventory API v1 (2 and
2). Removal orders have no API; they get the same figures as MCF orders.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from stockpool.errors import Throttled
from stockpool_amazon_sim.world import World

LIMITS: Mapping[str, tuple[float, int]] = {
    "createFulfillmentOrder": (2.0, 30),
    "updateFulfillmentOrder": (2.0, 30),
    "cancelFulfillmentOrder": (2.0, 30),
    "getFulfillmentOrder": (2.0, 30),
    "listAllFulfillmentOrders": (2.0, 30),
    "getFulfillmentPreview": (2.0, 30),
    "getPackageTrackingDetails": (2.0, 30),
    "listReturnReasonCodes": (2.0, 30),
    "createFulfillmentReturn": (2.0, 30),
    "getFeatures": (2.0, 30),
    "getFeatureSKU": (2.0, 30),
    "getFeatureInventory": (2.0, 30),
    "deliveryOffers": (5.0, 30),
    "submitFulfillmentOrderStatusUpdate": (2.0, 30),
    "createOrder@2026-07-04": (2.0, 30),
    "getOrder@2026-07-04": (2.0, 30),
    "listOrders@2026-07-04": (2.0, 30),
    "updateOrder@2026-07-04": (2.0, 30),
    "cancelOrder@2026-07-04": (2.0, 30),
    "updateOrderStatus@2026-07-04": (2.0, 30),
    "updatePackage@2026-07-04": (2.0, 30),
    "getOrderPreview@2026-07-04": (2.0, 30),
    "getOffers@2026-07-04": (5.0, 30),
    "getInventorySummaries": (2.0, 2),
    "createRemovalOrder": (2.0, 30),
    "cancelRemovalOrder": (2.0, 30),
    "getRemovalOrder": (2.0, 30),
    "listInboundPlans": (2.0, 6),
    "createInboundPlan": (2.0, 2),
    "getInboundPlan": (2.0, 6),
    "listInboundPlanBoxes": (2.0, 6),
    "cancelInboundPlan": (2.0, 2),
    "listInboundPlanItems": (2.0, 6),
    "updateInboundPlanName": (2.0, 30),
    "listPackingGroupBoxes": (2.0, 30),
    "listPackingGroupItems": (2.0, 30),
    "setPackingInformation": (2.0, 2),
    "listPackingOptions": (2.0, 6),
    "generatePackingOptions": (2.0, 2),
    "confirmPackingOption": (2.0, 2),
    "listInboundPlanPallets": (2.0, 6),
    "listPlacementOptions": (2.0, 6),
    "generatePlacementOptions": (2.0, 2),
    "confirmPlacementOption": (2.0, 2),
    "getShipment@2024-03-20": (2.0, 6),
    "listShipmentBoxes": (2.0, 30),
    "listShipmentContentUpdatePreviews": (2.0, 30),
    "generateShipmentContentUpdatePreviews": (2.0, 30),
    "getShipmentContentUpdatePreview": (2.0, 30),
    "confirmShipmentContentUpdatePreview": (2.0, 30),
    "getDeliveryChallanDocument": (2.0, 6),
    "listDeliveryWindowOptions": (2.0, 30),
    "generateDeliveryWindowOptions": (2.0, 30),
    "confirmDeliveryWindowOptions": (2.0, 30),
    "listShipmentItems": (2.0, 30),
    "updateShipmentName": (2.0, 30),
    "listShipmentPallets": (2.0, 30),
    "cancelSelfShipAppointment": (2.0, 30),
    "getSelfShipAppointmentSlots": (2.0, 30),
    "generateSelfShipAppointmentSlots": (2.0, 30),
    "scheduleSelfShipAppointment": (2.0, 30),
    "updateShipmentSourceAddress": (2.0, 30),
    "updateShipmentTrackingDetails": (2.0, 2),
    "listTransportationOptions": (2.0, 6),
    "generateTransportationOptions": (2.0, 2),
    "confirmTransportationOptions": (2.0, 2),
    "listItemComplianceDetails": (2.0, 6),
    "updateItemComplianceDetails": (2.0, 6),
    "createMarketplaceItemLabels": (2.0, 30),
    "listPrepDetails": (2.0, 30),
    "setPrepDetails": (2.0, 30),
    "getInboundOperationStatus": (2.0, 6),
    "getShipments": (2.0, 30),
    "getShipmentItems": (2.0, 30),
    "getShipmentItemsByShipmentId": (2.0, 30),
    "getLabels": (2.0, 30),
    "getBillOfLading": (2.0, 30),
    "getPrepInstructions": (2.0, 30),
    "getItemEligibilityPreview": (1.0, 1),
    "getListingsItem": (5.0, 10),
    "putListingsItem": (5.0, 10),
    "patchListingsItem": (5.0, 5),
    "deleteListingsItem": (5.0, 5),
    "searchListingsItems": (5.0, 5),
    "getListingsRestrictions": (5.0, 10),
    "getMyFeesEstimateForSKU": (1.0, 2),
    "getMyFeesEstimateForASIN": (1.0, 2),
    "getMyFeesEstimates": (0.5, 1),
    "getSubscriptions": (1.0, 5),
    "getSubscription": (1.0, 5),
    "createSubscription": (1.0, 5),
    "getSubscriptionById": (1.0, 5),
    "deleteSubscriptionById": (1.0, 5),
    "sendTestNotification": (1.0, 5),
    "getDestinations": (1.0, 5),
    "createDestination": (1.0, 5),
    "getDestination": (1.0, 5),
    "deleteDestination": (1.0, 5),
    "createReport": (0.0167, 15),
    "getReport": (2.0, 15),
    "cancelReport": (0.0222, 10),
    "getReports": (0.0222, 10),
    "getReportDocument": (0.0167, 15),
    "createReportSchedule": (0.0222, 10),
    "getReportSchedule": (0.0222, 10),
    "getReportSchedules": (0.0222, 10),
    "cancelReportSchedule": (0.0222, 10),
    "createFeedDocument": (0.5, 15),
    "getFeedDocument": (0.0222, 10),
    "createFeed": (0.0083, 15),
    "getFeed": (2.0, 15),
    "cancelFeed": (2.0, 15),
    "getFeeds": (0.0222, 10),
    "getOrders": (0.0167, 20),
    "getOrder@v0": (0.5, 30),
    "getOrderBuyerInfo": (0.5, 30),
    "getOrderAddress": (0.5, 30),
    "getOrderItems": (0.5, 30),
    "getOrderItemsBuyerInfo": (0.5, 30),
    "getOrderRegulatedInfo": (0.5, 30),
    "updateVerificationStatus": (0.5, 30),
    "updateShipmentStatus": (5.0, 15),
    "confirmShipment": (2.0, 10),
    "searchOrders@2026-01-01": (0.0056, 20),
    "getOrder@2026-01-01": (0.5, 30),
}
"""(tokens a second, size of the bucket) by operation. Where two APIs use a name, or might, the
version stands behind it: operations of the Fulfillment Outbound API 2026-07-04 do."""

_SECOND = 1_000_000


def take_token(world: World, operation: str) -> None:
    """Let a call pass, or refuse it.

    Raises:
        Throttled: if the bucket is empty; `retry_after` is in seconds of the engine's clock.
    """
    if not world.settings.rate_limits:
        return
    rate, burst = LIMITS[operation]
    key = f"bucket:{operation}"
    note = world.store.notes.get(key)
    tokens, at = json.loads(note) if note else (float(burst), world.now)
    tokens = min(float(burst), tokens + (world.now - at) / _SECOND * rate)
    if tokens < 1:
        wait = (1 - tokens) / rate / world.settings.speed
        raise Throttled(f"{operation}: QuotaExceeded", retry_after=wait)
    world.store.notes.put(key, json.dumps([tokens - 1, world.now]))
