"""Carrying effects out: whatever the other side answers, and wherever the worker dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from at_once import in_threads
from stockpool import crashpoints
from stockpool.attention.queue import AttentionQueue
from stockpool.clock import ManualClock
from stockpool.errors import OutcomeUnknown, RejectedError, Throttled, TransientError
from stockpool.ids import IdSource
from stockpool.outbox.carrier import Carrier
from stockpool.outbox.effects import Done, EffectKind, Later, LeasedEffect, Outcome, Refused
from stockpool.plugins.network import RateLimit

CREATES = {"amazon-na": {"createFulfillmentOrder": RateLimit(rate=2, burst=30)}}


class Died(BaseException):
    """The worker's process is gone."""


class Hands:
    """A handler that does what the test says, and notes what it was asked and told."""

    def __init__(self) -> None:
        self.performed: list[str] = []
        self.recorded: list[tuple[str, str]] = []
        self.answer: Callable[[LeasedEffect], Outcome] = Done
        self.trouble: Exception | None = None

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        self.performed += [effect.key for effect in effects]
        if self.trouble is not None:
            raise self.trouble
        return [self.answer(effect) for effect in effects]

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        pass

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        self.recorded += [(o.effect.key, type(o).__name__) for o in outcomes]


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def carrier(outbox: Any, hands: Hands) -> Carrier:
    return Carrier(
        outbox.database,
        IdSource(seed=7),
        dict.fromkeys(EffectKind, hands),
        owner="me",
        attempts_most=5,
    )


@pytest.fixture
def die_at() -> Iterator[Callable[[str], None]]:
    """Let the process die at a crash point, once."""

    def at(name: str) -> None:
        def listener(reached: str) -> None:
            if reached == name:
                crashpoints.listen(None)
                raise Died

        crashpoints.listen(listener)

    yield at
    crashpoints.listen(None)


def test_an_effect_is_carried_out_once_and_its_result_stored(
    outbox: Any, carrier: Carrier, hands: Hands
) -> None:
    outbox.record("a")
    assert [type(o) for o in carrier.carry_out(outbox.ids("a"))] == [Done]
    assert carrier.carry_out(outbox.ids("a")) == []
    assert hands.performed == ["a"]
    assert hands.recorded == [("a", "Done")]
    assert outbox.row("a").state == "done"


def test_effects_go_to_the_handler_by_kind_and_party(
    outbox: Any, carrier: Carrier, hands: Hands
) -> None:
    calls: list[list[str]] = []
    hands.answer = Done
    original = hands.perform
    hands.perform = lambda effects: (  # type: ignore[method-assign]
        calls.append([e.key for e in effects]),
        original(effects),
    )[1]
    outbox.record("a", "b")
    outbox.record("c", party="amazon-eu")
    outbox.record("d", kind=EffectKind.PUSH_REFUND)
    carrier.carry_out(outbox.ids())
    assert sorted(calls) == [["a", "b"], ["c"], ["d"]]


def test_the_same_ids_in_8_workers_are_carried_out_once(
    outbox: Any, carrier: Carrier, hands: Hands
) -> None:
    outbox.record(*(f"e{n}" for n in range(20)))
    ids = outbox.ids()
    in_threads(8, lambda _: carrier.carry_out(ids))
    assert sorted(hands.performed) == sorted(outbox.keys())


# Answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [TransientError("down"), OutcomeUnknown("cut"), KeyError("a fault of the plugin")]
)
def test_what_may_succeed_later_is_tried_later(
    outbox: Any, carrier: Carrier, hands: Hands, clock: ManualClock, error: Exception
) -> None:
    outbox.record("a")
    hands.trouble = error
    carrier.carry_out(outbox.ids())
    row = outbox.row("a")
    assert (row.state, row.attempts) == ("pending", 1)
    assert row.due_at > clock.now()
    assert type(error).__name__ in row.last_error
    hands.trouble = None
    clock.advance(1)
    carrier.carry_out(outbox.ids())
    assert outbox.row("a").state == "done"


