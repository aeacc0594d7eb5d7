"""stockpool: a multichannel fulfillment engine on one honest pool of FBA stock."""

from __future__ import annotations

from stockpool.order_request import Address, OrderLine, OrderRequest

__all__ = ["Address", "OrderLine", "OrderRequest"]
