"""`stockpool privacy`: what a merchant types when a buyer writes."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def sold(shop: Path, run: Any, order: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An order that was cancelled before anything left, and one that is still to be shipped."""
    monkeypatch.chdir(shop)
    assert run("catalog", "add", "MUG-1").code == 0
    assert run("catalog", "list-on", "web", "mug", "MUG-1").code == 0
    for number in ("1", "2"):
        document = order(number, hold="x")
        document["ship_to"]["email"] = "ann@example.com"
        (shop / f"{number}.json").write_text(json.dumps(document))
        assert run("orders", "submit", f"{number}.json").code == 0
    assert run("orders", "cancel", "1", "--channel", "web", "--reason", "x").code == 0
    return run


def test_a_buyers_data_is_found_exported_and_erased(sold: Any, tmp_path: Path) -> None:
    found = sold("privacy", "find", "--email", "ANN@example.com", "--json").document["found"]
    assert [(row["number"], row["needed"]) for row in found] == [("1", False), ("2", True)]
    out = tmp_path / "ann.json"
    assert sold("privacy", "export", "--email", "ann@example.com", "--out", out).code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert len(json.loads(out.read_text())["orders"]) == 2
    assert sold("privacy", "export", "--email", "ann@example.com", "--out", out).code == 2
    erased = sold("privacy", "erase", "--email", "ann@example.com", "--yes", "--json")
    assert erased.code == 1, "one order still needs its address"
    assert len(erased.document["orders"]) == len(erased.document["kept"]) == 1
    assert sold("orders", "cancel", "2", "--channel", "web", "--reason", "x").code == 0
    assert sold("privacy", "erase", "--email", "ann@example.com", "--yes").code == 0
    assert sold("privacy", "find", "--email", "ann@example.com", "--json").document == {"found": []}


def test_nothing_is_erased_without_a_yes(sold: Any) -> None:
    assert sold("privacy", "erase", "--email", "ann@example.com", stdin="n\n").code == 1
    found = sold("privacy", "find", "--email", "ann@example.com", "--json").document["found"]
    assert len(found) == 2


@pytest.mark.parametrize("named", [[], ["--order", "1"], ["--email", "ann"], ["--phone", "12"]])
def test_who_names_nobody_is_told(sold: Any, named: list[str]) -> None:
    assert sold("privacy", "find", *named).code != 0


def test_requests_are_listed(sold: Any) -> None:
    assert sold("privacy", "requests", "--json").document == {"requests": []}
    assert sold("privacy", "export", "--request", "d1").code == 1