def test_a_plugins_fault_is_told_without_its_text(
    outbox: Any, carrier: Carrier, hands: Hands
) -> None:
    """Which may hold a buyer's name."""
    outbox.record("a")
    hands.trouble = ValueError("Ada Buyer, Seattle")
    carrier.carry_out(outbox.ids())
    assert "Ada" not in outbox.row("a").last_error


def test_a_refusal_ends_it_and_asks_for_a_person(
    outbox: Any, carrier: Carrier, hands: Hands
) -> None:
    outbox.record("a")
    hands.trouble = RejectedError("InvalidInput", "no such address")
    carrier.carry_out(outbox.ids())
    assert outbox.row("a").state == "dead"
    assert hands.recorded == [("a", "Refused")]
    (item,) = AttentionQueue(outbox.database).list()
    assert (item.key, item.kind, item.code) == ("effect:a", "effect", "InvalidInput")
    assert "no such address" in item.message


def test_one_refusal_does_not_touch_the_others(outbox: Any, carrier: Carrier, hands: Hands) -> None:
    outbox.record("a", "b", "c")
    hands.answer = lambda e: Refused(e, "no", "no") if e.key == "b" else Done(e)
    carrier.carry_out(outbox.ids())
    assert [outbox.row(key).state for key in "abc"] == ["done", "dead", "done"]


def test_being_throttled_costs_no_attempt_and_closes_the_bucket(
    outbox: Any, carrier: Carrier, hands: Hands, clock: ManualClock
) -> None:
    outbox.record("a", "b")
    (a, _b) = outbox.ids("a", "b")
    outbox.released(limits=CREATES)
    hands.trouble = Throttled("slow down", retry_after=20)
    carrier.carry_out([a])
    assert (outbox.row("a").state, outbox.row("a").attempts) == ("pending", 0)
    clock.advance(19)
    assert outbox.released(limits=CREATES) == [], "nobody else tries meanwhile"
    clock.advance(3)
    assert set(outbox.released(limits=CREATES)) == {"a", "b"}


def test_throttling_never_wears_an_effect_out(
    outbox: Any, carrier: Carrier, hands: Hands, clock: ManualClock
) -> None:
    outbox.record("a")
    hands.trouble = Throttled("slow down", retry_after=1)
    for _ in range(50):
        carrier.carry_out(outbox.ids())
        clock.advance(1)
    assert outbox.row("a").state == "pending"


# Wearing out -----------------------------------------------------------------------------------


def test_an_effect_that_never_gets_an_answer_stops(
    outbox: Any, carrier: Carrier, hands: Hands, clock: ManualClock
) -> None:
    outbox.record("a")
    hands.trouble = OutcomeUnknown("cut")
    for _ in range(10):
        carrier.carry_out(outbox.ids())
        clock.advance(hours=1)
    assert hands.performed == ["a"] * 5
    assert outbox.row("a").state == "dead"
    (item,) = AttentionQueue(outbox.database).list()
    assert item.code == "gave_up"
    assert "no answer in 5 attempts; last: OutcomeUnknown: cut" in item.message


def test_an_effect_that_kills_its_worker_stops_too(
    outbox: Any, carrier: Carrier, hands: Hands, clock: ManualClock, die_at: Callable[[str], None]
) -> None:
    outbox.record("poison")
    for _ in range(5):
        die_at("effects.after_lease")
        with pytest.raises(Died):
            carrier.carry_out(outbox.ids())
        clock.advance(60)
    carrier.carry_out(outbox.ids())
    assert outbox.row("poison").state == "dead"
    assert hands.performed == []
    (item,) = AttentionQueue(outbox.database).list()
    assert "the worker was killed" in item.message


