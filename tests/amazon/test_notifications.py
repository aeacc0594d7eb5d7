"""Order news by notification: simulated Amazon, its queue read by boto3, and the engine."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from notification_reading import ARN, QUEUE
from sample_orders import an_order
from stockpool import crashpoints
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import PluginLoadError, TransientError
from stockpool.ids import IdSource
from stockpool.orders.status import OrderStatus
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon.message_queue import HIDDEN_SECONDS
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.notifications import message_queues
from stockpool_amazon_sim.sp_api.server import SpApiServer

MakeRequest = Callable[..., FulfillmentRequest]
MakeNetwork = Callable[..., AmazonNetwork]

QUICK = {"pick": {"standard": (0.5, 1.0)}, "pack": (0.2, 0.4), "hand_over": (0.5, 1.0)}
"""Steps of a center that ships within four hours."""

DAY = 24 * 60


@pytest.fixture
def faults() -> dict[str, Any]:
    return {}


@pytest.fixture
def simulator(clock: ManualClock, faults: dict[str, Any]) -> Iterator[Simulator]:
    wanted = {"countries": ["US", "CA"], "seed": 4, "steps": QUICK, "faults": faults}
    simulator = Simulator(AmazonSimSettings.model_validate(wanted), clock)
    simulator.stock("US", "MUG", 30)
    yield simulator
    simulator.close()


@pytest.fixture
def notified(
    simulator: Simulator, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """The settings of an account that lists its orders once a day, and is notified."""
    pytest.importorskip("uvicorn")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    with SpApiServer(simulator) as server:
        yield {
            **settings,
            "endpoint": server.url,
            "lwa_endpoint": f"{server.url}/auth/o2/token",
            "notifications": {
                "queue_arn": ARN,
                "sqs_endpoint": f"{server.url}/sqs",
                "polling_minutes": DAY,
            },
        }


@pytest.fixture
def network(notified: dict[str, Any], make_network: MakeNetwork) -> AmazonNetwork:
    """Subscribed, and with its first listing behind it."""
    network = make_network(**notified)
    assert network.subscribe()
    return network


@pytest.fixture
def engine(
    notified: dict[str, Any], network: AmazonNetwork, clock: ManualClock, sqlite_url: str
) -> Iterator[Engine]:
    """A shop with thirty mugs, whose account has been listed once."""
    config = {"plugins": ["amazon"], "networks": {"amazon-na": {"type": "amazon", **notified}}}
    with Engine.open(sqlite_url, config=config, clock=clock, ids=IdSource(seed=1)) as engine:
        engine.catalog.add(Product("MUG", "Mug"))
        engine.catalog.list_on("web", channel_sku="mug", sku="MUG")
        engine.duties.take_snapshots("amazon-na")
        engine.duties.follow_network("amazon-na")
        yield engine


def forbid_listing(simulator: Simulator) -> None:
    """From now on a listing of orders fails."""
    simulator.inject("transient", operation="listAllFulfillmentOrders", times=1_000_000)


def work(engine: Engine, clock: ManualClock, hours: float) -> None:
    """Work for so many hours, in steps of ten minutes."""
    for _ in range(int(hours * 6)):
        engine.work()
        clock.advance(minutes=10)
    engine.work()


def left(simulator: Simulator) -> tuple[int, int]:
    """Messages that can be taken, and those that are hidden."""
    _, visible, hidden = simulator.count_messages(QUEUE)
    return visible, hidden


def put(simulator: Simulator, message_id: str, body: str) -> None:
    """Anybody's message comes into the queue."""
    with simulator._call(writes=True) as world:
        message_queues.send(world, QUEUE, message_id, body)


def told(network: AmazonNetwork, cursor: str | None) -> tuple[list[str], str | None]:
    page = network.changes(cursor)
    return sorted(state.fulfillment_order_id for state in page.states), page.cursor


