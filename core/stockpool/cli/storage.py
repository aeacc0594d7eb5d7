"""`stockpool storage`: how much room units take, how much is allowed, and what it will cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from stockpool.cli.failures import ExitCode
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import print_json, say, show_table, warn
from stockpool.cli.session import opened
from stockpool.cli.table_files import RefusedRow, Row, read_table
from stockpool.warehousing.service import CapacityUse
from stockpool.warehousing.sizes import CUBIC_FOOT_IN_CM3, StorageType, UnitSize

app = typer.Typer(no_args_is_help=True, help="Storage: sizes, capacity, fees to come.")

PoolArgument = Annotated[
    str, typer.Argument(metavar="POOL", help="network:country, like amazon-na:US.")
]
MonthArgument = Annotated[str, typer.Argument(metavar="MONTH", help="Like 2026-12.")]


@app.command()
def sizes(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="CSV; without it, what is known.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show the sizes of units, or take them in from a CSV file.

    Its columns are sku, length_cm, width_cm, height_cm, weight_g, and storage_type if it is not
    standard-size.

    \b
    Examples:
      stockpool storage sizes
      stockpool storage sizes sizes.csv
    """
    refused: list[RefusedRow] = []
    with opened(config) as engine:
        if file is not None:
            found, refused = _read(file)
            engine.warehousing.set_sizes(*found)
        known = engine.warehousing.sizes()
    if as_json:
        print_json(
            {
                "sizes": [
                    {
                        "sku": one.sku,
                        "volume_cm3": one.volume_cm3,
                        "weight_g": one.weight_g,
                        "storage_type": one.storage_type.value,
                    }
                    for one in known.values()
                ],
                "refused": [row.as_dict() for row in refused],
            }
        )
    else:
        show_table(
            ("sku", "cm3", "grams", "storage type"),
            [(x.sku, x.volume_cm3, x.weight_g, x.storage_type.value) for x in known.values()],
            empty="No sizes are known; `stockpool storage sizes FILE` takes them in.",
        )
        for row in refused:
            warn(str(row))
    if refused:
        raise typer.Exit(ExitCode.ATTENTION)


