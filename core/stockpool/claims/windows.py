"""When a loss can be claimed: dated rules by kind and country. Pure.

The rules are data (`data/claim_windows.toml`). A country of which nothing is known takes the rules
of the United States, marked as not confirmed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from stockpool.claims.kinds import ClaimKind

FALLBACK = "US"


@dataclass(frozen=True, slots=True)
class ClaimWindow:
    """From when until when a claim can be made.

    Attributes:
        confirmed: the network has published these days for this country.
    """

    opens_at: datetime
    closes_at: datetime
    confirmed: bool

    def stage(self, at: datetime) -> str:
        """`waiting`, `open` or `over`."""
        if at < self.opens_at:
            return "waiting"
        return "open" if at < self.closes_at else "over"


def window(
    kind: ClaimKind,
    country: str,
    since: datetime,
    *,
    closes_after_days: Mapping[str, int] | None = None,
) -> ClaimWindow:
    """The window of a loss, by the rule of the day on which it happened.

    Args:
        since: what the days are counted from: delivery, loss, refund, by kind.
        closes_after_days: by kind; overrides the published end.
    """
    rule, known = _rule(kind, country, since.date())
    days = (closes_after_days or {}).get(kind.value)
    last = rule["closes_after_days"] if days is None else days
    return ClaimWindow(
        since + timedelta(days=min(rule["opens_after_days"], last)),
        since + timedelta(days=last),
        days is not None or (known and rule["confirmed"]),
    )


def _rule(kind: ClaimKind, country: str, on: date) -> tuple[Mapping[str, Any], bool]:
    rules = _published()[kind.value]
    for place in (country, FALLBACK):
        known = [rule for rule in rules if rule["country"] == place]
        if known:
            in_force = [rule for rule in known if rule["from"] <= on] or [
                min(known, key=lambda rule: rule["from"])
            ]
            return max(in_force, key=lambda rule: rule["from"]), place == country
    raise ValueError(f"no rule for {kind.value}")


@cache
def _published() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    text = files("stockpool").joinpath("data/claim_windows.toml").read_text("utf-8")
    return tomllib.loads(text)
