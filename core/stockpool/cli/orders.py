"""`stockpool orders`: submitting, reading, explaining, changing orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from stockpool.cli import order_files
from stockpool.cli.documents import RefusedDocument, read_documents
from stockpool.cli.failures import ExitCode
from stockpool.cli.options import (
    DEFAULT_CONFIG,
    ChannelOption,
    ConfigOption,
    JsonOption,
    LimitOption,
    quantities,
)
from stockpool.cli.order_tables import show_list, show_order, show_receipts
from stockpool.cli.output import print_json, progress, say, warn
from stockpool.cli.session import find_order, opened
from stockpool.money import Money
from stockpool.order_request import OrderRequest
from stockpool.orders.previewing import Preview
from stockpool.orders.quotes import Quote
from stockpool.orders.receipts import Receipt
from stockpool.orders.service import BATCH
from stockpool.orders.status import OrderStatus

app = typer.Typer(no_args_is_help=True, help="Orders: submit, read, explain, cancel, refund.")
order_files.register(app)

_SHOWN_AT_MOST = 20
"""Receipts and refusals shown one by one; of more, only the numbers."""

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="JSON or JSON lines; - reads stdin.")
]
OrderArgument = Annotated[
    str, typer.Argument(metavar="ORDER", help="An order id, or with --channel its order number.")
]

T = TypeVar("T")


@app.command()
def submit(
    file: FileArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Submit the orders of a file: one JSON document, a list of them, or JSON lines.

    What was submitted before is recognised and done only once, so repeating a file does no harm.
    Documents that are no orders are refused by line; orders that can't be accepted yet are parked
    in the attention queue. Exit code 1 if there were any.

    \b
    Examples:
      stockpool orders submit orders.jsonl
      export-orders | stockpool orders submit - --json
    """
    receipts: list[Receipt] = []
    refused: list[RefusedDocument] = []
    with opened(config) as engine, progress("orders") as bar:
        for batch in _batches(read_documents(file)):
            receipts += engine.orders.submit_many([d for d in batch if isinstance(d, OrderRequest)])
            refused += [d for d in batch if isinstance(d, RefusedDocument)]
            bar.advance(bar.task_ids[0], len(batch))
    facts = _submitted(receipts, refused)
    if as_json:
        print_json(
            {
                **facts,
                "refused": [document.as_dict() for document in refused],
                "receipts": [receipt.as_dict() for receipt in receipts],
            }
        )
    else:
        _say_submitted(receipts, refused, facts)
    if refused or any(map(_needs_attention, receipts)):
        raise typer.Exit(ExitCode.ATTENTION)


def _batches(documents: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(documents, BATCH)):
        yield batch


def _needs_attention(receipt: Receipt) -> bool:
    return (
        receipt.status in (OrderStatus.PARKED, OrderStatus.UNFULFILLABLE)
        or any(problem.code == "conflict" for problem in receipt.problems)
    ) and not receipt.duplicate


def _submitted(receipts: list[Receipt], refused: list[RefusedDocument]) -> dict[str, Any]:
    fresh = [r for r in receipts if not r.duplicate]
    return {
        "documents": len(receipts) + len(refused),
        "accepted": sum(r.order_id is not None for r in fresh),
        "duplicates": len(receipts) - len(fresh),
        "parked": sum(r.status is OrderStatus.PARKED for r in fresh),
    }


def _say_submitted(
    receipts: list[Receipt], refused: list[RefusedDocument], facts: dict[str, Any]
) -> None:
    if len(receipts) <= _SHOWN_AT_MOST and (receipts or not refused):
        show_receipts(receipts)
    elif troubled := [r for r in receipts if _needs_attention(r)]:
        show_receipts(troubled[:_SHOWN_AT_MOST])
    for document in refused[:_SHOWN_AT_MOST]:
        for problem in document.problems:
            place = f"{problem.field}: " if problem.field else ""
            warn(f"{problem.source}: {place}{problem.message}")
    if len(refused) > _SHOWN_AT_MOST:
        warn(f"... and {len(refused) - _SHOWN_AT_MOST} more; --json lists them all")
    say(
        f"{facts['documents']} documents: {facts['accepted']} accepted, "
        f"{facts['duplicates']} known already, {facts['parked']} parked, {len(refused)} refused."
    )
    if facts["parked"]:
        say("Parked orders wait in `stockpool attention list --kind intake`.")


