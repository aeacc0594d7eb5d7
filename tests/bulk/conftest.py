"""A shop with stock, and files to be planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fake_network import FakeNetwork
from stockpool import crashpoints
from stockpool.catalog.products import Product
from stockpool.engine import Engine
from stockpool.ledger.buckets import Bucket

US = "amazon-na:US"


@pytest.fixture
def shop(engine: Engine, network: FakeNetwork) -> Engine:
    """100 mugs (10 more defective) and 20 cups, listed on `web` under their SKUs."""
    engine.catalog.add(Product("MUG"), Product("CUP"), Product("MUG-2", shares_pool_with="MUG"))
    for sku, count in (("MUG", 100), ("CUP", 20)):
        engine.catalog.list_on("web", channel_sku=sku, sku=sku)
        engine.inventory.receive(US, sku, count, key="r")
        network.put("US", sku, count)
    engine.inventory.receive(US, "MUG", 10, key="d", bucket=Bucket.DEFECTIVE)
    return engine


@pytest.fixture
def a_file(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file; `|` stands for a tab."""

    def write(text: str) -> Path:
        path = tmp_path / "bulk.txt"
        path.write_text(text.replace("|", "\t"), "utf-8")
        return path

    return write


@pytest.fixture(autouse=True)
def _nobody_listens_afterwards() -> Iterator[None]:
    yield
    crashpoints.listen(None)
