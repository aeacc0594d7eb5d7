"""`stockpool inbound`: plans of units that are sent to a network, and their shipments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, LimitOption
from stockpool.cli.output import print_json, say, show_facts, show_table
from stockpool.cli.session import opened
from stockpool.errors import RefusedError
from stockpool.flatfiles import inbound_plans
from stockpool.flatfiles.reader import flat_file
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.inbound.service import InboundPlanView, InboundShipmentView
from stockpool.order_request import Address
from stockpool.plugins.network_inbound import InboundItem
from stockpool.problems import Problem

app = typer.Typer(no_args_is_help=True, help="Inbound plans: units sent to a network's centers.")


@app.command()
def plan(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Tab-delimited.")
    ],
    pool: Annotated[str, typer.Option("--pool", metavar="POOL", help="Like amazon-na:US.")],
    phone: Annotated[
        str, typer.Option("--phone", help="Of who sends it; Amazon wants one, the file has none.")
    ],
    accept_stranding: Annotated[
        bool,
        typer.Option("--accept-stranding", help="Although a SKU is not listed for FBA there."),
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Ask for an inbound plan of a file with its head (see docs/bulk-files.md); a worker makes it.

    One row that can't be used refuses the file: a plan is sent as a whole.

    \b
    Example:
      stockpool inbound plan plan.txt --pool amazon-na:US --phone "610 555 0100"
    """
    with opened(config) as engine:
        source, items = _read(file, pool, phone)
        view = engine.inbound.plan(pool, items, source, accept_stranding=accept_stranding)
    if as_json:
        print_json(_plan(view))
    else:
        say(f"Inbound plan {view.plan_id} is recorded; a worker will have it made.")


@app.command("list")
def list_(
    pool: Annotated[str | None, typer.Option("--pool", help="Only of this pool.")] = None,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List inbound plans that were asked for, the newest first.

    \b
    Example:
      stockpool inbound list
    """
    with opened(config) as engine:
        found = engine.inbound.list(pool=pool, limit=limit)
    if as_json:
        print_json({"plans": [_plan(view) for view in found]})
        return
    show_table(
        ("plan", "pool", "state", "SKUs", "units", "asked (UTC)", "problems"),
        [
            (
                view.plan_id,
                view.pool,
                view.state,
                len({item.sku for item in view.items}),
                sum(item.quantity for item in view.items),
                view.asked_at,
                [str(problem) for problem in view.problems],
            )
            for view in found
        ],
        empty="No inbound plans.",
    )


@app.command()
def show(
    plan: Annotated[str, typer.Argument(metavar="PLAN")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show an inbound plan, and its shipments as the network tells them now.

    \b
    Example:
      stockpool inbound show 0199A3K7M2Q4T8
    """
    with opened(config) as engine:
        view = engine.inbound.get(plan)
        shipments = engine.inbound.shipments(plan)
    if as_json:
        print_json({**_plan(view), "shipments": [_shipment(one) for one in shipments]})
        return
    show_facts(
        [
            ("plan", view.plan_id),
            ("pool", view.pool),
            ("state", view.state),
            ("network's id", view.inbound_plan_id),
            ("asked (UTC)", view.asked_at),
            ("problems", [str(problem) for problem in view.problems]),
        ]
    )
    show_table(
        ("shipment", "center", "status", "expected", "received"),
        [
            (
                one.shipment.shipment_confirmation_id or one.shipment.shipment_id,
                one.shipment.center,
                one.shipment.status.wording,
                one.expected if one.items else None,
                one.received if one.items else None,
            )
            for one in shipments
        ],
        empty="No shipments: no placement is confirmed yet.",
    )


def _read(file: Path, pool: str, phone: str) -> tuple[Address, list[InboundItem]]:
    with flat_file(file, inbound_plans.LAYOUT) as opened_file:
        head = inbound_plans.read_inbound_head(opened_file)
        rows = list(inbound_plans.read_inbound_items(opened_file, head))
    refused = [problem for row in rows if isinstance(row, RefusedRows) for problem in row.problems]
    if head.ship_from is None:
        refused.append(
            Problem(
                "missing_address",
                "the head names no address that is shipped from",
                "AddressName",
                fix="add the address fields above the table",
            )
        )
    country = pool.partition(":")[2]
    if head.ship_to_country not in ("", country):
        refused.append(
            Problem(
                "other_country",
                f"the file is for {head.ship_to_country}, the pool is not",
                "ShipToCountry",
                country,
                "plan it for the pool of its own country",
            )
        )
    if refused or head.ship_from is None:
        raise RefusedError(f"{file.name}: {refused[0]}", refused)
    items = [
        InboundItem(
            row.sku,
            row.quantity,
            row.label_owner or "SELLER",
            row.prep_owner or "SELLER",
            row.expiration,
            row.lot or None,
        )
        for row in rows
        if not isinstance(row, RefusedRows)
    ]
    return head.ship_from.model_copy(update={"phone": phone}), items


def _plan(view: InboundPlanView) -> dict[str, Any]:
    return {
        "plan_id": view.plan_id,
        "pool": view.pool,
        "state": view.state,
        "inbound_plan_id": view.inbound_plan_id,
        "asked_at": view.asked_at,
        "items": [
            {
                "sku": item.sku,
                "quantity": item.quantity,
                "label_owner": item.label_owner,
                "prep_owner": item.prep_owner,
                "expiration": item.expiration,
                "lot": item.lot,
            }
            for item in view.items
        ],
        "problems": [problem.as_dict() for problem in view.problems],
    }


def _shipment(one: InboundShipmentView) -> dict[str, Any]:
    return {
        "shipment_id": one.shipment.shipment_id,
        "shipment_confirmation_id": one.shipment.shipment_confirmation_id,
        "center": one.shipment.center,
        "status": one.shipment.status.value,
        "wording": one.shipment.status.wording,
        "expected": one.expected,
        "received": one.received,
        "items": [
            {
                "sku": item.sku,
                "quantity_shipped": item.quantity_shipped,
                "quantity_received": item.quantity_received,
            }
            for item in one.items
        ],
    }
