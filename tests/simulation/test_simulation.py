"""Lives of the whole engine: they end well, they repeat exactly, and they find what is planted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from planted_faults import PLANTED
from stockpool import crashpoints
from stockpool.simulation.life import Life, live
from stockpool.simulation.runs import replay, simulate
from stockpool.simulation.script import FAULTS, Script, Step, script_of
from stockpool.simulation.shrinking import shrunk
from stockpool.simulation.steps import KINDS
from stockpool.simulation.world import migrated_file

DAYS = 5
SEEDS_MOST = 200


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_file(tmp_path_factory.mktemp("lives"))


@pytest.fixture(autouse=True)
def _no_listener() -> Iterator[None]:
    """A life that broke off leaves no crash point behind."""
    yield
    crashpoints.listen(None)


@pytest.mark.parametrize("first", [1, 4])
def test_lives_end_well(first: int) -> None:
    summary = simulate(range(first, first + 3), days=DAYS)
    assert [(life.seed, life.failure) for life, _ in summary.failures] == []
    assert summary.lives == 3
    assert summary.faults, "nothing went wrong, so nothing was proved"


def test_without_faults_nothing_goes_wrong_and_everything_is_told() -> None:
    summary = simulate(range(1, 4), days=DAYS, faults=frozenset())
    assert summary.failures == []
    assert not summary.faults


def test_a_seed_is_the_same_life_in_another_process() -> None:
    """Not even the order of a set may matter: ours is another than its."""
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from stockpool.cli import main; main()"),
            *("simulate", "--replay", "7", "--days", str(DAYS), "--json"),
        ],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    life = replay(7, days=DAYS)
    assert json.loads(done.stdout)["state"] == life.state
    assert replay(8, days=DAYS).state != life.state


def test_every_kind_of_step_and_fault_happens() -> None:
    kinds = set()
    for seed in range(1, 60):
        kinds |= {step.kind for step in script_of(seed, days=DAYS, faults=FAULTS).steps}
    assert kinds == set(KINDS)
    assert {kind.fault for kind in KINDS.values()} - {None} <= FAULTS


def test_a_life_is_shortened_to_the_steps_that_matter() -> None:
    steps = tuple(Step("poll", number) for number in range(60))
    needed = {steps[7], steps[41]}
    short = shrunk(Script(1, {}, steps), lambda script: needed <= set(script.steps))
    assert set(short.steps) == needed


FINDS = {
    "anybody_may_finish": 40,
    "asking_is_cancelling": 132,
    "edits_come_too_late": 12,
    "failed_effects_are_forgotten": 18,
    "figures_forget_what_we_hold": 12,
    "figures_know_no_margin": 2,
    "late_news_win": 6,
    "news_are_added_up": 8,
    "nobody_is_told": 2,
    "parcels_have_no_key": 1,
    "refunds_have_no_key": 10,
    "timeouts_are_refusals": 2,
    "who_waits_waits_for_ever": 2,
    "withdrawn_units_stay_held": 10,
}
"""Seeds to begin with, of those that are found within seconds. Any that finds it will do."""


@pytest.mark.parametrize("name", FINDS)
def test_what_is_planted_is_found(name: str, template: Path) -> None:
    found = _first_failure(name, FINDS[name], template)
    assert found is not None, f"{name} was not found in {SEEDS_MOST} lives"


@pytest.mark.kill
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", PLANTED)
def test_whatever_is_planted_is_found_from_the_first_seed_on(name: str, template: Path) -> None:
    found = _first_failure(name, 1, template)
    assert found is not None, f"{name} was not found in {SEEDS_MOST} lives"
    assert found.failure is not None


def _first_failure(name: str, first: int, template: Path) -> Life | None:
    with PLANTED[name]():
        return _first_failing_life(first, template)


def _first_failing_life(first: int, template: Path) -> Life | None:
    for seed in range(first, first + SEEDS_MOST):
        life = live(script_of(seed, days=DAYS, faults=FAULTS), template)
        if life.failure is not None:
            return life
    return None
