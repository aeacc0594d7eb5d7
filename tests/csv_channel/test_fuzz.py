"""Whatever bytes are dropped: orders or problems come out, never an exception."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

HEADERS = [
    "order_id,line_id,sku,quantity,name,address1,city,country",
    "order_id;sku;quantity;name;address1;country;price;currency;ordered_at",
    "MerchantFulfillmentOrderID\tMerchantSKU\tQuantity\tAddressName\tAddressFieldOne\t"
    "AddressCountryCode\tFulfillmentAction\tDeliverySLA",
    "Name,Financial Status,Fulfillment Status,Cancelled at,Lineitem quantity,Lineitem sku,"
    "Lineitem price,Lineitem discount,Lineitem requires shipping,Shipping Name,"
    "Shipping Address1,Shipping Country,Currency,Created at,Lineitem fulfillment status",
]
WORDS = st.sampled_from(
    ["", "1", "2", "MUG", "paid", "true", "x", "9.50", "US", '"', '""', "'", "\0", "\ufeff", "=1"]
)
CELLS = WORDS | st.text(max_size=12)
BREAKS = st.sampled_from(["\n", "\r\n", "\r", "\n\n"])
CODECS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp932", "utf-32"])


@given(raw=st.binary(max_size=2_000))
def test_arbitrary_bytes_are_contained(make_shop, raw):
    shop = make_shop()
    shop.read("orders.csv", raw)
    assert not list((shop.folder / "inbox").iterdir())
    assert "unreadable_file" not in shop.codes


@given(
    header=st.sampled_from(HEADERS),
    rows=st.lists(st.lists(CELLS, max_size=17), max_size=8),
    line_break=BREAKS,
    codec=CODECS,
    quoted=st.booleans(),
    tail=st.binary(max_size=6),
)
def test_nearly_valid_files_are_contained(make_shop, header, rows, line_break, codec, quoted, tail):
    shop = make_shop()
    delimiter = next(mark for mark in ("\t", ";", ",") if mark in header)
    text = io.StringIO(newline="")
    text.write(header + line_break)
    if quoted:
        csv.writer(text, delimiter=delimiter, lineterminator=line_break).writerows(rows)
    else:
        text.writelines(delimiter.join(row) + line_break for row in rows)
    shop.read("orders.txt", text.getvalue().encode(codec, "replace") + tail)
    assert not list((shop.folder / "inbox").iterdir())
    assert "unreadable_file" not in shop.codes
    for order in shop.orders:
        assert order.lines
        assert all(line.quantity >= 1 for line in order.lines)
