"""`stockpool plugins new` and `check`: a plugin is begun, installed, found, and put to the test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from stockpool.testing import ChannelConformance, NetworkConformance
from stockpool.testing.running import conformance_module


def stockpool(*arguments: str, site: Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process that finds what is installed in `site`."""
    program = "from stockpool.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": str(site), "STOCKPOOL_PLUGINS": "corner_shop"},
        cwd=site,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.fixture(scope="module")
def corner_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a new plugin installed in it, as pip installs a distribution."""
    folder = tmp_path_factory.mktemp("corner-shop")
    site = folder / "site"
    site.mkdir()
    written = stockpool("plugins", "new", "corner-shop", "--folder", "../written", site=site)
    assert written.returncode == 0, written.stderr
    install(folder / "written", site)
    return site


def install(distribution: Path, site: Path) -> None:
    """Build and install without the network; what it depends on is there."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, *offline, "--target", str(site), str(distribution)], check=True)


def test_a_new_plugin_is_found_where_it_is_installed(corner_shop: Path) -> None:
    listed = json.loads(stockpool("plugins", "list", "--json", site=corner_shop).stdout)
    assert [plugin["distribution"] for plugin in listed["plugins"]] == ["stockpool-corner-shop"]
    assert ("channel", "corner-shop") in {(kind["kind"], kind["name"]) for kind in listed["brings"]}


def test_a_new_plugin_keeps_its_contract(corner_shop: Path) -> None:
    checked = stockpool("plugins", "check", "corner_shop", "--json", site=corner_shop)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    report = json.loads(checked.stdout)
    assert report["ok"]
    assert report["failed"] == 0
    kept = {case["case"] for case in report["cases"] if case["outcome"] == "passed"}
    assert {"every order comes", "a push whose answer was lost can be repeated"} <= kept
    lacking = {case["why"] for case in report["cases"] if case["outcome"] == "lacks"}
    assert "the channel does not declare REFUNDS" in lacking


def test_a_broken_promise_is_shown_and_fails(corner_shop: Path) -> None:
    client = corner_shop / "stockpool_corner_shop" / "client.py"
    sound = client.read_text("utf-8")
    told_the_wrong_way = 'raise OutcomeUnknown(f"PUT {path}: {type(error).__name__}") from error'
    assert told_the_wrong_way in sound
    client.write_text(sound.replace(told_the_wrong_way, "raise"), "utf-8")
    try:
        checked = stockpool("plugins", "check", "corner_shop", site=corner_shop)
    finally:
        client.write_text(sound, "utf-8")
    assert checked.returncode == 1
    assert "a push whose answer was lost can be repeated" in checked.stdout
    assert "ReadTimeout" in checked.stdout
    assert "1 broken" in checked.stdout


def test_a_plugin_that_cannot_be_imported_is_named(corner_shop: Path) -> None:
    tests = corner_shop / "stockpool_corner_shop" / "conformance" / "__init__.py"
    sound = tests.read_text("utf-8")
    tests.write_text("import no_such_module\n", "utf-8")
    try:
        checked = stockpool("plugins", "check", "corner_shop", site=corner_shop)
    finally:
        tests.write_text(sound, "utf-8")
    assert checked.returncode == 1
    assert "plugin corner_shop" in checked.stderr
    assert "no_such_module" in checked.stderr
    assert "Traceback" not in checked.stderr


def test_without_tests_there_is_nothing_to_check(run: Any) -> None:
    answer = run("plugins", "check", "no-such-plugin")
    assert answer.code == 1
    assert "no-such-plugin" in answer.stderr
    assert "stockpool.conformance" in answer.stderr


@pytest.mark.parametrize("name", ["", "Corner", "1st", "corner_shop", "a--b", "../x", "x" * 41])
def test_a_name_that_cannot_be_a_package_is_refused(name: str, run: Any, tmp_path: Path) -> None:
    answer = run("plugins", "new", name, "--folder", tmp_path / "new")
    assert answer.code == 2
    assert "corner-shop" in answer.stderr, "an example of a good name"
    assert not (tmp_path / "new").exists()


def test_nothing_is_overwritten(run: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    answer = run("plugins", "new", "kiosk", "--folder", tmp_path)
    assert answer.code == 1
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("plugin", ["amazon_sim", "csv_channel"])
def test_bundled_plugins_bring_their_tests(plugin: str) -> None:
    """They are run among the tests of `tests/conformance`, from the module that is named here."""
    module = import_module(conformance_module(plugin))
    suites = [kind for kind in vars(module).values() if isinstance(kind, type)]
    assert any(issubclass(kind, ChannelConformance | NetworkConformance) for kind in suites)
