"""An inbound plan's life over HTTP, from its creation to the closed shipment."""

from __future__ import annotations

from typing import Any

import pytest

from inbound_flow import BASE, Sender, box, item, pages
from sp_api_caller import CA, US, Caller


def test_goods_go_from_a_plan_to_the_shelf(sp_api: Caller, sender: Sender) -> None:
    sender.create(item("MUG", 12), item("CAP", 6), name="Spring")
    sender.pack(box(3, item("MUG", 4), item("CAP", 2)))
    assert sp_api.control("buckets", country="US", sku="MUG") == {}

    (shipment,) = sender.place()
    assert sp_api.control("buckets", country="US", sku="MUG") == {"inbound_working": 12}
    assert sender.get(f"/shipments/{shipment}")["status"] == "WORKING"

    sender.own_carrier(shipment)
    name = sender.name_on_labels(shipment)
    boxes = sender.get(f"/shipments/{shipment}/boxes")["boxes"]
    assert [one["boxId"] for one in boxes] == [f"{name}U{n:06d}" for n in (1, 2, 3)]

    printed = pages(sp_api, sender.labels(name).payload["DownloadURL"])
    assert [f"{name}U00000{n}" in text for n, text in enumerate(printed, start=1)] == [True] * 3
    assert sender.get(f"/shipments/{shipment}")["status"] == "READY_TO_SHIP"

    sender.track(shipment)
    assert sender.get()["status"] == "ACTIVE"
    statuses = []
    for _ in range(24 * 60):
        status = sender.get(f"/shipments/{shipment}")["status"]
        if status not in statuses[-1:]:
            statuses.append(status)
            if status == "SHIPPED":
                assert sp_api.control("buckets", country="US", sku="CAP") == {"inbound_shipped": 6}
                assert sender.get()["status"] == "SHIPPED"
        sp_api.control("advance", hours=1)
    assert statuses == [
        "READY_TO_SHIP",
        "SHIPPED",
        "IN_TRANSIT",
        "DELIVERED",
        "CHECKED_IN",
        "RECEIVING",
        "CLOSED",
    ]
    assert sender.received(name) == {"MUG": (12, 12), "CAP": (6, 6)}
    assert sp_api.control("buckets", country="US", sku="MUG") == {"fulfillable": 12}
    assert sp_api.control("audit") == []


def test_an_operation_is_in_progress_for_a_moment(sp_api: Caller, sender: Sender) -> None:
    answer = sender.take(item())
    address = f"{BASE}/operations/{answer.json['operationId']}"
    assert sp_api("GET", address).json["operationStatus"] == "IN_PROGRESS"
    early = sender.post("/packingOptions")
    assert (early.status, early.error["code"]) == (400, "InvalidInput")
    sender.pass_hours(0.01)
    assert sp_api("GET", address).json == {
        "operation": "createInboundPlan",
        "operationId": answer.json["operationId"],
        "operationProblems": [],
        "operationStatus": "SUCCESS",
    }
    assert sender.post("/packingOptions").status == 202


def test_operations_on_a_plan_are_carried_out_in_the_order_of_their_calls(sender: Sender) -> None:
    sender.create(item())
    for _ in range(5):
        sender.post("/placementOptions", {})
    sender.pass_hours(0.1)
    options = sender.get("/placementOptions", pageSize="20")["placementOptions"]
    assert [one["status"] for one in options] == ["EXPIRED"] * 16 + ["OFFERED"] * 4


def test_a_plan_shows_what_it_was_made_of(sender: Sender) -> None:
    sender.create(
        item("MUG", 5, expiration="2027-06-30", manufacturingLotCode="L1"), item("CAP"), name="May"
    )
    plan = sender.get()
    assert (plan["name"], plan["status"], plan["marketplaceIds"]) == ("May", "ACTIVE", [US])
    assert plan["sourceAddress"] == dict(sender.source)
    assert not {"packingOptions", "placementOptions", "shipments"} & plan.keys()
    mug, cap = sender.get("/items")["items"]
    assert (mug["expiration"], mug["manufacturingLotCode"], mug["quantity"]) == (
        "2027-06-30",
        "L1",
        5,
    )
    assert mug["fnsku"] != cap["fnsku"]
    assert mug["prepInstructions"] == [{"prepOwner": "NONE", "prepType": "ITEM_NO_PREP"}]


