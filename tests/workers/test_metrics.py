"""What an operator alerts on."""

from __future__ import annotations

from urllib.request import urlopen

from prometheus_client import generate_latest

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from sample_orders import an_order
from stockpool import Engine
from stockpool_workers.metrics import Metrics
from stockpool_workers.service import Service


def scraped(metrics: Metrics) -> dict[str, float]:
    lines = generate_latest(metrics.registry).decode().splitlines()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
    }


def test_open_effects_and_their_age_are_told(stocked: Engine) -> None:
    stocked.orders.submit_many([an_order(number, ("mug", 1)) for number in range(3)])
    told = scraped(Metrics(stocked))
    assert told['stockpool_effects_open{lane="fulfillment"}'] == 3
    assert told['stockpool_oldest_due_effect_seconds{lane="fulfillment"}'] >= 0
    assert told["stockpool_effects_dead"] == 0


def test_outcomes_are_counted_by_kind(
    stocked: Engine, network: FakeNetwork, channel: FakeChannel
) -> None:
    network.reject("InvalidInput", "no such street")
    stocked.orders.submit_many([an_order(number, ("mug", 1)) for number in range(3)])
    service = Service(stocked, threads=1)
    service.run_until_idle()
    told = scraped(service.metrics)
    assert told['stockpool_effects_total{kind="fulfillment.create",outcome="refused"}'] == 1
    assert told['stockpool_effects_total{kind="fulfillment.create",outcome="done"}'] == 2
    assert told['stockpool_attention_open{kind="effect"}'] == 1


def test_they_are_served_over_http(stocked: Engine) -> None:
    metrics = Metrics(stocked)
    server, thread = metrics.serve(0)
    try:
        with urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as answer:
            assert b"stockpool_effects_dead" in answer.read()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
