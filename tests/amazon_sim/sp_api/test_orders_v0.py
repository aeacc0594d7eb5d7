"""Orders API v0: Amazon's own sales, and MCF orders among them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from listings import done, put
from sp_api_caller import CA, US, Answer, Caller, order
from stockpool.clock import ManualClock
from stockpool_amazon_sim.sp_api import access_tokens

ORDERS = "/orders/v0/orders"
MCF = "/fba/outbound/2020-07-01/fulfillmentOrders"


@pytest.fixture(autouse=True)
def mugs(sp_api: Caller) -> None:
    sp_api.control("register", country="US", sku="MUG", title="A mug", price="12.50")
    sp_api.control("stock", country="US", sku="MUG", quantity=50)


def sell(sp_api: Caller, sku: str = "MUG", quantity: int = 2, **more: Any) -> str:
    """The id of a new order of Amazon's own shop."""
    known = set(sp_api.control("amazon_order_ids"))
    assert sp_api.control("sell_on_amazon", country="US", sku=sku, quantity=quantity, **more)
    (found,) = set(sp_api.control("amazon_order_ids")) - known
    return str(found)


def listed(sp_api: Caller, **query: str) -> Answer:
    usual = {"MarketplaceIds": US, "CreatedAfter": "2026-03-01T00:00:00Z"}
    if "LastUpdatedAfter" in query:
        del usual["CreatedAfter"]
    return sp_api("GET", ORDERS, **usual | query)


def ids(answer: Answer) -> list[str]:
    return [one["AmazonOrderId"] for one in answer.payload["Orders"]]


def minutes(sp_api: Caller, number: float) -> None:
    sp_api.control("advance", hours=number / 60)


def restricted(sp_api: Caller) -> None:
    """From here on with a restricted data token."""
    sp_api.token = sp_api.application.access_tokens.make(access_tokens.RESTRICTED)


class TestAnOrder:
    def test_pending_it_has_no_price_and_no_address(self, sp_api: Caller) -> None:
        order_id = sell(sp_api)
        assert re.fullmatch(r"\d{3}-\d{7}-\d{7}", order_id)
        known = sp_api("GET", f"{ORDERS}/{order_id}").payload
        assert (known["OrderStatus"], known["FulfillmentChannel"]) == ("Pending", "AFN")
        assert (known["SalesChannel"], known["MarketplaceId"]) == ("Amazon.com", US)
        assert not known.keys() & {"OrderTotal", "ShippingAddress", "BuyerInfo"}
        (item,) = sp_api("GET", f"{ORDERS}/{order_id}/orderItems").payload["OrderItems"]
        assert (item["SellerSKU"], item["Title"], item["QuantityOrdered"]) == ("MUG", "A mug", 2)
        assert "ItemPrice" not in item

    def test_paid_it_has_both(self, sp_api: Caller) -> None:
        order_id = sell(sp_api)
        minutes(sp_api, 31)
        known = sp_api("GET", f"{ORDERS}/{order_id}").payload
        assert known["OrderStatus"] == "Unshipped"
        assert known["OrderTotal"] == {"CurrencyCode": "USD", "Amount": "25.00"}
        assert (known["NumberOfItemsShipped"], known["NumberOfItemsUnshipped"]) == (0, 2)
        (item,) = sp_api("GET", f"{ORDERS}/{order_id}/orderItems").payload["OrderItems"]
        assert item["ItemPrice"] == {"CurrencyCode": "USD", "Amount": "25.00"}
        assert (item["ConditionId"], item["ConditionSubtypeId"]) == ("New", "New")

    def test_it_leaves(self, sp_api: Caller) -> None:
        order_id = sell(sp_api)
        sp_api.control("advance", hours=24)
        known = sp_api("GET", f"{ORDERS}/{order_id}").payload
        assert (known["OrderStatus"], known["NumberOfItemsShipped"]) == ("Shipped", 2)
        assert known["PurchaseDate"] == "2026-03-02T09:00:00Z" < known["LastUpdateDate"]

    def test_cancelled_it_has_no_units(self, sp_api: Caller) -> None:
        order_id = sell(sp_api)
        sp_api.control("cancel_sale", amazon_order_id=order_id)
        known = sp_api("GET", f"{ORDERS}/{order_id}").payload
        assert (known["OrderStatus"], known["NumberOfItemsUnshipped"]) == ("Canceled", 0)

    @pytest.mark.parametrize("part", ["", "/orderItems"])
    def test_an_unknown_one_is_not_found(self, sp_api: Caller, part: str) -> None:
        refused = sp_api("GET", f"{ORDERS}/111-0000000-0000000{part}")
        assert (refused.status, refused.error["code"]) == (404, "NotFound")


