"""`stockpool inbound` (continued): the shipping queue and what was received."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from stockpool.cli.inbound import app
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, LimitOption
from stockpool.cli.output import print_json, show_facts, show_table
from stockpool.cli.session import opened
from stockpool.inbound.queue import QueuedShipment

ShipmentArgument = Annotated[
    str, typer.Argument(metavar="SHIPMENT", help="Its name on labels (FBA...), or its id.")
]


@app.command()
def queue(
    pool: Annotated[str | None, typer.Option("--pool", help="Only of this pool.")] = None,
    under_way: Annotated[
        bool, typer.Option("--under-way", help="Only those of which something is expected.")
    ] = False,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List shipments as workers have seen them last, the newest first.

    \b
    Example:
      stockpool inbound queue --under-way
    """
    with opened(config) as engine:
        found = engine.inbound.queue.list(pool=pool, under_way=under_way, limit=limit)
    if as_json:
        print_json({"shipments": [_shipment(one) for one in found]})
        return
    show_table(
        (
            "shipment",
            "pool",
            "center",
            "status",
            "left",
            "delivered",
            "closed",
            "units",
            "received",
        ),
        [
            (
                one.shipment_confirmation_id or one.shipment_id,
                one.pool,
                one.center,
                one.status.wording,
                one.left_at,
                one.delivered_at,
                one.closed_at,
                one.expected,
                one.received,
            )
            for one in found
        ],
        empty="No shipments: no placement is confirmed.",
    )


@app.command()
def received(
    shipment: ShipmentArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Reconcile a shipment: expected, received, missing and owed, SKU by SKU.

    \b
    Example:
      stockpool inbound received FBA15ABCDEFG
    """
    with opened(config) as engine:
        _show(engine.inbound.queue.get(shipment), as_json)


@app.command()
def acknowledge(
    shipment: ShipmentArgument,
    sku: Annotated[str, typer.Argument(metavar="SKU")],
    units: Annotated[int, typer.Argument(metavar="UNITS", min=0)],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say that so many of the missing units were never sent: nobody owes them.

    \b
    Example:
      stockpool inbound acknowledge FBA15ABCDEFG MUG-1 2
    """
    with opened(config) as engine:
        _show(engine.inbound.queue.acknowledge(shipment, sku, units), as_json)


def _show(found: QueuedShipment, as_json: bool) -> None:
    if as_json:
        print_json(_shipment(found))
        return
    show_facts(
        [
            ("shipment", found.shipment_confirmation_id or found.shipment_id),
            ("plan", found.plan_id),
            ("pool", found.pool),
            ("center", found.center),
            ("status", found.status.wording),
            ("left (UTC)", found.left_at),
            ("delivered (UTC)", found.delivered_at),
            ("first received (UTC)", found.receiving_at),
            ("closed (UTC)", found.closed_at),
        ]
    )
    show_table(
        ("sku", "expected", "received", "not sent", "missing", "owed", "state", "claim"),
        [
            (
                item.sku,
                item.expected,
                item.received,
                item.not_shipped,
                item.short,
                item.claim.units.owed if item.claim else 0,
                item.state,
                item.claim.claim_id if item.claim else None,
            )
            for item in found.items
        ],
        empty="Nothing is told of its units before its carriage is confirmed.",
    )


def _shipment(one: QueuedShipment) -> dict[str, Any]:
    return {
        "shipment_id": one.shipment_id,
        "shipment_confirmation_id": one.shipment_confirmation_id,
        "plan_id": one.plan_id,
        "pool": one.pool,
        "center": one.center,
        "status": one.status.value,
        "wording": one.status.wording,
        "first_seen_at": one.first_seen_at,
        "left_at": one.left_at,
        "delivered_at": one.delivered_at,
        "receiving_at": one.receiving_at,
        "closed_at": one.closed_at,
        "updated_at": one.updated_at,
        "expected": one.expected,
        "received": one.received,
        "items": [
            {
                "sku": item.sku,
                "expected": item.expected,
                "received": item.received,
                "not_shipped": item.not_shipped,
                "missing": item.short,
                "owed": item.claim.units.owed if item.claim else 0,
                "state": item.state,
                "claim_id": item.claim.claim_id if item.claim else None,
            }
            for item in one.items
        ],
    }
