"""`stockpool storage` and what removals cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

POOL = "amazon-na:US"
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
SIZES = "sku,length_cm,width_cm,height_cm,weight_g,storage_type\nMUG-1,12,10,10,400,\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "sizes.csv").write_text(SIZES, "utf-8")
    run("catalog", "add", "MUG-1")
    run("inventory", "snapshot")
    return tmp_path


def test_sizes_limits_and_what_they_lead_to(shop: Path, run: Any) -> None:
    (size,) = run("storage", "sizes", "sizes.csv", "--json").document["sizes"]
    assert (size["volume_cm3"], size["storage_type"]) == (1200, "standard-size")
    assert "MUG-1" in run("storage", "sizes").stdout
    assert run("storage", "limit", POOL, "standard-size", "2026-12", "9").code == 0
    assert run("storage", "limit", POOL, "standard-size", "december", "9").code == 2
    (use,) = run("storage", "capacity", POOL, "--json").document["capacity"]
    assert use["on_hand_cm3"] == 48_000
    assert "standard-size" in run("storage", "capacity", POOL).stdout
    told = run("storage", "forecast", POOL, "--months", "2", "--json").document
    assert [fee["sku"] for fee in told["monthly"]] == ["MUG-1", "MUG-1"]
    assert "MUG-1" in run("storage", "forecast", POOL).stdout
    days = run("storage", "utilisation", POOL, "--days", "2", "--json").document["utilisation"]
    assert days[-1]["cm3"] == 48_000
    assert run("storage", "utilisation", POOL).code == 0


def test_a_removal_s_fees_are_shown_first(shop: Path, run: Any) -> None:
    assert run("removals", "fees", POOL, "MUG-1=2", "--json").document["unknown"] == ["MUG-1"]
    run("storage", "sizes", "sizes.csv")
    quoted = run("removals", "fees", POOL, "MUG-1=2", "--json").document
    assert quoted["total"].endswith("USD")
    assert "In all" in run("removals", "fees", POOL, "MUG-1=2").stdout
    assert run("removals", "foreign", "--json").document == {"removals": []}


def test_a_size_that_is_none_is_refused_by_line(shop: Path, run: Any) -> None:
    (shop / "sizes.csv").write_text(SIZES + "MUG-1,0,1,1,1,\nMUG-1,1,1,1,1,huge\n", "utf-8")
    refused = run("storage", "sizes", "sizes.csv", "--json")
    assert refused.code == 1
    assert [(row["line"], row["field"]) for row in refused.document["refused"]] == [
        (3, "length_cm"),
        (4, "storage_type"),
    ]
