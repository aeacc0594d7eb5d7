"""Any other layout: the settings say which column holds what."""

from __future__ import annotations

from stockpool_csv_channel.layouts.layout import Layout
from stockpool_csv_channel.settings import CsvChannelSettings


def mapped(settings: CsvChannelSettings) -> Layout:
    """The layout that `columns` describes. All columns named there have to be in the file."""
    return Layout(
        name="mapping",
        columns={name: (header,) for name, header in settings.columns.items()},
        required=tuple(settings.columns),
    )
