"""Feeds API 2021-06-30: files of orders, cancellations, removals and listings."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from sp_api_caller import CA, US, Answer, Caller
from stockpool_amazon_sim.sp_api.messages import Request, Response

FEEDS = "/feeds/2021-06-30"
ORDERS = "POST_FLAT_FILE_FULFILLMENT_ORDER_REQUEST_DATA"
CANCELS = "POST_FLAT_FILE_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA"
REMOVALS = "POST_FLAT_FILE_FBA_CREATE_REMOVAL"
LISTINGS = "JSON_LISTINGS_FEED"
TABS = "text/tab-separated-values; charset=UTF-8"

ORDER_COLUMNS = (
    *("MerchantFulfillmentOrderID", "DisplayableOrderID", "DisplayableOrderDate", "MerchantSKU"),
    *("Quantity", "MerchantFulfillmentOrderItemID", "GiftMessage", "DisplayableComment"),
    *("PerUnitDeclaredValue", "DisplayableOrderComment", "DeliverySLA", "AddressName"),
    *("AddressFieldOne", "AddressFieldTwo", "AddressFieldThree", "AddressCity"),
    *("AddressCountryCode", "AddressStateOrRegion", "AddressPostalCode", "AddressPhoneNumber"),
    *("NotificationEmail", "FulfillmentAction", "MarketplaceID"),
)


@pytest.fixture(autouse=True)
def stock(sp_api: Caller) -> None:
    sp_api.control("stock", country="US", sku="MUG", quantity=10)
    sp_api.control("stock", country="US", sku="CAP", quantity=10)


def row(**values: str) -> str:
    return "\t".join(values.get(name, "") for name in ORDER_COLUMNS)


def order_row(order_id: str, sku: str = "MUG", quantity: str = "2", **changes: str) -> str:
    values = {
        "MerchantFulfillmentOrderID": order_id,
        "DisplayableOrderID": "1001",
        "DisplayableOrderDate": "2026-03-02T08:00:00Z",
        "MerchantSKU": sku,
        "Quantity": quantity,
        "MerchantFulfillmentOrderItemID": "1",
        "DisplayableOrderComment": "Thank you",
        "DeliverySLA": "Standard",
        "AddressName": "A. Buyer",
        "AddressFieldOne": "1 Main St",
        "AddressCity": "Seattle",
        "AddressCountryCode": "US",
        "AddressStateOrRegion": "WA",
        "AddressPostalCode": "98101",
    }
    return row(**(values | changes))


def orders_file(*rows: str) -> str:
    return "\r\n".join(["\t".join(ORDER_COLUMNS), *rows]) + "\r\n"


def put(sp_api: Caller, url: str, content: bytes, content_type: str = TABS) -> Response:
    path = url.removeprefix("http://localhost")
    headers = {"content-type": content_type}
    return sp_api.application(Request("PUT", path, headers=headers, body=content))


def get(sp_api: Caller, url: str) -> Response:
    return sp_api.application(Request("GET", url.removeprefix("http://localhost")))


def uploaded(sp_api: Caller, content: str | bytes, content_type: str = TABS) -> str:
    made = sp_api("POST", f"{FEEDS}/documents", {"contentType": content_type})
    assert made.status == 201
    data = content.encode() if isinstance(content, str) else content
    assert put(sp_api, made.json["url"], data, content_type).status == 200
    return str(made.json["feedDocumentId"])


def submitted(
    sp_api: Caller, kind: str, document_id: str, *marketplaces: str, judged: bool = True
) -> Answer:
    body = {
        "feedType": kind,
        "marketplaceIds": list(marketplaces) or [US],
        "inputFeedDocumentId": document_id,
    }
    return sp_api("POST", f"{FEEDS}/feeds", body, judged=judged)


def feed(sp_api: Caller, feed_id: str) -> dict[str, Any]:
    found: dict[str, Any] = sp_api("GET", f"{FEEDS}/feeds/{feed_id}").json
    return found


def worked(
    sp_api: Caller, kind: str, content: str | bytes, content_type: str = TABS
) -> tuple[str, str]:
    """The status in which a feed ends, and its report."""
    feed_id = submitted(sp_api, kind, uploaded(sp_api, content, content_type)).json["feedId"]
    sp_api.control("finish_feeds")
    found = feed(sp_api, feed_id)
    return found["processingStatus"], report(sp_api, found["resultFeedDocumentId"])


def report(sp_api: Caller, document_id: str) -> str:
    found = sp_api("GET", f"{FEEDS}/documents/{document_id}").json
    body = get(sp_api, found["url"]).body
    if found.get("compressionAlgorithm") == "GZIP":
        body = gzip.decompress(body)
    return body.decode()


def lines_of(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


# The life of a feed -------------------------------------------------------------------------------


def test_a_feed_waits_is_under_way_and_is_done(sp_api: Caller) -> None:
    made = submitted(sp_api, ORDERS, uploaded(sp_api, orders_file(order_row("F-1"))))
    assert made.status == 202
    feed_id = made.json["feedId"]
    waiting = feed(sp_api, feed_id)
    assert waiting["processingStatus"] == "IN_QUEUE"
    assert waiting["feedType"] == ORDERS
    assert waiting["marketplaceIds"] == [US]
    assert waiting["createdTime"] == "2026-03-02T09:00:00Z"
    assert "resultFeedDocumentId" not in waiting
    seen = []
    for _ in range(80):
        sp_api.control("advance", hours=0.002)
        seen.append(feed(sp_api, feed_id)["processingStatus"])
    assert list(dict.fromkeys(seen)) == ["IN_QUEUE", "IN_PROGRESS", "DONE"]
    done = feed(sp_api, feed_id)
    assert done["createdTime"] <= done["processingStartTime"] <= done["processingEndTime"]


def test_only_a_waiting_feed_can_be_cancelled(sp_api: Caller) -> None:
    document_id = uploaded(sp_api, orders_file(order_row("F-1")))
    feed_id = submitted(sp_api, ORDERS, document_id).json["feedId"]
    assert sp_api("DELETE", f"{FEEDS}/feeds/{feed_id}").status == 200
    assert feed(sp_api, feed_id)["processingStatus"] == "CANCELLED"
    sp_api.control("advance", hours=1)
    assert sp_api.control("fulfillment_order_ids") == []
    again = sp_api("DELETE", f"{FEEDS}/feeds/{feed_id}")
    assert (again.status, again.error["code"]) == (400, "InvalidInput")
    assert "CANCELLED" in again.error["message"]


def test_a_feed_can_be_made_to_fail(sp_api: Caller) -> None:
    document_id = uploaded(sp_api, orders_file(order_row("F-1")))
    feed_id = submitted(sp_api, ORDERS, document_id).json["feedId"]
    sp_api.control("fail_feed", feed_id=feed_id)
    sp_api.control("finish_feeds")
    assert feed(sp_api, feed_id)["processingStatus"] == "FATAL"
    assert sp_api.control("fulfillment_order_ids") == []


@pytest.mark.parametrize("path", [f"{FEEDS}/feeds/1", f"{FEEDS}/documents/amzn1.tortuga.4.na.x"])
def test_what_is_not_known_is_not_found(sp_api: Caller, path: str) -> None:
    assert sp_api("GET", path).error["code"] == "NotFound"


def test_feeds_are_told_for_ninety_days(sp_api: Caller) -> None:
    feed_id = submitted(sp_api, ORDERS, uploaded(sp_api, orders_file())).json["feedId"]
    sp_api.control("advance", hours=24 * 89)
    assert feed(sp_api, feed_id)["processingStatus"] == "DONE"
    sp_api.control("advance", hours=48)
    assert sp_api("GET", f"{FEEDS}/feeds/{feed_id}").status == 404


# Documents ----------------------------------------------------------------------------------------


def test_a_document_is_uploaded_before_it_is_a_feed(sp_api: Caller) -> None:
    made = sp_api("POST", f"{FEEDS}/documents", {"contentType": TABS}).json
    refused = submitted(sp_api, ORDERS, made["feedDocumentId"])
    assert refused.status == 400
    assert "not uploaded" in refused.error["message"]
    assert put(sp_api, made["url"], b"x", "text/plain").status == 400
    assert put(sp_api, made["url"], b"x", "text/tab-separated-values;charset=utf-8").status == 200
    assert submitted(sp_api, ORDERS, made["feedDocumentId"]).status == 202


def test_an_unknown_document_is_no_feed(sp_api: Caller) -> None:
    refused = submitted(sp_api, ORDERS, "amzn1.tortuga.4.na.none")
    assert "inputFeedDocumentId" in refused.error["message"]


def test_an_address_holds_five_minutes_and_a_document_two_days(sp_api: Caller) -> None:
    made = sp_api("POST", f"{FEEDS}/documents", {"contentType": TABS}).json
    sp_api.clock.advance(301)
    assert put(sp_api, made["url"], b"x").status == 403
    document_id = uploaded(sp_api, "x")
    sp_api.control("advance", hours=47)
    assert sp_api("GET", f"{FEEDS}/documents/{document_id}").status == 200
    sp_api.control("advance", hours=2)
    assert sp_api("GET", f"{FEEDS}/documents/{document_id}").status == 404


def test_a_feed_outlives_the_document_that_it_was_made_of(sp_api: Caller) -> None:
    document_id = uploaded(sp_api, orders_file(order_row("F-1")))
    sp_api.control("advance", hours=47.999)
    feed_id = submitted(sp_api, ORDERS, document_id).json["feedId"]
    sp_api.control("advance", hours=1)
    assert sp_api("GET", f"{FEEDS}/documents/{document_id}").status == 404
    assert feed(sp_api, feed_id)["processingStatus"] == "DONE"
    assert sp_api.control("fulfillment_order_ids") == ["F-1"]


def test_an_address_takes_or_gives(sp_api: Caller) -> None:
    made = sp_api("POST", f"{FEEDS}/documents", {"contentType": TABS}).json
    assert get(sp_api, made["url"]).status == 405
    put(sp_api, made["url"], "café".encode())
    found = sp_api("GET", f"{FEEDS}/documents/{made['feedDocumentId']}").json
    answer = get(sp_api, found["url"])
    assert (answer.body.decode(), answer.headers["content-type"]) == ("café", TABS)
    assert put(sp_api, found["url"], b"x").status == 405


def test_a_long_report_is_compressed(sp_api: Caller) -> None:
    rows = [order_row(f"F-{number}", sku="NOBODY-KNOWS-THIS") for number in range(300)]
    document_id = uploaded(sp_api, orders_file(*rows))
    feed_id = submitted(sp_api, ORDERS, document_id).json["feedId"]
    sp_api.control("finish_feeds")
    result = feed(sp_api, feed_id)["resultFeedDocumentId"]
    found = sp_api("GET", f"{FEEDS}/documents/{result}").json
    assert found["compressionAlgorithm"] == "GZIP"
    plain = get(sp_api, found["url"])
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(plain.body).startswith(b"Feed Processing Summary")
    path = f"{FEEDS}/documents/{result}"
    asked = sp_api("GET", path, enableContentEncodingUrlHeader="true").json
    assert get(sp_api, asked["url"]).headers["content-encoding"] == "gzip"


# The list -----------------------------------------------------------------------------------------


def test_the_newest_feeds_come_first_and_page_by_page(sp_api: Caller) -> None:
    ids = []
    for _ in range(5):
        ids.append(submitted(sp_api, ORDERS, uploaded(sp_api, orders_file())).json["feedId"])
        sp_api.control("advance", hours=1)
    page = sp_api("GET", f"{FEEDS}/feeds", feedTypes=ORDERS, pageSize="2").json
    found = [one["feedId"] for one in page["feeds"]]
    while "nextToken" in page:
        page = sp_api("GET", f"{FEEDS}/feeds", nextToken=page["nextToken"]).json
        found += [one["feedId"] for one in page["feeds"]]
    assert found == ids[::-1]


def test_feeds_are_found_by_what_they_are(sp_api: Caller) -> None:
    done = submitted(sp_api, ORDERS, uploaded(sp_api, orders_file())).json["feedId"]
    sp_api.control("finish_feeds")
    sp_api.control("advance", hours=2)
    waiting = submitted(sp_api, REMOVALS, uploaded(sp_api, ""), CA).json["feedId"]

    def found(**query: Any) -> list[str]:
        both = {"feedTypes": [ORDERS, REMOVALS]} | query
        return [one["feedId"] for one in sp_api("GET", f"{FEEDS}/feeds", **both).json["feeds"]]

    assert found() == [waiting, done]
    assert found(feedTypes=ORDERS) == [done]
    assert found(processingStatuses="IN_QUEUE") == [waiting]
    assert found(marketplaceIds=CA) == [waiting]
    assert found(createdSince="2026-03-02T10:00:00Z") == [waiting]
    assert found(createdUntil="2026-03-02T10:00:00Z") == [done]


def test_a_list_of_nothing_in_particular_is_refused(sp_api: Caller) -> None:
    assert sp_api("GET", f"{FEEDS}/feeds").error["code"] == "InvalidInput"


# Orders -------------------------------------------------------------------------------------------


def test_a_file_of_orders_places_them(sp_api: Caller) -> None:
    second = row(
        MerchantFulfillmentOrderID="F-1",
        MerchantSKU="CAP",
        Quantity="1",
        MerchantFulfillmentOrderItemID="2",
    )
    status, text = worked(sp_api, ORDERS, orders_file(order_row("F-1"), second, order_row("F-2")))
    assert status == "DONE"
    assert lines_of(text)[1:3] == [
        ["", "Number of records processed", "", "3"],
        ["", "Number of records successful", "", "3"],
    ]
    assert "original-record-number" not in text
    found = sp_api("GET", "/fba/outbound/2020-07-01/fulfillmentOrders/F-1").payload
    assert found["fulfillmentOrder"]["shippingSpeedCategory"] == "Standard"
    assert [(i["sellerSku"], i["quantity"]) for i in found["fulfillmentOrderItems"]] == [
        ("MUG", 2),
        ("CAP", 1),
    ]


def test_a_bad_row_is_told_and_stops_no_other(sp_api: Caller) -> None:
    status, text = worked(
        sp_api,
        ORDERS,
        orders_file(
            order_row("F-1", sku="UNKNOWN"),
            order_row("F-2", quantity="a few"),
            order_row("F-3", DeliverySLA="Tomorrow"),
            order_row("F-4", DisplayableOrderDate="yesterday"),
            order_row("F-5"),
        ),
    )
    assert status == "DONE"
    header, *errors = lines_of(text)[4:]
    assert header == [
        "original-record-number",
        "sku",
        "error-code",
        "error-type",
        "error-message",
    ]
    assert [(number, sku) for number, sku, *_ in errors] == [
        ("1", "UNKNOWN"),
        ("2", "MUG"),
        ("3", "MUG"),
        ("4", "MUG"),
    ]
    assert {kind for _, _, _, kind, _ in errors} == {"Error"}
    assert "Quantity" in errors[1][4]
    assert lines_of(text)[2][-1] == "1"
    assert sp_api.control("fulfillment_order_ids") == ["F-5"]


def test_an_order_that_is_known_is_an_error(sp_api: Caller) -> None:
    worked(sp_api, ORDERS, orders_file(order_row("F-1")))
    _, text = worked(sp_api, ORDERS, orders_file(order_row("F-1")))
    assert lines_of(text)[2][-1] == "0"
    assert sp_api.control("fulfillment_order_ids") == ["F-1"]


def test_a_missing_column_is_fatal(sp_api: Caller) -> None:
    status, text = worked(sp_api, ORDERS, "MerchantFulfillmentOrderID\tMerchantSKU\r\nF-1\tMUG")
    assert status == "FATAL"
    assert "DisplayableOrderID" in text


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("text/tab-separated-values; charset=UTF-8", "utf-8"),
        ("text/tab-separated-values", "iso-8859-1"),
        ("text/tab-separated-values; charset=windows-1252", "cp1252"),
        ("text/tab-separated-values", "utf-8-sig"),
    ],
)
def test_a_file_may_be_in_any_of_these_encodings(
    sp_api: Caller, content_type: str, encoding: str
) -> None:
    text = orders_file(order_row("F-1", AddressName="José Núñez"))
    worked(sp_api, ORDERS, text.encode(encoding), content_type)
    found = sp_api("GET", "/fba/outbound/2020-07-01/fulfillmentOrders/F-1").payload
    assert found["fulfillmentOrder"]["destinationAddress"]["name"] == "José Núñez"


def test_a_file_in_another_encoding_than_it_says_is_fatal(sp_api: Caller) -> None:
    assert worked(sp_api, ORDERS, b"\xff\xfe\x00", TABS)[0] == "FATAL"


def test_a_quote_is_a_character_like_any_other(sp_api: Caller) -> None:
    worked(sp_api, ORDERS, orders_file(order_row("F-1", AddressFieldOne='"The Oaks" 1')))
    found = sp_api("GET", "/fba/outbound/2020-07-01/fulfillmentOrders/F-1").payload
    assert found["fulfillmentOrder"]["destinationAddress"]["addressLine1"] == '"The Oaks" 1'


@pytest.mark.parametrize(
    "above", ["TemplateType=FulfillmentOrderRequest\tVersion=2.0\r\n", "templatetype = X\n"]
)
def test_the_line_of_the_template_is_passed_over(sp_api: Caller, above: str) -> None:
    status, text = worked(sp_api, ORDERS, above + orders_file(order_row("F-1")))
    assert (status, lines_of(text)[1][-1]) == ("DONE", "1")
    assert sp_api.control("fulfillment_order_ids") == ["F-1"]


def test_an_ellipsis_of_windows_ends_no_line(sp_api: Caller) -> None:
    content = orders_file(order_row("F-1", DisplayableOrderComment="Thanks\u2026")).encode("cp1252")
    status, text = worked(sp_api, ORDERS, content, "text/tab-separated-values")
    assert status == "DONE"
    assert "Number of records successful\t\t1" in text


def test_a_cell_of_any_length_is_a_row_that_is_refused(sp_api: Caller) -> None:
    rows = [order_row("F-1", DisplayableOrderComment="x" * 200_000), order_row("F-2")]
    status, text = worked(sp_api, ORDERS, orders_file(*rows))
    assert status == "DONE"
    assert [line[0] for line in lines_of(text)[5:]] == ["1"]
    assert sp_api.control("fulfillment_order_ids") == ["F-2"]


@pytest.mark.parametrize("charset", ["idna", "undefined", "rot13", "no-such"])
def test_a_charset_that_reads_no_text_is_fatal(sp_api: Caller, charset: str) -> None:
    content_type = f"text/tab-separated-values; charset={charset}"
    assert worked(sp_api, ORDERS, b"\xff\xfe..x", content_type)[0] == "FATAL"


@pytest.mark.parametrize("value", ["1e999999", "NaN", "Infinity", "0.001"])
def test_a_value_that_is_no_amount_is_told(sp_api: Caller, value: str) -> None:
    content = orders_file(order_row("F-1", PerUnitDeclaredValue=value))
    (line,) = lines_of(worked(sp_api, ORDERS, content)[1])[5:]
    assert "PerUnitDeclaredValue" in line[-1]


def test_a_file_cancels_orders(sp_api: Caller) -> None:
    worked(sp_api, ORDERS, orders_file(order_row("F-1")))
    text = "MerchantFulfillmentOrderID\r\nF-1\r\nF-9\r\n"
    status, told = worked(sp_api, CANCELS, text)
    assert status == "DONE"
    assert [line[0] for line in lines_of(told)[5:]] == ["2"]
    sp_api.control("advance", hours=1)
    found = sp_api("GET", "/fba/outbound/2020-07-01/fulfillmentOrders/F-1").payload
    assert found["fulfillmentOrder"]["fulfillmentOrderStatus"] == "Cancelled"


# Removals -----------------------------------------------------------------------------------------

VERTICAL = """MerchantRemovalOrderID\tR-1
RemovalDisposition\treturn
AddressName\tThe Shop
AddressFieldOne\t1 Dock Rd
AddressCity\tSeattle
AddressCountryCode\tUS
AddressStateOrRegion\tWA
AddressPostalCode\t98101
ContactPhoneNumber\t2065550100

