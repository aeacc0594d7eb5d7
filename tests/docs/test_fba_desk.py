"""The page of the FBA desk names commands, calls and tests that there are."""

from __future__ import annotations

import re
from functools import reduce
from pathlib import Path

import pytest
import typer

from stockpool.cli.app import build
from stockpool.engine import Engine

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "fba-desk.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+) \|(.*)\|$", PAGE, re.MULTILINE)


def named(pattern: str) -> list[str]:
    return sorted({name for _, row in ROWS for name in re.findall(pattern, row)})


def test_each_of_the_sixteen_points_has_its_row() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 17))
    for number, row in ROWS:
        for what in ("`stockpool ", "`engine.", "`tests/"):
            assert what in row, number


@pytest.mark.parametrize("path", named(r"`(tests/[^`]+)`"))
def test_its_tests_are_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_its_commands_are_there() -> None:
    root = typer.main.get_command(build())
    for words in named(r"`stockpool ([^`]+)`"):
        command = root
        for word in words.split():
            found = command.commands  # type: ignore[attr-defined]
            assert word in found, words
            command = found[word]


def test_its_calls_are_there(engine: Engine) -> None:
    for name in named(r"`engine\.([^`]+)`"):
        assert callable(reduce(getattr, name.split("."), engine)), name
