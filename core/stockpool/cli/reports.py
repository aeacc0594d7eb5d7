"""`stockpool reports`: what networks report, taken in, merged and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from stockpool.cli.bulk import EncodingOption
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, LimitOption
from stockpool.cli.output import print_json, say, show_facts, show_table
from stockpool.cli.session import opened
from stockpool.reports.report_types import TYPES
from stockpool.reports.service import ReportImport, RowDifference

TypeArgument = Annotated[
    str, typer.Argument(metavar="TYPE", help="Amazon's reportType; `stockpool reports types`.")
]
PoolOption = Annotated[str, typer.Option("--pool", metavar="POOL", help="Like amazon-na:US.")]
DayOption = datetime | None

app = typer.Typer(no_args_is_help=True, help="Reports of networks: fetched, merged, compared.")


@app.command("import")
def import_(
    report_type: TypeArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    pool: PoolOption,
    encoding: EncodingOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take in a report that was downloaded. The same file again changes nothing.

    Rows that can't be used are left out and named, with exit code 1; the others are taken in.

    \b
    Example:
      stockpool reports import GET_FBA_REIMBURSEMENTS_DATA reimbursements.txt --pool amazon-na:US
    """
    with opened(config) as engine:
        done = engine.reports.import_file(
            file, report_type, pool, encoding=None if encoding is None else str(encoding)
        )
    if as_json:
        print_json(_import(done))
    else:
        _show_import(done)
    if done.refused:
        raise typer.Exit(1)


@app.command()
def fetch(
    report_type: TypeArgument,
    pool: PoolOption,
    start: Annotated[
        DayOption, typer.Option("--from", metavar="TIME", help="UTC, like 2026-01-05.")
    ] = None,
    end: Annotated[DayOption, typer.Option("--to", metavar="TIME", help="UTC.")] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="A report option; repeatable."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Ask the network for a report. Workers fetch it and take it in when it is made.

    \b
    Examples:
      stockpool reports fetch GET_STRANDED_INVENTORY_UI_DATA --pool amazon-na:US
      stockpool reports fetch GET_LEDGER_DETAIL_VIEW_DATA --pool amazon-na:US --from 2026-01-01
    """
    with opened(config) as engine:
        request_id = engine.reports.request(
            report_type, pool, start=_utc(start), end=_utc(end), options=_options(option or [])
        )
    if as_json:
        print_json({"request_id": request_id})
    else:
        say(
            f"Report {request_id} is asked for; workers fetch it. See `stockpool reports requests`."
        )


@app.command()
def types(as_json: JsonOption = False) -> None:
    """List the reports that can be taken in, and what tells their rows apart.

    \b
    Example:
      stockpool reports types
    """
    if as_json:
        print_json(
            {
                "types": [
                    {"report_type": kind.name, "key": list(kind.key), "is_state": kind.is_state}
                    for kind in TYPES.values()
                ]
            }
        )
        return
    show_table(
        ("report", "tells of", "rows are told apart by"),
        [
            (kind.name, "what is now" if kind.is_state else "events", ", ".join(kind.key))
            for kind in TYPES.values()
        ],
        empty="No report can be taken in.",
    )


@app.command("list")
def list_(
    pool: Annotated[str | None, typer.Option("--pool", metavar="POOL")] = None,
    report_type: Annotated[str | None, typer.Option("--type", metavar="TYPE")] = None,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List imports, the newest first, with what each changed.

    \b
    Example:
      stockpool reports list --type GET_STRANDED_INVENTORY_UI_DATA
    """
    with opened(config) as engine:
        found = engine.reports.imports(report_type=report_type, pool=pool, limit=limit)
    if as_json:
        print_json({"imports": [_import(one) for one in found]})
        return
    show_table(
        ("import", "report", "pool", "at", "rows", "added", "changed", "gone", "refused"),
        [
            (
                one.import_id,
                one.report_type,
                one.pool,
                one.imported_at,
                one.rows,
                one.added,
                one.changed,
                one.gone,
                one.refused,
            )
            for one in found
        ],
        empty="Nothing was imported.",
    )


@app.command()
def requests(
    limit: LimitOption = 100, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """List reports that were asked for, the newest first.

    \b
    Example:
      stockpool reports requests
    """
    with opened(config) as engine:
        found = engine.reports.requests(limit=limit)
    if as_json:
        print_json({"requests": [asdict(one) for one in found]})
        return
    show_table(
        ("request", "report", "pool", "state", "import", "problem"),
        [
            (
                one.request_id,
                one.report_type,
                one.pool,
                one.state,
                one.import_id or "",
                one.problem or "",
            )
            for one in found
        ],
        empty="No report was asked for.",
    )


@app.command()
def show(
    import_id: Annotated[str, typer.Argument(metavar="IMPORT")],
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show an import, and how the report differs from the one before.

    \b
    Example:
      stockpool reports show 0199A3K7M2Q4T8
    """
    with opened(config) as engine:
        done = engine.reports.get_import(import_id)
        differences = engine.reports.differences(import_id, limit=limit)
    if as_json:
        print_json(_import(done) | {"differences": [asdict(one) for one in differences]})
        return
    _show_import(done)
    if differences:
        show_table(
            ("", "row", "before", "after"),
            [(one.kind, *_difference_cells(one)) for one in differences],
            empty="It changed nothing.",
        )
    elif done.added + done.changed + done.gone:
        say("What it changed is not kept any more.")


@app.command()
def rows(
    report_type: TypeArgument,
    pool: PoolOption,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what a report says now, all imports together.

    \b
    Example:
      stockpool reports rows GET_STRANDED_INVENTORY_UI_DATA --pool amazon-na:US
    """
    with opened(config) as engine:
        found = list(engine.reports.rows(report_type, pool, limit=limit))
    if as_json:
        print_json({"rows": found})
        return
    columns = list(dict.fromkeys(name for row in found for name in row))
    cells = [[row.get(name, "") for name in columns] for row in found]
    show_table(columns, cells, empty="The report says nothing.")


def _options(texts: list[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise typer.BadParameter(f"{text}: write NAME=VALUE", param_hint="--option")
        found[name] = value
    return found


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)


def _import(done: ReportImport) -> dict[str, Any]:
    return asdict(done)


def _show_import(done: ReportImport) -> None:
    show_facts(
        [
            ("import", done.import_id + (" (imported before)" if done.repeated else "")),
            ("report", done.report_type),
            ("pool", done.pool),
            ("from", done.source),
            ("rows", done.rows),
            ("added", done.added),
            ("changed", done.changed),
            ("gone", done.gone),
            ("refused", done.refused),
            ("unknown columns", ", ".join(done.unknown_columns) or "none"),
            ("missing columns", ", ".join(done.missing_columns) or "none"),
        ]
    )
    for problem in done.problems:
        say(f"{problem.source}: {problem}")


def _difference_cells(one: RowDifference) -> tuple[str, str, str]:
    def told(cells: Mapping[str, str]) -> str:
        return ", ".join(f"{name}={value}" for name, value in cells.items())

    if one.kind == "changed":
        return told(one.key), told(one.before), told(one.after)
    return told(one.key), "", ""
