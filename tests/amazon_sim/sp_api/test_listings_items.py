"""Listings Items API 2021-08-01."""

from __future__ import annotations

from typing import Any

import pytest

from listings import (
    ALL_DATA,
    BY_AMAZON,
    address,
    attributes,
    by_seller,
    done,
    listing,
    patch,
    price,
    put,
    statuses,
)
from sp_api_caller import CA, US, Caller

LIVE = ["BUYABLE", "DISCOVERABLE"]


class TestALiveListing:
    def test_a_registered_sku_is_listed_and_fulfilled_by_amazon(self, sp_api: Caller) -> None:
        fnsku = sp_api.control(
            "register", country="US", sku="MUG", title="A mug", asin="B000000001", price="12.50"
        )
        sp_api.control("stock", country="US", sku="MUG", quantity=3)
        found = listing(sp_api, "MUG").json
        (summary,) = found["summaries"]
        assert summary["status"] == LIVE
        assert (summary["asin"], summary["fnSku"], summary["itemName"]) == (
            "B000000001",
            fnsku,
            "A mug",
        )
        assert (summary["conditionType"], summary["productType"]) == ("new_new", "PRODUCT")
        assert summary["createdDate"] == "2026-03-02T09:00:00Z"
        assert found["offers"][0]["price"] == {"currencyCode": "USD", "amount": "12.50"}
        assert found["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "AMAZON_NA"}]
        assert found["issues"] == []
        assert found["attributes"]["item_name"][0]["value"] == "A mug"
        assert found["productTypes"] == [{"marketplaceId": US, "productType": "PRODUCT"}]

    def test_sold_out_it_can_be_found_but_not_bought(self, sp_api: Caller) -> None:
        sp_api.control("register", country="US", sku="MUG")
        assert statuses(sp_api, "MUG") == ["DISCOVERABLE"]

    def test_only_summaries_come_unasked(self, sp_api: Caller) -> None:
        sp_api.control("register", country="US", sku="MUG")
        found = sp_api("GET", address(sp_api, "MUG"), marketplaceIds=US)
        assert found.json.keys() == {"sku", "summaries"}

    def test_several_marketplaces_are_told_at_once(self, sp_api: Caller) -> None:
        for code in ("US", "CA"):
            sp_api.control("register", country=code, sku="MUG")
        found = listing(sp_api, "MUG", f"{CA},{US}").json
        assert [one["marketplaceId"] for one in found["summaries"]] == [CA, US]

    def test_another_country_s_listing_is_not_found(self, sp_api: Caller) -> None:
        sp_api.control("register", country="CA", sku="MUG")
        refused = listing(sp_api, "MUG", US)
        assert (refused.status, refused.error["code"]) == (404, "NotFound")

    def test_another_seller_s_listings_are_not_shown(self, sp_api: Caller) -> None:
        assert len(sp_api.simulator.seller_id) == 14
        assert sp_api.control("seller_id") == sp_api.simulator.seller_id
        path = "/listings/2021-08-01/items/AAAAAAAAAAAAAA/MUG"
        refused = sp_api("GET", path, marketplaceIds=US)
        assert (refused.status, refused.error["code"]) == (403, "Unauthorized")

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"marketplaceIds": "X"},
            {"marketplaceIds": US, "includedData": "everything"},
        ],
    )
    def test_a_wrong_query_is_refused(self, sp_api: Caller, query: dict[str, str]) -> None:
        sp_api.control("register", country="US", sku="MUG")
        refused = sp_api("GET", address(sp_api, "MUG"), judged=False, **query)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")


