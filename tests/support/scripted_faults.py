"""Faults and callbacks at chosen calls of a fake: races and failures are made, not waited for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Subject = Any
"""What a call is about: an id, or the list of keys of a push."""


@dataclass(slots=True)
class _Fault:
    operation: str
    error: Callable[[], Exception]
    after: bool
    left: int | None
    when: Callable[[Subject], bool]


class Faults:
    """What goes wrong, and where. Safe to share between threads."""

    def __init__(self) -> None:
        self._faults: list[_Fault] = []
        self._callbacks: list[tuple[str, str, Callable[[Subject], None]]] = []
        self._lock = threading.Lock()
        self.fired = 0

    def fail(
        self,
        operation: str,
        error: Exception | Callable[[], Exception],
        *,
        after: bool = False,
        times: int | None = 1,
        when: Callable[[Subject], bool] | None = None,
    ) -> None:
        """Raise `error` from the next `times` calls of `operation` (None: from all).

        Args:
            after: the call takes effect first, and only its answer is lost.
            when: only calls about such a subject.
        """
        make = (lambda: error) if isinstance(error, Exception) else error
        with self._lock:
            self._faults.append(_Fault(operation, make, after, times, when or (lambda _: True)))

    def before(self, operation: str, callback: Callable[[Subject], None]) -> None:
        """Run `callback` at the start of each call of `operation`, before it takes effect."""
        self._callbacks.append((operation, "before", callback))

    def after(self, operation: str, callback: Callable[[Subject], None]) -> None:
        """Run `callback` once a call of `operation` has taken effect, before it answers."""
        self._callbacks.append((operation, "after", callback))

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()
            self._callbacks.clear()

    @contextmanager
    def around(self, operation: str, subject: Subject) -> Iterator[None]:
        """A call: what is scripted for it happens."""
        self._call_back(operation, "before", subject)
        fault = self._next(operation, subject)
        if fault is not None and not fault.after:
            raise fault.error()
        yield
        self._call_back(operation, "after", subject)
        if fault is not None:
            raise fault.error()

    def _call_back(self, operation: str, moment: str, subject: Subject) -> None:
        for name, at, callback in list(self._callbacks):
            if (name, at) == (operation, moment):
                callback(subject)

    def _next(self, operation: str, subject: Subject) -> _Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.operation == operation and fault.left != 0 and fault.when(subject):
                    if fault.left is not None:
                        fault.left -= 1
                    self.fired += 1
                    return fault
        return None