class TestPersonalData:
    PARTS = ("buyerInfo", "address", "orderItems/buyerInfo", "regulatedInfo")

    @pytest.fixture
    def order_id(self, sp_api: Caller) -> str:
        order_id = sell(sp_api)
        minutes(sp_api, 31)
        return order_id

    def test_without_a_restricted_data_token_only_the_town_is_told(
        self, sp_api: Caller, order_id: str
    ) -> None:
        known = sp_api("GET", f"{ORDERS}/{order_id}").payload
        assert known["ShippingAddress"].keys() == {
            "City",
            "StateOrRegion",
            "PostalCode",
            "CountryCode",
        }
        assert "BuyerInfo" not in known
        for part in self.PARTS:
            refused = sp_api("GET", f"{ORDERS}/{order_id}/{part}")
            assert (refused.status, refused.error["code"]) == (403, "Unauthorized")

    def test_with_one_all_is(self, sp_api: Caller, order_id: str) -> None:
        restricted(sp_api)
        known = sp_api("GET", f"{ORDERS}/{order_id}").payload
        address = sp_api("GET", f"{ORDERS}/{order_id}/address").payload["ShippingAddress"]
        assert known["ShippingAddress"] == address
        assert address["AddressLine1"]
        buyer = sp_api("GET", f"{ORDERS}/{order_id}/buyerInfo").payload
        assert buyer["BuyerName"] == address["Name"] == known["BuyerInfo"]["BuyerName"]
        assert buyer["BuyerEmail"].count("@") == 1
        (item,) = sp_api("GET", f"{ORDERS}/{order_id}/orderItems/buyerInfo").payload["OrderItems"]
        (same,) = sp_api("GET", f"{ORDERS}/{order_id}/orderItems").payload["OrderItems"]
        assert item["OrderItemId"] == same["OrderItemId"]

    def test_before_it_is_paid_nobody_knows_the_address(self, sp_api: Caller) -> None:
        order_id = sell(sp_api)
        restricted(sp_api)
        assert sp_api("GET", f"{ORDERS}/{order_id}/address").payload == {"AmazonOrderId": order_id}

    def test_the_tokens_api_gives_such_a_token(self, sp_api: Caller, order_id: str) -> None:
        path = f"{ORDERS}/{order_id}/buyerInfo"
        resources = [{"method": "GET", "path": path}]
        answer = sp_api(
            "POST", "/tokens/2021-03-01/restrictedDataToken", {"restrictedResources": resources}
        )
        sp_api.token = answer.json["restrictedDataToken"]
        assert sp_api("GET", path).status == 200


