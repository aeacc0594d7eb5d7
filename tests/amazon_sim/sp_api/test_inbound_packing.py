"""Packing options, boxes, and where a plan's units go."""

from __future__ import annotations

from typing import Any

import pytest

from inbound_flow import BASE, Sender, box, item
from sp_api_caller import Caller


def options(sender: Sender) -> list[Any]:
    sender.done(sender.post("/packingOptions"))
    found: list[Any] = sender.get("/packingOptions")["packingOptions"]
    return found


def test_two_ways_to_pack_several_skus(sp_api: Caller, sender: Sender) -> None:
    sender.create(item("MUG", 12), item("CAP", 6))
    mixed, single = options(sender)
    assert (len(mixed["packingGroups"]), len(single["packingGroups"])) == (1, 2)
    assert mixed["discounts"] == []
    assert single["discounts"][0]["value"] == {"amount": 0.36, "code": "USD"}
    assert mixed["supportedConfigurations"][0]["boxRequirements"] == {
        "weight": {"maximum": 50, "minimum": 0, "unit": "LB"}
    }
    together = sender.get(f"/packingGroups/{mixed['packingGroups'][0]}/items")["items"]
    assert [(one["msku"], one["quantity"]) for one in together] == [("MUG", 12), ("CAP", 6)]
    assert sender.get()["packingOptions"] == [
        {"packingOptionId": one["packingOptionId"], "status": "OFFERED"} for one in (mixed, single)
    ]


def test_small_and_large_goods_are_packed_apart(sp_api: Caller, sender: Sender) -> None:
    sender.prepare("SOFA")
    sp_api.control(
        "register", country="US", sku="SOFA", size_tier="large_bulky", weight_grams=30_000
    )
    sender.create(item("MUG"), item("SOFA", 2))
    (only,) = options(sender)
    assert len(only["packingGroups"]) == 2
    # A unit of 30 kg may be in a box of its own.
    heaviest = only["supportedConfigurations"][0]["boxRequirements"]["weight"]["maximum"]
    assert heaviest == 66.14


def test_an_option_is_confirmed_once_and_not_after_two_days(sender: Sender) -> None:
    sender.create(item("MUG"), item("CAP"))
    mixed, single = options(sender)
    sender.done(sender.post(f"/packingOptions/{single['packingOptionId']}/confirmation"))
    assert sender.post(f"/packingOptions/{mixed['packingOptionId']}/confirmation").status == 400
    assert sender.post("/packingOptions").status == 400
    listed = sender.get("/packingOptions")["packingOptions"]
    assert [one["status"] for one in listed] == ["EXPIRED", "ACCEPTED"]
    assert [one["status"] for one in sender.get()["packingOptions"]] == ["ACCEPTED"]
    sender.create(item())
    (late,) = options(sender)
    sender.pass_hours(49)
    assert sender.post(f"/packingOptions/{late['packingOptionId']}/confirmation").status == 400


def test_boxes_that_are_alike_become_single_boxes(sender: Sender) -> None:
    sender.create(item("MUG", 12))
    sender.pack(box(2, item("MUG", 4)), box(4, item("MUG", 1), weight={"value": 3, "unit": "KG"}))
    boxes = sender.get("/boxes")["boxes"]
    assert [one["items"][0]["quantity"] for one in boxes] == [4, 4, 1, 1, 1, 1]
    assert len({one["packageId"] for one in boxes}) == 6
    assert all("boxId" not in one and one["quantity"] == 1 for one in boxes)
    group = sender.get("/packingOptions")["packingOptions"][0]["packingGroups"][0]
    assert len(sender.get(f"/packingGroups/{group}/boxes")["boxes"]) == 6


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ([box(3, item("MUG", 3))], "expected items"),
        ([box(3, item("MUG", 5))], "expected items"),
        ([box(1, item("MUG", 12)), box(1, item("CAP", 1))], "expected items"),
        ([box(1, item("MUG", 12), weight={"value": 51, "unit": "LB"})], "heavier than 50 LB"),
        ([box(1, item("MUG", 12), contentInformationSource="BARCODE_2D")], "does not allow"),
        ([box(1, contentInformationSource="BOX_CONTENT_PROVIDED")], "has no items"),
        (
            [box(1, item("MUG", 6, expiration="2027-06-01"), item("MUG", 6))],
            "different expiration dates",
        ),
    ],
)
def test_boxes_that_do_not_fit_fail_the_operation(
    sender: Sender, boxes: list[Any], words: str
) -> None:
    sender.create(item("MUG", 12))
    (option,) = options(sender)
    sender.done(sender.post(f"/packingOptions/{option['packingOptionId']}/confirmation"))
    group = option["packingGroups"][0]
    problems = sender.failed(sender.tell_boxes(*boxes, packingGroupId=group))
    assert any(words in one["message"] for one in problems), problems
    assert sender.get("/boxes")["boxes"] == []


