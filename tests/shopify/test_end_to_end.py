"""A shop, the engine and a simulated Amazon through weeks of trouble, held against each other.

What happens in them, and what must be true at the end, is in `shopify_trade`.
"""

from __future__ import annotations

import sys

import pytest

from shopify_trade import Trade, check, trade_of
from shopify_world import ShopWorld

both_roles = pytest.mark.parametrize("role", ["merchant_managed", "fulfillment_service"])


def run(shop: ShopWorld, url: str, role: str, orders: int, seed: int) -> Trade:
    trade = trade_of(shop, url, role, seed)
    try:
        for _ in range(orders):
            trade.step()
        trade.settle()
        check(trade)
    finally:
        trade.close()
    return trade


def test_everything_is_done_exactly_once(shop: ShopWorld, sqlite_url: str) -> None:
    """A week of it; `make kill` has both roles and both databases for longer."""
    trade = run(shop, sqlite_url, "fulfillment_service", orders=10, seed=6)
    assert trade.deaths
    assert trade.faults
    assert trade.cancelled
    assert trade.relabelled


@pytest.mark.kill
@pytest.mark.timeout(600)
@both_roles
def test_everything_is_done_exactly_once_on_both_databases(
    shop: ShopWorld, database_url: str, role: str
) -> None:
    trade = run(shop, database_url, role, orders=25, seed=7)
    assert trade.deaths
    assert trade.faults
    assert trade.cancelled


@pytest.mark.kill
@pytest.mark.timeout(3_000)
@both_roles
def test_a_thousand_orders_are_done_exactly_once(
    shop: ShopWorld, postgres_url: str, role: str, capsys: pytest.CaptureFixture[str]
) -> None:
    trade = run(shop, postgres_url, role, orders=1_000, seed=1)
    with capsys.disabled():
        sys.stdout.write(f"\n{role}: {trade.figures()}\n")
    assert sum(trade.deaths.values()) >= 50
