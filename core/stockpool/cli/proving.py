"""`stockpool verify`: proves the books."""

from __future__ import annotations

import typer

from stockpool.cli.failures import ExitCode
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import print_json, say, show_table, warn
from stockpool.cli.session import opened


def verify(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Prove the books: check every invariant over the whole database.

    Names the first rows that break one, and exits with 1 if any does.

    \b
    Example:
      stockpool verify --json
    """
    with opened(config) as engine:
        report = engine.verify()
    if as_json:
        print_json(report.as_dict())
    else:
        broken = {violation.invariant for violation in report.violations}
        show_table(
            ("invariant", "rows checked", "holds"),
            [
                (name, count, "NO" if name in broken else "yes")
                for name, count in report.checked.items()
            ],
            empty="",
        )
        for violation in report.violations:
            warn(f"{violation.invariant}: {violation.row}: broken: {violation.promise}")
        say("The books are right." if report.ok else "The books are WRONG; stop the workers.")
    if not report.ok:
        raise typer.Exit(ExitCode.ATTENTION)
