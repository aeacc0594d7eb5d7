"""Boxes as an inbound plan file describes them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from stockpool.errors import RefusedError
from stockpool.flatfiles.inbound_plans import Box, InboundPlanItem
from stockpool.inbound.boxes import boxes_of

SIZE = Box(Decimal(12), Decimal(10), Decimal(8), "in", Decimal(20), "lb")
CASES = InboundPlanItem("MUG", 12, 4, 3, box=SIZE, line=9)
MIXED = InboundPlanItem("CUP", 5, box=SIZE, box_name="A", line=10)


def test_cases_are_boxes_alike() -> None:
    (found,) = boxes_of([CASES])
    assert (found.quantity, [(i.sku, i.quantity) for i in found.items]) == (3, [("MUG", 4)])
    assert (found.length, found.length_unit, found.weight_unit) == (Decimal(12), "IN", "LB")


def test_rows_that_name_a_box_share_it() -> None:
    found = boxes_of([MIXED, replace(MIXED, sku="MUG", quantity=2, box=None), CASES])
    assert [[(i.sku, i.quantity) for i in box.items] for box in found] == [
        [("CUP", 5), ("MUG", 2)],
        [("MUG", 4)],
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([replace(MIXED, box_name="")], "no_box"),
        ([replace(MIXED, box=None)], "no_box_size"),
        ([MIXED, replace(CASES, box_name="A")], "other_count"),
    ],
)
def test_a_row_without_a_box_is_refused(rows: list[InboundPlanItem], code: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        boxes_of(rows)
    assert [problem.code for problem in refusal.value.problems] == [code]
