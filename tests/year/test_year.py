"""A year of a seller: plans, short receipts, claims, stranding, ageing; the books prove it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stockpool.cli.app import build
from stockpool_workers.year.running import live


def test_the_first_weeks_prove_themselves(tmp_path: Path) -> None:
    year = live(tmp_path, seed=4, days=32)
    assert year.ok, (year.findings, year.report.violations)
    units = year.units
    assert units["sent in"] == 130
    assert 100 < units["received"] <= 130
    assert units["shipped to our customers"] > 0
    assert year.counts["shipments"] >= 1


@pytest.mark.kill
@pytest.mark.timeout(600)
def test_a_whole_year_proves_itself(tmp_path: Path) -> None:
    """Every thing that a year brings has happened, and nothing is left unexplained."""
    told = CliRunner().invoke(
        build(), ["demo", "--scenario", "year", "--folder", str(tmp_path / "year"), "--json"]
    )
    assert told.exit_code == 0, told.output
    year = json.loads(told.stdout)
    units, counts = year["units"], year["counts"]
    assert year["ok"]
    assert min(counts["claims"], counts["removal orders"], counts["shipments"]) > 5
    assert units["missing, paid for"] > 0
    assert units["missing, found later"] > 0
    assert units["disposed of"] > 0
    assert units["sent back to the seller"] > 0, "nobody wanted the lamps"
    assert counts["Amazon's orders in the list"] > 100