def test_a_plan_without_a_name_gets_one_and_can_be_renamed(sender: Sender) -> None:
    sender.create(item())
    assert sender.get()["name"] == "FBA STA (03/02/2026 09:00)"
    assert sender.put("/name", {"name": "June"}).status == 204
    assert sender.get()["name"] == "June"


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        (item("NONE"), "FBA_INB_0006", "not known"),
        (item("RAW"), "FBA_INB_0182", "Prep classification"),
        (item("MUG", labelOwner="AMAZON"), "BadRequest", "Accepted values: [SELLER]"),
        (item("MUG", labelOwner="NONE"), "BadRequest", "requires labelOwner but NONE"),
        (item("MUG", prepOwner="SELLER"), "BadRequest", "does not require prepOwner"),
        (item("MUG", expiration="2026-06-01"), "FBA_INB_0181", "105 days"),
        (item("BOMB"), "FBA_INB_0015", "Dangerous"),
        (item("ROCK"), "FBA_INB_0053", "heavy"),
    ],
)
def test_what_is_wrong_with_an_item_fails_the_operation_and_not_the_call(
    sp_api: Caller, sender: Sender, wrong: dict[str, Any], code: str, words: str
) -> None:
    sender.prepare("BOMB", "ROCK")
    sp_api.control("register", country="US", sku="RAW")
    sp_api.control("register", country="US", sku="ROCK", weight_grams=70_000)
    sp_api.control("restrict_inbound", country="US", sku="BOMB", codes=["FBA_INB_0015"])
    (problem,) = sender.failed(sender.take(item("CAP"), wrong))
    assert (problem["code"], problem["severity"]) == (code, "ERROR")
    assert words in problem["message"]
    assert problem["details"] == f"There's an input error with the resource '{wrong['msku']}'."
    assert sender.get()["status"] == "ERRORED"
    assert sender.get("/items")["items"] == []
    assert sender.post("/packingOptions").status == 400


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"destinationMarketplaces": []}, "destinationMarketplaces"),
        ({"destinationMarketplaces": [US, CA]}, "destinationMarketplaces"),
        ({"destinationMarketplaces": ["A21TJRUUN4KGV"]}, "destinationMarketplaces"),
        ({"items": []}, "items"),
        ({"items": [item(quantity=0)]}, "quantity"),
        ({"items": [item(quantity=500_001)]}, "quantity"),
        ({"items": [item(labelOwner="ME")]}, "labelOwner"),
        ({"items": [item(expiration="2027-02-30")]}, "expiration"),
        ({"items": [item(), item()]}, "twice"),
        ({"name": "x" * 41}, "name"),
        ({"sourceAddress": {"name": "A"}}, "sourceAddress"),
    ],
)
def test_a_malformed_plan_is_refused_at_once(
    sp_api: Caller, sender: Sender, changes: dict[str, Any], word: str
) -> None:
    body = {"destinationMarketplaces": [US], "items": [item()], "sourceAddress": sender.source}
    refused = sp_api("POST", f"{BASE}/inboundPlans", body | changes, judged=False)
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
    assert word in refused.error["message"]


def test_plans_are_listed_by_creation_or_change_page_by_page(
    sp_api: Caller, sender: Sender
) -> None:
    plans = []
    for number in range(12):
        sender.create(item(), name=f"P{number}")
        plans.append(sender.plan)
    sender.plan = plans[3]
    sender.pass_hours(1)
    sender.put("/name", {"name": "changed"})
    sender.plan = plans[5]
    sender.done(sender.put("/cancellation"))

    def listed(**query: str) -> list[str]:
        names: list[str] = []
        token: dict[str, str] = {}
        while True:
            answer = sp_api("GET", f"{BASE}/inboundPlans", **query, **token).json
            names += [one["name"] for one in answer["inboundPlans"]]
            if "pagination" not in answer:
                return names
            token = {"paginationToken": answer["pagination"]["nextToken"]}

    in_order = [f"P{n}" if n != 3 else "changed" for n in range(12)]
    assert listed(sortOrder="ASC") == in_order
    assert listed() == in_order[::-1]
    assert listed(pageSize="5", sortOrder="ASC") == in_order
    assert listed(sortBy="LAST_UPDATED_TIME", pageSize="30")[:3] == ["P5", "changed", "P11"]
    assert listed(status="VOIDED") == ["P5"]
    assert "P5" not in listed(status="ACTIVE")
    assert listed(status="SHIPPED") == []


