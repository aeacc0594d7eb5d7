"""Doing things at the same moment, in threads or in processes."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")

_PATIENCE = 60.0
"""Nothing that is waited for takes so long: a test that hangs shall say so."""


def at_once(*works: Callable[[], T]) -> list[T]:
    """Run each of `works` in a thread of its own; all start together.

    Returns their results in order, or raises the first error (of which a race must have none).
    """
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        barrier.wait(_PATIENCE)
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        futures = [threads.submit(run, work) for work in works]
        return [future.result(_PATIENCE * 2) for future in futures]


def in_threads(count: int, work: Callable[[int], T]) -> list[T]:
    """`work(0)` ... `work(count - 1)`, each in a thread, all at once."""
    return at_once(*(partial(work, number) for number in range(count)))


def in_processes(worker: Callable[..., T], arguments: Sequence[tuple[Any, ...]]) -> list[T]:
    """`worker(*arguments[n])`, each in a fresh process, all at once.

    `worker` is a function of a module on the path, and calls `ready()` once it is set up.
    """
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(arguments))
    with context.Pool(len(arguments), _prepare, (barrier,)) as pool:
        pending = [pool.apply_async(worker, args) for args in arguments]
        return [result.get(_PATIENCE * 2) for result in pending]


_barrier: Any = None


def _prepare(barrier: Any) -> None:
    global _barrier
    _barrier = barrier


def ready() -> None:
    """In a worker of `in_processes`: wait until all the others are set up as well."""
    _barrier.wait(_PATIENCE)
