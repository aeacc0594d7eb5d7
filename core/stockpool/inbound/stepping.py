"""Carrying steps of inbound plans out: the effect `inbound.step`, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.errors import PluginError, RejectedError, Throttled
from stockpool.ids import IdSource
from stockpool.inbound.step_kinds import StepKind, rules_of
from stockpool.inbound.tables import OPEN_STEPS, inbound_plans, inbound_steps
from stockpool.outbox.carrier import outcome_of
from stockpool.outbox.effects import Done, LeasedEffect, Outcome, Refused
from stockpool.plugins.network import Network
from stockpool.plugins.network_inbound import InboundOperationStatus
from stockpool.problems import Problem
from stockpool.storage.database import Database
from stockpool.storage.metadata import one_of


class CarryOutStep:
    """The effect `inbound.step`: starts an operation, once as far as anybody can see."""

    def __init__(self, database: Database, networks: Mapping[str, Network]) -> None:
        self._database = database
        self._networks = networks

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Start each step."""
        network = self._networks[effects[0].party]
        return [self._start(network, effect) for effect in effects]

    def _start(self, network: Network, effect: LeasedEffect) -> Outcome:
        with self._database.read() as connection:
            row = _step(connection, effect.payload["step_id"])
            busy = row.state == "failed" and is_busy(connection, row.subject)
        if busy:
            return Refused(effect, "step_open", "another step of it was begun meanwhile")
        target, arguments = _target(row), json.loads(row.arguments)
        rules = rules_of(StepKind(row.kind))
        try:
            if effect.may_have_happened and has_happened(network, row):
                return Done(effect, {"operation_id": None})
            try:
                operation_id = rules.start(network, target, arguments)
            except RejectedError:
                # A second confirmation is refused: an earlier one may have arrived all the same.
                if effect.may_have_happened and has_happened(network, row):
                    return Done(effect, {"operation_id": None})
                raise
        except PluginError as error:
            return outcome_of(effect, error)
        return Done(effect, {"operation_id": operation_id})

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Hold the steps."""
        connection.execute(
            select(inbound_steps.c.id)
            .where(inbound_steps.c.id.in_([e.payload["step_id"] for e in effects]))
            .order_by(inbound_steps.c.id)
            .with_for_update()
        )

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """Started; done, if it was found done; or failed with the network's reason."""
        for outcome in outcomes:
            step_id = outcome.effect.payload["step_id"]
            if isinstance(outcome, Refused):
                problems = [Problem(outcome.code, outcome.message)]
                _finish(connection, step_id, "failed", problems, at=at)
            elif outcome.result["operation_id"] is None:
                _finish(connection, step_id, "done", (), at=at)
            else:
                connection.execute(
                    update(inbound_steps)
                    .where(
                        inbound_steps.c.id == step_id,
                        inbound_steps.c.state.in_(["recorded", "failed"]),
                    )
                    .values(
                        state="started",
                        operation_id=outcome.result["operation_id"],
                        finished_at=None,
                        problems="[]",
                    )
                )


def is_busy(connection: Connection, subject: str) -> bool:
    """Whether a step of a plan is recorded or under way."""
    query = select(inbound_steps.c.id).where(
        inbound_steps.c.subject == subject, one_of(inbound_steps.c.state, OPEN_STEPS)
    )
    return connection.execute(query).first() is not None


def has_happened(network: Network, row: Any) -> bool:
    """Whether a step is seen to have been carried out; False for what is simply repeated."""
    look = rules_of(StepKind(row.kind)).has_happened
    return look is not None and look(network, _target(row), json.loads(row.arguments))


def follow_steps(database: Database, ids: IdSource, name: str, network: Network) -> int:
    """Ask what became of steps that were started at a network; returns how many are settled.

    Raises:
        PluginError: the network did not answer; what was told before is stored.
    """
    pools = [f"{name}:{profile.country}" for profile in network.pools()]
    with database.read() as connection:
        rows = connection.execute(
            _STEPS.where(
                one_of(inbound_steps.c.state, ["started"]), inbound_steps.c.pool.in_(pools)
            )
        ).all()
    settled = 0
    for row in rows:
        try:
            told = network.inbound_operation(row.operation_id)
            if told.status is InboundOperationStatus.IN_PROGRESS:
                continue
            failed = told.status is InboundOperationStatus.FAILED and not has_happened(network, row)
        except Throttled:
            break
        problems = [
            Problem(one.code, one.message, source=one.details or None) for one in told.problems
        ]
        settled += database.run(
            lambda connection, row=row, failed=failed, problems=problems: _settle(  # type: ignore[misc]
                connection, row, failed, problems, ids, database.clock.now()
            )
        )
    return settled


_STEPS = (
    select(inbound_steps, inbound_plans.c.inbound_plan_id)
    .join(inbound_plans, inbound_plans.c.id == inbound_steps.c.subject, isouter=True)
    .order_by(inbound_steps.c.id)
)


def _step(connection: Connection, step_id: str) -> Any:
    return connection.execute(_STEPS.where(inbound_steps.c.id == step_id)).one()


def _target(row: Any) -> str:
    """The network's plan; for what concerns no plan, the country."""
    return str(row.inbound_plan_id or row.pool.partition(":")[2])


def _settle(
    connection: Connection,
    row: Any,
    failed: bool,
    problems: Sequence[Problem],
    ids: IdSource,
    at: datetime,
) -> int:
    settled = _finish(connection, row.id, "failed" if failed else "done", problems, at=at)
    if failed and settled:
        first = Problem(
            "inbound_step_failed",
            f"{row.kind} for {row.subject} failed: "
            + "; ".join(f"{one.code}: {one.message}" for one in problems),
            fix="mend what is named, and ask for the step again",
        )
        concern = Concern(f"inbound:{row.id}", "stock", row.subject, (first, *problems))
        raise_concerns(connection, [concern], at=at, new_ids=[ids.new_id(at)])
    return settled


def _finish(
    connection: Connection, step_id: str, state: str, problems: Sequence[Problem], *, at: datetime
) -> int:
    finished = connection.execute(
        update(inbound_steps)
        .where(inbound_steps.c.id == step_id, inbound_steps.c.state != "done")
        .values(
            state=state,
            problems=json.dumps([problem.as_dict() for problem in problems]),
            finished_at=at,
        )
        .returning(inbound_steps.c.kind, inbound_steps.c.subject)
    ).one_or_none()
    if finished is None:
        return 0
    if state == "done" and finished.kind == StepKind.CANCEL_INBOUND_PLAN:
        connection.execute(
            update(inbound_plans)
            .where(inbound_plans.c.id == finished.subject)
            .values(state="cancelled", finished_at=at)
        )
    elif state == "done" and StepKind(finished.kind) in _CHANGES_SHIPMENTS:
        connection.execute(
            update(inbound_plans)
            .where(inbound_plans.c.id == finished.subject, inbound_plans.c.state == "made")
            .values(look_at=at)
        )
    return 1


_CHANGES_SHIPMENTS = frozenset(
    {StepKind.CONFIRM_PLACEMENT_OPTION, StepKind.CONFIRM_TRANSPORTATION_OPTIONS}
)
"""After these the shipments are looked at without waiting."""
