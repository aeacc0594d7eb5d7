"""The simulator's clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import ConfigurationError
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork, Simulator

MakeNetwork = Callable[..., AmazonSimNetwork]
MakeRequest = Callable[..., FulfillmentRequest]


def test_it_starts_with_the_engine_and_runs_faster(
    make_network: MakeNetwork, clock: ManualClock
) -> None:
    start = clock.now()
    network = make_network(speed=3600)
    assert network.simulator.now() == start
    clock.advance(seconds=2)
    assert network.simulator.now() == start + timedelta(hours=2)


def test_time_can_be_made_to_pass(
    network: AmazonSimNetwork, clock: ManualClock, order: Callable[..., FulfillmentRequest]
) -> None:
    network.simulator.stock("US", "MUG", 1)
    network.create_fulfillment(order())
    due = network.simulator.next_event_at()
    assert due is not None
    network.simulator.advance_to(clock.now() + timedelta(days=20))
    state = network.get_fulfillment("F-1")
    assert state is not None
    assert state.status == "Complete"
    assert network.simulator.next_event_at() is None
    clock.advance(minutes=1)
    assert network.simulator.now() == clock.now() + timedelta(days=20)
    network.simulator.advance_to(clock.now())
    assert network.simulator.now() == clock.now() + timedelta(days=20)


def test_a_fast_clock_does_not_run_away_while_nobody_looks(
    make_network: MakeNetwork, clock: ManualClock, order: Callable[..., FulfillmentRequest]
) -> None:
    network = make_network(speed=20_000, stock={"US": {"MUG": 1}})
    start = clock.now()
    clock.advance(days=365)
    assert network.simulator.now() == start + timedelta(days=365)
    network.create_fulfillment(order())
    clock.advance(minutes=1)
    assert network.simulator.now() == start + timedelta(days=365, minutes=20_000)
    state = network.get_fulfillment("F-1")
    assert state is not None
    assert state.status == "Complete"


def test_steps_do_not_depend_on_how_often_one_looks(
    make_network: MakeNetwork,
    clock: ManualClock,
    order: Callable[..., FulfillmentRequest],
    tmp_path: Path,
    form: str,
) -> None:
    seldom = make_network(stock={"US": {"MUG": 9}})
    often = make_network(
        stock={"US": {"MUG": 9}}, state=None if form == "memory" else Path("other.db")
    )
    for network in (seldom, often):
        network.create_fulfillment(order(quantities={"MUG": 4}))
    for _ in range(24 * 9):
        clock.advance(hours=1)
        often.get_fulfillment("F-1")
    assert seldom.get_fulfillment("F-1") == often.get_fulfillment("F-1")


@pytest.mark.parametrize("form", ["file"], indirect=True)
def test_all_who_share_a_file_share_its_time(
    make_network: MakeNetwork, clock: ManualClock, tmp_path: Path
) -> None:
    network = make_network(speed=60)
    clock.advance(minutes=1)
    joined = Simulator.open(tmp_path / "amazon.db", clock)
    assert joined.now() == network.simulator.now()
    joined.advance_to(joined.now() + timedelta(days=1))
    assert joined.now() == network.simulator.now()
    slower = make_network(speed=1)
    assert slower.simulator.now() == joined.now()
    joined.close()


def test_only_a_simulators_file_can_be_joined(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no simulator"):
        Simulator.open(tmp_path / "none.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(ConfigurationError, match="no simulator"):
        Simulator.open(tmp_path / "empty.db")


def test_what_is_days_away_is_not_waited_for(make_network: MakeNetwork, order: MakeRequest) -> None:
    """`run --until-idle` ends once the orders are placed, not when the parcels have arrived."""
    slow, fast = make_network(state=None), make_network(state=None, speed=100_000)
    for network in (slow, fast):
        network.simulator.stock("US", "MUG", 1)
        network.create_fulfillment(order())
    slow.simulator.advance_to(slow.simulator.now() + timedelta(hours=1))
    assert slow.idle()
    assert not slow.simulator.idle()
    assert not fast.idle()
