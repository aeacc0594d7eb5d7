"""The example of a whole channel is a distribution like a stranger's: built, installed, checked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "stockpool-woocommerce"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing in it but the example, as pip installs it from its wheel."""
    folder = tmp_path_factory.mktemp("woocommerce")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, *offline, "--target", str(folder), str(EXAMPLE)], check=True)
    return folder


def run(site: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "PYTHONPATH": str(site), "STOCKPOOL_PLUGINS": "woocommerce"},
        cwd=site,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


STOCKPOOL = ("-c", "from stockpool.cli import main; main()")


def test_it_is_found_where_it_is_installed(site: Path) -> None:
    listed = json.loads(run(site, *STOCKPOOL, "plugins", "list", "--json").stdout)
    assert [plugin["distribution"] for plugin in listed["plugins"]] == ["stockpool-woocommerce"]
    assert ("channel", "woocommerce") in {(one["kind"], one["name"]) for one in listed["brings"]}


def test_it_keeps_the_contract(site: Path) -> None:
    checked = run(site, *STOCKPOOL, "plugins", "check", "woocommerce", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    report = json.loads(checked.stdout)
    assert (report["ok"], report["failed"]) == (True, 0)
    lacking = {case["why"] for case in report["cases"] if case["outcome"] == "lacks"}
    assert lacking == {
        "the channel does not declare CANCELLATIONS",
        "the channel does not declare CANCELLATION_ANSWERS",
        "the channel does not declare RETURNS",
        "the channel does not declare TRACKING_CHANGES",
        "the world cannot have a buyer ask the shop to cancel (WorldAbility.ASK_TO_CANCEL)",
        "the world cannot have a buyer ask the shop for a return (WorldAbility.ASK_FOR_RETURN)",
    }


def test_its_own_tests_pass(site: Path) -> None:
    own = str(EXAMPLE / "tests")
    tested = run(site, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", own)
    assert tested.returncode == 0, tested.stdout + tested.stderr
