"""Removal orders of others are taken in as what they are, and every unit once."""

from __future__ import annotations

from pathlib import Path

import pytest

from stockpool.catalog.products import Product
from stockpool.engine import Engine
from stockpool.ledger.buckets import Account
from stockpool.plugins.network_removals import RemovalItem

US = "amazon-na:US"
HEADER = (
    "request-date|order-id|order-type|order-status|sku|fnsku|disposition|requested-quantity|"
    "cancelled-quantity|disposed-quantity|shipped-quantity|in-process-quantity\n"
)


class Reports:
    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self._path = folder / "removals.txt"

    def told(self, *rows: str) -> int:
        self._path.write_text((HEADER + "\n".join(rows) + "\n").replace("|", "\t"), "utf-8")
        name = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"
        self.engine.reports.import_file(self._path, name, US)
        return self.engine.duties.take_foreign_removals()


@pytest.fixture
def reports(engine: Engine, tmp_path: Path) -> Reports:
    engine.catalog.add(Product("MUG"))
    engine.inventory.receive(US, "MUG", 20, key="r")
    return Reports(engine, tmp_path)


def row(order: str = "AMZ1", kind: str = "Disposal", *, disposed: int = 0, shipped: int = 0) -> str:
    left = 6 - disposed - shipped
    return (
        f"2026-01-04T00:00:00+00:00|{order}|{kind}|Processing|MUG|X1|Unsellable|6|0|{disposed}"
        f"|{shipped}|{left}"
    )


def balance(reports: Reports, account: Account) -> int:
    return reports.engine.inventory.level(US, "MUG").units.get(account, 0)


def test_what_amazon_takes_out_goes_where_it_went(reports: Reports) -> None:
    assert reports.told(row()) == 1
    assert balance(reports, Account.DISPOSED) == 0
    reports.told(row(disposed=4))
    reports.told(row(disposed=4))
    assert balance(reports, Account.DISPOSED) == 4
    assert balance(reports, Account.ADJUSTMENT) == -4, "the snapshot that took them out balances it"
    reports.told(row(disposed=6), row("HAND1", "Return", shipped=2))
    assert balance(reports, Account.DISPOSED) == 6
    assert balance(reports, Account.RETURNED_TO_SELLER) == 2
    assert [one.order_id for one in reports.engine.removals.foreign()] == ["AMZ1", "HAND1"]
    (first, second) = [
        item for item in reports.engine.attention.list() if item.code == "foreign_removal"
    ]
    assert {first.subject, second.subject} == {"AMZ1", "HAND1"}
    assert reports.engine.verify().ok


def test_a_count_that_is_corrected_is_followed(reports: Reports) -> None:
    reports.told(row(disposed=5))
    reports.told(row(disposed=3))
    assert balance(reports, Account.DISPOSED) == 3
    assert reports.engine.verify().ok


def test_our_own_removal_orders_are_not_taken_for_others(reports: Reports) -> None:
    reports.engine.removals.create(
        US, [RemovalItem("MUG", sellable=6)], disposition="Disposal", removal_order_id="OURS"
    )
    assert reports.told(row("OURS", disposed=6)) == 0
    assert reports.engine.removals.foreign() == []
