"""Carrying effects out: lease, call the other side, store the result. No broker in sight.

Between the lease and the result no transaction is open. Whatever happens in between, a crash
included, leaves a lease that runs out, and the effect is carried out again under the same key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

import structlog
from sqlalchemy import Connection

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.crashpoints import reached
from stockpool.errors import OutcomeUnknown, PluginError, RejectedError, Throttled
from stockpool.ids import IdSource
from stockpool.outbox import rate_limits
from stockpool.outbox.dispatch import OPERATIONS
from stockpool.outbox.effects import (
    Done,
    EffectKind,
    Ending,
    Later,
    LeasedEffect,
    Outcome,
    Refused,
    finish,
    lease,
    still_ours,
)
from stockpool.problems import Problem
from stockpool.storage.database import Database

LEASE_SECONDS = 40.0
"""Longer than any one call may take; a killed worker's effects are free again after this."""

ATTEMPTS_MOST = 12
"""After so many attempts without an answer a person has to look."""

_BACKOFF_FIRST = 0.5
_BACKOFF_MOST = 300.0

_log = structlog.get_logger(__name__)


class Handler(Protocol):
    """What to do for one kind of effect."""

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Call the other side for effects of one party. No transaction is open.

        May raise a `PluginError`, which then is about all of `effects`.
        """
        ...

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Take the rows that must be held before the effects' own (see the lock order)."""
        ...

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """Change the state as the outcomes say, in the transaction that stores them."""
        ...


class Carrier:
    """Carries out effects by their ids. Safe in any number of threads and processes."""

    def __init__(
        self,
        database: Database,
        ids: IdSource,
        handlers: Mapping[EffectKind, Handler],
        *,
        owner: str,
        lease_seconds: float = LEASE_SECONDS,
        attempts_most: int = ATTEMPTS_MOST,
    ) -> None:
        self._database = database
        self._ids = ids
        self._handlers = handlers
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._attempts_most = attempts_most

    def carry_out(self, effect_ids: Sequence[int]) -> list[Outcome]:
        """Carry out those of `effect_ids` that are due and free; the rest is left alone."""
        now = self._database.clock.now()
        until = now + timedelta(seconds=self._lease_seconds)
        leased = self._database.run(
            lambda connection: lease(connection, effect_ids, owner=self._owner, at=now, until=until)
        )
        if not leased:
            return []
        reached("effects.after_lease")
        outcomes: list[Outcome] = []
        for (kind, _party), group in groupby(
            sorted(leased, key=lambda e: (e.kind, e.party, e.id)), key=lambda e: (e.kind, e.party)
        ):
            members = list(group)
            handler = self._handlers[kind]
            made = self._perform(handler, members)
            reached("effects.after_call")
            self._store(handler, made)
            reached("effects.after_result_commit")
            outcomes += made
        return outcomes

    def _perform(self, handler: Handler, effects: list[LeasedEffect]) -> list[Outcome]:
        worn_out: list[Outcome] = [
            Refused(
                effect,
                "gave_up",
                f"no answer in {effect.attempts - 1} attempts; last: "
                f"{effect.last_error or 'the worker was killed while it was carried out'}",
            )
            for effect in effects
            if effect.attempts > self._attempts_most
        ]
        fit = [effect for effect in effects if effect.attempts <= self._attempts_most]
        if not fit:
            return worn_out
        try:
            made = list(handler.perform(fit))
        except Exception as error:
            # Contained on purpose: one plugin's failure stops neither the others nor the worker.
            made = [outcome_of(effect, error) for effect in fit]
        return worn_out + made

    def _store(self, handler: Handler, outcomes: Sequence[Outcome]) -> None:
        effects = [outcome.effect for outcome in outcomes]

        def work(connection: Connection) -> None:
            now = self._database.clock.now()
            handler.lock(connection, effects)
            ours = still_ours(connection, effects)
            kept = [outcome for outcome in outcomes if outcome.effect.id in ours]
            if not kept:
                return
            handler.record(connection, [o for o in kept if not isinstance(o, Later)], at=now)
            finish(connection, [self._ending(outcome, now) for outcome in kept], at=now)
            self._raise_attention(connection, kept, now)
            self._slow_down(connection, kept, now)
            reached("effects.before_result_commit")

        self._database.run(work)

    def _ending(self, outcome: Outcome, now: datetime) -> Ending:
        match outcome:
            case Done():
                return Ending(outcome.effect, "done", now, result=outcome.result)
            case Refused():
                return Ending(
                    outcome.effect, "dead", now, error=f"{outcome.code}: {outcome.message}"
                )
            case Later():
                delay = outcome.after
                if delay is None:
                    delay = self._backoff(outcome.effect.attempts)
                return Ending(
                    outcome.effect,
                    "pending",
                    now + timedelta(seconds=delay),
                    error=outcome.error,
                    excused=outcome.excused,
                )

    def _backoff(self, attempts: int) -> float:
        """Doubles from half a second up to five minutes, each time with up to half of it off."""
        full = float(min(_BACKOFF_FIRST * 2.0 ** (attempts - 1), _BACKOFF_MOST))
        return full * self._ids.random.uniform(0.5, 1.0)

    def _raise_attention(
        self, connection: Connection, outcomes: Sequence[Outcome], now: datetime
    ) -> None:
        concerns = [
            Concern(
                key=f"effect:{outcome.effect.key}",
                kind="effect",
                subject=outcome.effect.aggregate,
                problems=(
                    Problem(
                        code=outcome.code,
                        message=f"{outcome.effect.kind} {outcome.effect.key} to "
                        f"{outcome.effect.party} failed: {outcome.message}",
                        fix="mend the cause, then `stockpool attention retry`; or drop it",
                    ),
                ),
            )
            for outcome in outcomes
            if isinstance(outcome, Refused)
        ]
        raise_concerns(connection, concerns, at=now, new_ids=self._ids.new_ids(now, len(concerns)))

    def _slow_down(
        self, connection: Connection, outcomes: Sequence[Outcome], now: datetime
    ) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Later) and outcome.excused and outcome.after:
                operation = OPERATIONS.get(outcome.effect.kind.lane)
                if operation is not None:
                    rate_limits.close_until(
                        connection,
                        outcome.effect.party,
                        operation,
                        at=now,
                        seconds=outcome.after,
                    )
                    return


def outcome_of(effect: LeasedEffect, error: Exception) -> Outcome:
    """What an exception of a plugin means for `effect`."""
    match error:
        case Throttled():
            return Later(effect, str(error), after=error.retry_after, excused=True)
        case RejectedError():
            return Refused(effect, error.code, error.reason)
        case OutcomeUnknown() | PluginError():
            return Later(effect, f"{type(error).__name__}: {error}")
        case _:
            _log.exception("plugin_fault", effect=effect.key, kind=str(effect.kind))
            return Later(effect, f"fault in the plugin: {type(error).__name__}")
