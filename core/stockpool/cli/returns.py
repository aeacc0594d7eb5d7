"""`stockpool returns`: what customers send back to the network."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from stockpool.cli.options import (
    DEFAULT_CONFIG,
    ChannelOption,
    ConfigOption,
    JsonOption,
    LimitOption,
    quantities,
)
from stockpool.cli.output import print_json, say, show_facts, show_table
from stockpool.cli.session import find_order, opened
from stockpool.returns.service import ReturnView

OrderArgument = Annotated[
    str, typer.Argument(metavar="ORDER", help="An order id, or with --channel its order number.")
]

app = typer.Typer(no_args_is_help=True, help="Returns: what customers send back to the network.")


@app.command()
def reasons(
    order: OrderArgument,
    language: Annotated[
        str | None, typer.Option("--language", help="Of the descriptions, like de.")
    ] = None,
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Ask the network what an order's SKUs can be sent back for.

    \b
    Example:
      stockpool returns reasons 1001 --channel web
    """
    with opened(config) as engine:
        found = engine.returns.reasons(
            find_order(engine, order, channel).order_id, language=language
        )
    if as_json:
        print_json({"reasons": {sku: [asdict(one) for one in all_] for sku, all_ in found.items()}})
        return
    show_table(
        ("sku", "reason", "description"),
        [(sku, one.code, one.description) for sku, all_ in found.items() for one in all_],
        empty="The network names no reason.",
    )


@app.command()
def request(
    order: OrderArgument,
    line: Annotated[
        list[str], typer.Option("--line", metavar="LINE=N", help="N items of a line; repeatable.")
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="CODE", help="See `stockpool returns reasons`.")
    ],
    key: Annotated[
        str, typer.Option("--key", help="Names this return: the same key again is the same.")
    ],
    comment: Annotated[str, typer.Option("--comment", help="The customer's words.")] = "",
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Have the network take items back. A worker asks; then the return has the customer's labels.

    \b
    Example:
      stockpool returns request 1001 --channel web --line 1=2 --reason CR-DEFECTIVE --key case-9
    """
    lines = quantities(line, "--line")
    with opened(config) as engine:
        order_id = find_order(engine, order, channel).order_id
        made = engine.returns.request(order_id, lines, reason, key=key, comment=comment)
    if as_json:
        print_json(_return(made))
    else:
        say(
            f"Return {made.return_id} is recorded; a worker will ask. See `stockpool returns show`."
        )


@app.command("list")
def list_(
    order: Annotated[str | None, typer.Option("--order", metavar="ORDER_ID")] = None,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List returns, the newest first.

    \b
    Example:
      stockpool returns list
    """
    with opened(config) as engine:
        found = engine.returns.list(order_id=order, limit=limit)
    if as_json:
        print_json({"returns": [_return(one) for one in found]})
        return
    show_table(
        ("return", "order", "state", "units", "received", "reason", "requested"),
        [
            (
                one.return_id,
                one.order_id,
                one.state,
                len(one.units),
                sum(unit.state == "received" for unit in one.units),
                one.reason_code,
                one.requested_at,
            )
            for one in found
        ],
        empty="There are no returns.",
    )


@app.command()
def show(
    return_id: Annotated[str, typer.Argument(metavar="RETURN")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show a return: each unit, its label for the customer, and what it was found to be.

    \b
    Example:
      stockpool returns show 0199A3K7M2Q4T8
    """
    with opened(config) as engine:
        found = engine.returns.get(return_id)
    if as_json:
        print_json(_return(found))
        return
    show_facts(
        [
            ("return", found.return_id),
            ("order", found.order_id),
            ("state", found.state),
            ("reason", found.reason_code),
            ("comment", found.comment),
        ]
    )
    show_table(
        ("unit", "line", "sku", "state", "found to be", "label", "send to"),
        [
            (
                unit.return_item_id,
                unit.line_id,
                unit.sku,
                unit.state,
                unit.received_condition or unit.problem or "",
                unit.rma_page_url or "",
                ", ".join(unit.return_to),
            )
            for unit in found.units
        ],
        empty="It has no units.",
    )


@app.command()
def due(
    limit: LimitOption = 100, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """List orders that left although they were to be cancelled, and should come back.

    \b
    Example:
      stockpool returns due
    """
    with opened(config) as engine:
        found = engine.returns.due(limit=limit)
    if as_json:
        print_json({"due": [asdict(one) for one in found]})
        return
    show_table(
        ("order", "fulfillment order", "cause", "units"),
        [
            (one.order_id, one.fulfillment_order_id, one.cause, sum(one.units.values()))
            for one in found
        ],
        empty="Nothing is due.",
    )


def _return(view: ReturnView) -> dict[str, Any]:
    return {"state": view.state, **asdict(view)}
