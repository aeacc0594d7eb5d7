"""Logs of the command line go to stderr, so that stdout holds nothing but results."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import structlog


def log_to_stderr(level: str | None = None) -> None:
    """Send log lines of `level` and above to stderr.

    Args:
        level: `debug`, `info`, `warning` or `error`; None: as STOCKPOOL_LOG says, else `warning`.
    """
    name = (level or os.environ.get("STOCKPOOL_LOG") or "warning").upper()
    number = logging.getLevelNamesMapping().get(name, logging.WARNING)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_logger_on_stderr,
        cache_logger_on_first_use=False,
    )


def _logger_on_stderr(*_names: Any) -> structlog.PrintLogger:
    # Asked for anew with each logger: whoever replaces sys.stderr gets the lines from then on.
    return structlog.PrintLogger(sys.stderr)
