"""The rest: `check`, `idle`, `close`, and what is not declared."""

from __future__ import annotations

from stockpool.plugins.network import Network
from stockpool.problems import Problem
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.seller import MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld


class MannerTests(NetworkTests):
    """Nothing here raises."""

    def test_a_connection_that_works_has_no_problem(self, network: Network) -> None:
        problems = network.check()
        assert all(isinstance(problem, Problem) for problem in problems)
        assert list(problems) == []

    def test_a_network_can_always_say_whether_it_is_idle(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 1)
        assert isinstance(seller.network.idle(), bool)
        seller.place(seller.order({MUG: 1}))
        assert isinstance(seller.network.idle(), bool)

    def test_a_network_can_be_closed(self, world: NetworkWorld, seller: Seller) -> None:
        world.stock(seller.pool.country, MUG, 1)
        seller.place(seller.order({MUG: 1}))
        seller.network.close()

    def test_one_instance_closing_leaves_others_working(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        needs(world, WorldAbility.REOPEN)
        world.stock(seller.pool.country, MUG, 1)
        order_id = seller.place(seller.order({MUG: 1}))
        other = world.reopened()
        other.close()
        seller.read(order_id)
