"""Dispatch: priority, promise, turns; no more than the limit allows; again when it is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from stockpool.clock import ManualClock
from stockpool.outbox.dispatch import RESEND_SECONDS
from stockpool.outbox.effects import EffectKind, Ending, unfinished
from stockpool.plugins.network import RateLimit

CREATES = {"amazon-na": {"createFulfillmentOrder": RateLimit(rate=2, burst=3)}}


def test_what_is_due_is_released_once(outbox: Any) -> None:
    outbox.record("a", "b")
    assert outbox.released() == ["a", "b"]
    assert outbox.released() == []


def test_what_is_not_due_stays(outbox: Any, clock: ManualClock) -> None:
    outbox.record("later", due_at=clock.now() + timedelta(seconds=5))
    assert outbox.released() == []
    clock.advance(5)
    assert outbox.released() == ["later"]


def test_higher_priorities_then_earlier_promises_go_first(outbox: Any, clock: ManualClock) -> None:
    soon, late = (clock.now() + timedelta(days=days) for days in (1, 5))
    outbox.record("standard", promised_at=late)
    outbox.record("expedited", promised_at=soon)
    outbox.record("urgent-late", promised_at=late, priority=5)
    outbox.record("urgent-soon", promised_at=soon, priority=5)
    assert outbox.released() == ["urgent-soon", "urgent-late", "expedited", "standard"]


def test_an_expedited_order_passes_a_long_backlog(outbox: Any, clock: ManualClock) -> None:
    late = clock.now() + timedelta(days=5)
    outbox.record(*(f"standard-{n:03}" for n in range(300)), promised_at=late)
    outbox.record("expedited", promised_at=clock.now())
    assert outbox.released(limits=CREATES)[0] == "expedited"


def test_shares_take_turns(outbox: Any) -> None:
    outbox.record("a1", "a2", "a3", share="big")
    outbox.record("b1", share="small")
    outbox.record("c1", "c2", share="third")
    assert outbox.released() == ["a1", "b1", "c1", "a2", "c2", "a3"]


def test_priority_comes_before_turns(outbox: Any) -> None:
    outbox.record("a1", "a2", share="big", priority=1)
    outbox.record("b1", share="small")
    assert outbox.released() == ["a1", "a2", "b1"]


def test_lanes_do_not_wait_for_each_other(outbox: Any) -> None:
    outbox.record(*(f"create-{n}" for n in range(10)))
    outbox.record("cancel", kind=EffectKind.CANCEL_FULFILLMENT)
    outbox.record("refund", kind=EffectKind.PUSH_REFUND, party="web")
    assert set(outbox.released(limits=CREATES)) == {
        "create-0",
        "create-1",
        "create-2",
        "cancel",
        "refund",
    }


def test_one_of_an_aggregate_goes_at_a_time(outbox: Any, clock: ManualClock) -> None:
    outbox.record("a1", "a2", aggregate="order-1")
    assert outbox.released() == ["a1"]
    outbox.done(*outbox.lease("a1"))
    assert outbox.released() == ["a2"]


def test_no_more_is_released_than_the_bucket_holds(outbox: Any, clock: ManualClock) -> None:
    keys = [f"e{n}" for n in range(10)]
    outbox.record(*keys)
    assert outbox.released(limits=CREATES) == keys[:3]
    assert outbox.released(limits=CREATES) == []
    clock.advance(1)
    assert outbox.released(limits=CREATES) == keys[3:5]


def test_each_party_has_its_own_limit(outbox: Any) -> None:
    outbox.record("a1", "a2", "a3", "a4")
    outbox.record("b1", "b2", party="amazon-eu")
    assert set(outbox.released(limits=CREATES)) == {"a1", "a2", "a3", "b1", "b2"}


def test_a_message_carries_a_batch_and_what_failed_before_travels_alone(
    outbox: Any, clock: ManualClock
) -> None:
    outbox.record("bad", "a", "b", "c")
    (bad,) = outbox.lease("bad")
    outbox.finish(Ending(bad, "pending", clock.now(), error="killed"))
    sizes = sorted(len(sent.effect_ids) for sent in outbox.release(batch=2))
    assert sizes == [1, 1, 2]
    alone = outbox.ids("bad")
    clock.advance(RESEND_SECONDS)
    assert any(list(sent.effect_ids) == alone for sent in outbox.release(batch=20))


def test_a_call_releases_at_most_so_many_of_a_lane(outbox: Any) -> None:
    outbox.record(*(f"e{n}" for n in range(10)))
    assert len(outbox.released(most=4)) == 4


def test_what_nobody_has_taken_up_is_sent_again(outbox: Any, clock: ManualClock) -> None:
    """The broker may have lost the message."""
    outbox.record("a")
    assert outbox.released() == ["a"]
    clock.advance(RESEND_SECONDS - 1)
    assert outbox.released() == []
    clock.advance(1)
    assert outbox.released() == ["a"]


def test_what_a_dead_worker_had_is_sent_again_when_its_lease_has_run_out(
    outbox: Any, clock: ManualClock
) -> None:
    outbox.record("a")
    outbox.released()
    outbox.lease("a", seconds=40)
    clock.advance(39)
    assert outbox.released() == []
    clock.advance(1)
    assert outbox.released() == ["a"]


def test_a_failed_effect_is_sent_at_its_time_whenever_it_was_sent_before(
    outbox: Any, clock: ManualClock
) -> None:
    outbox.record("a")
    outbox.released()
    (leased,) = outbox.lease("a")
    outbox.finish(Ending(leased, "pending", clock.now() + timedelta(seconds=1), error="down"))
    clock.advance(1)
    assert outbox.released() == ["a"]


def test_what_has_ended_is_never_sent(outbox: Any, clock: ManualClock) -> None:
    outbox.record("done", "dead", "withdrawn")
    outbox.withdraw("withdrawn")
    done, dead = outbox.lease("done", "dead")
    outbox.done(done)
    outbox.finish(Ending(dead, "dead", clock.now(), error="no"))
    clock.advance(days=1)
    assert outbox.released() == []


# Cost ------------------------------------------------------------------------------------------


@pytest.fixture
def history(outbox: Any) -> Any:
    """An outbox with thousands of finished effects and a few that are due."""
    database = outbox.database
    outbox.record(*(f"old-{n}" for n in range(3_000)))
    with database.write() as connection:
        connection.execute(text("UPDATE effects SET state = 'done'"))
    outbox.record("a", "b", share="web")
    outbox.record("c", kind=EffectKind.PUSH_REFUND, party="web")
    with database.engine.connect().execution_options(
        **({} if database.is_sqlite else {"isolation_level": "AUTOCOMMIT"})
    ) as connection:
        # Tests before this one have left their marks in a database that was only emptied.
        connection.exec_driver_sql(
            "ANALYZE" if database.is_sqlite else "VACUUM (FULL, ANALYZE) effects"
        )
        if database.is_sqlite:
            connection.commit()
    return outbox


def plans(outbox: Any, work: Any) -> list[str]:
    """How the database finds the rows of each statement about effects."""
    explain = "EXPLAIN QUERY PLAN " if outbox.database.is_sqlite else "EXPLAIN "
    found: list[str] = []

    def note(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith(("EXPLAIN", "BEGIN", "UPDATE")) and "effects" in statement:
            rows = connection.exec_driver_sql(explain + statement, parameters)
            found.append("\n".join(str(row) for row in rows))

    event.listen(outbox.database.engine, "before_cursor_execute", note)
    work()
    event.remove(outbox.database.engine, "before_cursor_execute", note)
    return found


def test_finished_effects_cost_the_dispatcher_nothing(history: Any) -> None:
    seen = plans(history, lambda: history.release())
    assert len(seen) > 3
    for plan in seen:
        assert "ix_effects_open_" in plan, plan
        assert "Seq Scan" not in plan
        assert "SCAN effects\n" not in plan + "\n"


def test_finished_effects_cost_the_count_of_unfinished_ones_nothing(history: Any) -> None:
    def count() -> None:
        with history.database.read() as connection:
            assert unfinished(connection) == 3

    (plan,) = plans(history, count)
    assert "ix_effects_open_" in plan, plan
