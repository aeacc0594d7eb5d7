"""Removal orders of a network that takes files and decides later: sent once, whatever happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from fake_network import FakeNetwork
from settling import settle
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import OutcomeUnknown, TransientError
from stockpool.ledger.buckets import Account
from stockpool.plugins.network import NetworkCapability
from stockpool.plugins.network_removals import (
    RemovalDecision,
    RemovalFeed,
    RemovalItem,
    RemovalNews,
    RemovalRequest,
)

US = "amazon-na:US"
HOURS = 3_600.0


class FeedNetwork(FakeNetwork):
    """Decides about files when the test says so, and reports when it is asked.

    Attributes:
        feeds: all files by id, with the removal order in each; None: somebody else's.
        reports: whether news come.
    """

    capabilities = frozenset({NetworkCapability.REMOVALS_BY_FEED})

    def __init__(self, *, clock: ManualClock) -> None:
        super().__init__(clock=clock)
        self.feeds: dict[str, tuple[RemovalFeed, RemovalRequest | None]] = {}
        self.decisions: dict[str, RemovalDecision] = {}
        self.reports = True

    def submit_removal(self, request: RemovalRequest) -> str:
        with self._call("submit_removal", request.removal_order_id, "createFeed"):
            return self.take(request)

    def take(self, request: RemovalRequest | None = None) -> str:
        """A file arrives."""
        feed_id = f"F-{len(self.feeds) + 1}"
        self.feeds[feed_id] = (RemovalFeed(feed_id, self.clock.now()), request)
        return feed_id

    def decide(self, feed_id: str, *, refusals: Sequence[str] = (), certain: bool = True) -> None:
        """A file is worked on."""
        feed, request = self.feeds[feed_id]
        now = self.clock.now()
        self.feeds[feed_id] = (replace(feed, ended_at=now), request)
        self.decisions[feed_id] = RemovalDecision(now, refusals, certain)
        if request is not None and not refusals:
            self.create_removal(request)

    def removal_feeds(self, since: datetime) -> Sequence[RemovalFeed]:
        with self._call("removal_feeds", "", "getFeeds"):
            return [feed for feed, _ in self.feeds.values() if feed.created_at >= since]

    def removal_decision(self, feed_id: str) -> RemovalDecision | None:
        with self._call("removal_decision", feed_id, "getFeed"):
            return self.decisions.get(feed_id)

    def removal_news(self, cursor: str | None, *, since: datetime) -> RemovalNews:
        with self._call("removal_news", cursor or "", "createReport"):
            if not self.reports:
                return RemovalNews((), cursor)
            number = str(int(cursor or 0) + 1)
            return RemovalNews(tuple(self.removals.values()), number, self.clock.now())


@pytest.fixture
def network(clock: ManualClock) -> FeedNetwork:
    return FeedNetwork(clock=clock)


@pytest.fixture
def shop(engine: Engine) -> Engine:
    """10 mugs."""
    engine.catalog.add(Product("MUG"))
    engine.inventory.receive(US, "MUG", 10, key="r")
    return engine


def asked(shop: Engine, network: FeedNetwork, *, rounds: int = 3) -> str:
    """A removal order of four mugs that workers have had a few goes at."""
    removal = shop.removals.create(US, [RemovalItem("MUG", 4)], disposition="Disposal")
    work(shop, rounds)
    return removal


def work(shop: Engine, rounds: int = 3, *, hours: float = 0.2) -> None:
    """Let workers work, and time pass."""
    assert isinstance(shop.clock, ManualClock)
    for _ in range(rounds):
        shop.work()
        shop.removals.follow()
        shop.clock.advance(hours * HOURS)


def shelf(shop: Engine) -> dict[str, int]:
    level = shop.inventory.level(US, "MUG")
    return {
        place.value: n for place, n in level.units.items() if n and place is not Account.SUPPLIER
    }


def status(shop: Engine, removal: str) -> str | None:
    return shop.removals.get(removal).status


def test_a_file_is_sent_decided_and_followed(shop: Engine, network: FeedNetwork) -> None:
    removal = asked(shop, network)
    assert status(shop, removal) == "Submitted"
    assert shelf(shop) == {"fulfillable": 6, "pending_removal": 4}
    network.decide("F-1")
    work(shop)
    assert status(shop, removal) == "Pending"
    network.remove(removal, "MUG", disposed=4)
    work(shop)
    assert status(shop, removal) == "Completed"
    assert shelf(shop) == {"fulfillable": 6, "disposed": 4}
    assert network.count("submit_removal") == 1
    assert shop.verify().ok


def test_a_file_that_is_refused_gives_its_units_back(shop: Engine, network: FeedNetwork) -> None:
    removal = asked(shop, network)
    network.decide("F-1", refusals=["MUG: nothing is there"])
    work(shop)
    assert status(shop, removal) == "Refused"
    assert shelf(shop) == {"fulfillable": 10}
    (item,) = shop.attention.list()
    assert (item.code, item.subject) == ("removal_refused", removal)
    assert "nothing is there" in item.message
    assert shop.verify().ok


def test_nobody_waits_for_a_decision(shop: Engine, network: FeedNetwork) -> None:
    asked(shop, network)
    settle(shop)
    assert network.count("submit_removal") == 1


def test_a_file_that_arrived_is_not_sent_again(shop: Engine, network: FeedNetwork) -> None:
    network.faults.fail("submit_removal", OutcomeUnknown("cut"), after=True)
    removal = asked(shop, network, rounds=12)
    assert network.count("submit_removal") == 1, "its file may be the one that is not decided"
    assert status(shop, removal) is None
    network.decide("F-1")
    work(shop, 12)
    assert status(shop, removal) == "Pending", "a report knows it"
    assert network.count("submit_removal") == 1
    assert list(network.feeds) == ["F-1"]
    assert shop.verify().ok


def test_a_file_that_did_not_arrive_is_sent_again(shop: Engine, network: FeedNetwork) -> None:
    network.faults.fail("submit_removal", OutcomeUnknown("cut"))
    removal = asked(shop, network)
    assert network.count("submit_removal") == 2
    assert status(shop, removal) == "Submitted"


def test_files_of_others_are_waited_for_until_a_report_proves_that_they_are_no_ours(
    shop: Engine, network: FeedNetwork
) -> None:
    network.take()
    network.faults.fail("submit_removal", OutcomeUnknown("cut"))
    removal = asked(shop, network, rounds=6)
    assert network.count("submit_removal") == 1
    network.decide("F-1")
    network.reports = False
    work(shop, 12)
    assert network.count("submit_removal") == 1, "no report was made since"
    network.reports = True
    work(shop, 12)
    assert network.count("submit_removal") == 2
    assert status(shop, removal) == "Submitted"


def test_a_file_of_ours_is_not_taken_for_anothers(shop: Engine, network: FeedNetwork) -> None:
    first = asked(shop, network)
    network.faults.fail("submit_removal", OutcomeUnknown("cut"))
    second = shop.removals.create(US, [RemovalItem("MUG", 1)], disposition="Disposal")
    work(shop)
    assert (status(shop, first), status(shop, second)) == ("Submitted", "Submitted")
    assert network.count("submit_removal") == 3


def test_a_file_that_was_aborted_is_refused_only_when_a_report_does_not_know_it(
    shop: Engine, network: FeedNetwork
) -> None:
    removal = asked(shop, network)
    network.decide("F-1", refusals=["aborted"], certain=False)
    work(shop, 2)
    assert status(shop, removal) == "Submitted"
    work(shop, 12)
    assert status(shop, removal) == "Refused"
    assert shelf(shop) == {"fulfillable": 10}


def test_an_aborted_file_of_which_something_came_is_followed(
    shop: Engine, network: FeedNetwork
) -> None:
    removal = asked(shop, network)
    network.decide("F-1", refusals=["aborted"], certain=False)
    _, request = network.feeds["F-1"]
    assert request is not None
    network.create_removal(request)
    work(shop, 12)
    assert status(shop, removal) == "Pending"
    assert shelf(shop) == {"fulfillable": 6, "pending_removal": 4}


def test_a_network_that_does_not_answer_is_asked_again(shop: Engine, network: FeedNetwork) -> None:
    removal = asked(shop, network)
    network.decide("F-1")
    network.faults.fail("removal_decision", TransientError("down"))
    with pytest.raises(TransientError):
        shop.removals.follow()
    work(shop)
    assert status(shop, removal) == "Pending"


def test_without_open_removal_orders_no_report_is_asked_for(
    shop: Engine, network: FeedNetwork
) -> None:
    work(shop)
    assert network.count("removal_news") == 0