@app.command()
def limit(
    pool: PoolArgument,
    storage_type: Annotated[StorageType, typer.Argument(metavar="TYPE")],
    month: MonthArgument,
    cubic_feet: Annotated[str, typer.Argument(metavar="CUBIC_FEET")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say how much room Amazon allows in a month (Seller Central, Capacity Monitor; no API has it).

    \b
    Example:
      stockpool storage limit amazon-na:US standard-size 2026-12 250
    """
    with opened(config) as engine:
        engine.warehousing.set_limit(pool, storage_type, _month(month), _decimal(cubic_feet))
    if as_json:
        print_json({"pool": pool, "storage_type": storage_type.value, "month": month})
    else:
        say(f"{pool}: {cubic_feet} cubic feet of {storage_type.value} in {month}.")


@app.command()
def capacity(
    pool: PoolArgument, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Show this month's limits and their use: units in centers and in open inbound shipments.

    \b
    Example:
      stockpool storage capacity amazon-na:US
    """
    with opened(config) as engine:
        found = engine.warehousing.capacity(pool)
    if as_json:
        print_json({"capacity": [_use(one) for one in found]})
        return
    show_table(
        ("storage type", "limit cu ft", "on hand", "inbound", "free", "no size known"),
        [
            (
                one.storage_type.value,
                None if one.limit_cm3 is None else _feet(one.limit_cm3),
                _feet(one.on_hand_cm3),
                _feet(one.inbound_cm3),
                None if one.free_cm3 is None else _feet(one.free_cm3),
                list(one.unsized[:5]),
            )
            for one in found
        ],
        empty="No limit is known, and no size of any unit.",
    )


@app.command()
def forecast(
    pool: PoolArgument,
    months: Annotated[int, typer.Option("--months", min=1, max=24, help="How far to look.")] = 3,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what storage will cost if units leave as in the last 30 days; rates are published ones.

    \b
    Example:
      stockpool storage forecast amazon-na:US --months 6
    """
    with opened(config) as engine:
        found = engine.warehousing.forecast(pool, months=months)
    if as_json:
        print_json(
            {
                "pool": found.pool,
                "monthly": [
                    {
                        "sku": fee.sku,
                        "month": fee.month,
                        "average_units": fee.average_units,
                        "cubic_feet": fee.cubic_feet,
                        "fee": fee.fee,
                    }
                    for fee in found.monthly
                ],
                "aged": [
                    {
                        "sku": fee.sku,
                        "on": fee.on,
                        "days": fee.days,
                        "units": fee.units,
                        "fee": fee.fee,
                        "confirmed": fee.confirmed,
                    }
                    for fee in found.aged
                ],
                "unsized": list(found.unsized),
            }
        )
        return
    show_table(
        ("month", "sku", "units on average", "cu ft", "storage"),
        [
            (f"{x.month:%Y-%m}", x.sku, round(x.average_units, 1), round(x.cubic_feet, 2), x.fee)
            for x in found.monthly
        ],
        empty="Nothing is stored of which a size is known.",
    )
    show_table(
        ("charged for", "sku", "days old", "units", "surcharge", "published"),
        [
            (x.on, x.sku, x.days, x.units, x.fee, "yes" if x.confirmed else "seen elsewhere")
            for x in found.aged
        ],
        empty="No unit will be old enough for the next surcharge.",
    )
    if found.monthly and not found.rates_known:
        warn(f"no rates are known for {pool.partition(':')[2]}")
    if found.unsized:
        warn(f"left out, since no size is known: {', '.join(found.unsized[:20])}")


@app.command()
def utilisation(
    pool: PoolArgument,
    days: Annotated[int, typer.Option("--days", min=1, max=1_000, help="How far back.")] = 30,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show the volume on hand at the end of each day, by the ledger and today's sizes.

    \b
    Example:
      stockpool storage utilisation amazon-na:US --days 90
    """
    with opened(config) as engine:
        found = engine.warehousing.utilisation(pool, days=days)
    if as_json:
        print_json({"utilisation": [{"day": day, "cm3": cm3} for day, cm3 in found.items()]})
        return
    show_table(
        ("day", "cu ft"), [(day, _feet(cm3)) for day, cm3 in found.items()], empty="Nothing."
    )


def _read(file: Path) -> tuple[list[UnitSize], list[RefusedRow]]:
    found: dict[str, UnitSize] = {}
    refused = []
    columns = ("sku", "length_cm", "width_cm", "height_cm", "weight_g")
    for row in read_table(file, columns, ("storage_type",)):
        read = _size(row)
        if isinstance(read, UnitSize):
            found[read.sku] = read
        else:
            refused.append(read)
    return list(found.values()), refused


def _size(row: Row) -> UnitSize | RefusedRow:
    volume = Decimal(1)
    for name in ("length_cm", "width_cm", "height_cm", "weight_g"):
        try:
            value = Decimal(row.get(name))
        except InvalidOperation:
            return RefusedRow(row.line, name, "is not a number")
        if not 0 < value < 1_000_000:
            return RefusedRow(row.line, name, "must be above zero")
        volume = volume * value if name != "weight_g" else volume
    kind = row.get("storage_type") or StorageType.STANDARD.value
    if kind not in list(StorageType):
        return RefusedRow(row.line, "storage_type", f"one of {', '.join(StorageType)}")
    weight = max(int(Decimal(row.get("weight_g"))), 1)
    return UnitSize(
        row.get("sku"), max(int(volume) + (volume % 1 > 0), 1), weight, StorageType(kind)
    )


def _use(one: CapacityUse) -> dict[str, Any]:
    return {
        "pool": one.pool,
        "storage_type": one.storage_type.value,
        "limit_cm3": one.limit_cm3,
        "on_hand_cm3": one.on_hand_cm3,
        "inbound_cm3": one.inbound_cm3,
        "free_cm3": one.free_cm3,
        "unsized": list(one.unsized),
    }


def _feet(volume_cm3: int) -> Decimal:
    return (Decimal(volume_cm3) / CUBIC_FOOT_IN_CM3).quantize(Decimal("0.01"))


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no month like 2026-12", param_hint="MONTH") from None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"{text!r} is no number", param_hint="CUBIC_FEET") from None
