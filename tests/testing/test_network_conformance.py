"""The suite for networks finds out networks that break a promise, each by the test that says so."""

from __future__ import annotations

import pytest

import broken_networks
from fake_network import FakeNetwork
from stockpool.testing import NetworkConformance

pytest_plugins = ["pytester"]

FOUND_BY = {
    "PlacesTwice": "test_the_same_id_is_refused_and_nothing_is_placed_twice",
    "TakesAKnownId": "test_the_same_id_is_refused_and_nothing_is_placed_twice",
    "ForgetsNews": "test_the_beginning_tells_of_every_order",
    "TellsNewsOnce": "test_a_repeated_cursor_tells_at_least_the_same",
    "MixesPools": "test_one_countrys_stock_is_not_another_countrys",
    "LeaksAName": "test_refusals_repeat_nothing_of_the_buyer",
    "LeaksACause": "test_refusals_repeat_nothing_of_the_buyer",
    "Miscounts": "test_an_order_that_is_in_stock_is_shipped_whole",
    "LosesUnits": "test_no_unit_appears_or_vanishes",
    "SkipsASku": "test_every_sku_stands_on_one_page_of_one_moment",
    "SaysItDidNotHappen": "test_an_order_whose_answer_was_lost_is_found",
    "ForgetsWhatItCannotSee": "test_a_question_that_failed_is_not_answered[get_fulfillment]",
    "ThrottlesForNothing": "test_a_throttled_order_was_not_placed",
    "RenumbersParcels": "test_parcels_have_numbers_of_their_own_and_keep_them",
    "RevivesOrders": "test_what_has_ended_stays_as_it_is",
    "CancelsWhatHasLeft": "test_what_was_shipped_cannot_be_cancelled",
    "KeepsCancelledUnits": "test_an_order_cancelled_at_once_is_not_shipped",
    "GrantsEverything": "test_no_feature_is_granted_that_was_not_asked_for",
    "ReservesPreviews": "test_a_preview_places_and_reserves_nothing",
    "FailsToClose": "test_a_network_can_be_closed",
}

TEST_FILE = """
import pytest
import broken_networks
from fake_world import FakeWorld
from stockpool.testing import NetworkConformance

class TestBroken(NetworkConformance):
    @pytest.fixture
    def world(self):
        return FakeWorld(broken_networks.{broken})
"""


@pytest.mark.parametrize("broken", FOUND_BY)
def test_a_broken_promise_is_found_out(pytester: pytest.Pytester, broken: str) -> None:
    file = pytester.makepyfile(TEST_FILE.format(broken=broken))
    passed, skipped, failed = pytester.inline_run(
        f"{file}::TestBroken::{FOUND_BY[broken]}"
    ).listoutcomes()
    assert (len(passed), len(skipped), len(failed)) == (0, 0, 1)
    assert failed[0].nodeid.endswith(f"::{FOUND_BY[broken]}")


def test_every_broken_network_is_put_to_the_test() -> None:
    there = {
        name
        for name, value in vars(broken_networks).items()
        if isinstance(value, type) and issubclass(value, FakeNetwork) and value is not FakeNetwork
    }
    assert there == set(FOUND_BY)


def test_no_group_hides_a_test_or_fixture_of_another() -> None:
    """The groups are mixed into one class, where the same name stands for one of them only."""
    names = [
        name
        for group in NetworkConformance.__bases__
        for name in vars(group)
        if not name.startswith("_")
    ]
    assert sorted(names) == sorted(set(names))
