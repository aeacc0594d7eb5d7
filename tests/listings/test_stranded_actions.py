"""What an item on stranded stock suggests, carried out."""

from __future__ import annotations

import pytest

from listing_desk import US, Desk


@pytest.fixture
def converted(desk: Desk) -> Desk:
    """Five units are in a center, and their listing was handed to the merchant."""
    desk.listed()
    desk.stocked()
    desk.engine.listings.convert(US, "MUG", "merchant", quantity=1, accept_stranding=True)
    desk.settle()
    assert desk.look() == 1
    return desk


def test_the_listing_is_handed_back(converted: Desk) -> None:
    (item,) = converted.attention("stranded_by_conversion")
    assert "MUG" in converted.engine.carry_out(item.id, "convert", by="maria")
    converted.settle()
    assert converted.look() == 0
    assert converted.attention("stranded_by_conversion") == []


def test_the_units_are_disposed_of_once(converted: Desk) -> None:
    (item,) = converted.attention("stranded_by_conversion")
    assert "5 units" in converted.engine.carry_out(item.id, "dispose", by="maria")
    (removal,) = converted.engine.removals.list()
    assert (removal.disposition, [one["requested"] for one in removal.items]) == ("Disposal", [5])
    converted.settle()
    assert converted.engine.verify().ok


def test_other_stranded_stock_can_be_disposed_of(desk: Desk) -> None:
    desk.listed()
    desk.stocked()
    desk.network.delete_listing("US", "MUG")
    desk.clock.advance(hours=1)
    desk.look()
    (item,) = desk.attention("stranded_stock")
    assert "5 units" in desk.engine.carry_out(item.id, "dispose", by="maria")
