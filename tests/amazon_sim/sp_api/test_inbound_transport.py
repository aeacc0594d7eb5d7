"""How a plan's shipments travel: carriers, windows, tracking, other contents, appointments."""

from __future__ import annotations

from typing import Any

import pytest

from inbound_flow import CONTACT, READY, Sender, box, item, pages
from sp_api_caller import Caller

OWN = "USE_YOUR_OWN_CARRIER"
PARTNER = "AMAZON_PARTNERED_CARRIER"
PALLET = {
    "quantity": 2,
    "dimensions": {"length": 48, "width": 40, "height": 50, "unitOfMeasurement": "IN"},
    "weight": {"value": 300, "unit": "LB"},
    "stackability": "STACKABLE",
}
FREIGHT = {
    "pallets": [PALLET],
    "contactInformation": CONTACT,
    "freightInformation": {
        "freightClass": "FC_50",
        "declaredValue": {"amount": 900, "code": "USD"},
    },
}


@pytest.fixture
def shipment(sender: Sender) -> str:
    """A shipment of twelve mugs in three boxes, without a carrier."""
    sender.create(item("MUG", 12))
    sender.pack(box(3, item("MUG", 4)))
    (shipment,) = sender.place()
    return shipment


def status(sender: Sender, shipment: str) -> str:
    found: str = sender.get(f"/shipments/{shipment}")["status"]
    return found


class TestOptions:
    def test_parcels_by_the_partner_or_by_one_s_own_carrier(
        self, sender: Sender, shipment: str
    ) -> None:
        sender.done(sender.offer_transport(shipment))
        found = sender.get("/transportationOptions")["transportationOptions"]
        assert {one["shippingMode"] for one in found} == {"GROUND_SMALL_PARCEL"}
        partner, *own = found
        assert (partner["shippingSolution"], partner["carrier"]["alphaCode"]) == (PARTNER, "UPS")
        # Three boxes of ten pounds.
        assert partner["quote"]["cost"] == {"amount": 15.66, "code": "USD"}
        assert partner["preconditions"] == []
        assert {one["shippingSolution"] for one in own} == {OWN}
        assert all(one["preconditions"] == ["CONFIRMED_DELIVERY_WINDOW"] for one in own)
        assert all("quote" not in one for one in own)
        ready = sender.get(f"/shipments/{shipment}")["dates"]["readyToShipWindow"]
        assert ready["start"] == READY

    def test_pallets_go_as_freight_and_have_papers(
        self, sp_api: Caller, sender: Sender, shipment: str
    ) -> None:
        sender.partner(shipment, **FREIGHT)
        option = sender.transport(shipment, PARTNER)
        assert option["shippingMode"] == "FREIGHT_LTL"
        assert option["carrierAppointment"]["startTime"] == "2026-03-04T20:00:00Z"
        found = sender.get(f"/shipments/{shipment}")
        assert found["freightInformation"] == FREIGHT["freightInformation"]
        assert found["contactInformation"] == CONTACT
        assert found["amazonReferenceId"].isdigit()
        (pallet,) = sender.get("/pallets")["pallets"]
        assert sender.get(f"/shipments/{shipment}/pallets")["pallets"] == [pallet]
        assert {name: pallet[name] for name in PALLET} == PALLET
        name = sender.name_on_labels(shipment)
        answer = sp_api("GET", f"/fba/inbound/v0/shipments/{name}/billOfLading")
        (paper,) = pages(sp_api, answer.payload["DownloadURL"])
        assert "BILL OF LADING" in paper
        assert name in paper
        labels = sender.labels(name, LabelType="PALLET", NumberOfPallets="2")
        assert len(pages(sp_api, labels.payload["DownloadURL"])) == 8

    def test_a_freight_partner_wants_to_know_whom_to_call(
        self, sender: Sender, shipment: str
    ) -> None:
        sender.done(sender.offer_transport(shipment, pallets=[PALLET]))
        found = sender.get("/transportationOptions")["transportationOptions"]
        assert {one["shippingSolution"] for one in found} == {OWN}

    def test_no_partner_fetches_goods_abroad(self, sender: Sender, shipment: str) -> None:
        abroad = {**sender.source, "countryCode": "CN", "stateOrProvinceCode": "GD"}
        sender.done(sender.put(f"/shipments/{shipment}/sourceAddress", {"address": abroad}))
        assert sender.get(f"/shipments/{shipment}")["source"]["address"] == abroad
        sender.done(sender.offer_transport(shipment))
        found = sender.get("/transportationOptions", pageSize="20")["transportationOptions"]
        assert {one["shippingSolution"] for one in found} == {OWN}
        assert {"OCEAN_FCL", "AIR_SMALL_PARCEL"} <= {one["shippingMode"] for one in found}

    def test_another_source_ends_what_was_offered(self, sender: Sender, shipment: str) -> None:
        sender.done(sender.offer_transport(shipment))
        address = {"address": {**sender.source, "city": "Erie"}}
        sender.done(sender.put(f"/shipments/{shipment}/sourceAddress", address))
        assert sender.get("/transportationOptions")["transportationOptions"] == []
        sender.own_carrier(shipment)
        assert sender.put(f"/shipments/{shipment}/sourceAddress", address).status == 400

    @pytest.mark.parametrize("start", ["2026-03-01T16:00Z", "2025-03-04T16:00:00.000Z"])
    def test_a_start_in_the_past_fails(self, sender: Sender, shipment: str, start: str) -> None:
        window = {"readyToShipWindow": {"start": start}}
        (problem,) = sender.failed(sender.offer_transport(shipment, **window))
        assert "in the past" in problem["message"]

    def test_without_boxes_there_is_no_offer(self, sender: Sender) -> None:
        sender.create(item("MUG", 12))
        (shipment,) = sender.place()
        (problem,) = sender.failed(sender.offer_transport(shipment))
        assert "Packing information is missing" in problem["message"]


