"""Inbound plans in memory and in a file: the same answers, and books that are always right."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbound_flow import BASE, Sender, box, item
from sp_api_caller import Caller
from stockpool.clock import ManualClock
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.sp_api import Application

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
OWN = "USE_YOUR_OWN_CARRIER"
PARTNER = "AMAZON_PARTNERED_CARRIER"


def account(state: Path | None = None, **fields: Any) -> Caller:
    clock = ManualClock(START)
    application = Application(Simulator(AmazonSimSettings(state=state, **fields), clock))
    return Caller(application, clock, application.access_tokens.make("seller"))


def walk(sp_api: Caller) -> list[Any]:
    """A plan from its creation to the end, and what was seen of it on the way."""
    sender = Sender(sp_api)
    seen: list[Any] = []

    def look() -> None:
        seen.append(sender.get())
        for part in ("items", "boxes", "pallets", "packingOptions", "placementOptions"):
            seen.append(sender.get(f"/{part}", pageSize="20"))
        for one in sender.get().get("shipments", []):
            address = f"/shipments/{one['shipmentId']}"
            seen.append(sender.get(address))
            for part in ("items", "boxes", "contentUpdatePreviews", "deliveryWindowOptions"):
                seen.append(sender.get(f"{address}/{part}", pageSize="20"))
        seen.append(sender.get("/transportationOptions", pageSize="20"))

    sender.prepare("MUG", "CAP")
    sender.create(item("MUG", 12, expiration="2027-06-30"), item("CAP", 8))
    look()
    sender.pack(box(4, item("MUG", 3, expiration="2027-06-30"), item("CAP", 2)))
    look()
    first, second = sender.place(2)
    look()
    sender.done(sender.offer_transport(first, second))
    sender.choose_window(first)
    look()
    sender.choose_transport(PARTNER, first, second)
    kept = [box(2, item("MUG", 3, expiration="2027-06-30"), item("CAP", 3))]
    wanted = [item("MUG", 6, expiration="2027-06-30"), item("CAP", 6)]
    address = f"/shipments/{first}/contentUpdatePreviews"
    sender.done(sender.post(address, {"items": wanted, "boxes": kept}))
    preview = sender.get(address)["contentUpdatePreviews"][0]["contentUpdatePreviewId"]
    look()
    sender.done(sender.post(f"{address}/{preview}/confirmation"))
    look()
    sp_api.control("lose_inbound", shipment_id=first, sku="MUG", units=2)
    sp_api.control("overfill_inbound", shipment_id=second, sku="CAP", units=3)
    for _ in range(6):
        sender.pass_hours(24 * 12)
        look()
        seen.append(sender.received(sender.name_on_labels(first)))
        seen.append(sp_api.control("buckets_by_center", country="US", sku="CAP"))
    seen.append(sp_api.control("audit"))
    return seen


def test_memory_and_file_see_the_same(tmp_path: Path) -> None:
    in_memory, in_file = account(), account(tmp_path / "amazon.db")
    seen = walk(in_memory)
    assert seen[-1] == []
    assert seen[-3] == {"MUG": (6, 4), "CAP": (6, 6)}
    assert walk(in_file) == seen
    in_file.simulator.close()
    # What is in the file is all there is: another process goes on from it.
    again = Simulator.open(tmp_path / "amazon.db", in_file.clock)
    plans, _ = again.list_inbound_plans(
        lambda plan: plan.status,
        status=None,
        by_update=False,
        descending=False,
        after=None,
        limit=9,
    )
    assert plans == ["SHIPPED"]
    again.close()


def test_an_operation_survives_the_process_that_took_it(tmp_path: Path) -> None:
    sp_api = account(tmp_path / "amazon.db")
    sender = Sender(sp_api)
    sender.prepare("MUG")
    taken = sender.take(item("MUG", 5))
    sp_api.simulator.close()
    simulator = Simulator.open(tmp_path / "amazon.db", sp_api.clock)
    application = Application(simulator)
    caller = Caller(application, sp_api.clock, application.access_tokens.make("seller"))
    caller.control("advance", hours=1)
    status = caller("GET", f"{BASE}/operations/{taken.json['operationId']}").json
    assert status["operationStatus"] == "SUCCESS"
    assert caller("GET", f"{sender.plan}/items").json["items"][0]["quantity"] == 5
    simulator.close()


def test_a_call_that_was_lost_may_have_made_its_plan() -> None:
    sp_api = account()
    sender = Sender(sp_api)
    sender.prepare("MUG")
    sp_api.control("inject", fault="timeout_after", operation="createInboundPlan")
    body = {
        "destinationMarketplaces": [sender.marketplace],
        "items": [item("MUG", 5)],
        "sourceAddress": dict(sender.source),
        "name": "lost",
    }
    assert sp_api("POST", f"{BASE}/inboundPlans", body).status == 500
    (plan,) = sp_api("GET", f"{BASE}/inboundPlans").json["inboundPlans"]
    assert plan["name"] == "lost"


pick = st.integers(0, 5)
step = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([0.002, 1, 30, 24 * 8, 24 * 50])),
    st.tuples(st.just("create"), st.integers(1, 9), st.integers(1, 9)),
    st.tuples(
        st.sampled_from(
            [
                "options",
                "pack",
                "boxes",
                "offer",
                "place",
                "ship",
                "choose",
                "windows",
                "window",
                "track",
                "update",
                "cancel",
            ]
        ),
        pick,
    ),
    st.tuples(st.sampled_from(["leave", "arrive", "close"]), pick),
    st.tuples(st.sampled_from(["lose", "overfill"]), pick, st.integers(1, 5)),
    st.tuples(st.just("misroute"), pick, st.sampled_from(["ONT8", "DFW7"])),
    st.tuples(st.just("sell"), st.integers(1, 5)),
)


class Muddle:
    """A seller who does things in any order. What is refused is an answer, too."""

    def __init__(self) -> None:
        faults = {"inbound_damaged": 0.1, "inbound_missing": 0.1}
        self.sp_api = account(faults=faults)
        self.sender = Sender(self.sp_api)
        self.sender.prepare("MUG", "CAP")

    def create(self, mugs: int, caps: int) -> None:
        self.sender.take(item("MUG", mugs), item("CAP", caps))

    def post(self, path: str, body: Any = None) -> None:
        """A call that the model allows; the simulator may refuse it with 400."""
        assert self.sp_api("POST", self.sender.plan + path, body).status in (202, 400)

    def nth(self, listing: str, member: str, place: int) -> Any:
        found = self.sender.get(listing, pageSize="20")[member]
        return found[place % len(found)] if found else None

    def shipments(self) -> list[str]:
        return [one["shipmentId"] for one in self.sender.get().get("shipments", [])]

    def shipment(self, place: int) -> str | None:
        found = self.shipments()
        return found[place % len(found)] if found else None

    def options(self, place: int) -> None:
        self.post("/packingOptions")

    def pack(self, place: int) -> None:
        option = self.nth("/packingOptions", "packingOptions", place)
        if option:
            self.post(f"/packingOptions/{option['packingOptionId']}/confirmation")

    def boxes(self, place: int) -> None:
        wheres = [("shipmentId", one) for one in self.shipments()]
        for option in self.sender.get("/packingOptions")["packingOptions"]:
            wheres += [("packingGroupId", one) for one in option["packingGroups"]]
        for name, one in wheres:
            part = "shipments" if name == "shipmentId" else "packingGroups"
            items = self.sender.get(f"/{part}/{one}/items")["items"]
            told = [item(each["msku"], each["quantity"]) for each in items]
            body = {"packageGroupings": [{"boxes": [box(1, *told)], name: one}]}
            self.post("/packingInformation", body)

    def offer(self, place: int) -> None:
        self.post("/placementOptions", {})

    def place(self, place: int) -> None:
        option = self.nth("/placementOptions", "placementOptions", place)
        if option:
            self.post(f"/placementOptions/{option['placementOptionId']}/confirmation")

    def windows(self, place: int) -> None:
        shipment = self.shipment(place)
        if shipment:
            self.post(f"/shipments/{shipment}/deliveryWindowOptions")

    def window(self, place: int) -> None:
        shipment = self.shipment(place)
        address = f"/shipments/{shipment}/deliveryWindowOptions"
        window = self.nth(address, "deliveryWindowOptions", place) if shipment else None
        if window:
            self.post(f"{address}/{window['deliveryWindowOptionId']}/confirmation")

    def ship(self, place: int) -> None:
        shipments = self.shipments()
        if not shipments:
            return
        placement = self.sender.get(f"/shipments/{shipments[0]}")["placementOptionId"]
        ready = self.sp_api.control("now")
        body = {
            "placementOptionId": placement,
            "shipmentTransportationConfigurations": [
                {"shipmentId": one, "readyToShipWindow": {"start": f"2027{ready[4:]}"}}
                for one in shipments
            ],
        }
        self.post("/transportationOptions", body)

    def choose(self, place: int) -> None:
        selections = []
        for one in self.shipments():
            query = {"shipmentId": one, "pageSize": "20"}
            options = self.sender.get("/transportationOptions", **query)["transportationOptions"]
            if not options:
                return
            chosen = options[place % len(options)]["transportationOptionId"]
            selections.append({"shipmentId": one, "transportationOptionId": chosen})
        if selections:
            body = {"transportationSelections": selections}
            self.post("/transportationOptions/confirmation", body)

    def track(self, place: int) -> None:
        shipment = self.shipment(place)
        if shipment:
            boxes = self.sender.get(f"/shipments/{shipment}/boxes")["boxes"]
            told = [
                {"boxId": one["boxId"], "trackingId": "1Z999AA10123456784"}
                for one in boxes
                if "boxId" in one
            ]
            body = {"trackingDetails": {"spdTrackingDetail": {"spdTrackingItems": told}}}
            answer = self.sender.put(f"/shipments/{shipment}/trackingDetails", body)
            assert answer.status in (202, 400)

    def update(self, place: int) -> None:
        shipment = self.shipment(place)
        if not shipment:
            return
        address = f"/shipments/{shipment}/contentUpdatePreviews"
        items = self.sender.get(f"/shipments/{shipment}/items")["items"]
        told = [item(one["msku"], one["quantity"] + place - 2) for one in items]
        if min(one["quantity"] for one in told) > 0:
            self.post(address, {"items": told, "boxes": [box(1, *told)]})
        preview = self.nth(address, "contentUpdatePreviews", place)
        if preview:
            self.post(f"{address}/{preview['contentUpdatePreviewId']}/confirmation")

    def cancel(self, place: int) -> None:
        assert self.sender.put("/cancellation").status in (202, 400)

    def control(self, name: str, place: int, **arguments: Any) -> None:
        names = self.sp_api.control("inbound_shipment_ids", country="US")
        if names:
            chosen = getattr(self.sp_api.simulator, name)
            with suppress(ValueError):
                chosen(names[place % len(names)], **arguments)

    def act(self, kind: str, *rest: Any) -> None:
        controls: dict[str, Callable[..., None]] = {
            "wait": lambda hours: self.sp_api.control("advance", hours=hours),
            "leave": lambda place: self.control("let_inbound_leave", place),
            "arrive": lambda place: self.control("let_inbound_arrive", place),
            "close": lambda place: self.control("close_inbound", place),
            "lose": lambda place, n: self.control("lose_inbound", place, sku="MUG", units=n),
            "overfill": lambda place, n: self.control(
                "overfill_inbound", place, sku="CAP", units=n
            ),
            "misroute": lambda place, center: self.control(
                "misroute_inbound", place, fulfillment_center_id=center
            ),
            "sell": lambda n: self.sp_api.control(
                "sell_on_amazon", country="US", sku="MUG", quantity=n
            ),
            "create": self.create,
        }
        if kind in controls:
            controls[kind](*rest)
        elif self.sender.plan:
            getattr(self, kind)(*rest)


STRAIGHT = ["options", "pack", "boxes", "offer", "place", "windows", "window", "ship", "choose"]


def straight(until: int, place: int = 0) -> list[tuple[Any, ...]]:
    """So many steps of the way on which nothing is refused; each is carried out before the next."""
    steps: list[tuple[Any, ...]] = [("create", 5, 5), ("wait", 1)]
    for name in STRAIGHT[:until]:
        steps += [(name, place if name == "choose" else 0), ("wait", 1)]
    return steps


@given(st.integers(0, len(STRAIGHT)), pick, st.lists(step, min_size=5, max_size=30))
@settings(deadline=None)
def test_in_whatever_order_things_happen_the_books_are_right(
    until: int, place: int, steps: list[tuple[Any, ...]]
) -> None:
    muddle = Muddle()
    for one in straight(until, place) + steps:
        muddle.act(*one)
        assert muddle.sp_api.control("audit") == []
    # Shipments that nobody sends are given up after 45 days, and what arrives is closed.
    muddle.sp_api.control("advance", hours=24 * 800)
    assert muddle.sp_api.control("audit") == []
    for sku in ("MUG", "CAP"):
        buckets = muddle.sp_api.control("buckets", country="US", sku=sku)
        assert not {name for name in buckets if name.startswith("inbound")}, buckets
    muddle.sp_api.simulator.close()


@pytest.mark.parametrize("solution", [OWN, PARTNER])
def test_the_straight_way_is_one(solution: str) -> None:
    muddle = Muddle()
    steps = straight(len(STRAIGHT), 0 if solution == PARTNER else 1)
    for one in [*steps, ("track", 0), ("wait", 1)]:
        muddle.act(*one)
    (shipment,) = muddle.shipments()
    found = muddle.sender.get(f"/shipments/{shipment}")
    assert "shipmentConfirmationId" in found
    assert ("trackingDetails" in found) == (solution == OWN)
    muddle.sp_api.simulator.close()
