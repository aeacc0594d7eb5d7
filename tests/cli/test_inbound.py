"""`stockpool inbound` against the simulated Amazon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stockpool.engine import Engine

POOL = "amazon-na:US"
CONFIG = """
plugins = ["amazon_sim"]

[stockpool]
database = "sqlite:///shop.db"
synchronous = "NORMAL"

[networks.amazon-na]
type = "amazon_sim"
countries = ["US", "CA"]
state = "amazon.db"
stock = { US = { MUG-1 = 40 } }
speed = 100000.0
"""
PLAN = """PlanName\tMarch
ShipToCountry\tUS
AddressName\tA. Seller
AddressFieldOne\t9 Mill Rd
AddressCity\tReading
AddressCountryCode\tUS
AddressStateOrRegion\tPA
AddressPostalCode\t19601

MerchantSKU\tQuantity
MUG-1\t12
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any) -> Path:
    """A shop whose mugs are listed for FBA in the US."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "plan.txt").write_text(PLAN, "utf-8")
    run("catalog", "add", "MUG-1")
    assert run("inventory", "snapshot").code == 0
    return tmp_path


def test_a_plan_of_a_file_is_recorded_and_worked_off(shop: Path, run: Any) -> None:
    planned = run("inbound", "plan", "plan.txt", "--pool", POOL, "--phone", "610", "--json")
    assert planned.code == 0, planned.stderr
    assert planned.document["items"][0]["quantity"] == 12
    with Engine.from_file("stockpool.toml") as engine:
        engine.work(until_idle=True)
    (listed,) = run("inbound", "list", "--json").document["plans"]
    assert listed["state"] in ("started", "made", "failed")
    assert listed["inbound_plan_id"]
    shown = run("inbound", "show", listed["plan_id"], "--json")
    assert (shown.code, shown.document["shipments"]) == (0, [])
    assert "No shipments" in run("inbound", "show", listed["plan_id"]).stdout
    assert listed["plan_id"] in run("inbound", "list", "--pool", POOL).stdout


def test_a_file_for_another_country_is_refused(shop: Path, run: Any) -> None:
    refused = run("inbound", "plan", "plan.txt", "--pool", "amazon-na:CA", "--phone", "610")
    assert refused.code == 1
    assert "ShipToCountry" in refused.stderr
    assert run("inbound", "list", "--json").document["plans"] == []


def test_a_row_that_cannot_be_used_refuses_the_plan(shop: Path, run: Any) -> None:
    (shop / "plan.txt").write_text(PLAN + "MUG-2\tmany\n", "utf-8")
    refused = run("inbound", "plan", "plan.txt", "--pool", POOL, "--phone", "610")
    assert (refused.code, "Quantity" in refused.stderr) == (1, True)
