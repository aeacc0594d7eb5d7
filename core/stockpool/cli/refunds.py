"""`stockpool refunds`: giving money back, and seeing what was given back."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from stockpool.care.due import DueState
from stockpool.care.refund_records import RefundState
from stockpool.care.refund_views import RefundView
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
from stockpool.money import to_minor

app = typer.Typer(no_args_is_help=True, help="Refunds: make, list, show.")

OrderArgument = Annotated[
    str, typer.Argument(metavar="ORDER", help="An order id, or with --channel its order number.")
]
RefundArgument = Annotated[str, typer.Argument(metavar="REFUND", help="A refund's id.")]

ALL = "all"


class State(StrEnum):
    """`RefundState`, as an option."""

    RECORDED = RefundState.RECORDED.value
    PUSHED = RefundState.PUSHED.value
    REFUSED = RefundState.REFUSED.value
    WITHDRAWN = RefundState.WITHDRAWN.value
    MADE = RefundState.MADE.value


class DueChoice(StrEnum):
    """`DueState`, as an option."""

    DUE = DueState.DUE.value
    MADE = DueState.MADE.value
    BY_HAND = DueState.BY_HAND.value
    NOTHING_LEFT = DueState.NOTHING_LEFT.value
    NO_PRICES = DueState.NO_PRICES.value


@app.command()
def make(
    order: OrderArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; the channel is told.")],
    key: Annotated[
        str, typer.Option("--key", help="Names this refund: the same key again refunds nothing.")
    ],
    line: Annotated[
        list[str] | None,
        typer.Option("--line", metavar="LINE=N", help="N items of a line; repeatable."),
    ] = None,
    amount: Annotated[
        str | None, typer.Option("--amount", metavar="9.50", help="A sum, whatever it is for.")
    ] = None,
    shipping: Annotated[
        str | None, typer.Option("--shipping", metavar="4.00|all", help="Of the shipping.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", help="Of --amount and --shipping, like USD.")
    ] = None,
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Give money back; the channel pays it out. Never more than was paid.

    Items give back what was paid for them with their tax, unless an amount is given.

    \b
    Examples:
      stockpool refunds make 1001 --channel web --line 1=2 --shipping all --reason late --key c-77
      stockpool refunds make 1001 --channel web --amount 9.50 --currency USD --reason x --key c-78
    """
    some_shipping = None if shipping in (None, ALL) else shipping
    if (amount or some_shipping) and not currency:
        raise typer.BadParameter("an amount needs its currency", param_hint="--currency")
    for option, value in (("--amount", amount), ("--shipping", some_shipping)):
        if value is not None and currency is not None:
            try:
                to_minor(value, currency)
            except ValueError as error:
                raise typer.BadParameter(str(error), param_hint=option) from None
    if amount and shipping:
        raise typer.BadParameter("it is part of --amount already", param_hint="--shipping")
    lines = quantities(line or (), "--line")
    if not (lines or amount or shipping):
        raise typer.BadParameter("give --line, --amount or --shipping", param_hint="--line")
    with opened(config) as engine:
        refund = engine.care.refunds.make(
            find_order(engine, order, channel).order_id,
            reason=reason,
            key=key,
            lines=lines,
            amount=None if amount is None else (amount, currency or ""),
            shipping=None if some_shipping is None else (some_shipping, currency or ""),
            all_shipping=shipping == ALL,
        )
    _say(refund, as_json)


@app.command("list")
def list_(
    order: Annotated[
        str | None, typer.Option("--order", help="Only refunds of this order id.")
    ] = None,
    state: Annotated[
        State | None, typer.Option("--state", help="Only refunds in this state.")
    ] = None,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List refunds, the newest first: those made here and those made by hand in a channel.

    \b
    Example:
      stockpool refunds list --state recorded
    """
    with opened(config) as engine:
        found = engine.care.refunds.list(
            order_id=order, state=None if state is None else state.value, limit=limit
        )
    if as_json:
        print_json({"refunds": [refund.as_dict() for refund in found]})
        return
    show_table(
        ("refund", "channel", "order", "state", "amount", "reason", "recorded (UTC)"),
        [
            (
                refund.refund_id,
                refund.channel,
                refund.channel_order_id,
                refund.state,
                refund.amount,
                refund.reason,
                refund.recorded_at,
            )
            for refund in found
        ],
        empty="No refunds.",
    )


@app.command()
def due(
    state: Annotated[
        DueChoice | None, typer.Option("--state", help="Only those; by_hand waits for you.")
    ] = None,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List items that will not be shipped or came back, and whether they were refunded.

    \b
    Example:
      stockpool refunds due --state by_hand
    """
    with opened(config) as engine:
        found = engine.care.refunds.due(state=None if state is None else state.value, limit=limit)
    if as_json:
        print_json({"due": [asdict(one) for one in found]})
        return
    show_table(
        ("key", "channel", "order", "cause", "items", "state", "refund", "noted (UTC)"),
        [
            (
                one.key,
                one.channel,
                one.channel_order_id,
                one.cause,
                ", ".join(f"{n} of line {line}" for line, n in one.quantities.items()),
                one.state,
                one.refund_id or "",
                one.noted_at,
            )
            for one in found
        ],
        empty="Nothing is due.",
    )


@app.command()
def decide(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Of `stockpool refunds due`.")],
    nothing: Annotated[
        bool, typer.Option("--nothing", help="Nothing has to be given back.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Decide on items that are due and left to you: refund them, or with --nothing do not.

    Given back is what of them is still owed and was paid, with the shipping if nothing is sent.

    \b
    Examples:
      stockpool refunds decide cancellation:0199A3K7M2Q4T8
      stockpool refunds decide cancellation:0199A3K7M2Q4T8 --nothing
    """
    with opened(config) as engine:
        found = engine.care.refunds.decide(key, refund=not nothing)
    if as_json:
        print_json(asdict(found))
    else:
        say(f"{key}: {found.state}" + (f", refund {found.refund_id}" if found.refund_id else ""))


@app.command()
def show(
    refund: RefundArgument, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Show one refund and what it is made of.

    \b
    Example:
      stockpool refunds show 0199A3K7M2Q4T8
    """
    with opened(config) as engine:
        found = engine.care.refunds.get(refund)
    _say(found, as_json)


@app.command()
def made(
    refund: RefundArgument, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Note that a refund was made by hand, for a channel that can't be told to make it.

    \b
    Example:
      stockpool refunds made 0199A3K7M2Q4T8
    """
    with opened(config) as engine:
        found = engine.care.refunds.made(refund)
    _say(found, as_json)


def _say(refund: RefundView, as_json: bool) -> None:
    if as_json:
        print_json(refund.as_dict())
        return
    show_facts(
        [
            ("refund", refund.refund_id),
            ("order", f"{refund.channel_order_id} of {refund.channel}"),
            ("state", refund.state),
            ("amount", refund.amount),
            ("reason", refund.reason),
            ("recorded (UTC)", refund.recorded_at),
            ("made (UTC)", refund.made_at),
        ]
    )
    show_table(
        ("line", "part", "amount"),
        [(part.line_id, part.part, part.amount) for part in refund.parts],
        title="What it gives back",
        empty="",
    )
    items = ", ".join(f"{count} of line {line_id}" for line_id, count in refund.lines.items())
    if items:
        say(f"It is for {items}.")
