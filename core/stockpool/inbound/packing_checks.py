"""What is wrong with boxes before the network is told of them. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from stockpool.plugins.network_inbound import InboundBox, InboundItem
from stockpool.problems import Problem

BOXES_MOST = 5_000
"""In one `setPackingInformation` (Fulfillment Inbound API 2024-03-20)."""

ALIKE_MOST = 10_000
"""Boxes that are alike."""

Kind = tuple[str, date | None, str | None]


def box_problems(boxes: Sequence[InboundBox], wanted: Sequence[InboundItem]) -> Iterator[Problem]:
    """What is wrong with the boxes of one packing group or shipment.

    Args:
        wanted: what belongs into them, all of it.
    """
    if not 1 <= len(boxes) <= BOXES_MOST:
        yield Problem(
            "invalid_boxes",
            f"{len(boxes)} kinds of boxes",
            "boxes",
            f"1 to {BOXES_MOST}",
            "tell boxes that are alike as one with a quantity",
        )
    for place, box in enumerate(boxes):
        yield from _one_box(f"boxes[{place}]", box)
    if not any(box.content_source == "BOX_CONTENT_PROVIDED" for box in boxes):
        return
    yield from _contents(boxes, wanted)


def _one_box(where: str, box: InboundBox) -> Iterator[Problem]:
    if not 1 <= box.quantity <= ALIKE_MOST:
        yield Problem(
            "invalid_quantity",
            f"{box.quantity} boxes",
            f"{where}.quantity",
            f"1 to {ALIKE_MOST}",
            "correct it",
        )
    for name in ("length", "width", "height", "weight"):
        if getattr(box, name) <= 0:
            yield Problem(
                "invalid_size", f"a {name} of {getattr(box, name)}", f"{where}.{name}", "above 0"
            )
    told = box.content_source == "BOX_CONTENT_PROVIDED"
    if told != bool(box.items):
        yield Problem(
            "missing_contents" if told else "unwanted_contents",
            f"a box of {box.content_source} {'has no' if told else 'lists its'} contents",
            f"{where}.items",
            fix="say what is in it" if told else "leave them out, or provide them for all boxes",
        )
    dates: defaultdict[str, set[date | None]] = defaultdict(set)
    for item in box.items:
        dates[item.sku].add(item.expiration)
        if item.quantity < 1:
            yield Problem("invalid_quantity", f"{item.quantity} of {item.sku}", f"{where}.items")
    for sku, found in sorted(dates.items()):
        if len(found) > 1:
            yield Problem(
                "mixed_dates",
                f"units of {sku} with different expiration dates are in one box",
                f"{where}.items",
                fix="give each date a box of its own",
            )


def _contents(boxes: Sequence[InboundBox], wanted: Sequence[InboundItem]) -> Iterator[Problem]:
    asked: Counter[Kind] = Counter()
    there: Counter[Kind] = Counter()
    for item in wanted:
        asked[item.kind] += item.quantity
    for box in boxes:
        for item in box.items:
            there[item.kind] += item.quantity * box.quantity
    for kind in sorted(asked.keys() | there.keys(), key=str):
        if asked[kind] != there[kind]:
            sku, expiration, lot = kind
            marks = [f"expiring {expiration}"] if expiration else []
            marks += [f"lot {lot}"] if lot else []
            yield Problem(
                "wrong_contents",
                f"{there[kind]} units of {' '.join([sku, *marks])} are in boxes, "
                f"{asked[kind]} belong there",
                "boxes",
                str(asked[kind]),
                "pack what the plan holds, or make another plan",
            )
