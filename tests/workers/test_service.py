"""The same actors in one process and on Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import redis

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from sample_orders import an_order
from stockpool import Engine, OrderStatus
from stockpool.errors import ConfigurationError
from stockpool.outbox import dispatch, leases
from stockpool_workers.actors import QUEUES
from stockpool_workers.brokers import make_broker
from stockpool_workers.service import Service


def test_orders_of_a_channel_reach_the_network_and_their_tracking_the_channel(
    stocked: Engine, network: FakeNetwork, channel: FakeChannel, wait_for
) -> None:
    channel.add_page([an_order(number, ("mug", 1)) for number in range(30)])
    with Service(stocked, threads=4):
        wait_for(lambda: len(network.orders) == 30, "30 orders at the network")
        for fulfillment_order_id in list(network.orders):
            network.ship(fulfillment_order_id)
        wait_for(lambda: len(_tracking(channel)) == 30, "30 parcels told")
    assert stocked.orders.count_by_status() == {OrderStatus.SHIPPED: 30}
    assert network.count("create_fulfillment") == 30
    assert stocked.verify().ok


def _tracking(channel: FakeChannel) -> list[str]:
    return [key for key in channel.told if key.startswith("tracking-")]


def test_until_idle_ends_when_nothing_is_left_to_do(
    stocked: Engine, network: FakeNetwork, channel: FakeChannel
) -> None:
    channel.add_page([an_order(number, ("mug", 1)) for number in range(10)])
    rounds: list[int] = []
    Service(stocked, threads=2).run_until_idle(lambda: rounds.append(1))
    assert len(network.orders) == 10
    assert rounds
    assert stocked.idle()


def test_a_network_that_fails_does_not_stop_the_channel(
    stocked: Engine, network: FakeNetwork, channel: FakeChannel, wait_for
) -> None:
    network.faults.fail("changes", RuntimeError("no JSON"), times=None)
    channel.add_page([an_order(1, ("mug", 1))])
    with Service(stocked, threads=2):
        wait_for(lambda: len(network.orders) == 1, "the order at the network")
        wait_for(lambda: stocked.attention.count() == 1, "the failure in the attention queue")
    (item,) = stocked.attention.list()
    assert item.code == "plugin_failure"


def test_messages_sent_twice_do_nothing_twice(
    stocked: Engine, network: FakeNetwork, wait_for
) -> None:
    stocked.orders.submit_many([an_order(number, ("mug", 1)) for number in range(10)])
    service = Service(stocked, threads=4)
    service.start(schedule=False)
    try:
        dispatches = stocked.duties.dispatch()
        for _ in range(3):
            service.actors.dispatch(dispatches)
        wait_for(stocked.idle, "all effects done")
    finally:
        service.stop()
    assert network.count("create_fulfillment") == 10


def test_an_emptied_redis_loses_nothing(
    open_engine,
    redis_url: str,
    network: FakeNetwork,
    channel: FakeChannel,
    wait_for,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatch, "RESEND_SECONDS", 2.0)
    engine = open_engine(redis_url, network, channel)
    _stock(engine, network)
    engine.orders.submit_many([an_order(number, ("mug", 1)) for number in range(20)])
    # Sent, as a worker would, and lost before anybody took it.
    lost = Service(engine, schedules=False)
    lost.actors.dispatch(engine.duties.dispatch())
    assert redis.Redis.from_url(redis_url).flushdb()
    with Service(engine, threads=4):
        wait_for(lambda: len(network.orders) == 20, "the sweep has sent all of them again")
    assert network.count("create_fulfillment") == 20


def _stock(engine: Engine, network: FakeNetwork) -> None:
    from stockpool import Product

    engine.catalog.add(Product("MUG-1"))
    engine.catalog.list_on("web", channel_sku="mug", sku="MUG-1")
    network.put("US", "MUG-1", 1_000)
    engine.inventory.receive("amazon-na:US", "MUG-1", 1_000, key="first")


def test_of_two_schedulers_one_leads_and_the_other_takes_over(
    open_engine, redis_url: str, network: FakeNetwork, channel: FakeChannel
) -> None:
    first = Service(open_engine(redis_url, network, channel), works=False)
    second = Service(open_engine(redis_url, network, channel), works=False)
    schedules = [first._schedule, second._schedule]
    assert schedules[0] is not None
    assert schedules[1] is not None
    schedules[0].lead()
    schedules[1].lead()
    assert [schedule.leads for schedule in schedules if schedule] == [True, False]
    schedules[0].stop()
    schedules[1].lead()
    assert schedules[1].leads
    schedules[1].stop()


def test_one_process_dispatches_at_a_time(
    open_engine, redis_url: str, network: FakeNetwork, channel: FakeChannel, wait_for
) -> None:
    engines = [open_engine(redis_url, network, channel) for _ in range(2)]
    services = [Service(engine, schedules=False, threads=1) for engine in engines]
    for service in services:
        service.start()
    try:
        owners = {engine.duties.owner for engine in engines}

        def holder() -> str | None:
            with engines[0].database.read() as connection:
                return leases.holder(connection, "dispatch", at=engines[0].clock.now())

        wait_for(lambda: holder() in owners, "a dispatcher leads")
        leader = holder()
        index = [engine.duties.owner for engine in engines].index(str(leader))
        services[index].stop()
        wait_for(lambda: holder() in owners - {leader}, "the other one took over")
    finally:
        for service in services:
            service.stop()


def test_the_embedded_broker_cannot_be_shared(
    open_engine, network: FakeNetwork, channel: FakeChannel
) -> None:
    engine = open_engine("embedded", network, channel)
    with pytest.raises(ConfigurationError, match="stockpool run"):
        Service(engine, schedules=False)


def test_an_unknown_broker_is_refused_with_what_is_supported() -> None:
    with pytest.raises(ConfigurationError, match="embedded or redis://"):
        make_broker("amqp://localhost")


def test_there_is_a_queue_for_each_kind_of_work() -> None:
    assert set(QUEUES) == {
        "intake",
        "sync",
        "fulfillment",
        "cancellations",
        "updates",
        "refunds",
        "removals",
        "listings",
        "inbound",
        "returns",
        "pushes",
    }


CONFIG = """
[stockpool]
database = "{database}"
broker = "embedded"

[networks.amazon-na]
type = "amazon_sim"
countries = ["US"]
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_in_good_order(
    tmp_path: Path, database_url: str, number: signal.Signals
) -> None:
    (tmp_path / "stockpool.toml").write_text(CONFIG.format(database=database_url))
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from stockpool.cli import main; main()",
            "run",
            "--log-level",
            "info",
        ],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stderr is not None
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        lines = [process.stderr.readline()]
        while b'"started"' not in lines[-1]:
            assert lines[-1], b"".join(lines)
            lines.append(process.stderr.readline())
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait() == 0, rest
        assert b'"stopped"' in rest
    finally:
        watchdog.cancel()
        process.stderr.close()
