"""Whatever is called in whatever order, by both versions: no fault, and books that balance."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import outbound_2026
from sp_api_caller import Caller, order
from stockpool.clock import ManualClock
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.sp_api import Application

ORDERS = outbound_2026.ORDERS
ORDERS_2020 = "/fba/outbound/2020-07-01/fulfillmentOrders"
IDS = ("F-1", "F-2")

units = st.integers(1, 9)
policies = st.sampled_from(["FILL_OR_KILL", "FILL_ALL", "FILL_ALL_AVAILABLE"])
actions = st.sampled_from(["SHIP", "HOLD"])
statuses = st.sampled_from(
    ["PROCESSING", "COMPLETE", "COMPLETE_PARTIAL", "CANCELLED", "UNFULFILLABLE", "INVALID"]
)
statuses_2020 = st.sampled_from(["Received", "Planning", "Processing", "Complete"])
packages = st.sampled_from(
    [
        "PROCESSING",
        "IN_TRANSIT",
        "DELAYED",
        "OUT_FOR_DELIVERY",
        "DELIVERED",
        "UNDELIVERABLE",
        "EXPIRED",
    ]
)
ids = st.sampled_from(IDS)
steps = st.one_of(
    st.tuples(st.just("create"), ids, units, policies, actions),
    st.tuples(st.just("create 2020"), ids, units),
    st.tuples(st.just("action"), ids, actions),
    st.tuples(st.just("lower"), ids, units),
    st.tuples(st.just("cancel"), ids),
    st.tuples(st.just("status"), ids, statuses),
    st.tuples(st.just("status 2020"), ids, statuses_2020),
    st.tuples(st.just("package"), ids, st.integers(0, 3), packages),
    st.tuples(
        st.just("inject"), st.sampled_from(["deferred_order", "damaged_unit", "late_tracking"])
    ),
    st.tuples(st.just("stock"), units),
    st.tuples(st.just("time"), st.sampled_from([0.01, 0.5, 6.0, 30.0, 24.0 * 20])),
)


def carry_out(shop: Caller, step: tuple[Any, ...]) -> int:
    """One step; the status of its answer."""
    match step:
        case "create", order_id, quantity, policy, action:
            configuration = {"policy": policy, "action": action}
            return outbound_2026.create(
                shop, order_id, quantity, configuration=configuration
            ).status
        case "create 2020", order_id, quantity:
            return shop("POST", ORDERS_2020, order(order_id, quantity)).status
        case "action", order_id, action:
            return outbound_2026.release(shop, action, order_id).status
        case "lower", order_id, quantity:
            item = {"sellerFulfillmentOrderItemId": "1", "quantity": quantity}
            return shop("PUT", f"{ORDERS_2020}/{order_id}", {"items": [item]}).status
        case "cancel", order_id:
            return shop("PUT", f"{ORDERS}/{order_id}/cancel").status
        case "status", order_id, status:
            return outbound_2026.enter(shop, status, order_id).status
        case "status 2020", order_id, status:
            sent = {"fulfillmentOrderStatus": status}
            return shop("PUT", f"{ORDERS_2020}/{order_id}/status", sent).status
        case "package", order_id, place, status:
            found = shop("GET", f"{ORDERS}/{order_id}")
            numbers = [
                package["packageId"]
                for shipment in (found.json["order"]["shipments"] if found.status == 200 else [])
                for package in shipment["packages"]
            ]
            number = numbers[place % len(numbers)] if numbers else "0"
            path = f"{ORDERS}/{order_id}/packages/{number}"
            return shop("PUT", path, {"status": status}).status
        case "inject", fault:
            shop.control("inject", fault=fault)
        case "stock", quantity:
            shop.control("stock", country="US", sku="MUG", quantity=quantity)
        case "time", hours:
            shop.control("advance", hours=hours)
    return 200


@given(st.lists(steps, min_size=3, max_size=25))
def test_nothing_breaks_and_both_versions_agree(calls: list[tuple[Any, ...]]) -> None:
    clock = ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    simulator = Simulator(AmazonSimSettings(), clock)
    application = Application(simulator)
    shop = Caller(application, clock, application.access_tokens.make("seller"))
    shop.control("stock", country="US", sku="MUG", quantity=6)
    for call in calls:
        assert carry_out(shop, call) in (200, 202, 204, 400, 404), call
        assert simulator.audit() == []
    shop.control("advance", hours=24 * 60)
    assert simulator.audit() == []
    for order_id in IDS:
        newer, older = (shop("GET", f"{path}/{order_id}") for path in (ORDERS, ORDERS_2020))
        assert (newer.status == 200) == (older.status == 200)
        if newer.status != 200:
            continue
        ended = newer.json["order"]
        assert ended["status"] != "PROCESSING"
        header = older.payload["fulfillmentOrder"]
        assert ended["statusUpdateTime"] == header["statusUpdatedDate"]
        assert len(ended["shipments"]) == len(older.payload["fulfillmentShipments"])
    simulator.close()