class TestConfirming:
    def test_an_own_carrier_needs_a_window(self, sender: Sender, shipment: str) -> None:
        sender.done(sender.offer_transport(shipment))
        option = sender.transport(shipment, OWN)["transportationOptionId"]
        selection = [{"shipmentId": shipment, "transportationOptionId": option}]
        body = {"transportationSelections": selection}
        refused = sender.post("/transportationOptions/confirmation", body)
        assert "delivery window" in refused.error["message"]
        sender.choose_window(shipment)
        sender.done(sender.post("/transportationOptions/confirmation", body))
        assert sender.post("/transportationOptions/confirmation", body).status == 400
        assert sender.offer_transport(shipment).status == 400

    def test_all_shipments_are_confirmed_together(self, sender: Sender) -> None:
        sender.create(item("MUG", 12))
        sender.pack(box(4, item("MUG", 3)))
        first, second = sender.place(2)
        sender.done(sender.offer_transport(first, second))
        chosen = {
            "shipmentId": first,
            "transportationOptionId": sender.transport(first, PARTNER)["transportationOptionId"],
        }
        address = "/transportationOptions/confirmation"
        assert sender.post(address, {"transportationSelections": [chosen]}).status == 400
        assert sender.post(address, {"transportationSelections": [chosen] * 2}).status == 400
        wrong = {**chosen, "shipmentId": second}
        assert sender.post(address, {"transportationSelections": [chosen, wrong]}).status == 400
        sender.choose_transport(PARTNER, first, second)
        names = {sender.name_on_labels(one) for one in (first, second)}
        assert len(names) == 2

    def test_a_quote_ends_after_three_days(self, sender: Sender, shipment: str) -> None:
        sender.done(sender.offer_transport(shipment))
        option = sender.transport(shipment, PARTNER)["transportationOptionId"]
        sender.pass_hours(73)
        selection = [{"shipmentId": shipment, "transportationOptionId": option}]
        refused = sender.post(
            "/transportationOptions/confirmation", {"transportationSelections": selection}
        )
        assert "expired" in refused.error["message"]

    def test_a_partner_comes_by_itself_and_tells_the_tracking(
        self, sender: Sender, shipment: str
    ) -> None:
        sender.partner(shipment)
        sender.pass_hours(48)
        assert status(sender, shipment) in ("WORKING", "SHIPPED", "IN_TRANSIT")
        sender.pass_hours(24 * 3)
        details = sender.get(f"/shipments/{shipment}")["trackingDetails"]
        assert len(details["spdTrackingDetail"]["spdTrackingItems"]) == 3
        told = {"spdTrackingDetail": {"spdTrackingItems": []}}
        refused = sender.put(f"/shipments/{shipment}/trackingDetails", {"trackingDetails": told})
        assert refused.status == 400

    def test_before_it_is_ready_nobody_fetches_it(self, sender: Sender, shipment: str) -> None:
        late = {"readyToShipWindow": {"start": "2026-03-20T08:00Z"}}
        sender.partner(shipment, **late)
        sender.pass_hours(24 * 17)
        assert status(sender, shipment) == "WORKING"
        sender.pass_hours(24 * 3 + 10)
        assert status(sender, shipment) != "WORKING"


