"""`stockpool deadlines`: one calendar of everything that closes."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import print_json, show_table
from stockpool.cli.session import opened
from stockpool.deadlines.book import DeadlineKind


def deadlines(
    days: Annotated[
        int | None, typer.Option("--days", min=0, help="Only what closes within so many days.")
    ] = None,
    kind: Annotated[
        DeadlineKind | None, typer.Option("--kind", help="Only what closes of this kind.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List what closes, the next first, and what to do before: claims, stranded stock, refunds ...

    \b
    Example:
      stockpool deadlines --days 14
    """
    within = None if days is None else timedelta(days=days)
    with opened(config) as engine:
        found = engine.deadlines.list(within=within, kind=kind)
        now = engine.clock.now()
    if as_json:
        print_json(
            {
                "deadlines": [
                    {
                        "kind": one.kind.value,
                        "subject": one.subject,
                        "closes_at": one.closes_at,
                        "message": one.message,
                        "fix": one.fix,
                    }
                    for one in found
                ]
            }
        )
        return
    show_table(
        ("closes (UTC)", "days left", "kind", "what", "do"),
        [
            (one.closes_at, (one.closes_at - now).days, one.kind.value, one.message, one.fix)
            for one in found
        ],
        empty="Nothing closes.",
    )
