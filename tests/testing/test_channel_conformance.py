"""The suite for channels finds out channels that break a promise, each by the test that says so."""

from __future__ import annotations

import pytest

import broken_channels
from fake_channel import FakeChannel
from stockpool.testing import ChannelConformance

pytest_plugins = ["pytester"]

FOUND_BY = {
    "LosesTheFirstOrder": "test_a_page_that_was_not_stored_comes_again",
    "StopsTooSoon": "test_no_order_is_lost_between_two_pages",
    "NeverEnds": "test_what_was_stored_does_not_come_for_ever",
    "ChangesOrders": "test_a_page_that_was_not_stored_comes_again",
    "ForgetsItsName": "test_an_order_comes_as_it_was_placed",
    "RaisesOnBadInput": "test_other_orders_come_all_the_same",
    "DropsWhatItCannotRead": "test_a_spoiled_order_is_a_problem",
    "LeaksABuyer": "test_problems_repeat_nothing_of_the_buyer",
    "TellsParcelsTwice": "test_a_parcel_that_is_told_again_is_told_once",
    "RaisesARefusal": "test_one_parcel_that_is_refused_keeps_no_other_back",
    "RefusesTheWrongKey": "test_one_parcel_that_is_refused_keeps_no_other_back",
    "SaysItDidNotHappen": "test_a_push_whose_answer_was_lost_can_be_repeated",
    "MakesAParcelOfAChange": "test_a_parcel_that_goes_by_another_number_stays_one_parcel",
    "CancelsTwice": "test_cancelled_units_are_told_once",
    "PaysTwice": "test_money_is_given_back_once",
    "BelievesTheLastWord": "test_an_old_quantity_that_comes_again_changes_nothing",
    "PromisesTooMuch": "test_what_is_declared_is_there_and_nothing_else[REFUNDS]",
    "KeepsAbilitiesSecret": "test_what_is_declared_is_there_and_nothing_else[REFUNDS]",
    "TrustsEveryone": "test_a_forged_webhook_is_refused",
    "FailsToClose": "test_a_channel_can_be_closed",
}

TEST_FILE = """
import pytest
import broken_channels
from fake_shop import FakeShop
from stockpool.testing import ChannelConformance

class TestBroken(ChannelConformance):
    @pytest.fixture
    def world(self):
        return FakeShop(broken_channels.{broken})
"""


@pytest.mark.parametrize("broken", FOUND_BY)
def test_a_broken_promise_is_found_out(pytester: pytest.Pytester, broken: str) -> None:
    file = pytester.makepyfile(TEST_FILE.format(broken=broken))
    passed, skipped, failed = pytester.inline_run(
        f"{file}::TestBroken::{FOUND_BY[broken]}"
    ).listoutcomes()
    assert (len(passed), len(skipped), len(failed)) == (0, 0, 1)
    assert failed[0].nodeid.endswith(f"::{FOUND_BY[broken]}")


def test_every_broken_channel_is_put_to_the_test() -> None:
    there = {
        name
        for name, value in vars(broken_channels).items()
        if isinstance(value, type) and issubclass(value, FakeChannel) and value is not FakeChannel
    }
    assert there == set(FOUND_BY)


def test_no_group_hides_a_test_or_fixture_of_another() -> None:
    """The groups are mixed into one class, where the same name stands for one of them only."""
    names = [
        name
        for group in ChannelConformance.__bases__
        for name in vars(group)
        if not name.startswith("_")
    ]
    assert sorted(names) == sorted(set(names))
