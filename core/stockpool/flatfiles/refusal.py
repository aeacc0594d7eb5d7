"""A file that can't be read as a whole. What is wrong in one row is a value in that row."""

from __future__ import annotations

from stockpool.errors import RefusedError
from stockpool.problems import Problem


class FileRefused(RefusedError):
    """Nothing of the file is used. `problem` names the place, the rule and the fix."""

    def __init__(self, problem: Problem) -> None:
        place = f"{problem.source}: " if problem.source else ""
        super().__init__(f"{place}{problem.message}", (problem,))
        self.problem = problem
