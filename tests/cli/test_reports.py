"""`stockpool reports` against the simulated Amazon, whose columns drift."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stockpool.engine import Engine
from stockpool_amazon_sim import AmazonSimNetwork

POOL = "amazon-na:US"
STOCK = "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA"
CONFIG = """
plugins = ["amazon_sim"]

[stockpool]
database = "sqlite:///shop.db"
synchronous = "NORMAL"

[networks.amazon-na]
type = "amazon_sim"
countries = ["US", "CA"]
state = "amazon.db"
stock = { US = { MUG-1 = 40, CUP-1 = 3 } }
speed = 100000.0
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    return tmp_path


def made_now() -> None:
    """Workers ask for what is wanted, Amazon makes it, workers take it in."""
    with Engine.from_file("stockpool.toml") as engine:
        network = engine.networks["amazon-na"]
        assert isinstance(network, AmazonSimNetwork)
        engine.work()
        network.simulator.finish_reports()
        engine.work()


def drift(**how: Any) -> None:
    with Engine.from_file("stockpool.toml") as engine:
        network = engine.networks["amazon-na"]
        assert isinstance(network, AmazonSimNetwork)
        network.simulator.drift_report(STOCK, **how)
        network.simulator.stock("US", "MUG-1", 2)


def test_a_report_is_fetched_twice_and_compared(shop: Path, run: Any) -> None:
    asked = run("reports", "fetch", STOCK, "--pool", POOL, "--json")
    assert asked.code == 0, asked.stderr
    made_now()
    (wanted,) = run("reports", "requests", "--json").document["requests"]
    assert (wanted["request_id"], wanted["state"]) == (asked.document["request_id"], "imported")
    drift(added=["brand-new"], dropped=["asin"], reordered=True, capitals=True)
    run("reports", "fetch", STOCK, "--pool", POOL)
    made_now()
    newest, first = run("reports", "list", "--json").document["imports"]
    assert (first["added"], newest["added"], newest["changed"]) == (2, 0, 1)
    shown = run("reports", "show", newest["import_id"], "--json").document
    assert "asin" in shown["missing_columns"]
    assert shown["unknown_columns"] == ["BRAND-NEW"]
    (difference,) = shown["differences"]
    assert difference["key"] == {"sku": "MUG-1"}
    assert difference["before"]["afn-fulfillable-quantity"] == "40"
    assert difference["after"]["afn-fulfillable-quantity"] == "42"
    rows = run("reports", "rows", STOCK, "--pool", POOL, "--json").document["rows"]
    assert {row["sku"]: bool(row["asin"]) for row in rows} == {"MUG-1": True, "CUP-1": True}
    people = run("reports", "show", newest["import_id"])
    assert "sku=MUG-1" in people.stdout


def test_a_file_is_imported_and_its_bad_rows_are_named(shop: Path, run: Any) -> None:
    (shop / "stock.txt").write_text("sku\tasin\nMUG-1\tB01\n\tB02\n", "utf-8")
    done = run("reports", "import", STOCK, "stock.txt", "--pool", POOL)
    assert done.code == 1
    assert "stock.txt:3" in done.stdout
    again = run("reports", "import", STOCK, "stock.txt", "--pool", POOL, "--json")
    assert again.document["repeated"] is True


def test_a_file_that_is_no_such_report_is_refused(shop: Path, run: Any) -> None:
    (shop / "stock.txt").write_text("asin\tfnsku\nB01\tX1\n", "utf-8")
    refused = run("reports", "import", STOCK, "stock.txt", "--pool", POOL)
    assert refused.code == 1
    assert "sku" in refused.stderr
    unknown = run("reports", "import", "GET_MOON", "stock.txt", "--pool", POOL)
    assert unknown.code == 1
    assert run("reports", "fetch", STOCK, "--pool", POOL, "--option", "x").code == 2


def test_the_types_are_listed(run: Any) -> None:
    types = run("reports", "types", "--json").document["types"]
    assert {"report_type": STOCK, "key": ["sku"], "is_state": True} in types
