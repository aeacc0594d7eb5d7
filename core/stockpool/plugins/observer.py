"""Observers are told what happened, after it was committed. They decide nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `facts` hold identifiers and numbers, no personal data."""

    name: str
    at: datetime
    facts: Mapping[str, Any]


class Observer(Protocol):
    """Told about events. What it raises is logged and changes nothing."""

    def notify(self, event: Event) -> None:
        """Take note of `event`. Called in the worker: be quick."""
        ...
