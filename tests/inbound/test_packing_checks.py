"""Boxes are checked before the network is told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from inbound_desk import box
from stockpool.inbound.packing_checks import box_problems
from stockpool.plugins.network_inbound import InboundBox, InboundItem

ITEM = InboundItem("MUG", 12)
MAY = InboundItem("TEA", 4, expiration=date(2027, 5, 1))
JUNE = InboundItem("TEA", 4, expiration=date(2027, 6, 1))


def codes(boxes: list[InboundBox], *wanted: InboundItem) -> list[str]:
    return [problem.code for problem in box_problems(boxes, wanted)]


@pytest.mark.parametrize(
    ("boxes", "wanted", "found"),
    [
        ([box(ITEM)], [ITEM], []),
        ([box(replace(ITEM, quantity=4), quantity=3)], [ITEM], []),
        ([box(MAY), box(JUNE)], [MAY, JUNE], []),
        ([], [ITEM], ["invalid_boxes"]),
        ([box(replace(ITEM, quantity=13))], [ITEM], ["wrong_contents"]),
        ([box(replace(ITEM, sku="CUP"))], [ITEM], ["wrong_contents", "wrong_contents"]),
        ([box(MAY, JUNE)], [MAY, JUNE], ["mixed_dates"]),
        ([box()], [], ["missing_contents"]),
        ([replace(box(ITEM), content_source="MANUAL_PROCESS")], [ITEM], ["unwanted_contents"]),
        ([replace(box(ITEM), weight=Decimal(0))], [ITEM], ["invalid_size"]),
        ([box(ITEM, quantity=10_001)], [replace(ITEM, quantity=120_012)], ["invalid_quantity"]),
    ],
)
def test_what_is_wrong_with_boxes(
    boxes: list[InboundBox], wanted: list[InboundItem], found: list[str]
) -> None:
    assert codes(boxes, *wanted) == found


def test_boxes_that_amazon_counts_itself_need_no_contents() -> None:
    assert codes([replace(box(), content_source="MANUAL_PROCESS", items=())], ITEM) == []
