"""Dividing money: shares sum to the whole, however it is divided and in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.care.sharing import SHIPPING, Wish, items_share, plan, spread
from stockpool.ledger.money_accounts import Part, Portion

minors = st.integers(0, 10**12)


@given(total=minors, weights=st.lists(minors, min_size=1, max_size=12).filter(any))
def test_shares_sum_to_the_whole_and_are_fair_to_one_unit(total: int, weights: list[int]) -> None:
    shares = spread(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        exact, rest = divmod(total * weight, sum(weights))
        assert share in (exact, exact + 1)
        assert rest or share == exact, "what divides evenly is not rounded"


@given(weights=st.lists(st.integers(1, 1_000), min_size=1, max_size=8), data=st.data())
def test_no_share_exceeds_what_there_is_of_it(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    assert all(s <= w for s, w in zip(spread(total, weights), weights, strict=True))


def test_odd_units_go_to_the_largest_remainders_and_the_first_of_equal_ones() -> None:
    assert spread(100, [1, 1, 1]) == [34, 33, 33]
    assert spread(10, [15, 30, 55]) == [2, 3, 5]
    assert spread(0, [0, 0]) == [0, 0]
    with pytest.raises(ValueError, match="nothing to spread"):
        spread(1, [0])


@given(left=minors, groups=st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_the_items_of_a_line_are_worth_the_line_in_whatever_groups(
    left: int, groups: list[int]
) -> None:
    items_left, rest, given_back = sum(groups), left, []
    for items in groups:
        share = items_share(rest, items_left, items)
        given_back.append(share)
        rest -= share
        items_left -= items
    assert rest == 0
    assert sum(given_back) == left
    if len(set(groups)) == 1:
        assert max(given_back) - min(given_back) <= groups[0], "no item is worth much more"


@given(left=minors, singles=st.integers(1, 30))
def test_items_given_back_one_by_one_differ_by_one_unit_at_most(left: int, singles: int) -> None:
    rest, shares = left, []
    for remaining in range(singles, 0, -1):
        shares.append(items_share(rest, remaining, 1))
        rest -= shares[-1]
    assert sum(shares) == left
    assert max(shares) - min(shares) <= 1


LINES = {"1": 3, "2": 1, "3": 7}
portions = st.fixed_dictionaries(
    {Portion(line, part): minors for line in LINES for part in (Part.GOODS, Part.TAX)}
    | dict.fromkeys(SHIPPING, minors)
)
wishes = st.builds(
    Wish,
    lines=st.dictionaries(st.sampled_from(sorted(LINES)), st.integers(1, 3), max_size=3),
    shipping=minors,
    amount=st.none() | minors,
    parts=st.just({}) | portions,
)


@given(left=portions, wish=wishes)
def test_a_refund_never_takes_more_of_a_portion_than_is_left(
    left: dict[Portion, int], wish: Wish
) -> None:
    lines = {line: min(items, LINES[line]) for line, items in wish.lines.items()}
    wish = Wish(lines, wish.shipping, wish.amount, wish.parts)
    shares = plan(wish, left, LINES)
    assert all(0 < share <= left[portion] for portion, share in shares.items())
    whole = sum(left.values())
    if wish.parts:
        assert sum(shares.values()) == min(sum(wish.parts.values()), whole)
    elif wish.amount is not None:
        assert sum(shares.values()) == min(wish.amount, whole)


@given(left=portions, data=st.data())
def test_all_items_and_all_shipping_in_whatever_steps_give_back_all_that_was_paid(
    left: dict[Portion, int], data: st.DataObject
) -> None:
    rest, items_left, given_back = dict(left), dict(LINES), 0
    while any(items_left.values()):
        line = data.draw(st.sampled_from([line for line, n in items_left.items() if n]))
        items = data.draw(st.integers(1, items_left[line]))
        shipping = data.draw(st.integers(0, sum(rest[p] for p in SHIPPING)))
        for portion, share in plan(Wish({line: items}, shipping), rest, items_left).items():
            rest[portion] -= share
            given_back += share
        items_left[line] -= items
    assert all(minor == 0 for portion, minor in rest.items() if portion.line_id)
    shares = plan(Wish({}, sum(rest.values())), rest, items_left)
    assert given_back + sum(shares.values()) == sum(left.values())
