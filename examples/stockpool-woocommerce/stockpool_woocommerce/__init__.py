"""WooCommerce as a sales channel of stockpool."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.plugins.channel import ChannelType
from stockpool.plugins.hookspecs import hookimpl
from stockpool_woocommerce.channel import WooCommerceChannel
from stockpool_woocommerce.settings import WooCommerceSettings


@hookimpl
def stockpool_channel_types() -> Sequence[ChannelType]:
    """What the engine asks every plugin for."""
    return [
        ChannelType(
            name="woocommerce",
            summary="Orders, products, stock, parcels and refunds of a WooCommerce shop",
            settings=WooCommerceSettings,
            make=WooCommerceChannel,
        )
    ]
