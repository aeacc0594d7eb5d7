"""Refusals as values: what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why something was refused, or needs a person.

    Attributes:
        code: stable, lower_snake_case; scripts may rely on it.
        message: what is wrong, in a sentence that repeats no personal data.
        field: where, as a path (`ship_to.postal_code`, `lines[2].quantity`).
        limit: the bound that was broken, if there is one.
        fix: what to do about it.
        source: where it came from (`orders.csv:12`), if known.
    """

    code: str
    message: str
    field: str | None = None
    limit: str | None = None
    fix: str | None = None
    source: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The members that are set, ready for JSON."""
        members = {
            "code": self.code,
            "message": self.message,
            "field": self.field,
            "limit": self.limit,
            "fix": self.fix,
            "source": self.source,
        }
        return {name: value for name, value in members.items() if value is not None}

    def __str__(self) -> str:
        place = f"{self.field}: " if self.field else ""
        remedy = f" ({self.fix})" if self.fix else ""
        return f"{place}{self.message}{remedy}"
