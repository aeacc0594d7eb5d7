"""Rows that can't be assigned hold back every order that they may belong to."""

from __future__ import annotations

import pytest


def test_rows_of_one_order_become_one_order(shop, plain, row):
    shop.read("orders.csv", plain(row("1"), row("1", "2", "CUP", "3"), row("2")))
    assert [(o.channel_order_id, len(o.lines)) for o in shop.orders] == [("1", 2), ("2", 1)]


def test_an_order_in_several_places_is_rejected_everywhere(shop, plain, row):
    shop.read("orders.csv", plain(row("1"), row("2"), row("1", "2"), row("3")))
    assert shop.order_ids == ["2", "3"]
    assert shop.codes == ["order_rows_apart"] * 2
    assert [line["order_id"] for line in shop.table("rejected/orders.csv.rows.csv")] == ["1", "1"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("2,1,MUG,1,Pat,Test 1\n", "row_too_short"),
        ("2,1,MUG,1,Pat,Test 1,Seattle,WA,98101,US,9.50,USD,more\n", "row_too_long"),
        (",1,MUG,1,Pat,Test 1,Seattle,WA,98101,US,9.50,USD\n", "missing_order_id"),
    ],
)
def test_a_row_that_fits_nowhere_holds_back_its_neighbours(shop, plain, row, bad, code):
    shop.read("orders.csv", plain(row("0"), row("1"), bad, row("3"), row("4")))
    assert shop.order_ids == ["0", "4"]
    assert shop.codes == [code, "beside_unreadable_row"]
    assert len(shop.table("rejected/orders.csv.rows.csv")) == 3


def test_a_bad_row_between_two_rows_of_an_order_holds_back_that_order_only(shop, plain, row):
    shop.read("orders.csv", plain(row("0"), row("1"), ",x\n", row("1", "2"), row("2")))
    assert shop.order_ids == ["0", "2"]


def test_a_bad_row_at_the_start_holds_back_the_first_order(shop, plain, row):
    shop.read("orders.csv", plain(",x\n", row("1"), row("2")))
    assert shop.order_ids == ["2"]
    assert shop.problems[0].channel_order_id is None


def test_empty_cells_beyond_the_header_do_no_harm(shop, plain, row):
    shop.read("orders.csv", plain(row("1").rstrip("\n") + ",,,\n"))
    assert shop.order_ids == ["1"]