class TestWindows:
    def test_a_blocked_one_can_t_be_had_and_another_one_can_be_taken_later(
        self, sender: Sender, shipment: str
    ) -> None:
        sender.done(sender.offer_transport(shipment))
        first = sender.choose_window(shipment)
        address = f"/shipments/{shipment}/deliveryWindowOptions"
        windows = sender.get(address, pageSize="100")["deliveryWindowOptions"]
        assert len(windows) == 10
        assert first["startDate"] == "2026-03-07T08:00Z"
        assert sender.post(address).status == 400
        chosen = sender.get(f"/shipments/{shipment}")["selectedDeliveryWindow"]
        assert chosen["editableUntil"] == "2026-03-06T08:00Z"
        by_kind = {one["availabilityType"]: one["deliveryWindowOptionId"] for one in windows[1:]}
        if "BLOCKED" in by_kind:
            assert sender.post(f"{address}/{by_kind['BLOCKED']}/confirmation").status == 400
        later = by_kind["AVAILABLE"]
        sender.done(sender.post(f"{address}/{later}/confirmation"))
        found = sender.get(f"/shipments/{shipment}")["selectedDeliveryWindow"]
        assert found["deliveryWindowOptionId"] == later

    def test_some_days_are_not_like_others(self, sender: Sender) -> None:
        kinds = set()
        for _ in range(8):
            sender.create(item("MUG", 2))
            (shipment,) = sender.place()
            address = f"/shipments/{shipment}/deliveryWindowOptions"
            sender.done(sender.post(address))
            for one in sender.get(address, pageSize="100")["deliveryWindowOptions"]:
                kinds.add(one["availabilityType"])
                assert ("discounts" in one) == (one["availabilityType"] == "DISCOUNTED")
                if one["availabilityType"] == "BLOCKED":
                    window = f"{address}/{one['deliveryWindowOptionId']}/confirmation"
                    assert sender.post(window).status == 400
        assert kinds == {"AVAILABLE", "CONGESTED", "BLOCKED", "DISCOUNTED"}

    def test_before_the_placement_none_can_be_confirmed(self, sender: Sender) -> None:
        sender.create(item("MUG", 2))
        sender.done(sender.post("/placementOptions", {}))
        shipment = sender.get("/placementOptions")["placementOptions"][0]["shipmentIds"][0]
        address = f"/shipments/{shipment}/deliveryWindowOptions"
        sender.done(sender.post(address))
        window = sender.get(address)["deliveryWindowOptions"][0]["deliveryWindowOptionId"]
        assert sender.post(f"{address}/{window}/confirmation").status == 400


class TestTracking:
    def test_numbers_are_looked_at_after_some_hours(self, sender: Sender, shipment: str) -> None:
        sender.own_carrier(shipment)
        name = sender.name_on_labels(shipment)
        numbers = ["1Z999AA10123456784", "?", "1Z999AA10123456785"]
        told = [
            {"boxId": f"{name}U{n:06d}", "trackingId": number}
            for n, number in enumerate(numbers, start=1)
        ]
        body = {"trackingDetails": {"spdTrackingDetail": {"spdTrackingItems": told}}}
        sender.done(sender.put(f"/shipments/{shipment}/trackingDetails", body))

        def statuses() -> list[str]:
            details = sender.get(f"/shipments/{shipment}")["trackingDetails"]
            items = details["spdTrackingDetail"]["spdTrackingItems"]
            return [one["trackingNumberValidationStatus"] for one in items]

        assert statuses() == ["NOT_VALIDATED"] * 3
        sender.pass_hours(3)
        assert statuses() == ["VALIDATED", "NOT_SUPPORTED", "VALIDATED"]

    def test_an_unknown_box_fails_and_the_wrong_kind_is_refused(
        self, sender: Sender, shipment: str
    ) -> None:
        address = f"/shipments/{shipment}/trackingDetails"
        unknown = [{"boxId": "FBA0U000001", "trackingId": "1Z999AA10123456784"}]
        parcels = {"trackingDetails": {"spdTrackingDetail": {"spdTrackingItems": unknown}}}
        assert sender.put(address, parcels).status == 400
        sender.own_carrier(shipment)
        (problem,) = sender.failed(sender.put(address, parcels))
        assert "no box FBA0U000001" in problem["message"]
        freight = {"trackingDetails": {"ltlTrackingDetail": {"freightBillNumber": ["123"]}}}
        assert sender.put(address, freight).status == 400
        assert status(sender, shipment) == "WORKING"

    def test_freight_has_one_bill(self, sender: Sender, shipment: str) -> None:
        sender.done(sender.offer_transport(shipment, pallets=[PALLET]))
        sender.choose_window(shipment)
        sender.choose_transport(OWN, shipment)
        detail = {"freightBillNumber": ["PRO-1"], "billOfLadingNumber": "B-7"}
        body = {"trackingDetails": {"ltlTrackingDetail": detail}}
        sender.done(sender.put(f"/shipments/{shipment}/trackingDetails", body))
        assert sender.get(f"/shipments/{shipment}")["trackingDetails"] == {
            "ltlTrackingDetail": detail
        }


