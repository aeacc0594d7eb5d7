"""Units into boxes: a pure function.

A box holds `units_per_box` units of one SKU, or of several in proportion. Boxes are filled in the
order of the lines.
"""

from __future__ import annotations

from collections.abc import Sequence

_ROOM = 1_000_000


def pack(lines: Sequence[tuple[int, int, int]]) -> list[list[tuple[int, int]]]:
    """Boxes of (item index, units).

    Args:
        lines: (item index, units, how many such units fill a box).
    """
    boxes: list[list[tuple[int, int]]] = []
    room = 0
    for index, quantity, units_per_box in lines:
        size = _ROOM // max(units_per_box, 1)
        while quantity:
            if room < size:
                boxes.append([])
                room = _ROOM
            taken = min(quantity, room // size)
            boxes[-1].append((index, taken))
            room -= taken * size
            quantity -= taken
    return boxes
