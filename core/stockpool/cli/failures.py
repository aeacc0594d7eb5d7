"""What becomes of errors: one readable line on stderr and an exit code, never a stack trace.

A `StockpoolError` is an answer. Anything else is a defect of the program and shows itself as one.
"""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import Any

import typer
from sqlalchemy.exc import SQLAlchemyError
from typer.core import TyperGroup

from stockpool.cli.output import one_line, print_json
from stockpool.errors import ConfigurationError, RefusedError, StockpoolError

_JSON = "stockpool.json"


class ExitCode(IntEnum):
    """What the shell is told."""

    DONE = 0
    ATTENTION = 1
    """Something needs attention, a check failed, or the call was refused."""
    USAGE = 2
    """Options or configuration are wrong."""


def remember_json(context: typer.Context, value: bool) -> bool:
    """Note that `--json` was given, so that a failure answers in JSON too."""
    context.meta[_JSON] = value
    return value


class CommandGroup(TyperGroup):
    """The root of all commands: turns errors into lines and exit codes."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except StockpoolError as error:
            code = ExitCode.USAGE if isinstance(error, ConfigurationError) else ExitCode.ATTENTION
            _report(ctx, type(error).__name__, str(error), code, _problems(error))
        except SQLAlchemyError as error:
            # Its text may repeat the statement with a buyer's data; the driver's own does not.
            cause = getattr(error, "orig", None)
            message = f"database: {cause or type(error).__name__}"
            _report(ctx, type(error).__name__, message, ExitCode.ATTENTION, [])
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            message = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            _report(ctx, type(error).__name__, message, ExitCode.ATTENTION, [])


def _problems(error: StockpoolError) -> list[dict[str, Any]]:
    problems = error.problems if isinstance(error, RefusedError) else ()
    return [problem.as_dict() for problem in problems]


def _report(
    context: Any, kind: str, message: str, code: ExitCode, problems: list[dict[str, Any]]
) -> None:
    remedies = [p["fix"] for p in problems if "fix" in p and p["fix"] not in message]
    remedy = f" ({remedies[0]})" if remedies else ""
    print(f"stockpool: {one_line(message)}{one_line(remedy)}", file=sys.stderr)
    if context.meta.get(_JSON):
        print_json({"error": {"kind": kind, "message": message, "problems": problems}})
    raise typer.Exit(code)
