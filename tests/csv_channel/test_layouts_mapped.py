"""Any layout, as long as the settings say which column is what."""

from __future__ import annotations

COLUMNS = {
    "channel_order_id": "Order No",
    "channel_sku": "Item",
    "quantity": "Pcs",
    "name": "Consignee",
    "line1": "Street",
    "city": "Town",
    "country": "Land",
    "speed": "Versandart",
}
TEXT = "Order No;Item;Pcs;Consignee;Street;Town;Land;Versandart;Notiz\n"
ROW = "7;MUG;2;Pat;Test 1;Köln;DE;DHL  express;-\n"


def test_columns_are_found_by_the_names_in_the_settings(make_shop):
    shop = make_shop(layout="mapping", columns=COLUMNS, speeds={"DHL Express": "expedited"})
    shop.read("orders.csv", TEXT + ROW)
    (order,) = shop.orders
    assert (order.channel_order_id, order.speed, order.ship_to.city) == ("7", "expedited", "Köln")


def test_a_shipping_method_without_a_speed_is_reported(make_shop):
    shop = make_shop(layout="mapping", columns=COLUMNS)
    shop.read("orders.csv", TEXT + ROW)
    assert shop.codes == ["unknown_shipping_method"]


def test_every_column_of_the_mapping_has_to_be_there(make_shop):
    shop = make_shop(layout="mapping", columns=COLUMNS)
    shop.read("orders.csv", (TEXT + ROW).replace("Versandart", "Versand"))
    assert shop.codes == ["missing_columns"]
    assert "Versandart" in shop.problems[0].problem.message


def test_a_layout_setting_does_not_read_other_layouts(make_shop, plain, row):
    shop = make_shop(layout="shopify")
    shop.read("orders.csv", plain(row("1")))
    assert shop.codes == ["missing_columns"]
