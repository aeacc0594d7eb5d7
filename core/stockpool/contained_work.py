"""Work that is done again and again: one failure of it is shown, and stops nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from stockpool.attention.queue import Concern, close_concerns, raise_concerns
from stockpool.clock import Clock
from stockpool.errors import ConfigurationError, PluginError, Throttled
from stockpool.ids import IdSource
from stockpool.problems import Problem
from stockpool.storage.database import Database

_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class ContainedWork:
    """What all duties share.

    Attributes:
        lease_seconds: after so long a dead process's duty is free again.
    """

    database: Database
    clock: Clock
    ids: IdSource
    lease_seconds: float = 40.0
    owner: str = ""
    _sound: set[str] = field(default_factory=set)
    """Duties of which this process knows no open complaint."""

    def __post_init__(self) -> None:
        self.owner = self.owner or f"{os.getpid()}-{self.ids.new_id(self.clock.now())}"

    def _ticket(self) -> str:
        """A lease owner of this one run, so that two threads of a process don't share a lease."""
        return f"{self.owner}-{self.ids.new_id(self.clock.now())}"

    def _contained(self, key: str, work: Callable[[], int | None]) -> int:
        """One plugin's failure stops neither the others nor the worker; it is shown instead.

        `work` answers None if it was not its turn, which says nothing about the plugin.
        """
        try:
            done = work()
        except Throttled:
            return 0
        except (PluginError, ConfigurationError) as error:
            self._complain(key, f"{type(error).__name__}: {error}")
            return 0
        except Exception as error:
            # A fault of the plugin (or of the machine): its text may hold personal data.
            _log.exception("duty_failed", duty=key)
            self._complain(key, f"fault: {type(error).__name__}")
            return 0
        if done is None:
            return 0
        if key not in self._sound:
            # Once for each process: another one may have complained and died.
            self._sound.add(key)
            self.database.run(
                lambda connection: close_concerns(
                    connection, [key], at=self.clock.now(), by="recovery"
                )
            )
        return done

    def _complain(self, key: str, message: str) -> None:
        kind, subject, what = key.split(":", 2) if key.count(":") == 2 else (*key.split(":"), "")
        now = self.clock.now()
        self._sound.discard(key)
        problem = Problem(
            "plugin_failure",
            f"{subject} {what}: {message}".strip(),
            fix="it is tried again; `stockpool channels check` may tell more",
        )
        self.database.run(
            lambda connection: raise_concerns(
                connection,
                [Concern(key, kind, subject, (problem,))],
                at=now,
                new_ids=[self.ids.new_id(now)],
            )
        )
