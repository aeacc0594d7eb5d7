"""`stockpool inbound`: plans of units that are sent to a network, and their shipments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stockpool.cli.bulk import EncodingOption, FileArgument, plan_file
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, LimitOption
from stockpool.cli.output import print_json, say, show_facts, show_table
from stockpool.cli.session import opened
from stockpool.errors import RefusedError
from stockpool.flatfiles import inbound_plans
from stockpool.flatfiles.inbound_plans import InboundPlanHead, InboundPlanItem
from stockpool.flatfiles.reader import flat_file
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.inbound.boxes import item_of_row
from stockpool.inbound.plan_files import sender
from stockpool.inbound.service import InboundPlanView, InboundShipmentView
from stockpool.order_request import Address
from stockpool.plugins.network_inbound import InboundItem

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
    """Ask for one inbound plan of a file with its head (see docs/bulk-files.md).

    A worker makes it. One row that can't be used refuses the file; `plan-file` plans in bulk.

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


@app.command("plan-file")
def plan_in_bulk(
    file: FileArgument,
    pool: Annotated[str, typer.Option("--pool", metavar="POOL", help="Like amazon-na:US.")],
    phone: Annotated[str, typer.Option("--phone", help="Of who sends it; the file has none.")],
    source: Annotated[
        Path | None,
        typer.Option(
            "--source", metavar="FILE", help="JSON of who sends it, for a file without a head."
        ),
    ] = None,
    encoding: EncodingOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Read a file of any length and show which plans it would make; nothing is sent.

    Each 2,000 rows become a plan. Rows that can't be used are refused, the others go on.
    `stockpool bulk apply PLAN` does it.

    \b
    Example:
      stockpool inbound plan-file send-to-amazon.txt --pool amazon-na:US --phone "610 555 0100"
    """
    options = {"pool": pool, "phone": phone}
    if source is not None:
        options["source"] = source.read_text(encoding="utf-8")
    plan_file(config, "inbound", file, options, encoding, as_json)


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


def read_rows(file: Path) -> tuple[InboundPlanHead, list[InboundPlanItem]]:
    """The head and the rows of an inbound plan file.

    Raises:
        RefusedError: a row can't be used.
    """
    with flat_file(file, inbound_plans.LAYOUT) as opened_file:
        head = inbound_plans.read_inbound_head(opened_file)
        rows = list(inbound_plans.read_inbound_items(opened_file, head))
    refused = [problem for row in rows if isinstance(row, RefusedRows) for problem in row.problems]
    if refused:
        raise RefusedError(f"{file.name}: {refused[0]}", refused)
    return head, [row for row in rows if not isinstance(row, RefusedRows)]


def _read(file: Path, pool: str, phone: str) -> tuple[Address, list[InboundItem]]:
    head, rows = read_rows(file)
    source, problems = sender(head, pool, phone)
    if source is None:
        raise RefusedError(f"{file.name}: {problems[0]}", problems)
    return source, [item_of_row(row) for row in rows]


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
