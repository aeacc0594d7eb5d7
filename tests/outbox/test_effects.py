"""Effects: recorded once, leased by one, in order, counted when taken, finished under the fence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from at_once import in_threads
from stockpool.clock import ManualClock
from stockpool.outbox.effects import EffectKind, Ending, Lane, NewEffect, record, unfinished
from stockpool.outbox.tables import effect_attempts

# Recording -------------------------------------------------------------------------------------


def test_an_effect_is_recorded_as_pending_and_due_at_once(outbox: Any) -> None:
    assert outbox.record("a") == ["a"]
    row = outbox.row("a")
    assert (row.state, row.attempts, row.fence, row.lane) == ("pending", 0, 0, "fulfillment")
    assert row.due_at == row.promised_at == row.recorded_at == outbox.clock.now()


def test_a_known_key_is_left_as_it_is(outbox: Any) -> None:
    outbox.record("a", payload={"first": 1})
    assert outbox.record("a", "b", payload={"second": 2}) == ["b"]
    assert outbox.row("a").payload == '{"first":1}'


def test_a_key_twice_in_one_call_is_recorded_once_as_it_came_first(outbox: Any) -> None:
    first = NewEffect(EffectKind.PUSH_REFUND, "a", "web", "a", {}, priority=1)
    assert outbox.record_all([first, replace(first, priority=2)]) == ["a"]
    assert outbox.row("a").priority == 1


def test_8_threads_that_record_one_key_record_it_once_without_error(outbox: Any) -> None:
    new = in_threads(8, lambda n: outbox.record("a", f"own-{n}"))
    assert sorted(key for keys in new for key in keys) == sorted(
        ["a", *(f"own-{n}" for n in range(8))]
    )


def test_effects_of_a_change_that_is_taken_back_are_not_there(outbox: Any) -> None:
    effect = NewEffect(EffectKind.PUSH_REFUND, "a", "web", "a", {})

    def work(connection: Any) -> None:
        record(connection, [effect], at=outbox.clock.now())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        outbox.database.run(work)
    assert outbox.keys() == []


@pytest.mark.parametrize("kind", EffectKind)
def test_every_kind_has_a_lane(kind: EffectKind) -> None:
    assert kind.lane in Lane


def test_money_and_cancellations_wait_in_no_ones_queue() -> None:
    assert EffectKind.PUSH_REFUND.lane is not EffectKind.PUSH_TRACKING.lane
    assert EffectKind.CANCEL_FULFILLMENT.lane is not EffectKind.CREATE_FULFILLMENT.lane


# Leasing ---------------------------------------------------------------------------------------


def test_a_lease_carries_what_the_handler_needs(outbox: Any, clock: ManualClock) -> None:
    outbox.record("a")
    (leased,) = outbox.lease("a", seconds=40)
    assert (leased.key, leased.kind, leased.party) == (
        "a",
        EffectKind.CREATE_FULFILLMENT,
        "amazon-na",
    )
    assert leased.payload == {"n": "a"}
    assert leased.leased_until == clock.now() + timedelta(seconds=40)
    assert (leased.attempts, leased.fence, leased.may_have_happened) == (1, 1, False)


def test_only_what_is_due_is_leased(outbox: Any, clock: ManualClock) -> None:
    outbox.record("later", due_at=clock.now() + timedelta(seconds=10))
    assert outbox.lease() == []
    clock.advance(10)
    assert [e.key for e in outbox.lease()] == ["later"]


def test_what_is_leased_is_not_leased_again_before_the_lease_has_run_out(
    outbox: Any, clock: ManualClock
) -> None:
    outbox.record("a")
    outbox.lease(seconds=40)
    clock.advance(39)
    assert outbox.lease() == []
    clock.advance(1)
    (again,) = outbox.lease(owner="other")
    assert (again.attempts, again.fence, again.may_have_happened) == (2, 2, True)


def test_an_attempt_is_counted_when_it_is_taken(outbox: Any) -> None:
    """So that work which kills its process is counted too."""
    outbox.record("a")
    outbox.lease()
    assert outbox.row("a").attempts == 1


def test_effects_of_one_aggregate_are_leased_one_after_the_other(outbox: Any) -> None:
    outbox.record("a1", "a2", "a3", aggregate="order-1")
    outbox.record("b1", aggregate="order-2")
    first = outbox.lease()
    assert [e.key for e in first] == ["a1", "b1"]
    assert outbox.lease("a2") == [], "its predecessor is under way"
    outbox.done(*first)
    assert [e.key for e in outbox.lease()] == ["a2"]


def test_an_effect_that_waits_for_its_next_try_holds_its_successors_back(
    outbox: Any, clock: ManualClock
) -> None:
    outbox.record("a1", "a2", aggregate="order-1")
    (first,) = outbox.lease("a1")
    outbox.finish(Ending(first, "pending", clock.now() + timedelta(seconds=60), error="down"))
    assert outbox.lease("a2") == []


@pytest.mark.parametrize("state", ["done", "dead"])
def test_an_effect_that_ended_lets_its_successors_go(outbox: Any, state: str) -> None:
    outbox.record("a1", "a2", aggregate="order-1")
    (first,) = outbox.lease("a1")
    outbox.finish(Ending(first, state, outbox.clock.now()))
    assert [e.key for e in outbox.lease()] == ["a2"]


def test_8_threads_that_lease_the_same_effects_get_each_once(outbox: Any) -> None:
    keys = [f"e{n:03}" for n in range(100)]
    outbox.record(*keys)
    outbox.record("x1", "x2", "x3", aggregate="one-order")
    taken = in_threads(8, lambda n: outbox.lease(owner=f"worker-{n}"))
    got = [effect.key for leased in taken for effect in leased]
    assert sorted(got) == [*keys, "x1"]


# The fence -------------------------------------------------------------------------------------


def test_a_result_is_stored_only_under_the_fence_it_was_leased_with(
    outbox: Any, clock: ManualClock
) -> None:
    outbox.record("a")
    (slow,) = outbox.lease(owner="slow", seconds=40)
    clock.advance(41)
    (quick,) = outbox.lease(owner="quick", seconds=40)
    assert outbox.still_ours(slow) == set()
    assert outbox.still_ours(quick) == {quick.id}
    outbox.done(quick)
    assert outbox.still_ours(quick) == set(), "what has ended is nobody's"


def test_a_lease_that_has_run_out_is_ours_until_somebody_else_has_it(
    outbox: Any, clock: ManualClock
) -> None:
    outbox.record("a")
    (late,) = outbox.lease(seconds=40)
    clock.advance(3600)
    assert outbox.still_ours(late) == {late.id}


# Endings ---------------------------------------------------------------------------------------


def test_a_success_keeps_its_result(outbox: Any) -> None:
    outbox.record("a")
    (leased,) = outbox.lease()
    outbox.finish(Ending(leased, "done", outbox.clock.now(), result={"adopted": True}))
    row = outbox.row("a")
    assert (row.state, row.result, row.leased_until) == ("done", '{"adopted": true}', None)
    assert row.finished_at == outbox.clock.now()


def test_failed_attempts_keep_their_history(outbox: Any, clock: ManualClock) -> None:
    outbox.record("a")
    for error in ("first", "second"):
        (leased,) = outbox.lease()
        outbox.finish(Ending(leased, "pending", clock.now(), error=error))
    (leased,) = outbox.lease()
    outbox.finish(Ending(leased, "dead", clock.now(), error="third"))
    with outbox.database.read() as connection:
        history = connection.execute(
            select(effect_attempts.c.outcome, effect_attempts.c.error).order_by(
                effect_attempts.c.fence
            )
        ).all()
    assert [tuple(entry) for entry in history] == [
        ("pending", "first"),
        ("pending", "second"),
        ("dead", "third"),
    ]
    assert outbox.row("a").last_error == "third"


def test_an_excused_attempt_is_not_counted(outbox: Any, clock: ManualClock) -> None:
    outbox.record("a")
    (leased,) = outbox.lease()
    outbox.finish(Ending(leased, "pending", clock.now(), error="throttled", excused=True))
    (again,) = outbox.lease()
    assert (again.attempts, again.fence, again.may_have_happened) == (1, 2, False)


def test_what_is_unfinished_is_counted(outbox: Any) -> None:
    outbox.record("a", "b", "c")
    (leased, *_) = outbox.lease("a")
    outbox.done(leased)
    with outbox.database.read() as connection:
        assert unfinished(connection) == 2


# Withdrawing -----------------------------------------------------------------------------------


def test_only_what_was_never_leased_is_taken_back(outbox: Any, clock: ManualClock) -> None:
    outbox.record("fresh", "leased", "tried", "done")
    outbox.lease("leased")
    (tried,) = outbox.lease("tried")
    outbox.finish(Ending(tried, "pending", clock.now(), error="unknown"))
    (done,) = outbox.lease("done")
    outbox.done(done)
    assert outbox.withdraw("fresh", "leased", "tried", "done", "unknown") == ["fresh"]
    row = outbox.row("fresh")
    assert (row.state, row.last_error) == ("withdrawn", "unwanted")
    assert outbox.lease("fresh") == []


def test_withdrawing_and_leasing_at_once_have_one_winner(outbox: Any) -> None:
    keys = [f"e{n:02}" for n in range(40)]
    outbox.record(*keys)

    def act(thread: int) -> list[str]:
        if thread % 2:
            return list(outbox.withdraw(*keys[thread * 3 :], *keys[: thread * 3]))
        return [effect.key for effect in outbox.lease(*keys)]

    got = [key for keys in in_threads(8, act) for key in keys]
    assert sorted(got) == keys
