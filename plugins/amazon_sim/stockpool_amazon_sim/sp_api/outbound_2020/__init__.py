"""Fulfillment Outbound API 2020-07-01: all its operations."""

from __future__ import annotations

from stockpool_amazon_sim.sp_api.messages import Operation
from stockpool_amazon_sim.sp_api.outbound_2020 import features, offers, orders, returns, tracking

_BASE = "/fba/outbound/2020-07-01"
_ORDERS = f"{_BASE}/fulfillmentOrders"
_ORDER = f"{_ORDERS}/{{sellerFulfillmentOrderId}}"
_FEATURE = f"{_BASE}/features/inventory/{{featureName}}"

OPERATIONS = (
    Operation("createFulfillmentOrder", "POST", _ORDERS, orders.create, 2.0),
    Operation("listAllFulfillmentOrders", "GET", _ORDERS, orders.list_all, 2.0),
    Operation("getFulfillmentOrder", "GET", _ORDER, orders.get, 2.0),
    Operation("updateFulfillmentOrder", "PUT", _ORDER, orders.update, 2.0),
    Operation("cancelFulfillmentOrder", "PUT", f"{_ORDER}/cancel", orders.cancel, 2.0),
    Operation(
        "submitFulfillmentOrderStatusUpdate", "PUT", f"{_ORDER}/status", orders.submit_status, 2.0
    ),
    Operation("getFulfillmentPreview", "POST", f"{_ORDERS}/preview", offers.preview, 2.0),
    Operation("deliveryOffers", "POST", f"{_BASE}/deliveryOffers", offers.delivery_offers, 5.0),
    Operation("createFulfillmentReturn", "PUT", f"{_ORDER}/return", returns.create, 2.0),
    Operation(
        "listReturnReasonCodes", "GET", f"{_BASE}/returnReasonCodes", returns.reason_codes, 2.0
    ),
    Operation("getPackageTrackingDetails", "GET", f"{_BASE}/tracking", tracking.details, 2.0),
    Operation("getFeatures", "GET", f"{_BASE}/features", features.get_features, 2.0),
    Operation("getFeatureInventory", "GET", _FEATURE, features.get_inventory, 2.0),
    Operation("getFeatureSKU", "GET", f"{_FEATURE}/{{sellerSku}}", features.get_sku, 2.0),
)
