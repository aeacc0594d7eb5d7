"""`create_removal` and `get_removal`: units that leave the network for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from stockpool.errors import OutcomeUnknown, RejectedError
from stockpool.plugins.network import (
    NetworkCapability,
)
from stockpool.plugins.network_removals import (
    RemovalItem,
    RemovalItemState,
    RemovalRequest,
    RemovalState,
)
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import is_aware
from stockpool.testing.network_conformance.seller import LAMP, MUG, Seller, units
from stockpool.testing.network_conformance.world import NetworkWorld

_OVER = ("Completed", "Cancelled")


class RemovalTests(NetworkTests):
    """Only for a network that declares REMOVALS."""

    @pytest.fixture
    def remover(self, world: NetworkWorld, seller: Seller) -> Seller:
        """A seller with nine and four units of two SKUs."""
        if NetworkCapability.REMOVALS not in seller.network.capabilities:
            pytest.skip("the network does not declare REMOVALS")
        world.stock(seller.pool.country, MUG, 9)
        world.stock(seller.pool.country, LAMP, 4)
        return seller

    def test_a_removal_that_was_taken_is_known(self, remover: Seller) -> None:
        request = _disposal(remover, RemovalItem(MUG, sellable=3), RemovalItem(LAMP, sellable=1))
        remover.network.create_removal(request)
        _read(remover, request)

    def test_an_unknown_removal_is_unknown(self, remover: Seller) -> None:
        assert remover.network.get_removal("CONFORMANCE-NEVER-PLACED") is None

    def test_the_same_id_is_refused(self, world: NetworkWorld, remover: Seller) -> None:
        request = _disposal(remover, RemovalItem(MUG, sellable=3))
        remover.network.create_removal(request)
        with pytest.raises(RejectedError) as refusal:
            remover.network.create_removal(request)
        assert refusal.value.code == "AlreadyExists"
        _until_over(world, remover, request)
        assert units(remover.figures(MUG)) == 6

    def test_what_was_removed_is_gone(self, world: NetworkWorld, remover: Seller) -> None:
        request = _disposal(remover, RemovalItem(MUG, sellable=3), RemovalItem(LAMP, sellable=4))
        remover.network.create_removal(request)
        state = _until_over(world, remover, request)
        gone: Counter[str] = Counter()
        for item in state.items:
            assert item.in_process == 0, f"it is {state.status}, but units are in process: {item}"
            gone[item.sku] += item.shipped + item.disposed
        assert gone == {MUG: 3, LAMP: 4}
        assert units(remover.figures(MUG)) == 6
        assert units(remover.figures(LAMP)) == 0

    def test_what_is_not_there_is_not_removed(self, world: NetworkWorld, remover: Seller) -> None:
        request = _disposal(remover, RemovalItem(LAMP, sellable=6))
        try:
            remover.network.create_removal(request)
        except RejectedError:
            assert remover.network.get_removal(request.removal_order_id) is None
            assert units(remover.figures(LAMP)) == 4
            return
        state = _until_over(world, remover, request)
        gone = sum(item.shipped + item.disposed for item in state.items)
        assert units(remover.figures(LAMP)) == 4 - gone

    def test_a_return_needs_an_address(self, world: NetworkWorld, remover: Seller) -> None:
        country = remover.pool.country
        item = RemovalItem(MUG, sellable=1)
        nowhere = RemovalRequest("CONFORMANCE-R-NOWHERE", country, "Return", [item])
        with pytest.raises(RejectedError):
            remover.network.create_removal(nowhere)
        assert remover.network.get_removal(nowhere.removal_order_id) is None
        home = RemovalRequest(
            "CONFORMANCE-R-HOME", country, "Return", [item], world.address(country)
        )
        remover.network.create_removal(home)
        _until_over(world, remover, home)
        assert units(remover.figures(MUG)) == 8

    def test_a_removal_whose_answer_was_lost_is_found(
        self, world: NetworkWorld, remover: Seller
    ) -> None:
        needs(world, WorldAbility.FAIL_AFTER_EFFECT)
        request = _disposal(remover, RemovalItem(MUG, sellable=3))
        world.fail_after_effect_next("create_removal")
        with pytest.raises(OutcomeUnknown):
            remover.network.create_removal(request)
        _read(remover, request)


def _disposal(seller: Seller, *items: RemovalItem) -> RemovalRequest:
    return RemovalRequest("CONFORMANCE-R", seller.pool.country, "Disposal", items)


def _read(seller: Seller, request: RemovalRequest) -> RemovalState:
    state = seller.network.get_removal(request.removal_order_id)
    assert state is not None, "the removal was taken, but get_removal does not know it"
    assert (state.removal_order_id, state.country) == (request.removal_order_id, request.country)
    assert is_aware(state.updated_at), "updated_at has no time zone"
    asked = Counter({(item.sku, True): item.sellable for item in request.items if item.sellable})
    asked += Counter({(item.sku, False): item.unsellable for item in request.items})
    told: Counter[tuple[str, bool]] = Counter()
    for item in state.items:
        told[item.sku, item.sellable] += item.requested
        counts = (item.cancelled, item.disposed, item.shipped, item.in_process)
        assert min(counts) >= 0, f"the units don't add up: {item}"
    assert told == asked
    return state


def _until_over(world: NetworkWorld, seller: Seller, request: RemovalRequest) -> RemovalState:
    before = _read(seller, request)
    for _ in range(60):
        world.let_time_pass(24)
        state = _read(seller, request)
        for was, item in zip(_sorted(before), _sorted(state), strict=True):
            assert item.cancelled >= was.cancelled
            assert item.disposed >= was.disposed
            assert item.shipped >= was.shipped
        if state.status in _OVER:
            return state
        before = state
    pytest.fail(f"the removal is not over after 60 days: {before}")


def _sorted(state: RemovalState) -> Sequence[RemovalItemState]:
    return sorted(state.items, key=lambda item: (item.sku, item.sellable))
