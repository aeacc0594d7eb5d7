"""`stockpool privacy`: a buyer's personal data, found, exported and erased."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from stockpool.cli.failures import ExitCode
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import print_json, say, show_table, warn
from stockpool.cli.session import opened
from stockpool.privacy.buyers import Buyer

app = typer.Typer(
    no_args_is_help=True, help="A buyer's personal data: find it, hand it out, erase it."
)

EmailOption = Annotated[
    list[str] | None, typer.Option("--email", help="The buyer's address. May be repeated.")
]
PhoneOption = Annotated[
    list[str] | None, typer.Option("--phone", help="The buyer's number. May be repeated.")
]
OrderOption = Annotated[
    list[str] | None,
    typer.Option("--order", help="An order number of --channel. May be repeated."),
]
ChannelOption = Annotated[
    str | None, typer.Option("--channel", help="Only what came by this channel.")
]


@app.command()
def find(
    email: EmailOption = None,
    phone: PhoneOption = None,
    order: OrderOption = None,
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say where a buyer's data lies, without showing it.

    \b
    Examples:
      stockpool privacy find --email ann@example.com
      stockpool privacy find --channel web --order 1001
    """
    with opened(config) as engine:
        found = engine.privacy.find(_buyer(email, phone, order, channel))
    rows = [
        *(("order", x.order_id, x.channel, x.channel_order_id, x.open) for x in found.orders),
        *(("parked", "", x.channel, x.channel_order_id, False) for x in found.parked),
        *(("planned", x.plan_id, "", str(x.position), x.open) for x in found.planned),
    ]
    names = ("kind", "id", "channel", "number", "needed")
    if as_json:
        print_json({"found": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    show_table(
        ("kind", "id", "channel", "number", "still needed"),
        [(*row[:4], "yes" if row[4] else "no") for row in rows],
        empty="Nothing is kept of this buyer.",
    )


@app.command()
def export(
    email: EmailOption = None,
    phone: PhoneOption = None,
    order: OrderOption = None,
    channel: ChannelOption = None,
    request: Annotated[
        str | None,
        typer.Option("--request", help="A channel's request for data; it is done with this."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A new file, for you alone to read. None: on stdout."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write all that is kept of a buyer as JSON.

    \b
    Examples:
      stockpool privacy export --email ann@example.com --out ann.json
      stockpool privacy export --request b54557e4-bdd9 --out answer.json
    """
    if request is not None and (email or phone or order or channel):
        raise typer.BadParameter("it says whom it is about already", param_hint="--request")
    if out is not None and out.exists():
        raise typer.BadParameter(f"{out} is there already", param_hint="--out")
    with opened(config) as engine:
        if request is not None:
            # Written before the request counts as done.
            document = engine.privacy.export_request(request, lambda found: _write(found, out))
        else:
            document = engine.privacy.export(_buyer(email, phone, order, channel))
            _write(document, out)
    if out is not None:
        counts = {name: len(v) for name, v in document.items() if isinstance(v, list)}
        if as_json:
            print_json({"file": str(out), **counts})
        else:
            told = ", ".join(
                f"{number} {name.replace('_', ' ')}" for name, number in counts.items()
            )
            say(f"{out}: {told}")


@app.command()
def erase(
    email: EmailOption = None,
    phone: PhoneOption = None,
    order: OrderOption = None,
    channel: ChannelOption = None,
    everybody: Annotated[
        bool, typer.Option("--everybody", help="All buyers of --channel.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask; it can't be undone.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Erase a buyer's data; orders, units and money stay. Can't be undone.

    What is still to be shipped keeps its address: exit code 1 names it. Erase again when it has
    left, or cancel it first.

    \b
    Example:
      stockpool privacy erase --email ann@example.com --yes
    """
    buyer = _buyer(email, phone, order, channel, everybody=everybody)
    with opened(config) as engine:
        found = engine.privacy.find(buyer)
        count = len(found.orders) + len(found.parked) + len(found.planned)
        if not yes and count:
            typer.confirm(f"Erase the buyer's data in {count} places?", abort=True, err=True)
        erased = engine.privacy.erase(buyer)
    if as_json:
        print_json(erased.as_dict())
    else:
        say(
            f"Erased: {len(erased.orders)} orders, {erased.parked} parked requests, "
            f"{erased.planned} items of plans, words in {erased.texts} other rows."
        )
        for kept in erased.kept:
            warn(f"kept, since it is still needed: {kept}")
    if erased.kept:
        raise typer.Exit(ExitCode.ATTENTION)


@app.command()
def requests(
    every: Annotated[bool, typer.Option("--all", help="Also those that are done.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List what channels have asked for by webhook. Erasures are carried out by the workers.

    \b
    Example:
      stockpool privacy requests
    """
    with opened(config) as engine:
        found = engine.privacy.requests(open_only=not every)
    rows = [(r.request_id, r.channel, r.kind, r.received_at, r.done_at) for r in found]
    names = ("request", "channel", "kind", "received_at", "done_at")
    if as_json:
        print_json({"requests": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    show_table(
        ("request", "channel", "kind", "received (UTC)", "done (UTC)"),
        rows,
        empty="No request is open.",
    )


def _buyer(
    email: list[str] | None,
    phone: list[str] | None,
    order: list[str] | None,
    channel: str | None,
    *,
    everybody: bool = False,
) -> Buyer:
    return Buyer(
        channel,
        emails=frozenset(email or ()),
        phones=frozenset(phone or ()),
        channel_order_ids=frozenset(order or ()),
        everybody=everybody,
    )


def _write(document: dict[str, Any], out: Path | None) -> None:
    if out is None:
        print_json(document)
        return
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2, ensure_ascii=False)