class TestLists:
    def test_what_is_younger_than_two_minutes_is_not_told(self, sp_api: Caller) -> None:
        order_id = sell(sp_api)
        assert ids(listed(sp_api)) == []
        minutes(sp_api, 2)
        found = listed(sp_api)
        assert ids(found) == [order_id]
        assert found.payload["CreatedBefore"] == "2026-03-02T09:00:00Z"

    def test_the_oldest_come_first_page_by_page(self, sp_api: Caller) -> None:
        made = []
        for _ in range(5):
            made.append(sell(sp_api, quantity=1))
            minutes(sp_api, 3)
        first = listed(sp_api, MaxResultsPerPage="2")
        late = sell(sp_api, quantity=1)
        minutes(sp_api, 3)
        token = first.payload["NextToken"]
        second = sp_api("GET", ORDERS, MarketplaceIds=US, NextToken=token)
        token = second.payload["NextToken"]
        third = sp_api("GET", ORDERS, MarketplaceIds=US, NextToken=token)
        assert ids(first) + ids(second) + ids(third) == made
        assert "NextToken" not in third.payload
        assert late in ids(listed(sp_api))

    def test_by_the_last_update_a_change_moves_an_order_back(self, sp_api: Caller) -> None:
        first, second = sell(sp_api), sell(sp_api)
        sp_api.control("advance", hours=1)
        sp_api.control("cancel_sale", amazon_order_id=first)
        minutes(sp_api, 2)
        after = "2026-03-01T00:00:00Z"
        assert ids(listed(sp_api, LastUpdatedAfter=after)) == [second, first]
        assert ids(listed(sp_api, LastUpdatedAfter="2026-03-02T10:00:00Z")) == [first]

    def test_filters(self, sp_api: Caller) -> None:
        cancelled, kept = sell(sp_api), sell(sp_api)
        sp_api.control("cancel_sale", amazon_order_id=cancelled)
        minutes(sp_api, 35)
        assert ids(listed(sp_api, OrderStatuses="Canceled,Pending")) == [cancelled]
        assert ids(listed(sp_api, OrderStatuses="Unshipped")) == [kept]
        assert ids(listed(sp_api, FulfillmentChannels="MFN")) == []
        assert ids(listed(sp_api, MarketplaceIds=CA)) == []
        assert ids(listed(sp_api, PaymentMethods="COD")) == []
        assert ids(listed(sp_api, AmazonOrderIds=f"{kept},111-0000000-0000000")) == [kept]
        assert ids(listed(sp_api, CreatedAfter="2026-03-02T09:00:01Z")) == []
        restricted(sp_api)
        mail = sp_api("GET", f"{ORDERS}/{kept}/buyerInfo").payload["BuyerEmail"]
        assert ids(listed(sp_api, BuyerEmail=mail)) == [kept]

    @pytest.mark.parametrize(
        "query",
        [
            {"CreatedAfter": "2026-03-01T00:00:00Z"},
            {"MarketplaceIds": US},
            {"MarketplaceIds": "X", "CreatedAfter": "2026-03-01T00:00:00Z"},
            {"MarketplaceIds": US, "CreatedAfter": "yesterday"},
            {
                "MarketplaceIds": US,
                "CreatedAfter": "2026-03-01T00:00:00Z",
                "LastUpdatedAfter": "2026-03-01T00:00:00Z",
            },
            {
                "MarketplaceIds": US,
                "CreatedAfter": "2026-03-01T00:00:00Z",
                "CreatedBefore": "2026-03-02T08:59:00Z",
            },
            {
                "MarketplaceIds": US,
                "CreatedAfter": "2026-03-01T00:00:00Z",
                "CreatedBefore": "2026-02-01T00:00:00Z",
            },
            {
                "MarketplaceIds": US,
                "CreatedAfter": "2026-03-01T00:00:00Z",
                "OrderStatuses": "Lost",
            },
            {
                "MarketplaceIds": US,
                "CreatedAfter": "2026-03-01T00:00:00Z",
                "SellerOrderId": "F-1",
                "OrderStatuses": "Shipped",
            },
            {"MarketplaceIds": US, "NextToken": "nonsense"},
        ],
    )
    def test_a_wrong_query_is_refused(self, sp_api: Caller, query: dict[str, str]) -> None:
        refused = sp_api("GET", ORDERS, judged=False, **query)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")


