"""A shop with a few units that many buyers want."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import racing
from stockpool.catalog.products import Product
from stockpool.engine import Engine


@pytest.fixture
def shop(database_url: str) -> Iterator[Engine]:
    """An engine on the machine's clock, with mugs, cups, and sets of one mug and two cups."""
    with racing.open_shop(database_url) as engine:
        engine.catalog.add(Product("MUG"), Product("CUP"))
        engine.catalog.list_many("web", racing.KITS)
        yield engine
