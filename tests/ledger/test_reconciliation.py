"""Comparing the network's figures with our books: who is right about what, and how far."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stockpool.ledger.buckets import NETWORK_BUCKETS, Account, Bucket, Place
from stockpool.ledger.reconciliation import Difference, Uncertain, differences, unbearable

FULFILLABLE, HELD, COMMITTED = Bucket.FULFILLABLE, Bucket.HELD, Bucket.COMMITTED
PENDING = Bucket.PENDING_CUSTOMER_ORDER
ADJUSTMENT = Account.ADJUSTMENT

units = st.integers(0, 50)
books_of = st.fixed_dictionaries(dict.fromkeys((*NETWORK_BUCKETS, HELD, COMMITTED), units))
figures_of = st.fixed_dictionaries(dict.fromkeys(NETWORK_BUCKETS, units))
margins = st.builds(Uncertain, st.integers(0, 5), st.integers(0, 5))


def compared(
    books: dict[Place, int], figures: dict[Bucket, int], margin: Uncertain | None = None
) -> list[Difference]:
    return differences(books, figures, margin or Uncertain())


def test_figures_that_agree_change_nothing() -> None:
    books: dict[Place, int] = {FULFILLABLE: 5, Bucket.DEFECTIVE: 1}
    assert compared(books, {FULFILLABLE: 5, Bucket.DEFECTIVE: 1}) == []


def test_what_the_network_has_more_comes_from_the_adjustment_account() -> None:
    assert compared({FULFILLABLE: 5}, {FULFILLABLE: 8}) == [Difference(ADJUSTMENT, FULFILLABLE, 3)]


def test_what_the_network_has_less_goes_to_the_adjustment_account() -> None:
    assert compared({FULFILLABLE: 5}, {FULFILLABLE: 3}) == [Difference(FULFILLABLE, ADJUSTMENT, 2)]


def test_units_that_we_hold_and_have_not_submitted_are_in_the_networks_figures() -> None:
    assert compared({FULFILLABLE: 3, HELD: 2}, {FULFILLABLE: 5}) == []


def test_units_that_the_network_reserved_for_us_are_not_counted_twice() -> None:
    assert compared({FULFILLABLE: 3, COMMITTED: 2}, {FULFILLABLE: 3, PENDING: 2}) == []


def test_units_that_the_network_reserved_for_others_are_theirs() -> None:
    assert compared({FULFILLABLE: 3, COMMITTED: 2}, {FULFILLABLE: 3, PENDING: 6}) == [
        Difference(ADJUSTMENT, PENDING, 4)
    ]


def test_every_bucket_that_the_network_tells_of_is_compared() -> None:
    for bucket in NETWORK_BUCKETS:
        assert compared({}, {bucket: 2}) == [Difference(ADJUSTMENT, bucket, 2)]


def test_a_call_under_way_may_have_been_counted_or_not() -> None:
    books: dict[Place, int] = {FULFILLABLE: 3, HELD: 2}
    under_way = Uncertain(maybe_reserved=2)
    assert compared(books, {FULFILLABLE: 5}, under_way) == []
    assert compared(books, {FULFILLABLE: 3, PENDING: 2}, under_way) == []
    assert compared(books, {FULFILLABLE: 2}, under_way) == [Difference(FULFILLABLE, ADJUSTMENT, 1)]


def test_an_accepted_order_may_not_show_yet() -> None:
    books: dict[Place, int] = {FULFILLABLE: 3, COMMITTED: 2}
    just_accepted = Uncertain(maybe_unreserved=2)
    assert compared(books, {FULFILLABLE: 5, PENDING: 0}, just_accepted) == []
    assert compared(books, {FULFILLABLE: 3, PENDING: 2}, just_accepted) == []
    assert compared(books, {FULFILLABLE: 6, PENDING: 0}, just_accepted) == [
        Difference(ADJUSTMENT, FULFILLABLE, 1)
    ]


def test_promised_units_that_are_not_there_are_an_alarm_and_no_negative_stock() -> None:
    books: dict[Place, int] = {FULFILLABLE: 1, HELD: 5}
    assert compared(books, {FULFILLABLE: 2}) == [Difference(FULFILLABLE, ADJUSTMENT, 1)]
    assert unbearable(books, {FULFILLABLE: 2}, Uncertain()) == 3


def test_nothing_is_unbearable_while_the_free_units_bear_it() -> None:
    assert unbearable({FULFILLABLE: 4, HELD: 5}, {FULFILLABLE: 6}, Uncertain()) == 0


@given(books_of, figures_of, margins)
def test_what_is_posted_can_be_borne(
    books: dict[Place, int], figures: dict[Bucket, int], margin: Uncertain
) -> None:
    for difference in differences(books, figures, margin):
        assert difference.quantity > 0
        assert ADJUSTMENT in (difference.source, difference.target)
        assert HELD not in (difference.source, difference.target)
        assert COMMITTED not in (difference.source, difference.target)
        if isinstance(difference.source, Bucket):
            assert books[difference.source] >= difference.quantity


@given(books_of, figures_of, margins)
def test_after_posting_the_books_agree_as_far_as_they_can(
    books: dict[Place, int], figures: dict[Bucket, int], margin: Uncertain
) -> None:
    after = dict(books)
    for difference in differences(books, figures, margin):
        for there, by in ((difference.source, -1), (difference.target, 1)):
            if isinstance(there, Bucket):
                after[there] += by * difference.quantity
    assert differences(after, figures, margin) == [], "a second look finds nothing"
    short = unbearable(books, figures, margin)
    free_and_held = after[FULFILLABLE] + after[HELD]
    assert (
        figures[FULFILLABLE] - margin.maybe_unreserved
        <= free_and_held - short
        <= figures[FULFILLABLE] + margin.maybe_reserved
    )
    for bucket in set(NETWORK_BUCKETS) - {FULFILLABLE, PENDING}:
        assert after[bucket] == figures[bucket]


@given(books_of, figures_of)
def test_without_orders_under_way_the_figures_are_taken_as_they_are(
    books: dict[Place, int], figures: dict[Bucket, int]
) -> None:
    books |= {HELD: 0, COMMITTED: 0}
    after = dict(books)
    for difference in differences(books, figures, Uncertain()):
        for there, by in ((difference.source, -1), (difference.target, 1)):
            if isinstance(there, Bucket):
                after[there] += by * difference.quantity
    assert {bucket: after[bucket] for bucket in NETWORK_BUCKETS} == figures
