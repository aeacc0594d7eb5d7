"""`stockpool listings` and `stockpool stranded` against the simulated Amazon."""

from __future__ import annotations

import json
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


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any) -> Path:
    """A shop with 40 mugs at Amazon, where an hour passes in a moment."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    run("catalog", "add", "MUG-1")
    assert run("inventory", "snapshot").code == 0
    return tmp_path


def work() -> None:
    with Engine.from_file("stockpool.toml") as engine:
        engine.work(until_idle=True)


def test_a_listing_is_shown_as_amazon_has_it(shop: Path, run: Any) -> None:
    shown = run("listings", "show", POOL, "MUG-1", "--json")
    assert shown.code == 0
    assert shown.document["fulfillment_channel_code"] == "AMAZON_NA"
    assert "Nothing is wrong with it." in run("listings", "show", POOL, "MUG-1").stdout
    assert run("listings", "show", "amazon-na:CA", "MUG-1").code == 1


def test_a_change_is_recorded_and_worked_off(shop: Path, run: Any) -> None:
    arguments = ("--title", "Cup", "--price", "9.50", "--mcf-only", "--json")
    added = run("listings", "add", POOL, "CUP-1", *arguments)
    assert (added.code, added.document["change"]["state"]) == (0, "recorded")
    work()
    (change,) = run("listings", "changes", "--json").document["changes"]
    assert (change["sku"], change["problems"]) == ("CUP-1", [])
    assert change["state"] in ("accepted", "done")
    assert "CUP-1" in run("listings", "changes", "--sku", "CUP-1").stdout
    priced = run("listings", "edit", POOL, "MUG-1", "--price", "17.99")
    assert (priced.code, "is recorded" in priced.stdout) == (0, True)


def test_what_would_strand_stock_is_refused_with_the_way_out(shop: Path, run: Any) -> None:
    for command in (("convert", "--to", "merchant", "--quantity", "3"), ("delete",)):
        name, *options = command
        refused = run("listings", name, POOL, "MUG-1", *options)
        assert refused.code == 1
        assert "40 units of MUG-1" in refused.stderr
        assert "removals create" in refused.stderr
    assert run("listings", "changes", "--json").document["changes"] == []
    unchanged = run("listings", "convert", POOL, "MUG-1", "--to", "network")
    assert (unchanged.code, "so already" in unchanged.stdout) == (0, True)


def test_stranded_stock_is_shown_with_an_exit_code(shop: Path, run: Any) -> None:
    none = run("stranded", "--look", "--json")
    assert (none.code, none.document["stranded"]) == (0, [])
    with Engine.from_file("stockpool.toml") as engine:
        engine.networks["amazon-na"].simulator.close_listing("US", "MUG-1")  # type: ignore[attr-defined]
    found = run("stranded", "--look", "--json")
    assert found.code == 1
    (one,) = found.document["stranded"]
    assert (one["sku"], one["units"], one["reason"]) == ("MUG-1", 40, "closed")
    assert "stockpool listings" in one["fix"]
    assert "closed" in run("stranded", "--pool", POOL).stdout
    assert run("stranded", "--pool", "amazon-na:CA").code == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("[]", "an object of attributes"), ("{", "no JSON"), ('{"a": "b"}', "list of objects")],
)
def test_attributes_are_read_from_a_file(shop: Path, run: Any, text: str, complaint: str) -> None:
    (shop / "attributes.json").write_text(text, "utf-8")
    edited = run("listings", "edit", POOL, "MUG-1", "--attributes", "attributes.json")
    assert edited.code == 2
    assert complaint in " ".join(edited.stderr.split())
    good = {"brand": [{"value": "Potter"}]}
    (shop / "attributes.json").write_text(json.dumps(good), "utf-8")
    assert run("listings", "edit", POOL, "MUG-1", "--attributes", "attributes.json").code == 0


def test_a_price_is_one_of_the_country(shop: Path, run: Any) -> None:
    assert run("listings", "edit", POOL, "MUG-1", "--price", "1.234").code == 2
    assert run("listings", "edit", POOL, "MUG-1", "--price", "0").code == 1


def test_an_inventory_loader_file_is_planned_and_applied(shop: Path, run: Any) -> None:
    rows = ["sku\tprice\tquantity\tfulfillment-center-id", "MUG-1\t17.99\t\t"]
    (shop / "loader.txt").write_text("\n".join([*rows, "MUG-1X\t1.00\t\t"]) + "\n", "utf-8")
    planned = run("listings", "plan", "loader.txt", "--pool", POOL, "--json")
    assert planned.code == 1
    assert planned.document["planned"] == {"change": 1, "refused": 1}
    applied = run("listings", "apply", planned.document["plan_id"], "--json")
    assert applied.document["outcomes"] == {"applied": 1, "refused": 1}
    (change,) = run("listings", "changes", "--json").document["changes"]
    assert (change["sku"], change["state"]) == ("MUG-1", "recorded")
