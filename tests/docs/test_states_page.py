"""The page of all states names every one that there is."""

from __future__ import annotations

import importlib
import pkgutil
import re
from enum import StrEnum
from pathlib import Path

import pytest

import stockpool

PAGE = (Path(__file__).parents[2] / "docs" / "states.md").read_text("utf-8")


def _enumerations() -> dict[str, type[StrEnum]]:
    """All enumerations of states and statuses, by name."""
    found: dict[str, type[StrEnum]] = {}
    for module in pkgutil.walk_packages(stockpool.__path__, "stockpool."):
        if module.name.startswith(("stockpool.cli", "stockpool.testing", "stockpool.storage")):
            continue  # options of commands; not of the engine; migrations
        members = vars(importlib.import_module(module.name)).items()
        found |= {name: value for name, value in members if _is_of_states(name, value)}
    return found


def _is_of_states(name: str, value: object) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, StrEnum)
        and re.search(r"(State|Status|Disposition)$", name) is not None
    )


ENUMERATIONS = _enumerations()


def test_there_are_states() -> None:
    assert {"OrderStatus", "RefundState", "CancellationState", "DueState"} <= set(ENUMERATIONS)


@pytest.mark.parametrize("name", sorted(ENUMERATIONS))
def test_every_state_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE
    missing = [one.value for one in ENUMERATIONS[name] if f"`{one.value}`" not in PAGE]
    assert missing == []
