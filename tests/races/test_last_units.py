"""Never oversold: many buyers race for the last units, singly, in kits and in batches."""

from __future__ import annotations

import os
from functools import reduce
from operator import add

import pytest

from at_once import in_processes, in_threads
from racing import US, Won, buy, buy_in_a_process
from stockpool.engine import Engine
from stockpool.ledger.levels import StockLevel

SHAPES = [
    pytest.param("single", 1, id="singly"),
    pytest.param("kit", 1, id="kits"),
    pytest.param("lines", 1, id="several-lines"),
    pytest.param("kit", 6, id="batches-of-kits"),
    pytest.param("lines", 6, id="batches-of-several-lines"),
]


def stock_up(shop: Engine, *, mugs: int, cups: int) -> None:
    shop.inventory.receive(US, "MUG", mugs, key="mugs")
    shop.inventory.receive(US, "CUP", cups, key="cups")


def level(shop: Engine, sku: str) -> StockLevel:
    return shop.inventory.level(US, sku)


def check(shop: Engine, result: Won, *, orders: int, mugs: int, cups: int) -> None:
    """What must be true after every race, whoever won it."""
    assert result.statuses.total() == orders, "every order has an answer"
    assert set(result.statuses) <= {"reserved", "unfulfillable"}
    assert result.untold == [], "every loser was told why"
    losers = result.statuses["unfulfillable"]
    assert result.codes == ({"out_of_stock": losers} if losers else {})
    for sku, stock in (("MUG", mugs), ("CUP", cups)):
        here = level(shop, sku)
        assert here.held == result.units[sku], f"what is held of {sku} is what was promised"
        assert here.held + here.fulfillable == stock
    report = shop.verify()
    assert report.ok, report.violations
    assert shop.database.retries == 0, "rows are taken in one order, so nothing had to be repeated"


@pytest.mark.parametrize(("kind", "batch"), SHAPES)
def test_8_threads_never_oversell(shop: Engine, kind: str, batch: int) -> None:
    stock_up(shop, mugs=40, cups=50)
    results = in_threads(8, lambda buyer: buy(shop, buyer, kind, 12, batch))
    result = reduce(add, results)
    check(shop, result, orders=96, mugs=40, cups=50)
    sold_out = level(shop, "MUG").fulfillable == 0 or level(shop, "CUP").fulfillable < 4
    assert sold_out, "nobody was turned away while there was enough for him"
    assert result.statuses["unfulfillable"] > 0


def test_4_processes_never_oversell(shop: Engine, database_url: str) -> None:
    """Singly, in kits, and in batches of several lines."""
    stock_up(shop, mugs=40, cups=50)
    answers = in_processes(buy_in_a_process, [(database_url, buyer) for buyer in range(4)])
    result = reduce(add, (won for won, _ in answers))
    check(shop, result, orders=96, mugs=40, cups=50)
    assert result.statuses["unfulfillable"] > 0
    processes = {process for _, process in answers}
    assert len(processes) == 4
    assert os.getpid() not in processes


def test_the_last_unit_goes_to_one_of_8(shop: Engine) -> None:
    stock_up(shop, mugs=1, cups=1)
    result = reduce(add, in_threads(8, lambda buyer: buy(shop, buyer, "single", 1, 1)))
    assert result.statuses == {"reserved": 1, "unfulfillable": 7}
    check(shop, result, orders=8, mugs=1, cups=1)


def test_who_may_wait_waits_and_is_filled_when_stock_comes(shop: Engine) -> None:
    stock_up(shop, mugs=10, cups=1)
    result = reduce(
        add, in_threads(8, lambda buyer: buy(shop, buyer, "single", 5, 1, backorder=True))
    )
    assert result.statuses == {"reserved": 10, "waiting": 30}
    in_threads(4, lambda n: shop.inventory.receive(US, "MUG", 5, key=f"more-{n}"))
    assert level(shop, "MUG").held == 30
    assert level(shop, "MUG").fulfillable == 0
    assert shop.verify().ok