class TestTheEngine:
    @pytest.fixture(
        params=[
            {},
            {"duplicate_notifications": 1.0},
            {"late_notifications": 0.5, "late_hours": (1.0, 3.0)},
        ],
        ids=["all well", "twice", "late"],
    )
    def faults(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        wanted: dict[str, Any] = request.param
        return wanted

    def test_hears_of_its_orders_without_a_listing(
        self, engine: Engine, simulator: Simulator, clock: ManualClock
    ) -> None:
        forbid_listing(simulator)
        for number in range(4):
            engine.orders.submit(an_order(number, ("mug", 2)))
        work(engine, clock, hours=10)
        assert engine.orders.count_by_status() == {OrderStatus.SHIPPED: 4}
        assert engine.verify().ok
        assert engine.inventory.available("MUG") == 22
        assert left(simulator) == (0, 0), "what was stored was deleted"


class TestALostMessage:
    @pytest.fixture
    def faults(self) -> dict[str, Any]:
        return {"lost_notifications": 1.0}

    def test_is_made_good_by_the_next_listing(
        self, engine: Engine, simulator: Simulator, clock: ManualClock
    ) -> None:
        engine.orders.submit(an_order(1, ("mug", 2)))
        work(engine, clock, hours=10)
        assert engine.orders.count_by_status() == {OrderStatus.PROCESSING: 1}
        work(engine, clock, hours=14.5)
        assert engine.orders.count_by_status() == {OrderStatus.SHIPPED: 1}


def test_a_poisoned_message_stops_nothing(
    engine: Engine, simulator: Simulator, clock: ManualClock
) -> None:
    forbid_listing(simulator)
    engine.orders.submit(an_order(1, ("mug", 2)))
    put(simulator, "m-1", "\x00 not JSON")
    put(simulator, "m-2", json.dumps({"NotificationType": "ANY_OFFER_CHANGED"}))
    stranger = {"SellerFulfillmentOrderId": "of-somebody-else"}
    payload = {"FulfillmentOrderStatusNotification": stranger}
    put(
        simulator,
        "m-3",
        json.dumps({"NotificationType": "FULFILLMENT_ORDER_STATUS", "Payload": payload}),
    )
    with structlog.testing.capture_logs() as logs:
        work(engine, clock, hours=10)
    assert engine.orders.count_by_status() == {OrderStatus.SHIPPED: 1}
    assert left(simulator) == (0, 0)
    aside = [one["message"] for one in logs if one["event"] == "notification_put_aside"]
    assert aside == ["m-1", "m-2"], "each once: it does not come again"
    unread = [one["order"] for one in logs if one["event"] == "notified_order_unreadable"]
    assert unread == ["of-somebody-else"]


def test_a_message_goes_when_what_it_said_is_stored(
    network: AmazonNetwork, simulator: Simulator, clock: ManualClock, order: MakeRequest
) -> None:
    _, cursor = told(network, None)
    network.create_fulfillment(order("F-1", {"MUG": 1}))
    clock.advance(hours=0.2)
    ids, following = told(network, cursor)
    assert ids == ["F-1"]
    visible, hidden = left(simulator)
    assert (visible, hidden > 0) == (0, True)
    # The page got lost: the same cursor is shown again, and the messages come again.
    clock.advance(HIDDEN_SECONDS)
    ids, following = told(network, cursor)
    assert ids == ["F-1"]
    assert left(simulator)[1] > 0
    told(network, following)
    assert left(simulator) == (0, 0)


class Died(BaseException):
    """The end of a worker."""


def test_a_worker_that_dies_before_it_stored_the_news_hears_them_again(
    engine: Engine, simulator: Simulator, clock: ManualClock
) -> None:
    forbid_listing(simulator)
    engine.orders.submit(an_order(1, ("mug", 2)))
    engine.work()
    clock.advance(hours=8)  # it has shipped, and all messages wait

    def die(name: str) -> None:
        if name == "changes.before_commit":
            raise Died

    crashpoints.listen(die)
    try:
        with pytest.raises(Died):
            engine.duties.follow_network("amazon-na")
    finally:
        crashpoints.listen(None)
    assert left(simulator)[1] > 0
    assert engine.orders.count_by_status() == {OrderStatus.PROCESSING: 1}
    work(engine, clock, hours=1)
    assert engine.orders.count_by_status() == {OrderStatus.SHIPPED: 1}
    assert left(simulator) == (0, 0)


def test_an_order_that_was_heard_of_is_not_read_again_when_it_is_listed(
    network: AmazonNetwork, simulator: Simulator, clock: ManualClock, order: MakeRequest
) -> None:
    _, cursor = told(network, None)
    network.create_fulfillment(order("F-1", {"MUG": 1}, action="Hold"))
    clock.advance(hours=1)
    ids, cursor = told(network, cursor)
    assert ids == ["F-1"]
    clock.advance(minutes=DAY)
    assert told(network, cursor)[0] == []


def test_a_queue_that_can_not_be_read_brings_the_usual_pace_back(
    notified: dict[str, Any],
    make_network: MakeNetwork,
    simulator: Simulator,
    clock: ManualClock,
    order: MakeRequest,
) -> None:
    away = {**notified["notifications"], "sqs_endpoint": "http://127.0.0.1:9/sqs"}
    network = make_network(**{**notified, "notifications": away})
    _, cursor = told(network, None)
    network.create_fulfillment(order("F-1", {"MUG": 1}))
    clock.advance(minutes=2)
    with structlog.testing.capture_logs() as logs:
        ids, cursor = told(network, cursor)
    assert ids == ["F-1"]
    (warned,) = [one for one in logs if one["event"] == "notifications_unavailable"]
    assert ARN in warned["error"]


def test_a_listing_that_fails_does_not_stop_the_notifications(
    network: AmazonNetwork, simulator: Simulator, clock: ManualClock, order: MakeRequest
) -> None:
    forbid_listing(simulator)
    with pytest.raises(TransientError):
        network.changes(None)
    network.create_fulfillment(order("F-1", {"MUG": 1}))
    clock.advance(hours=0.2)
    ids, cursor = told(network, None)
    assert ids == ["F-1"]
    with pytest.raises(TransientError):
        network.changes(cursor)
    assert left(simulator) == (0, 0)


def test_many_messages_are_read_in_several_calls(
    network: AmazonNetwork, simulator: Simulator, clock: ManualClock, order: MakeRequest
) -> None:
    _, cursor = told(network, None)
    wanted = [f"F-{number:02}" for number in range(25)]
    for order_id in wanted:
        network.create_fulfillment(order(order_id, {"MUG": 1}))
    clock.advance(hours=0.1)
    seen: set[str] = set()
    more = True
    while more:
        page = network.changes(cursor)
        seen |= {state.fulfillment_order_id for state in page.states}
        cursor, more = page.cursor, page.more
    assert sorted(seen) == wanted


def test_a_missing_extra_is_named(
    notified: dict[str, Any], make_network: MakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "stockpool_amazon.message_queue", raising=False)
    with pytest.raises(PluginLoadError, match=r"stockpool\[amazon-sqs\]"):
        make_network(**notified)
