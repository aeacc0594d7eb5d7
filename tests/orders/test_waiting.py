"""Orders that wait for stock: filled by priority, then age, and nobody blocks those behind."""

from __future__ import annotations

import pytest

from sample_orders import TORONTO, an_order
from shop import CA, US, Shop, dying_at
from stockpool.ledger.buckets import Bucket
from stockpool.orders import waiting


def wait(shop: Shop, number: int | str, *lines: tuple[str, int], **members: object) -> None:
    """Submit an order for which there is nothing, one minute after the one before."""
    shop.submit(number, *lines, **members)
    shop.clock.advance(60)


def statuses(shop: Shop, *numbers: int) -> list[str]:
    return [shop.status(number).value for number in numbers]


def test_the_oldest_is_filled_first(shop: Shop) -> None:
    for number in (1, 2, 3):
        wait(shop, number, ("mug", 2))
    shop.receive("MUG-1", 4)
    assert statuses(shop, 1, 2, 3) == ["reserved", "reserved", "waiting"]


def test_age_is_the_time_of_the_order_not_of_its_arrival_here(shop: Shop) -> None:
    now = shop.clock.now()
    wait(shop, 1, ("mug", 2), ordered_at=now)
    wait(shop, 2, ("mug", 2), ordered_at=now.replace(year=now.year - 1))
    shop.receive("MUG-1", 2)
    assert statuses(shop, 1, 2) == ["waiting", "reserved"]


def test_a_higher_priority_goes_before_age(shop: Shop) -> None:
    wait(shop, 1, ("mug", 2))
    wait(shop, 2, ("mug", 2), priority=5)
    wait(shop, 3, ("mug", 2), priority=-5)
    shop.receive("MUG-1", 4)
    assert statuses(shop, 1, 2, 3) == ["reserved", "reserved", "waiting"]
    shop.receive("MUG-1", 2)
    assert shop.status(3) == "reserved"


def test_an_order_that_cannot_be_filled_does_not_block_those_behind_it(shop: Shop) -> None:
    wait(shop, 1, ("mug", 9), priority=9)
    wait(shop, 2, ("mug", 1), ("tee", 1))
    wait(shop, 3, ("mug", 2))
    shop.receive("MUG-1", 5)
    assert statuses(shop, 1, 2, 3) == ["waiting", "waiting", "reserved"]


