"""`stockpool inbound` against the simulated Amazon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
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


def test_a_plan_is_brought_to_its_labels(shop: Path, run: Any) -> None:
    """Each step is recorded by a command, and done by workers."""

    text = (shop / "stockpool.toml").read_text("utf-8").replace("100000.0", "3000.0")
    (shop / "stockpool.toml").write_text(text, "utf-8")

    def work(is_over: Callable[[Engine], bool]) -> None:
        with Engine.from_file("stockpool.toml") as engine:
            for _ in range(500):
                engine.work()
                if is_over(engine):
                    return
                engine.clock.sleep(0.02)

    def step(*words: str) -> None:
        told = run("inbound", *words, "--json")
        assert told.code == 0, told.stderr
        name = told.document["step_id"]
        work(lambda engine: engine.inbound.steps.get(name).state in ("done", "failed"))
        (last,) = run("inbound", "steps", plan, "--json").document["steps"][-1:]
        assert last["state"] == "done", last

    prepared = run("inbound", "prep", POOL, "MUG-1", "--set", "NONE", "--json")
    name = prepared.document["step_id"]
    work(lambda engine: engine.inbound.steps.get(name).state == "done")
    assert "NONE" in run("inbound", "prep", POOL, "MUG-1").stdout
    table = "MerchantSKU\tQuantity\tPrep owner\nMUG-1\t12\tNone\n"
    (shop / "plan.txt").write_text(PLAN.partition("MerchantSKU")[0] + table, "utf-8")
    asked = run("inbound", "plan", "plan.txt", "--pool", POOL, "--phone", "610", "--json").document
    plan = asked["plan_id"]
    work(lambda engine: engine.inbound.get(plan).state == "made")
    assert "Nothing is offered" in run("inbound", "placement", plan).stdout
    step("placement", plan, "--generate")
    assert "fewest" not in run("inbound", "placement", plan).stdout
    refused = run("inbound", "placement", plan, "--confirm", "fewest_shipments")
    assert (refused.code, "can't be undone" in refused.stderr) == (1, True)
    step("placement", plan, "--confirm", "fewest_shipments", "--yes")
    (shipment,) = run("inbound", "show", plan, "--json").document["shipments"]
    boxes = "MerchantSKU\tQuantity\tBox\tBox length (in)\tBox width (in)\tBox height (in)"
    boxes += "\tBox weight (lb)\nMUG-1\t12\tA\t12\t10\t8\t20\n"
    (shop / "boxes.txt").write_text(boxes, "utf-8")
    step("pack", plan, "boxes.txt", "--shipment", shipment["shipment_id"])
    with Engine.from_file("stockpool.toml") as engine:
        network = engine.networks["amazon-na"]
        ready = network.snapshot("US").at + timedelta(days=60)
    step("transport", plan, "--ready", ready.isoformat())
    assert "GROUND_SMALL_PARCEL" in run("inbound", "transport", plan).stdout
    step("transport", plan, "--confirm", "cheapest_partnered", "--yes")
    labels = ("inbound", "labels", plan, shipment["shipment_id"], "--out", "boxes.pdf")
    assert run(*labels).code == 0
    assert (shop / "boxes.pdf").read_bytes().startswith(b"%PDF")
    assert run("inbound", "item-labels", POOL, "MUG-1=12", "--out", "units.pdf").code == 0
    assert (shop / "units.pdf").read_bytes().startswith(b"%PDF")
    assert "confirmPlacementOption" in run("inbound", "steps", plan).stdout
    work(lambda engine: bool(engine.inbound.queue.list()))
    (queued,) = run("inbound", "queue", "--json").document["shipments"]
    name = queued["shipment_confirmation_id"]
    assert queued["expected"] == 12
    assert "MUG-1" in run("inbound", "received", name).stdout
    assert run("inbound", "acknowledge", name, "MUG-1", "0", "--json").code == 0


def test_a_file_is_planned_in_bulk_then_applied(shop: Path, run: Any) -> None:
    planned = run("inbound", "plan-file", "plan.txt", "--pool", POOL, "--phone", "6", "--json")
    assert planned.code == 0, planned.stderr
    assert planned.document["planned"] == {"add": 1}
    assert run("bulk", "apply", planned.document["plan_id"], "--json").code == 0
    assert len(run("inbound", "list", "--json").document["plans"]) == 1
