"""What concerns SKUs on their way to Amazon: labels, preparation, eligibility; and rate limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from inbound_flow import BASE, V0, Sender, fetch, item, pages
from sp_api_caller import CA, US, Answer, Caller
from stockpool.clock import ManualClock

ELIGIBILITY = "/fba/inbound/v1/eligibility/itemPreview"


class TestItemLabels:
    def labels(self, sp_api: Caller, quantity: int = 3, **changes: Any) -> Answer:
        body = {
            "marketplaceId": US,
            "labelType": "STANDARD_FORMAT",
            "pageType": "A4_21",
            "mskuQuantities": [{"msku": "MUG", "quantity": quantity}],
        }
        body |= changes
        wanted = {key: value for key, value in body.items() if value is not None}
        return sp_api("POST", f"{BASE}/items/labels", wanted)

    def test_each_unit_gets_its_fnsku(
        self, sp_api: Caller, sender: Sender, clock: ManualClock
    ) -> None:
        sender.create(item("MUG", 12))
        fnsku = sender.get("/items")["items"][0]["fnsku"]
        (document,) = self.labels(sp_api, 22).json["documentDownloads"]
        texts = pages(sp_api, document["uri"])
        assert [text.count(fnsku) for text in texts] == [21, 1]
        assert document["expiration"] == "2026-03-02T09:05:00Z"
        clock.advance(301)
        assert fetch(sp_api, document["uri"]).status == 403

    def test_many_labels_come_in_several_documents(self, sp_api: Caller, sender: Sender) -> None:
        documents = self.labels(sp_api, 4_500).json["documentDownloads"]
        assert len(documents) == 3

    def test_a_label_of_its_own_size(self, sp_api: Caller, sender: Sender) -> None:
        thermal = {"labelType": "THERMAL_PRINTING", "pageType": None}
        assert self.labels(sp_api, **thermal).status == 400
        answer = self.labels(sp_api, **thermal, width=60, height=30)
        (document,) = answer.json["documentDownloads"]
        assert len(pages(sp_api, document["uri"])) == 3

    def test_what_can_t_be_printed(self, sp_api: Caller, sender: Sender) -> None:
        assert self.labels(sp_api, pageType=None).status == 400
        unknown = [{"msku": "HAT", "quantity": 1}]
        assert self.labels(sp_api, mskuQuantities=unknown).status == 400


class TestPreparation:
    def test_what_is_not_said_is_unknown(self, sp_api: Caller) -> None:
        sp_api.control("register", country="US", sku="RAW")
        query = {"marketplaceId": US, "mskus": "RAW"}
        (detail,) = sp_api("GET", f"{BASE}/items/prepDetails", **query).json["mskuPrepDetails"]
        assert (detail["prepCategory"], detail["prepTypes"]) == ("UNKNOWN", [])
        refused = sp_api("GET", f"{BASE}/items/prepDetails", marketplaceId=US, mskus="RAW,HAT")
        assert refused.status == 400

    def test_what_is_said_is_kept_and_settles_who_may_prepare(
        self, sp_api: Caller, sender: Sender
    ) -> None:
        sender.prepare("VASE", category="FRAGILE", types=["ITEM_BUBBLEWRAP", "ITEM_LABELING"])
        answer = sp_api("GET", f"{BASE}/items/prepDetails", marketplaceId=US, mskus="VASE,MUG")
        vase, mug = answer.json["mskuPrepDetails"]
        assert vase["prepTypes"] == ["ITEM_BUBBLEWRAP", "ITEM_LABELING"]
        assert vase["prepOwnerConstraint"] == "SELLER_ONLY"
        assert mug["prepOwnerConstraint"] == "NONE_ONLY"
        sender.create(item("VASE", prepOwner="SELLER"))
        (problem,) = sender.failed(sender.take(item("VASE", prepOwner="AMAZON")))
        assert "Accepted values: [SELLER]" in problem["message"]

    def test_elsewhere_amazon_may_do_it_but_then_all_of_it(self, sp_api: Caller) -> None:
        sender = Sender(sp_api, CA, "CA")
        sender.prepare("VASE", category="FRAGILE", types=["ITEM_BUBBLEWRAP"])
        query = {"marketplaceId": CA, "mskus": "VASE"}
        (vase,) = sp_api("GET", f"{BASE}/items/prepDetails", **query).json["mskuPrepDetails"]
        assert vase["allOwnersConstraint"] == "MUST_MATCH"
        sender.create(item("VASE", labelOwner="AMAZON", prepOwner="AMAZON"))
        (problem,) = sender.failed(
            sender.take(item("VASE", labelOwner="AMAZON", prepOwner="SELLER"))
        )
        assert "must match" in problem["message"]

    @pytest.mark.parametrize(
        ("category", "types"),
        [("NONE", ["ITEM_TAPING"]), ("FRAGILE", ["ITEM_NO_PREP"]), ("LIQUID", [])],
    )
    def test_types_must_fit_their_category(
        self, sp_api: Caller, sender: Sender, category: str, types: list[str]
    ) -> None:
        detail = {"msku": "MUG", "prepCategory": category, "prepTypes": types}
        body = {"marketplaceId": US, "mskuPrepDetails": [detail]}
        (problem,) = sender.failed(sp_api("POST", f"{BASE}/items/prepDetails", body))
        assert problem["details"] == "There's an input error with the resource 'MUG'."

    @pytest.mark.parametrize("category", ["UNKNOWN", "FC_PROVIDED"])
    def test_what_only_amazon_says_can_t_be_set(
        self, sp_api: Caller, sender: Sender, category: str
    ) -> None:
        detail = {"msku": "MUG", "prepCategory": category, "prepTypes": []}
        body = {"marketplaceId": US, "mskuPrepDetails": [detail]}
        assert sp_api("POST", f"{BASE}/items/prepDetails", body).status == 400

    def test_v0_tells_the_same(self, sp_api: Caller, sender: Sender) -> None:
        sender.prepare("VASE", category="FRAGILE", types=["ITEM_BUBBLEWRAP"])
        sp_api.control("register", country="US", sku="RAW", asin="B000000RAW")
        answer = sp_api(
            "GET",
            f"{V0}/prepInstructions",
            ShipToCountryCode="US",
            SellerSKUList="MUG,VASE,RAW,HAT",
            ASINList="B000000RAW,B000000HAT",
        ).payload
        by_sku = {
            one["SellerSKU"]: (one["PrepGuidance"], one["PrepInstructionList"])
            for one in answer["SKUPrepInstructionsList"]
        }
        assert by_sku == {
            "MUG": ("NoAdditionalPrepRequired", []),
            "VASE": ("SeePrepInstructionsList", ["BubbleWrapping"]),
            "RAW": ("ConsultHelpDocuments", []),
        }
        unknown = {"ErrorReason": "DoesNotExist"}
        assert answer["InvalidSKUList"] == [{"SellerSKU": "HAT", **unknown}]
        assert [one["ASIN"] for one in answer["ASINPrepInstructionsList"]] == ["B000000RAW"]
        assert answer["InvalidASINList"] == [{"ASIN": "B000000HAT", **unknown}]
        for query in ({}, {"SellerSKUList": "MUG", "ShipToCountryCode": "IN"}):
            wanted = {"ShipToCountryCode": "US", **query}
            assert sp_api("GET", f"{V0}/prepInstructions", **wanted).status == 400


class TestEligibility:
    def reasons(self, sp_api: Caller, asin: str, program: str = "INBOUND", at: str = US) -> Any:
        query = {"asin": asin, "program": program, "marketplaceIds": at}
        payload = sp_api("GET", ELIGIBILITY, **query).payload
        assert payload["isEligibleForProgram"] == ("ineligibilityReasonList" not in payload)
        return payload.get("ineligibilityReasonList", [])

    def test_reasons_follow_from_the_sku(self, sp_api: Caller) -> None:
        for sku, asin, grams in (
            ("OK", "B0OK", 200),
            ("DUST", "B0DUST", 0),
            ("ORE", "B0ORE", 70_000),
        ):
            sp_api.control("register", country="US", sku=sku, asin=asin, weight_grams=grams)
        assert self.reasons(sp_api, "B0OK") == []
        assert self.reasons(sp_api, "B0DUST") == ["FBA_INB_0004"]
        assert self.reasons(sp_api, "B0ORE") == ["FBA_INB_0053"]
        assert self.reasons(sp_api, "B0NONE") == ["FBA_INB_0006"]
        assert self.reasons(sp_api, "B0OK", at=CA) == ["FBA_INB_0017"]
        codes = ["FBA_INB_0009", "FBA_INB_0197"]
        sp_api.control("restrict_inbound", country="US", sku="OK", codes=codes)
        assert self.reasons(sp_api, "B0OK") == codes
        # What is registered again keeps its reasons.
        sp_api.control("register", country="US", sku="OK", asin="B0OK", title="New title")
        assert self.reasons(sp_api, "B0OK") == codes
        sp_api.control("restrict_inbound", country="US", sku="OK", codes=[])
        assert self.reasons(sp_api, "B0OK") == []

    def test_units_without_labels_of_their_own(self, sp_api: Caller) -> None:
        sp_api.control("register", country="US", sku="OWN", asin="B0OWN")
        sp_api.control("register", country="US", sku="EAN", asin="B000000EAN", fnsku="B000000EAN")
        assert self.reasons(sp_api, "B0OWN", "COMMINGLING") == ["FBA_INB_0034"]
        assert self.reasons(sp_api, "B000000EAN", "COMMINGLING") == []
        sp_api.control("advance_to", at="2026-03-31T00:00:00Z")
        assert self.reasons(sp_api, "B000000EAN", "COMMINGLING") == ["FBA_INB_0465"]
        assert self.reasons(sp_api, "B000000EAN") == []

    def test_a_sku_with_the_manufacturer_s_barcode_is_not_labelled(
        self, sp_api: Caller, sender: Sender
    ) -> None:
        sp_api.control("register", country="US", sku="EAN", asin="B000000EAN", fnsku="B000000EAN")
        sender.say_how_prepared("EAN")
        sender.create(item("EAN", labelOwner="NONE"))
        (problem,) = sender.failed(sender.take(item("EAN", labelOwner="SELLER")))
        assert "does not require labelOwner" in problem["message"]

    @pytest.mark.parametrize(
        "query",
        [
            {"program": "INBOUND", "asin": "B0OK"},
            {"program": "OTHER", "asin": "B0OK", "marketplaceIds": US},
            {"program": "INBOUND", "marketplaceIds": US},
            {"program": "INBOUND", "asin": "B0OK", "marketplaceIds": "A21TJRUUN4KGV"},
        ],
    )
    def test_what_is_asked_wrongly_is_400(self, sp_api: Caller, query: dict[str, str]) -> None:
        refused = sp_api("GET", ELIGIBILITY, judged=False, **query)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")


class TestLimits:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"rate_limits": True}

    def test_writing_calls_come_two_at_once(self, sp_api: Caller, clock: ManualClock) -> None:
        body = {
            "destinationMarketplaces": [US],
            "items": [item()],
            "sourceAddress": Sender(sp_api).source,
        }
        address = f"{BASE}/inboundPlans"
        statuses = [sp_api("POST", address, body).status for _ in range(4)]
        assert statuses == [202, 202, 429, 429]
        clock.advance(timedelta(seconds=0.5).total_seconds())
        assert sp_api("POST", address, body).status == 202