def test_a_long_box_is_only_warned_of(sender: Sender) -> None:
    sender.create(item("MUG", 12))
    sender.pack(box(1, item("MUG", 12)))
    group = sender.get("/packingOptions")["packingOptions"][0]["packingGroups"][0]
    size = {"length": 30, "width": 10, "height": 8, "unitOfMeasurement": "IN"}
    outcome = sender.done(
        sender.tell_boxes(box(1, item("MUG", 12), dimensions=size), packingGroupId=group)
    )
    assert [one["severity"] for one in outcome["operationProblems"]] == ["WARNING"]
    assert sender.get("/boxes")["boxes"][0]["dimensions"] == size


def test_boxes_are_told_by_group_before_the_placement_and_by_shipment_after(
    sender: Sender,
) -> None:
    sender.create(item("MUG", 12))
    boxes = box(3, item("MUG", 4))
    (option,) = options(sender)
    group = option["packingGroups"][0]
    assert sender.tell_boxes(boxes, packingGroupId=group).status == 400
    assert sender.tell_boxes(boxes).status == 400
    assert sender.tell_boxes(boxes, packingGroupId=group, shipmentId=group).status == 400
    assert sender.tell_boxes(boxes, shipmentId="sh" + "0" * 36).status == 400
    (shipment,) = sender.place()
    assert sender.tell_boxes(boxes, packingGroupId=group).status == 400
    assert sender.post("/packingOptions").status == 400
    sender.done(sender.tell_boxes(boxes, shipmentId=shipment))
    placed = sender.get(f"/shipments/{shipment}/boxes")["boxes"]
    assert len(placed) == 3
    assert {one["destinationRegion"]["warehouseId"] for one in placed} == {"ABE2"}
    assert sender.get("/boxes")["boxes"] == placed