def test_a_token_opens_only_the_list_that_gave_it(sp_api: Caller, sender: Sender) -> None:
    sender.create(item("MUG"), item("CAP"))
    token = sender.get("/items", pageSize="1")["pagination"]["nextToken"]
    assert sender.get("/items", pageSize="1", paginationToken=token)["items"][0]["msku"] == "CAP"
    assert "pagination" not in sender.get("/items", pageSize="1", paginationToken=token)
    first = sender.plan
    sender.create(item("MUG"), item("CAP"))
    assert sender.plan != first
    refused = sp_api("GET", f"{sender.plan}/items", paginationToken=token)
    assert refused.status == 400
    refused = sp_api("GET", f"{first}/boxes", paginationToken=token)
    assert refused.status == 400
    refused = sp_api("GET", f"{first}/items", judged=False, pageSize="1001")
    assert refused.status == 400


def test_what_is_not_there_is_404_and_what_can_t_be_an_id_is_400(
    sp_api: Caller, sender: Sender
) -> None:
    sender.create(item())
    other = "wf" + "0" * 36
    assert sp_api("GET", f"{BASE}/inboundPlans/{other}").status == 404
    assert sp_api("PUT", f"{BASE}/inboundPlans/{other}/cancellation").status == 404
    assert sp_api("GET", f"{BASE}/operations/{'0' * 36}").status == 404
    assert sp_api("GET", f"{sender.plan}/shipments/{other}").status == 404
    assert sp_api("GET", f"{sender.plan}/packingGroups/{other}/items").status == 404
    assert sp_api("GET", f"{BASE}/inboundPlans/short", judged=False).status == 400


class TestCancelling:
    def test_before_the_placement_nothing_was_expected(
        self, sp_api: Caller, sender: Sender
    ) -> None:
        sender.create(item())
        sender.done(sender.put("/cancellation"))
        assert sender.get()["status"] == "VOIDED"
        assert sender.post("/placementOptions", {}).status == 400
        assert sender.put("/cancellation").status == 400

    def test_shipments_that_have_not_left_are_deleted(self, sp_api: Caller, sender: Sender) -> None:
        sender.create(item())
        first, second = sender.place(2)
        sender.done(sender.put("/cancellation"))
        statuses = {sender.get(f"/shipments/{one}")["status"] for one in (first, second)}
        assert statuses == {"DELETED"}
        assert sp_api.control("buckets", country="US", sku="MUG") == {}
        assert sp_api.control("audit") == []

    def test_one_that_has_left_is_cancelled_until_it_is_delivered(
        self, sp_api: Caller, sender: Sender
    ) -> None:
        sender.create(item())
        (shipment,) = sender.place()
        sp_api.control("let_inbound_leave", shipment_id=shipment)
        sender.done(sender.put("/cancellation"))
        assert sender.get(f"/shipments/{shipment}")["status"] == "CANCELLED"
        assert sp_api.control("buckets", country="US", sku="MUG") == {}
        sender.create(item())
        (shipment,) = sender.place()
        sp_api.control("let_inbound_arrive", shipment_id=shipment)
        assert sender.put("/cancellation").status == 400

    @pytest.mark.parametrize(("hours", "warnings"), [(23, 0), (25, 1)])
    def test_a_partner_s_carriage_is_free_to_cancel_for_a_day(
        self, sp_api: Caller, sender: Sender, hours: float, warnings: int
    ) -> None:
        sender.create(item())
        sender.pack(box(2, item(quantity=6)))
        (shipment,) = sender.place()
        sender.partner(shipment)
        quote = sender.transport(shipment, "AMAZON_PARTNERED_CARRIER")["quote"]
        assert quote["voidableUntil"].startswith("2026-03-03T09:")
        sender.pass_hours(hours)
        assert len(sender.done(sender.put("/cancellation"))["operationProblems"]) == warnings
        charged = sp_api.control("statistics").get("inbound_cancellations_charged", 0)
        assert charged == warnings


def test_a_shipment_that_never_comes_is_abandoned_after_45_days(
    sp_api: Caller, sender: Sender
) -> None:
    sender.create(item())
    (shipment,) = sender.place()
    sender.pass_hours(24 * 44)
    assert sender.get(f"/shipments/{shipment}")["status"] == "WORKING"
    assert sp_api.control("idle") is True
    sender.pass_hours(24)
    assert sender.get(f"/shipments/{shipment}")["status"] == "ABANDONED"
    assert sp_api.control("buckets", country="US", sku="MUG") == {}
