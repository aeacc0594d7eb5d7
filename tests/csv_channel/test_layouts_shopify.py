"""Shopify's order export: what is to be sent is sent, the rest is told."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

HEADER = [
    "Name",
    "Email",
    "Financial Status",
    "Paid at",
    "Fulfillment Status",
    "Fulfilled at",
    "Accepts Marketing",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Code",
    "Discount Amount",
    "Shipping Method",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem compare at price",
    "Lineitem sku",
    "Lineitem requires shipping",
    "Lineitem taxable",
    "Lineitem fulfillment status",
    "Billing Name",
    "Billing Street",
    "Billing Address1",
    "Billing Address2",
    "Billing Company",
    "Billing City",
    "Billing Zip",
    "Billing Province",
    "Billing Country",
    "Billing Phone",
    "Shipping Name",
    "Shipping Street",
    "Shipping Address1",
    "Shipping Address2",
    "Shipping Company",
    "Shipping City",
    "Shipping Zip",
    "Shipping Province",
    "Shipping Country",
    "Shipping Phone",
    "Notes",
    "Note Attributes",
    "Cancelled at",
    "Payment Method",
    "Payment Reference",
    "Refunded Amount",
    "Vendor",
    "Outstanding Balance",
    "Employee",
    "Location",
    "Device ID",
    "Id",
    "Tags",
    "Risk Level",
    "Source",
    "Lineitem discount",
    "Tax 1 Name",
    "Tax 1 Value",
    "Tax 2 Name",
    "Tax 2 Value",
    "Tax 3 Name",
    "Tax 3 Value",
    "Tax 4 Name",
    "Tax 4 Value",
    "Tax 5 Name",
    "Tax 5 Value",
    "Phone",
    "Receipt Number",
    "Duties",
    "Billing Province Name",
    "Shipping Province Name",
    "Payment ID",
    "Payment Terms Name",
    "Next Payment Due At",
    "Payment References",
]

FIRST = {
    "Name": "#1001",
    "Email": "pat@example.com",
    "Financial Status": "paid",
    "Paid at": "2026-01-31 10:00:05 -0500",
    "Fulfillment Status": "unfulfilled",
    "Currency": "USD",
    "Subtotal": "39.00",
    "Shipping": "5.00",
    "Taxes": "0.00",
    "Total": "44.00",
    "Shipping Method": "Standard Shipping",
    "Created at": "2026-01-31 10:00:00 -0500",
    "Lineitem quantity": "2",
    "Lineitem name": "Mug - blue",
    "Lineitem price": "10.00",
    "Lineitem sku": "MUG",
    "Lineitem requires shipping": "true",
    "Lineitem taxable": "true",
    "Lineitem fulfillment status": "pending",
    "Shipping Name": "Pat Example",
    "Shipping Street": "1 Test Street, Apt 2",
    "Shipping Address1": "1 Test Street",
    "Shipping Address2": "Apt 2",
    "Shipping Company": "Example Works",
    "Shipping City": "Seattle",
    "Shipping Zip": "'98101",
    "Shipping Province": "WA",
    "Shipping Country": "US",
    "Shipping Phone": "'+15550100",
    "Notes": "call\nfirst",
    "Id": "5550001",
    "Risk Level": "Low",
    "Source": "web",
    "Lineitem discount": "0.00",
}
SECOND = {
    "Name": "#1001",
    "Email": "pat@example.com",
    "Created at": "2026-01-31 10:00:00 -0500",
    "Lineitem quantity": "1",
    "Lineitem name": "Cup",
    "Lineitem price": "19.00",
    "Lineitem sku": "CUP",
    "Lineitem requires shipping": "true",
    "Lineitem fulfillment status": "pending",
    "Lineitem discount": "4.00",
}


def export(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_an_order_over_several_rows_is_one_order(shop):
    shop.read("orders_export_1.csv", export(FIRST, SECOND, FIRST | {"Name": "#1002"}))
    assert shop.order_ids == ["#1001", "#1002"]
    order = shop.orders[0]
    assert order.ship_to.model_dump(exclude_none=True) == {
        "name": "Pat Example",
        "line1": "1 Test Street",
        "line2": "Apt 2",
        "line3": "Example Works",
        "city": "Seattle",
        "region": "WA",
        "postal_code": "98101",
        "country": "US",
        "phone": "+15550100",
        "email": "pat@example.com",
    }
    assert order.ordered_at == datetime(2026, 1, 31, 15, tzinfo=UTC)
    assert (order.currency, order.shipping_price, order.speed) == (
        "USD",
        Decimal("5.00"),
        "standard",
    )
    assert [(x.line_id, x.channel_sku, x.quantity, x.unit_price) for x in order.lines] == [
        ("1", "MUG", 2, Decimal("10.00")),
        ("2", "CUP", 1, Decimal("15.00")),
    ]


def test_notes_are_not_shown_to_the_buyer(shop):
    shop.read("export.csv", export(FIRST))
    assert shop.orders[0].comment is None


def test_a_discount_is_spread_over_the_units_and_rounded_down(shop):
    changes = {"Lineitem quantity": "3", "Lineitem price": "10.00", "Lineitem discount": "5.00"}
    shop.read("export.csv", export(FIRST | changes))
    assert shop.orders[0].lines[0].unit_price == Decimal("8.33")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Financial Status": "pending"}, "skipped_unpaid"),
        ({"Financial Status": "authorized"}, "skipped_unpaid"),
        ({"Financial Status": "refunded"}, "skipped_unpaid"),
        ({"Financial Status": "voided"}, "skipped_unpaid"),
        ({"Financial Status": ""}, "skipped_unpaid"),
        ({"Cancelled at": "2026-01-31 11:00:00 -0500"}, "skipped_cancelled"),
        ({"Fulfillment Status": "fulfilled"}, "skipped_fulfilled"),
        ({"Lineitem requires shipping": "false"}, "skipped_needs_no_shipping"),
    ],
)
def test_what_is_not_to_be_sent_is_skipped_and_reported(shop, changes, code):
    shop.read("export.csv", export(FIRST | changes, FIRST | {"Name": "#1002"}))
    assert shop.order_ids == ["#1002"]
    assert shop.files() == ["done/export.csv", "done/export.csv.report.csv"]
    (line,) = shop.table("done/export.csv.report.csv")
    assert (line["row"], line["code"], line["order"]) == ("2", code, "#1001")
    assert shop.codes == [code]


def test_a_thousand_skipped_orders_are_one_problem(shop):
    rows = [FIRST | {"Name": f"#{n}", "Fulfillment Status": "fulfilled"} for n in range(1000)]
    shop.read("export.csv", export(*rows))
    (problem,) = shop.problems
    assert problem.source == "export.csv:skipped_fulfilled"
    assert "1000 orders" in problem.problem.message
    assert len(shop.table("done/export.csv.report.csv")) == 1000


def test_lines_that_are_fulfilled_or_need_no_shipping_are_left_out(shop):
    gift_card = SECOND | {"Lineitem requires shipping": "false"}
    sent = SECOND | {"Lineitem fulfillment status": "fulfilled"}
    shop.read(
        "export.csv", export(FIRST | {"Fulfillment Status": "partial"}, gift_card, sent, SECOND)
    )
    assert [line.line_id for line in shop.orders[0].lines] == ["1", "4"]
    rows = [line["row"] for line in shop.table("done/export.csv.report.csv")]
    # The note on the first row has a line break in it, which makes no row of its own.
    assert rows == ["3", "4"]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({"Financial Status": "partially_refunded"}, {}, "partly_refunded"),
        ({}, {"Lineitem fulfillment status": "partial"}, "partly_fulfilled"),
        ({}, {"Financial Status": "paid"}, "repeated_order"),
        ({}, {"Lineitem discount": "99.00"}, "invalid_discount"),
        ({}, {"Lineitem discount": "a lot"}, "invalid_amount"),
        ({"Shipping Name": ""}, {}, "missing_value"),
    ],
)
def test_what_the_export_can_not_tell_goes_to_a_person(shop, first, second, code):
    shop.read("export.csv", export(FIRST | first, SECOND | second))
    assert (shop.order_ids, shop.codes) == ([], [code])
    assert len(shop.table("rejected/export.csv.rows.csv")) == 2


def test_other_financial_statuses_can_be_allowed(make_shop):
    shop = make_shop(shopify={"financial_statuses": ["paid", "authorized"]})
    shop.read("export.csv", export(FIRST | {"Financial Status": "authorized"}))
    assert shop.order_ids == ["#1001"]


def test_orders_can_be_known_by_their_id(make_shop):
    shop = make_shop(shopify={"order_id": "id"})
    shop.read("export.csv", export(FIRST, SECOND))
    assert shop.order_ids == ["5550001"]


def test_shipping_methods_are_mapped_and_unknown_ones_get_the_default(make_shop):
    shop = make_shop(speeds={"Express": "priority"}, defaults={"speed": "expedited"})
    rows = [FIRST | {"Name": f"#{n}", "Shipping Method": m} for n, m in enumerate(["express", "?"])]
    shop.read("export.csv", export(*rows))
    assert [order.speed for order in shop.orders] == ["priority", "expedited"]


def test_an_older_export_with_fewer_columns_is_read(shop):
    known = [name for name in HEADER if name not in ("Id", "Lineitem discount", "Shipping Street")]
    text = io.StringIO()
    writer = csv.DictWriter(text, known, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerow(FIRST)
    shop.read("export.csv", text.getvalue())
    assert shop.order_ids == ["#1001"]
