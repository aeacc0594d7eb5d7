"""Crash points: nothing in production, and no point without a name on the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stockpool import crashpoints

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _nobody_listens_afterwards() -> Iterator[None]:
    yield
    crashpoints.listen(None)


def test_nothing_happens_while_nobody_listens() -> None:
    crashpoints.reached("intake.before_commit")


def test_a_listener_is_told_and_may_raise() -> None:
    seen: list[str] = []
    crashpoints.listen(seen.append)
    crashpoints.reached("intake.before_commit")
    crashpoints.listen(None)
    crashpoints.reached("intake.after_commit")
    assert seen == ["intake.before_commit"]


def test_a_point_that_is_not_listed_is_a_mistake() -> None:
    crashpoints.listen(lambda name: None)
    with pytest.raises(ValueError, match="'nowhere'; add it"):
        crashpoints.reached("nowhere")


def test_every_listed_point_is_in_the_code_and_every_point_in_the_code_is_listed() -> None:
    call = re.compile(r'\breached\(\s*"([^"]+)"')
    sources = [
        path.read_text()
        for folder in ("core", "plugins", "workers")
        for path in (REPOSITORY / folder).rglob("*.py")
    ]
    assert {name for source in sources for name in call.findall(source)} == crashpoints.NAMES
