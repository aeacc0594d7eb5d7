"""The bundled channel for files: CSV, TSV and text tables in a watched folder."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.plugins.channel import ChannelType
from stockpool.plugins.hookspecs import hookimpl
from stockpool_csv_channel.channel import CSV_CHANNEL

__all__ = ["stockpool_channel_types"]


@hookimpl
def stockpool_channel_types() -> Sequence[ChannelType]:
    """The one kind of channel that this plugin brings."""
    return [CSV_CHANNEL]
