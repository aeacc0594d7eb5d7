"""What can't be read becomes a problem, and stops nothing else."""

from __future__ import annotations

import pytest

from stockpool.plugins.channel import Channel, ChannelCapability, OrderProblem
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.addresses import sample_address
from stockpool.testing.channel_conformance.channel_tests import MUG, ChannelTests, read, requires
from stockpool.testing.channel_conformance.world import ChannelWorld
from stockpool.testing.privacy import is_silent

BUYER = sample_address("US")


class ProblemTests(ChannelTests):
    """Only for a channel that takes orders, whose world can spoil one."""

    @pytest.fixture
    def spoiled(self, world: ChannelWorld) -> Channel:
        """A channel with an order that can't be read."""
        requires(world.channel(), ChannelCapability.ORDERS)
        needs(world, WorldAbility.SPOIL_AN_ORDER)
        world.place_spoiled_order(BUYER)
        return world.channel()

    def test_a_spoiled_order_is_a_problem(self, spoiled: Channel) -> None:
        reading = read(spoiled)
        assert reading.orders == {}
        assert reading.problems, "an order was dropped silently"
        for problem in reading.problems:
            assert problem.source, "a problem says where it was found"
            assert problem.problem.code
            assert problem.problem.message

    def test_other_orders_come_all_the_same(self, world: ChannelWorld, spoiled: Channel) -> None:
        placed = {world.place_order({MUG: 1}, BUYER) for _ in range(2)}
        reading = read(spoiled)
        assert set(reading.orders) == placed
        assert reading.problems

    def test_a_page_that_was_not_stored_brings_its_problems_again(self, spoiled: Channel) -> None:
        first = spoiled.fetch_orders(None)
        again = read(spoiled)
        assert {_place(p) for p in again.problems} >= {_place(p) for p in first.problems}

    def test_two_problems_have_two_sources(self, world: ChannelWorld, spoiled: Channel) -> None:
        world.place_spoiled_order(BUYER)
        assert len({problem.source for problem in read(spoiled).problems}) >= 2

    def test_problems_repeat_nothing_of_the_buyer(self, spoiled: Channel) -> None:
        for problem in read(spoiled).problems:
            is_silent(f"{problem.source} {problem.problem} {problem.problem.as_dict()}")


def _place(problem: OrderProblem) -> tuple[str, str]:
    return problem.source, problem.problem.code
