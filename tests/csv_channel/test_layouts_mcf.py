"""Amazon's MCF order file, in both of its forms."""

from __future__ import annotations

from decimal import Decimal

import pytest

COLUMNS_22 = [
    "MerchantFulfillmentOrderID",
    "DisplayableOrderID",
    "DisplayableOrderDate",
    "MerchantSKU",
    "Quantity",
    "MerchantFulfillmentOrderItemID",
    "GiftMessage",
    "DisplayableComment",
    "DisplayableOrderComment",
    "DeliverySLA",
    "AddressName",
    "AddressFieldOne",
    "AddressFieldTwo",
    "AddressFieldThree",
    "AddressCity",
    "AddressCountryCode",
    "AddressStateOrRegion",
    "AddressPostalCode",
    "AddressPhoneNumber",
    "NotificationEmail",
    "FulfillmentAction",
    "MarketplaceID",
]
COLUMNS_23 = [*COLUMNS_22[:8], "PerUnitDeclaredValue", *COLUMNS_22[8:]]


def line(values, columns=COLUMNS_22):
    return "\t".join(values.get(column, "") for column in columns)


FIRST = {
    "MerchantFulfillmentOrderID": "MCF-1",
    "DisplayableOrderID": "1001",
    "DisplayableOrderDate": "2026-01-31T10:00:00",
    "MerchantSKU": "0012-MUG",
    "Quantity": "2",
    "MerchantFulfillmentOrderItemID": "MCF-1-1",
    "GiftMessage": 'For "you"',
    "DisplayableOrderComment": 'Thank you for your "order',
    "DeliverySLA": "Expedited",
    "AddressName": "Pat Example",
    "AddressFieldOne": "1 Test Street",
    "AddressCity": "Seattle",
    "AddressCountryCode": "US",
    "AddressStateOrRegion": "WA",
    "AddressPostalCode": "98101",
    "AddressPhoneNumber": "555-0100",
    "NotificationEmail": "pat@example.com",
    "FulfillmentAction": "Ship",
    "MarketplaceID": "ATVPDKIKX0DER",
}
SECOND = {
    "MerchantFulfillmentOrderID": "MCF-1",
    "MerchantSKU": "CUP",
    "Quantity": "1",
    "MerchantFulfillmentOrderItemID": "MCF-1-2",
}


def document(*rows, columns=COLUMNS_22, end="\r\n"):
    return "".join(text + end for text in ("\t".join(columns), *rows))


def test_later_rows_of_an_order_carry_only_the_line(shop):
    shop.read("mcf.txt", document(line(FIRST), line(SECOND)))
    assert shop.codes == []
    (order,) = shop.orders
    assert (order.channel_order_id, order.speed, order.hold) == ("MCF-1", "expedited", None)
    assert [(x.line_id, x.channel_sku, x.quantity) for x in order.lines] == [
        ("MCF-1-1", "0012-MUG", 2),
        ("MCF-1-2", "CUP", 1),
    ]
    assert order.ship_to.email == "pat@example.com"


def test_a_double_quote_is_a_character_like_any_other(shop):
    shop.read("mcf.txt", document(line(FIRST), line(SECOND)))
    (order,) = shop.orders
    assert order.comment == 'Thank you for your "order'
    assert order.lines[0].gift_message == 'For "you"'


def test_the_form_with_declared_values_is_read_by_its_header(shop):
    first = line(FIRST | {"PerUnitDeclaredValue": "9.50"}, COLUMNS_23)
    shop.read("mcf.txt", document(first, columns=COLUMNS_23), defaults={"currency": "USD"})
    assert shop.orders[0].lines[0].unit_price == Decimal("9.50")
    assert shop.orders[0].currency == "USD"


def test_empty_columns_at_the_end_of_a_row_may_be_missing(shop):
    shop.read("mcf.txt", document(line(FIRST).rstrip("\t"), line(SECOND).rstrip("\t")))
    assert len(shop.orders[0].lines) == 2


def test_a_file_for_japan_has_no_city(shop):
    columns = [column for column in COLUMNS_22 if column != "AddressCity"]
    first = line(FIRST | {"AddressCountryCode": "JP", "AddressName": "山田太郎"}, columns)
    shop.read("mcf.txt", document(first, columns=columns).encode("cp932"))
    assert shop.orders[0].ship_to.city is None
    assert shop.orders[0].ship_to.name == "山田太郎"


def test_the_action_hold_holds_the_order(shop):
    shop.read("mcf.txt", document(line(FIRST | {"FulfillmentAction": "Hold"})))
    assert shop.orders[0].hold


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"FulfillmentAction": "Burn"}, "unknown_action"),
        ({"DeliverySLA": "Teleport"}, "unknown_shipping_method"),
        ({"AddressName": ""}, "missing_value"),
    ],
)
def test_what_amazon_would_refuse_is_refused(shop, changes, code):
    shop.read("mcf.txt", document(line(FIRST | changes), line(SECOND)))
    assert (shop.order_ids, shop.codes) == ([], [code])


def test_rejected_rows_can_be_corrected_and_dropped_again(shop):
    shop.read("mcf.txt", document(line(FIRST | {"Quantity": "x"}), line(SECOND)))
    text = (shop.folder / "rejected/mcf.txt.rows.csv").read_text("utf-8-sig")
    shop.read("again.txt", text.replace("\tx\t", "\t2\t"))
    assert len(shop.orders[0].lines) == 2
    assert shop.orders[0].comment == 'Thank you for your "order'


def test_separated_by_commas_the_file_is_quoted_as_usual(shop):
    row = ["M-1", "1", "", "MUG", "1", "i1", "", "", "x", "", "Pat", '"1 Test, rear"', "", "", "S"]
    row += ["US", "WA", "98101", "", "", "", ""]
    shop.read("mcf.csv", ",".join(COLUMNS_22) + "\n" + ",".join(row) + "\n")
    assert shop.orders[0].ship_to.line1 == "1 Test, rear"
