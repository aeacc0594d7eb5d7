"""What can go wrong, as one tree; three kinds are kept apart.

A *refusal* is expected (no stock, unknown SKU) and is a value: see `stockpool.problems`.
An *error* says that the world failed, and what to do about it:

    StockpoolError
    ├── ConfigurationError      a setting is missing or wrong; the message names it
    ├── ConflictError           the same identity came again with other content
    ├── NotFoundError           nothing is stored under that identity
    ├── RefusedError            a single-item call was refused; carries the problems
    ├── PluginLoadError         a plugin could not be loaded; one line that names it
    ├── PluginError             what a channel or network may raise; each means one thing
    │   ├── TransientError      it did not happen; try again later
    │   │   └── Throttled       ... not before `retry_after` seconds
    │   ├── RejectedError       it will never happen as it was asked
    │   └── OutcomeUnknown      it may have happened; ask before repeating
    └── InvariantViolation      a *defect*: stop this unit of work, change nothing
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stockpool.problems import Problem


class StockpoolError(Exception):
    """The root of every error that the engine raises on purpose."""


class ConfigurationError(StockpoolError):
    """A setting is missing or wrong. The message names the setting and the fix."""


class ConflictError(StockpoolError):
    """The identity is known with other content, and the content can't be changed any more."""


class NotFoundError(StockpoolError):
    """Nothing is stored under the given identity."""


class RefusedError(StockpoolError):
    """A call for one item was refused; `problems` says why, field by field."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class PluginLoadError(StockpoolError):
    """A plugin could not be loaded. The message is one line that names the plugin."""


class PluginError(StockpoolError):
    """The outside world failed behind a channel or a network."""


class TransientError(PluginError):
    """It certainly did not happen; trying again later is safe and may work."""


class Throttled(TransientError):
    """The other side refused for its rate limit. It certainly did not happen.

    Args:
        message: what was throttled.
        retry_after: seconds until a repeat makes sense.
    """

    def __init__(self, message: str, *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RejectedError(PluginError):
    """The other side understood and refused; the same request will never succeed.

    Args:
        code: the other side's stable code (`InvalidInput` ...).
        message: its words, free of buyers' personal data.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.reason = message


class OutcomeUnknown(PluginError):
    """The request may have arrived (time-out, 5xx, cut connection): ask, then repeat."""


class InvariantViolation(StockpoolError):
    """A defect: a rule that must always hold does not. Names the row it was seen on."""
