"""The process dies at every named point, and another goes on after the lease: one order each."""

from __future__ import annotations

import pytest

from sample_orders import an_order
from shop import Crash, Shop, dying_at
from stockpool import crashpoints
from stockpool.errors import OutcomeUnknown, PluginError, RejectedError, Throttled, TransientError
from stockpool.outbox.effects import Done

ELSEWHERE = ("bulk.", "csv.", "webhook.")
"""Points that no order passes. They have tests of their own."""

POINTS = sorted(name for name in crashpoints.NAMES if not name.startswith(ELSEWHERE))
ANSWERS: list[PluginError | None] = [
    None,
    TransientError("down"),
    Throttled("slow down", retry_after=5),
    OutcomeUnknown("cut"),
    RejectedError("AlreadyExists", "is there"),
]


def a_day(shop: Shop) -> None:
    """Everything that an order goes through, every crash point among it."""
    for number in range(4):
        shop.engine.orders.submit(an_order(number, ("mug", 1), ("gift-set", 1)))
    shop.engine.orders.cancel(shop.order(3).order_id, reason="buyer")
    shop.engine.inventory.snapshot(["amazon-na:US"])
    shop.engine.work()
    for number in shop.network.requests:
        if any(shop.network.orders[number].items) and not shop.network.orders[number].shipments:
            shop.network.ship(number)
    shop.engine.work()


@pytest.mark.parametrize("point", POINTS)
def test_wherever_it_dies_another_goes_on(shop: Shop, point: str) -> None:
    shop.network.put("US", "MUG-1", 30)
    shop.network.put("US", "TEE-1", 30)
    shop.submit("early", ("mug", 1))
    shop.submit("waits", ("mug-pair", 1))
    with dying_at(point):
        a_day(shop)
        shop.receive("MUG-1", 2)
    for _ in range(3):
        shop.clock.advance(60)
        reborn = shop.reopened()
        a_day(reborn)
    shop.settle()
    for number in range(3):
        assert (shop.status(number), shop.counts(number).shipped) == ("shipped", 4)
        assert len(shop.fulfillments(number)) == 1
    assert shop.status(3) == "cancelled"
    assert len(shop.network.requests) == 5
    assert len(shop.channel.tracking) == 5
    assert shop.engine.verify().violations == ()
    assert shop.attention() == []


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: type(a).__name__)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("point", [p for p in POINTS if p.startswith("effects.")])
def test_a_crash_around_the_call_and_any_answer_place_one_order(
    shop: Shop, point: str, answer: PluginError | None, after: bool
) -> None:
    """`after`: the call takes effect, and its answer is lost."""
    shop.receive("MUG-1", 10)
    shop.submit(1, ("mug", 3))
    if answer is not None and not (isinstance(answer, RejectedError) and not after):
        shop.network.faults.fail("create_fulfillment", answer, after=after)
    with dying_at(point):
        shop.place()
    shop.clock.advance(60)
    reborn = shop.reopened()
    reborn.settle()
    assert len(shop.network.requests) == 1
    assert shop.counts(1).committed == 3
    assert shop.engine.verify().violations == ()


def test_every_crash_point_is_reached_by_a_day(shop: Shop) -> None:
    seen: set[str] = set()
    crashpoints.listen(seen.add)
    try:
        shop.submit("waits", ("mug", 1))
        shop.receive("MUG-1", 30)
        shop.receive("TEE-1", 30)
        a_day(shop)
    finally:
        crashpoints.listen(None)
    assert seen >= set(POINTS)


def test_a_late_worker_whose_lease_went_to_another_changes_nothing(shop: Shop) -> None:
    """It sleeps in its call until the other has placed, and the network shipped, the order."""
    shop.receive("MUG-1", 10)
    shop.submit(1, ("mug", 3))
    other = shop.reopened()
    meanwhile: list[object] = []

    def sleep(_: object) -> None:
        shop.network.faults.heal()
        shop.clock.advance(60)
        meanwhile.extend(other.place())
        shop.network.ship(shop.fulfillment_id(1))
        other.follow()

    shop.network.faults.after("create_fulfillment", sleep)
    shop.place()
    assert [type(outcome) for outcome in meanwhile] == [Done]
    assert (shop.counts(1).shipped, shop.counts(1).committed) == (3, 0)
    assert len(shop.network.requests) == 1


def test_a_late_refusal_of_a_lost_lease_changes_nothing(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1, ("mug", 3))
    other = shop.reopened()

    def sleep(_: object) -> None:
        shop.network.faults.heal()
        shop.clock.advance(60)
        other.place()

    shop.network.faults.before("create_fulfillment", sleep)
    shop.network.reject("InvalidInput")
    shop.place()
    other.settle()
    assert len(shop.network.requests) == 1
    assert (shop.status(1), shop.attention()) == ("processing", [])


def test_an_effect_that_kills_its_worker_stops_too(shop: Shop) -> None:
    """Attempts are counted when it is taken, so that it is not tried for ever."""
    shop.receive("MUG-1", 10)
    shop.submit(1, ("mug", 3))

    def kill(_: object) -> None:
        raise Crash

    shop.network.faults.before("create_fulfillment", kill)
    shop.network.faults.before("get_fulfillment", kill)
    for _ in range(15):
        try:
            shop.place()
        except Crash:
            shop.clock.advance(60)
    (item,) = shop.attention("gave_up")
    assert "the worker was killed" in item.message
