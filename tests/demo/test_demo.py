"""The demo, small: every file, every trouble, and the proofs at its end."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from stockpool.cli.app import build
from stockpool.engine import Engine
from stockpool_workers.demo.drawing import Drawing, Fate
from stockpool_workers.demo.order_files import write_orders


def _demo(*arguments: object) -> Any:
    return CliRunner().invoke(build(), ["demo", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "shop"


@pytest.fixture(scope="module")
def outcome(folder: Path) -> Any:
    """What a demo of 150 orders tells, as JSON."""
    result = _demo("--orders", 150, "--seed", 3, "--folder", folder, "--json")
    assert result.exit_code == 0, result.stdout
    return json.loads(result.stdout)


def test_the_books_are_right_and_amazon_agrees(outcome: Any) -> None:
    assert outcome["ok"] is True
    assert outcome["verify"]["ok"] is True
    assert outcome["audit"]["ok"] is True
    assert outcome["audit"]["findings"] == []
    assert outcome["audit"]["fulfillment_orders"] == outcome["fulfillment_orders"]


def test_each_order_is_accounted_for(outcome: Any) -> None:
    assert outcome["orders"] == 150
    assert outcome["orders_unaccounted_for"] == []
    assert outcome["orders_by_outcome"]["delivered"] > 100


def test_each_parcel_is_told_once(outcome: Any) -> None:
    assert outcome["parcels_told"] == sum(outcome["parcels"].values())
    assert outcome["parcels_told_twice"] == 0
    assert outcome["tracking_rows"] >= outcome["parcels_told"]
    assert outcome["availability_rows"] > 0


def test_troubles_come_with_example_and_remedy(outcome: Any) -> None:
    codes = {group["code"] for group in outcome["attention"]}
    assert codes
    assert "plugin_failure" not in codes
    assert "gave_up" not in codes
    assert "nothing_to_ship" not in codes
    for group in outcome["attention"]:
        assert group["example"]
        assert group["remedy"]


def test_repeats_change_nothing(outcome: Any, folder: Path) -> None:
    assert sum(file["repeats"] for file in outcome["files"]) > 30
    with Engine.from_file(folder / "stockpool.toml") as engine:
        orders = engine.orders.list(limit=1_000)
    names = [(order.channel, order.channel_order_id) for order in orders]
    assert len(names) == len(set(names)) <= 150


def test_the_folder_can_be_looked_at(outcome: Any, folder: Path) -> None:
    assert outcome["folder_kept"] is True
    config = str(folder / "stockpool.toml")
    verified = CliRunner().invoke(build(), ["verify", "--config", config, "--json"])
    assert verified.exit_code == 0
    assert not list(folder.glob("*/inbox/*.csv"))


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    result = _demo("--folder", tmp_path)
    assert result.exit_code == 1
    assert "not an empty folder" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_people_are_told_in_words(tmp_path: Path) -> None:
    result = _demo("--orders", 20, "--folder", tmp_path / "shop")
    assert result.exit_code == 0
    assert "Each of the 20 orders is accounted for" in result.stdout
    assert "Books:  right." in result.stdout
    assert "Amazon: agrees." in result.stdout


def test_the_same_shop_works_over_http(tmp_path: Path) -> None:
    result = _demo("--network", "amazon", "--orders", 60, "--folder", tmp_path / "shop", "--json")
    assert result.exit_code == 0, result.stdout
    outcome = json.loads(result.stdout)
    assert outcome["ok"] is True
    assert outcome["audit"]["findings"] == []
    assert outcome["orders_by_outcome"]["delivered"] > 40


def test_a_seed_draws_the_same_files(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_orders(tmp_path / name, count=200, seed=5)
    first, second = (
        {file.relative_to(root): file.read_bytes() for file in root.rglob("*.*")}
        for root in (tmp_path / "first", tmp_path / "second")
    )
    assert first == second
    assert len(first) == 9


def test_every_trouble_is_drawn() -> None:
    drawn = [
        order
        for channel in ("web", "shop", "market")
        for order in Drawing(random.Random(1)).orders(channel, 1_500, 1)
    ]
    assert {order.trouble for order in drawn} >= {"", "unknown_sku", "held", "unpaid"}
    assert {order.fate for order in drawn} == set(Fate)
    assert {order.buyer.country for order in drawn} >= {"US", "CA", "MX", "GB"}
