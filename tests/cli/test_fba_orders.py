"""`stockpool fba-orders` and `stockpool inventory view`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stockpool.engine import Engine

CONFIG = """
plugins = ["amazon_sim"]

[stockpool]
database = "sqlite:///shop.db"
synchronous = "NORMAL"

[networks.amazon-na]
type = "amazon_sim"
countries = ["US"]
state = "amazon.db"
stock = { US = { MUG-1 = 40 } }
"""
REPORT = (
    "amazon-order-id\tpurchase-date\torder-status\tfulfillment-channel\tsales-channel\tsku\tquantity\n"
    "111-1\t2026-01-02T10:00:00+00:00\tShipped\tAmazon\tAmazon.com\tMUG-1\t2\n"
    "=111\t2026-01-03T10:00:00+00:00\tShipped\tAmazon\tAmazon.com\tMUG-1\t1\n"
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "orders.txt").write_text(REPORT, "utf-8")
    run("catalog", "add", "MUG-1")
    run("inventory", "snapshot")
    name = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL"
    imported = run("reports", "import", name, "orders.txt", "--pool", "amazon-na:US")
    assert imported.code == 0, imported.stderr
    return tmp_path


def test_orders_are_listed_and_exported(shop: Path, run: Any) -> None:
    with Engine.from_file("stockpool.toml") as engine:
        assert engine.duties.take_sales() == 2
    found = run("fba-orders", "list", "--json").document["orders"]
    assert [order["order_id"] for order in found] == ["=111", "111-1"]
    assert "111-1" in run("fba-orders", "list", "--search", "111-1").stdout
    told = run("fba-orders", "export", "all.txt", "--until", "2026-02-01", "--json").document
    assert told == {"file": "all.txt", "orders": 2}
    lines = (shop / "all.txt").read_text("utf-8").splitlines()
    assert lines[1].split("\t")[2] == "'=111", "no spreadsheet calculates it"
    assert run("fba-orders", "list", "--since", "2026-02-01", "--until", "2026-01-01").code == 1


def test_the_stock_is_viewed(shop: Path, run: Any) -> None:
    (line,) = run("inventory", "view", "--json").document["stock"]
    assert (line["sku"], line["available"], line["condition"]) == ("MUG-1", 40, "NewItem")
    assert "NewItem" in run("inventory", "view", "--sku", "MUG-1").stdout
