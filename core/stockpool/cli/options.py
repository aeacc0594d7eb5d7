"""Options that all commands share, and how values like `SKU=3` are read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from stockpool.cli.failures import remember_json

DEFAULT_CONFIG = Path("stockpool.toml")

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config",
        envvar="STOCKPOOL_CONFIG",
        help="The configuration; paths in it are relative to its folder.",
    ),
]

JsonOption = Annotated[
    bool,
    typer.Option(
        "--json", callback=remember_json, help="Print exactly one JSON document on stdout."
    ),
]

ChannelOption = Annotated[
    str | None,
    typer.Option(
        "--channel", help="ORDER is the order number of this channel, not stockpool's order id."
    ),
]

LimitOption = Annotated[int, typer.Option("--limit", min=1, help="How many to show at most.")]


def quantities(texts: Iterable[str], option: str) -> dict[str, int]:
    """Read `NAME=NUMBER` pairs.

    Raises:
        typer.BadParameter: one is malformed, below 1, or named twice.
    """
    found: dict[str, int] = {}
    for text in texts:
        name, equals, number = text.rpartition("=")
        if not equals or not name or not number.isascii() or not number.isdigit():
            raise typer.BadParameter(
                f"{text!r} is not of the form NAME=NUMBER, like MUG-1=2", param_hint=option
            )
        if name in found:
            raise typer.BadParameter(f"{name} is given twice", param_hint=option)
        if int(number) < 1:
            raise typer.BadParameter(f"{text!r}: the number must be at least 1", param_hint=option)
        found[name] = int(number)
    return found
