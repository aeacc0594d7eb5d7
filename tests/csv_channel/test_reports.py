"""What people get to correct can be dropped again, and nothing in it is calculated."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

DANGEROUS = tuple("=+-@\t\r\n")


def test_corrected_rows_can_be_dropped_into_the_inbox_again(shop, plain, row):
    shop.read("orders.csv", plain(row("1"), row("2", quantity="two"), row("2", "2")))
    name = "orders.csv.rows.csv"
    text = (shop.folder / "rejected" / name).read_text("utf-8-sig")
    shop.read(name, text.replace("two", "2"))
    assert shop.order_ids == ["1", "2"]
    assert [line.quantity for line in shop.orders[1].lines] == [2, 1]


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "cp1252", "cp932"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_rows_come_back_in_the_form_in_which_they_came(shop, codec, delimiter):
    city = "東京" if codec == "cp932" else "Köln"
    header = ["order_id", "sku", "quantity", "name", "address1", "city", "country"]
    rows = [header, ["1", "MUG", "x", "+Pat", f'a{delimiter}"b"', city, "DE"]]
    path = shop.drop("orders.txt", "")
    with open(path, "w", encoding=codec, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    shop.fetch_all()
    raw = (shop.folder / "rejected/orders.txt.rows.csv").read_bytes()
    shop.read(
        "again.csv",
        raw.decode(codec).replace("MUG" + delimiter + "x", "MUG" + delimiter + "1").encode(codec),
    )
    (order,) = shop.orders
    assert (order.ship_to.name, order.ship_to.city) == ("+Pat", city)
    assert order.ship_to.line1 == f'a{delimiter}"b"'


def test_a_file_without_bad_rows_leaves_nothing_in_rejected(shop, plain, row):
    shop.read("orders.csv", plain(row("1")))
    assert shop.files() == ["done/orders.csv"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "=", "+", "-", "@", "\t=", "\r", "'="]),
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
        ),
        min_size=7,
        max_size=7,
    )
)
def test_no_cell_of_a_report_opens_as_a_formula(make_shop, cells):
    shop = make_shop()
    path = shop.drop("orders.csv", "")
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["order_id", "sku", "quantity", "name", "address1", "city", "country"])
        writer.writerow([start + rest for start, rest in cells])
    shop.fetch_all(guard_formulas=False)
    for path in (shop.folder / "rejected").iterdir():
        if not path.name.endswith((".report.csv", ".rows.csv")):
            continue
        with open(path, encoding="utf-8-sig", newline="") as file:
            for line in csv.reader(file):
                assert not any(cell.startswith(DANGEROUS) for cell in line)
