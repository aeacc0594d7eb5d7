"""The layouts of order files, and which of them a header row belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from stockpool_csv_channel.findings import FileRefused, Finding
from stockpool_csv_channel.layouts.layout import Columns, Layout, normal
from stockpool_csv_channel.layouts.mapped import mapped
from stockpool_csv_channel.layouts.mcf import MCF, is_cancellation
from stockpool_csv_channel.layouts.news import MCF_CANCELLATIONS, NEWS
from stockpool_csv_channel.layouts.plain import PLAIN
from stockpool_csv_channel.layouts.shopify import SHOPIFY
from stockpool_csv_channel.settings import CsvChannelSettings

_KNOWN = (MCF, SHOPIFY, PLAIN)


def candidates(settings: CsvChannelSettings) -> tuple[Layout, ...]:
    """The layouts that a file may have, by the settings."""
    if settings.layout == "mapping":
        layouts: tuple[Layout, ...] = (mapped(settings),)
    else:
        layouts = tuple(x for x in _KNOWN if settings.layout in ("auto", x.name))
    if settings.defaults.country is None:
        return layouts
    return tuple(
        replace(layout, required=tuple(name for name in layout.required if name != "country"))
        if layout.name != "mapping"
        else layout
        for layout in layouts
    )


def likeness(header: Sequence[str], layouts: Sequence[Layout]) -> int:
    """How many headers of the most similar layout are there."""
    found = {normal(cell) for cell in header}
    return max(len(found & _all_headers(layout)) for layout in layouts)


def choose(header: Sequence[str], layouts: Sequence[Layout], row: int) -> Columns:
    """The first layout whose required columns are all there, laid over the header row.

    Raises:
        FileRefused: if there is none, with the columns that the most similar one lacks.
    """
    found = {normal(cell) for cell in header}
    if is_cancellation(found) and not any(layout.name == "mapping" for layout in layouts):
        return _lay_over(MCF_CANCELLATIONS, header, row)
    for layout in (*NEWS, *layouts):
        if not _missing(layout, found):
            return _lay_over(layout, header, row)
    nearest = min(
        layouts,
        key=lambda layout: (
            len(_missing(layout, found)) - len(found & _all_headers(layout)),
            len(_missing(layout, found)),
        ),
    )
    missing = ", ".join(nearest.columns[name][0] for name in _missing(nearest, found))
    raise FileRefused(
        Finding(
            "missing_columns",
            f"for the layout {nearest.name} the file lacks: {missing}",
            'add the columns, or describe the file\'s own with layout = "mapping"',
            row,
        )
    )


def _all_headers(layout: Layout) -> set[str]:
    return {normal(header) for headers in layout.columns.values() for header in headers}


def _missing(layout: Layout, found: set[str]) -> list[str]:
    return [
        name
        for name in layout.required
        if not any(normal(header) in found for header in layout.columns[name])
    ]


def _lay_over(layout: Layout, header: Sequence[str], row: int) -> Columns:
    normalised = [normal(cell) for cell in header]
    times = Counter(normalised)
    places: dict[str, int] = {}
    for name, headers in layout.columns.items():
        present = [wanted for wanted in map(normal, headers) if wanted in times]
        if not present:
            continue
        if len(present) > 1 or times[present[0]] > 1:
            raise FileRefused(
                Finding(
                    "duplicate_column",
                    f"several columns hold the same: {layout.columns[name][0]}",
                    "keep one of them and rename or delete the others",
                    row,
                    layout.columns[name][0],
                )
            )
        places[name] = normalised.index(present[0])
    return Columns(
        layout=layout,
        order=tuple((n, at) for n, at in places.items() if not layout.is_of_line(n)),
        line=tuple((n, at) for n, at in places.items() if layout.is_of_line(n)),
        titles={name: header[at].strip() for name, at in places.items()},
        order_id=places[layout.grouped_by],
        width=len(header),
    )