class TestPut:
    def test_a_new_listing_is_there_a_little_after_it_was_accepted(self, sp_api: Caller) -> None:
        answer = put(sp_api, "MINE/1", includedData="issues,identifiers")
        assert (answer.json["status"], answer.json["issues"]) == ("ACCEPTED", [])
        (identifiers,) = answer.json["identifiers"]
        assert listing(sp_api, "MINE/1").status == 404
        assert sp_api.control("idle") is False
        done(sp_api, answer)
        found = listing(sp_api, "MINE/1").json
        (summary,) = found["summaries"]
        assert (summary["status"], summary["asin"]) == (LIVE, identifiers["asin"])
        assert (summary["productType"], summary["itemName"]) == ("MUG", "A mug")
        assert "fnSku" not in summary
        assert found["fulfillmentAvailability"] == [
            {"fulfillmentChannelCode": "DEFAULT", "quantity": 5}
        ]
        assert sp_api.control("idle") is True

    def test_a_preview_changes_nothing(self, sp_api: Caller) -> None:
        answer = put(sp_api, "MINE", mode="VALIDATION_PREVIEW")
        assert answer.json["status"] == "VALID"
        sp_api.control("advance", hours=1)
        assert listing(sp_api, "MINE").status == 404
        wrong = attributes(condition_type=[{"value": "shiny"}])
        answer = put(sp_api, "MINE", wrong, mode="VALIDATION_PREVIEW")
        assert answer.json["status"] == "INVALID"

    @pytest.mark.parametrize(
        ("changes", "name", "category"),
        [
            ({"item_name": []}, "item_name", "MISSING_ATTRIBUTE"),
            ({"condition_type": [{"value": "shiny"}]}, "condition_type", "INVALID_ATTRIBUTE"),
            ({"purchasable_offer": price("0")}, "purchasable_offer", "INVALID_PRICE"),
            ({"purchasable_offer": price("1.999")}, "purchasable_offer", "INVALID_PRICE"),
            (
                {"purchasable_offer": price("1", currency="EUR")},
                "purchasable_offer",
                "INVALID_PRICE",
            ),
            ({"purchasable_offer": [{"our_price": []}]}, "purchasable_offer", "INVALID_PRICE"),
            (
                {"fulfillment_availability": [BY_AMAZON[0] | {"quantity": 3}]},
                "fulfillment_availability",
                "INVALID_ATTRIBUTE",
            ),
            (
                {"fulfillment_availability": [{"fulfillment_channel_code": "AMAZON_EU"}]},
                "fulfillment_availability",
                "INVALID_ATTRIBUTE",
            ),
            (
                {"fulfillment_availability": [*BY_AMAZON, *by_seller(1)]},
                "fulfillment_availability",
                "INVALID_ATTRIBUTE",
            ),
            (
                {"fulfillment_availability": by_seller(-1)},
                "fulfillment_availability",
                "INVALID_ATTRIBUTE",
            ),
            ({"brand": "none"}, "brand", "INVALID_ATTRIBUTE"),
        ],
    )
    def test_what_is_wrong_is_told_as_issues_and_not_done(
        self, sp_api: Caller, changes: dict[str, Any], name: str, category: str
    ) -> None:
        answer = put(sp_api, "MINE", attributes(**changes))
        assert (answer.status, answer.json["status"]) == (200, "INVALID")
        (issue,) = answer.json["issues"]
        assert (issue["severity"], issue["attributeNames"]) == ("ERROR", [name])
        assert issue["categories"] == [category]
        sp_api.control("advance", hours=1)
        assert listing(sp_api, "MINE").status == 404

    def test_all_attributes_are_replaced_but_how_it_is_fulfilled(self, sp_api: Caller) -> None:
        done(sp_api, put(sp_api, "MINE", attributes(brand=[{"value": "B"}])))
        content = attributes(color=[{"value": "red"}])
        del content["fulfillment_availability"], content["purchasable_offer"]
        done(sp_api, put(sp_api, "MINE", content))
        found = listing(sp_api, "MINE").json
        assert "brand" not in found["attributes"]
        assert found["attributes"]["color"] == [{"value": "red"}]
        assert found["fulfillmentAvailability"][0]["quantity"] == 5
        assert (found["offers"], found["summaries"][0]["status"]) == ([], ["DISCOVERABLE"])
        assert found["issues"][0]["categories"] == ["MISSING_PRICE"]

    @pytest.mark.parametrize(
        ("requirements", "brand", "amount"),
        [("LISTING_PRODUCT_ONLY", False, "19.99"), ("LISTING_OFFER_ONLY", True, "7.00")],
    )
    def test_a_put_may_be_about_the_product_or_the_offer_only(
        self, sp_api: Caller, requirements: str, brand: bool, amount: str
    ) -> None:
        done(sp_api, put(sp_api, "MINE", attributes(brand=[{"value": "B"}])))
        offer = attributes(purchasable_offer=price("7"), merchant_suggested_asin=[{"value": "B0"}])
        content = offer if requirements == "LISTING_OFFER_ONLY" else {"item_name": [{"value": "M"}]}
        body = {"productType": "MUG", "requirements": requirements, "attributes": content}
        done(sp_api, sp_api("PUT", address(sp_api, "MINE"), body, marketplaceIds=US))
        found = listing(sp_api, "MINE").json
        assert ("brand" in found["attributes"]) is brand
        assert found["offers"][0]["price"]["amount"] == amount

    def test_an_offer_may_begin_later(self, sp_api: Caller) -> None:
        offer = price("19.99", start_at={"value": "2026-03-05T00:00:00Z"})
        done(sp_api, put(sp_api, "MINE", attributes(purchasable_offer=offer)))
        assert statuses(sp_api, "MINE") == ["DISCOVERABLE"]
        sp_api.control("advance_to", at="2026-03-05T00:00:00Z")
        assert statuses(sp_api, "MINE") == LIVE

    def test_businesses_may_have_a_price_of_their_own(self, sp_api: Caller) -> None:
        offers = price("19.99") + price("17.50", audience="B2B")
        done(sp_api, put(sp_api, "MINE", attributes(purchasable_offer=offers)))
        found = listing(sp_api, "MINE").json["offers"]
        assert [(one["offerType"], one["price"]["amount"]) for one in found] == [
            ("B2C", "19.99"),
            ("B2B", "17.5"),
        ]

    @pytest.mark.parametrize("body", [{}, {"productType": "MUG"}, {"attributes": {}}])
    def test_a_body_that_lacks_something_is_refused(self, sp_api: Caller, body: Any) -> None:
        refused = sp_api("PUT", address(sp_api, "MINE"), body, judged=False, marketplaceIds=US)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")

    def test_what_may_not_be_listed_is_invalid(self, sp_api: Caller) -> None:
        sp_api.control("restrict_asin", country="US", asin="B000000009")
        asked = attributes(merchant_suggested_asin=[{"value": "B000000009"}])
        answer = put(sp_api, "MINE", asked)
        assert answer.json["status"] == "INVALID"
        assert answer.json["issues"][0]["categories"] == ["QUALIFICATION_REQUIRED"]
        sp_api.control("allow_asin", country="US", asin="B000000009")
        assert put(sp_api, "MINE", asked).json["status"] == "ACCEPTED"


