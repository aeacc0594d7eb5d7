"""`stockpool returns` against the simulated Amazon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sample_orders import an_order
from stockpool.catalog.products import Product
from stockpool.engine import Engine

CONFIG = """
plugins = ["amazon_sim", "csv_channel"]

[stockpool]
database = "sqlite:///shop.db"
synchronous = "NORMAL"

[networks.amazon-na]
type = "amazon_sim"
countries = ["US"]
state = "amazon.db"
stock = { US = { MUG-1 = 40 } }
speed = 100000.0

[channels.web]
type = "csv_channel"
folder = "web"
"""


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop that has shipped order 1001."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    with Engine.from_file("stockpool.toml") as engine:
        engine.catalog.add(Product("MUG-1"))
        engine.catalog.list_on("web", channel_sku="mug", sku="MUG-1")
        engine.inventory.snapshot(["amazon-na:US"])
        engine.orders.submit(an_order(1001, ("mug", 2)))
        engine.work(until_idle=True)
    return tmp_path


def test_a_return_gets_its_labels_and_no_more_than_was_shipped(shipped: Path, run: Any) -> None:
    reasons = run("returns", "reasons", "1001", "--channel", "web", "--json").document["reasons"]
    code = reasons["MUG-1"][0]["code"]
    request = ("returns", "request", "1001", "--channel", "web", "--line", "1=2", "--reason", code)
    made = run(*request, "--key", "case-9", "--json")
    assert made.code == 0, made.stderr
    assert (made.document["state"], len(made.document["units"])) == ("asked", 2)
    with Engine.from_file("stockpool.toml") as engine:
        engine.work()
    return_id = made.document["return_id"]
    shown = run("returns", "show", return_id, "--json").document
    assert shown["state"] in ("open", "received")
    assert all(unit["rma_page_url"].startswith("https://") for unit in shown["units"])
    assert "Amazon Returns" in run("returns", "show", return_id).stdout
    (listed,) = run("returns", "list", "--json").document["returns"]
    assert listed["return_id"] == return_id
    assert run("returns", "due", "--json").document == {"due": []}
    refused = run(
        *("returns", "request", "1001", "--channel", "web", "--line", "1=9"),
        *("--reason", "CR-DEFECTIVE", "--key", "x"),
    )
    assert refused.code == 1
    assert "0 were shipped" in refused.stderr


def test_what_was_sent_is_sent_again_once(shipped: Path, run: Any) -> None:
    make = ("replacements", "make", "1001", "--channel", "web", "--reason", "broken")
    made = run(*make, "--line", "1=1", "--key", "case-9", "--cause", "return:X", "--json")
    assert made.code == 0, made.stderr
    assert made.document["channel_order_id"] == "1001-R1"
    assert run(*make, "--line", "1=1", "--key", "case-9", "--cause", "return:X").code == 0
    refused = run(*make, "--line", "1=2", "--key", "case-10")
    assert (refused.code, "1 were shipped" in refused.stderr) == (1, True)
    (listed,) = run("replacements", "list", "--json").document["replacements"]
    assert listed["replacement_id"] == made.document["replacement_id"]
    assert "1=1" in run("replacements", "list").stdout
    shown = run("orders", "show", "1001-R1", "--channel", "web", "--json").document
    assert shown["replaces"] == listed["order_id"]
