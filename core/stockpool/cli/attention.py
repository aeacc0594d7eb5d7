"""`stockpool attention`: what a person must see, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from stockpool.cli.failures import ExitCode
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import print_json, progress, say, show_facts, show_table, warn
from stockpool.cli.session import opened
from stockpool.engine import Engine
from stockpool.errors import StockpoolError
from stockpool.remedies.actions import WHAT, Action, suggested

app = typer.Typer(no_args_is_help=True, help="What a person must see, each with its remedy.")


class State(StrEnum):
    """States of an item."""

    OPEN = "open"
    RESOLVED = "resolved"
    DROPPED = "dropped"


ItemArguments = Annotated[
    list[str] | None, typer.Argument(metavar="[ITEM]...", help="Ids, as the list shows them.")
]
AllOption = Annotated[bool, typer.Option("--all", help="All open items (of --kind, if given).")]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", help="Only intake, order, effect, stock, network or channel."),
]


@app.command("list")
def list_(
    kind: KindOption = None,
    state: Annotated[State, typer.Option("--state", help="Only of this state.")] = State.OPEN,
    owner: Annotated[str | None, typer.Option("--owner", help="Only this person's.")] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only what should have been seen to by now.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 1_000,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 if there is anything to list.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List what needs a person: what it is about, what is wrong, and what to do.

    \b
    Examples:
      stockpool attention list --kind intake
      stockpool attention list --check --json
    """
    with opened(config) as engine:
        items = engine.attention.list(
            kind=kind, state=state, owner=owner, overdue=overdue, limit=limit
        )
        total = engine.attention.count()
    if as_json:
        print_json({"open": total, "items": [item.as_dict() for item in items]})
    else:
        show_table(
            ("item", "kind", "about", "what is wrong", "seen", "due (UTC)", "owner"),
            [(i.id, i.kind, i.subject, i.message, i.sightings, i.due_at, i.owner) for i in items],
            empty="Nothing needs attention." if state is State.OPEN else "No such items.",
        )
    if check and items:
        raise typer.Exit(ExitCode.ATTENTION)


@app.command()
def show(
    item: Annotated[str, typer.Argument(metavar="ITEM")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show an item: its causes, what to do, who sees to it, and what was done about it.

    \b
    Example:
      stockpool attention show 0199A3K7M2Q4T8
    """
    with opened(config) as engine:
        found = engine.attention.get(item)
        history = engine.attention.history(item)
    if as_json:
        told = [
            {"at": one.at, "kind": one.kind, "detail": one.detail, "by": one.by} for one in history
        ]
        actions = [{"action": one.value, "what": WHAT[one]} for one in suggested(found)]
        print_json({**found.as_dict(), "actions": actions, "history": told})
        return
    show_facts(
        [
            ("item", found.id),
            ("about", f"{found.kind} {found.subject}"),
            ("state", found.state),
            ("owner", found.owner),
            ("due (UTC)", found.due_at),
            ("first seen (UTC)", found.first_seen_at),
            ("last seen (UTC)", found.last_seen_at),
            ("times", found.sightings),
        ]
    )
    for problem in found.problems:
        say(str(problem))
    show_table(
        ("what can be done", "what it does"),
        [(f"stockpool attention do {item} {one.value}", WHAT[one]) for one in suggested(found)],
        empty="Nothing is to be done: it is closed.",
    )
    show_table(
        ("at (UTC)", "what", "", "by"),
        [(one.at, one.kind, one.detail, one.by) for one in history],
        empty="Nobody has done anything about it.",
    )


@app.command()
def assign(
    item: Annotated[str, typer.Argument(metavar="ITEM")],
    owner: Annotated[str, typer.Argument(metavar="OWNER", help="Who sees to it.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")] = "operator",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say who sees to an item.

    \b
    Example:
      stockpool attention assign 0199A3K7M2Q4T8 maria
    """
    with opened(config) as engine:
        found = engine.attention.assign(item, owner, by=by)
    if as_json:
        print_json(found.as_dict())
    else:
        say(f"{found.id} is {found.owner}'s.")


@app.command()
def do(
    item: Annotated[str, typer.Argument(metavar="ITEM")],
    action: Annotated[Action, typer.Argument(metavar="ACTION", help="As `show` lists them.")],
    by: Annotated[str, typer.Option("--by", help="Who does it, for the history.")] = "operator",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Do what an item suggests: replace or refund a lost parcel, release or cancel an order ...

    Done again, nothing is done twice. Exit code 1 if it can't be done.

    \b
    Example:
      stockpool attention do 0199A3K7M2Q4T8 replace --by maria
    """
    with opened(config) as engine:
        done = engine.carry_out(item, action, by=by)
    if as_json:
        print_json({"item": item, "action": action.value, "done": done})
    else:
        say(done)


@app.command()
def retry(
    items: ItemArguments = None,
    everything: AllOption = False,
    kind: KindOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Try again what items are about, after the cause was mended.

    Exit code 1 if one can't be tried again, or still fails.

    \b
    Examples:
      stockpool attention retry 0199A3K7M2Q4T8
      stockpool attention retry --all --kind intake
    """
    _each(items, everything, kind, config, as_json, lambda engine, item: engine.retry(item))


@app.command()
def drop(
    items: ItemArguments = None,
    everything: AllOption = False,
    kind: KindOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Close items: nothing more is done about them, and what they hold is let go.

    \b
    Example:
      stockpool attention drop 0199A3K7M2Q4T8
    """

    def let_go(engine: Engine, item: str) -> str:
        dropped = engine.drop(item)
        return f"{dropped.kind} {dropped.subject} is closed"

    _each(items, everything, kind, config, as_json, let_go)


def _each(
    items: list[str] | None,
    everything: bool,
    kind: str | None,
    config: Path,
    as_json: bool,
    act: Callable[[Engine, str], str],
) -> None:
    """Do it for every item; one that fails does not keep the others from it."""
    if bool(items) == everything:
        raise typer.BadParameter("give the ids of items, or --all", param_hint="ITEM")
    if kind is not None and not everything:
        raise typer.BadParameter("works together with --all only", param_hint="--kind")
    results: list[dict[str, Any]] = []
    with opened(config) as engine:
        wanted = items or [i.id for i in engine.attention.list(kind=kind, limit=1_000_000)]
        with progress("items", total=len(wanted)) as bar:
            for item in wanted:
                try:
                    results.append({"item": item, "ok": True, "result": act(engine, item)})
                except StockpoolError as error:
                    results.append({"item": item, "ok": False, "result": str(error)})
                bar.advance(bar.task_ids[0])
    if as_json:
        print_json({"results": results})
    else:
        for result in results:
            (say if result["ok"] else warn)(f"{result['item']}: {result['result']}")
        if not results:
            say("Nothing needs attention.")
    if not all(result["ok"] for result in results):
        raise typer.Exit(ExitCode.ATTENTION)