MerchantSKU\tSellableQuantity\tUnsellableQuantity
MUG\t3\t0
CAP\t1\t0
"""

_HEADER = "MerchantRemovalOrderID\tRemovalDisposition\tMerchantSKU\t"
TABLE = f"""{_HEADER}SellableQuantity\tUnsellableQuantity
R-1\tDisposal\tMUG\t3\t0
R-1\t\tCAP\t1\t
R-2\tDisposal\tMUG\t1\t0
"""


def test_a_removal_order_stands_above_its_items(sp_api: Caller) -> None:
    status, text = worked(sp_api, REMOVALS, VERTICAL)
    assert (status, lines_of(text)[2][-1]) == ("DONE", "2")
    removal = sp_api.simulator.get_removal_order("R-1", lambda one: one)
    assert removal is not None
    assert removal.disposition == "Return"
    assert [(i.sku, i.requested) for i in removal.items] == [("MUG", 3), ("CAP", 1)]


def test_removal_orders_stand_in_a_table(sp_api: Caller) -> None:
    status, text = worked(sp_api, REMOVALS, TABLE)
    assert (status, lines_of(text)[2][-1]) == ("DONE", "3")
    for name, skus in (("R-1", ["MUG", "CAP"]), ("R-2", ["MUG"])):
        removal = sp_api.simulator.get_removal_order(name, lambda one: one)
        assert removal is not None
        assert [item.sku for item in removal.items] == skus


def test_a_removal_order_that_is_refused_is_told_row_by_row(sp_api: Caller) -> None:
    _, text = worked(sp_api, REMOVALS, TABLE.replace("R-1\t\tCAP\t1", "R-1\t\tNONE\t1"))
    assert [line[:2] for line in lines_of(text)[5:]] == [["1", "MUG"], ["2", "NONE"]]
    assert sp_api.simulator.get_removal_order("R-1", lambda one: one) is None
    assert sp_api.simulator.get_removal_order("R-2", lambda one: one) is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "MerchantRemovalOrderID"),
        (VERTICAL.replace("MerchantRemovalOrderID\tR-1\n", ""), "MerchantRemovalOrderID"),
        (VERTICAL.split("\n\n", maxsplit=1)[0], "empty"),
    ],
)
def test_a_file_that_is_no_removal_order_is_fatal(sp_api: Caller, text: str, why: str) -> None:
    status, told = worked(sp_api, REMOVALS, text)
    assert status == "FATAL"
    assert why in told or "empty" in told


# Listings -----------------------------------------------------------------------------------------


def listings_feed(sp_api: Caller, *messages: dict[str, Any]) -> str:
    header = {"sellerId": sp_api.simulator.seller_id, "version": "2.0", "issueLocale": "en_US"}
    return json.dumps({"header": header, "messages": list(messages)})


def test_messages_change_listings_by_the_rules_of_the_listings_api(sp_api: Caller) -> None:
    patch = {
        "messageId": 1,
        "sku": "MUG",
        "operationType": "PATCH",
        "productType": "PRODUCT",
        "patches": [
            {
                "op": "replace",
                "path": "/attributes/item_name",
                "value": [{"value": "The better mug", "marketplace_id": US}],
            }
        ],
    }
    wrong = {"messageId": 2, "sku": "CAP", "operationType": "REPAINT"}
    content = listings_feed(sp_api, patch, wrong)
    status, text = worked(sp_api, LISTINGS, content, "application/json; charset=UTF-8")
    assert status == "DONE"
    told = json.loads(text)
    assert told["summary"] == {
        "errors": 1,
        "warnings": 0,
        "messagesProcessed": 2,
        "messagesAccepted": 1,
        "messagesInvalid": 1,
    }
    (issue,) = told["issues"]
    assert (issue["messageId"], issue["severity"]) == (2, "ERROR")
    path = f"/listings/2021-08-01/items/{sp_api.simulator.seller_id}/MUG"
    found = sp_api("GET", path, marketplaceIds=US).json
    assert found["summaries"][0]["itemName"] == "The better mug"


@pytest.mark.parametrize(
    "content",
    ["not json", "[]", '{"header": {"sellerId": "A"}, "messages": []}', "[" * 200_000],
    ids=["no JSON", "no object", "another seller", "too deep"],
)
def test_a_feed_that_is_not_of_this_sellers_listings_is_fatal(sp_api: Caller, content: str) -> None:
    assert worked(sp_api, LISTINGS, content, "application/json")[0] == "FATAL"


@pytest.mark.parametrize("kind", ["POST_FLAT_FILE_INVLOADER_DATA", "POST_PRODUCT_DATA"])
def test_listings_are_no_flat_files_any_more(sp_api: Caller, kind: str) -> None:
    assert worked(sp_api, kind, "sku\tprice\nMUG\t9")[0] == "FATAL"


@pytest.mark.parametrize(
    ("kind", "instead"),
    [
        ("POST_FULFILLMENT_ORDER_REQUEST_DATA", ORDERS),
        (
            "POST_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA",
            "POST_FLAT_FILE_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA",
        ),
        ("POST_FBA_INBOUND_CARTON_CONTENTS", "setPackingInformation"),
    ],
)
def test_xml_is_refused_with_what_to_use_instead(sp_api: Caller, kind: str, instead: str) -> None:
    refused = submitted(sp_api, kind, uploaded(sp_api, "<AmazonEnvelope/>"))
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
    assert "not simulated" in refused.error["message"]
    assert instead in refused.error["message"]


def test_xml_in_a_feed_of_rows_is_fatal(sp_api: Caller) -> None:
    status, text = worked(sp_api, ORDERS, "<?xml version='1.0'?>\n<AmazonEnvelope/>\n")
    assert status == "FATAL"
    assert "no column" in text


def test_an_unknown_type_is_refused(sp_api: Caller) -> None:
    refused = submitted(sp_api, "POST_POEMS", uploaded(sp_api, "x"))
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
    assert "POST_POEMS" in refused.error["message"]
