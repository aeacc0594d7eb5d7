"""Queues against a model of them: what is taken is hidden, and comes again unless it is deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool_amazon_sim.draws import Draws
from stockpool_amazon_sim.notifications import message_queues
from stockpool_amazon_sim.notifications.message_queues import QueueError
from stockpool_amazon_sim.records import SECOND
from stockpool_amazon_sim.settings import AmazonSimSettings
from stockpool_amazon_sim.storage import MemoryStore, SqliteStore, Store
from stockpool_amazon_sim.world import World

KEYS = ("us-east-1/1/news", "us-east-1/1/newspaper")
"""One queue's key begins like the other's."""

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.sampled_from(KEYS)),
        st.tuples(st.just("take"), st.sampled_from(KEYS), st.integers(1, 10), st.integers(0, 60)),
        st.tuples(st.just("delete"), st.integers(0, 30)),
        st.tuples(st.just("hide"), st.integers(0, 30), st.integers(0, 60)),
        st.tuples(st.just("pass"), st.integers(1, 90)),
    ),
    max_size=40,
)


@given(STEPS)
def test_a_queue_does_as_its_model(steps: list[tuple[object, ...]]) -> None:
    follow(MemoryStore(), steps)


def test_a_queue_in_a_file_does_as_its_model(tmp_path: Path) -> None:
    news, paper = KEYS
    steps: list[tuple[object, ...]] = [
        ("send", news),
        ("send", paper),
        ("send", news),
        ("take", news, 1, 30),
        ("take", news, 10, 10),
        ("pass", 10),
        ("take", news, 10, 30),
        ("delete", 1),
        ("delete", 2),
        ("hide", 0, 0),
        ("take", news, 10, 30),
        ("take", paper, 10, 0),
        ("take", paper, 10, 0),
        ("pass", 90),
        ("take", news, 10, 30),
    ]
    store = SqliteStore(tmp_path / "amazon.db")
    follow(store, steps)
    store.close()


def follow(store: Store, steps: list[tuple[object, ...]]) -> None:
    """Do the steps to the queues and to a model, and compare what each says."""
    settings, draws = AmazonSimSettings(), Draws(1)
    at = 1_000 * SECOND
    # By message: its queue, from when it can be taken, and the latest handle.
    model: dict[str, tuple[str, int, str]] = {}
    handles: list[tuple[str, str, str]] = []
    for number, step in enumerate(steps):
        with store.transaction():
            world = World(store, settings, draws, at)
            match step:
                case ("send", str(key)):
                    message_queues.send(world, key, f"m-{number}", "body")
                    model[f"m-{number}"] = (key, 0, "")
                case ("take", str(key), int(most), int(seconds)):
                    taken = message_queues.take(world, key, at, most, seconds)
                    ids = [one.message.message_id for one in taken]
                    ready = [m for m, (k, when, _) in model.items() if k == key and when <= at]
                    assert set(ids) <= set(ready)
                    assert len(ids) == len(set(ids)) == min(most, len(ready))
                    for one in taken:
                        message_id = one.message.message_id
                        model[message_id] = (key, at + seconds * SECOND, one.handle)
                        handles.append((message_id, key, one.handle))
                case ("delete", int(place)) if place < len(handles):
                    message_id, key, handle = handles[place]
                    message_queues.delete(world, key, handle)
                    if message_id in model and model[message_id][2] == handle:
                        del model[message_id]
                case ("hide", int(place), int(seconds)) if place < len(handles):
                    message_id, key, handle = handles[place]
                    known = model.get(message_id)
                    if known is not None and known[2] == handle and known[1] > at:
                        message_queues.hide(world, key, handle, at, seconds)
                        model[message_id] = (key, at + seconds * SECOND, handle)
                    else:
                        with pytest.raises(QueueError, match="in flight"):
                            message_queues.hide(world, key, handle, at, seconds)
                case ("pass", int(seconds)):
                    at += seconds * SECOND
            for key in KEYS:
                waiting = [when <= at for k, when, _ in model.values() if k == key]
                counts = (waiting.count(True), waiting.count(False))
                assert message_queues.count(world, key, at) == counts
