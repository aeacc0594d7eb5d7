"""Killed anywhere, the channel loses nothing and doubles nothing.

The process is killed before and after each step that changes a disk: every rename, every fsync,
every removal and every statement of the state databases, one after the other.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.plugins.channel import LineQuantity, TrackingUpdate
from stockpool_csv_channel import outbox, preparation, reports
from stockpool_csv_channel.folder import Directory
from stockpool_csv_channel.journal import Journal
from stockpool_csv_channel.takings import Takings

STEPS = [
    (Directory, "move"),
    (Directory, "remove"),
    (Directory, "create"),
    (Takings, "add"),
    (Takings, "start_reading"),
    (Takings, "finish"),
    (Takings, "set_state_id"),
    (Journal, "note"),
    (Journal, "mark_published"),
    (outbox, "make_durable"),
    (preparation, "make_durable"),
    (reports, "make_durable"),
]


class Killed(BaseException):
    """The process died here."""


def kill_at_step(patch: pytest.MonkeyPatch, number: int) -> Callable[[], bool]:
    """Die at the `number`th moment: before step 0, after it, before step 1 ... Tells if it did."""
    moments = itertools.count()
    killed = []

    def die_if_due() -> None:
        if next(moments) == number:
            killed.append(number)
            raise Killed

    def wrap(step):
        def wrapped(*args, **kwargs):
            die_if_due()
            result = step(*args, **kwargs)
            try:
                die_if_due()
            except Killed:
                if result is not None and hasattr(result, "close"):
                    result.close()
                raise
            return result

        return wrapped

    for owner, name in STEPS:
        patch.setattr(owner, name, wrap(getattr(owner, name)))
    return lambda: bool(killed)


def test_orders_survive_a_kill_at_every_step(make_shop, plain, row, monkeypatch):
    files = {
        "a.csv": plain(*(row(f"a{n}") for n in range(5)), row("bad", quantity="x")),
        "b.csv": plain(*(row(f"b{n}") for n in range(3))),
        "c.csv": "no header worth the name\n",
        "d.csv": plain(*(row(f"b{n}") for n in range(3))),
    }
    expected = {f"a{n}" for n in range(5)} | {f"b{n}" for n in range(3)}
    for number in itertools.count():
        shop = make_shop(limits={"page_orders": 2}, marker=".ok")
        for name, content in files.items():
            shop.drop(name, content)
            shop.drop(name + ".ok", "")
        with monkeypatch.context() as patch:
            was_killed = kill_at_step(patch, number)
            try:
                shop.fetch_all()
            except Killed:
                shop.fetch_all()
        assert set(shop.order_ids) == expected, number
        assert len(shop.order_ids) == len(expected), number
        assert set(shop.codes) == {"invalid_quantity", "missing_columns"}, number
        assert {name for name in shop.files() if not name.endswith(".ok")} == {
            "done/a.csv",
            "done/b.csv",
            "done/d.csv",
            "done/d.csv.report.csv",
            "rejected/a.csv.report.csv",
            "rejected/a.csv.rows.csv",
            "rejected/c.csv",
            "rejected/c.csv.report.csv",
        }, number
        for private in ("taken", "spool", "work"):
            assert not list((shop.folder / ".state" / private).iterdir()), (number, private)
        if not was_killed():
            break
    assert number > 60


@pytest.mark.parametrize("fetched_away", [False, True])
def test_updates_survive_a_kill_at_every_step(make_shop, monkeypatch, fetched_away):
    at = datetime(2026, 3, 2, tzinfo=UTC)

    def parcels(*keys):
        line = LineQuantity("1", "MUG", 1)
        return [TrackingUpdate(key, "1", "1", "UPS", "1Z", at, None, [line]) for key in keys]

    for number in itertools.count():
        shop = make_shop()
        seen: list[str] = []

        def look(shop=shop, seen=seen):
            if fetched_away:
                seen += [row["key"] for row in shop.outbox("tracking")]
                for path in (shop.folder / "outbox").iterdir():
                    path.unlink()

        shop.channel().push_tracking(parcels("p0"))
        with monkeypatch.context() as patch:
            was_killed = kill_at_step(patch, number)
            try:
                shop.channel().push_tracking(parcels("p1", "p2"))
            except Killed:
                look()
                shop.channel().push_tracking(parcels("p2", "p3"))
                look()
                shop.channel().push_tracking(parcels("p4", "p1"))
        look()
        seen += [row["key"] for row in shop.outbox("tracking")]
        expected = ["p0", "p1", "p2"] + (["p3", "p4"] if was_killed() else [])
        assert sorted(seen) == expected, number
        if not was_killed():
            break
    assert number > 8


@given(
    sizes=st.lists(st.integers(min_value=1, max_value=7), min_size=1, max_size=4),
    page=st.integers(min_value=1, max_value=5),
    steps=st.lists(st.sampled_from(["store", "crash", "forget"]), max_size=25),
)
def test_repeated_pages_give_the_same_orders(make_shop, plain, row, sizes, page, steps):
    shop = make_shop(limits={"page_orders": page})
    expected = []
    for number, size in enumerate(sizes):
        names = [f"{number}-{n}" for n in range(size)]
        expected += names
        shop.drop(f"{number}.csv", plain(*(row(name) for name in names)))
    stored: dict[str, object] = {}
    cursor = None
    for step in steps:
        result = shop.channel().fetch_orders(cursor)
        if step == "crash":
            assert shop.channel().fetch_orders(cursor) == result
            continue
        for order in result.orders:
            assert stored.setdefault(order.channel_order_id, order) == order
        cursor = None if step == "forget" else result.cursor
    shop.cursor = cursor
    shop.fetch_all()
    assert sorted(stored | dict.fromkeys(shop.order_ids)) == sorted(expected)
