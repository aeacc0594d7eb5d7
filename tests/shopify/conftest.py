"""A shop, and channels that are connected to it."""

from __future__ import annotations

from shopify_world import shop

__all__ = ["shop"]
