"""The attention queue: one item for one trouble, however often it is seen; nothing is forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from at_once import in_threads
from fake_channel import FakeChannel
from fake_network import FakeNetwork
from sample_orders import an_order
from settling import settle
from stockpool.attention.queue import AttentionQueue, Concern, close_concerns, raise_concerns
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import (
    NotFoundError,
    OutcomeUnknown,
    RefusedError,
    RejectedError,
    TransientError,
)
from stockpool.ids import IdSource
from stockpool.plugins.channel import TrackingUpdate
from stockpool.problems import Problem
from stockpool.storage.database import Database

Raise = Callable[..., None]


@pytest.fixture
def database(database_url: str, clock: ManualClock) -> Iterator[Database]:
    opened = Database(database_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def queue(database: Database) -> AttentionQueue:
    return AttentionQueue(database)


@pytest.fixture
def see(database: Database, clock: ManualClock) -> Raise:
    """Raise concerns with these keys."""
    ids = IdSource(1)

    def raise_them(*keys: str, kind: str = "stock", **members: Any) -> None:
        problem = Problem(**{"code": "trouble", "message": "it hurts", **members})
        concerns = [Concern(key, kind, f"about {key}", (problem,)) for key in keys]
        database.run(
            lambda connection: raise_concerns(
                connection,
                concerns,
                at=clock.now(),
                new_ids=ids.new_ids(clock.now(), len(concerns)),
            )
        )

    return raise_them


def close(database: Database, *keys: str) -> None:
    at = database.clock.now()
    database.run(lambda connection: close_concerns(connection, keys, at=at, by="test"))


def test_what_is_seen_is_an_open_item_with_cause_and_remedy(
    queue: AttentionQueue, see: Raise, clock: ManualClock
) -> None:
    see("a", code="short", message="3 are missing", field="lines[0]", fix="send more")
    (item,) = queue.list()
    assert (item.key, item.kind, item.subject) == ("a", "stock", "about a")
    assert (item.code, item.message) == ("short", "lines[0]: 3 are missing (send more)")
    assert (item.fix, item.state, item.sightings) == ("send more", "open", 1)
    assert item.problems == (Problem("short", "3 are missing", "lines[0]", fix="send more"),)
    assert item.first_seen_at == item.last_seen_at == clock.now()
    assert queue.count() == 1
    assert queue.get(item.id) == item


def test_the_same_trouble_again_is_one_item_and_counted(
    queue: AttentionQueue, see: Raise, clock: ManualClock
) -> None:
    first = clock.now()
    see("a", message="3 are missing")
    clock.advance(60)
    see("a", message="5 are missing")
    (item,) = queue.list()
    assert (item.sightings, item.message) == (2, "5 are missing")
    assert (item.first_seen_at, item.last_seen_at) == (first, clock.now())


def test_one_trouble_twice_in_one_call_is_one_sighting(queue: AttentionQueue, see: Raise) -> None:
    see("a", "a")
    assert [item.sightings for item in queue.list()] == [1]


def test_one_trouble_from_8_threads_is_one_item_with_8_sightings(
    queue: AttentionQueue, see: Raise
) -> None:
    in_threads(8, lambda n: see("a", "b") if n % 2 else see("b", "a"))
    assert {item.key: item.sightings for item in queue.list()} == {"a": 8, "b": 8}


def test_what_is_settled_is_closed(queue: AttentionQueue, see: Raise, database: Database) -> None:
    see("a", "b")
    close(database, "a", "unknown")
    assert [item.key for item in queue.list()] == ["b"]
    assert [item.key for item in queue.list(state="resolved")] == ["a"]
    assert queue.count() == 1


def test_closing_nothing_is_nothing(queue: AttentionQueue, see: Raise, database: Database) -> None:
    see("a")
    close(database)
    assert queue.count() == 1


def test_what_comes_back_is_open_again_with_its_history(
    queue: AttentionQueue, see: Raise, database: Database, clock: ManualClock
) -> None:
    first = clock.now()
    see("a")
    close(database, "a")
    clock.advance(days=1)
    see("a")
    (item,) = queue.list()
    assert (item.state, item.sightings, item.first_seen_at) == ("open", 2, first)


def test_a_dropped_item_is_gone_from_the_list_and_comes_back_if_it_is_seen_again(
    queue: AttentionQueue, see: Raise
) -> None:
    see("a")
    (item,) = queue.list()
    queue.drop(item.id)
    assert queue.list() == []
    assert [i.key for i in queue.list(state="dropped")] == ["a"]
    see("a")
    assert [i.sightings for i in queue.list()] == [2]


def test_what_was_settled_is_not_closed_a_second_time(
    queue: AttentionQueue, see: Raise, database: Database
) -> None:
    see("a")
    (item,) = queue.list()
    queue.drop(item.id)
    close(database, "a")
    assert queue.get(item.id).state == "dropped"


def test_the_latest_come_first_and_can_be_asked_for_by_kind(
    queue: AttentionQueue, see: Raise, clock: ManualClock
) -> None:
    for number, kind in enumerate(["order", "stock", "order"]):
        clock.advance(1)
        see(f"k{number}", kind=kind)
    assert [item.key for item in queue.list()] == ["k2", "k1", "k0"]
    assert [item.key for item in queue.list(kind="order")] == ["k2", "k0"]
    assert len(queue.list(limit=1)) == 1


def test_an_unknown_item_is_said_to_be_unknown(queue: AttentionQueue) -> None:
    with pytest.raises(NotFoundError, match="no item X"):
        queue.get("X")
    with pytest.raises(NotFoundError, match="no item X"):
        queue.drop("X")


def test_an_item_is_ready_for_json(queue: AttentionQueue, see: Raise) -> None:
    see("a", fix="send more")
    (item,) = queue.list()
    document = json.loads(json.dumps(item.as_dict()))
    assert document["id"] == item.id
    assert document["problems"] == [{"code": "trouble", "message": "it hurts", "fix": "send more"}]
    assert document["last_seen_at"] == item.last_seen_at.isoformat()


# Retrying and dropping through the engine ------------------------------------------------------

US = "amazon-na:US"


@pytest.fixture
def shop(engine: Engine) -> Engine:
    engine.catalog.add(Product("MUG"))
    engine.catalog.list_on("web", channel_sku="mug", sku="MUG")
    engine.inventory.receive(US, "MUG", 10, key="r")
    return engine


def test_a_parked_request_is_taken_in_once_its_cause_is_mended(shop: Engine) -> None:
    shop.orders.submit(an_order(1, ("cup", 1)))
    (item,) = shop.attention.list()
    assert item.kind == "intake"
    with pytest.raises(RefusedError, match="still can't be accepted"):
        shop.retry(item.id)
    shop.catalog.list_on("web", channel_sku="cup", sku="MUG")
    assert "was accepted: reserved" in shop.retry(item.id)
    assert shop.attention.list() == []


def test_an_effect_that_gave_up_asks_before_it_repeats(shop: Engine, network: FakeNetwork) -> None:
    network.faults.fail("create_fulfillment", OutcomeUnknown("cut"), after=True)
    network.faults.fail("get_fulfillment", OutcomeUnknown("cut"), times=None)
    network.faults.fail("changes", OutcomeUnknown("cut"), times=None)
    shop.orders.submit(an_order(1, ("mug", 2)))
    settle(shop)
    (item,) = [i for i in shop.attention.list() if i.kind == "effect"]
    network.faults.heal()
    shop.retry(item.id)
    settle(shop)
    assert network.count("create_fulfillment") == 1
    assert shop.inventory.level(US, "MUG").committed == 2


def test_dropping_an_effect_gives_back_what_it_held(shop: Engine, network: FakeNetwork) -> None:
    network.faults.fail("create_fulfillment", TransientError("down"), times=None)
    shop.orders.submit(an_order(1, ("mug", 2)))
    settle(shop)
    assert shop.inventory.level(US, "MUG").held == 2
    (item,) = [i for i in shop.attention.list() if i.kind == "effect"]
    network.faults.heal()
    shop.drop(item.id)
    assert shop.inventory.level(US, "MUG").fulfillable == 10
    settle(shop)
    assert network.orders == {}


def test_what_was_dropped_or_retried_before_is_not_tried_again(
    shop: Engine, network: FakeNetwork
) -> None:
    network.faults.fail("create_fulfillment", TransientError("down"), times=None)
    shop.orders.submit(an_order(1, ("mug", 2)))
    settle(shop)
    (item,) = [i for i in shop.attention.list() if i.kind == "effect"]
    network.faults.heal()
    answers = in_threads(8, lambda n: _attempt(shop.retry if n % 2 else shop.drop, item.id))
    assert answers.count(True) == 1, "one of all who try it at once"
    settle(shop)
    level = shop.inventory.level(US, "MUG")
    assert (level.held, level.fulfillable + level.committed) == (0, 10)
    assert level.committed == 2 * len(network.orders)


def _attempt(what: Callable[[str], object], item_id: str) -> bool:
    try:
        what(item_id)
    except RefusedError:
        return False
    return True


def test_what_nothing_can_be_tried_for_says_so(shop: Engine, network: FakeNetwork) -> None:
    network.put("US", "TEA", 5)
    shop.inventory.snapshot([US])
    (item,) = shop.attention.list()
    with pytest.raises(RefusedError, match="follow its remedy, then drop it"):
        shop.retry(item.id)
    shop.drop(item.id)
    assert shop.attention.list() == []


def test_a_channel_that_fails_is_shown_until_it_has_recovered(
    shop: Engine, channel: FakeChannel
) -> None:
    channel.faults.fail("fetch_orders", ValueError("Ada Buyer"), times=2)
    shop.work()
    (item,) = shop.attention.list()
    assert (item.kind, item.subject, item.code) == ("channel", "web", "plugin_failure")
    assert "Ada" not in item.message
    shop.work()
    assert [i.sightings for i in shop.attention.list()] == [2]
    shop.work()
    assert shop.attention.list() == []


def test_a_refused_push_is_shown_and_can_be_sent_again(
    shop: Engine, network: FakeNetwork, channel: FakeChannel
) -> None:
    known = False
    channel.refuse(lambda update: isinstance(update, TrackingUpdate) and not known)
    shop.orders.submit(an_order(1, ("mug", 1)))
    settle(shop)
    (fulfillment_order,) = network.orders
    network.ship(fulfillment_order)
    settle(shop)
    (item,) = shop.attention.list()
    assert item.code == "NotFound"
    known = True
    shop.retry(item.id)
    settle(shop)
    assert len(channel.tracking) == 1
    assert shop.attention.list() == []


def test_an_unknown_rejection_code_is_kept_as_it_came(shop: Engine, network: FakeNetwork) -> None:
    network.faults.fail("create_fulfillment", RejectedError("E-4711 ß", "nein"))
    shop.orders.submit(an_order(1, ("mug", 1)))
    settle(shop)
    assert [item.code for item in shop.attention.list()] == ["E-4711 ß"]


def test_an_item_has_an_owner_and_a_history(engine: Engine) -> None:
    problem = Problem("late", "it is late", fix="hurry")
    engine.database.run(
        lambda connection: raise_concerns(
            connection,
            [Concern("late:1", "order", "1", (problem,))],
            at=engine.clock.now(),
            new_ids=["item-1"],
        )
    )
    assert engine.attention.assign("item-1", " maria ", by="boss").owner == "maria"
    assert [item.id for item in engine.attention.list(owner="maria")] == ["item-1"]
    assert engine.attention.list(owner="pete") == []
    with pytest.raises(RefusedError):
        engine.retry("item-1")
    engine.drop("item-1")
    assert [(one.kind, one.detail, one.by) for one in engine.attention.history("item-1")] == [
        ("assigned", "maria", "boss"),
        ("retried", "", "operator"),
        ("dropped", "", "operator"),
    ]
    with pytest.raises(RefusedError):
        engine.attention.assign("item-1", " ")
    with pytest.raises(NotFoundError):
        engine.attention.assign("never", "maria")
