"""Over HTTP in the version 2026-07-04, against the simulated Amazon: it tells the same orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.ids import IdSource
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import (
    FulfillmentOrderStatus,
    FulfillmentRequest,
    FulfillmentState,
    PackageStatus,
    ShipmentStatus,
)
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings
from stockpool_amazon_sim.sp_api.server import SpApiServer

MakeRequest = Callable[..., FulfillmentRequest]
MakeNetwork = Callable[..., AmazonNetwork]

FINAL = {
    FulfillmentOrderStatus.COMPLETE,
    FulfillmentOrderStatus.COMPLETE_PARTIALLED,
    FulfillmentOrderStatus.CANCELLED,
    FulfillmentOrderStatus.UNFULFILLABLE,
    FulfillmentOrderStatus.INVALID,
}


@pytest.fixture
def simulated(clock: ManualClock, tmp_path: Path) -> Iterator[AmazonSimNetwork]:
    """The simulated Amazon, asked in process."""
    context = PluginContext("amazon-na", clock, IdSource(1), tmp_path)
    network = AmazonSimNetwork(AmazonSimSettings(countries=("US", "CA"), seed=4), context)
    yield network
    network.close()


@pytest.fixture
def network(simulated: AmazonSimNetwork, make_network: MakeNetwork) -> Iterator[AmazonNetwork]:
    """The same, asked through HTTP in the newer version."""
    pytest.importorskip("uvicorn")
    with SpApiServer(simulated.simulator) as server:
        yield make_network(
            endpoint=server.url,
            lwa_endpoint=f"{server.url}/auth/o2/token",
            outbound_version="2026-07-04",
        )


def as_told(state: FulfillmentState) -> object:
    """What the newer version can tell of an order: fewer statuses, and no reason."""
    ended = state.status if state.status in FINAL else FulfillmentOrderStatus.PROCESSING
    return (
        ended,
        list(state.items),
        tuple(state.granted_features),
        [
            (
                shipment.shipment_id,
                shipment.fulfillment_center_id,
                ShipmentStatus.CANCELLED_BY_SELLER
                if shipment.status is ShipmentStatus.CANCELLED_BY_FULFILLER
                else shipment.status,
                shipment.shipped_at and shipment.shipped_at.replace(microsecond=0),
                list(shipment.items),
                [
                    (package.package_number, package.carrier_code, package.tracking_number)
                    for package in shipment.packages
                ],
            )
            for shipment in state.shipments
        ],
    )


def test_an_orders_whole_life_is_told_alike(
    simulated: AmazonSimNetwork, network: AmazonNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    simulated.simulator.stock("US", "MUG", 30)
    simulated.simulator.stock("US", "CUP", 2)
    network.create_fulfillment(order("F-1", {"MUG": 25, "CUP": 1}, features=("BLANK_BOX",)))
    network.create_fulfillment(order("F-2", {"MUG": 1, "CUP": 9}, policy="FillAllAvailable"))
    network.create_fulfillment(order("F-3", {"MUG": 1}))
    network.create_fulfillment(order("F-4", {"CUP": 7}))
    network.cancel_fulfillment("F-3")
    seen = set()
    for hours in [*[0.04] * 12, *[6] * 40]:
        clock.advance(hours=hours)
        for order_id in ("F-1", "F-2", "F-3", "F-4"):
            told, known = network.get_fulfillment(order_id), simulated.get_fulfillment(order_id)
            assert told is not None
            assert known is not None
            assert as_told(told) == as_told(known)
            seen.add(told.status)
    assert seen == {
        FulfillmentOrderStatus.PROCESSING,
        FulfillmentOrderStatus.COMPLETE,
        FulfillmentOrderStatus.COMPLETE_PARTIALLED,
        FulfillmentOrderStatus.CANCELLED,
        FulfillmentOrderStatus.UNFULFILLABLE,
    }
    told = network.get_fulfillment("F-1")
    assert told is not None
    packages = [package for shipment in told.shipments for package in shipment.packages]
    assert {package.status for package in packages} == {PackageStatus.DELIVERED}
    assert all(package.delivered_at for package in packages)


def test_a_hold_is_released(
    simulated: AmazonSimNetwork, network: AmazonNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    simulated.simulator.stock("US", "MUG", 5)
    held = order("F-1", {"MUG": 3}, action="Hold")
    network.create_fulfillment(held)
    clock.advance(hours=1)
    network.update_fulfillment(replace(held, action="Ship"))
    clock.advance(days=10)
    state = network.get_fulfillment("F-1")
    assert state is not None
    assert state.status is FulfillmentOrderStatus.COMPLETE


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


def test_previews_cost_the_same(
    simulated: AmazonSimNetwork, network: AmazonNetwork, order: MakeRequest
) -> None:
    simulated.simulator.stock("US", "MUG", 3, "ABE2")
    simulated.simulator.stock("US", "MUG", 2, "ONT8")
    wanted = order("F-1", {"MUG": 4})
    known = {option.speed: option for option in simulated.preview(wanted)}
    told = {option.speed: option for option in network.preview(wanted)}
    for speed in ("standard", "expedited"):
        assert told[speed].fulfillable
        assert told[speed].fees == known[speed].fees
        assert told[speed].shipments == known[speed].shipments == 2


def test_changes_tell_every_order_at_last(
    simulated: AmazonSimNetwork, network: AmazonNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    simulated.simulator.stock("US", "MUG", 60)
    ids = [f"F-{number}" for number in range(55)]
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
        assert as_told(state) == as_told(known)
