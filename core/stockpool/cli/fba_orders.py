"""`stockpool fba-orders`: Amazon's own sales and the orders of all channels, in one list."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, LimitOption
from stockpool.cli.output import plain, print_json, progress, say, show_table
from stockpool.cli.session import opened
from stockpool.fba_orders.view import FbaOrder, OrderFilter
from stockpool.flatfiles.writer import FlatWriter

app = typer.Typer(
    no_args_is_help=True, help="All orders that FBA stock was used for, Amazon's own included."
)

SourceOption = Annotated[
    str | None, typer.Option("--source", help="A channel's name, amazon, or mcf (not ours).")
]
PoolOption = Annotated[str | None, typer.Option("--pool", help="Only of this pool.")]
StatusOption = Annotated[str | None, typer.Option("--status", help="As Amazon calls it.")]
SearchOption = Annotated[
    str | None, typer.Option("--search", help="An order's number, a SKU, or a tracking number.")
]
SinceOption = Annotated[
    datetime | None, typer.Option("--since", metavar="TIME", help="Placed from then, UTC.")
]
UntilOption = Annotated[
    datetime | None, typer.Option("--until", metavar="TIME", help="Placed before then, UTC.")
]

COLUMNS = (
    "placed",
    "source",
    "order",
    "channel-order",
    "pool",
    "status",
    "units",
    "skus",
    "tracking",
)


@app.command("list")
def list_(
    source: SourceOption = None,
    pool: PoolOption = None,
    status: StatusOption = None,
    search: SearchOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List orders, the newest first.

    \b
    Examples:
      stockpool fba-orders list --source amazon --since 2026-11-01
      stockpool fba-orders list --search 1Z999AA10123456784
    """
    wanted = OrderFilter(source, pool, status, search, _utc(since), _utc(until))
    with opened(config) as engine:
        found = engine.fba_orders.list(wanted, limit=limit)
    if as_json:
        print_json({"orders": [_order(order) for order in found]})
        return
    show_table(COLUMNS, [_cells(order) for order in found], empty="No orders.")


@app.command()
def export(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Tab-delimited.")],
    source: SourceOption = None,
    pool: PoolOption = None,
    status: StatusOption = None,
    search: SearchOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write orders to a file for a spreadsheet; cells that it would calculate are guarded.

    \b
    Example:
      stockpool fba-orders export november.txt --since 2026-11-01 --until 2026-12-01
    """
    wanted = OrderFilter(source, pool, status, search, _utc(since), _utc(until))
    count = 0
    with opened(config) as engine, out.open("wb") as file, progress("orders") as bar:
        writer = FlatWriter(file, COLUMNS, guarded=True)
        writer.header()
        for order in engine.fba_orders.iterate(wanted):
            cells = map(plain, _cells(order))
            writer.row(dict(zip(COLUMNS, cells, strict=True)))
            count += 1
            bar.advance(bar.task_ids[0])
    if as_json:
        print_json({"file": str(out), "orders": count})
    else:
        say(f"{count} orders are in {out}.")


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.replace(tzinfo=UTC)


def _cells(order: FbaOrder) -> tuple[Any, ...]:
    return (
        order.placed_at,
        order.source,
        order.order_id,
        order.channel_order_id,
        order.pool,
        order.status,
        order.quantity,
        [f"{sku} x {units}" for sku, units in order.units.items()],
        [parcel.tracking_number for parcel in order.parcels if parcel.tracking_number],
    )


def _order(order: FbaOrder) -> dict[str, Any]:
    return {
        "source": order.source,
        "order_id": order.order_id,
        "channel_order_id": order.channel_order_id,
        "pool": order.pool,
        "status": order.status,
        "placed_at": order.placed_at,
        "quantity": order.quantity,
        "units": order.units,
        "parcels": [
            {
                "carrier": parcel.carrier,
                "tracking_number": parcel.tracking_number,
                "status": parcel.status,
                "shipped_at": parcel.shipped_at,
                "estimated_arrival": parcel.estimated_arrival,
            }
            for parcel in order.parcels
        ],
    }
