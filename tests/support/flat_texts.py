"""Tab-delimited files for tests: opened from text, and generated."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from stockpool.flatfiles.layout import Layout
from stockpool.flatfiles.reader import FlatFile, Limits, open_flat_file
from stockpool.order_request import Address


def opened(content: str | bytes, layout: Layout, **options: Any) -> FlatFile:
    """A file of that content, named `f.txt`. `|` stands for a tab in text."""
    data = content.replace("|", "\t").encode() if isinstance(content, str) else content
    return open_flat_file(io.BytesIO(data), layout, name="f.txt", **options)


def written(write: Callable[[io.BytesIO], object]) -> bytes:
    """The bytes that `write` puts into a file."""
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def small(**bounds: int) -> Limits:
    """Limits of which some are small."""
    return Limits(**bounds)


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), max_size=20
).map(str.strip)
"""Any text that can stand in a cell, quotes and formulas included."""

skus = texts.filter(bool)
counts = st.integers(0, 1_000_000)
prices = st.decimals(0, 10_000, places=2, allow_nan=False, allow_infinity=False).map(
    lambda value: Decimal(value)
)
addresses = st.builds(
    Address,
    name=skus,
    line1=skus,
    line2=texts.map(lambda text: text or None),
    city=skus,
    region=texts.map(lambda text: text or None),
    postal_code=texts.map(lambda text: text or None),
    country=st.sampled_from(["US", "DE", "CA"]),
)
