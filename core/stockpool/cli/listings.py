"""`stockpool listings` and `stockpool stranded`: offers in the networks' own shops."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from stockpool.cli.bulk import (
    EncodingOption,
    FileArgument,
    LaterOption,
    PlanArgument,
    apply_plan,
    plan_file,
)
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, LimitOption
from stockpool.cli.output import print_json, say, show_facts, show_table
from stockpool.cli.session import opened
from stockpool.engine import Engine
from stockpool.listings.changes import ListingChange
from stockpool.listings.drafts import ListingDraft
from stockpool.listings.stranding import Stranded
from stockpool.money import Money
from stockpool.plugins.network_listings import Attributes, ListingItem


class FulfilledBy(StrEnum):
    """Who ships what is bought."""

    NETWORK = "network"
    MERCHANT = "merchant"


PoolArgument = Annotated[
    str, typer.Argument(metavar="POOL", help="network:country, like amazon-na:US.")
]
SkuArgument = Annotated[str, typer.Argument(metavar="SKU")]
PriceOption = Annotated[
    str | None,
    typer.Option("--price", metavar="AMOUNT", help="In the country's currency, like 19.99."),
]
QuantityOption = Annotated[
    int | None,
    typer.Option("--quantity", min=0, help="Units that the merchant has; never for FBA."),
]
AttributesOption = Annotated[
    Path | None,
    typer.Option(
        "--attributes", metavar="FILE", help="JSON of further attributes of the product type."
    ),
]
StrandingOption = Annotated[
    bool,
    typer.Option("--accept-stranding", help="Although units would be left without a live offer."),
]

app = typer.Typer(no_args_is_help=True, help="Listings in the networks' own shops.")


@app.command()
def add(
    pool: PoolArgument,
    sku: SkuArgument,
    title: Annotated[str, typer.Option("--title", help="What the page is headed with.")],
    price: Annotated[str, typer.Option("--price", metavar="AMOUNT", help="Like 19.99.")],
    by: Annotated[FulfilledBy, typer.Option("--by", help="Who ships it.")] = FulfilledBy.NETWORK,
    quantity: QuantityOption = None,
    product_type: Annotated[
        str, typer.Option("--product-type", help="Amazon's, like DRINKING_CUP.")
    ] = "PRODUCT",
    condition: Annotated[str, typer.Option("--condition", help="Like new_new.")] = "new_new",
    asin: Annotated[
        str | None, typer.Option("--asin", help="Offer it on this page of the catalog.")
    ] = None,
    product_id: Annotated[
        str | None, typer.Option("--product-id", help="UPC, EAN or another GTIN.")
    ] = None,
    mcf_only: Annotated[
        bool, typer.Option("--mcf-only", help="Stock for other channels; not sold on Amazon.")
    ] = False,
    attributes: AttributesOption = None,
    accept_stranding: StrandingOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List a product, or list it anew as a whole.

    \b
    Examples:
      stockpool listings add amazon-na:US MUG-1 --title "Blue mug" --price 19.99 --asin B0EXAMPLE1
      stockpool listings add amazon-na:US CUP-1 --title Cup --price 9.50 --mcf-only
    """
    with opened(config) as engine:
        draft = ListingDraft(
            sku,
            title,
            _price(engine, pool, price),
            by.value,
            quantity,
            product_type,
            condition,
            asin,
            product_id,
            mcf_only,
            _attributes(attributes),
        )
        change = engine.listings.add(pool, draft, accept_stranding=accept_stranding)
    _say(change, as_json)


