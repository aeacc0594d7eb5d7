"""`docs/simulator.md`: all that it shows is run, and all that there is stands in it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from stockpool.clock import SystemClock
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.countries import known_countries
from stockpool_amazon_sim.faults import FAULTS
from stockpool_amazon_sim.notifications.notification_types import NOTIFICATION_TYPES
from stockpool_amazon_sim.reports.reports import TYPES
from stockpool_amazon_sim.sp_api.application import APIS
from stockpool_amazon_sim.sp_api.controls import CONTROLS
from stockpool_amazon_sim.sp_api.server import SpApiServer

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "simulator.md").read_text("utf-8")
ADDRESS = "127.0.0.1:8970"
NODE_FOLDER = ROOT / "examples" / "simulator"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


PROGRAMS = [block for block in blocks("python") if "pytest" not in block]
TEST_FILES = {block.split()[1]: block for block in blocks("python") if "pytest" in block}


@pytest.fixture
def server() -> Iterator[SpApiServer]:
    simulator = Simulator(AmazonSimSettings(stock={"US": {"MUG": 10}}), SystemClock())
    with SpApiServer(simulator) as running:
        yield running
    simulator.close()


def at(server: SpApiServer, text: str) -> str:
    """A block, for this server's address."""
    return text.replace(ADDRESS, server.url.removeprefix("http://"))


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_programs_run(server: SpApiServer, program: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", at(server, program)], capture_output=True, text=True, timeout=60
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout == ("MUG 10\n" if "print" in program else "")


def test_the_test_shown_passes(tmp_path: Path) -> None:
    assert TEST_FILES.keys() == {"conftest.py", "test_shipping.py"}
    for name, text in TEST_FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "1 passed" in told.stdout, told.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_shell_commands_run(server: SpApiServer) -> None:
    (script,) = blocks("sh")
    told = subprocess.run(["sh", "-c", at(server, script)], capture_output=True, timeout=60)
    assert b'"fulfillableQuantity":10' in told.stdout
    shown = re.findall(r"^\$ (curl .*)\n(.*)$", "\n".join(blocks("console")), re.MULTILINE)
    assert len(shown) == 2
    for command, answer in shown:
        told = subprocess.run(
            shlex.split(at(server, command)), capture_output=True, text=True, timeout=60
        )
        assert told.stdout == answer


@pytest.mark.skipif(
    shutil.which("node") is None or not (NODE_FOLDER / "node_modules").is_dir(),
    reason="node or its packages are not there (npm install in examples/simulator)",
)
def test_the_javascript_runs(server: SpApiServer) -> None:
    (script,) = blocks("javascript")
    told = subprocess.run(
        ["node", "--input-type=module", "-e", at(server, script)],
        cwd=NODE_FOLDER,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.stdout == "MUG 10\n", told.stderr


@pytest.mark.parametrize("command", ["serve", "operations"])
def test_every_option_is_named(command: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "stockpool_amazon_sim.sp_api", command, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        env={"TERMINAL_WIDTH": "200", "NO_COLOR": "1"},
    )
    assert f"stockpool-amazon-sim {command}" in PAGE
    options = re.findall(r"--[a-z][a-z-]+", told.stdout)
    assert "--help" in options
    for option in options:
        assert f"`{option}`" in PAGE or option in ("--help", "--no-as-json")


def test_every_operation_that_is_listed_is_served_and_the_other_way_round() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "stockpool_amazon_sim.sp_api", "operations"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    served = [operation.name for operation in chain.from_iterable(APIS)]
    assert [line.split()[0] for line in told.stdout.splitlines()] == served
    table = PAGE.partition("## Operations\n")[2]
    assert sorted(re.findall(r"`(\w+)`", table)) == sorted(served)


@pytest.mark.parametrize("name", TYPES)
def test_every_type_of_report_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", [*CONTROLS, "now", "advance", "advance_to", *FAULTS])
def test_every_control_and_every_fault_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", NOTIFICATION_TYPES)
def test_every_type_of_notification_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_every_country_is_named() -> None:
    assert f": {', '.join(known_countries())} |" in PAGE
