"""Reports API 2021-06-30: files on stock, movements, orders, removals and returns."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from typing import Any

import pytest

from sp_api_caller import CA, US, Answer, Caller, order
from stockpool_amazon_sim.outbound.returns import REASONS
from stockpool_amazon_sim.reports.report_returns import _REASONS
from stockpool_amazon_sim.reports.reports import TYPES
from stockpool_amazon_sim.sp_api import access_tokens
from stockpool_amazon_sim.sp_api.messages import Request

REPORTS = "/reports/2021-06-30"
MANAGED = "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA"
DETAIL, SUMMARY = "GET_LEDGER_DETAIL_VIEW_DATA", "GET_LEDGER_SUMMARY_VIEW_DATA"
ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
SHIPMENTS = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL"
REMOVALS = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"
REMOVED = "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA"
RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
OUTBOUND = "/fba/outbound/2020-07-01/fulfillmentOrders"


@pytest.fixture(autouse=True)
def stock(sp_api: Caller) -> None:
    sp_api.control("stock", country="US", sku="MUG", quantity=20)


def asked(
    sp_api: Caller, kind: str, *marketplaces: str, judged: bool = True, **more: Any
) -> Answer:
    body = {"reportType": kind, "marketplaceIds": list(marketplaces) or [US], **more}
    return sp_api("POST", f"{REPORTS}/reports", body, judged=judged)


def found(sp_api: Caller, report_id: str) -> dict[str, Any]:
    document: dict[str, Any] = sp_api("GET", f"{REPORTS}/reports/{report_id}").json
    return document


def file_of(sp_api: Caller, document_id: str) -> tuple[str, bytes]:
    """The content type and the bytes of a document."""
    document = sp_api("GET", f"{REPORTS}/documents/{document_id}").json
    path = document["url"].removeprefix("http://localhost")
    response = sp_api.application(Request("GET", path))
    body = response.body
    if document.get("compressionAlgorithm") == "GZIP":
        body = gzip.decompress(body)
    return response.headers["content-type"], body


def table(sp_api: Caller, kind: str, *marketplaces: str, **more: Any) -> list[dict[str, str]]:
    """The rows of a report that is made now; none if there is nothing to tell."""
    report_id = asked(sp_api, kind, *marketplaces, **more).json["reportId"]
    sp_api.control("finish_reports")
    report = found(sp_api, report_id)
    if report["processingStatus"] == "CANCELLED":
        return []
    content_type, body = file_of(sp_api, report["reportDocumentId"])
    lines = body.decode(content_type.partition("charset=")[2]).splitlines()
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def bought(sp_api: Caller, order_id: str = "F-1", quantity: int = 2) -> None:
    assert sp_api("POST", OUTBOUND, order(order_id, quantity)).status == 200


# The life of a report -----------------------------------------------------------------------------


def test_a_report_waits_is_made_and_is_done(sp_api: Caller) -> None:
    made = asked(sp_api, MANAGED)
    assert made.status == 202
    seen = []
    for _ in range(80):
        seen.append(found(sp_api, made.json["reportId"])["processingStatus"])
        sp_api.control("advance", hours=0.002)
    assert list(dict.fromkeys(seen)) == ["IN_QUEUE", "IN_PROGRESS", "DONE"]
    done = found(sp_api, made.json["reportId"])
    assert done["createdTime"] <= done["processingStartTime"] <= done["processingEndTime"]
    assert (done["dataStartTime"], done["dataEndTime"]) == (
        "2026-01-31T09:00:00Z",
        "2026-03-02T09:00:00Z",
    )


def test_where_there_is_nothing_to_tell_a_report_is_cancelled(sp_api: Caller) -> None:
    report_id = asked(sp_api, REMOVALS).json["reportId"]
    sp_api.control("finish_reports")
    assert found(sp_api, report_id)["processingStatus"] == "CANCELLED"
    assert "reportDocumentId" not in found(sp_api, report_id)


def test_only_a_waiting_report_can_be_cancelled(sp_api: Caller) -> None:
    report_id = asked(sp_api, MANAGED).json["reportId"]
    assert sp_api("DELETE", f"{REPORTS}/reports/{report_id}").status == 200
    assert found(sp_api, report_id)["processingStatus"] == "CANCELLED"
    assert sp_api("DELETE", f"{REPORTS}/reports/{report_id}").error["code"] == "InvalidInput"


@pytest.mark.parametrize("path", ["reports/1", "documents/amzn1.tortuga.4.na.x", "schedules/1"])
def test_what_is_not_known_is_not_found(sp_api: Caller, path: str) -> None:
    assert sp_api("GET", f"{REPORTS}/{path}").error["code"] == "NotFound"


@pytest.mark.parametrize(
    ("kind", "times"),
    [
        ("GET_POEMS", {}),
        (ORDERS, {"dataStartTime": "2026-01-01T00:00:00Z", "dataEndTime": "2026-03-01T00:00:00Z"}),
        (ORDERS, {"dataStartTime": "2026-03-02T00:00:00Z", "dataEndTime": "2026-03-01T00:00:00Z"}),
    ],
)
def test_a_report_that_cannot_be_made_is_refused(
    sp_api: Caller, kind: str, times: dict[str, str]
) -> None:
    refused = asked(sp_api, kind, **times)
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")


def test_an_option_has_the_values_that_it_has(sp_api: Caller) -> None:
    options = {"aggregateByLocation": "SHELF"}
    refused = asked(sp_api, SUMMARY, reportOptions=options)
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
    assert "aggregateByLocation SHELF is not one of COUNTRY, FC" in refused.error["message"]
    schedule = {"reportType": SUMMARY, "marketplaceIds": [US], "period": "P1D"}
    assert (
        sp_api("POST", f"{REPORTS}/schedules", schedule | {"reportOptions": options}).status == 400
    )
    weekly = asked(sp_api, SUMMARY, reportOptions={"aggregatedByTimePeriod": "WEEKLY"})
    assert weekly.status == 400
    for known in ("COUNTRY", "FC"):
        assert asked(sp_api, SUMMARY, reportOptions={"aggregateByLocation": known}).status == 202


def test_an_option_that_a_type_does_not_know_is_passed_over(sp_api: Caller) -> None:
    assert table(sp_api, MANAGED, reportOptions={"shade": "blue"}) == table(sp_api, MANAGED)


@pytest.mark.parametrize(
    ("control", "status"), [("fail_report", "FATAL"), ("empty_report", "CANCELLED")]
)
def test_a_report_ends_as_it_is_made_to(sp_api: Caller, control: str, status: str) -> None:
    report_id = asked(sp_api, MANAGED).json["reportId"]
    sp_api.control(control, report_id=report_id)
    assert found(sp_api, report_id)["processingStatus"] == "IN_QUEUE"
    sp_api.control("finish_reports")
    ended = found(sp_api, report_id)
    assert ended["processingStatus"] == status
    assert "processingStartTime" in ended
    assert "reportDocumentId" not in ended


def test_the_newest_reports_come_first_and_page_by_page(sp_api: Caller) -> None:
    ids = []
    for _ in range(5):
        ids.append(asked(sp_api, MANAGED).json["reportId"])
        sp_api.control("advance", hours=1)
    page = sp_api("GET", f"{REPORTS}/reports", reportTypes=MANAGED, pageSize="2").json
    listed = [one["reportId"] for one in page["reports"]]
    while "nextToken" in page:
        page = sp_api("GET", f"{REPORTS}/reports", nextToken=page["nextToken"]).json
        listed += [one["reportId"] for one in page["reports"]]
    assert listed == ids[::-1]


def test_reports_are_found_by_what_they_are(sp_api: Caller) -> None:
    done = asked(sp_api, MANAGED).json["reportId"]
    sp_api.control("finish_reports")
    sp_api.control("advance", hours=2)
    waiting = asked(sp_api, SUMMARY, CA).json["reportId"]

    def listed(**query: Any) -> list[str]:
        both = {"reportTypes": [MANAGED, SUMMARY]} | query
        page = sp_api("GET", f"{REPORTS}/reports", **both).json
        return [one["reportId"] for one in page["reports"]]

    assert listed() == [waiting, done]
    assert listed(processingStatuses="DONE") == [done]
    assert listed(marketplaceIds=CA) == [waiting]
    assert listed(createdSince="2026-03-02T10:00:00Z") == [waiting]
    assert sp_api("GET", f"{REPORTS}/reports").error["code"] == "InvalidInput"


# Schedules ----------------------------------------------------------------------------------------


def test_a_schedule_asks_for_a_report_again_and_again(sp_api: Caller) -> None:
    body = {"reportType": MANAGED, "marketplaceIds": [US], "period": "PT4H"}
    made = sp_api("POST", f"{REPORTS}/schedules", body)
    assert made.status == 201
    schedule_id = made.json["reportScheduleId"]
    sp_api.control("advance", hours=9)
    page = sp_api("GET", f"{REPORTS}/reports", reportTypes=MANAGED).json["reports"]
    assert [one["reportScheduleId"] for one in page] == [schedule_id] * 3
    assert {one["processingStatus"] for one in page} == {"DONE"}
    known = sp_api("GET", f"{REPORTS}/schedules/{schedule_id}").json
    assert (known["period"], known["nextReportCreationTime"]) == ("PT4H", "2026-03-02T21:00:00Z")
    listed = sp_api("GET", f"{REPORTS}/schedules", reportTypes=MANAGED).json
    assert listed == {"reportSchedules": [known]}
    assert sp_api("DELETE", f"{REPORTS}/schedules/{schedule_id}").status == 200
    sp_api.control("advance", hours=24)
    again = sp_api("GET", f"{REPORTS}/reports", reportTypes=MANAGED).json["reports"]
    assert len(again) == 3
    assert sp_api("GET", f"{REPORTS}/schedules/{schedule_id}").status == 404


def test_a_second_schedule_takes_the_place_of_the_first(sp_api: Caller) -> None:
    for period in ("PT4H", "P1D"):
        body = {"reportType": MANAGED, "marketplaceIds": [US], "period": period}
        sp_api("POST", f"{REPORTS}/schedules", body)
    listed = sp_api("GET", f"{REPORTS}/schedules", reportTypes=MANAGED).json["reportSchedules"]
    assert [one["period"] for one in listed] == ["P1D"]


def test_a_period_that_is_none_is_refused(sp_api: Caller) -> None:
    body = {"reportType": MANAGED, "marketplaceIds": [US], "period": "PT7M"}
    assert sp_api("POST", f"{REPORTS}/schedules", body, judged=False).status == 400


# What the files say -------------------------------------------------------------------------------


def test_the_stock_as_sellers_manage_it(sp_api: Caller) -> None:
    sp_api.control("damage", country="US", sku="MUG", quantity=1, fulfillment_center_id="ABE2")
    bought(sp_api, quantity=3)
    sp_api.control("advance", hours=1)
    (row,) = table(sp_api, MANAGED)
    assert row["sku"] == "MUG"
    assert row["afn-listing-exists"] == "Yes"
    numbers = {name: int(row[name]) for name in row if re.fullmatch("afn-.*-quantity", name)}
    assert numbers["afn-fulfillable-quantity"] == 16
    assert numbers["afn-unsellable-quantity"] == 1
    assert numbers["afn-reserved-quantity"] == 3
    assert numbers["afn-warehouse-quantity"] == 20
    assert numbers["afn-total-quantity"] == 20
    (reserved,) = table(sp_api, "GET_RESERVED_INVENTORY_DATA")
    assert (reserved["reserved_qty"], reserved["reserved_customerorders"]) == ("3", "3")
    rows = table(sp_api, "GET_AFN_INVENTORY_DATA")
    assert {r["Warehouse-Condition-code"]: r["Quantity Available"] for r in rows} == {
        "SELLABLE": "16",
        "UNSELLABLE": "1",
    }
    (local,) = table(sp_api, "GET_AFN_INVENTORY_DATA_BY_COUNTRY")
    assert (local["country"], local["quantity-for-local-fulfillment"]) == ("US", "16")


def test_units_have_their_age_and_customers_what_they_bought(sp_api: Caller) -> None:
    sp_api.control("advance", hours=100 * 24)
    sp_api.control("stock", country="US", sku="MUG", quantity=5)
    bought(sp_api, quantity=3)
    sp_api.control("advance", hours=20 * 24)
    (row,) = table(sp_api, "GET_FBA_INVENTORY_PLANNING_DATA")
    assert row["snapshot-date"] == "2026-06-30"
    assert (row["sku"], row["available"]) == ("MUG", "22")
    assert (row["inv-age-91-to-180-days"], row["inv-age-0-to-90-days"]) == ("17", "5")
    assert (row["units-shipped-t7"], row["units-shipped-t30"]) == ("0", "3")


def test_a_suppressed_listing_is_only_in_the_report_on_all(sp_api: Caller) -> None:
    sp_api.control("suppress", country="US", sku="MUG")
    assert table(sp_api, MANAGED) == []
    (row,) = table(sp_api, "GET_FBA_MYI_ALL_INVENTORY_DATA")
    assert row["sku"] == "MUG"


def test_stranded_stock_has_its_reason_and_its_date(sp_api: Caller) -> None:
    assert table(sp_api, "GET_STRANDED_INVENTORY_UI_DATA") == []
    sp_api.control("close_listing", country="US", sku="MUG")
    (row,) = table(sp_api, "GET_STRANDED_INVENTORY_UI_DATA")
    assert (row["sku"], row["fulfillable-qty"], row["stranded-reason"]) == (
        "MUG",
        "20",
        "Listing closed",
    )
    assert row["date-stranded"] == "2026-03-02T09:00:00+00:00"
    assert row["Date-to-take-auto-removal"] == "2026-08-29T09:00:00+00:00"


def test_what_was_made_good_is_told_with_its_case(sp_api: Caller) -> None:
    number = sp_api.control(
        "reimburse",
        country="US",
        sku="MUG",
        quantity=2,
        reason="Lost_Inbound",
        case_id="CASE-1",
        per_unit=425,
    )
    sp_api.control("reverse_reimbursement", reimbursement_id=number, quantity=1)
    paid, back = table(sp_api, "GET_FBA_REIMBURSEMENTS_DATA")
    assert (paid["reimbursement-id"], paid["case-id"]) == (number, "CASE-1")
    assert (paid["amount-total"], paid["currency-unit"]) == ("8.50", "USD")
    assert (back["original-reimbursement-id"], back["amount-total"]) == (number, "-4.25")


def test_the_ledger_adds_up(sp_api: Caller) -> None:
    """Every event by itself, their sums, and what is on the shelves are the same story."""
    bought(sp_api, quantity=3)
    sp_api.control("damage", country="US", sku="MUG", quantity=2, fulfillment_center_id="ABE2")
    sp_api.control("misplace", country="US", sku="MUG", quantity=1, fulfillment_center_id="ABE2")
    sp_api.control("advance", hours=24 * 25)
    balance: Counter[str] = Counter()
    for row in table(sp_api, DETAIL):
        balance[row["Disposition"]] += int(row["Quantity"])
    there = sp_api.control("buckets", country="US", sku="MUG")
    assert balance["SELLABLE"] == there["fulfillable"]
    assert balance["WAREHOUSE_DAMAGED"] == there["warehouse_damaged"] == 2
    rows = table(sp_api, SUMMARY)
    columns = list(TYPES[SUMMARY].columns)
    events = columns[columns.index("Receipts") : columns.index("Ending Warehouse Balance")]
    last: dict[str, int] = {}
    for row in rows:
        start, end = row["Starting Warehouse Balance"], row["Ending Warehouse Balance"]
        assert int(start) + sum(int(row[name]) for name in events) == int(end)
        assert int(start) == last.get(row["Disposition"], 0)
        last[row["Disposition"]] = int(end)
    assert last == dict(balance)
    shipped = [int(row["Customer Shipments"]) for row in rows if row["Disposition"] == "SELLABLE"]
    assert sum(shipped) == -3


def test_the_ledger_can_be_summed_up_by_center(sp_api: Caller) -> None:
    rows = table(sp_api, SUMMARY, reportOptions={"aggregateByLocation": "FC"})
    centers = sp_api.control("buckets_by_center", country="US", sku="MUG")
    assert {row["Location"]: int(row["Ending Warehouse Balance"]) for row in rows} == {
        center: buckets["fulfillable"] for center, buckets in centers.items()
    }


def test_mcf_orders_stand_among_all_orders_and_shipments(sp_api: Caller) -> None:
    bought(sp_api)
    sp_api.control("sell_on_amazon", country="US", sku="MUG", quantity=1)
    sp_api.control("advance", hours=24 * 10)
    rows = {row["sales-channel"]: row for row in table(sp_api, ORDERS)}
    assert set(rows) == {"Non-Amazon", "Amazon.com"}
    assert rows["Non-Amazon"]["merchant-order-id"] == "F-1"
    assert rows["Non-Amazon"]["item-price"] == ""
    assert rows["Amazon.com"]["currency"] == "USD"
    assert {row["order-status"] for row in rows.values()} == {"Shipped"}
    (sold,) = table(sp_api, "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA")
    assert (sold["sku"], sold["quantity"], sold["currency"]) == ("MUG", "1", "USD")
    assert sold["amazon-order-id"] == rows["Amazon.com"]["amazon-order-id"]
    restricted(sp_api)
    shipped = table(sp_api, SHIPMENTS)
    units: Counter[str] = Counter()
    for row in shipped:
        units[row["sales-channel"]] += int(row["quantity-shipped"])
        assert row["shipment-date"]
        assert row["fulfillment-center-id"]
    assert units == {"Non-Amazon": 2, "Amazon.com": 1}
    ours = next(row for row in shipped if row["sales-channel"] == "Non-Amazon")
    assert ours["tracking-number"]
    assert ours["amazon-order-id"] == rows["Non-Amazon"]["amazon-order-id"]


def restricted(sp_api: Caller) -> None:
    """From here on with a restricted data token."""
    sp_api.token = sp_api.application.access_tokens.make(access_tokens.RESTRICTED)


def test_a_report_on_buyers_is_for_restricted_data_tokens(sp_api: Caller) -> None:
    bought(sp_api)
    sp_api.control("advance", hours=24 * 10)
    report_id = asked(sp_api, SHIPMENTS).json["reportId"]
    sp_api.control("finish_reports")
    path = f"{REPORTS}/documents/{found(sp_api, report_id)['reportDocumentId']}"
    assert sp_api("GET", path).status == 403
    restricted(sp_api)
    assert sp_api("GET", path).status == 200


def removed(sp_api: Caller, disposition: str, table: str) -> None:
    """A removal order R-1 by feed, until all has left."""
    document = sp_api("POST", "/feeds/2021-06-30/documents", {"contentType": "text/plain"}).json
    content = (
        f"MerchantRemovalOrderID\tR-1\nRemovalDisposition\t{disposition}\nAddressName\tShop\n"
        "AddressFieldOne\t1 Dock Rd\nAddressCity\tSeattle\nAddressCountryCode\tUS\n"
        "AddressStateOrRegion\tWA\nAddressPostalCode\t98101\n\n" + table
    ).encode()
    path = document["url"].removeprefix("http://localhost")
    sp_api.application(Request("PUT", path, headers={"content-type": "text/plain"}, body=content))
    feed = {
        "feedType": "POST_FLAT_FILE_FBA_CREATE_REMOVAL",
        "marketplaceIds": [US],
        "inputFeedDocumentId": document["feedDocumentId"],
    }
    sp_api("POST", "/feeds/2021-06-30/feeds", feed)
    sp_api.control("finish_feeds")


def test_removals_are_told_line_by_line_and_parcel_by_parcel(sp_api: Caller) -> None:
    removed(sp_api, "Return", "MerchantSKU\tSellableQuantity\nMUG\t25\n")
    (row,) = table(sp_api, REMOVALS)
    assert (row["order-status"], row["requested-quantity"]) == ("Pending", "25")
    sp_api.control("advance", hours=24 * 29)
    (row,) = table(sp_api, REMOVALS)
    assert (row["order-id"], row["order-type"], row["disposition"]) == ("R-1", "Return", "Sellable")
    quantities = [row[f"{name}-quantity"] for name in ("cancelled", "shipped", "in-process")]
    assert quantities == ["5", "20", "0"]
    assert float(row["removal-fee"]) > 0
    parcels = table(sp_api, REMOVED)
    assert sum(int(parcel["shipped-quantity"]) for parcel in parcels) == 20
    assert all(parcel["tracking-number"] for parcel in parcels)


BOTH_KINDS = "MerchantSKU\tSellableQuantity\tUnsellableQuantity\nMUG\t6\t4\n"


def test_parcels_of_a_removal_say_which_units_were_sellable(sp_api: Caller) -> None:
    sp_api.control("damage", country="US", sku="MUG", quantity=4, fulfillment_center_id="ABE2")
    removed(sp_api, "Return", BOTH_KINDS)
    sp_api.control("advance", hours=24 * 29)
    units: Counter[str] = Counter()
    for parcel in table(sp_api, REMOVED):
        units[parcel["disposition"]] += int(parcel["shipped-quantity"])
    assert units == {"Sellable": 6, "Unsellable": 4}


@pytest.mark.parametrize(
    ("disposition", "column"), [("Disposal", "Disposed"), ("Return", "Vendor Returns")]
)
def test_units_leave_the_ledger_as_what_they_were(
    sp_api: Caller, disposition: str, column: str
) -> None:
    sp_api.control("damage", country="US", sku="MUG", quantity=4, fulfillment_center_id="ABE2")
    removed(sp_api, disposition, BOTH_KINDS)
    sp_api.control("advance", hours=24 * 29)
    left: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for row in table(sp_api, SUMMARY):
        left[row["Disposition"]] += int(row[column])
        others[row["Disposition"]] += int(row["Other Events"])
    assert left == {"SELLABLE": -6, "WAREHOUSE_DAMAGED": -4}
    # The four units that were found damaged arrived in their disposition; nothing came back.
    assert others == {"SELLABLE": 0, "WAREHOUSE_DAMAGED": 4}


def test_what_customers_send_back_is_told_with_the_reason(sp_api: Caller) -> None:
    bought(sp_api, quantity=1)
    sp_api.control("advance", hours=24 * 10)
    shipment = sp_api("GET", f"{OUTBOUND}/F-1").payload["fulfillmentShipments"][0]
    item = {
        "sellerReturnItemId": "R-1",
        "sellerFulfillmentOrderItemId": "1",
        "amazonShipmentId": shipment["amazonShipmentId"],
        "returnReasonCode": "CR-DEFECTIVE",
    }
    sp_api("PUT", f"{OUTBOUND}/F-1/return", {"items": [item]})
    sp_api.control("advance", hours=24 * 20)
    (row,) = table(sp_api, RETURNS)
    assert (row["sku"], row["quantity"], row["reason"]) == ("MUG", "1", "DEFECTIVE")
    assert row["detailed-disposition"] in {"SELLABLE", "DEFECTIVE", "CUSTOMER_DAMAGED"}
    assert row["license-plate-number"].startswith("LPN")


# The files themselves -----------------------------------------------------------------------------


def test_every_reason_of_a_return_has_a_word_in_the_report() -> None:
    assert set(_REASONS) == set(REASONS)


@pytest.mark.parametrize("kind", TYPES)
def test_no_type_has_a_column_twice(kind: str) -> None:
    assert len(set(TYPES[kind].columns)) == len(TYPES[kind].columns)


def test_columns_drift_on_demand(sp_api: Caller) -> None:
    usual = list(table(sp_api, MANAGED)[0])
    sp_api.control(
        "drift_report", report_type=MANAGED, added=["store"], dropped=["condition"], reordered=True
    )
    (row,) = table(sp_api, MANAGED)
    assert list(row) == ["store", *reversed([name for name in usual if name != "condition"])]
    assert row["sku"] == "MUG"
    sp_api.control("drift_report", report_type=MANAGED, capitals=True)
    assert list(table(sp_api, MANAGED)[0]) == [name.upper() for name in usual]
    sp_api.control("drift_report", report_type=MANAGED)
    assert list(table(sp_api, MANAGED)[0]) == usual


def test_a_long_report_is_compressed_and_a_name_may_have_accents(sp_api: Caller) -> None:
    for number in range(150):
        sp_api.control("register", country="US", sku=f"SKU-{number}", title="Café au lait")
    report_id = asked(sp_api, MANAGED).json["reportId"]
    sp_api.control("finish_reports")
    document_id = found(sp_api, report_id)["reportDocumentId"]
    document = sp_api("GET", f"{REPORTS}/documents/{document_id}").json
    assert document["compressionAlgorithm"] == "GZIP"
    content_type, body = file_of(sp_api, document_id)
    assert content_type == "text/plain; charset=windows-1252"
    assert "Café au lait" in body.decode("cp1252")
    assert len(table(sp_api, MANAGED)) == 151


@pytest.mark.parametrize(
    ("kind", "title", "told"),
    [
        (MANAGED, "Kubek \u017c\u00f3\u0142ty \U0001f375", "Kubek ?\u00f3?ty ?"),
        (DETAIL, "Kubek \u017c\u00f3\u0142ty \U0001f375", "Kubek \u017c\u00f3\u0142ty \U0001f375"),
    ],
)
def test_a_character_that_the_charset_lacks_is_a_question_mark(
    sp_api: Caller, kind: str, title: str, told: str
) -> None:
    sp_api.control("register", country="US", sku="KUBEK", title=title)
    sp_api.control("stock", country="US", sku="KUBEK", quantity=1)
    rows = [row for row in table(sp_api, kind) if "KUBEK" in row.values()]
    assert {row.get("product-name", row.get("Title")) for row in rows} == {told}
