"""The bucket of points that all workers of one shop draw on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_world import ShopWorld
from stockpool.errors import Throttled
from stockpool.testing.addresses import sample_address
from stockpool_shopify.cost_bucket import Bucket, Call, SharedBucket

BUYER = sample_address("US")
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)


def told(available: float, points: float = 100, most: float = 1_000) -> dict[str, Any]:
    status = {"currentlyAvailable": available, "maximumAvailable": most, "restoreRate": 50}
    return {"requestedQueryCost": points, "throttleStatus": status}


def later(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def known(available: float, points: float = 100, size: int = 0) -> Bucket:
    """A bucket of which Shopify has said how full it is."""
    call = Call("first", "Orders", size)
    return Bucket().draw(call, BEGIN).answered(call, told(available, points), BEGIN)


def call(name: str = "next", size: int = 0) -> Call:
    return Call(name, "Orders", size)


def test_a_bucket_that_nobody_knows_is_asked() -> None:
    assert Bucket().wait(call(), BEGIN) == 0


def test_who_would_find_too_few_points_waits_until_there_are_enough() -> None:
    bucket = known(80)
    assert bucket.wait(call(), BEGIN) == pytest.approx(0.4)
    assert bucket.draw(call(), BEGIN) == bucket
    assert bucket.wait(call(), later(0.4)) == 0


def test_what_others_are_about_to_draw_is_not_there() -> None:
    bucket = known(150).draw(call("theirs"), BEGIN)
    assert bucket.wait(call(), BEGIN) == pytest.approx(1.0)
    assert bucket.answered(call("theirs"), told(140), BEGIN).wait(call(), BEGIN) == 0


def test_a_call_that_nobody_hears_of_again_stops_counting() -> None:
    bucket = known(150).draw(call("lost"), BEGIN)
    after = bucket.draw(call(), later(61))
    assert set(after.drawn) == {"next"}


def test_a_larger_call_is_dearer_and_a_smaller_one_cheaper() -> None:
    bucket = known(300, points=500, size=99)
    assert bucket.wait(call(size=99), BEGIN) == pytest.approx(4.0)
    assert bucket.wait(call(size=49), BEGIN) == 0
    assert bucket.wait(call(size=500), BEGIN) == pytest.approx(4.0), "more is not known"


def test_a_call_s_size_is_what_it_asks_for_at_once() -> None:
    variables = {"ids": ["a", "b"], "first": 20, "input": {"quantities": [1], "available": 900}}
    assert Call.of("Orders", variables).size == 23


def test_a_late_answer_does_not_bring_back_what_was_drawn_since() -> None:
    bucket = known(900).draw(call("slow"), later(1)).draw(call("quick"), later(2))
    bucket = bucket.answered(call("quick"), told(120), later(3))
    bucket = bucket.answered(call("slow"), told(900), later(3))
    assert bucket.told == 120
    assert bucket.drawn == {}


@pytest.mark.parametrize(
    "cost", [None, 3, {}, {"throttleStatus": []}, {"throttleStatus": {"restoreRate": "x"}}]
)
def test_an_answer_without_figures_leaves_what_is_known(shop: ShopWorld, cost: Any) -> None:
    notes = shop.notes
    bucket = SharedBucket(notes, shop.clock)
    first = Call.of("Orders", {})
    assert bucket.draw(first) == 0
    bucket.answered(first, told(50))
    second = Call.of("Orders", {})
    assert bucket.draw(second) > 0
    bucket.answered(second, cost)
    assert bucket.draw(Call.of("Orders", {})) > 0


# Many workers -----------------------------------------------------------------------------------


@dataclass
class Shopify:
    """Its side: what a call may cost is taken at once, and what it did not cost is given back."""

    level: float = 1_000.0
    at: float = 0.0
    under_way: list[tuple[Call, float]] = field(default_factory=list)

    def pass_to(self, at: float) -> None:
        self.level = min(self.level + (at - self.at) * 50, 1_000)
        self.at = at

    def begin(self, one: Call, points: float, at: float) -> None:
        self.pass_to(at)
        assert self.level >= points, "THROTTLED"
        self.level -= points
        self.under_way.append((one, points))

    def end(self, which: int, at: float) -> tuple[Call, dict[str, Any]]:
        one, points = self.under_way.pop(which % len(self.under_way))
        self.pass_to(at)
        self.level += points * 0.75
        return one, told(self.level, points)


STEPS = st.lists(
    st.tuples(st.sampled_from(["begin", "end"]), st.integers(1, 40), st.floats(0, 3)), max_size=60
)


@given(STEPS)
def test_workers_that_know_the_price_are_never_throttled(
    steps: list[tuple[str, int, float]],
) -> None:
    """Answers come in any order, each at once when Shopify gives it."""
    shopify, bucket, now = Shopify(), known(1_000, points=400, size=39), 0.0
    for number, (what, size, passed) in enumerate(steps):
        now += passed
        if what == "end" and shopify.under_way:
            one, cost = shopify.end(size, now)
            bucket = bucket.answered(one, cost, later(now))
        elif what == "begin":
            one = call(f"{number}", size - 1)
            bucket = bucket.draw(one, later(now))
            if one.name in bucket.drawn:
                shopify.begin(one, 10 * size, now)


def test_two_workers_of_a_busy_shop_do_not_run_into_its_limit(
    shop: ShopWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = []
    throttle = shop.server.throttle
    monkeypatch.setattr(
        shop.server, "throttle", lambda points: (refused.append(points), throttle(points))[1]
    )

    def busy() -> int:
        """Two workers read orders as fast as they can for a minute; returns how many pages."""
        refused.clear()
        pages = 0
        workers = [shop.channel(), shop.channel()]
        for second in range(60):
            shop.clock.advance(1)
            for _ in range(30):
                try:
                    workers[second % 2].fetch_orders(None)
                except Throttled:
                    break
                pages += 1
        return pages

    for _ in range(10):
        shop.state.sell({"first": 1}, BUYER)
    with_bucket, refused_with_it = busy(), len(refused)
    monkeypatch.setattr(SharedBucket, "draw", lambda *_: 0.0)
    shop.clock.advance(60)
    without, refused_without_it = busy(), len(refused)
    assert refused_with_it <= 1 < refused_without_it
    assert with_bucket >= 0.9 * without
