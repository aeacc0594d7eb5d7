"""What Amazon charges, from dated tables, in minor units of the country's currency.

The names are those of getFulfillmentPreview (Fulfillment Outbound API 2020-07-01).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

UNIT_FEE = "FBAPerUnitFulfillmentFee"
ORDER_FEE = "FBAPerOrderFulfillmentFee"
TRANSPORTATION_FEE = "FBATransportationFee"
COD_FEE = "FBAFulfillmentCODFee"

_POUND_GRAMS = 453.592


def fulfillment_fees(
    country: str,
    on: date,
    speed: str,
    units: Sequence[tuple[str, int, int]],
    *,
    block_amzl: bool = False,
) -> dict[str, int]:
    """The fees of one MCF order.

    Args:
        units: (size tier, weight of one unit in grams, how many).
        block_amzl: Amazon Logistics is excluded, which costs a surcharge in percent.
    """
    table = _in_force(country, "mcf", on)
    count = sum(quantity for _, _, quantity in units)
    weight = sum(grams * quantity for _, grams, quantity in units)
    fees = {
        UNIT_FEE: sum(
            _unit_fee(table, speed, tier, count) * quantity for tier, _, quantity in units
        ),
        ORDER_FEE: table["order"][speed],
        TRANSPORTATION_FEE: max(0, -(-weight // 1000) - 1) * table["further_kilogram"][speed],
    }
    if block_amzl:
        percent = table["block_amzl_percent"]
        fees = {name: -(-fee * (100 + percent) // 100) for name, fee in fees.items()}
    return fees


def cash_on_delivery_fee(country: str, on: date) -> int | None:
    """What collecting money at the door costs for an order; None where it is not done."""
    fee: int | None = _in_force(country, "mcf", on).get("cash_on_delivery")
    return fee


def unit_and_order_fee(country: str, on: date, speed: str) -> tuple[int, int]:
    """What a small unit sent alone costs, and the order around it."""
    table = _in_force(country, "mcf", on)
    return _unit_fee(table, speed, "small_standard", 1), table["order"][speed]


def removal_fee(country: str, on: date, weight_grams: int) -> int:
    """What taking out one unit costs."""
    table = _in_force(country, "removal", on)
    for grams, fee in table["tiers"]:
        if weight_grams <= grams:
            return int(fee)
    beyond = weight_grams - table["tiers"][-1][0]
    pounds = max(0, -int(-beyond // _POUND_GRAMS))
    return int(table["last"] + pounds * table["further_pound"])


def referral_fee(country: str, on: date, price: int) -> int:
    """What Amazon's own shop takes of a unit's price (shipping included), rounded up."""
    table = _in_force(country, "selling", on)
    return max(int(table["referral_least"]), -(-price * int(table["referral_percent"]) // 100))


def shop_fulfillment_fee(country: str, on: date, size_tier: str, weight_grams: int) -> int:
    """What Amazon takes to ship a unit that its own shop sold (MCF orders cost more)."""
    table = _in_force(country, "selling", on)
    more = 0 if size_tier == "small_standard" else int(table["large_standard"])
    last = 0
    for grams, fee in table["tiers"]:
        last = int(fee)
        if weight_grams <= grams:
            return last + more
    beyond = weight_grams - table["tiers"][-1][0]
    pounds = -int(-beyond // _POUND_GRAMS)
    return last + pounds * int(table["further_pound"]) + more


def _unit_fee(table: Mapping[str, Any], speed: str, tier: str, count: int) -> int:
    tiers = table["unit"]
    steps = tiers.get(tier, tiers["large_standard"])[speed]
    return int(steps[min(count, len(steps)) - 1])


@cache
def _in_force(country: str, kind: str, on: date) -> Mapping[str, Any]:
    """The youngest table that holds on a day; before the first, the first."""
    tables = sorted(_tables(country)[kind], key=lambda table: table["effective"])
    held = [table for table in tables if table["effective"] <= on]
    chosen: Mapping[str, Any] = held[-1] if held else tables[0]
    return chosen


@cache
def _tables(country: str) -> Mapping[str, Any]:
    path = files("stockpool_amazon_sim") / "data" / "fees" / f"{country}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
