"""stockpool: a multichannel fulfillment engine on one honest pool of FBA stock."""

from __future__ import annotations

from stockpool.catalog.products import Listing, Product
from stockpool.engine import Engine
from stockpool.errors import (
    ConfigurationError,
    ConflictError,
    InvariantViolation,
    NotFoundError,
    OutcomeUnknown,
    PluginError,
    PluginLoadError,
    RefusedError,
    RejectedError,
    StockpoolError,
    Throttled,
    TransientError,
)
from stockpool.ledger.buckets import Account, Bucket
from stockpool.money import Money
from stockpool.order_request import Address, OrderLine, OrderRequest
from stockpool.orders.receipts import Receipt
from stockpool.orders.status import OrderStatus
from stockpool.problems import Problem

__version__ = "0.1.0"

__all__ = [
    "Account",
    "Address",
    "Bucket",
    "ConfigurationError",
    "ConflictError",
    "Engine",
    "InvariantViolation",
    "Listing",
    "Money",
    "NotFoundError",
    "OrderLine",
    "OrderRequest",
    "OrderStatus",
    "OutcomeUnknown",
    "PluginError",
    "PluginLoadError",
    "Problem",
    "Product",
    "Receipt",
    "RefusedError",
    "RejectedError",
    "StockpoolError",
    "Throttled",
    "TransientError",
]
