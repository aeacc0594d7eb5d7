"""`stockpool catalog`: products, and where they are listed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from stockpool.catalog.products import Product
from stockpool.cli.bulk import (
    EncodingOption,
    FileArgument,
    LaterOption,
    PlanArgument,
    apply_plan,
    plan_file,
)
from stockpool.cli.catalog_files import ListingRow, read_listings, read_products
from stockpool.cli.failures import ExitCode
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, quantities
from stockpool.cli.output import print_json, say, show_table, warn
from stockpool.cli.session import opened
from stockpool.cli.table_files import RefusedRow
from stockpool.engine import Engine

app = typer.Typer(no_args_is_help=True, help="Products, and what they are called on each channel.")


@app.command()
def add(
    sku: Annotated[str, typer.Argument(metavar="SKU", help="As it stands in Seller Central.")],
    title: Annotated[str, typer.Option("--title", help="What it is.")] = "",
    shares_pool_with: Annotated[
        str | None,
        typer.Option(
            "--shares-pool-with", metavar="SKU", help="A SKU whose physical units it sells too."
        ),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Add a product, or change the title of one.

    \b
    Examples:
      stockpool catalog add MUG-1 --title "Mug"
      stockpool catalog add MUG-1-OLD --shares-pool-with MUG-1
    """
    with opened(config) as engine:
        engine.catalog.add(Product(sku, title, shares_pool_with))
    if as_json:
        print_json(_product(Product(sku, title, shares_pool_with)))
    else:
        say(f"{sku} is in the catalog.")


@app.command("list")
def list_(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List all products.

    \b
    Example:
      stockpool catalog list --json
    """
    with opened(config) as engine:
        products = engine.catalog.products()
    if as_json:
        print_json({"products": [_product(product) for product in products]})
    else:
        show_table(
            ("sku", "title", "shares pool with"),
            [(p.sku, p.title, p.shares_pool_with) for p in products],
            empty="No products yet; see `stockpool catalog add` and `stockpool catalog import`.",
        )


def _product(product: Product) -> dict[str, Any]:
    return {
        "sku": product.sku,
        "title": product.title,
        "shares_pool_with": product.shares_pool_with,
    }


@app.command()
def listings(
    channel: Annotated[str | None, typer.Option("--channel", help="Only of this channel.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List what each channel calls the products, and what its kits consist of.

    \b
    Example:
      stockpool catalog listings --channel web
    """
    with opened(config) as engine:
        found = engine.catalog.listings(channel)
    if as_json:
        print_json(
            {
                "listings": [
                    {
                        "channel": listing.channel,
                        "channel_sku": listing.channel_sku,
                        "components": {part.sku: part.units for part in listing.components},
                    }
                    for listing in found
                ]
            }
        )
    else:
        show_table(
            ("channel", "channel sku", "consists of"),
            [
                (
                    listing.channel,
                    listing.channel_sku,
                    [f"{part.units} x {part.sku}" for part in listing.components],
                )
                for listing in found
            ],
            empty="Nothing is listed; `stockpool catalog list-on` lists something.",
        )


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a header; - reads stdin.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Add the products of a CSV file with the columns sku, title and, if wanted, shares_pool_with.

    A row that can't be used is refused by line; the others go on.

    \b
    Example:
      stockpool catalog import products.csv
    """
    rows, refused = read_products(file)
    with opened(config) as engine:
        known = {product.sku for product in engine.catalog.products()}
        added: list[Product] = []
        for row in rows:
            partner = row.product.shares_pool_with
            if partner is not None and partner not in known:
                message = f"no product has the SKU {partner}; add it in an earlier row"
                refused.append(RefusedRow(row.line, "shares_pool_with", message))
                continue
            known.add(row.product.sku)
            added.append(row.product)
        engine.catalog.add(*added)
    _report("products", len(added), refused, as_json)


@app.command()
def plan(
    file: FileArgument,
    encoding: EncodingOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Plan a tab-delimited file of products (see docs/bulk-files.md). Nothing is added yet.

    \b
    Example:
      stockpool catalog plan products.txt
    """
    plan_file(config, "products", file, {}, encoding, as_json)


@app.command()
def apply(
    plan: PlanArgument,
    later: LaterOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Add and retitle the products of a plan, as it was shown.

    \b
    Example:
      stockpool catalog apply 0199A3K7M2Q4T8
    """
    apply_plan(config, plan, later, as_json, ("products",))


@app.command("list-on")
def list_on(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE | CHANNEL CHANNEL_SKU SKU[=UNITS]...",
            help="A CSV file, or one listing: the channel, its SKU, and the SKUs that it sells.",
        ),
    ],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List products on channels: one listing, or all those of a CSV file.

    A listing of several units or SKUs is a kit. The file has the columns channel_sku, sku, channel
    and, if wanted, units; the rows of one kit have the same channel and channel_sku. Listing
    something again replaces what it consists of, for orders that come later.

    \b
    Examples:
      stockpool catalog list-on web mug MUG-1
      stockpool catalog list-on web gift-set MUG-1=2 TEA-1
      stockpool catalog list-on listings.csv
    """
    if len(what) == 2:
        raise typer.BadParameter("give the SKUs that it sells as well", param_hint="SKU[=UNITS]")
    if len(what) == 1:
        rows, refused = read_listings(Path(what[0]))
    else:
        channel, channel_sku, *parts = what
        components = quantities((p if "=" in p else f"{p}=1" for p in parts), "SKU[=UNITS]")
        rows = [ListingRow(0, channel, channel_sku, sku, n) for sku, n in components.items()]
        refused = []
    with opened(config) as engine:
        count = _list_all(engine, rows, refused, single=len(what) > 1)
    _report("listings", count, refused, as_json)


def _list_all(
    engine: Engine, rows: Sequence[ListingRow], refused: list[RefusedRow], *, single: bool
) -> int:
    """List what can be listed; a kit with a part that can't be is refused as a whole."""
    known = {product.sku for product in engine.catalog.products()}
    broken: set[tuple[str, str]] = set()
    by_channel: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        if row.sku not in known and not single:
            broken.add((row.channel, row.channel_sku))
            message = f"no product has the SKU {row.sku}; add it first"
            refused.append(RefusedRow(row.line, "sku", message))
    for row in rows:
        if (row.channel, row.channel_sku) not in broken:
            parts = by_channel.setdefault(row.channel, {}).setdefault(row.channel_sku, {})
            parts[row.sku] = parts.get(row.sku, 0) + row.units
    for channel, found in by_channel.items():
        engine.catalog.list_many(channel, found)
    return sum(map(len, by_channel.values()))


def _report(what: str, count: int, refused: Sequence[RefusedRow], as_json: bool) -> None:
    ordered = sorted(refused, key=lambda row: row.line)
    if as_json:
        print_json({what: count, "refused": [row.as_dict() for row in ordered]})
    else:
        for row in ordered:
            warn(str(row))
        say(f"{count} {what} are in the catalog; {len(ordered)} rows were refused.")
    if ordered:
        raise typer.Exit(ExitCode.ATTENTION)