class TestMcfOrders:
    def test_they_stand_among_the_others_without_price_and_buyer(self, sp_api: Caller) -> None:
        sp_api("POST", MCF, order("F-1", items=[item("1", gift="For you")]))
        sold = sell(sp_api)
        minutes(sp_api, 35)
        restricted(sp_api)
        rows = {one["AmazonOrderId"]: one for one in listed(sp_api).payload["Orders"]}
        (number,) = rows.keys() - {sold}
        assert re.fullmatch(r"S01-\d{7}-\d{7}", number)
        row = rows[number]
        assert (row["SalesChannel"], row["SellerOrderId"]) == ("Non-Amazon", "F-1")
        assert (row["FulfillmentChannel"], row["OrderStatus"]) == ("AFN", "Unshipped")
        assert not row.keys() & {"OrderTotal", "BuyerInfo"}
        (line,) = sp_api("GET", f"{ORDERS}/{number}/orderItems").payload["OrderItems"]
        assert (line["SellerSKU"], line["IsGift"]) == ("MUG", "true")
        assert "ItemPrice" not in line
        gift = sp_api("GET", f"{ORDERS}/{number}/orderItems/buyerInfo").payload["OrderItems"]
        assert gift[0]["GiftMessageText"] == "For you"
        assert ids(listed(sp_api, SellerOrderId="F-1")) == [number]

    @pytest.mark.parametrize(
        ("quantity", "hours", "status"),
        [(2, 0.1, "Unshipped"), (2, 72, "Shipped"), (99, 1, "Unfulfillable")],
    )
    def test_their_status_follows_the_order_s(
        self, sp_api: Caller, quantity: int, hours: float, status: str
    ) -> None:
        sp_api("POST", MCF, order("F-1", items=[item("1", quantity)]))
        sp_api.control("advance", hours=hours)
        found = listed(sp_api, SellerOrderId="F-1").payload["Orders"]
        assert [one["OrderStatus"] for one in found] == [status]

    def test_cancelled_ones_are_canceled(self, sp_api: Caller) -> None:
        sp_api("POST", MCF, order("F-1", fulfillmentAction="Hold"))
        sp_api("PUT", f"{MCF}/F-1/cancel")
        minutes(sp_api, 10)
        (found,) = listed(sp_api).payload["Orders"]
        assert found["OrderStatus"] == "Canceled"


def item(item_id: str, quantity: int = 2, gift: str | None = None) -> dict[str, Any]:
    """A line of an MCF order."""
    line = {"sellerSku": "MUG", "sellerFulfillmentOrderItemId": item_id, "quantity": quantity}
    return line if gift is None else line | {"giftMessage": gift}


