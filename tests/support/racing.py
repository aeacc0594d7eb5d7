"""Buyers who want the same goods at the same moment, in threads or as a process of their own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from at_once import ready
from fake_network import FakeNetwork
from sample_orders import an_order
from stockpool.engine import Engine
from stockpool.order_request import OrderRequest
from stockpool.orders.receipts import Receipt

US = "amazon-na:US"

KITS = {"mug": {"MUG": 1}, "cup": {"CUP": 1}, "set": {"MUG": 1, "CUP": 2}}
"""What each channel SKU consists of."""


@dataclass
class Won:
    """What a buyer (or several) got: units by seller SKU, and how the orders ended."""

    units: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    untold: list[str] = field(default_factory=list)
    """Orders that got nothing and were not told why."""

    def __add__(self, other: Won) -> Won:
        return Won(
            self.units + other.units,
            self.statuses + other.statuses,
            self.codes + other.codes,
            self.untold + other.untold,
        )


def won(requests: Sequence[OrderRequest], receipts: Sequence[Receipt]) -> Won:
    """Read the receipts of orders that are filled whole or not at all."""
    result = Won()
    for request, receipt in zip(requests, receipts, strict=True):
        result.statuses[receipt.status.value] += 1
        result.codes.update({problem.code for problem in receipt.problems})
        if receipt.status.value == "reserved":
            for line in request.lines:
                for sku, each in KITS[line.channel_sku].items():
                    result.units[sku] += each * line.quantity
        elif not receipt.problems and receipt.status.value != "waiting":
            result.untold.append(receipt.channel_order_id)
    return result


def open_shop(url: str) -> Engine:
    """The engine as every buyer's process opens it."""
    return Engine.open(url, config={"plugins": []}, networks={"amazon-na": FakeNetwork()})


def wishes(buyer: int, kind: str, count: int, *, backorder: bool = False) -> list[OrderRequest]:
    """`count` orders of one buyer: for one SKU, for kits and singles, or for several lines."""
    orders = []
    for number in range(count):
        name = f"{kind}-{buyer}-{number}"
        match kind:
            case "single":
                lines = [("mug", 1)]
            case "kit":
                lines = [(("mug", "cup", "set")[(buyer + number) % 3], 1)]
            case _:
                lines = [("mug", 1), ("cup", 2), ("set", 1)]
                # Neighbours ask for the same goods in opposite orders.
                lines = lines[:: 1 if buyer % 2 else -1]
        orders.append(an_order(name, *lines, backorder=backorder))
    return orders


def buy(
    engine: Engine, buyer: int, kind: str, count: int, batch: int, backorder: bool = False
) -> Won:
    """Submit a buyer's orders, `batch` at a time."""
    result = Won()
    orders = wishes(buyer, kind, count, backorder=backorder)
    for start in range(0, count, batch):
        part = orders[start : start + batch]
        receipts = engine.orders.submit_many(part) if batch > 1 else [engine.orders.submit(part[0])]
        result += won(part, receipts)
    return result


def buy_in_a_process(url: str, buyer: int) -> tuple[Won, int]:
    """`buy` singly, in kits and in batches, with an engine of its own; and the process's id."""
    with open_shop(url) as engine:
        ready()
        result = (
            buy(engine, buyer, "single", 6, 1)
            + buy(engine, buyer, "kit", 6, 1)
            + buy(engine, buyer, "lines", 12, 6)
        )
        return result, os.getpid()
