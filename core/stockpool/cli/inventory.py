"""`stockpool inventory`: stock by pool and SKU."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, LimitOption
from stockpool.cli.output import print_json, progress, say, show_table
from stockpool.cli.session import opened
from stockpool.ledger.buckets import Bucket
from stockpool.ledger.levels import StockLevel
from stockpool.orders.snapshots import SnapshotResult
from stockpool.stock_view import StockLine

app = typer.Typer(no_args_is_help=True, help="Stock: levels, moves, the network's figures.")

PoolArgument = Annotated[
    str, typer.Argument(metavar="POOL", help="network:country, like amazon-na:US.")
]
SkuArgument = Annotated[str, typer.Argument(metavar="SKU")]
PoolOption = Annotated[str | None, typer.Option("--pool", help="Only of this pool.")]
SkuOption = Annotated[str | None, typer.Option("--sku", help="Only of this SKU.")]

_MAIN = (Bucket.FULFILLABLE, Bucket.HELD, Bucket.COMMITTED)


@app.command()
def levels(
    pool: PoolOption = None,
    sku: SkuOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show how many units are where.

    SKUs that share a physical pool are shown once, under the SKU whose units they are.

    \b
    Example:
      stockpool inventory levels --pool amazon-na:US
    """
    with opened(config) as engine:
        found = engine.inventory.levels(pool=pool, sku=sku)
    if as_json:
        print_json({"levels": [_level(level) for level in found]})
        return
    show_table(
        ("pool", "sku", "fulfillable", "held", "committed", "other", "on hand"),
        [
            (
                level.pool,
                level.sku,
                *(level.units[bucket] for bucket in _MAIN),
                level.on_hand - sum(level.units[bucket] for bucket in _MAIN),
                level.on_hand,
            )
            for level in found
        ],
        empty="No stock yet; `stockpool inventory receive` or `stockpool inventory snapshot`.",
    )


def _level(level: StockLevel) -> dict[str, Any]:
    units = {place.value: count for place, count in level.units.items() if count}
    return {
        "pool": level.pool,
        "sku": level.sku,
        "fulfillable": level.fulfillable,
        "on_hand": level.on_hand,
        "units": units,
    }


