"""A handful of orders is stored before it is known that it may be; nothing of that can be seen."""

from __future__ import annotations

from itertools import pairwise

from sqlalchemy import Connection

from sample_orders import an_order
from shop import CA, US, Shop, dying_at
from stockpool.storage.bulk import statements


def counts_of(shop: Shop, *numbers: int) -> list[int]:
    """How many statements each order after the first takes."""
    counted: list[int] = []

    def count(connection: Connection) -> None:
        counted.append(statements(connection))

    for n in numbers:
        shop.engine.orders.take_in([an_order(n, ("mug", 1), ("tee", 1))], count)
    return [after - before for before, after in pairwise(counted)]


def test_one_order_takes_two_statements_on_postgresql(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.receive("TEE-1", 10)
    taken = counts_of(shop, 1, 2, 3)
    if not shop.engine.database.is_sqlite:
        assert taken == [2, 2]
    assert shop.level("MUG-1").held == 3


def test_an_unlisted_order_does_not_keep_its_neighbour_from_being_stored(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    receipts = shop.engine.orders.submit_many([an_order(1, ("mug", 1)), an_order(2, ("cup", 1))])
    assert [receipt.status for receipt in receipts] == ["reserved", "parked"]
    assert shop.engine.orders.find("web", "2") is None
    assert shop.level("MUG-1").held == 1


def test_a_known_order_among_new_ones_is_a_repeat_and_locks_nothing_twice(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    first = shop.submit(1, ("mug", 1))
    receipts = shop.engine.orders.submit_many([an_order(1, ("mug", 1)), an_order(2, ("mug", 1))])
    assert [receipt.duplicate for receipt in receipts] == [True, False]
    assert receipts[0].order_id == first.order_id
    assert shop.level("MUG-1").held == 2


def test_a_known_order_of_which_nothing_is_listed_any_more_is_still_a_repeat(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    first = shop.submit(1, ("mug", 1))
    shop.engine.catalog.list_many("web", {"mug": {"TEE-1": 1}})
    assert shop.submit(1, ("mug", 1)).order_id == first.order_id


def test_a_part_of_a_kit_that_was_never_received_is_short_not_unlisted(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.engine.catalog.list_on("web", channel_sku="pair", components={"MUG-1": 1, "TEE-1": 1})
    assert shop.submit(1, ("pair", 1)).status == "waiting"
    shop.receive("TEE-1", 1)
    assert shop.status(1) == "reserved"


def test_only_pools_that_ship_there_are_drawn_upon(shop: Shop) -> None:
    shop.receive("MUG-1", 10, pool=CA)
    assert shop.submit(1, ("mug", 1)).status == "waiting"
    assert shop.level("MUG-1", CA).held == 0
    assert shop.level("MUG-1", US).held == 0


def test_dying_before_the_commit_leaves_nothing(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    with dying_at("intake.before_commit"):
        shop.submit(1, ("mug", 1))
    assert shop.engine.orders.find("web", "1") is None
    assert shop.level("MUG-1").held == 0
    assert shop.submit(1, ("mug", 1)).status == "reserved"


def test_no_orders_at_all_are_taken_in(shop: Shop) -> None:
    assert shop.engine.orders.submit_many([]) == []
    assert shop.engine.orders.take_in([], lambda _: None) == []