@app.command("list")
def list_(
    channel: Annotated[
        str | None, typer.Option("--channel", help="Only orders of this channel.")
    ] = None,
    status: Annotated[
        OrderStatus | None, typer.Option("--status", help="Only orders of this status.")
    ] = None,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List orders, the newest first, and count them by status.

    \b
    Example:
      stockpool orders list --status waiting --limit 20
    """
    if status is OrderStatus.PARKED:
        raise typer.BadParameter(
            "parked requests are no orders yet; see `stockpool attention list --kind intake`",
            param_hint="--status",
        )
    with opened(config) as engine:
        found = engine.orders.list(channel=channel, status=status, limit=limit)
        counts = engine.orders.count_by_status()
    if as_json:
        print_json({"orders": [order.as_dict() for order in found], "counts": counts})
        return
    show_list(found)
    if counts:
        say("All orders: " + ", ".join(f"{n} {s}" for s, n in counts.items()))


@app.command()
def show(
    order: OrderArgument,
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show one order: its lines, fulfillment orders, parcels, cancellations and refunds.

    \b
    Examples:
      stockpool orders show 0199A3K7M2Q4T8
      stockpool orders show 1001 --channel web
    """
    with opened(config) as engine:
        view = find_order(engine, order, channel)
    if as_json:
        print_json(view.as_dict())
    else:
        show_order(view)


@app.command()
def explain(
    order: OrderArgument,
    channel: ChannelOption = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Decide again, and check that nothing differs.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say in words why an order was routed as it was, and what was not chosen.

    \b
    Example:
      stockpool orders explain 1001 --channel web --replay
    """
    with opened(config) as engine:
        order_id = find_order(engine, order, channel).order_id
        explanations = engine.orders.explain(order_id)
        same = engine.orders.replay(order_id) if replay else None
    if as_json:
        document: dict[str, Any] = {
            "order_id": order_id,
            "decisions": [explanation.as_dict() for explanation in explanations],
        }
        if same is not None:
            document["replay_is_equal"] = same
        print_json(document)
    else:
        for number, explanation in enumerate(explanations, start=1):
            if len(explanations) > 1:
                say(f"Decision {number}:")
            say(str(explanation))
        if same is not None:
            say("Decided again: the same, byte for byte." if same else "Decided again: it DIFFERS.")
    if same is False:
        raise typer.Exit(ExitCode.ATTENTION)


@app.command()
def preview(
    file: FileArgument,
    ask_network: Annotated[
        bool,
        typer.Option("--ask-network", help="Ask the networks too: fees and days of arrival."),
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what routing would do with the orders of a file, without storing anything.

    The orders are looked at one after the other, as if each had been submitted: what one would
    take is not there for the next. Exit code 1 if one would not be accepted, or if a network was
    asked and did not answer.

    \b
    Example:
      stockpool orders preview order.json
      stockpool orders preview order.json --ask-network
    """
    requests: list[OrderRequest] = []
    refused: list[RefusedDocument] = []
    for document in read_documents(file):
        if isinstance(document, OrderRequest):
            requests.append(document)
        else:
            refused.append(document)
    with opened(config) as engine:
        previews = engine.orders.preview(requests)
        quoted = [engine.quotes(each) if ask_network else () for each in previews]
    if as_json:
        print_json(
            {
                "previews": [
                    {**each.as_dict(), "quotes": [quote.as_dict() for quote in quotes]}
                    for each, quotes in zip(previews, quoted, strict=True)
                ],
                "refused": [document.as_dict() for document in refused],
            }
        )
    else:
        for each, quotes in zip(previews, quoted, strict=True):
            _say_preview(each)
            for quote in quotes:
                say(f"  {_quote_words(quote)}")
        for document in refused:
            warn(f"{document.problems[0].source}: {document.problems[0]}")
    unanswered = any(quote.option is None for quotes in quoted for quote in quotes)
    if refused or unanswered or any(p.problems for p in previews):
        raise typer.Exit(ExitCode.ATTENTION)


def _say_preview(preview: Preview) -> None:
    say(f"{preview.channel} {preview.channel_order_id}:")
    if preview.known_as is not None:
        say(f"  it is known already, as order {preview.known_as}")
    for problem in preview.problems:
        say(f"  {problem}")
    if preview.explanation is not None:
        for sentence in preview.explanation.words:
            say(f"  {sentence}")


def _quote_words(quote: Quote) -> str:
    option = quote.option
    if option is None:
        return f"{quote.pool}: {quote.failure}"
    if not option.fulfillable:
        return f"{quote.pool}: would not be fulfilled: {', '.join(option.reasons) or 'no reason'}"
    fees = ", ".join(f"{name} {fee}" for name, fee in option.fees.items()) or "no fees"
    days = [at.date().isoformat() for at in (option.earliest_arrival, option.latest_arrival) if at]
    return f"{quote.pool}: {fees}; arrives {' to '.join(days) or 'some day'}"


@app.command()
def cancel(
    order: OrderArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; the channel is told.")],
    line: Annotated[
        list[str] | None,
        typer.Option("--line", metavar="LINE=N", help="Only N items of this line; repeatable."),
    ] = None,
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Cancel an order, or quantities of its lines.

    What the network does not have yet is cancelled at once. For the rest the network is asked, and
    its answer comes with its news. Exit code 1 if a part can't be cancelled any more.

    \b
    Examples:
      stockpool orders cancel 1001 --channel web --reason "buyer changed their mind"
      stockpool orders cancel 1001 --channel web --line 2=1 --reason "one too many"
    """
    lines = quantities(line, "--line") if line else None
    with opened(config) as engine:
        order_id = find_order(engine, order, channel).order_id
        receipt = engine.orders.cancel(order_id, reason=reason, lines=lines)
    if as_json:
        print_json(receipt.as_dict())
    else:
        say(f"{receipt.cancelled} units cancelled; order {order_id} is {receipt.status} now.")
        if receipt.requested:
            say(f"For {receipt.requested} units the network was asked; its news will tell.")
        _warn_problems(receipt.problems)
    if receipt.problems:
        raise typer.Exit(ExitCode.ATTENTION)


def _warn_problems(problems: Iterable[object]) -> None:
    for problem in problems:
        warn(str(problem))


@app.command()
def hold(
    order: OrderArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why it is held back.")],
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Hold an order back: its stock is free again until it is released.

    \b
    Example:
      stockpool orders hold 1001 --channel web --reason "address to be confirmed"
    """
    with opened(config) as engine:
        order_id = find_order(engine, order, channel).order_id
        status = engine.orders.hold(order_id, reason=reason)
    _say_status(order_id, status, as_json)


@app.command()
def release(
    order: OrderArgument,
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Release a held order: it is routed now.

    \b
    Example:
      stockpool orders release 1001 --channel web
    """
    with opened(config) as engine:
        order_id = find_order(engine, order, channel).order_id
        status = engine.orders.release(order_id)
    _say_status(order_id, status, as_json)


def _say_status(order_id: str, status: OrderStatus, as_json: bool) -> None:
    if as_json:
        print_json({"order_id": order_id, "status": status})
    else:
        say(f"Order {order_id} is {status} now.")


@app.command()
def refund(
    order: OrderArgument,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="Like 9.50.")],
    currency: Annotated[str, typer.Argument(metavar="CURRENCY", help="Like USD.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; the channel is told.")],
    key: Annotated[
        str, typer.Option("--key", help="Names this refund: the same key again refunds nothing.")
    ],
    line: Annotated[
        list[str] | None,
        typer.Option("--line", metavar="LINE=N", help="What it is for; repeatable."),
    ] = None,
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Record a refund, which the channel pays out. Never more than was paid.

    \b
    Example:
      stockpool orders refund 1001 9.50 USD --channel web --reason damaged --key case-77
    """
    try:
        Money.parse(amount, currency)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="AMOUNT CURRENCY") from None
    lines = quantities(line or (), "--line")
    with opened(config) as engine:
        order_id = find_order(engine, order, channel).order_id
        refund_id = engine.orders.refund(
            order_id, amount, currency, reason=reason, key=key, lines=lines
        )
    if as_json:
        print_json({"order_id": order_id, "refund_id": refund_id})
    else:
        say(f"Refund {refund_id} of {amount} {currency} is recorded for order {order_id}.")
