"""An inbound plan's life over HTTP, from its creation to the closed shipment."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from inbound_flow import V0, Sender, box, item
from sp_api_caller import Answer, Caller
from stockpool.clock import ManualClock
from stockpool_amazon_sim.sp_api.messages import Request


@pytest.fixture
def sender(sp_api: Caller) -> Sender:
    """A seller with two SKUs that need no preparation."""
    sender = Sender(sp_api)
    sender.prepare("MUG", "CAP")
    return sender


def fetched(sp_api: Caller, url: str) -> PdfReader:
    """A document that an answer links to; no token is needed."""
    assert url.startswith("http://localhost/")
    response = sp_api.application(Request("GET", url.removeprefix("http://localhost")))
    assert response.status == 200, response.body
    assert response.headers["content-type"] == "application/pdf"
    return PdfReader(BytesIO(response.body), strict=True)


def labels(sp_api: Caller, name: str, **query: str) -> Answer:
    wanted = {"PageType": "PackageLabel_Thermal", "LabelType": "UNIQUE"} | query
    return sp_api("GET", f"{V0}/shipments/{name}/labels", **wanted)


def test_goods_go_from_a_plan_to_the_shelf(
    sp_api: Caller, sender: Sender, clock: ManualClock
) -> None:
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

    document = fetched(sp_api, labels(sp_api, name).payload["DownloadURL"])
    assert [
        name + "U00000" + str(n) in page.extract_text()
        for n, page in enumerate(document.pages, start=1)
    ] == [True] * 3
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
