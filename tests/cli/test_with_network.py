"""The commands against a network: the simulated Amazon, found by its entry point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CONFIG = """
[stockpool]
database = "sqlite:///shop.db"
synchronous = "NORMAL"

[networks.amazon-na]
type = "amazon_sim"
countries = ["US", "CA"]
state = "amazon.db"
stock = { US = { MUG-1 = 40 }, CA = { MUG-1 = 5 } }

[channels.web]
type = "csv_channel"
folder = "web"
"""


@pytest.fixture
def stocked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any) -> Path:
    """A shop that sells mugs, of which Amazon has 40 in the US and 5 in Canada."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "web").mkdir()
    run("catalog", "add", "MUG-1")
    run("catalog", "list-on", "web", "mug", "MUG-1")
    assert run("inventory", "snapshot").code == 0
    return tmp_path


def test_the_first_configuration_works_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init").code == 0
    checked = run("channels", "check", "--json")
    assert (checked.code, checked.document["ok"]) == (0, True)
    assert {entry["kind"] for entry in checked.document["checked"]} == {"channel", "network"}
    listed = run("plugins", "list", "--json").document["plugins"]
    assert {"amazon_sim", "csv_channel"} <= {plugin["name"] for plugin in listed}


def test_levels_moves_and_ages(stocked: Path, run: Any) -> None:
    levels = run("inventory", "levels", "--json").document["levels"]
    assert [(level["pool"], level["fulfillable"]) for level in levels] == [
        ("amazon-na:CA", 5),
        ("amazon-na:US", 40),
    ]
    assert "amazon-na:US" in run("inventory", "levels", "--pool", "amazon-na:US").stdout
    moves = run("inventory", "moves", "--pool", "amazon-na:US", "--json").document["moves"]
    assert [(move["target"], move["quantity"]) for move in moves] == [("fulfillable", 40)]
    assert "fulfillable" in run("inventory", "moves", "--sku", "MUG-1").stdout
    ages = run("inventory", "ages", "amazon-na:US", "MUG-1", "--json").document["ages"]
    assert [layer["quantity"] for layer in ages] == [40]
    assert "40" in run("inventory", "ages", "amazon-na:US", "MUG-1").stdout


def test_a_receipt_is_posted_once(stocked: Path, run: Any) -> None:
    receive = ("inventory", "receive", "amazon-na:US", "MUG-1", "10", "--key", "first", "--json")
    assert run(*receive).document["fulfillable"] == 50
    assert run(*receive).document["fulfillable"] == 50
    other = run("inventory", "receive", "amazon-na:US", "MUG-1", "11", "--key", "first")
    assert other.code == 1
    unknown = run("inventory", "receive", "amazon-na:US", "CUP-1", "1", "--key", "x")
    assert unknown.code == 1
    assert "CUP-1" in unknown.stderr


def test_a_snapshot_shows_what_differed(stocked: Path, run: Any) -> None:
    run("inventory", "receive", "amazon-na:CA", "MUG-1", "3", "--key", "wishful")
    answer = run("inventory", "snapshot", "amazon-na:CA", "--json")
    assert answer.document["snapshots"][0]["adjusted"] == {"MUG-1": -3}
    assert "MUG-1" not in run("inventory", "snapshot", "amazon-na:CA").stdout


def test_a_preview_tells_what_routing_would_do_and_moves_nothing(
    stocked: Path, run: Any, order: Any, orders_file: Any
) -> None:
    file = orders_file(order("1", quantity=30), order("2", quantity=30))
    answer = run("orders", "preview", file, "--json")
    assert answer.code == 0
    first, second = (preview["plan"] for preview in answer.document["previews"])
    assert first["words"][0].startswith("amazon-na:US ships 30 of MUG-1 to US")
    # What the first would take is not there for the second.
    assert second["shortfalls"]
    levels = run("inventory", "levels", "--pool", "amazon-na:US", "--json").document["levels"]
    assert levels[0]["fulfillable"] == 40


def test_the_network_can_be_asked_what_it_would_charge(
    stocked: Path, run: Any, order: Any, orders_file: Any
) -> None:
    file = orders_file(order("1"))
    quote = run("orders", "preview", file, "--ask-network", "--json").document["previews"][0]
    (quote,) = quote["quotes"]
    assert (quote["pool"], quote["fulfillable"]) == ("amazon-na:US", True)
    assert "FBAPerUnitFulfillmentFee" in quote["fees"]
    told = run("orders", "preview", file, "--ask-network").stdout
    assert "FBAPerUnitFulfillmentFee" in told
    assert "arrives" in told


def test_a_preview_says_what_submitting_then_does(
    stocked: Path, run: Any, order: Any, orders_file: Any
) -> None:
    file = orders_file(order("1", quantity=4))
    plan = run("orders", "preview", file, "--json").document["previews"][0]["plan"]
    receipt = run("orders", "submit", file, "--json")
    assert receipt.code == 0
    assert receipt.document["receipts"][0]["status"] == "reserved"
    explained = run("orders", "explain", "1", "--channel", "web", "--json").document
    assert explained["decisions"] == [plan]
    again = run("orders", "preview", file, "--json").document["previews"][0]
    assert again["known_as"] == explained["order_id"]


def test_hold_release_and_cancel_move_stock(
    stocked: Path, run: Any, order: Any, orders_file: Any
) -> None:
    def free() -> int:
        found = run("inventory", "levels", "--pool", "amazon-na:US", "--json").document["levels"]
        return int(found[0]["fulfillable"])

    run("orders", "submit", orders_file(order("1", quantity=4)))
    assert free() == 36
    the_order = ("1", "--channel", "web")
    assert run("orders", "hold", *the_order, "--reason", "fraud?").code == 0
    assert free() == 40
    assert "reserved" in run("orders", "release", *the_order).stdout
    assert free() == 36
    assert "4 units cancelled" in run("orders", "cancel", *the_order, "--reason", "buyer").stdout
    assert free() == 40
    assert "withdrawn" in run("orders", "show", *the_order).stdout
    assert run("verify").code == 0


def test_removals_are_recorded_and_shown(stocked: Path, run: Any) -> None:
    create = ("removals", "create", "amazon-na:US", "--sellable", "MUG-1=3")
    refused = run(*create)
    assert refused.code == 1
    assert "address" in refused.stderr
    created = run(*create, "--disposition", "Disposal", "--json")
    assert created.code == 0
    removal_id = created.document["removal_order_id"]
    assert created.document["items"][0]["requested"] == 3
    assert run("removals", "list", "--json").document["removals"] == [created.document]
    assert run("removals", "show", removal_id, "--json").document == created.document
    assert removal_id in run("removals", "show", removal_id).stdout
    assert removal_id in run("removals", "list").stdout
    too_many = run(
        "removals", "create", "amazon-na:US", "--unsellable", "MUG-1=1", "--disposition", "Disposal"
    )
    assert too_many.code == 1


def test_a_return_goes_to_an_address(stocked: Path, run: Any, order: Any) -> None:
    address = stocked / "warehouse.json"
    address.write_text(json.dumps(order("1")["ship_to"]))
    created = run(
        "removals", "create", "amazon-na:US", "--sellable", "MUG-1=3", "--ship-to", address
    )
    assert created.code == 0
