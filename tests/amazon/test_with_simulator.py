"""Over HTTP, against the simulated Amazon: what arrives is what the simulator itself says.

The simulator is asked twice, in process and through SP-API's server and this plugin; then the
engine runs a shop on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sample_orders import an_order
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import RejectedError
from stockpool.ids import IdSource
from stockpool.orders.status import OrderStatus
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import (
    FulfillmentOrderStatus,
    FulfillmentRequest,
    FulfillmentState,
    PackageStatus,
)
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings, Simulator
from stockpool_amazon_sim.sp_api.server import SpApiServer

MakeRequest = Callable[..., FulfillmentRequest]
MakeNetwork = Callable[..., AmazonNetwork]


@pytest.fixture
def simulated(clock: ManualClock, tmp_path: Path) -> Iterator[AmazonSimNetwork]:
    """The simulated Amazon, asked in process."""
    context = PluginContext("amazon-na", clock, IdSource(1), tmp_path)
    network = AmazonSimNetwork(AmazonSimSettings(countries=("US", "CA"), seed=4), context)
    yield network
    network.close()


@pytest.fixture
def network(simulated: AmazonSimNetwork, make_network: MakeNetwork) -> Iterator[AmazonNetwork]:
    """The same, asked through HTTP."""
    pytest.importorskip("uvicorn")
    with SpApiServer(simulated.simulator) as server:
        yield make_network(endpoint=server.url, lwa_endpoint=f"{server.url}/auth/o2/token")


def to_the_second(value: Any) -> Any:
    """A state as SP-API can tell it: times to the second, no reason of a status."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    if isinstance(value, FulfillmentState):
        value = replace(value, status_reason=None)
    if isinstance(value, list | tuple):
        return [to_the_second(member) for member in value]
    if hasattr(value, "__dataclass_fields__"):
        return replace(
            value,
            **{name: to_the_second(getattr(value, name)) for name in value.__dataclass_fields__},
        )
    return value


