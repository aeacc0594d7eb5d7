"""What lies in the broker is not trusted: it wakes workers up, and nothing else."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import dramatiq
import pytest
from dramatiq.errors import DecodeError

from fake_network import FakeNetwork
from sample_orders import an_order
from stockpool import Engine
from stockpool.outbox.effects import Lane
from stockpool_workers.service import Service

WaitFor = Callable[[Callable[[], object], str], None]


def test_a_message_that_is_no_json_is_refused() -> None:
    assert isinstance(dramatiq.get_encoder(), dramatiq.JSONEncoder)
    message = {"queue_name": "fulfillment", "actor_name": "x", "args": [], "kwargs": {}}
    with pytest.raises(DecodeError):
        dramatiq.Message.decode(pickle.dumps(message))


FORGED = [[0], [-1], [10**6], [10**30], ["1; DROP TABLE effects"], [None], "x", {}, 5]


def test_forged_messages_do_nothing_and_others_go_on(
    stocked: Engine, network: FakeNetwork, wait_for: WaitFor
) -> None:
    service = Service(stocked, threads=1)
    service.start(schedule=False)
    try:
        for forged in FORGED:
            service.actors._lanes[Lane.FULFILLMENT].send(forged)
        stocked.orders.submit(an_order(1, ("mug", 1)))
        service.actors.dispatch(stocked.duties.dispatch())
        wait_for(stocked.idle, "the order is placed")
    finally:
        service.stop()
    assert network.count("create_fulfillment") == 1
    assert stocked.verify().ok
