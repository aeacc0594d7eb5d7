"""Time as a dependency. Nothing else in the engine asks the operating system what time it is."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The engine's only source of time."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass. A simulated clock moves at once."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ManualClock:
    """A clock that stands still until it is moved: for tests and simulation."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("start must be an aware datetime")
        self._now = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float = 0, **parts: float) -> None:
        """Move forward by `seconds` and by the parts of a timedelta (`days=1`)."""
        step = timedelta(seconds=seconds) + timedelta(**parts)
        if step < timedelta(0):
            raise ValueError("a clock never runs backwards")
        with self._lock:
            self._now += step

    def sleep(self, seconds: float) -> None:
        self.advance(max(seconds, 0))


class ScaledClock:
    """The machine's clock running `speed` times as fast from the moment it is made."""

    def __init__(self, speed: float, start: datetime | None = None) -> None:
        if speed <= 0:
            raise ValueError("speed must be positive")
        self.speed = speed
        self._started = time.monotonic()
        self._start = start or datetime.now(UTC)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._started) * self.speed)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.speed)
