"""Following changes: each order that changed is told, once if all goes well, in small steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import structlog

from amazon_documents import header, listing, order_2026, shipment_2026, whole_order
from scripted_amazon import ORDERS, ORDERS_2026, ScriptedAmazon
from stockpool.clock import ManualClock
from stockpool.errors import RejectedError, Throttled, TransientError
from stockpool.plugins.network import FulfillmentOrderStatus
from stockpool_amazon.errors import CredentialsRefused
from stockpool_amazon.following import (
    ASIDE_ENDS,
    ASIDE_MOST,
    FAILURES_MOST,
    ORDERS_MOST,
    UNANSWERED_AGAIN,
    UNREADABLE_AGAIN,
)
from stockpool_amazon.network import AmazonNetwork

MakeNetwork = Callable[..., AmazonNetwork]


class Follower:
    """Calls `changes` as the engine does, and keeps what it was told."""

    def __init__(self, network: AmazonNetwork) -> None:
        self.network = network
        self.cursor: str | None = None
        self.more = False

    def step(self) -> list[str]:
        """One call; the ids of the orders told, in order."""
        page = self.network.changes(self.cursor)
        self.cursor, self.more = page.cursor, page.more
        return sorted(state.fulfillment_order_id for state in page.states)

    def round(self) -> list[str]:
        """Calls until there is no more."""
        told = self.step()
        while self.more:
            told += self.step()
        return told

    @property
    def position(self) -> dict[str, Any]:
        """What the cursor says."""
        document: dict[str, Any] = json.loads(self.cursor or "{}")
        return document


@pytest.fixture
def follower(network: AmazonNetwork) -> Follower:
    return Follower(network)


def put(amazon: ScriptedAmazon, *ids: str, **changes: Any) -> list[dict[str, Any]]:
    """Lay out whole orders, and return their headers."""
    headers = [header(order_id, **changes) for order_id in ids]
    for head in headers:
        path = f"{ORDERS}/{head['sellerFulfillmentOrderId']}"
        amazon.forget("GET", path)
        amazon.answers("GET", path, whole_order(head))
    return headers


def lists(amazon: ScriptedAmazon, *headers: dict[str, Any], token: str | None = None) -> None:
    amazon.answers("GET", ORDERS, listing(*headers, token=token))


def asked(amazon: ScriptedAmazon) -> list[dict[str, str]]:
    """The queries of all listings."""
    return [dict(sent.query) for sent in amazon.all_sent("GET", ORDERS)]


def read(amazon: ScriptedAmazon) -> list[str]:
    """The ids of all orders that were read."""
    return [
        sent.path.rpartition("/")[2]
        for sent in amazon.requests
        if sent.path.startswith(f"{ORDERS}/")
    ]


def test_each_listed_order_is_told_as_a_whole(follower: Follower, amazon: ScriptedAmazon) -> None:
    lists(amazon, *put(amazon, "F-1", "F-2", status="Complete"))
    page = follower.network.changes(None)
    assert [state.fulfillment_order_id for state in page.states] == ["F-1", "F-2"]
    assert {state.status for state in page.states} == {FulfillmentOrderStatus.COMPLETE}
    assert not page.more


def test_the_first_listing_looks_back_as_far_as_the_settings_say(
    make_network: MakeNetwork, amazon: ScriptedAmazon
) -> None:
    lists(amazon)
    make_network(history_days=7).changes(None)
    assert asked(amazon) == [{"queryStartDate": "2026-02-23T09:00:00Z"}]


def test_the_next_listing_overlaps_with_the_one_before(
    follower: Follower, amazon: ScriptedAmazon, clock: ManualClock
) -> None:
    """It begins where that one began: what changed while it was read may have been missed."""
    lists(amazon)
    amazon.slow(clock, seconds=100)
    clock.advance(minutes=30)
    follower.round()
    clock.advance(minutes=30)
    follower.round()
    assert asked(amazon)[1] == {"queryStartDate": "2026-03-02T09:15:00Z"}


def test_it_is_amazons_clock_that_counts(make_network: MakeNetwork, amazon: ScriptedAmazon) -> None:
    amazon.answers("GET", ORDERS, listing(), headers={"Date": "Mon, 02 Mar 2026 12:00:00 GMT"})
    follower = Follower(make_network(overlap_minutes=0))
    follower.round()
    follower.round()
    assert asked(amazon)[1] == {"queryStartDate": "2026-03-02T12:00:00Z"}


def test_an_order_is_not_read_again_until_it_changes(
    follower: Follower, amazon: ScriptedAmazon, clock: ManualClock
) -> None:
    clock.advance(minutes=31)
    lists(amazon, *put(amazon, "F-1", "F-2"))
    assert follower.round() == ["F-1", "F-2"]
    assert follower.round() == []
    amazon.forget("GET", ORDERS)
    lists(
        amazon, *put(amazon, "F-1"), *put(amazon, "F-2", statusUpdatedDate="2026-03-02T09:31:00Z")
    )
    assert follower.round() == ["F-2"]
    assert read(amazon) == ["F-1", "F-2", "F-2"]


def test_what_was_read_is_remembered_only_as_far_as_listings_look_back(
    follower: Follower, amazon: ScriptedAmazon, clock: ManualClock
) -> None:
    clock.advance(minutes=31)
    lists(amazon, *put(amazon, "F-1"))
    lists(amazon)
    follower.round()
    assert list(follower.position["taken"]) == ["F-1"]
    clock.advance(minutes=20)
    follower.round()
    assert follower.position["taken"] == {}


def test_a_long_listing_is_read_page_by_page(follower: Follower, amazon: ScriptedAmazon) -> None:
    lists(amazon, *put(amazon, "F-1"), token="T 1/=")
    lists(amazon, *put(amazon, "F-2"))
    assert follower.step() == ["F-1"]
    assert follower.more
    assert follower.step() == ["F-2"]
    assert not follower.more
    first, second = asked(amazon)
    assert second == first | {"nextToken": "T 1/="}


def test_one_call_reads_a_bounded_number_of_orders(
    follower: Follower, amazon: ScriptedAmazon
) -> None:
    ids = [f"F-{number}" for number in range(ORDERS_MOST * 2 + 5)]
    lists(amazon, *put(amazon, *ids))
    told = []
    for expected in (ORDERS_MOST, ORDERS_MOST, 5):
        page = follower.step()
        assert len(page) == expected
        told += page
    assert sorted(told) == sorted(ids)
    assert len(amazon.all_sent("GET", ORDERS)) == 1
    assert not follower.more


def test_a_slow_amazon_ends_a_call_early(
    follower: Follower, amazon: ScriptedAmazon, clock: ManualClock
) -> None:
    """So that the engine can renew its lease."""
    lists(amazon, *put(amazon, *map(str, range(10))))
    amazon.slow(clock, seconds=4)
    assert len(follower.step()) == 3
    assert follower.more


def test_a_repeated_call_tells_the_same_again(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    """As after a crash before the page was stored."""
    lists(amazon, *put(amazon, "F-1", "F-2"), token="T1")
    once, again = network.changes(None), network.changes(None)
    assert (once.states, once.more) == (again.states, again.more)
    lists(amazon, *put(amazon, "F-3"))
    amazon.forget("GET", ORDERS)
    lists(amazon, *put(amazon, "F-3"))
    assert network.changes(once.cursor) == network.changes(again.cursor)


class TestTokenThatDied:
    def test_the_listing_begins_anew_and_what_was_read_is_not_read_again(
        self, follower: Follower, amazon: ScriptedAmazon
    ) -> None:
        headers = put(amazon, "F-1", "F-2")
        lists(amazon, headers[0], token="T1")
        amazon.refuses("GET", ORDERS, "InvalidInput", "nextToken has expired")
        lists(amazon, *headers)
        assert follower.round() == ["F-1", "F-2"]
        assert read(amazon) == ["F-1", "F-2"]
        assert ["nextToken" in query for query in asked(amazon)] == [False, True, False]

    def test_a_listing_that_is_refused_from_the_start_is_an_error(
        self, follower: Follower, amazon: ScriptedAmazon
    ) -> None:
        amazon.refuses("GET", ORDERS, "InvalidInput", "no")
        with pytest.raises(RejectedError):
            follower.step()

    def test_another_refusal_is_not_taken_for_it(
        self, follower: Follower, amazon: ScriptedAmazon
    ) -> None:
        lists(amazon, token="T1")
        amazon.refuses("GET", ORDERS, "AccessDenied", "no", status=403)
        follower.step()
        with pytest.raises(RejectedError, match="AccessDenied"):
            follower.step()


class TestNoAnswer:
    def broken(self, amazon: ScriptedAmazon, *ids: str, status: int = 500) -> None:
        for order_id in ids:
            amazon.forget("GET", f"{ORDERS}/{order_id}")
            amazon.answers("GET", f"{ORDERS}/{order_id}", {}, status=status)

    def test_at_the_limit_what_was_read_is_told_and_then_the_error(
        self, follower: Follower, amazon: ScriptedAmazon
    ) -> None:
        lists(amazon, *put(amazon, "F-1", "F-2"))
        self.broken(amazon, "F-2", status=429)
        assert follower.step() == ["F-1"]
        assert follower.more
        with pytest.raises(Throttled):
            follower.step()
        put(amazon, "F-2")
        assert follower.round() == ["F-2"]
        assert len(asked(amazon)) == 1

    def test_refused_credentials_are_about_everything(
        self, follower: Follower, amazon: ScriptedAmazon
    ) -> None:
        lists(amazon, *put(amazon, "F-1", "F-2"))
        amazon.forget("GET", f"{ORDERS}/F-1")
        amazon.refuses("GET", f"{ORDERS}/F-1", "Unauthorized", status=403)
        assert follower.step() == []
        with pytest.raises(CredentialsRefused):
            follower.step()

    def test_for_one_order_puts_it_aside_for_seconds_then_for_minutes(
        self, follower: Follower, amazon: ScriptedAmazon, clock: ManualClock
    ) -> None:
        lists(amazon, *put(amazon, "F-1", "F-2", "F-3"))
        lists(amazon)
        self.broken(amazon, "F-2")
        assert follower.round() == ["F-1", "F-3"]
        soonest, latest = UNANSWERED_AGAIN
        for wait in (*[soonest] * 5, soonest * 5 / 4):
            clock.advance(wait.total_seconds() - 1)
            asked = len(amazon.all_sent("GET", f"{ORDERS}/F-2"))
            assert follower.round() == []
            assert len(amazon.all_sent("GET", f"{ORDERS}/F-2")) == asked
            clock.advance(1)
            assert follower.round() == []
            assert len(amazon.all_sent("GET", f"{ORDERS}/F-2")) == asked + 1
        clock.advance(latest.total_seconds())
        put(amazon, "F-2")
        assert follower.round() == ["F-2"]

    def test_for_the_only_order_puts_it_aside_too(
        self, follower: Follower, amazon: ScriptedAmazon
    ) -> None:
        """Else it would keep all that comes later from being listed."""
        ids = [f"F-{number}" for number in range(ORDERS_MOST + 1)]
        lists(amazon, *put(amazon, *ids))
        self.broken(amazon, ids[-1])
        assert len(follower.step()) == ORDERS_MOST
        assert follower.step() == []
        assert not follower.more
        assert list(follower.position["aside"]) == ids[-1:]

    def test_for_anything_is_an_error_and_nothing_is_put_aside(
        self, follower: Follower, amazon: ScriptedAmazon
    ) -> None:
        ids = [f"F-{number}" for number in range(ORDERS_MOST * 2)]
        lists(amazon, *put(amazon, *ids))
        follower.step()
        left = follower.position["todo"]
        self.broken(amazon, *ids)
        amazon.forget("GET", ORDERS)
        amazon.answers("GET", ORDERS, {}, status=503)
        for _ in range(3):
            with pytest.raises(TransientError):
                follower.step()
        assert follower.position["todo"] == left
        assert len(read(amazon)) == ORDERS_MOST + 3 * FAILURES_MOST

    def test_for_too_many_orders_is_not_about_single_orders(
        self, follower: Follower, amazon: ScriptedAmazon
    ) -> None:
        """None of them is forgotten."""
        ids = [f"F-{number}" for number in range(ASIDE_MOST + 1)]
        lists(amazon, *put(amazon, *ids))
        self.broken(amazon, *ids)
        with pytest.raises(TransientError):
            follower.round()
        known = [*follower.position["aside"], *(entry[0] for entry in follower.position["todo"])]
        assert sorted(known) == sorted(ids)

    def test_for_the_listing_is_an_error(self, follower: Follower, amazon: ScriptedAmazon) -> None:
        amazon.answers("GET", ORDERS, {}, status=500)
        with pytest.raises(TransientError):
            follower.step()


class TestAnOrderThatCanNotBeRead:
    @pytest.fixture
    def bad(self, amazon: ScriptedAmazon) -> str:
        """An order with a status that nobody knows, and its neighbour."""
        amazon.judged = False
        lists(amazon, *put(amazon, "BAD", status="Paused"), *put(amazon, "F-2"))
        return f"{ORDERS}/BAD"

    def test_does_not_hide_the_others_and_is_told_in_the_log(
        self, follower: Follower, amazon: ScriptedAmazon, bad: str
    ) -> None:
        with structlog.testing.capture_logs() as logs:
            assert follower.round() == ["F-2"]
        (entry,) = logs
        assert (entry["event"], entry["order"]) == ("fulfillment_order_unreadable", "BAD")
        assert "fulfillmentOrderStatus 'Paused' is not known" in entry["error"]

    def test_is_tried_again_after_a_while(
        self, follower: Follower, amazon: ScriptedAmazon, clock: ManualClock, bad: str
    ) -> None:
        follower.round()
        put(amazon, "BAD")
        clock.advance(UNREADABLE_AGAIN[0].total_seconds() - 1)
        amazon.forget("GET", ORDERS)
        lists(amazon)
        assert follower.round() == []
        clock.advance(1)
        assert follower.round() == ["BAD"]
        assert follower.position["aside"] == {}
        assert follower.round() == []

    @pytest.mark.parametrize("code", ["InvalidInput", "Malformed"])
    def test_is_also_one_that_is_listed_and_not_told(
        self, follower: Follower, amazon: ScriptedAmazon, bad: str, code: str
    ) -> None:
        amazon.forget("GET", bad)
        amazon.refuses("GET", bad, code)
        follower.round()
        assert list(follower.position["aside"]) == ["BAD"]

    def test_is_given_up_after_two_weeks(
        self, follower: Follower, amazon: ScriptedAmazon, clock: ManualClock, bad: str
    ) -> None:
        follower.round()
        amazon.forget("GET", ORDERS)
        lists(amazon)
        clock.advance(ASIDE_ENDS.total_seconds())
        follower.round()
        assert follower.position["aside"] == {}

    def test_too_many_of_them_are_not_about_single_orders(
        self, follower: Follower, amazon: ScriptedAmazon
    ) -> None:
        """A new status of Amazon's, perhaps: it is told, and none is forgotten."""
        amazon.judged = False
        ids = [f"F-{number}" for number in range(ASIDE_MOST + 3)]
        lists(amazon, *put(amazon, *ids, status="Paused"))
        with pytest.raises(TransientError, match="'Paused' is not known"):
            follower.round()
        assert list(follower.position["aside"]) == ids[:ASIDE_MOST]
        assert [entry[0] for entry in follower.position["todo"]] == ids[ASIDE_MOST:]


