"""The encoding is found, and the whole file is proven to be in it."""

from __future__ import annotations

import pytest

HEADER = "order_id,sku,quantity,name,address1,city,postal_code,country\n"


def order(name: str, city: str) -> str:
    return f"{HEADER}1,MUG,1,{name},Test 1,{city},98101,US\n"


@pytest.mark.parametrize(
    ("codec", "name", "city"),
    [
        ("utf-8", "Jörg Beispiel", "Köln"),
        ("utf-8-sig", "Jörg Beispiel", "Köln"),
        ("utf-16", "Jörg Beispiel", "東京"),
        ("utf-16-be", "\ufeffx", "Köln"),
        ("cp1252", "Jörg Beispiel", "Köln"),
        ("cp1252", "José Ejemplo \u2013 “Pepe”", "Málaga"),
        ("cp932", "山田太郎", "千代田区"),
        ("cp932", "Pat", "東京"),
        ("cp932", "タナカ", "さいたま"),
        ("cp1252", "Hélène Exemple", "Sèvres"),
        ("cp1252", "Pat", "Sacré-Cœur"),
        ("ascii", "Pat Example", "Seattle"),
    ],
)
def test_text_is_read_as_it_was_written(shop, codec, name, city):
    text = order(name, city)
    if codec == "utf-16-be":
        text = "\ufeff" + text.replace("\ufeff", "")
        name = "x"
    shop.read("orders.csv", text.encode(codec))
    assert shop.codes == []
    (address,) = [order.ship_to for order in shop.orders]
    assert (address.name, address.city) == (name, city)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_understood(shop, line_end):
    text = order("Pat", "Seattle").replace("\n", line_end)
    assert shop.read("orders.csv", text).order_ids == ["1"]


def test_an_encoding_setting_overrides_the_guess(shop):
    raw = order("Ã¼ber", "x").encode("cp1252")
    shop.read("orders.csv", raw, encoding="cp1252")
    assert shop.orders[0].ship_to.name == "Ã¼ber"


@pytest.mark.parametrize(
    ("raw", "settings", "code"),
    [
        (order("x", "y").encode() + b"\xff\xfe\x81", {"encoding": "utf-8"}, "wrong_encoding"),
        (b"\xef\xbb\xbf" + order("x", "y").encode() + b"\xff", {}, "wrong_encoding"),
        (b"\xff\xfe" + order("x", "y").encode("utf-16-le") + b"\x00", {}, "wrong_encoding"),
        (order("x", "y").encode("utf-32"), {}, "unknown_encoding"),
        (order("x", "y").encode("utf-16-le"), {}, "unknown_encoding"),
        (order("x\x81\x8d", "y").encode("latin-1") + b"\x81 \xff", {}, "unknown_encoding"),
    ],
)
def test_what_can_not_be_decoded_is_refused_as_a_whole(shop, raw, settings, code):
    shop.read("orders.csv", raw, **settings)
    assert (shop.order_ids, shop.codes) == ([], [code])
    assert shop.files() == ["rejected/orders.csv", "rejected/orders.csv.report.csv"]


def test_a_fault_deep_in_a_large_file_is_found_before_any_order_is_sent(shop, plain, row):
    raw = plain(*(row(str(n)) for n in range(20_000))).encode() + b"\x81\xff\n"
    shop.read("orders.csv", raw)
    assert (shop.order_ids, shop.codes) == ([], ["unknown_encoding"])
    assert "20002" in shop.problems[0].problem.message