class TestPatch:
    def test_changes_are_done_in_the_order_they_came(self, sp_api: Caller) -> None:
        done(sp_api, put(sp_api, "MINE"))
        for quantity in range(9):
            answer = patch(
                sp_api, "MINE", ("replace", "fulfillment_availability", by_seller(quantity))
            )
        done(sp_api, answer)
        found = listing(sp_api, "MINE").json["fulfillmentAvailability"]
        assert found[0]["quantity"] == 8

    def test_a_patch_may_follow_a_put_that_waits(self, sp_api: Caller) -> None:
        put(sp_api, "MINE")
        done(sp_api, patch(sp_api, "MINE", ("replace", "purchasable_offer", price("5"))))
        assert listing(sp_api, "MINE").json["offers"][0]["price"]["amount"] == "5.00"

    def test_merging_keeps_what_is_not_named(self, sp_api: Caller) -> None:
        lead = [by_seller(5)[0] | {"lead_time_to_ship_max_days": 3}]
        done(sp_api, put(sp_api, "MINE", attributes(fulfillment_availability=lead)))
        done(sp_api, patch(sp_api, "MINE", ("merge", "fulfillment_availability", by_seller(2))))
        found = listing(sp_api, "MINE").json["attributes"]["fulfillment_availability"]
        assert found == [lead[0] | {"quantity": 2}]

    def test_an_attribute_or_one_element_of_it_is_deleted(self, sp_api: Caller) -> None:
        points = [{"value": "dishwasher safe"}, {"value": "blue"}]
        done(sp_api, put(sp_api, "MINE", attributes(bullet_point=points, brand=[{"value": "B"}])))
        body = {
            "productType": "MUG",
            "patches": [
                {"op": "delete", "path": "/attributes/bullet_point", "value": [points[1]]},
                {"op": "delete", "path": "/attributes/brand"},
            ],
        }
        done(sp_api, sp_api("PATCH", address(sp_api, "MINE"), body, marketplaceIds=US))
        found = listing(sp_api, "MINE").json["attributes"]
        assert (found["bullet_point"], "brand" in found) == (points[:1], False)

    def test_a_sku_that_is_not_listed_cannot_be_patched(self, sp_api: Caller) -> None:
        answer = patch(sp_api, "NONE", ("replace", "purchasable_offer", price("5")))
        assert answer.json["status"] == "INVALID"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"op": "move", "path": "/attributes/brand", "value": [{"value": "B"}]},
            {"op": "add", "path": "/attributes/brand/0/value", "value": [{"value": "B"}]},
            {"op": "add", "path": "brand", "value": [{"value": "B"}]},
            {"op": "add", "path": "/attributes/brand"},
            {"op": "add", "path": "/attributes/brand", "value": "B"},
        ],
    )
    def test_a_patch_that_makes_no_sense_is_refused(self, sp_api: Caller, wrong: Any) -> None:
        done(sp_api, put(sp_api, "MINE"))
        refused = sp_api(
            "PATCH",
            address(sp_api, "MINE"),
            {"productType": "MUG", "patches": [wrong]},
            judged=False,
            marketplaceIds=US,
        )
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")


