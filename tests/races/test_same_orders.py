"""The same orders from many sides at once: each is taken in once, and nobody gets an error."""

from __future__ import annotations

import random
from collections import Counter

from at_once import in_threads
from racing import US, wishes
from sample_orders import an_order
from stockpool.engine import Engine


def test_one_order_from_8_threads_is_one_order_and_seven_duplicates(shop: Engine) -> None:
    shop.inventory.receive(US, "MUG", 10, key="mugs")
    order = an_order("1001", ("mug", 2))
    receipts = in_threads(8, lambda _: shop.orders.submit(order))
    assert Counter(receipt.duplicate for receipt in receipts) == {False: 1, True: 7}
    assert len({receipt.order_id for receipt in receipts}) == 1
    assert {receipt.status.value for receipt in receipts} == {"reserved"}
    assert shop.inventory.level(US, "MUG").held == 2
    assert shop.verify().ok


def test_one_order_with_8_contents_is_stored_once_and_edited_or_refused(shop: Engine) -> None:
    shop.inventory.receive(US, "MUG", 100, key="mugs")
    receipts = in_threads(
        8, lambda n: shop.orders.submit_many([an_order("1001", ("mug", n + 1))])[0]
    )
    assert len({receipt.order_id for receipt in receipts}) == 1
    found = shop.orders.find("web", "1001")
    assert found is not None
    assert shop.inventory.level(US, "MUG").held == found.counts.held == found.counts.ordered
    assert shop.verify().ok


def test_batches_that_overlap_in_opposite_orders_do_not_deadlock(shop: Engine) -> None:
    shop.inventory.receive(US, "MUG", 1_000, key="mugs")
    shop.inventory.receive(US, "CUP", 1_000, key="cups")
    orders = wishes(0, "lines", 60)

    def submit(thread: int) -> list[tuple[str, bool]]:
        mine = list(orders)
        random.Random(thread).shuffle(mine) if thread > 1 else mine.sort(
            key=lambda order: order.channel_order_id, reverse=bool(thread)
        )
        taken: list[tuple[str, bool]] = []
        for start in range(0, len(mine), 15):
            receipts = shop.orders.submit_many(mine[start : start + 15])
            taken += [(receipt.channel_order_id, receipt.duplicate) for receipt in receipts]
        return taken

    answers = [answer for thread in in_threads(8, submit) for answer in thread]
    assert len(answers) == 480
    first = Counter(order_id for order_id, duplicate in answers if not duplicate)
    assert first == {order.channel_order_id: 1 for order in orders}
    assert shop.inventory.level(US, "MUG").held == 120
    assert shop.inventory.level(US, "CUP").held == 240
    assert shop.verify().ok