class TestWhatTheSellerShips:
    @pytest.fixture(autouse=True)
    def mine(self, sp_api: Caller, mugs: None) -> None:
        done(sp_api, put(sp_api, "MINE"))

    def confirm(self, sp_api: Caller, order_id: str, units: int, **changes: Any) -> Answer:
        (line,) = sp_api("GET", f"{ORDERS}/{order_id}/orderItems").payload["OrderItems"]
        detail = {
            "packageReferenceId": "1",
            "carrierCode": "UPS",
            "trackingNumber": "1Z1",
            "shipDate": "2026-03-02T10:00:00Z",
            "orderItems": [{"orderItemId": line["OrderItemId"], "quantity": units}],
        }
        body = {"marketplaceId": US, "packageDetail": detail | changes}
        return sp_api("POST", f"{ORDERS}/{order_id}/shipmentConfirmation", body)

    def test_he_promises_when_it_is_there(self, sp_api: Caller) -> None:
        order_id = sell(sp_api, "MINE")
        minutes(sp_api, 31)
        known = sp_api("GET", f"{ORDERS}/{order_id}").payload
        assert known["FulfillmentChannel"] == "MFN"
        assert known["EarliestShipDate"] < known["LatestShipDate"] < known["LatestDeliveryDate"]
        soon, late = "2026-03-03T00:00:00Z", "2026-03-30T00:00:00Z"
        assert ids(listed(sp_api, LatestDeliveryDateAfter=soon)) == [order_id]
        assert ids(listed(sp_api, LatestDeliveryDateAfter=late)) == []
        assert ids(listed(sp_api, EarliestDeliveryDateBefore=soon)) == []

    def test_he_confirms_parcels(self, sp_api: Caller) -> None:
        order_id = sell(sp_api, "MINE", 3)
        minutes(sp_api, 31)
        assert self.confirm(sp_api, order_id, 1).status == 204
        known = sp_api("GET", f"{ORDERS}/{order_id}").payload
        assert (known["OrderStatus"], known["NumberOfItemsShipped"]) == ("PartiallyShipped", 1)
        assert self.confirm(sp_api, order_id, 2, packageReferenceId="2").status == 204
        assert sp_api("GET", f"{ORDERS}/{order_id}").payload["OrderStatus"] == "Shipped"

    @pytest.mark.parametrize(
        "changes",
        [
            {"carrierCode": "Other"},
            {"packageReferenceId": " "},
            {"shipDate": "2026-02-02T10:00:00Z"},
            {"orderItems": [{"orderItemId": "1", "quantity": 1}]},
            {"orderItems": []},
        ],
    )
    def test_a_parcel_that_makes_no_sense_is_refused(
        self, sp_api: Caller, changes: dict[str, Any]
    ) -> None:
        order_id = sell(sp_api, "MINE")
        minutes(sp_api, 31)
        refused = self.confirm(sp_api, order_id, 1, **changes)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")

    def test_what_amazon_ships_he_does_not_confirm(self, sp_api: Caller) -> None:
        sp_api("POST", MCF, order("F-1"))
        order_id = sell(sp_api)
        minutes(sp_api, 35)
        for number in ids(listed(sp_api)):
            assert self.confirm(sp_api, number, 1).status == 400
        assert order_id in ids(listed(sp_api))

    def test_an_order_for_the_store(self, sp_api: Caller) -> None:
        order_id = sell(sp_api, "MINE", 1, pick_up=True)
        minutes(sp_api, 31)
        assert ids(listed(sp_api, IsISPU="true")) == [order_id]
        body = {"marketplaceId": US, "shipmentStatus": "ReadyForPickup"}
        path = f"{ORDERS}/{order_id}/shipment"
        assert sp_api("POST", path, body).status == 204
        assert sp_api("POST", path, body).status == 400
        assert sp_api("POST", path, body | {"shipmentStatus": "PickedUp"}).status == 204
        assert sp_api("GET", f"{ORDERS}/{order_id}").payload["OrderStatus"] == "Shipped"

    def test_regulated_products_are_verified(self, sp_api: Caller) -> None:
        order_id = sell(sp_api, "MINE", 1, regulated=True)
        minutes(sp_api, 31)
        path = f"{ORDERS}/{order_id}/regulatedInfo"
        review = {"status": "Rejected", "externalReviewerId": "R-1", "rejectionReasonId": "3"}
        body = {"regulatedOrderVerificationStatus": review}
        assert sp_api("PATCH", path, body).status == 403
        restricted(sp_api)
        before = sp_api("GET", path).payload["RegulatedOrderVerificationStatus"]
        assert (before["Status"], before["RequiresMerchantAction"]) == ("Pending", True)
        assert sp_api("PATCH", path, body).status == 204
        after = sp_api("GET", path).payload["RegulatedOrderVerificationStatus"]
        assert (after["Status"], after["RejectionReason"]["RejectionReasonId"]) == ("Rejected", "3")
        known = sp_api("GET", f"{ORDERS}/{order_id}").payload
        assert (known["OrderStatus"], known["HasRegulatedItems"]) == ("Canceled", True)

    def test_an_order_of_other_products_has_no_such_information(self, sp_api: Caller) -> None:
        order_id = sell(sp_api, "MINE")
        restricted(sp_api)
        assert sp_api("GET", f"{ORDERS}/{order_id}/regulatedInfo").status == 400


class TestLimits:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"rate_limits": True}

    def test_the_list_is_for_twenty_calls_and_one_a_minute(
        self, sp_api: Caller, clock: ManualClock
    ) -> None:
        statuses = [listed(sp_api).status for _ in range(21)]
        assert statuses == [200] * 20 + [429]
        clock.advance(minutes=1)
        assert listed(sp_api).status == 200
