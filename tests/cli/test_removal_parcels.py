"""`stockpool removals parcels` and `arrived`: what is sent back, and what of it has come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from removal_parcels_told import HEADER, US, parcel
from stockpool.engine import Engine
from stockpool.removals.parcels import REPORT_TYPE

CONFIG = """
plugins = ["amazon_sim"]

[stockpool]
database = "sqlite:///shop.db"
synchronous = "NORMAL"

[networks.amazon-na]
type = "amazon_sim"
countries = ["US"]
state = "amazon.db"
stock = { US = { MUG = 40 } }
"""


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any) -> Path:
    """The report of two parcels was imported."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    run("catalog", "add", "MUG")
    rows = "\n".join((HEADER, parcel("1Z1", "MUG", 4), parcel("1Z2", "MUG", 3), ""))
    (tmp_path / "parcels.txt").write_text(rows.replace("|", "\t"), "utf-8")
    assert run("reports", "import", REPORT_TYPE, "parcels.txt", "--pool", US).code == 0
    with Engine.from_file("stockpool.toml") as engine:
        engine.duties.take_foreign_removals()
    return tmp_path


def test_what_is_on_its_way_is_listed_and_its_arrival_noted(told: Path, run: Any) -> None:
    assert "not noted" in run("removals", "parcels").stdout
    (noted,) = run("removals", "arrived", "R1", "MUG=3", "--tracking", "1Z1", "--json").document[
        "parcels"
    ]
    assert (noted["units"], noted["arrived"]) == (4, 3)
    (left,) = run("removals", "parcels", "R1", "--not-noted", "--json").document["parcels"]
    assert left["tracking_number"] == "1Z2"
    assert run("removals", "arrived", "R1", "--nothing", "--tracking", "1Z2").code == 0
    assert run("removals", "parcels", "--not-noted", "--json").document == {"parcels": []}


def test_wrong_words_are_refused_with_what_to_do(told: Path, run: Any) -> None:
    both = run("removals", "arrived", "R1", "MUG=3", "--nothing")
    assert (both.code, "not both" in both.stderr) == (2, True)
    several = run("removals", "arrived", "R1", "MUG=3")
    assert (several.code, "name one of 1Z1, 1Z2" in several.stderr) == (1, True)
    unknown = run("removals", "arrived", "R2")
    assert (unknown.code, REPORT_TYPE in unknown.stderr) == (1, True)
