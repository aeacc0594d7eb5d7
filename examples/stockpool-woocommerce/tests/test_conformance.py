"""The channel keeps its contract."""

from __future__ import annotations

from stockpool_woocommerce.conformance import TestWooCommerce

__all__ = ["TestWooCommerce"]