def test_orders_of_marketplaces_that_are_not_ours_are_not_read(
    follower: Follower, amazon: ScriptedAmazon
) -> None:
    stranger = header("MX-1", marketplaceId="A1AM78C64UM0Y8")
    lists(amazon, stranger, *put(amazon, "F-1"))
    assert follower.round() == ["F-1"]


@pytest.mark.parametrize("cursor", ["", "{}", "[]", "null", '{"since": "soon"}', '{"since": 1}'])
def test_a_strange_cursor_begins_anew(
    network: AmazonNetwork, amazon: ScriptedAmazon, cursor: str
) -> None:
    """Nothing is lost by it; a cursor that stops everything would lose all that comes."""
    lists(amazon, *put(amazon, "F-1"))
    with structlog.testing.capture_logs() as logs:
        page = network.changes(cursor)
    assert [state.fulfillment_order_id for state in page.states] == ["F-1"]
    assert logs[0]["event"] == "changes_begun_anew"


class TestOf2026:
    def lists(self, amazon: ScriptedAmazon, *orders: Any, token: str | None = None) -> None:
        document: dict[str, Any] = {"orders": list(orders)}
        amazon.answers(
            "GET", ORDERS_2026, document | ({"pagination": {"nextToken": token}} if token else {})
        )

    def paths(self, amazon: ScriptedAmazon) -> Sequence[str]:
        return [sent.path for sent in amazon.requests]

    def test_the_listing_has_whole_orders(
        self, network_2026: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        self.lists(amazon, order_2026("F-1", shipments=[shipment_2026()]), token="T1")
        self.lists(amazon, order_2026("F-2"))
        follower = Follower(network_2026)
        assert follower.step() == ["F-1"]
        assert follower.step() == ["F-2"]
        assert self.paths(amazon) == [ORDERS_2026] * 2
        first, second = (dict(sent.query) for sent in amazon.requests)
        assert first == {"updatedAfter": "2026-01-31T09:00:00Z", "shipments": "INCLUDE"}
        assert second == first | {"pageToken": "T1"}

    def test_one_that_can_not_be_read_does_not_hide_the_others(
        self, network_2026: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        bad = order_2026("BAD", status="PAUSED")
        self.lists(amazon, bad, order_2026("F-2"))
        amazon.answers("GET", f"{ORDERS_2026}/BAD", {"order": bad})
        follower = Follower(network_2026)
        assert follower.round() == ["F-2"]
        assert list(follower.position["aside"]) == ["BAD"]

    def test_orders_from_countries_that_are_not_ours_are_left_out(
        self, network_2026: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        self.lists(amazon, order_2026("MX-1", origin={"countryCode": "MX"}), order_2026("F-1"))
        assert Follower(network_2026).round() == ["F-1"]

    def test_an_order_whose_status_never_changed_is_known_by_its_beginning(
        self, network_2026: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        fresh = order_2026("F-1")
        del fresh["statusUpdateTime"]
        self.lists(amazon, fresh)
        follower = Follower(network_2026)
        assert follower.round() == ["F-1"]
        assert follower.round() == []
