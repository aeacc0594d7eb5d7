"""The steps that a seed stands for.

A step is its kind and a number; the number decides all that is chance in it, within what is there
when it is its turn. So a script from which steps were taken out is still a script.

Each seed has its own mixture: some kinds of step and of fault are left out, others come often,
since what breaks things is rarely everything at once (swarm testing).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stockpool.simulation.steps import FAULTS, KINDS, Kind


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a life."""

    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}"


@dataclass(frozen=True, slots=True)
class Script:
    """A whole life, ready to be lived.

    Attributes:
        settings: of the simulated network: what goes wrong there by chance.
    """

    seed: int
    settings: Mapping[str, Any]
    steps: Sequence[Step]


def script_of(seed: int, *, days: float, faults: frozenset[str]) -> Script:
    """The script of a seed.

    Args:
        days: how much time shall pass in it, roughly.
        faults: which of `FAULTS` may happen.
    """
    rng = random.Random(f"script:{seed}")
    mixture = _mixture(rng, faults)
    names, weights = list(mixture), list(mixture.values())
    count = rng.randint(40, 160)
    steps = [Step(rng.choices(names, weights)[0], rng.getrandbits(32)) for _ in range(count)]
    # A working day happens now and then, so that lives get beyond their first hour.
    pace = max(1, round(count / max(days, 1)))
    for place in range(pace, count, pace + 1):
        steps[place] = Step("a_day_passes", rng.getrandbits(32))
    return Script(seed, _network_settings(rng, faults), steps)


def _mixture(rng: random.Random, faults: frozenset[str]) -> dict[str, float]:
    mixture = {}
    for name, kind in KINDS.items():
        if kind.fault is not None and kind.fault not in faults:
            continue
        if rng.random() < _left_out(kind):
            continue
        mixture[name] = kind.weight * rng.choice([0.5, 1.0, 1.0, 2.0])
    return mixture


def _left_out(kind: Kind) -> float:
    """How likely a life goes without this kind of step."""
    if kind.needed:
        return 0.0
    return 0.5 if kind.fault is not None else 0.25


def _network_settings(rng: random.Random, faults: frozenset[str]) -> dict[str, Any]:
    chances: dict[str, Any] = {}
    if "news" in faults and rng.random() < 0.6:
        chances |= {"duplicate_changes": 0.3, "late_changes": 0.3, "reordered_changes": 0.5}
    if "parcels" in faults and rng.random() < 0.6:
        chances |= {
            "damaged_units": 0.1,
            "delayed_tracking": 0.3,
            "delayed_parcels": 0.1,
            "attempted_parcels": 0.1,
            "lost_parcels": 0.1,
            "undeliverable_parcels": 0.1,
        }
    settings: dict[str, Any] = {"faults": chances}
    if "news" in faults and rng.random() < 0.3:
        # So slow that what was asked to be cancelled may have left by then.
        settings["steps"] = {"cancel": (0.5, 12.0)}
    return settings


__all__ = ["FAULTS", "Script", "Step", "script_of"]
