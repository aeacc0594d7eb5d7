"""Delimiters, quoting and headers; what breaks the table refuses the file."""

from __future__ import annotations

import pytest

COLUMNS = ["order_id", "sku", "quantity", "name", "address1", "city", "country"]
VALUES = ["1", "MUG", "2", "Pat", "Test 1", "Seattle", "US"]


def text(delimiter=",", columns=COLUMNS, *rows):
    return "".join(delimiter.join(row) + "\n" for row in (columns, *(rows or (VALUES,))))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["orders.csv", "orders.tsv", "ORDERS.TXT"])
def test_the_delimiter_is_found_from_the_header(shop, delimiter, name):
    assert shop.read(name, text(delimiter)).order_ids == ["1"]


def test_a_header_with_other_delimiters_in_it_does_not_mislead(shop):
    columns = [*COLUMNS, '"remarks; internal, old"']
    assert shop.read("orders.csv", text(";", columns, [*VALUES, '"a;b,c"'])).order_ids == ["1"]


def test_the_delimiter_that_a_spreadsheet_names_in_the_first_line_is_used(shop):
    assert shop.read("orders.csv", "sep=;\n" + text(";")).order_ids == ["1"]
    assert shop.orders[0].source == "orders.csv:3"


def test_a_delimiter_setting_overrides_the_guess(shop):
    shop.read("orders.csv", text(","), delimiter=";")
    assert shop.codes == ["missing_columns"]


@pytest.mark.parametrize(
    "columns",
    [
        ["ORDER ID", "Sku", "Quantity", "NAME", "Address 1", "City", "Country"],
        ["order-id", "s_k_u", " quantity ", "name", "Address-1", "city", "country"],
        ["order_id", "channel-sku", "QTY", "Recipient", "Address line 1", "city", "countryCode"],
    ],
)
def test_headers_are_found_whatever_their_case_blanks_and_hyphens(shop, columns):
    assert shop.read("orders.csv", text(",", columns)).order_ids == ["1"]


def test_columns_may_stand_in_any_order_among_unknown_ones(shop):
    columns = ["colour", *reversed(COLUMNS), "weight", "weight"]
    row = ["red", *reversed(VALUES), "1", "2"]
    assert shop.read("orders.csv", text(",", columns, row)).order_ids == ["1"]


def test_cells_may_hold_line_breaks_delimiters_and_doubled_quotes(shop):
    row = ["1", "MUG", "2", '"Pat ""P"" Example"', '"Test 1,\r\nback door"', "Seattle", "US"]
    shop.read("orders.csv", text(",", COLUMNS, row, ["2", *VALUES[1:]]))
    assert shop.orders[0].ship_to.name == 'Pat "P" Example'
    assert shop.orders[0].ship_to.line1 == "Test 1,\r\nback door"
    assert shop.orders[1].source == "orders.csv:3"


def test_empty_lines_count_but_hold_no_order(shop):
    shop.read("orders.csv", "\n\n" + text() + "\n,,,,,,\n  ,,,,,,\n")
    assert [order.source for order in shop.orders] == ["orders.csv:4"]


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        ("", "no_header", None),
        ("\n\n\n", "no_header", None),
        ("\n" * 5_000, "no_header", None),
        ("hello world\n", "missing_columns", 1),
        (text(",", COLUMNS[:-1], VALUES[:-1]), "missing_columns", 1),
        (text(",", [*COLUMNS, "Order-ID"], [*VALUES, "1"]), "duplicate_column", 1),
        (text(",", [*COLUMNS, "qty"], [*VALUES, "1"]), "duplicate_column", 1),
        (text() + '2,MUG,1,"Pat,Test 1,Seattle,US\n3,MUG,1,P,T,S,US\n', "quote_not_closed", 3),
        (text() + '2,MUG,1,"Pat"x,Test 1,Seattle,US\n', "broken_quoting", 3),
        (text() + "2,MUG,1," + "x" * 200_000 + ",Test 1,Seattle,US\n", "cell_too_long", 3),
        (text(",", [f"c{n}" for n in range(501)]), "too_many_columns", 1),
    ],
)
def test_a_file_that_is_no_table_of_orders_is_refused_with_its_row(shop, content, code, row):
    shop.read("orders.csv", content)
    assert (shop.order_ids, shop.codes) == ([], [code])
    (line,) = shop.table("rejected/orders.csv.report.csv")
    assert line["row"] == ("" if row is None else str(row))
    assert line["fix"]
    assert "rejected/orders.csv" in shop.files()


def test_the_missing_columns_are_named(shop):
    shop.read("orders.csv", text(",", COLUMNS[:-2], VALUES[:-2]))
    assert "country" in shop.problems[0].problem.message


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"file_bytes": 50}, "file_too_large"),
        ({"rows": 1}, "too_many_rows"),
        ({"columns": 3}, "too_many_columns"),
    ],
)
def test_each_limit_refuses_the_file_and_is_named(shop, limits, code):
    shop.read("orders.csv", text(",", COLUMNS, VALUES, ["2", *VALUES[1:]]), limits=limits)
    assert (shop.order_ids, shop.codes) == ([], [code])
    problem = shop.problems[0].problem
    assert problem.limit == str(next(iter(limits.values())))
    assert f"limits.{next(iter(limits))}" in problem.fix


def test_a_limit_that_is_just_reached_refuses_nothing(shop):
    content = text()
    limits = {"file_bytes": len(content), "rows": 1, "columns": len(COLUMNS)}
    assert shop.read("orders.csv", content, limits=limits).order_ids == ["1"]
