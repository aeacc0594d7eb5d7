"""Which units come back: whole items, the earliest shipments first, never more than shipped."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from stockpool.returns.choosing import Part, ShippedUnits, choose

PARTS = (Part("1", "MUG", 1), Part("2", "MUG", 1), Part("2", "TEE", 2))

shipments = st.lists(
    st.builds(
        lambda part, shipment, units: ShippedUnits(
            part.line_id, part.sku, part.sku, "F-1", part.line_id + part.sku, shipment, units
        ),
        st.sampled_from(PARTS),
        st.sampled_from(["S-1", "S-2", "S-3"]),
        st.integers(1, 5),
    ),
    max_size=8,
    unique_by=lambda one: (one.item_id, one.shipment_id),
)


@given(
    shipped=shipments, wanted=st.dictionaries(st.sampled_from(["1", "2", "3"]), st.integers(0, 6))
)
def test_a_choice_is_all_of_what_is_wanted_or_says_why_not(
    shipped: list[ShippedUnits], wanted: dict[str, int]
) -> None:
    there: Counter[tuple[str, str]] = Counter()
    for one in shipped:
        there[one.line_id, one.sku] += one.units
    possible = {
        line_id: min(
            there[line_id, part.sku] // part.each for part in PARTS if part.line_id == line_id
        )
        for line_id in ("1", "2")
    }
    choice = choose(wanted, PARTS, shipped)
    if any(not 1 <= items <= possible.get(line_id, 0) for line_id, items in wanted.items()):
        assert choice.problems
        assert choice.chosen == ()
        return
    assert choice.problems == ()
    taken: Counter[tuple[str, str]] = Counter()
    for one in choice.chosen:
        taken[one.line_id, one.sku] += one.units
    assert taken == Counter(
        {
            (part.line_id, part.sku): items * part.each
            for line_id, items in wanted.items()
            for part in PARTS
            if part.line_id == line_id
        }
    )
    for number, one in enumerate(choice.chosen):
        (of,) = [s for s in shipped if (s.item_id, s.shipment_id) == (one.item_id, one.shipment_id)]
        assert 1 <= one.units <= of.units
        later = choice.chosen[number + 1 :]
        if any(other.item_id == one.item_id for other in later):
            assert one.units == of.units, "an earlier shipment is left over"
