"""`stockpool bulk`: plans made from files: seen, applied, reported. Other commands make them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stockpool.bulk.items import TO_APPLY
from stockpool.bulk.reports import write_items, write_report
from stockpool.bulk.storage import PlanView
from stockpool.cli.failures import ExitCode
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, LimitOption
from stockpool.cli.output import print_json, progress, say, show_facts, show_table, warn
from stockpool.cli.session import opened
from stockpool.engine import Engine
from stockpool.errors import NotFoundError

app = typer.Typer(no_args_is_help=True, help="Bulk plans made from files: show, apply, report.")

_SHOWN_AT_MOST = 20

PlanArgument = Annotated[str, typer.Argument(metavar="PLAN", help="A plan's id.")]
FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Tab-delimited, as Amazon's."),
]
EncodingOption = Annotated[
    str | None,
    typer.Option(
        "--encoding", help="utf-8, utf-16, cp1252 or shift_jis; found out if it is not given."
    ),
]
LaterOption = Annotated[
    bool, typer.Option("--later", help="Leave it to the workers instead of waiting for it.")
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file.")]
ENCODINGS = ("utf-8", "utf-16", "cp1252", "shift_jis")


def plan_file(
    config: Path,
    kind: str,
    file: Path,
    options: dict[str, str],
    encoding: str | None,
    as_json: bool,
) -> None:
    """Plan a file and show the plan; exit code 1 if rows are refused."""
    if encoding is not None and encoding not in ENCODINGS:
        raise typer.BadParameter(f"one of {', '.join(ENCODINGS)}", param_hint="--encoding")
    with opened(config) as engine, progress("records") as bar:
        view = engine.bulk.plan(
            kind,
            file,
            options=options,
            encoding=encoding,
            progress=lambda done: bar.advance(bar.task_ids[0], done),
        )
        bar.stop()
        _show(engine, view, as_json)
    if view.refused_rows:
        raise typer.Exit(ExitCode.ATTENTION)


def apply_plan(
    config: Path, plan_id: str, later: bool, as_json: bool, kinds: tuple[str, ...] = ()
) -> None:
    """Apply a plan (of these kinds, if any are given); exit code 1 if rows are refused."""
    with opened(config) as engine:
        before = engine.bulk.get(plan_id)
        if kinds and before.kind not in kinds:
            raise NotFoundError(f"bulk plan {plan_id} is of the kind {before.kind}")
        if later:
            view = engine.bulk.start(plan_id)
        else:
            total = before.outcomes.get("open", 0)
            with progress("items", total) as bar:
                view = engine.bulk.apply(
                    plan_id, progress=lambda done: bar.advance(bar.task_ids[0], done)
                )
        _show(engine, view, as_json)
    if view.state == "applied" and view.refused_rows:
        raise typer.Exit(ExitCode.ATTENTION)


def _show(engine: Engine, view: PlanView, as_json: bool) -> None:
    if as_json:
        print_json(view.as_dict())
        return
    show_facts(
        [
            ("plan", view.plan_id),
            ("kind", view.kind),
            ("options", [f"{name}={value}" for name, value in view.options.items() if value]),
            ("file", view.file_name),
            ("sha-256", view.file_sha256),
            ("state", view.state),
            ("planned (UTC)", view.planned_at),
            ("applied (UTC)", view.finished_at if view.state == "applied" else None),
            ("rows", f"{view.rows}, of which {view.refused_rows} are refused"),
            ("planned", [f"{name} {count}" for name, count in view.planned.items()]),
            ("outcomes", [f"{name} {count}" for name, count in view.outcomes.items()]),
            ("unknown columns", view.unknown_columns),
            ("ignored lines", view.ignored_lines),
        ]
    )
    shown = 0
    for item in engine.bulk.items(view.plan_id, troubled=True):
        for problem in item.problems:
            if shown == _SHOWN_AT_MOST:
                warn("... and more; `stockpool bulk show PLAN --out FILE` lists them all")
                return
            shown += 1
            warn(f"{problem.source or f'line {item.line}'}: {item.key}: {problem}")
    if view.state == "planned" and any(view.planned.get(action.value) for action in TO_APPLY):
        say(f"Nothing is done yet; `stockpool bulk apply {view.plan_id}` does it.")


@app.command("list")
def list_(
    limit: LimitOption = 100, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """List plans, the newest first.

    \b
    Example:
      stockpool bulk list
    """
    with opened(config) as engine:
        views = engine.bulk.list(limit=limit)
    if as_json:
        print_json({"plans": [view.as_dict() for view in views]})
        return
    show_table(
        ("plan", "kind", "file", "state", "rows", "refused", "planned (UTC)"),
        [
            (v.plan_id, v.kind, v.file_name, v.state, v.rows, v.refused_rows, v.planned_at)
            for v in views
        ],
        empty="No bulk plans.",
    )


@app.command()
def show(
    plan: PlanArgument,
    out: OutOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show a plan and its problems; with --out, write all of its items as a table.

    \b
    Examples:
      stockpool bulk show 0199A3K7M2Q4T8
      stockpool bulk show 0199A3K7M2Q4T8 --out items.txt
    """
    with opened(config) as engine:
        view = engine.bulk.get(plan)
        if out is not None:
            with out.open("wb") as file:
                write_items(engine.bulk, plan, file)
        _show(engine, view, as_json)


@app.command()
def apply(
    plan: PlanArgument,
    later: LaterOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Apply a plan as it was shown. One that was cut off goes on where it was left.

    A row whose part of the world has changed since planning is refused, with exit code 1.

    \b
    Example:
      stockpool bulk apply 0199A3K7M2Q4T8
    """
    apply_plan(config, plan, later, as_json)


@app.command()
def report(
    plan: PlanArgument,
    out: OutOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Print the processing report of an applied plan, in Amazon's form.

    \b
    Examples:
      stockpool bulk report 0199A3K7M2Q4T8
      stockpool bulk report 0199A3K7M2Q4T8 --out report.txt
    """
    with opened(config) as engine:
        if as_json:
            view = engine.bulk.get(plan)
            print_json(
                {
                    **view.as_dict(),
                    "problems": [
                        {"line": item.line, "key": item.key, **problem.as_dict()}
                        for item in engine.bulk.items(plan, troubled=True)
                        for problem in item.problems
                    ],
                }
            )
        if out is not None:
            with out.open("wb") as file:
                write_report(engine.bulk, plan, file)
        elif not as_json:
            write_report(engine.bulk, plan, typer.get_binary_stream("stdout"))


@app.command()
def discard(
    plan: PlanArgument, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Give up a plan that was not started, and delete what its file held.

    \b
    Example:
      stockpool bulk discard 0199A3K7M2Q4T8
    """
    with opened(config) as engine:
        view = engine.bulk.discard(plan)
    if as_json:
        print_json(view.as_dict())
    else:
        say(f"Bulk plan {plan} is discarded.")