class TestOtherContents:
    def update(self, sender: Sender, shipment: str, quantity: int, count: int) -> Any:
        kept = sender.get(f"/shipments/{shipment}/boxes")["boxes"][0]["packageId"]
        each = quantity // count
        boxes = [box(1, item("MUG", each), packageId=kept)]
        boxes += [box(count - 1, item("MUG", each))] if count > 1 else []
        body = {"items": [item("MUG", quantity)], "boxes": boxes}
        return sender.post(f"/shipments/{shipment}/contentUpdatePreviews", body)

    def test_a_preview_is_confirmed_with_new_boxes_and_costs(
        self, sp_api: Caller, sender: Sender, shipment: str
    ) -> None:
        sender.partner(shipment)
        before = sender.get(f"/shipments/{shipment}/boxes")["boxes"]
        sender.done(self.update(sender, shipment, 16, 4))
        address = f"/shipments/{shipment}/contentUpdatePreviews"
        (preview,) = sender.get(address)["contentUpdatePreviews"]
        assert sender.get(f"{address}/{preview['contentUpdatePreviewId']}") == preview
        # Four boxes of ten pounds in place of three.
        assert preview["transportationOption"]["quote"]["cost"]["amount"] == 20.89
        assert preview["requestedUpdates"]["items"] == [item("MUG", 16)]
        buckets = {"country": "US", "sku": "MUG"}
        assert sp_api.control("buckets", **buckets) == {"inbound_working": 12}
        confirmation = f"{address}/{preview['contentUpdatePreviewId']}/confirmation"
        sender.done(sender.post(confirmation))
        assert sp_api.control("buckets", **buckets) == {"inbound_working": 16}
        boxes = sender.get(f"/shipments/{shipment}/boxes")["boxes"]
        assert boxes[0]["packageId"] == before[0]["packageId"]
        name = sender.name_on_labels(shipment)
        # The numbers of the boxes that went are not given again.
        assert [one["boxId"] for one in boxes] == [f"{name}U{n:06d}" for n in (1, 4, 5, 6)]
        quote = sender.transport(shipment, PARTNER)["quote"]
        assert quote["cost"]["amount"] == 20.89
        assert sender.received(name) == {"MUG": (16, 0)}
        assert sender.get("/items")["items"][0]["quantity"] == 16
        assert sender.post(confirmation).status == 400
        assert sp_api.control("audit") == []

    def test_units_can_change_by_six_or_five_percent(self, sender: Sender, shipment: str) -> None:
        assert self.update(sender, shipment, 12, 3).status == 400
        sender.own_carrier(shipment)
        (problem,) = sender.failed(self.update(sender, shipment, 20, 4))
        assert "by 6 at most" in problem["message"]
        sender.done(self.update(sender, shipment, 6, 1))

    def test_a_preview_ends_after_a_day_and_when_the_shipment_leaves(
        self, sp_api: Caller, sender: Sender, shipment: str
    ) -> None:
        sender.own_carrier(shipment)
        sender.done(self.update(sender, shipment, 16, 4))
        address = f"/shipments/{shipment}/contentUpdatePreviews"
        preview = sender.get(address)["contentUpdatePreviews"][0]["contentUpdatePreviewId"]
        sender.pass_hours(24)
        assert sender.post(f"{address}/{preview}/confirmation").status == 400
        sp_api.control("let_inbound_leave", shipment_id=shipment)
        assert self.update(sender, shipment, 16, 4).status == 400
        assert sp_api("GET", f"{sender.plan}{address}/{'cp' + '0' * 36}").status == 404


