"""Every command explains itself, with an example, and takes the options that all commands take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from stockpool.cli.app import build


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name, child in children.items():
        yield from _commands(child, (*path, name))


COMMANDS = dict(_commands(get_command(build())))
PROMISED = """
init
verify, simulate, serve
orders submit, orders list, orders show, orders explain, orders cancel, orders preview,
orders hold, orders release, orders refund, orders plan, orders plan-cancellations, orders apply
catalog add, catalog list, catalog listings, catalog import, catalog list-on,
catalog plan, catalog apply
inventory levels, inventory moves, inventory snapshot, inventory receive, inventory ages
refunds make, refunds list, refunds show, refunds made
removals create, removals list, removals show, removals plan, removals apply, removals parcels,
removals arrived
bulk list, bulk show, bulk apply, bulk report, bulk discard
attention list, attention retry, attention drop
channels list, channels check
plugins list, plugins new, plugins check
db upgrade, db revision
privacy find, privacy export, privacy erase, privacy requests
"""


def test_all_promised_commands_are_there() -> None:
    promised = {tuple(name.split()) for name in PROMISED.replace("\n", ",").split(",") if name}
    assert promised - {()} <= set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_has_an_example_of_the_command(path: tuple[str, ...], run: Any) -> None:
    answer = run(*path, "--help")
    assert answer.code == 0
    assert "Example" in answer.stdout
    assert f"stockpool {' '.join(path)}" in answer.stdout.split("Example")[1]


ENDLESS = {("worker",), ("scheduler",), ("serve",)}
"""These run until they are stopped, and have no result to print."""


@pytest.mark.parametrize("path", [path for path in COMMANDS if path not in ENDLESS], ids=" ".join)
def test_takes_json(path: tuple[str, ...]) -> None:
    options = {option for parameter in COMMANDS[path].params for option in parameter.opts}
    assert "--json" in options


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_an_unknown_option_is_wrong_use(path: tuple[str, ...], run: Any) -> None:
    answer = run(*path, "--no-such-option")
    assert answer.code == 2
    assert answer.stdout == ""
    assert "--no-such-option" in answer.stderr


def test_without_a_command_the_commands_are_listed(run: Any) -> None:
    answer = run("--help")
    assert answer.code == 0
    assert "orders" in answer.stdout


def test_version(run: Any) -> None:
    assert run("--version").stdout.startswith("stockpool 0.")