@app.command()
def edit(
    pool: PoolArgument,
    sku: SkuArgument,
    title: Annotated[str | None, typer.Option("--title", help="What the page is headed with.")] = (
        None
    ),
    price: PriceOption = None,
    quantity: QuantityOption = None,
    attributes: AttributesOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Change some of a listing; what is not named stays as it is.

    \b
    Example:
      stockpool listings edit amazon-na:US MUG-1 --price 17.99
    """
    with opened(config) as engine:
        change = engine.listings.edit(
            pool,
            sku,
            title=title,
            price=None if price is None else _price(engine, pool, price),
            quantity=quantity,
            others=_attributes(attributes),
        )
    _say(change, as_json)


@app.command()
def convert(
    pool: PoolArgument,
    sku: SkuArgument,
    to: Annotated[FulfilledBy, typer.Option("--to", help="Who ships it from now on.")],
    quantity: QuantityOption = None,
    accept_stranding: StrandingOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Hand a listing to the network (FBA), or back to the merchant.

    It is refused where units would be stranded, unless that is accepted.

    \b
    Examples:
      stockpool listings convert amazon-na:US MUG-1 --to network
      stockpool listings convert amazon-na:US MUG-1 --to merchant --quantity 12
    """
    with opened(config) as engine:
        change = engine.listings.convert(
            pool, sku, to.value, quantity=quantity, accept_stranding=accept_stranding
        )
    _say(change, as_json)


@app.command("mcf-only")
def mcf_only(
    pool: PoolArgument,
    sku: SkuArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take a listing off sale on Amazon and keep its stock for other channels.

    \b
    Example:
      stockpool listings mcf-only amazon-na:US MUG-1
    """
    with opened(config) as engine:
        change = engine.listings.mcf_only(pool, sku)
    _say(change, as_json)


@app.command()
def offer(
    pool: PoolArgument,
    sku: SkuArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Put a listing that was for MCF only on sale on Amazon.

    \b
    Example:
      stockpool listings offer amazon-na:US MUG-1
    """
    with opened(config) as engine:
        change = engine.listings.offer(pool, sku)
    _say(change, as_json)


@app.command()
def delete(
    pool: PoolArgument,
    sku: SkuArgument,
    accept_stranding: StrandingOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Delete a listing. It is refused while units are in the network, unless that is accepted.

    \b
    Example:
      stockpool listings delete amazon-na:US MUG-1
    """
    with opened(config) as engine:
        change = engine.listings.delete(pool, sku, accept_stranding=accept_stranding)
    _say(change, as_json)


@app.command()
def show(
    pool: PoolArgument,
    sku: SkuArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show a listing as the network has it now, with what is wrong with it.

    \b
    Example:
      stockpool listings show amazon-na:US MUG-1
    """
    with opened(config) as engine:
        item = engine.listings.get(pool, sku)
    if as_json:
        print_json(_item(item))
        return
    show_facts(
        [
            ("SKU", item.sku),
            ("title", item.item_name),
            ("ASIN", item.asin),
            ("FNSKU", item.fn_sku),
            ("product type", item.product_type),
            ("condition", item.condition_type),
            ("fulfilled by", item.fulfillment_channel_code),
            ("quantity", item.quantity),
            ("price", item.price),
            ("status", sorted(item.status) or "inactive"),
            ("changed (UTC)", item.last_updated_date),
        ]
    )
    show_table(
        ("severity", "code", "attributes", "done about it", "what is wrong"),
        [(i.severity, i.code, i.attribute_names, i.actions, i.message) for i in item.issues],
        empty="Nothing is wrong with it.",
    )


@app.command()
def plan(
    file: FileArgument,
    pool: Annotated[str, typer.Option("--pool", metavar="POOL", help="Like amazon-na:US.")],
    encoding: EncodingOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Plan the rows of an inventory loader file (see docs/bulk-files.md). Nothing is changed yet.

    Rows that can't be used, or would strand stock, are refused by line, with exit code 1.

    \b
    Example:
      stockpool listings plan loader.txt --pool amazon-na:US
    """
    plan_file(config, "listings", file, {"pool": pool}, encoding, as_json)


@app.command()
def apply(
    plan: PlanArgument,
    later: LaterOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Record the changes of a plan, as it was shown; workers send them.

    \b
    Example:
      stockpool listings apply 0199A3K7M2Q4T8
    """
    apply_plan(config, plan, later, as_json, ("listings",))


@app.command("changes")
def changes_(
    sku: Annotated[str | None, typer.Option("--sku", help="Only of this SKU.")] = None,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List changes that were asked for and how far they have come, the newest first.

    \b
    Example:
      stockpool listings changes --sku MUG-1
    """
    with opened(config) as engine:
        found = engine.listings.changes(sku=sku, limit=limit)
    if as_json:
        print_json({"changes": [_change(change) for change in found]})
        return
    show_table(
        ("change", "pool", "sku", "kind", "state", "asked (UTC)", "problems"),
        [
            (c.change_id, c.pool, c.sku, c.kind, c.state, c.asked_at, [str(p) for p in c.problems])
            for c in found
        ],
        empty="No changes.",
    )


def stranded(
    pool: Annotated[str | None, typer.Option("--pool", help="Only of this pool.")] = None,
    look: Annotated[bool, typer.Option("--look", help="Look at the listings now.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show stock that no live offer is left for: why, until when, and what resolves it.

    It exits with 1 if some is. What is kept for MCF only on purpose is shown and doesn't count.

    \b
    Examples:
      stockpool stranded
      stockpool stranded --pool amazon-na:US --look
    """
    with opened(config) as engine:
        if look:
            for name in engine.networks:
                engine.duties.find_stranded(name)
        found = engine.listings.stranded(pool=pool)
    if as_json:
        print_json({"stranded": [_stranded(one) for one in found]})
    else:
        show_table(
            ("pool", "sku", "units", "reason", "seen since (UTC)", "removed (UTC)", "actions"),
            [
                (s.pool, s.sku, s.units, s.reason.value, s.since, s.removed_at, s.actions)
                for s in found
            ],
            empty="No stock is stranded.",
        )
    if any(not one.wanted for one in found):
        raise typer.Exit(1)


def _price(engine: Engine, pool: str, amount: str) -> Money:
    currency = engine.listings.currency(pool)
    try:
        return Money.parse(amount, currency)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--price") from None


def _attributes(file: Path | None) -> Attributes:
    if file is None:
        return {}
    try:
        document = json.loads(file.read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="--attributes") from None
    except ValueError as error:
        raise typer.BadParameter(f"{file}: no JSON: {error}", param_hint="--attributes") from None
    good = isinstance(document, dict) and all(
        isinstance(value, list) and all(isinstance(one, dict) for one in value)
        for value in document.values()
    )
    if not good:
        raise typer.BadParameter(
            f"{file}: give an object of attributes, each a list of objects",
            param_hint="--attributes",
        )
    found: Attributes = document
    return found


def _say(change: ListingChange | None, as_json: bool) -> None:
    if as_json:
        print_json({"change": None if change is None else _change(change)})
    elif change is None:
        say("It is so already; nothing is to be done.")
    else:
        say(f"Listing change {change.change_id} is recorded; a worker will send it.")


def _change(change: ListingChange) -> dict[str, Any]:
    return {
        "change_id": change.change_id,
        "pool": change.pool,
        "sku": change.sku,
        "kind": change.kind,
        "state": change.state,
        "asked_at": change.asked_at,
        "finished_at": change.finished_at,
        "submission_id": change.submission_id,
        "problems": [problem.as_dict() for problem in change.problems],
    }


def _item(item: ListingItem) -> dict[str, Any]:
    return {
        "sku": item.sku,
        "country": item.country,
        "item_name": item.item_name,
        "asin": item.asin,
        "fn_sku": item.fn_sku,
        "product_type": item.product_type,
        "condition_type": item.condition_type,
        "fulfillment_channel_code": item.fulfillment_channel_code,
        "quantity": item.quantity,
        "price": None if item.price is None else str(item.price.amount),
        "currency": None if item.price is None else item.price.currency,
        "status": sorted(item.status),
        "last_updated_date": item.last_updated_date,
        "issues": [
            {
                "code": issue.code,
                "message": issue.message,
                "severity": issue.severity,
                "categories": list(issue.categories),
                "attribute_names": list(issue.attribute_names),
                "actions": list(issue.actions),
            }
            for issue in item.issues
        ],
        "attributes": dict(item.attributes),
    }


def _stranded(one: Stranded) -> dict[str, Any]:
    return {
        "pool": one.pool,
        "sku": one.sku,
        "units": one.units,
        "reason": one.reason.value,
        "since": one.since,
        "removed_at": one.removed_at,
        "wanted": one.wanted,
        "actions": list(one.actions),
        "fix": one.problem.fix,
    }
