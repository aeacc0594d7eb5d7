"""Who buys in Amazon's own shop: names, addresses and anonymous mail, drawn for each order."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from stockpool_amazon_sim.draws import Draws
from stockpool_amazon_sim.outbound.requests import Destination


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer of Amazon's, who has his order sent to himself."""

    email: str
    address: Destination


def buyer(draws: Draws, code: str, order_id: str) -> Buyer:
    """The buyer of an order. The mail address is one for the order, as Amazon's are."""
    known = _people()[code]

    def drawn(name: str) -> Any:
        options: list[Any] = known[name]
        return options[draws.bits("buyer", order_id, name) % len(options)]

    town, state, postal_code = drawn("towns")
    number = 1 + draws.bits("buyer", order_id, "number") % 99
    street = drawn("streets")
    line = f"{number} {street}" if known["number_first"] else f"{street} {number}"
    given, family = drawn("given"), drawn("family")
    name = f"{family} {given}" if code == "JP" else f"{given} {family}"
    mail = draws.code(12, "buyer", order_id, "mail").lower()
    return Buyer(
        f"{mail}@marketplace.amazon.invalid",
        Destination(
            name,
            line,
            code,
            postal_code,
            town or None,
            state or None,
            phone=known["phone"].format(number=number),
        ),
    )


@cache
def _people() -> Mapping[str, Mapping[str, Any]]:
    path = files("stockpool_amazon_sim") / "data" / "buyers.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
