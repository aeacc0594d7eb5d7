"""Boxes as an inbound plan file describes them. Pure.

A row with cases is so many boxes that are alike, each with its units per case. Rows that name the
same box (column `Box`) are in it together; the first of them gives its size and weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from stockpool.errors import RefusedError
from stockpool.flatfiles.inbound_plans import Box, InboundPlanItem
from stockpool.plugins.network_inbound import InboundBox, InboundItem, LengthUnit, WeightUnit
from stockpool.problems import Problem

_LENGTHS: Final[dict[Literal["in", "cm"], LengthUnit]] = {"in": "IN", "cm": "CM"}
_WEIGHTS: Final[dict[Literal["lb", "kg"], WeightUnit]] = {"lb": "LB", "kg": "KG"}


def boxes_of(rows: Sequence[InboundPlanItem]) -> list[InboundBox]:
    """The boxes of a file, in its order.

    Raises:
        RefusedError: a row says neither cases nor a box, or a box has no size.
    """
    boxes: dict[str, InboundBox] = {}
    problems: list[Problem] = []
    for row in rows:
        name = row.box_name or f"line {row.line}"
        if not row.box_name and row.cases is None:
            problems.append(
                _problem(row, "no_box", "the row says neither a box nor how many cases")
            )
        elif name in boxes:
            known = boxes[name]
            if known.quantity != (row.cases or 1):
                problems.append(_problem(row, "other_count", f"box {name} is there another number"))
            boxes[name] = replace(known, items=[*known.items, _item(row)])
        elif row.box is None:
            problems.append(_problem(row, "no_box_size", f"box {name} has no size and weight"))
        else:
            boxes[name] = _box(row, row.box)
    if problems:
        raise RefusedError(str(problems[0]), problems)
    return list(boxes.values())


def item_of_row(row: InboundPlanItem) -> InboundItem:
    """The units of a row as an item of a plan; who is not named is the seller."""
    return InboundItem(
        row.sku,
        row.quantity,
        row.label_owner or "SELLER",
        row.prep_owner or "SELLER",
        row.expiration,
        row.lot or None,
    )


def _item(row: InboundPlanItem) -> InboundItem:
    units = row.quantity if row.units_per_case is None else row.units_per_case
    return replace(item_of_row(row), quantity=units)


def _box(row: InboundPlanItem, box: Box) -> InboundBox:
    return InboundBox(
        "BOX_CONTENT_PROVIDED",
        box.length,
        box.width,
        box.height,
        _LENGTHS[box.size_unit],
        box.weight,
        _WEIGHTS[box.weight_unit],
        row.cases or 1,
        [_item(row)],
    )


def _problem(row: InboundPlanItem, code: str, message: str) -> Problem:
    return Problem(
        code,
        message,
        "Box",
        fix="fill in NumberOfCases and UnitsPerCase, or Box, and the box's size and weight",
        source=f"line {row.line}",
    )
