"""Telling a year in words that a merchant understands."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from stockpool.cli.failures import ExitCode
from stockpool.cli.output import print_json, progress, say, show_table
from stockpool_workers.year.running import live

DAYS = 365


def live_and_tell(folder: Path, *, seed: int, as_json: bool) -> None:
    """Live a year in a folder, and tell it; exit code 1 if the books are wrong."""
    started = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    with progress("days", DAYS) as bar:
        year = live(folder, seed=seed, days=DAYS, told=lambda _day: bar.advance(bar.task_ids[0]))
    seconds = time.monotonic() - started
    if as_json:
        print_json({**year.as_dict(), "seed": seed, "seconds": round(seconds, 1)})
    else:
        say(f"A year of a seller with stock in Amazon's centers ({seconds:.0f} s, seed {seed}).")
        show_table(
            ("units", "how many"), list(year.units.items()), empty="Nothing.", title="The stock"
        )
        show_table(("what", "how many"), list(year.counts.items()), empty="Nothing.")
        show_table(
            ("waits for a person", "items"),
            sorted(year.attention.items()),
            empty="Nothing waits for a person.",
        )
        for finding in (*year.findings, *year.report.violations):
            say(f"WRONG: {finding}")
        checked = len(year.report.checked)
        if year.ok:
            say(f"verify: ok, {checked} invariants; Amazon's memory agrees unit by unit.")
    if not year.ok:
        raise typer.Exit(ExitCode.ATTENTION)
