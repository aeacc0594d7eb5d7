"""Running a plugin's conformance tests from the command line, and what came of them.

A plugin names the module with its test classes by an entry point of its own name in the group
`stockpool.conformance`, so that whoever installs the plugin can check it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from importlib.util import find_spec
from io import StringIO
from typing import Literal

import pytest

from stockpool.errors import NotFoundError, PluginLoadError

GROUP = "stockpool.conformance"

Outcome = Literal["passed", "lacks", "failed"]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case of the suite.

    Attributes:
        suite: the test class and the case's subject, `TestKiosk`.
        case: what is promised, in words: `every order comes`.
        outcome: `lacks`: the plugin, or the driver of its world, declares that it can't do this.
        why: what is lacking, or the last lines of the failure.
    """

    suite: str
    case: str
    outcome: Outcome
    why: str = ""


@dataclass(slots=True)
class ConformanceReport:
    """What came of all cases of a plugin."""

    plugin: str
    module: str
    cases: list[CaseResult] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether something was tried and nothing failed."""
        return bool(self.count("passed")) and not self.count("failed")

    def count(self, outcome: Outcome) -> int:
        """How many cases ended so."""
        return sum(case.outcome == outcome for case in self.cases)


def conformance_module(plugin: str) -> str:
    """The module with a plugin's conformance tests.

    Raises:
        NotFoundError: the plugin brings none.
    """
    points = [point for point in entry_points(group=GROUP) if point.name == plugin]
    if not points:
        known = ", ".join(sorted({point.name for point in entry_points(group=GROUP)})) or "none"
        raise NotFoundError(
            f"plugin {plugin}: has no entry point in the group {GROUP}, so there is nothing to "
            f"run; these have one: {known}"
        )
    return points[0].value


def run_conformance(plugin: str) -> ConformanceReport:
    """Run a plugin's conformance tests in this process.

    Raises:
        NotFoundError: the plugin brings no tests.
        PluginLoadError: their module can't be imported.
    """
    module = conformance_module(plugin)
    try:
        spec = find_spec(module)
    except ImportError as error:
        raise PluginLoadError(f"plugin {plugin}: {module} cannot be imported: {error}") from error
    if spec is None or spec.origin is None:
        raise PluginLoadError(f"plugin {plugin}: there is no module {module}")
    recorder = _Recorder(ConformanceReport(plugin, module))
    # No configuration of the folder that the command happens to be called in.
    alone = ["-c", "/dev/null", "--rootdir", "/", "--import-mode=importlib"]
    quiet = ["-p", "no:cacheprovider", "-p", "no:terminal"]
    with redirect_stdout(StringIO()):
        code = pytest.main([*alone, *quiet, spec.origin], plugins=[recorder])
    if recorder.broken:
        raise PluginLoadError(f"plugin {plugin}: {module} cannot be imported: {recorder.broken[0]}")
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise PluginLoadError(f"plugin {plugin}: {module} has no tests to run (pytest says {code})")
    return recorder.report


class _Recorder:
    """Takes down what pytest finds."""

    def __init__(self, report: ConformanceReport) -> None:
        self.report = report
        self.broken: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken.append(_last_line(str(report.longrepr)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self._add(report, "lacks", _reason(report))
        elif report.failed:
            self._add(report, "failed", _last_lines(report.longreprtext))
        elif report.when == "call":
            self._add(report, "passed")

    def _add(self, report: pytest.TestReport, outcome: Outcome, why: str = "") -> None:
        *_, suite, case = report.nodeid.split("::")
        words = case.removeprefix("test_").replace("_", " ")
        self.report.cases.append(CaseResult(suite, words, outcome, why))


def _reason(report: pytest.TestReport) -> str:
    found = report.longrepr
    reason = found[2] if isinstance(found, tuple) else str(found)
    return reason.removeprefix("Skipped: ")


def _last_lines(text: str) -> str:
    """The lines that pytest marks as the error, without the source around them."""
    marked = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    return "\n".join(marked[:12]) or _last_line(text)


def _last_line(text: str) -> str:
    lines: Sequence[str] = [line for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("E").strip() if lines else ""
