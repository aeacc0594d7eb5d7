"""`stockpool replacements`: what is sent to a customer again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, cast

import typer

from stockpool.care.replacing import ReplacementView
from stockpool.cli.options import (
    DEFAULT_CONFIG,
    ChannelOption,
    ConfigOption,
    JsonOption,
    LimitOption,
    quantities,
)
from stockpool.cli.output import print_json, say, show_table
from stockpool.cli.session import find_order, opened
from stockpool.order_request import Speed

app = typer.Typer(no_args_is_help=True, help="Replacements: what is sent to a customer again.")


@app.command()
def make(
    order: Annotated[
        str, typer.Argument(metavar="ORDER", help="An order id, or with --channel its number.")
    ],
    line: Annotated[
        list[str], typer.Option("--line", metavar="LINE=N", help="What is sent again; repeatable.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why, in your words.")],
    key: Annotated[
        str, typer.Option("--key", help="Names it: the same key again sends nothing more.")
    ],
    cause: Annotated[
        str,
        typer.Option("--cause", help="What it is for: parcel:..., return:..., claim:..."),
    ] = "",
    speed: Annotated[
        str | None, typer.Option("--speed", help="standard, expedited or priority.")
    ] = None,
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Send items of an order again, to the same address and without a charge.

    Never more than was shipped or could not be. It is filled and followed like every order.

    \b
    Example:
      stockpool replacements make 1001 --channel web --line 1=1 --reason broken --key case-9
    """
    if speed not in (None, "standard", "expedited", "priority"):
        raise typer.BadParameter("standard, expedited or priority", param_hint="--speed")
    with opened(config) as engine:
        order_id = find_order(engine, order, channel).order_id
        made = engine.care.replacements.make(
            order_id,
            quantities(line, "--line"),
            reason=reason,
            key=key,
            cause=cause,
            speed=cast(Speed | None, speed),
        )
    if as_json:
        print_json(asdict(made))
    else:
        say(f"Order {made.channel_order_id} ({made.replacement_id}) replaces {order_id}.")


@app.command("list")
def list_(
    order: Annotated[
        str | None, typer.Option("--order", help="Only of this order (its id).")
    ] = None,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List replacements, the newest first.

    \b
    Example:
      stockpool replacements list --order 0199A3K7M2Q4T8
    """
    with opened(config) as engine:
        found = engine.care.replacements.list(order_id=order, limit=limit)
    if as_json:
        print_json({"replacements": [asdict(one) for one in found]})
        return
    show_table(
        ("requested (UTC)", "order", "replaced by", "lines", "reason", "cause", "key"),
        [_cells(one) for one in found],
        empty="Nothing was replaced.",
    )


def _cells(one: ReplacementView) -> tuple[Any, ...]:
    lines = [f"{line}={items}" for line, items in one.lines.items()]
    by = f"{one.channel_order_id} ({one.replacement_id or 'not taken in yet'})"
    return (one.requested_at, one.order_id, by, lines, one.reason, one.cause, one.key)
