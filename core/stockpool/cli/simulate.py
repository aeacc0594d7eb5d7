"""`stockpool simulate`: the engine under a simulated clock, with faults, seed by seed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stockpool.cli.failures import ExitCode
from stockpool.cli.options import JsonOption
from stockpool.cli.output import print_json, progress, say, show_facts
from stockpool.errors import ConfigurationError

if TYPE_CHECKING:
    from stockpool.simulation.life import Life
    from stockpool.simulation.runs import Summary
    from stockpool.simulation.script import Script


def simulate(
    seeds: Annotated[int, typer.Option(min=1, help="how many lives to live")] = 100,
    first: Annotated[int, typer.Option(min=0, help="the first seed")] = 1,
    days: Annotated[float, typer.Option(min=0, help="days that pass in each life")] = 30,
    faults: Annotated[
        str, typer.Option(help="`all`, `none`, or some of: crash, pause, broker, calls, ...")
    ] = "all",
    jobs: Annotated[int, typer.Option(min=1, help="processes to use")] = 1,
    replay: Annotated[
        int | None, typer.Option(help="live this seed's life alone, and show its digest")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Live many lives of the whole engine, and prove its books in each.

    A seed fixes the clock, the order of all steps and every fault: processes that die between two
    commits, messages that are lost or repeated, calls that time out after their effect. After each
    step the books are proved; at the end they are held against what the network and the shop
    remember. A life that fails is shortened to the steps that matter. Needs the plugin
    `amazon_sim`, and no configuration.

    \b
    Examples:
      stockpool simulate --seeds 1000 --jobs 2
      stockpool simulate --replay 4711
    """
    from stockpool.simulation import runs

    chosen = _faults(faults)
    if replay is not None:
        life = runs.replay(replay, days=days, faults=chosen)
        if as_json:
            print_json(asdict(life))
        else:
            _show_life(life)
        _end(life.failure is None)
        return
    with progress("lives", seeds) as bar:
        summary = runs.simulate(
            range(first, first + seeds),
            days=days,
            faults=chosen,
            jobs=jobs,
            lived=lambda life: bar.advance(bar.task_ids[0]),
        )
    if as_json:
        print_json(_as_dict(summary))
    else:
        _show(summary)
    _end(not summary.failures)


def _faults(text: str) -> frozenset[str]:
    from stockpool.simulation.script import FAULTS

    if text == "all":
        return FAULTS
    wanted = frozenset(part.strip() for part in text.split(",")) - {"none", ""}
    unknown = sorted(wanted - FAULTS)
    if unknown:
        raise ConfigurationError(
            f"--faults: there is no {unknown[0]}; there are all, none, {', '.join(sorted(FAULTS))}"
        )
    return wanted


def _as_dict(summary: Summary) -> dict[str, Any]:
    return {
        "ok": not summary.failures,
        "lives": summary.lives,
        "steps": summary.steps,
        "days": round(summary.days, 1),
        "orders": summary.orders,
        "faults": dict(sorted(summary.faults.items())),
        "failures": [
            {
                "seed": life.seed,
                "script": [str(step) for step in script.steps],
                "failure": asdict(life.failure) if life.failure else None,
            }
            for life, script in summary.failures
        ],
    }


def _show(summary: Summary) -> None:
    show_facts(
        [
            ("lives", summary.lives),
            ("steps", summary.steps),
            ("days", round(summary.days)),
            ("orders", summary.orders),
            ("faults", sum(summary.faults.values())),
            *((f"  {kind}", count) for kind, count in sorted(summary.faults.items())),
            ("failed", len(summary.failures)),
        ]
    )
    for life, script in summary.failures:
        _show_failure(life, script)


def _show_failure(life: Life, script: Script) -> None:
    say(f"\nSeed {life.seed} fails; these steps of it are enough:")
    for number, step in enumerate(script.steps):
        say(f"  {number:3} {step}")
    assert life.failure is not None
    place = "at the end" if life.failure.step is None else f"after step {life.failure.step}"
    say(f"Seen {place}:")
    for line in (*life.failure.findings[:10], *life.failure.timeline):
        say(f"  {line}")
    say(f"Again: stockpool simulate --replay {life.seed}")


def _show_life(life: Life) -> None:
    show_facts(
        [
            ("seed", life.seed),
            ("steps", life.steps),
            ("days", round(life.days, 1)),
            ("orders", life.orders),
            ("faults", sum(life.faults.values())),
            ("digest", life.state),
        ]
    )
    if life.failure is not None:
        for line in (*life.failure.findings, *life.failure.timeline):
            say(line)


def _end(well: bool) -> None:
    if not well:
        raise typer.Exit(ExitCode.ATTENTION)
