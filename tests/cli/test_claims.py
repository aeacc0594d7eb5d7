"""`stockpool claims`, from the loss to the payment."""

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

[claims.closes_after_days]
lost_parcel = 45

[networks.amazon-na]
type = "amazon_sim"
countries = ["US"]
state = "amazon.db"
"""


@pytest.fixture
def claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any) -> dict[str, Any]:
    """Three lost mugs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    run("catalog", "add", "MUG-1")
    words = ("claims", "open", "lost_parcel", POOL, "MUG-1", "3", "--about", "order-1")
    opened = run(*words, "--since", "2026-03-01", "--json")
    assert opened.code == 0, opened.stderr
    document: dict[str, Any] = opened.document
    return document


def test_a_claim_is_listed_filed_paid_and_given_up(claim: dict[str, Any], run: Any) -> None:
    name = claim["claim_id"]
    assert (claim["units"]["owed"], claim["window_confirmed"]) == (3, True)
    assert claim["closes_at"].startswith("2026-04-15")
    assert run("claims", "value", name, "4.20", "USD", "--json").document["owed_value"] == (
        "12.60 USD"
    )
    assert run("claims", "file", name, "case-1", "--json").document["state"] == "filed"
    assert run("claims", "evidence", name, "invoice", "17.pdf").code == 0
    assert "denied" in run("claims", "deny", name, "no proof").stdout
    paid = run("claims", "pay", name, "2", "8.00", "USD", "--json").document
    assert (paid["units"]["paid"], paid["units"]["owed"]) == (2, 1)
    assert "order-1" in run("claims", "list").stdout
    assert run("claims", "write-off", name, "--reason", "over").code == 0
    assert run("claims", "list", "--json").document == {"claims": []}
    assert len(run("claims", "list", "--all", "--json").document["claims"]) == 1
    assert "17.pdf" in run("claims", "show", name).stdout
    kinds = [one["kind"] for one in run("claims", "show", name, "--json").document["events"]]
    assert kinds[0] == "counted"
    assert run("verify").code == 0


def test_what_is_wrong_is_said(claim: dict[str, Any], run: Any) -> None:
    assert run("claims", "pay", claim["claim_id"], "4", "1.00", "USD").code == 1
    assert run("claims", "pay", claim["claim_id"], "1", "1.005", "USD").code == 2
    assert run("claims", "show", "never").code == 1
    assert run("inbound", "received", "FBA0").code == 1
    assert "No shipments" in run("inbound", "queue").stdout
