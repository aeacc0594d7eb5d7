"""What may happen to a simulated Amazon, in any order, and how it is made to happen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from stockpool.clock import ManualClock
from stockpool.errors import OutcomeUnknown, PluginError, TransientError
from stockpool.ids import IdSource
from stockpool.order_request import Address
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import (
    FulfillmentItem,
    FulfillmentRequest,
)
from stockpool.plugins.network_removals import (
    RemovalItem,
    RemovalRequest,
)
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SKUS = ["MUG", "CAP", "TWIN-A", "TWIN-B"]

TROUBLE = {
    "calls": {
        "throttle": 0.05,
        "transient": 0.05,
        "timeout_before": 0.05,
        "timeout_after": 0.05,
    },
    "duplicate_changes": 0.2,
    "late_changes": 0.2,
    "reordered_changes": 0.3,
    "damaged_units": 0.15,
    "delayed_tracking": 0.3,
    "delayed_parcels": 0.1,
    "attempted_parcels": 0.1,
    "lost_parcels": 0.1,
    "undeliverable_parcels": 0.2,
    "inbound_damaged": 0.1,
    "inbound_missing": 0.1,
}

sku = st.sampled_from(SKUS)
units = st.integers(1, 9)
number = st.integers(0, 9)
center = st.sampled_from(["ABE2", "ONT8", "MDW2", "DFW7"])
action = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 5000)),
    st.tuples(st.just("stock"), sku, units, center),
    st.tuples(
        st.just("create"),
        number,
        st.lists(st.tuples(sku, units), min_size=1, max_size=3),
        st.sampled_from(["FillOrKill", "FillAll", "FillAllAvailable"]),
        st.sampled_from(["Ship", "Ship", "Hold"]),
        st.sampled_from(["standard", "expedited"]),
    ),
    st.tuples(st.just("cancel"), number),
    st.tuples(st.just("update"), number, units),
    st.tuples(st.just("sell"), sku, units),
    st.tuples(st.just("inbound"), sku, units),
    st.tuples(st.just("transfer"), sku, units, center, center),
    st.tuples(st.just("set_aside"), sku, units, center),
    st.tuples(st.just("damage"), sku, units, center),
    st.tuples(st.just("misplace"), sku, units, center, st.booleans()),
    st.tuples(
        st.just("remove"), number, sku, units, units, st.sampled_from(["Disposal", "Liquidations"])
    ),
)


def make(clock: ManualClock, **fields: Any) -> AmazonSimNetwork:
    network = AmazonSimNetwork(
        AmazonSimSettings(countries=("US", "CA"), **fields),
        PluginContext("amazon-na", clock, IdSource(1), fields.pop("folder", None)),  # type: ignore[arg-type]
    )
    for name in SKUS:
        fnsku = "X00TWINS00" if name.startswith("TWIN") else None
        network.simulator.register("US", name, fnsku=fnsku, units_per_box=3)
    return network


def request(
    order_id: str,
    lines: list[tuple[str, int]],
    policy: Any = "FillOrKill",
    hold: Any = "Ship",
    speed: Any = "standard",
) -> FulfillmentRequest:
    return FulfillmentRequest(
        order_id,
        "US",
        order_id,
        START,
        "Thank you",
        speed,
        policy,
        Address(
            name="A", line1="1 St", city="Reno", region="NV", postal_code="89501", country="US"
        ),
        [FulfillmentItem(str(place), name, n) for place, (name, n) in enumerate(lines)],
        action=hold,
    )


def act(network: AmazonSimNetwork, clock: ManualClock, step: tuple[Any, ...]) -> None:
    simulator = network.simulator
    kind, *rest = step
    actions: dict[str, Callable[..., Any]] = {
        "wait": lambda minutes: clock.advance(minutes=minutes),
        "stock": lambda name, n, place: simulator.stock("US", name, n, place),
        "create": lambda n, *more: network.create_fulfillment(request(f"F-{n}", *more)),
        "cancel": lambda n: network.cancel_fulfillment(f"F-{n}"),
        "update": lambda n, q: network.update_fulfillment(request(f"F-{n}", [("MUG", q)])),
        "sell": lambda name, n: simulator.sell_on_amazon("US", name, n),
        "inbound": lambda name, n: simulator.announce_inbound("US", {name: n}),
        "transfer": lambda name, n, a, b: simulator.transfer("US", name, n, a, b),
        "set_aside": lambda name, n, place: simulator.set_aside("US", name, n, place),
        "damage": lambda name, n, place: simulator.damage("US", name, n, place),
        "misplace": lambda name, n, place, found: simulator.misplace(
            "US", name, n, place, found=found
        ),
        "remove": lambda n, name, good, bad, how: network.create_removal(
            RemovalRequest(f"R-{n}", "US", how, [RemovalItem(name, good, bad)])
        ),
    }
    with suppress(PluginError, ValueError):  # to be refused is an answer too
        actions[kind](*rest)


def finish(network: AmazonSimNetwork, clock: ManualClock) -> None:
    clock.advance(timedelta(days=120).total_seconds())
    network.simulator.idle()
    assert network.simulator.idle()


def everything(network: AmazonSimNetwork) -> dict[str, Any]:
    simulator = network.simulator
    return {
        "ids": simulator.fulfillment_order_ids(),
        "statistics": simulator.statistics(),
        "buckets": {name: simulator.buckets_by_center("US", name) for name in SKUS},
        "orders": [
            insist(simulator.get_fulfillment_order, order_id, repr)
            for order_id in simulator.fulfillment_order_ids()
        ],
        "changes": insist(simulator.list_all_fulfillment_orders, repr, limit=5000).orders,
    }


def insist(call: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    """Call until there is an answer."""
    while True:
        try:
            return call(*arguments, **more)
        except (TransientError, OutcomeUnknown):
            continue
