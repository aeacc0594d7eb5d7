"""Fulfillment Inbound API v0: shipments, what arrives of them, and their labels."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from inbound_flow import V0, Sender, box, fetch, item, pages
from sp_api_caller import CA, US, Caller
from stockpool.clock import ManualClock
from stockpool_amazon_sim.sp_api.messages import Request
from stockpool_amazon_sim.sp_api.server import SpApiServer


def announced(sp_api: Caller, **quantities: int) -> str:
    name: str = sp_api.control("announce_inbound", country="US", quantities=quantities)
    return name


def shipments(sp_api: Caller, **query: str) -> Any:
    wanted = {"QueryType": "SHIPMENT", "MarketplaceId": US} | query
    return sp_api("GET", f"{V0}/shipments", **wanted).payload["ShipmentData"]


class TestShipments:
    def test_by_status_and_by_id(self, sp_api: Caller) -> None:
        first, second = announced(sp_api, MUG=5), announced(sp_api, CAP=3)
        sp_api.control("let_inbound_leave", shipment_id=second)
        assert [one["ShipmentId"] for one in shipments(sp_api, ShipmentStatusList="SHIPPED")] == [
            second
        ]
        found = shipments(sp_api, ShipmentIdList=f"{first},{second},FBA0")
        assert {one["ShipmentId"] for one in found} == {first, second}
        assert shipments(sp_api, ShipmentIdList=first, ShipmentStatusList="CLOSED") == []
        assert {one["ShipmentStatus"] for one in found} == {"WORKING", "SHIPPED"}

    def test_a_plan_s_shipment_is_known_once_its_carrier_is_confirmed(
        self, sp_api: Caller, sender: Sender
    ) -> None:
        sender.create(item("MUG", 12), name="Spring")
        (shipment,) = sender.place()
        assert shipments(sp_api, ShipmentStatusList="WORKING") == []
        assert sp_api.control("inbound_shipment_ids", country="US") != []
        sender.done(sender.tell_boxes(box(3, item("MUG", 4)), shipmentId=shipment))
        sender.own_carrier(shipment)
        (found,) = shipments(sp_api, ShipmentStatusList="WORKING")
        assert found["ShipmentId"] == sender.name_on_labels(shipment)
        assert found["ShipmentName"] == "Spring-ABE2"
        assert found["ShipFromAddress"]["City"] == "Reading"
        assert (found["LabelPrepType"], found["BoxContentsSource"]) == (
            "SELLER_LABEL",
            "INTERACTIVE",
        )
        sender.labels(found["ShipmentId"])
        # READY_TO_SHIP can be asked for, and is told as WORKING.
        for status in ("READY_TO_SHIP", "WORKING"):
            (again,) = shipments(sp_api, ShipmentStatusList=status)
            assert again["ShipmentStatus"] == "WORKING"

    def test_by_the_time_of_the_last_change_page_by_page(self, sp_api: Caller) -> None:
        names = [announced(sp_api, MUG=1) for _ in range(60)]
        sp_api.control("advance", hours=2)
        sp_api.control("let_inbound_leave", shipment_id=names[7])
        query = {"QueryType": "DATE_RANGE", "MarketplaceId": US}
        early = {"LastUpdatedAfter": "2026-03-02T08:00:00Z"}
        late = {"LastUpdatedAfter": "2026-03-02T10:00:00Z"}
        until = {"LastUpdatedBefore": "2026-03-02T12:00:00Z"}
        (moved,) = sp_api("GET", f"{V0}/shipments", **query, **late, **until).payload[
            "ShipmentData"
        ]
        assert moved["ShipmentId"] == names[7]
        page = sp_api("GET", f"{V0}/shipments", **query, **early, **until).payload
        assert len(page["ShipmentData"]) == 50
        token = {
            "QueryType": "NEXT_TOKEN",
            "MarketplaceId": US,
            "NextToken": page["NextToken"],
        }
        rest = sp_api("GET", f"{V0}/shipments", **token).payload
        assert "NextToken" not in rest
        both = page["ShipmentData"] + rest["ShipmentData"]
        assert sorted(one["ShipmentId"] for one in both) == sorted(names)
        items = sp_api("GET", f"{V0}/shipmentItems", **query, **early, **until).payload
        assert len(items["ItemData"]) == 50
        rest = sp_api(
            "GET", f"{V0}/shipmentItems", **{**token, "NextToken": items["NextToken"]}
        ).payload
        assert len(rest["ItemData"]) == 10

    @pytest.mark.parametrize(
        "query",
        [
            {"QueryType": "SHIPMENT"},
            {"QueryType": "SHIPMENT", "ShipmentStatusList": "LOST"},
            {"QueryType": "DATE_RANGE", "LastUpdatedAfter": "2026-03-02T08:00:00Z"},
            {
                "QueryType": "DATE_RANGE",
                "LastUpdatedAfter": "2026-03-02T08:00:00Z",
                "LastUpdatedBefore": "2026-03-01T08:00:00Z",
            },
            {"QueryType": "NEXT_TOKEN"},
            {"QueryType": "NEXT_TOKEN", "NextToken": "none"},
            {"QueryType": "ALL"},
        ],
    )
    def test_a_query_that_makes_no_sense_is_400(
        self, sp_api: Caller, query: dict[str, str]
    ) -> None:
        refused = sp_api("GET", f"{V0}/shipments", judged=False, MarketplaceId=US, **query)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")

    def test_each_marketplace_has_its_own(self, sp_api: Caller) -> None:
        announced(sp_api, MUG=1)
        assert len(shipments(sp_api, ShipmentStatusList="WORKING")) == 1
        assert shipments(sp_api, ShipmentStatusList="WORKING", MarketplaceId=CA) == []


class TestReceiving:
    @pytest.fixture
    def sent(self, sp_api: Caller, sender: Sender) -> str:
        """A shipment of twelve mugs and six caps on its way; its name on labels."""
        sender.create(item("MUG", 12), item("CAP", 6))
        sender.pack(box(6, item("MUG", 2), item("CAP", 1)))
        (shipment,) = sender.place()
        sender.own_carrier(shipment)
        sp_api.control("let_inbound_leave", shipment_id=shipment)
        return sender.name_on_labels(shipment)

    def test_units_come_in_parts(self, sp_api: Caller, sender: Sender, sent: str) -> None:
        sp_api.control("let_inbound_arrive", shipment_id=sent)
        seen = []
        for _ in range(72):
            received = sender.received(sent)
            if received not in seen:
                seen.append(received)
            sender.pass_hours(1)
        assert [one["MUG"][1] for one in seen] == [4, 8, 12]
        assert [one["CAP"][1] for one in seen] == [2, 4, 6]

    def test_lost_units_are_missing_for_good(
        self, sp_api: Caller, sender: Sender, sent: str
    ) -> None:
        sp_api.control("lose_inbound", shipment_id=sent, sku="MUG", units=3)
        sp_api.control("let_inbound_arrive", shipment_id=sent)
        sender.pass_hours(24 * 120)
        assert sender.received(sent) == {"MUG": (12, 9), "CAP": (6, 6)}
        (found,) = shipments(sp_api, ShipmentIdList=sent)
        assert found["ShipmentStatus"] == "CLOSED"
        assert sp_api.control("buckets", country="US", sku="MUG") == {"fulfillable": 9}
        assert sp_api.control("audit") == []

    @pytest.mark.parametrize("late", [False, True])
    def test_too_many_units_are_received_too(
        self, sp_api: Caller, sender: Sender, sent: str, late: bool
    ) -> None:
        if late:
            sp_api.control("let_inbound_arrive", shipment_id=sent)
            sender.pass_hours(24 * 5)
        sp_api.control("overfill_inbound", shipment_id=sent, sku="CAP", units=4)
        if not late:
            sp_api.control("let_inbound_arrive", shipment_id=sent)
        sender.pass_hours(24 * 60)
        assert sender.received(sent) == {"MUG": (12, 12), "CAP": (6, 10)}
        assert sp_api.control("buckets", country="US", sku="CAP") == {"fulfillable": 10}
        assert sp_api.control("audit") == []

    def test_misrouted_units_turn_up_in_another_center(
        self, sp_api: Caller, sender: Sender, sent: str
    ) -> None:
        sp_api.control("misroute_inbound", shipment_id=sent, fulfillment_center_id="ONT8")
        sp_api.control("let_inbound_arrive", shipment_id=sent)
        sender.pass_hours(24 * 60)
        by_center = sp_api.control("buckets_by_center", country="US", sku="MUG")
        assert {center: units for center, units in by_center.items() if units} == {
            "ONT8": {"fulfillable": 12}
        }
        (found,) = shipments(sp_api, ShipmentIdList=sent)
        assert found["DestinationFulfillmentCenterId"] == "ABE2"
        assert sp_api.control("audit") == []

    def test_closing_early_leaves_out_what_was_not_counted(
        self, sp_api: Caller, sender: Sender, sent: str
    ) -> None:
        sp_api.control("let_inbound_arrive", shipment_id=sent)
        sp_api.control("now")
        assert sender.received(sent)["MUG"] == (12, 4)
        sp_api.control("close_inbound", shipment_id=sent)
        assert sp_api.control("buckets", country="US", sku="MUG") == {"fulfillable": 4}
        sender.pass_hours(24 * 60)
        shipped, received = sender.received(sent)["MUG"]
        # What was not counted may still be found, as it may be with any closed shipment.
        assert shipped == 12
        assert 4 <= received <= 12
        assert sp_api.control("buckets", country="US", sku="MUG") == {"fulfillable": received}
        assert sp_api.control("audit") == []

    @pytest.mark.parametrize(
        ("control", "arguments"),
        [
            ("let_inbound_leave", {}),
            ("close_inbound", {}),
            ("lose_inbound", {"sku": "MUG", "units": 13}),
            ("lose_inbound", {"sku": "HAT", "units": 1}),
            ("overfill_inbound", {"sku": "MUG", "units": 0}),
            ("misroute_inbound", {"fulfillment_center_id": "YYZ4"}),
            ("restrict_inbound", {"country": "US", "sku": "MUG", "codes": ["FBA_INB_9999"]}),
        ],
    )
    def test_controls_that_make_no_sense(
        self, sp_api: Caller, sent: str, control: str, arguments: dict[str, Any]
    ) -> None:
        named = arguments if "country" in arguments else {"shipment_id": sent, **arguments}
        request = Request("POST", f"/simulator/v1/{control}", body=json.dumps(named).encode())
        assert sp_api.application(request).status == 400


class TestLabels:
    @pytest.fixture
    def name(self, sender: Sender) -> str:
        """A shipment of three boxes with its carrier confirmed."""
        sender.create(item("MUG", 12))
        sender.pack(box(3, item("MUG", 4)))
        (shipment,) = sender.place()
        sender.own_carrier(shipment)
        return sender.name_on_labels(shipment)

    def test_an_address_holds_fifteen_seconds(
        self, sp_api: Caller, sender: Sender, name: str, clock: ManualClock
    ) -> None:
        url = sender.labels(name).payload["DownloadURL"]
        clock.advance(15)
        assert len(pages(sp_api, url)) == 3
        clock.advance(1)
        late = fetch(sp_api, url)
        assert late.status == 403
        assert json.loads(late.body)["errors"][0]["code"] == "AccessDenied"

    @pytest.mark.parametrize("token", ["", "x", "AAAA"])
    def test_an_address_can_t_be_made_up(self, sp_api: Caller, token: str) -> None:
        assert fetch(sp_api, f"http://localhost/downloads/{token}").status == 403

    def test_a_page_token_is_no_address(self, sp_api: Caller, sender: Sender) -> None:
        sender.create(item("MUG"), item("CAP"))
        token = sender.get("/items", pageSize="1")["pagination"]["nextToken"]
        assert fetch(sp_api, f"http://localhost/downloads/{token}").status == 403

    @pytest.mark.parametrize(
        ("query", "boxes"),
        [
            ({}, [1, 2, 3]),
            ({"NumberOfPackages": "2"}, [1, 2]),
            ({"PageSize": "2", "PageStartIndex": "2"}, [3]),
            ({"PackageLabelsToPrint": "{0}U000003,{0}U000001"}, [3, 1]),
            ({"LabelType": "BARCODE_2D"}, [1, 2, 3]),
        ],
    )
    def test_which_boxes_are_printed(
        self, sp_api: Caller, sender: Sender, name: str, query: dict[str, str], boxes: list[int]
    ) -> None:
        asked = {key: value.format(name) for key, value in query.items()}
        printed = pages(sp_api, sender.labels(name, **asked).payload["DownloadURL"])
        assert len(printed) == len(boxes)
        for text, number in zip(printed, boxes, strict=True):
            assert f"{name}U{number:06d}" in text
            assert f"Box {number} of 3" in text
            assert "Amazon ABE2, Breinigsville PA US" in text

    @pytest.mark.parametrize(
        ("page_type", "count"),
        [("PackageLabel_Letter_2", 2), ("PackageLabel_A4_4", 1), ("PackageLabel_Plain_Paper", 3)],
    )
    def test_several_labels_share_a_page(
        self, sp_api: Caller, sender: Sender, name: str, page_type: str, count: int
    ) -> None:
        url = sender.labels(name, PageType=page_type).payload["DownloadURL"]
        assert len(pages(sp_api, url)) == count

    @pytest.mark.parametrize(
        "query",
        [
            {"PageType": "A4"},
            {"LabelType": "ROUND"},
            {"LabelType": "PALLET"},
            {"PackageLabelsToPrint": "FBA0U000001"},
            {"PageStartIndex": "3"},
        ],
    )
    def test_labels_that_there_are_not(
        self, sp_api: Caller, sender: Sender, name: str, query: dict[str, str]
    ) -> None:
        wanted = {"PageType": "PackageLabel_Thermal", "LabelType": "UNIQUE"} | query
        refused = sp_api("GET", f"{V0}/shipments/{name}/labels", judged=False, **wanted)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
        # What was refused printed nothing.
        (found,) = shipments(sp_api, ShipmentStatusList="READY_TO_SHIP,WORKING")
        assert found["ShipmentId"] == name

    def test_the_38_characters_of_the_other_api_are_not_known(
        self, sp_api: Caller, sender: Sender, name: str
    ) -> None:
        assert sender.labels("sh" + "0" * 36).status == 404
        assert sp_api("GET", f"{V0}/shipments/FBA0/items").status == 404
        refused = sp_api("GET", f"{V0}/shipments/{name}/billOfLading")
        assert refused.status == 400

    def test_a_server_links_to_itself(
        self, sp_api: Caller, sender: Sender, name: str, clock: ManualClock
    ) -> None:
        token = {"x-amz-access-token": sp_api.token}
        query = {"PageType": "PackageLabel_Thermal", "LabelType": "UNIQUE"}
        with SpApiServer(sp_api.simulator) as server:
            answer = requests.get(
                f"{server.url}{V0}/shipments/{name}/labels", query, headers=token, timeout=10
            )
            url = answer.json()["payload"]["DownloadURL"]
            assert url.startswith(server.url)
            document = requests.get(url, timeout=10)
        assert document.status_code == 200
        assert document.content.startswith(b"%PDF-")
