"""Working until nothing is left to do, with a clock that is moved by hand."""

from __future__ import annotations

from stockpool.clock import ManualClock
from stockpool.engine import Engine

_STEPS_MOST = 200


def settle(engine: Engine, *, step: float = 30.0) -> None:
    """Work and let `step` seconds pass in turn, until nothing is left; the books are right then.

    `engine.work(until_idle=True)` moves the clock in steps of 20 ms, which takes long while an
    effect waits minutes for its next attempt.
    """
    assert isinstance(engine.clock, ManualClock)
    for _ in range(_STEPS_MOST):
        done = engine.work()
        if not done and engine.idle():
            break
        if not done:
            engine.clock.advance(step)
    else:
        raise AssertionError(f"still not idle after {_STEPS_MOST} rounds")
    report = engine.verify()
    assert report.ok, report.violations
