"""`stockpool parcels`: what is on its way to buyers, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from stockpool.cli.options import (
    DEFAULT_CONFIG,
    ChannelOption,
    ConfigOption,
    JsonOption,
    LimitOption,
)
from stockpool.cli.output import print_json, say, show_table
from stockpool.cli.session import find_order, opened
from stockpool.delivery.rules import Trouble
from stockpool.delivery.service import Parcel

app = typer.Typer(no_args_is_help=True, help="Parcels: their way to the buyer, and trouble on it.")


@app.command()
def troubled(
    trouble: Annotated[
        Trouble | None, typer.Option("--trouble", help="Only with this one.")
    ] = None,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List parcels that are late, stuck, held, wait for the buyer, come back, or are lost.

    \b
    Example:
      stockpool parcels troubled --trouble late
    """
    with opened(config) as engine:
        found = engine.delivery.troubled(trouble=trouble, limit=limit)
    if as_json:
        print_json({"parcels": [one.as_dict() for one in found]})
        return
    show_table(
        ("order", "parcel", "carrier", "trouble", "since (UTC)", "what", "do"),
        [
            (
                one.channel_order_id,
                one.package_number,
                f"{one.carrier_code} {one.tracking_number or ''}".strip(),
                one.finding.trouble.value,
                one.finding.since,
                one.finding.message,
                one.finding.fix,
            )
            for one in found
            if one.finding is not None
        ],
        empty="Nothing is wrong with any parcel.",
    )


@app.command()
def timeline(
    order: Annotated[
        str, typer.Argument(metavar="ORDER", help="An order id, or with --channel its number.")
    ],
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what happened to the parcels of an order, each from its center to the door.

    \b
    Example:
      stockpool parcels timeline 1001 --channel web
    """
    with opened(config) as engine:
        found = engine.delivery.timeline(find_order(engine, order, channel).order_id)
    if as_json:
        print_json({"parcels": [one.as_dict() for one in found]})
        return
    if not found:
        say("No parcel of it has left.")
    for one in found:
        label = f"{one.carrier_code} {one.tracking_number or '(no number yet)'}"
        say(f"Parcel {one.package_number}, {label}: {one.status.value}")
        if one.finding is not None:
            say(f"{one.finding.trouble.value}: {one.finding.message}. {one.finding.fix}")
        show_table(("when (UTC)", "what", "where"), sorted(_rows(one)), empty="Nothing is known.")


def _rows(parcel: Parcel) -> Iterator[tuple[datetime, str, str]]:
    told = {event.code for event in parcel.events}
    if parcel.shipped_at is not None:
        yield parcel.shipped_at, "left the fulfillment center", ""
    for event in parcel.events:
        yield event.occurred_at, event.description or event.code, event.place
    if parcel.promised_arrival not in (None, parcel.estimated_arrival):
        yield parcel.promised_arrival, "was to arrive, as estimated first", ""
    if parcel.estimated_arrival is not None:
        yield parcel.estimated_arrival, "estimated to arrive", ""
    if parcel.delivered_at is not None and "EVENT_301" not in told:
        yield parcel.delivered_at, "delivered", ""