def test_more_than_a_page_of_orders_is_filled(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PAGE", 10)
    shop.engine.orders.submit_many(an_order(n, ("mug", 1)) for n in range(35))
    shop.receive("MUG-1", 32)
    assert shop.engine.orders.count_by_status() == {"reserved": 32, "waiting": 3}


def test_a_page_of_hopeless_orders_does_not_hide_the_next_page(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PAGE", 10)
    shop.engine.orders.submit_many(an_order(n, ("mug", 9)) for n in range(25))
    shop.clock.advance(60)
    wait(shop, "small", ("mug", 1))
    shop.receive("MUG-1", 5)
    assert shop.status("small") == "reserved"


def test_an_order_of_fill_all_takes_what_there_is_each_time(shop: Shop) -> None:
    wait(shop, 1, ("mug", 5), ("tee", 2), fulfillment_policy="FillAll")
    shop.receive("MUG-1", 3)
    assert (shop.counts(1).held, shop.counts(1).waiting) == (3, 4)
    shop.receive("TEE-1", 9)
    shop.receive("MUG-1", 9)
    assert (shop.counts(1).held, shop.counts(1).waiting) == (7, 0)
    shop.settle()
    assert shop.counts(1).committed == 7
    assert len(shop.network.requests) == 3


def test_a_kit_of_fill_all_is_filled_in_whole_kits(shop: Shop) -> None:
    wait(shop, 1, ("gift-set", 3), fulfillment_policy="FillAll")
    shop.receive("TEE-1", 5)
    assert shop.counts(1).held == 0
    shop.receive("MUG-1", 9)
    assert [line.counts.held for line in shop.order(1).lines] == [2, 4]
    shop.receive("TEE-1", 1)
    assert [line.counts.held for line in shop.order(1).lines] == [3, 6]


def test_two_skus_of_one_stock_in_a_kit_are_filled_together(shop: Shop) -> None:
    wait(shop, 1, ("both-mugs", 2), fulfillment_policy="FillAll")
    shop.receive("MUG-1", 3)
    assert [line.counts.held for line in shop.order(1).lines] == [1, 1]
    shop.receive("MUG-1", 1)
    assert [line.counts.held for line in shop.order(1).lines] == [2, 2]


def test_a_kit_of_which_parts_came_back_waits_for_those_units_alone(shop: Shop) -> None:
    """Its two parts share one stock, and unequal numbers of them were refused."""
    shop.receive("MUG-1", 300)
    shop.submit(1, ("both-mugs", 150))
    shop.network.reject(when=lambda order_id: order_id.endswith("-1"))
    shop.settle()
    assert [line.counts.waiting for line in shop.order(1).lines] == [150, 100]
    shop.engine.inventory.move(
        US,
        "MUG-1",
        1,
        source=Bucket.FULFILLABLE,
        target=Bucket.RESEARCHING,
        reason="one is missing",
        key="m1",
    )
    order_id = shop.order(1).order_id
    assert shop.engine.orders.release(order_id) == "processing"
    assert shop.counts(1).held == 0, "it ships whole or not at all"
    shop.receive("MUG-1", 1)
    assert (shop.counts(1).held, shop.counts(1).waiting) == (250, 0)
    assert shop.engine.orders.replay(order_id)


def test_stock_of_another_country_fills_nobody_here(shop: Shop) -> None:
    wait(shop, 1, ("mug", 1))
    wait(shop, 2, ("mug", 1), ship_to=TORONTO)
    shop.receive("MUG-1", 5, CA)
    assert statuses(shop, 1, 2) == ["waiting", "reserved"]


def test_an_order_on_hold_is_not_filled(shop: Shop) -> None:
    wait(shop, 1, ("mug", 1), hold="fraud check")
    shop.receive("MUG-1", 5)
    assert shop.status(1) == "on_hold"


def test_a_hold_gives_units_back_and_release_takes_them_again(shop: Shop) -> None:
    shop.receive("MUG-1", 2)
    wait(shop, 1, ("mug", 2))
    order_id = shop.order(1).order_id
    assert shop.engine.orders.hold(order_id, reason="fraud check") == "on_hold"
    wait(shop, 2, ("mug", 1))
    assert shop.engine.orders.release(order_id) == "waiting"
    shop.receive("MUG-1", 1)
    assert statuses(shop, 1, 2) == ["reserved", "reserved"]


def test_an_order_can_be_held_and_released_again_and_again(shop: Shop) -> None:
    shop.receive("MUG-1", 2)
    wait(shop, 1, ("mug", 2))
    order_id = shop.order(1).order_id
    for _ in range(4):
        shop.engine.orders.hold(order_id, reason="again")
        shop.engine.orders.release(order_id)
    shop.submit(1, ("mug", 1))
    shop.settle()
    assert shop.counts(1).committed == 1
    assert shop.engine.orders.replay(order_id)


def test_what_is_found_missing_after_a_hold_is_told(shop: Shop) -> None:
    shop.receive("MUG-1", 2)
    wait(shop, 1, ("mug", 2), fulfillment_policy="FillAllAvailable")
    order_id = shop.order(1).order_id
    shop.engine.orders.hold(order_id, reason="fraud check")
    wait(shop, 2, ("mug", 1))
    shop.engine.orders.release(order_id)
    shop.place()
    assert (shop.counts(1).committed, shop.counts(1).unfulfillable) == (1, 1)
    assert [(u.reason, u.lines[0].quantity) for u in shop.channel.cancellations] == [
        ("out_of_stock", 1)
    ]
    assert len(shop.attention("out_of_stock")) == 1


def test_a_crash_while_filling_changes_nothing(shop: Shop) -> None:
    wait(shop, 1, ("mug", 2))
    with dying_at("waiting.before_commit"):
        shop.receive("MUG-1", 2)
    assert (shop.status(1), shop.level("MUG-1").fulfillable) == ("waiting", 2)
    assert shop.engine.duties.fill_waiting() == 1
    assert shop.status(1) == "reserved"


def test_the_same_receipt_again_fills_nobody_twice(shop: Shop) -> None:
    wait(shop, 1, ("mug", 2))
    wait(shop, 2, ("mug", 2))
    for _ in range(2):
        shop.engine.inventory.receive("amazon-na:US", "MUG-1", 2, key="same")
    assert statuses(shop, 1, 2) == ["reserved", "waiting"]