class TestChangingWhoShips:
    def test_from_amazon_to_the_seller_strands_amazon_s_units(self, sp_api: Caller) -> None:
        sp_api.control("stock", country="US", sku="MUG", quantity=4)
        done(sp_api, patch(sp_api, "MUG", ("replace", "fulfillment_availability", by_seller(2))))
        found = listing(sp_api, "MUG").json
        assert found["fulfillmentAvailability"] == [
            {"fulfillmentChannelCode": "DEFAULT", "quantity": 2}
        ]
        (left,) = sp_api.control("stranded", country="US")
        assert (left["sku"], left["units"], left["reason"]) == ("MUG", 4, "merchant_fulfilled")
        done(sp_api, patch(sp_api, "MUG", ("replace", "fulfillment_availability", BY_AMAZON)))
        assert sp_api.control("stranded", country="US") == []
        assert statuses(sp_api, "MUG") == LIVE

    def test_from_the_seller_to_amazon_a_sku_becomes_known_to_the_centers(
        self, sp_api: Caller
    ) -> None:
        done(sp_api, put(sp_api, "MINE"))
        (before,) = listing(sp_api, "MINE").json["summaries"]
        done(sp_api, patch(sp_api, "MINE", ("replace", "fulfillment_availability", BY_AMAZON)))
        (after,) = listing(sp_api, "MINE").json["summaries"]
        assert (after["asin"], after["itemName"]) == (before["asin"], "A mug")
        assert after["fnSku"].startswith("X00")
        assert after["status"] == ["DISCOVERABLE"]
        sp_api.control("stock", country="US", sku="MINE", quantity=1)
        assert statuses(sp_api, "MINE") == LIVE


class TestDelete:
    def test_a_deleted_listing_is_gone_and_may_come_again(self, sp_api: Caller) -> None:
        sp_api.control("register", country="US", sku="MUG", asin="B000000001")
        sp_api.control("stock", country="US", sku="MUG", quantity=4)
        done(sp_api, sp_api("DELETE", address(sp_api, "MUG"), marketplaceIds=US))
        assert listing(sp_api, "MUG").status == 404
        (left,) = sp_api.control("stranded", country="US")
        assert (left["units"], left["reason"]) == (4, "deleted")
        done(sp_api, put(sp_api, "MUG", attributes(fulfillment_availability=BY_AMAZON)))
        (summary,) = listing(sp_api, "MUG").json["summaries"]
        assert (summary["asin"], summary["status"]) == ("B000000001", LIVE)
        assert sp_api.control("stranded", country="US") == []

    def test_what_is_not_listed_is_deleted_already(self, sp_api: Caller) -> None:
        answer = sp_api("DELETE", address(sp_api, "NONE"), marketplaceIds=US)
        assert answer.json["status"] == "ACCEPTED"


def test_issues_tell_what_amazon_did_about_them(sp_api: Caller) -> None:
    sp_api.control("stock", country="US", sku="MUG", quantity=1)
    sp_api.control("suppress", country="US", sku="MUG", attribute_names=["main_image"])
    found = listing(sp_api, "MUG").json
    assert found["summaries"][0]["status"] == []
    (issue,) = found["issues"]
    assert issue["enforcements"] == {
        "actions": [{"action": "LISTING_SUPPRESSED"}],
        "exemption": {"status": "NOT_EXEMPT"},
    }
    assert (issue["attributeNames"], issue["marketplaceIds"]) == (["main_image"], [US])
    sp_api.control("restore", country="US", sku="MUG")
    assert listing(sp_api, "MUG").json["issues"] == []
    assert statuses(sp_api, "MUG") == LIVE


