"""stockpool: a multichannel fulfillment engine on one honest pool of FBA stock."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
from stockpool.money import Money
from stockpool.order_request import Address, OrderLine, OrderRequest
from stockpool.problems import Problem

if TYPE_CHECKING:
    from stockpool.catalog.products import Listing, Product
    from stockpool.engine import Engine
    from stockpool.ledger.buckets import Account, Bucket
    from stockpool.orders.receipts import Receipt
    from stockpool.orders.status import OrderStatus

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

_ELSEWHERE = {
    "Account": "stockpool.ledger.buckets",
    "Bucket": "stockpool.ledger.buckets",
    "Engine": "stockpool.engine",
    "Listing": "stockpool.catalog.products",
    "OrderStatus": "stockpool.orders.status",
    "Product": "stockpool.catalog.products",
    "Receipt": "stockpool.orders.receipts",
}
"""What comes with the database is loaded when it is asked for: plugins and the simulated Amazon's
server use this package's errors and values only, and start in half the time."""


def __getattr__(name: str) -> Any:
    module = _ELSEWHERE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(module), name)
    return found
