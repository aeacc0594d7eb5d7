"""A seller who sends goods to Amazon by the Fulfillment Inbound APIs, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from sp_api_caller import US, Answer, Caller
from stockpool_amazon_sim.sp_api.messages import Request, Response

BASE = "/inbound/fba/2024-03-20"
V0 = "/fba/inbound/v0"
READY = "2026-03-04T16:00Z"

SOURCE = {
    "name": "A. Seller",
    "addressLine1": "9 Mill Rd",
    "city": "Reading",
    "stateOrProvinceCode": "PA",
    "postalCode": "19601",
    "countryCode": "US",
    "phoneNumber": "6105550100",
}
CONTACT = {"name": "A. Seller", "phoneNumber": "6105550100"}


def item(msku: str = "MUG", quantity: int = 12, **changes: Any) -> dict[str, Any]:
    """Units that the seller labels, and that need no preparation."""
    whole = {"msku": msku, "quantity": quantity, "labelOwner": "SELLER", "prepOwner": "NONE"}
    return whole | changes


def box(count: int, *items: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Boxes that are alike."""
    return {
        "contentInformationSource": "BOX_CONTENT_PROVIDED" if items else "MANUAL_PROCESS",
        "dimensions": {"length": 12, "width": 10, "height": 8, "unitOfMeasurement": "IN"},
        "weight": {"value": 10, "unit": "LB"},
        "quantity": count,
        **({"items": list(items)} if items else {}),
    } | changes


def fetch(sp_api: Caller, url: str) -> Response:
    """What is at an address that an answer links to; no token is needed."""
    assert url.startswith("http://localhost/downloads/")
    return sp_api.application(Request("GET", url.removeprefix("http://localhost")))


def pages(sp_api: Caller, url: str) -> list[str]:
    """The text of each page of a document that an answer links to."""
    response = fetch(sp_api, url)
    assert response.status == 200, response.body
    assert response.headers["content-type"] == "application/pdf"
    return [page.extract_text() for page in PdfReader(BytesIO(response.body), strict=True).pages]