class TestSearch:
    @pytest.fixture(autouse=True)
    def three(self, sp_api: Caller) -> None:
        for sku in ("A", "B", "C"):
            sp_api.control("register", country="US", sku=sku, asin=f"B00000000{sku}")
            sp_api.control("advance", hours=1)
        sp_api.control("stock", country="US", sku="B", quantity=1)

    def search(self, sp_api: Caller, **query: str) -> list[str]:
        answer = sp_api("GET", address(sp_api), **{"marketplaceIds": US} | query)
        assert answer.status == 200, answer.json
        return [item["sku"] for item in answer.json["items"]]

    @pytest.mark.parametrize(
        ("query", "skus"),
        [
            ({}, ["C", "B", "A"]),
            ({"sortBy": "sku", "sortOrder": "ASC"}, ["A", "B", "C"]),
            ({"sortBy": "createdDate", "sortOrder": "ASC"}, ["A", "B", "C"]),
            ({"identifiers": "C,A", "identifiersType": "SKU"}, ["C", "A"]),
            ({"identifiers": "B00000000B", "identifiersType": "ASIN"}, ["B"]),
            ({"identifiers": "4006381333931", "identifiersType": "EAN"}, []),
            ({"withStatus": "BUYABLE"}, ["B"]),
            ({"withoutStatus": "BUYABLE"}, ["C", "A"]),
            ({"createdAfter": "2026-03-02T10:00:00Z"}, ["C", "B"]),
            ({"createdBefore": "2026-03-02T10:00:00Z"}, ["B", "A"]),
            ({"lastUpdatedAfter": "2026-03-02T11:00:00Z"}, ["C"]),
            ({"lastUpdatedBefore": "2026-03-02T09:30:00Z"}, ["A"]),
            ({"withIssueSeverity": "ERROR"}, []),
            ({"marketplaceIds": CA}, []),
        ],
    )
    def test_filters_and_orders(
        self, sp_api: Caller, query: dict[str, str], skus: list[str]
    ) -> None:
        assert self.search(sp_api, **query) == skus

    def test_by_fnsku_and_by_issue(self, sp_api: Caller) -> None:
        fnsku = sp_api.control("register", country="US", sku="A")
        assert self.search(sp_api, identifiers=fnsku, identifiersType="FNSKU") == ["A"]
        sp_api.control("suppress", country="US", sku="C", severity="WARNING", action=None)
        assert self.search(sp_api, withIssueSeverity="WARNING,ERROR") == ["C"]

    def test_families_are_found_by_their_parent(self, sp_api: Caller) -> None:
        family = attributes(
            child_parent_sku_relationship=[{"parent_sku": "A"}],
            variation_theme=[{"name": "COLOR/SIZE"}],
        )
        done(sp_api, put(sp_api, "RED", family))
        assert self.search(sp_api, variationParentSku="A") == ["RED"]
        (one,) = listing(sp_api, "RED").json["relationships"]
        assert one["relationships"] == [
            {
                "type": "VARIATION",
                "parentSkus": ["A"],
                "variationTheme": {"attributes": ["COLOR", "SIZE"], "theme": "COLOR/SIZE"},
            }
        ]
        (one,) = listing(sp_api, "A").json["relationships"]
        assert one["relationships"] == [{"type": "VARIATION", "childSkus": ["RED"]}]

    def test_a_case_is_found_by_what_is_in_it_and_the_other_way_round(self, sp_api: Caller) -> None:
        case = attributes(package_contains_sku=[{"sku": "B", "quantity": 6}])
        done(sp_api, put(sp_api, "CASE", case))
        assert self.search(sp_api, packageHierarchySku="B") == ["CASE"]
        assert self.search(sp_api, packageHierarchySku="CASE") == ["B"]
        (one,) = listing(sp_api, "B").json["relationships"]
        assert one["relationships"] == [{"type": "PACKAGE_HIERARCHY", "parentSkus": ["CASE"]}]

    def test_pages(self, sp_api: Caller) -> None:
        query: dict[str, str] = {"marketplaceIds": US, "pageSize": "2", "includedData": ALL_DATA}
        first = sp_api("GET", address(sp_api), **query).json
        assert (first["numberOfResults"], len(first["items"])) == (3, 2)
        assert first["pagination"].keys() == {"nextToken"}
        token = first["pagination"]["nextToken"]
        second = sp_api("GET", address(sp_api), **query, pageToken=token).json
        assert [item["sku"] for item in second["items"]] == ["A"]
        back = second["pagination"]["previousToken"]
        assert sp_api("GET", address(sp_api), **query, pageToken=back).json == first

    @pytest.mark.parametrize(
        "query",
        [
            {"identifiers": "A"},
            {"identifiersType": "SKU"},
            {"identifiers": "A", "identifiersType": "SKU", "variationParentSku": "A"},
            {"identifiers": "A", "identifiersType": "NAME"},
            {"sortBy": "price"},
            {"withStatus": "SOLD"},
            {"pageSize": "21"},
            {"pageToken": "nonsense"},
        ],
    )
    def test_a_wrong_query_is_refused(self, sp_api: Caller, query: dict[str, str]) -> None:
        refused = sp_api("GET", address(sp_api), judged=False, marketplaceIds=US, **query)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