class TestOnlyElsewhere:
    def test_appointments_challans_and_compliance(
        self, sp_api: Caller, sender: Sender, shipment: str
    ) -> None:
        sender.own_carrier(shipment)
        below = f"/shipments/{shipment}"
        refused = [
            sender.post(f"{below}/selfShipAppointmentSlots", {}),
            sp_api("GET", f"{sender.plan}{below}/selfShipAppointmentSlots"),
            sender.put(f"{below}/selfShipAppointmentCancellation", {}),
            sp_api("GET", f"{sender.plan}{below}/deliveryChallanDocument"),
            sp_api(
                "GET",
                "/inbound/fba/2024-03-20/items/compliance",
                mskus="MUG",
                marketplaceId=sender.marketplace,
            ),
            sp_api(
                "PUT",
                "/inbound/fba/2024-03-20/items/compliance",
                {"msku": "MUG", "taxDetails": {"hsnCode": "1"}},
                marketplaceId=sender.marketplace,
            ),
        ]
        for answer in refused:
            assert (answer.status, answer.error["code"]) == (400, "InvalidInput")
            assert "only available in" in answer.error["message"]


class TestAppointments:
    @pytest.fixture
    def mexican(self, sp_api: Caller) -> Sender:
        address = {
            "name": "A. Seller",
            "addressLine1": "Calle 1",
            "city": "Puebla",
            "stateOrProvinceCode": "PUE",
            "postalCode": "72000",
            "countryCode": "MX",
            "phoneNumber": "2225550100",
        }
        sender = Sender(sp_api, "A1AM78C64UM0Y8", "MX", address)
        sender.prepare("TAZA")
        return sender

    def test_a_slot_is_taken_changed_and_given_back(self, sp_api: Caller, mexican: Sender) -> None:
        owners = {"labelOwner": "SELLER"}
        mexican.create(item("TAZA", 12, **owners))
        (shipment,) = mexican.place()
        mexican.done(mexican.tell_boxes(box(2, item("TAZA", 6)), shipmentId=shipment))
        mexican.own_carrier(shipment)
        below = f"/shipments/{shipment}/selfShipAppointmentSlots"
        assert mexican.get(below)["selfShipAppointmentSlotsAvailability"] == {"slots": []}
        span = {
            "desiredStartDate": "2026-03-07T00:00:00Z",
            "desiredEndDate": "2026-03-10T00:00:00Z",
        }
        taken = mexican.post(below, span)
        assert taken.status == 201
        mexican.done(taken)
        found = mexican.get(below, pageSize="100")["selfShipAppointmentSlotsAvailability"]
        # A Saturday and a Monday; nobody opens on the Sunday between them.
        assert {one["slotTime"]["startTime"][:10] for one in found["slots"]} == {
            "2026-03-07",
            "2026-03-09",
        }
        first, second, *_ = (one["slotId"] for one in found["slots"])
        schedule = mexican.post(f"{below}/{first}/schedule", {})
        details = schedule.json["selfShipAppointmentDetails"]
        assert details["appointmentStatus"] == "ARRIVAL_SCHEDULED"
        assert mexican.post(f"{below}/{second}/schedule", {}).status == 400
        moved = mexican.post(f"{below}/{second}/schedule", {"reasonComment": "VEHICLE_DELAY"})
        assert moved.json["selfShipAppointmentDetails"]["appointmentId"] == details["appointmentId"]
        assert mexican.get(f"/shipments/{shipment}")["selfShipAppointmentDetails"] == [
            moved.json["selfShipAppointmentDetails"]
        ]
        cancellation = f"/shipments/{shipment}/selfShipAppointmentCancellation"
        mexican.done(mexican.put(cancellation, {"reasonComment": "OTHER"}))
        (details,) = mexican.get(f"/shipments/{shipment}")["selfShipAppointmentDetails"]
        assert details["appointmentStatus"] == "CANCELLED"
        assert mexican.put(cancellation, {}).status == 400
        mexican.pass_hours(24)
        assert mexican.post(f"{below}/{first}/schedule", {}).status == 400