@dataclass
class Sender:
    """Calls and waits for what was taken to be done.

    Attributes:
        plan: the address of the plan, once it is made.
    """

    sp_api: Caller
    marketplace: str = US
    country: str = "US"
    source: Mapping[str, str] = field(default_factory=lambda: SOURCE)
    plan: str = ""

    def prepare(self, *mskus: str, category: str = "NONE", types: Any = ("ITEM_NO_PREP",)) -> None:
        """Register SKUs and say how they are prepared."""
        for msku in mskus:
            self.sp_api.control("register", country=self.country, sku=msku)
        self.say_how_prepared(*mskus, category=category, types=types)

    def say_how_prepared(
        self, *mskus: str, category: str = "NONE", types: Any = ("ITEM_NO_PREP",)
    ) -> None:
        """setPrepDetails."""
        details = [
            {"msku": msku, "prepCategory": category, "prepTypes": list(types)} for msku in mskus
        ]
        body = {"marketplaceId": self.marketplace, "mskuPrepDetails": details}
        self.done(self.sp_api("POST", f"{BASE}/items/prepDetails", body))

    def outcome(self, answer: Answer) -> Any:
        """What became of an operation that was taken."""
        assert answer.status in (201, 202), answer.json
        address = f"{BASE}/operations/{answer.json['operationId']}"
        assert self.sp_api("GET", address).json["operationStatus"] == "IN_PROGRESS"
        self.sp_api.control("advance", hours=0.01)
        return self.sp_api("GET", address).json

    def done(self, answer: Answer) -> Any:
        """The same, of one that must succeed."""
        outcome = self.outcome(answer)
        assert outcome["operationStatus"] == "SUCCESS", outcome
        return outcome

    def failed(self, answer: Answer) -> list[Any]:
        """The problems of one that must fail."""
        outcome = self.outcome(answer)
        assert outcome["operationStatus"] == "FAILED", outcome
        problems: list[Any] = outcome["operationProblems"]
        return problems

    def take(self, *items: Mapping[str, Any], **changes: Any) -> Answer:
        """createInboundPlan, not waited for."""
        body = {
            "destinationMarketplaces": [self.marketplace],
            "items": list(items),
            "sourceAddress": dict(self.source),
        } | changes
        answer = self.sp_api("POST", f"{BASE}/inboundPlans", body)
        self.plan = f"{BASE}/inboundPlans/{answer.json['inboundPlanId']}"
        return answer

    def create(self, *items: Mapping[str, Any], **changes: Any) -> None:
        """createInboundPlan."""
        self.done(self.take(*items, **changes))

    def get(self, path: str = "", **query: str) -> Any:
        """What is at an address below the plan's."""
        answer = self.sp_api("GET", self.plan + path, **query)
        assert answer.status == 200, answer.json
        return answer.json

    def post(self, path: str, body: Any = None) -> Answer:
        return self.sp_api("POST", self.plan + path, body)

    def put(self, path: str, body: Any = None) -> Answer:
        return self.sp_api("PUT", self.plan + path, body)

    def pack(self, *boxes: Mapping[str, Any]) -> None:
        """Take the first packing option, of one group, and tell its boxes."""
        self.done(self.post("/packingOptions"))
        option = self.get("/packingOptions")["packingOptions"][0]
        self.done(self.post(f"/packingOptions/{option['packingOptionId']}/confirmation"))
        (group,) = option["packingGroups"]
        self.done(self.tell_boxes(*boxes, packingGroupId=group))

    def tell_boxes(self, *boxes: Mapping[str, Any], **where: str) -> Answer:
        """setPackingInformation, not waited for."""
        body = {"packageGroupings": [{"boxes": list(boxes), **where}]}
        return self.post("/packingInformation", body)

    def place(self, centers: int = 1) -> list[str]:
        """Take the placement option with so many centers; the ids of the shipments."""
        self.done(self.post("/placementOptions", {}))
        options = self.get("/placementOptions")["placementOptions"]
        option = next(one for one in options if len(one["shipmentIds"]) == centers)
        self.done(self.post(f"/placementOptions/{option['placementOptionId']}/confirmation"))
        shipments: list[str] = option["shipmentIds"]
        return shipments

    def offer_transport(self, *shipments: str, **changes: Any) -> Answer:
        """generateTransportationOptions for shipments of one placement, not waited for."""
        placement = self.get(f"/shipments/{shipments[0]}")["placementOptionId"]
        configurations = [
            {"shipmentId": shipment, "readyToShipWindow": {"start": READY}, **changes}
            for shipment in shipments
        ]
        body = {
            "placementOptionId": placement,
            "shipmentTransportationConfigurations": configurations,
        }
        return self.post("/transportationOptions", body)

    def transport(self, shipment: str, solution: str) -> Any:
        """The first transportation option of a shipment by this solution."""
        options = self.get("/transportationOptions", shipmentId=shipment, pageSize="20")
        return next(
            one for one in options["transportationOptions"] if one["shippingSolution"] == solution
        )

    def choose_window(self, shipment: str) -> Any:
        """Take the first delivery window."""
        windows = f"/shipments/{shipment}/deliveryWindowOptions"
        self.done(self.post(windows))
        window = self.get(windows)["deliveryWindowOptions"][0]
        self.done(self.post(f"{windows}/{window['deliveryWindowOptionId']}/confirmation"))
        return window

    def choose_transport(self, solution: str, *shipments: str) -> None:
        """Take the first option of each by this solution."""
        selections = [
            {
                "shipmentId": one,
                "transportationOptionId": self.transport(one, solution)["transportationOptionId"],
            }
            for one in shipments
        ]
        body = {"transportationSelections": selections}
        self.done(self.post("/transportationOptions/confirmation", body))

    def own_carrier(self, *shipments: str) -> None:
        """Let one's own carrier bring them."""
        self.done(self.offer_transport(*shipments))
        for shipment in shipments:
            self.choose_window(shipment)
        self.choose_transport("USE_YOUR_OWN_CARRIER", *shipments)

    def partner(self, *shipments: str, **changes: Any) -> None:
        """Let Amazon's partner fetch them."""
        self.done(self.offer_transport(*shipments, **changes))
        self.choose_transport("AMAZON_PARTNERED_CARRIER", *shipments)

    def track(self, shipment: str) -> None:
        """Tell a tracking number for each box."""
        boxes = self.get(f"/shipments/{shipment}/boxes", pageSize="1000")["boxes"]
        items = [
            {"boxId": one["boxId"], "trackingId": f"1Z999AA10{place:09d}"}
            for place, one in enumerate(boxes)
        ]
        details = {"spdTrackingDetail": {"spdTrackingItems": items}}
        self.done(self.put(f"/shipments/{shipment}/trackingDetails", {"trackingDetails": details}))

    def name_on_labels(self, shipment: str) -> str:
        """FBA..."""
        name: str = self.get(f"/shipments/{shipment}")["shipmentConfirmationId"]
        return name

    def received(self, name: str) -> dict[str, tuple[int, int]]:
        """By SKU: shipped and received, as v0 tells it."""
        items = self.sp_api(
            "GET", f"{V0}/shipments/{name}/items", MarketplaceId=self.marketplace
        ).payload["ItemData"]
        return {
            one["SellerSKU"]: (one["QuantityShipped"], one["QuantityReceived"]) for one in items
        }

    def labels(self, name: str, **query: str) -> Answer:
        """getLabels of v0."""
        wanted = {"PageType": "PackageLabel_Thermal", "LabelType": "UNIQUE"} | query
        return self.sp_api("GET", f"{V0}/shipments/{name}/labels", **wanted)

    def pass_hours(self, hours: float) -> None:
        self.sp_api.control("advance", hours=hours)
