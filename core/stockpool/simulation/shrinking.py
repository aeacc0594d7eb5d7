"""The steps of a failing life that matter: others are taken out as long as it still fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from stockpool.simulation.script import Script, Step


def shrunk(script: Script, fails: Callable[[Script], bool], *, most: int = 200) -> Script:
    """A shorter script that still fails, by halving what is taken out (delta debugging).

    Args:
        fails: lives a script and says whether it fails.
        most: lives that may be spent on it.
    """
    steps = list(script.steps)
    size = max(len(steps) // 2, 1)
    lives = 0
    while lives < most:
        place, shorter = 0, False
        while place < len(steps) and lives < most:
            tried = [*steps[:place], *steps[place + size :]]
            lives += 1
            if fails(_with(script, tried)):
                steps, shorter = tried, True
            else:
                place += size
        if size == 1 and not shorter:
            break
        size = max(size // 2, 1)
    return _with(script, steps)


def _with(script: Script, steps: Sequence[Step]) -> Script:
    return replace(script, steps=tuple(steps))