@app.command()
def view(
    pool: PoolOption = None,
    sku: SkuOption = None,
    days: Annotated[
        int, typer.Option("--days", min=1, help="Look at the sales of so many days.")
    ] = 30,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show the whole stock: by condition and bucket, how long it lasts, what each channel can sell.

    \b
    Example:
      stockpool inventory view --pool amazon-na:US
    """
    with opened(config) as engine:
        found = engine.stock_view.lines(pool=pool, sku=sku, days=days)
    if as_json:
        print_json({"stock": [_line(line) for line in found]})
        return
    show_table(
        (
            "pool",
            "sku",
            "condition",
            "available",
            "held",
            "committed",
            "reserved",
            "inbound",
            "unsellable",
            "owed",
            "days of supply",
            "channels",
            "figures of (UTC)",
        ),
        [
            (
                line.level.pool,
                line.skus or line.level.sku,
                line.condition,
                line.available,
                line.level.held,
                line.level.committed,
                line.reserved,
                line.inbound,
                line.unsellable,
                line.level.owed_by_amazon,
                line.days_of_supply,
                [
                    f"{channel} {name}: {units}"
                    for channel, skus in line.channels.items()
                    for name, units in skus.items()
                ],
                line.figures_at,
            )
            for line in found
        ],
        empty="No stock yet; `stockpool inventory receive` or `stockpool inventory snapshot`.",
    )


def _line(line: StockLine) -> dict[str, Any]:
    return {
        **_level(line.level),
        "skus": list(line.skus),
        "title": line.title,
        "condition": line.condition,
        "available": line.available,
        "inbound": line.inbound,
        "reserved": line.reserved,
        "unsellable": line.unsellable,
        "sold_per_day": line.sold_per_day,
        "days_of_supply": line.days_of_supply,
        "channels": {channel: dict(skus) for channel, skus in line.channels.items()},
        "figures_at": line.figures_at,
    }


@app.command()
def moves(
    pool: PoolOption = None,
    sku: SkuOption = None,
    reference: Annotated[
        str | None, typer.Option("--reference", help="Only of this order, receipt or snapshot.")
    ] = None,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what moved from where to where, and why; the newest first.

    \b
    Example:
      stockpool inventory moves --sku MUG-1 --limit 20
    """
    with opened(config) as engine:
        found = engine.inventory.moves(pool=pool, sku=sku, reference=reference, limit=limit)
    if as_json:
        print_json(
            {
                "moves": [
                    {
                        "id": posted.id,
                        "at": posted.occurred_at,
                        "pool": posted.move.pool,
                        "sku": posted.move.sku,
                        "source": posted.move.source,
                        "target": posted.move.target,
                        "quantity": posted.move.quantity,
                        "cause": posted.move.cause,
                        "reference": posted.move.reference,
                    }
                    for posted in found
                ]
            }
        )
        return
    show_table(
        ("at (UTC)", "pool", "sku", "from", "to", "units", "cause", "reference"),
        [
            (
                posted.occurred_at,
                posted.move.pool,
                posted.move.sku,
                posted.move.source,
                posted.move.target,
                posted.move.quantity,
                posted.move.cause,
                posted.move.reference,
            )
            for posted in found
        ],
        empty="Nothing has moved.",
    )


@app.command()
def snapshot(
    pools: Annotated[
        list[str] | None, typer.Argument(metavar="[POOL]...", help="None: all pools.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take the networks' stock figures into the books, and fill orders that waited for stock.

    What differs from the books is posted as an adjustment and shown.

    \b
    Example:
      stockpool inventory snapshot amazon-na:US
    """
    results: list[SnapshotResult] = []
    with opened(config) as engine:
        wanted = pools or list(engine.inventory.pools)
        with progress("pools", total=len(wanted)) as bar:
            for pool in wanted:
                results += engine.inventory.snapshot([pool])
                bar.advance(bar.task_ids[0])
    if as_json:
        print_json(
            {
                "snapshots": [
                    {
                        "pool": result.pool,
                        "skus": result.skus,
                        "adjusted": dict(result.adjusted),
                        "unknown_skus": list(result.unknown_skus),
                    }
                    for result in results
                ]
            }
        )
        return
    show_table(
        ("pool", "SKUs", "adjusted", "not in the catalog"),
        [
            (
                result.pool,
                result.skus,
                [f"{sku} {units:+d}" for sku, units in sorted(result.adjusted.items())],
                result.unknown_skus,
            )
            for result in results
        ],
        empty="No network is configured.",
    )


@app.command()
def receive(
    pool: PoolArgument,
    sku: SkuArgument,
    quantity: Annotated[int, typer.Argument(metavar="QUANTITY", min=1)],
    key: Annotated[
        str, typer.Option("--key", help="Names this receipt: the same key again posts nothing.")
    ],
    bucket: Annotated[
        Bucket, typer.Option("--bucket", help="Where the units are now.")
    ] = Bucket.FULFILLABLE,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Post units that came from the supplier, and fill orders that waited for them.

    \b
    Example:
      stockpool inventory receive amazon-na:US MUG-1 10 --key first-delivery
    """
    if bucket in (Bucket.HELD, Bucket.COMMITTED, Bucket.PENDING_REMOVAL):
        raise typer.BadParameter("these units belong to orders", param_hint="--bucket")
    with opened(config) as engine:
        level = engine.inventory.receive(pool, sku, quantity, key=key, bucket=bucket)
    if as_json:
        print_json(_level(level))
    else:
        say(f"{level.sku} in {pool}: {level.fulfillable} fulfillable, {level.on_hand} on hand.")


@app.command()
def ages(
    pool: PoolArgument,
    sku: SkuArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show how old the units on hand are: what came first counts as gone first.

    \b
    Example:
      stockpool inventory ages amazon-na:US MUG-1
    """
    with opened(config) as engine:
        layers = engine.inventory.ages(pool, sku)
        now = engine.clock.now()
    days = [(now - layer.received_at).days for layer in layers]
    if as_json:
        print_json(
            {
                "pool": pool,
                "sku": sku,
                "ages": [
                    {
                        "received_at": layer.received_at,
                        "days": age,
                        "quantity": layer.quantity,
                        "receipt": layer.receipt,
                    }
                    for layer, age in zip(layers, days, strict=True)
                ],
            }
        )
        return
    show_table(
        ("received (UTC)", "days", "units"),
        [(x.received_at, age, x.quantity) for x, age in zip(layers, days, strict=True)],
        empty=f"No units of {sku} are on hand in {pool}.",
    )
