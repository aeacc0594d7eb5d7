"""Taking turns, medians, and tables."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

Run = Callable[[], None]


@dataclass(slots=True)
class Result:
    """One line of a table. `rates` and `bare` are orders a second, one of each per round."""

    group: str
    name: str
    rates: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    statements: float | None = None
    notes: dict[str, float] = field(default_factory=dict)
    unit: str = "orders/s"

    @property
    def rate(self) -> float:
        """The median."""
        return median(self.rates)

    @property
    def yardstick(self) -> float | None:
        """The bare driver's median."""
        return median(self.bare) if self.bare else None

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' own ratios: what disturbs a round disturbs both its halves."""
        if not self.bare:
            return None
        return median([rate / bare for rate, bare in zip(self.rates, self.bare, strict=True)])

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "group": self.group,
            "name": self.name,
            "unit": self.unit,
            "rate": self.rate,
            "yardstick": self.yardstick,
            "ratio": self.ratio,
            "statements": self.statements,
            "notes": self.notes,
            "rates": self.rates,
            "bare": self.bare,
        }


def seconds(run: Run) -> float:
    """How long `run` takes, with nothing old left for the garbage collector to look at."""
    gc.collect()
    gc.freeze()
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say what is being measured, and how long that took."""
    print(f"  {what} ...", end="", flush=True)
    began = time.perf_counter()
    yield
    print(f" {time.perf_counter() - began:.0f} s", flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of `values` lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def table(results: Sequence[Result]) -> str:
    """All results as one table of text, which is Markdown too."""
    rows = [("measured", "rate", "bare driver", "ratio", "statements", "")]
    group = ""
    for result in results:
        if result.group != group:
            group = result.group
            rows.append((f"**{group}**", "", "", "", "", ""))
        rows.append(
            (
                result.name,
                f"{result.rate:,.0f} {result.unit}",
                "" if result.yardstick is None else f"{result.yardstick:,.0f}",
                "" if result.ratio is None else f"{result.ratio:.2f}",
                "" if result.statements is None else f"{result.statements:g}",
                ", ".join(f"{name} {_figure(value)}" for name, value in result.notes.items()),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:.2f}"
