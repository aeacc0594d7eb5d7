"""Removal orders that are sent as files, decided later, and told of in reports."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from stockpool.errors import OutcomeUnknown, PluginError, RejectedError, Throttled
from stockpool.plugins.network import NetworkCapability
from stockpool.plugins.network_removals import (
    RemovalDecision,
    RemovalItem,
    RemovalRequest,
    RemovalState,
)
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import is_aware
from stockpool.testing.network_conformance.seller import LAMP, MUG, Seller, units
from stockpool.testing.network_conformance.world import NetworkWorld

_HOURS = 72
_DAYS = 60


class RemovalFeedTests(NetworkTests):
    """Only for a network that declares REMOVALS_BY_FEED."""

    @pytest.fixture
    def submitter(self, world: NetworkWorld, seller: Seller) -> _Submitter:
        """A seller with nine and four units of two SKUs."""
        if NetworkCapability.REMOVALS_BY_FEED not in seller.network.capabilities:
            pytest.skip("the network does not declare REMOVALS_BY_FEED")
        world.stock(seller.pool.country, MUG, 9)
        world.stock(seller.pool.country, LAMP, 4)
        return _Submitter(world, seller)

    def test_a_file_is_taken_and_known(self, submitter: _Submitter) -> None:
        feed_id = submitter.send(RemovalItem(MUG, sellable=3))
        (feed,) = submitter.network.removal_feeds(submitter.began)
        assert feed.feed_id == feed_id
        assert is_aware(feed.created_at), "created_at has no time zone"

    def test_it_is_not_decided_in_the_call(self, submitter: _Submitter) -> None:
        """Or at least nothing breaks if it is."""
        decision = submitter.network.removal_decision(submitter.send(RemovalItem(MUG, sellable=3)))
        assert decision is None or decision.refusals == ()

    def test_it_is_decided_in_time(self, submitter: _Submitter) -> None:
        feed_id = submitter.send(RemovalItem(MUG, sellable=3), RemovalItem(LAMP, sellable=1))
        decision = submitter.decision(feed_id)
        assert (list(decision.refusals), decision.certain) == ([], True)
        assert is_aware(decision.ended_at), "ended_at has no time zone"
        (feed,) = submitter.network.removal_feeds(submitter.began)
        assert feed.ended_at is not None, "it is decided, but has not ended"

    def test_a_known_id_is_refused(self, submitter: _Submitter) -> None:
        submitter.decision(submitter.send(RemovalItem(MUG, sellable=3)))
        again = submitter.decision(submitter.send(RemovalItem(MUG, sellable=3)))
        assert again.refusals, "the same removal order is taken twice"
        assert all(refusal for refusal in again.refusals)
        submitter.completed()
        assert units(submitter.seller.figures(MUG)) == 6

    def test_what_the_network_does_not_know_is_refused(self, submitter: _Submitter) -> None:
        try:
            feed_id = submitter.send(RemovalItem("CONFORMANCE-NEVER-SEEN", sellable=1))
        except RejectedError:
            return
        assert submitter.decision(feed_id).refusals
        assert submitter.news() == {}

    def test_news_tell_of_it_until_it_is_over(self, submitter: _Submitter) -> None:
        submitter.decision(
            submitter.send(RemovalItem(MUG, sellable=3), RemovalItem(LAMP, sellable=4))
        )
        state = submitter.completed()
        assert (state.removal_order_id, state.country) == (_ID, submitter.seller.pool.country)
        assert is_aware(state.updated_at), "updated_at has no time zone"
        gone: Counter[str] = Counter()
        for item in state.items:
            assert item.in_process == 0, f"it is {state.status}, but units are in process: {item}"
            assert item.sellable
            gone[item.sku] += item.shipped + item.disposed
        assert gone == {MUG: 3, LAMP: 4}
        assert units(submitter.seller.figures(MUG)) == 6
        assert units(submitter.seller.figures(LAMP)) == 0

    def test_news_say_until_when_they_tell_everything(self, submitter: _Submitter) -> None:
        decision = submitter.decision(submitter.send(RemovalItem(MUG, sellable=3)))
        for _ in range(_HOURS):
            submitter.news()
            if submitter.as_of is not None and submitter.as_of > decision.ended_at:
                return
            submitter.world.let_time_pass(1)
        pytest.fail("no news tell of what was taken three days ago")

    def test_over_the_limit_no_file_is_taken(self, submitter: _Submitter) -> None:
        needs(submitter.world, WorldAbility.THROTTLE)
        submitter.world.throttle_next("submit_removal")
        with pytest.raises(Throttled):
            submitter.send(RemovalItem(MUG, sellable=3))
        assert list(submitter.network.removal_feeds(submitter.began)) == []

    def test_a_file_whose_answer_was_lost_is_found_by_the_news(self, submitter: _Submitter) -> None:
        needs(submitter.world, WorldAbility.FAIL_AFTER_EFFECT)
        submitter.world.fail_after_effect_next("submit_removal")
        with pytest.raises(OutcomeUnknown):
            submitter.send(RemovalItem(MUG, sellable=3))
        assert len(submitter.network.removal_feeds(submitter.began)) == 1
        submitter.completed()

    def test_a_file_that_never_arrived_is_not_there(self, submitter: _Submitter) -> None:
        needs(submitter.world, WorldAbility.FAIL_BEFORE_EFFECT)
        submitter.world.fail_before_effect_next("submit_removal")
        with pytest.raises(PluginError) as failure:
            submitter.send(RemovalItem(MUG, sellable=3))
        assert not isinstance(failure.value, RejectedError)
        assert submitter.network.removal_feeds(submitter.began) == []
        submitter.decision(submitter.send(RemovalItem(MUG, sellable=3)))
        submitter.completed()
        assert units(submitter.seller.figures(MUG)) == 6


_ID = "CONFORMANCE-R"


class _Submitter:
    def __init__(self, world: NetworkWorld, seller: Seller) -> None:
        self.world = world
        self.seller = seller
        self.network = seller.network
        order_id = seller.place(seller.order({LAMP: 1}))
        # The network's own time; what is sent from here on is later.
        self.began = seller.read(order_id).received_at - timedelta(minutes=1)
        seller.network.cancel_fulfillment(order_id)
        seller.until_final(order_id)
        self.as_of: datetime | None = None
        self._cursor: str | None = None

    def send(self, *items: RemovalItem) -> str:
        """Send a disposal under the one id; returns the feed's."""
        request = RemovalRequest(_ID, self.seller.pool.country, "Disposal", items)
        return self.network.submit_removal(request)

    def decision(self, feed_id: str) -> RemovalDecision:
        """Let time pass until a file is decided."""
        for _ in range(_HOURS):
            decision = self.network.removal_decision(feed_id)
            if decision is not None:
                return decision
            self.world.let_time_pass(1)
        pytest.fail(f"{feed_id} is not decided after {_HOURS} hours")

    def news(self) -> dict[str, RemovalState]:
        """What is new now, by removal order."""
        news = self.network.removal_news(self._cursor, since=self.began)
        self._cursor = news.cursor
        if news.as_of is not None:
            assert is_aware(news.as_of), "as_of has no time zone"
            assert self.as_of is None or news.as_of >= self.as_of
            self.as_of = news.as_of
        return {state.removal_order_id: state for state in news.states}

    def completed(self) -> RemovalState:
        """Let time pass until the removal order is over, as the news tell it."""
        told: RemovalState | None = None
        for _ in range(_DAYS):
            for hours in (22.0, 1.0, 1.0):
                told = self.news().get(_ID, told)
                if told is not None and told.status in ("Completed", "Cancelled"):
                    return told
                self.world.let_time_pass(hours)
        pytest.fail(f"the removal is not over after {_DAYS} days: {told}")
