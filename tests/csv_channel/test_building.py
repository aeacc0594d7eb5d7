"""One bad row rejects its whole order; the others go on."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

FULL_HEADER = (
    "order_id,line_id,sku,quantity,unit_price,tax,gift_message,line_comment,name,address1,"
    "address2,address3,city,district,region,postal_code,country,phone,email,speed,"
    "fulfillment_policy,backorder,hold,priority,features,ordered_at,comment,currency,"
    "shipping_price,shipping_tax\n"
)
FULL_ROW = (
    "A-1,L1,MUG,2,9.50,1.52,Enjoy,blue one,Pat Example,1 Test Street,Apt 2,Rear,Seattle,King,WA,"
    "98101,us,'+1 555 0100,pat@example.com,Expedited,fillall,yes,check address,5,BLANK_BOX,"
    "2026-01-31T10:00:00Z,Thank you,USD,4.00,0.40\n"
)


def test_every_column_of_the_plain_layout_reaches_the_order(shop):
    shop.read("orders.csv", FULL_HEADER + FULL_ROW)
    assert shop.codes == []
    (order,) = shop.orders
    assert order.model_dump(exclude={"lines", "ship_to"}) == {
        "channel": "web",
        "channel_order_id": "A-1",
        "speed": "expedited",
        "fulfillment_policy": "FillAll",
        "backorder": True,
        "hold": "check address",
        "priority": 5,
        "features": ("BLANK_BOX",),
        "ordered_at": datetime(2026, 1, 31, 10, tzinfo=UTC),
        "comment": "Thank you",
        "currency": "USD",
        "shipping_price": Decimal("4.00"),
        "shipping_tax": Decimal("0.40"),
        "source": "orders.csv:2",
    }
    assert order.ship_to.model_dump() == {
        "name": "Pat Example",
        "line1": "1 Test Street",
        "line2": "Apt 2",
        "line3": "Rear",
        "city": "Seattle",
        "district": "King",
        "region": "WA",
        "postal_code": "98101",
        "country": "US",
        "phone": "+1 555 0100",
        "email": "pat@example.com",
    }
    (line,) = order.lines
    assert line.model_dump() == {
        "line_id": "L1",
        "channel_sku": "MUG",
        "quantity": 2,
        "unit_price": Decimal("9.50"),
        "tax": Decimal("1.52"),
        "currency": None,
        "gift_message": "Enjoy",
        "comment": "blue one",
    }


def test_leading_zeros_and_case_of_identifiers_are_kept(shop, plain, row):
    shop.read("orders.csv", plain(row("00017", "01", "007-Mug")))
    (order,) = shop.orders
    assert (order.channel_order_id, order.lines[0].line_id) == ("00017", "01")
    assert order.lines[0].channel_sku == "007-Mug"


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("quantity", "0", "invalid_quantity"),
        ("quantity", "", "invalid_quantity"),
        ("sku", "", "missing_value"),
        ("sku", "a\u0007b", "invalid_identifier"),
        ("sku", "x" * 256, "invalid_identifier"),
        ("order_id", "x" * 256, "invalid_identifier"),
        ("unit_price", "$9.50", "invalid_amount"),
        ("tax", "free", "invalid_amount"),
        ("name", "", "missing_value"),
        ("address1", "", "missing_value"),
        ("country", "", "missing_value"),
        ("speed", "rocket", "unknown_shipping_method"),
        ("fulfillment_policy", "some", "invalid_choice"),
        ("backorder", "perhaps", "invalid_choice"),
        ("priority", "1001", "invalid_priority"),
        ("features", "GOLD_BOX", "invalid_choice"),
        ("ordered_at", "31.1.2026", "invalid_date"),
        ("shipping_price", "4 USD", "invalid_amount"),
        ("comment", "x" * 2001, "invalid_value"),
        ("city", "x" * 10_001, "cell_too_long"),
        ("city", "a\0b", "nul_character"),
    ],
)
def test_a_bad_cell_rejects_its_order_with_row_and_column(shop, column, value, code):
    cells = dict(zip(FULL_HEADER.strip().split(","), FULL_ROW.strip().split(","), strict=True))
    good = ",".join(cells.values())
    bad = ",".join((cells | {"order_id": "A-2", column: value}).values())
    shop.read("orders.csv", f"{FULL_HEADER}{good}\n{bad}\n")
    assert shop.order_ids == ["A-1"]
    (line, *_) = shop.table("rejected/orders.csv.report.csv")
    assert (line["row"], line["column"], line["code"]) == ("3", column, code)
    assert line["reason"]
    assert line["fix"]
    (problem,) = shop.problems
    assert (problem.source, problem.problem.code) == ("orders.csv:3", code)


def test_one_bad_line_rejects_all_lines_of_the_order(shop, plain, row):
    bad = plain(row("1"), row("2"), row("2", "2", "CUP", "x"), row("2", "3"), row("3"))
    shop.read("orders.csv", bad)
    assert shop.order_ids == ["1", "3"]
    assert [line["line_id"] for line in shop.table("rejected/orders.csv.rows.csv")] == list("123")


def test_everything_wrong_with_an_order_is_reported_at_once(shop, plain, row):
    shop.read("orders.csv", plain(row("1", "1", "", "x"), row("1", "1")))
    codes = [line["code"] for line in shop.table("rejected/orders.csv.report.csv")]
    assert codes == ["invalid_quantity", "missing_value", "repeated_line_id"]
    (problem,) = shop.problems
    assert "2 more" in problem.problem.message


def test_values_of_the_order_may_stand_on_its_first_row_only(shop, plain, row):
    shop.read("orders.csv", plain(row("1"), "1,2,CUP,1,,,,,,,,\n"))
    (order,) = shop.orders
    assert [line.channel_sku for line in order.lines] == ["MUG", "CUP"]


def test_rows_of_an_order_must_not_contradict_each_other(shop, plain, row):
    shop.read("orders.csv", plain(row("1"), row("1", "2").replace("Seattle", "Tacoma")))
    assert shop.codes == ["conflicting_value"]
    assert shop.problems[0].problem.field == "city"


def test_lines_without_ids_are_numbered(shop, plain, row):
    shop.read("orders.csv", plain(row("1", ""), row("1", "", "CUP")))
    assert [line.line_id for line in shop.orders[0].lines] == ["1", "2"]


def test_the_same_row_twice_without_line_ids_is_rejected(shop, plain, row):
    shop.read("orders.csv", plain(row("1", ""), row("1", ""), row("2", "")))
    assert (shop.order_ids, shop.codes) == (["2"], ["repeated_row"])


def test_line_ids_stand_on_all_rows_of_an_order_or_on_none(shop, plain, row):
    shop.read("orders.csv", plain(row("1", "1"), row("1", "", "CUP")))
    assert shop.codes == ["missing_value"]


def test_defaults_fill_what_the_file_leaves_out(shop, plain, row):
    text = plain(row("1")).replace(",country,", ",x,").replace("currency", "y")
    defaults = {"country": "CA", "currency": "CAD", "speed": "priority"}
    shop.read("orders.csv", text, defaults=defaults)
    (order,) = shop.orders
    assert (order.ship_to.country, order.currency, order.speed) == ("CA", "CAD", "priority")


def test_the_decimal_mark_is_a_setting(shop):
    header = "order_id;sku;quantity;name;address1;city;country;price;currency\n"
    shop.read("a.csv", header + "1;M;1;Pat;T;S;DE;1.234,50;EUR\n", decimal=",")
    assert shop.orders[0].lines[0].unit_price == Decimal("1234.50")
    shop.read("b.csv", header + "2;M;1;Pat;T;S;DE;1.234,50;EUR\n")
    assert shop.codes == ["invalid_amount"]


def test_no_problem_repeats_what_stands_in_a_cell(shop, plain):
    secret = "Zyxwv Secretname"
    rows = [
        f"1,1,MUG,{secret},{secret},1 Test Street,S,WA,1,US,{secret},USD\n",
        f"{secret},{secret}\n",
        f"3,1,MUG,1,{secret},,S,WA,1,US,1,USD\n",
    ]
    shop.read("orders.csv", plain(*rows))
    assert len(shop.problems) == 2
    for problem in shop.problems:
        assert secret not in str(problem.problem)
        assert secret not in problem.source