def test_an_orders_whole_life_is_told_alike(
    simulated: AmazonSimNetwork, network: AmazonNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    simulated.simulator.stock("US", "MUG", 30)
    simulated.simulator.stock("US", "CUP", 5)
    simulated.simulator.stock("US", "BOWL", 2)
    network.create_fulfillment(order("F-1", {"MUG": 25, "CUP": 1}, features=("BLANK_BOX",)))
    network.create_fulfillment(order("F-2", {"MUG": 1, "CUP": 1}, policy="FillAllAvailable"))
    network.create_fulfillment(order("F-3", {"MUG": 1}, action="Hold"))
    network.create_fulfillment(order("F-4", {"MUG": 2}))
    network.create_fulfillment(order("F-5", {"BOWL": 9, "MUG": 1}, policy="FillAllAvailable"))
    network.cancel_fulfillment("F-4")
    seen = set()
    for hours in [*[0.04] * 12, *[6] * 40]:
        clock.advance(hours=hours)
        for order_id in ("F-1", "F-2", "F-3", "F-4", "F-5"):
            told = network.get_fulfillment(order_id)
            assert to_the_second(told) == to_the_second(simulated.get_fulfillment(order_id))
            assert told is not None
            seen.add(told.status)
    assert {
        FulfillmentOrderStatus.PLANNING,
        FulfillmentOrderStatus.PROCESSING,
        FulfillmentOrderStatus.COMPLETE,
        FulfillmentOrderStatus.COMPLETE_PARTIALLED,
        FulfillmentOrderStatus.CANCELLED,
    } <= seen
    told = network.get_fulfillment("F-1")
    assert told is not None
    packages = [package for shipment in told.shipments for package in shipment.packages]
    assert {package.status for package in packages} == {PackageStatus.DELIVERED}
    assert told.granted_features == ("BLANK_BOX",)


def test_a_hold_is_released_and_a_quantity_lowered(
    simulated: AmazonSimNetwork, network: AmazonNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    simulated.simulator.stock("US", "MUG", 5)
    held = order("F-1", {"MUG": 3}, action="Hold")
    network.create_fulfillment(held)
    clock.advance(hours=1)
    network.update_fulfillment(
        replace(held, action="Ship", items=[replace(held.items[0], quantity=2)])
    )
    clock.advance(days=10)
    state = network.get_fulfillment("F-1")
    assert state is not None
    assert state.status is FulfillmentOrderStatus.COMPLETE
    assert simulated.simulator.buckets("US", "MUG").get("fulfillable") == 3


def test_a_known_id_and_an_unknown_one(
    simulated: AmazonSimNetwork, network: AmazonNetwork, order: MakeRequest
) -> None:
    simulated.simulator.stock("US", "MUG", 5)
    network.create_fulfillment(order("F-1"))
    with pytest.raises(RejectedError) as refusal:
        network.create_fulfillment(order("F-1"))
    assert refusal.value.code == "AlreadyExists"
    with pytest.raises(RejectedError) as refusal:
        network.create_fulfillment(order("F-2", {"NO-SUCH-SKU": 1}))
    assert refusal.value.code == "InvalidInput"
    assert network.get_fulfillment("F-9") is None
    with pytest.raises(RejectedError):
        network.cancel_fulfillment("F-9")


def test_figures_are_told_alike_over_all_pages(
    simulated: AmazonSimNetwork, network: AmazonNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    for number in range(120):
        simulated.simulator.stock("US", f"SKU-{number:03}", number)
    network.create_fulfillment(order("F-1", {"SKU-050": 3}))
    clock.advance(hours=2)
    figures, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = network.snapshot("US", cursor)
        figures += page.figures
        cursor, pages = page.cursor, pages + 1
    assert pages > 1
    assert figures == list(simulated.snapshot("US").figures)
    assert network.snapshot("CA").figures == []


def test_previews_are_told_alike(
    simulated: AmazonSimNetwork, network: AmazonNetwork, order: MakeRequest
) -> None:
    simulated.simulator.stock("US", "MUG", 5)
    wanted = order("F-1", {"MUG": 2})
    assert to_the_second(list(network.preview(wanted))) == to_the_second(
        list(simulated.preview(wanted))
    )


def test_changes_tell_every_order_at_last(
    simulated: AmazonSimNetwork, network: AmazonNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    simulated.simulator.stock("US", "MUG", 60)
    ids = [f"F-{number}" for number in range(45)]
    for order_id in ids:
        network.create_fulfillment(order(order_id))
    told: dict[str, FulfillmentState] = {}
    cursor: str | None = None
    for _ in range(30):
        more = True
        while more:
            page = network.changes(cursor)
            told |= {state.fulfillment_order_id: state for state in page.states}
            cursor, more = page.cursor, page.more
        clock.advance(hours=8)
    assert sorted(told) == sorted(ids)
    for order_id, state in told.items():
        known = simulated.get_fulfillment(order_id)
        assert known is not None
        assert (state.status, len(state.shipments)) == (known.status, len(known.shipments))


def test_the_account_is_checked(network: AmazonNetwork, make_network: MakeNetwork) -> None:
    assert network.check() == []


@pytest.mark.parametrize(
    "faults",
    [
        {},
        {"throttle": 0.1, "transient": 0.1, "timeout_before": 0.1, "timeout_after": 0.1},
    ],
    ids=["all well", "a bad day"],
)
def test_the_engine_runs_a_shop_on_it(
    clock: ManualClock,
    tmp_path: Path,
    sqlite_url: str,
    settings: dict[str, Any],
    faults: dict[str, float],
) -> None:
    """Every order is placed once, delivered and counted, whatever goes wrong on the way."""
    pytest.importorskip("uvicorn")
    wanted = {"countries": ["US", "CA"], "seed": 4, "faults": {"calls": faults}}
    simulator = Simulator(AmazonSimSettings.model_validate(wanted), clock, folder=tmp_path)
    simulator.stock("US", "MUG-1", 30)
    with SpApiServer(simulator) as server:
        address = {"endpoint": server.url, "lwa_endpoint": f"{server.url}/auth/o2/token"}
        config = {
            "plugins": ["amazon"],
            "networks": {"amazon-na": {"type": "amazon", **settings, **address}},
        }
        with Engine.open(sqlite_url, config=config, clock=clock, ids=IdSource(seed=1)) as engine:
            engine.catalog.add(Product("MUG-1", "Mug"))
            engine.catalog.list_on("web", channel_sku="mug", sku="MUG-1")
            work_until(engine, clock, lambda: stocked(engine))
            for number in range(6):
                engine.orders.submit(an_order(number, ("mug", 2)))
            everything = {OrderStatus.DELIVERED: 6}
            work_until(engine, clock, lambda: engine.orders.count_by_status() == everything)
            assert engine.verify().ok
            assert engine.inventory.available("MUG-1") == 18
            assert simulator.buckets("US", "MUG-1") == {"fulfillable": 18}
            assert simulator.audit() == []
    simulator.close()


def stocked(engine: Engine) -> bool:
    """Take a snapshot, if Amazon answers."""
    engine.duties.take_snapshots("amazon-na")
    return engine.inventory.available("MUG-1") == 30


def work_until(engine: Engine, clock: ManualClock, reached: Callable[[], bool]) -> None:
    """Work and let time pass, for three weeks at most."""
    for _ in range(1000):
        if reached():
            return
        if not engine.work():
            clock.advance(hours=2)
    raise AssertionError(f"not reached: {engine.orders.count_by_status()}")
