"""What is under way in this process: for `--until-idle`, and to wake the dispatcher."""

from __future__ import annotations

import threading


class Activity:
    """Counts duties that were sent and have not ended, and how much they did."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0
        self._done = 0
        self.work_recorded = threading.Event()
        """Set when a duty may have recorded effects: the dispatcher need not wait for its tick."""

    def begin(self) -> None:
        """A duty was sent."""
        with self._changed:
            self._under_way += 1

    def end(self, done: int) -> None:
        """A duty has ended and did so much."""
        with self._changed:
            self._under_way -= 1
            self._done += done
            self._changed.notify_all()
        if done:
            self.work_recorded.set()

    def wait_until_quiet(self, seconds: float) -> bool:
        """Wait until nothing is under way; False if that took longer than `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way <= 0, timeout=seconds)

    def take_done(self) -> int:
        """How much was done since this was asked last."""
        with self._changed:
            done, self._done = self._done, 0
            return done
