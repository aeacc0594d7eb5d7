"""`stockpool parcels` against a simulated Amazon whose carriers lose every parcel."""

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
speed = 1000000.0

[networks.amazon-na.faults]
lost_parcels = 1.0

[channels.web]
type = "csv_channel"
folder = "web"
"""


@pytest.fixture
def lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop whose order 1001 was lost on its way."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    with Engine.from_file("stockpool.toml") as engine:
        engine.catalog.add(Product("MUG-1"))
        engine.catalog.list_on("web", channel_sku="mug", sku="MUG-1")
        engine.inventory.snapshot(["amazon-na:US"])
        engine.orders.submit(an_order(1001, ("mug", 1)))
        engine.work(until_idle=True)


@pytest.mark.usefixtures("lost")
def test_a_lost_parcel_is_listed_with_its_way(run: Any) -> None:
    (parcel,) = run("parcels", "troubled", "--trouble", "undeliverable", "--json").document[
        "parcels"
    ]
    assert (parcel["channel_order_id"], parcel["status"]) == ("1001", "UNDELIVERABLE")
    assert parcel["finding"]["trouble"] == "undeliverable"
    codes = [event["code"] for event in parcel["events"]]
    assert (codes[0], codes[-1]) == ("EVENT_101", "EVENT_409")
    assert "undeliverable" in run("parcels", "troubled").stdout
    assert run("parcels", "troubled", "--trouble", "late", "--json").document == {"parcels": []}
    shown = run("parcels", "timeline", "1001", "--channel", "web").stdout
    assert "Lost by carrier" in shown
    assert "estimated to arrive" in shown
    timeline = run("parcels", "timeline", "1001", "--channel", "web", "--json").document
    assert timeline == {"parcels": [parcel]}