class TestPlacement:
    def test_fewer_centers_cost_more(self, sender: Sender) -> None:
        sender.create(item("MUG", 12))
        sender.done(sender.post("/placementOptions", {}))
        found = sender.get("/placementOptions")["placementOptions"]
        assert [len(one["shipmentIds"]) for one in found] == [1, 2, 3, 4]
        fees = [one["fees"][0]["value"]["amount"] if one["fees"] else 0 for one in found]
        assert fees == [3.6, 2.7, 1.8, 0]
        assert {one["status"] for one in found} == {"OFFERED"}

    def test_the_centers_near_the_seller_come_first_and_none_gets_nothing(
        self, sender: Sender
    ) -> None:
        sender.create(item("MUG", 2), item("CAP", 1))
        sender.done(sender.post("/placementOptions", {}))
        found = sender.get("/placementOptions")["placementOptions"]
        assert [len(one["shipmentIds"]) for one in found] == [1, 2, 3]
        units: list[list[Any]] = []
        for shipment in found[-1]["shipmentIds"]:
            address = f"/shipments/{shipment}"
            assert sender.get(address)["status"] == "UNCONFIRMED"
            items = sender.get(f"{address}/items")["items"]
            units.append([sender.get(address)["destination"]["warehouseId"], len(items)])
        assert units == [["ABE2", 1], ["MDW2", 1], ["DFW7", 1]]

    def test_boxes_are_not_opened_for_a_split(self, sender: Sender) -> None:
        sender.create(item("MUG", 12), item("CAP", 2))
        sender.pack(box(1, item("MUG", 10)), box(1, item("MUG", 2), item("CAP", 2)))
        sender.done(sender.post("/placementOptions", {}))
        found = sender.get("/placementOptions")["placementOptions"]
        assert [len(one["shipmentIds"]) for one in found] == [1, 2]
        contents = [
            [(one["msku"], one["quantity"]) for one in sender.get(f"/shipments/{n}/items")["items"]]
            for n in found[1]["shipmentIds"]
        ]
        assert contents == [[("MUG", 10)], [("MUG", 2), ("CAP", 2)]]

    def test_one_is_confirmed_for_good(self, sp_api: Caller, sender: Sender) -> None:
        sender.create(item("MUG", 12))
        sender.done(sender.post("/placementOptions", {}))
        first, second, *_ = sender.get("/placementOptions")["placementOptions"]
        address = "/placementOptions/{}/confirmation"
        sender.done(sender.post(address.format(second["placementOptionId"])))
        assert sender.post(address.format(first["placementOptionId"])).status == 400
        assert sender.post("/placementOptions", {}).status == 400
        assert [one["status"] for one in sender.get()["shipments"]] == ["WORKING"] * 2
        assert [one["status"] for one in sender.get()["placementOptions"]] == ["ACCEPTED"]
        assert sender.get(f"/shipments/{first['shipmentIds'][0]}")["status"] == "UNCONFIRMED"
        by_center = sp_api.control("buckets_by_center", country="US", sku="MUG")
        assert by_center == {"ABE2": {"inbound_working": 6}, "MDW2": {"inbound_working": 6}}

    def test_two_confirmations_at_once_place_once(self, sp_api: Caller, sender: Sender) -> None:
        sender.create(item("MUG", 12))
        sender.done(sender.post("/placementOptions", {}))
        first, second, *_ = sender.get("/placementOptions")["placementOptions"]
        taken = [
            sender.post(f"/placementOptions/{one['placementOptionId']}/confirmation")
            for one in (first, second)
        ]
        assert [one.status for one in taken] == [202, 202]
        sender.pass_hours(0.1)
        done, late = (
            sp_api("GET", f"{BASE}/operations/{one.json['operationId']}").json for one in taken
        )
        assert (done["operationStatus"], late["operationStatus"]) == ("SUCCESS", "FAILED")
        (problem,) = late["operationProblems"]
        assert "placement is confirmed" in problem["message"]
        assert sp_api.control("buckets", country="US", sku="MUG") == {"inbound_working": 12}

    def test_an_offer_ends_after_two_days(self, sender: Sender) -> None:
        sender.create(item("MUG", 12))
        sender.done(sender.post("/placementOptions", {}))
        option = sender.get("/placementOptions")["placementOptions"][0]
        sender.pass_hours(48)
        address = f"/placementOptions/{option['placementOptionId']}/confirmation"
        assert sender.post(address).status == 400
        assert sender.get("/placementOptions")["placementOptions"][0]["status"] == "EXPIRED"

    def test_a_confirmed_packing_option_wants_its_boxes_first(self, sender: Sender) -> None:
        sender.create(item("MUG", 12))
        (option,) = options(sender)
        sender.done(sender.post(f"/packingOptions/{option['packingOptionId']}/confirmation"))
        refused = sender.post("/placementOptions", {})
        assert "packing information" in refused.error["message"]

    def test_centers_of_one_s_own_choice_are_for_india(self, sender: Sender) -> None:
        sender.create(item("MUG", 12))
        custom = {"customPlacement": [{"warehouseId": "ABE2", "items": [item("MUG", 12)]}]}
        refused = sender.post("/placementOptions", custom)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
        assert "India" in refused.error["message"]
