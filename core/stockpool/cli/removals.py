"""`stockpool removals`: taking stock out of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from stockpool.cli.bulk import (
    EncodingOption,
    FileArgument,
    LaterOption,
    PlanArgument,
    apply_plan,
    plan_file,
)
from stockpool.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    LimitOption,
    quantities,
)
from stockpool.cli.output import print_json, say, show_facts, show_table
from stockpool.cli.session import opened
from stockpool.order_request import Address
from stockpool.plugins.network_removals import (
    RemovalItem,
)
from stockpool.removals.parcels import RemovalParcelItem
from stockpool.removals.service import RemovalView


class Disposition(StrEnum):
    """What is done with the units, in Amazon's words."""

    RETURN = "Return"
    DISPOSAL = "Disposal"
    LIQUIDATIONS = "Liquidations"


app = typer.Typer(no_args_is_help=True, help="Removal orders: stock taken out of a network.")


@app.command()
def create(
    pool: Annotated[
        str, typer.Argument(metavar="POOL", help="network:country, like amazon-na:US.")
    ],
    sellable: Annotated[
        list[str] | None,
        typer.Option("--sellable", metavar="SKU=N", help="Sellable units; repeatable."),
    ] = None,
    unsellable: Annotated[
        list[str] | None,
        typer.Option("--unsellable", metavar="SKU=N", help="Unsellable units; repeatable."),
    ] = None,
    disposition: Annotated[
        Disposition, typer.Option("--disposition", help="What is done with them.")
    ] = Disposition.RETURN,
    ship_to: Annotated[
        Path | None,
        typer.Option(
            "--ship-to", metavar="FILE", help="JSON of the address that a Return goes to."
        ),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Ask a network to take units out. They are set aside at once and not promised any more.

    \b
    Examples:
      stockpool removals create amazon-na:US --unsellable MUG-1=4 --disposition Disposal
      stockpool removals create amazon-na:US --sellable MUG-1=10 --ship-to warehouse.json
    """
    good = quantities(sellable or (), "--sellable")
    bad = quantities(unsellable or (), "--unsellable")
    if not good and not bad:
        raise typer.BadParameter("give --sellable or --unsellable", param_hint="--sellable")
    items = [
        RemovalItem(sku, good.get(sku, 0), bad.get(sku, 0)) for sku in dict.fromkeys((*good, *bad))
    ]
    address = _address(ship_to) if ship_to is not None else None
    with opened(config) as engine:
        removal_id = engine.removals.create(
            pool, items, disposition=disposition.value, ship_to=address
        )
        view = engine.removals.get(removal_id)
    if as_json:
        print_json(_removal(view))
    else:
        say(f"Removal order {removal_id} is recorded; a worker will place it.")


def _address(file: Path) -> Address:
    try:
        return Address.model_validate_json(file.read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="--ship-to") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise typer.BadParameter(
            f"{file}: {field}: {first['msg']}", param_hint="--ship-to"
        ) from None


@app.command()
def fees(
    pool: Annotated[
        str, typer.Argument(metavar="POOL", help="network:country, like amazon-na:US.")
    ],
    units: Annotated[list[str], typer.Argument(metavar="SKU=N...")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what taking units out will cost, returned or disposed of alike; nothing is asked for.

    \b
    Example:
      stockpool removals fees amazon-na:US MUG-1=10
    """
    wanted = [RemovalItem(sku, sellable=n) for sku, n in quantities(units, "SKU=N").items()]
    with opened(config) as engine:
        quote = engine.warehousing.removal_quote(pool, wanted)
    if as_json:
        print_json(
            {
                "total": quote.total,
                "fees": {sku: str(fee) for sku, fee in quote.fees.items()},
                "unknown": list(quote.unknown),
            }
        )
        return
    show_table(("sku", "fee"), list(quote.fees.items()), empty="No fee is known.")
    say(f"In all: {quote.total}" if quote.total else "In all: not known.")
    if quote.unknown:
        say(f"No size or no rate is known of {', '.join(quote.unknown)} (`stockpool storage`).")


@app.command()
def foreign(
    limit: LimitOption = 100, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """List removal orders that were not asked for here: Amazon's own, or made in Seller Central.

    \b
    Example:
      stockpool removals foreign
    """
    with opened(config) as engine:
        found = engine.removals.foreign(limit=limit)
    if as_json:
        print_json({"removals": [asdict(one) for one in found]})
        return
    show_table(
        ("removal order", "pool", "type", "status", "sku", "disposition", "asked", "out"),
        [
            (x.order_id, x.pool, x.order_type, x.status, x.sku, x.disposition, x.requested, x.gone)
            for x in found
        ],
        empty="No others' removal orders are known; they are told by the removal order report.",
    )


@app.command()
def parcels(
    removal_order_id: Annotated[
        str | None, typer.Argument(metavar="[REMOVAL]", help="Of this removal order only.")
    ] = None,
    not_noted: Annotated[
        bool, typer.Option("--not-noted", help="Only those whose arrival nobody has noted.")
    ] = False,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List parcels of units that are sent to you, the newest first, and what has arrived.

    The report GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA tells them (docs/reports.md).

    \b
    Example:
      stockpool removals parcels --not-noted
    """
    with opened(config) as engine:
        found = engine.removal_parcels.list(
            order_id=removal_order_id, not_noted=not_noted, limit=limit
        )
    _show_parcels(found, as_json)


@app.command()
def arrived(
    removal_order_id: Annotated[str, typer.Argument(metavar="REMOVAL")],
    units: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SKU=N...]", help="All that came; without it, everything did."),
    ] = None,
    nothing: Annotated[bool, typer.Option("--nothing", help="None of it came.")] = False,
    tracking: Annotated[
        str | None, typer.Option("--tracking", metavar="NUMBER", help="Of this parcel only.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Note what has arrived of a removal order. What is missing is claimed (see docs/claims.md).

    Said again, the later word counts.

    \b
    Examples:
      stockpool removals arrived 0199A3K7M2Q4T8
      stockpool removals arrived 0199A3K7M2Q4T8 MUG-1=9 --tracking 1Z999AA10123456784
    """
    if units and nothing:
        raise typer.BadParameter("give SKU=N or --nothing, not both", param_hint="--nothing")
    came = {} if nothing else quantities(units, "SKU=N") if units else None
    with opened(config) as engine:
        found = engine.removal_parcels.note_arrival(
            removal_order_id, came, tracking_number=tracking
        )
    _show_parcels(found, as_json)


def _show_parcels(found: Sequence[RemovalParcelItem], as_json: bool) -> None:
    if as_json:
        print_json({"parcels": [asdict(one) for one in found]})
        return
    show_table(
        ("removal order", "tracking", "carrier", "sent (UTC)", "sku", "kind", "units", "arrived"),
        [
            (
                one.order_id,
                one.tracking_number,
                one.carrier,
                one.shipped_at,
                one.sku,
                one.disposition,
                one.units,
                "not noted" if one.arrived is None else one.arrived,
            )
            for one in found
        ],
        empty="No parcels of removal orders are known.",
    )


@app.command()
def plan(
    file: FileArgument,
    pool: Annotated[str, typer.Option("--pool", metavar="POOL", help="Like amazon-na:US.")],
    encoding: EncodingOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Plan the removal orders of a file (see docs/bulk-files.md). Nothing is asked for yet.

    Rows that can't be used are refused by line, with exit code 1; the others are in the plan.

    \b
    Example:
      stockpool removals plan removals.txt --pool amazon-na:US
    """
    plan_file(config, "removals", file, {"pool": pool}, encoding, as_json)


@app.command()
def apply(
    plan: PlanArgument,
    later: LaterOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Ask for the removals of a plan, as it was shown.

    \b
    Example:
      stockpool removals apply 0199A3K7M2Q4T8
    """
    apply_plan(config, plan, later, as_json, ("removals",))


@app.command("list")
def list_(
    limit: LimitOption = 100, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """List removal orders, the newest first.

    \b
    Example:
      stockpool removals list
    """
    with opened(config) as engine:
        found = engine.removals.list(limit=limit)
    if as_json:
        print_json({"removals": [_removal(view) for view in found]})
        return
    show_table(
        ("removal order", "pool", "disposition", "status", "units", "requested (UTC)"),
        [
            (
                view.removal_order_id,
                view.pool,
                view.disposition,
                view.status or "to be placed",
                sum(item["requested"] for item in view.items),
                view.requested_at,
            )
            for view in found
        ],
        empty="No removal orders.",
    )


@app.command()
def show(
    removal_order_id: Annotated[str, typer.Argument(metavar="REMOVAL")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show one removal order and what became of its units.

    \b
    Example:
      stockpool removals show 0199A3K7M2Q4T8
    """
    with opened(config) as engine:
        view = engine.removals.get(removal_order_id)
    if as_json:
        print_json(_removal(view))
        return
    show_facts(
        [
            ("removal order", view.removal_order_id),
            ("pool", view.pool),
            ("disposition", view.disposition),
            ("status", view.status or "to be placed"),
            ("requested (UTC)", view.requested_at),
            ("tracking", view.tracking_numbers),
        ]
    )
    show_table(
        ("sku", "kind", "requested", "shipped", "disposed", "cancelled"),
        [
            (
                item["sku"],
                "sellable" if item["sellable"] else "unsellable",
                item["requested"],
                item["shipped"],
                item["disposed"],
                item["cancelled"],
            )
            for item in view.items
        ],
        empty="",
    )


def _removal(view: RemovalView) -> dict[str, Any]:
    return {
        "removal_order_id": view.removal_order_id,
        "pool": view.pool,
        "disposition": view.disposition,
        "status": view.status,
        "requested_at": view.requested_at,
        "items": list(view.items),
        "tracking_numbers": list(view.tracking_numbers),
    }
