"""`stockpool deadlines`, and the attention items that remind of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stockpool.engine import Engine

CONFIG = """
plugins = ["amazon_sim"]

[stockpool]
database = "sqlite:///shop.db"
synchronous = "NORMAL"

[networks.amazon-na]
type = "amazon_sim"
countries = ["US"]
state = "amazon.db"
"""


def test_what_closes_is_listed_and_seen_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    run("catalog", "add", "MUG-1")
    assert "Nothing closes" in run("deadlines").stdout
    words = ("claims", "open", "lost_parcel", "amazon-na:US", "MUG-1", "3", "--about", "order-1")
    assert run(*words, "--since", "2026-03-01").code == 0
    (deadline,) = run("deadlines", "--days", "9", "--json").document["deadlines"]
    assert deadline["kind"] == "claim"
    assert "order-1" in run("deadlines", "--kind", "claim").stdout
    with Engine.from_file("stockpool.toml") as engine:
        assert engine.duties.remind() == 1
    (item,) = run("attention", "list", "--json").document["items"]
    assert run("attention", "assign", item["id"], "maria", "--json").document["owner"] == "maria"
    assert "maria" in run("attention", "list", "--owner", "maria").stdout
    assert "assigned" in run("attention", "show", item["id"]).stdout
    (event,) = run("attention", "show", item["id"], "--json").document["history"]
    assert (event["kind"], event["detail"]) == ("assigned", "maria")
