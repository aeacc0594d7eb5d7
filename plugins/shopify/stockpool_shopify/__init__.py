"""Shopify as a sales channel, by the Admin GraphQL API."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.plugins.channel import ChannelType
from stockpool.plugins.hookspecs import hookimpl
from stockpool_shopify.channel import SHOPIFY

__all__ = ["stockpool_channel_types"]


@hookimpl
def stockpool_channel_types() -> Sequence[ChannelType]:
    """The one kind of channel that this plugin brings."""
    return [SHOPIFY]
