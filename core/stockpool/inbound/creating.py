"""Making inbound plans at the network: the effect `inbound.create`, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.errors import PluginError, Throttled
from stockpool.ids import IdSource
from stockpool.inbound.service import items_of
from stockpool.inbound.tables import inbound_plans
from stockpool.order_request import Address
from stockpool.outbox.carrier import outcome_of
from stockpool.outbox.effects import Done, LeasedEffect, Outcome, Refused
from stockpool.plugins.network import Network
from stockpool.plugins.network_inbound import (
    InboundOperation,
    InboundOperationStatus,
    InboundPlanRequest,
    InboundPlanState,
    InboundPlanStatus,
)
from stockpool.problems import Problem
from stockpool.storage.database import Database
from stockpool.storage.metadata import one_of

_LOOKED_AT_MOST = 10
"""Pages of plans that are looked through, the newest first, for one that may have been made."""


MADE_WITHIN = timedelta(minutes=15)
"""A plan whose operation is not known, since the answer was lost, is looked at after this: one that
is still being made is ACTIVE as well. Amazon gives no figure; operations take seconds."""


class CreateInboundPlan:
    """The effect `inbound.create`. The plan's name is its key: where an earlier attempt may have
    arrived, the plans of the account are looked through for it."""

    def __init__(self, database: Database, networks: Mapping[str, Network]) -> None:
        self._database = database
        self._networks = networks

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Start each plan."""
        network = self._networks[effects[0].party]
        return [self._start(network, effect) for effect in effects]

    def _start(self, network: Network, effect: LeasedEffect) -> Outcome:
        plan_id = effect.payload["plan_id"]
        with self._database.read() as connection:
            row = connection.execute(
                select(inbound_plans).where(inbound_plans.c.id == plan_id)
            ).one()
        request = InboundPlanRequest(
            row.pool.partition(":")[2],
            plan_id,
            Address.model_validate_json(row.source),
            items_of(row.items),
        )
        try:
            if effect.may_have_happened:
                found = _named(network, plan_id)
                if found is not None:
                    return Done(effect, {"inbound_plan_id": found.inbound_plan_id})
            started = network.create_inbound_plan(request)
        except PluginError as error:
            return outcome_of(effect, error)
        return Done(
            effect,
            {"inbound_plan_id": started.inbound_plan_id, "operation_id": started.operation_id},
        )

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Hold the plans."""
        connection.execute(
            select(inbound_plans.c.id)
            .where(inbound_plans.c.id.in_([e.payload["plan_id"] for e in effects]))
            .order_by(inbound_plans.c.id)
            .with_for_update()
        )

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """Started, or failed with the network's reason."""
        for outcome in outcomes:
            values: dict[str, Any]
            if isinstance(outcome, Done):
                values = {"state": "started", **outcome.result}
            else:
                problem = Problem(outcome.code, outcome.message)
                values = {
                    "state": "failed",
                    "problems": json.dumps([problem.as_dict()]),
                    "finished_at": at,
                }
            connection.execute(
                update(inbound_plans)
                .where(
                    inbound_plans.c.id == outcome.effect.payload["plan_id"],
                    inbound_plans.c.state.in_(["recorded", "failed"]),
                )
                .values(**values)
            )


def follow_plans(database: Database, ids: IdSource, name: str, network: Network) -> int:
    """Ask what became of plans that were started at a network; returns how many are settled.

    Raises:
        PluginError: the network did not answer; what was told before is stored.
    """
    pools = [f"{name}:{profile.country}" for profile in network.pools()]
    with database.read() as connection:
        rows = connection.execute(
            select(inbound_plans)
            .where(one_of(inbound_plans.c.state, ["started"]), inbound_plans.c.pool.in_(pools))
            .order_by(inbound_plans.c.id)
        ).all()
    settled = 0
    for row in rows:
        try:
            outcome = _outcome(network, row, database.clock.now())
        except Throttled:
            break
        if outcome is None:
            continue
        settled += database.run(
            lambda connection, row=row, outcome=outcome: _settle(  # type: ignore[misc]
                connection, row, outcome, ids, database.clock.now()
            )
        )
    return settled


def _named(network: Network, name: str) -> InboundPlanState | None:
    cursor: str | None = None
    for _ in range(_LOOKED_AT_MOST):
        page = network.inbound_plans(cursor)
        for plan in page.plans:
            if plan.name == name:
                return plan
        cursor = page.cursor
        if cursor is None:
            return None
    return None


def _outcome(network: Network, row: Any, at: datetime) -> tuple[bool, Sequence[Problem]] | None:
    """Whether a plan was made, and why not; None while that is open."""
    if row.operation_id is not None:
        operation: InboundOperation = network.inbound_operation(row.operation_id)
        if operation.status is InboundOperationStatus.IN_PROGRESS:
            return None
        problems = [
            Problem(one.code, one.message, source=one.details or None) for one in operation.problems
        ]
        return operation.status is InboundOperationStatus.SUCCESS, problems
    # Found by its name, since the answer was lost: its operation is not known.
    state = network.inbound_plan(row.inbound_plan_id)
    if state is None or at - state.created_at < MADE_WITHIN:
        return None
    if state.status is InboundPlanStatus.ERRORED:
        return False, [Problem("errored", "the network could not make the plan")]
    return True, ()


def _settle(
    connection: Connection,
    row: Any,
    outcome: tuple[bool, Sequence[Problem]],
    ids: IdSource,
    at: datetime,
) -> int:
    made, problems = outcome
    settled = connection.execute(
        update(inbound_plans)
        .where(inbound_plans.c.id == row.id, inbound_plans.c.state == "started")
        .values(
            state="made" if made else "failed",
            problems=json.dumps([problem.as_dict() for problem in problems]),
            finished_at=at,
            look_at=at if made else None,
        )
    )
    if not made and settled.rowcount:
        first = Problem(
            "inbound_plan_failed",
            f"the inbound plan {row.id} for {row.pool} was not made: "
            + "; ".join(f"{one.code}: {one.message}" for one in problems),
            fix="mend what is named, and ask for a new plan",
        )
        concern = Concern(f"inbound:{row.id}", "stock", row.id, (first, *problems))
        raise_concerns(connection, [concern], at=at, new_ids=[ids.new_id(at)])
    return settled.rowcount