def test_pauses_grow_from_half_a_second_to_five_minutes_and_vary(
    outbox: Any, hands: Hands, clock: ManualClock
) -> None:
    outbox.record("a")
    patient = Carrier(
        outbox.database,
        IdSource(seed=7),
        {EffectKind.CREATE_FULFILLMENT: hands},
        owner="me",
        attempts_most=100,
    )
    hands.trouble = TransientError("down")
    pauses = []
    for _ in range(16):
        patient.carry_out(outbox.ids())
        pause = (outbox.row("a").due_at - clock.now()).total_seconds()
        pauses.append(pause)
        clock.advance(pause)
    for attempt, pause in enumerate(pauses):
        full = min(0.5 * 2**attempt, 300)
        assert full / 2 <= pause <= full
    shares = {round(pause / min(0.5 * 2**n, 300), 3) for n, pause in enumerate(pauses)}
    assert len(shares) > 8, "so that those who failed together don't come back together"


def test_the_same_seed_gives_the_same_pauses(outbox: Any, hands: Hands) -> None:
    def pause(seed: int, key: str) -> float:
        outbox.record(key)
        hands.trouble = TransientError("down")
        kinds = {EffectKind.CREATE_FULFILLMENT: hands}
        Carrier(outbox.database, IdSource(seed), kinds, owner="me").carry_out(outbox.ids(key))
        return float((outbox.row(key).due_at - outbox.clock.now()).total_seconds())

    assert pause(3, "a") == pause(3, "b") != pause(4, "c")


def test_a_pause_of_its_own_is_kept(
    outbox: Any, carrier: Carrier, hands: Hands, clock: ManualClock
) -> None:
    outbox.record("a")
    hands.answer = lambda effect: Later(effect, "come back", after=77)
    carrier.carry_out(outbox.ids())
    assert (outbox.row("a").due_at - clock.now()).total_seconds() == 77


# Deaths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "calls"),
    [
        ("effects.after_lease", 1),
        ("effects.after_call", 2),
        ("effects.before_result_commit", 2),
        ("effects.after_result_commit", 1),
    ],
)
def test_a_worker_may_die_anywhere(
    outbox: Any,
    carrier: Carrier,
    hands: Hands,
    clock: ManualClock,
    die_at: Callable[[str], None],
    point: str,
    calls: int,
) -> None:
    """It is carried out again where its result is not stored; then the handler is told so."""
    outbox.record("a")
    die_at(point)
    with pytest.raises(Died):
        carrier.carry_out(outbox.ids())
    assert carrier.carry_out(outbox.ids()) == [], "the lease holds, or it is done"
    clock.advance(41)
    seen: list[bool] = []
    hands.answer = lambda effect: (seen.append(effect.may_have_happened), Done(effect))[1]
    carrier.carry_out(outbox.ids())
    assert outbox.row("a").state == "done"
    assert len(hands.performed) == calls
    assert all(seen)


def test_a_worker_that_wakes_up_late_changes_nothing(
    outbox: Any, carrier: Carrier, hands: Hands, clock: ManualClock
) -> None:
    outbox.record("a")
    ids = outbox.ids()

    def sleep_through_the_lease(effect: LeasedEffect) -> Outcome:
        hands.answer = Done
        clock.advance(41)
        carrier.carry_out(ids)
        return Refused(effect, "late", "an answer to a question that is settled")

    hands.answer = sleep_through_the_lease
    carrier.carry_out(ids)
    row = outbox.row("a")
    assert (row.state, row.last_error, row.fence) == ("done", None, 2)
    assert hands.recorded == [("a", "Done")]
    assert AttentionQueue(outbox.database).list() == []


def test_the_result_and_the_change_that_follows_are_stored_together_or_not_at_all(
    outbox: Any, carrier: Carrier, hands: Hands
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the change failed")

    outbox.record("a")
    hands.record = fail  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        carrier.carry_out(outbox.ids())
    assert outbox.row("a").state == "leased"
