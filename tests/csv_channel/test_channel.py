"""The plugin as the engine sees it."""

from __future__ import annotations

import pluggy

import stockpool_csv_channel
from stockpool.plugins import hookspecs
from stockpool.plugins.channel import ChannelCapability, ShippingConstraints


def test_the_plugin_registers_one_kind_of_channel():
    manager = pluggy.PluginManager("stockpool")
    manager.add_hookspecs(hookspecs)
    manager.register(stockpool_csv_channel)
    manager.check_pending()
    ((kind,),) = manager.hook.stockpool_channel_types()
    assert kind.name == "csv_channel"


def test_it_declares_what_files_can_do(shop):
    assert shop.channel().capabilities == {
        ChannelCapability.ORDERS,
        ChannelCapability.AVAILABILITY,
        ChannelCapability.TRACKING,
        ChannelCapability.TRACKING_CHANGES,
        ChannelCapability.CANCELLATIONS,
        ChannelCapability.CANCELLATION_ANSWERS,
        ChannelCapability.REFUNDS,
        ChannelCapability.RETURNS,
        ChannelCapability.REPLACEMENTS,
    }


def test_constraints_come_from_the_settings(make_shop):
    assert make_shop().channel().constraints == ShippingConstraints()
    channel = make_shop(blank_box=True, block_amazon_carrier=True).channel()
    assert channel.constraints.features == ("BLANK_BOX", "BLOCK_AMZL")


def test_making_a_channel_touches_no_disk(shop):
    shop.channel()
    assert list(shop.root.iterdir()) == []
