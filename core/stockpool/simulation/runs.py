"""Many lives, one after the other or in several processes, and what came of them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

from stockpool.simulation.life import Life, live
from stockpool.simulation.script import FAULTS, Script, script_of
from stockpool.simulation.shrinking import shrunk
from stockpool.simulation.world import migrated_file


@dataclass(slots=True)
class Summary:
    """What many lives had in them.

    Attributes:
        failures: the lives that failed, each with a script that was made as short as possible.
    """

    lives: int = 0
    steps: int = 0
    days: float = 0.0
    orders: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[Life, Script]] = field(default_factory=list)

    def add(self, life: Life) -> None:
        """Count a life."""
        self.lives += 1
        self.steps += life.steps
        self.days += life.days
        self.orders += life.orders
        self.faults.update(life.faults)


def simulate(
    seeds: Sequence[int],
    *,
    days: float = 30,
    faults: frozenset[str] = FAULTS,
    jobs: int = 1,
    failures_most: int = 5,
    lived: Callable[[Life], None] = lambda life: None,
) -> Summary:
    """Live the lives of `seeds`; stops after some have failed.

    Args:
        days: how much time passes in each, before it comes to rest.
        faults: of `steps.FAULTS`.
        jobs: processes to use.
        lived: told of each life.
    """
    summary = Summary()
    with _quiet(), TemporaryDirectory(prefix="stockpool-simulation-") as folder:
        template = migrated_file(Path(folder))
        for life in _lives(seeds, days, faults, template, jobs):
            summary.add(life)
            lived(life)
            if life.failure is not None:
                script = _shortest(life.seed, days, faults, template)
                summary.failures.append(
                    (replace(life, failure=live(script, template).failure), script)
                )
                if len(summary.failures) >= failures_most:
                    break
    return summary


def replay(seed: int, *, days: float = 30, faults: frozenset[str] = FAULTS) -> Life:
    """Live the life of one seed again; its `state` is the same wherever it is lived."""
    with _quiet(), TemporaryDirectory(prefix="stockpool-simulation-") as folder:
        return live(script_of(seed, days=days, faults=faults), migrated_file(Path(folder)))


def _lives(
    seeds: Sequence[int], days: float, faults: frozenset[str], template: Path, jobs: int
) -> Iterator[Life]:
    if jobs == 1:
        yield from (_life(seed, days, faults, template) for seed in seeds)
        return
    # Spawned, not forked: a life begins in a process that has done nothing else.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_hush) as pool:
        try:
            yield from pool.map(
                _life, seeds, repeat(days), repeat(faults), repeat(template), chunksize=4
            )
        finally:
            pool.shutdown(cancel_futures=True)


def _life(seed: int, days: float, faults: frozenset[str], template: Path) -> Life:
    return live(script_of(seed, days=days, faults=faults), template)


def _shortest(seed: int, days: float, faults: frozenset[str], template: Path) -> Script:
    script = script_of(seed, days=days, faults=faults)
    return shrunk(script, lambda one: live(one, template).failure is not None)


@contextmanager
def _quiet() -> Iterator[None]:
    """Faults are made by the thousand; the log would repeat them all."""
    before: dict[str, Any] = structlog.get_config()
    _hush()
    try:
        yield
    finally:
        structlog.configure(**before)


def _hush() -> None:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        cache_logger_on_first_use=False,
    )
