"""Plans and their items in the database, many rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from stockpool.bulk.items import TO_APPLY, Action, ItemOutcome, PlannedItem, StoredItem
from stockpool.bulk.tables import bulk_items, bulk_plans
from stockpool.errors import NotFoundError
from stockpool.problems import Problem
from stockpool.storage.bulk import Inserter, Sql, execute
from stockpool.storage.database import Database

_items = Inserter(
    "bulk_items",
    (
        "plan_id",
        "position",
        "line",
        "rows",
        "refused_rows",
        "key",
        "action",
        "content",
        "world",
        "outcome",
        "result",
        "problems",
    ),
)
_mark = Sql(
    postgresql="""
        UPDATE bulk_items i SET outcome = d.outcome, result = d.result, content = '',
               refused_rows = d.refused_rows, problems = d.problems
        FROM unnest(%s::text[], %s::int[], %s::text[], %s::text[], %s::int[], %s::text[])
          AS d (plan_id, position, outcome, result, refused_rows, problems)
        WHERE i.plan_id = d.plan_id AND i.position = d.position AND i.outcome IS NULL""",
    sqlite="""
        UPDATE bulk_items SET outcome = ?3, result = ?4, content = '', refused_rows = ?5,
               problems = ?6
        WHERE plan_id = ?1 AND position = ?2 AND outcome IS NULL""",
)
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan and how far it is.

    Attributes:
        file_sha256: of the file's bytes.
        state: reading, planned, applying, applied or discarded. One that stays `reading` was cut
            off; it can't be applied.
        rows: of the file; `refused_rows` of them were refused so far, in planning or applying.
        planned: items by action; `outcomes`: items by outcome, those to be applied under "open".
    """

    plan_id: str
    kind: str
    options: Mapping[str, str]
    file_name: str
    file_sha256: str
    state: str
    planned_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    unknown_columns: tuple[str, ...]
    ignored_lines: tuple[int, ...]
    rows: int
    refused_rows: int
    planned: Mapping[str, int]
    outcomes: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as it is shown; never with its content."""

    position: int
    line: int
    rows: int
    refused_rows: int
    key: str
    action: Action
    outcome: str | None
    result: str
    problems: tuple[Problem, ...]


def insert_items(
    connection: Connection, plan_id: str, first: int, planned: Sequence[PlannedItem]
) -> None:
    """Store planned items from position `first` on. What is not to be applied is through."""
    rows = []
    for position, item in enumerate(planned, first):
        refused = item.action is Action.REFUSED
        outcome = None if item.action in TO_APPLY else item.action.value
        rows.append(
            (
                plan_id,
                position,
                item.line,
                item.rows,
                item.rows if refused else 0,
                item.key,
                item.action.value,
                json.dumps(item.content) if outcome is None else "",
                item.world,
                outcome,
                "",
                _encoded(item.problems),
            )
        )
    _items.insert(connection, rows)


def open_items(connection: Connection, plan_id: str, *, most: int) -> list[StoredItem]:
    """The next items that are still to be applied."""
    rows = connection.execute(
        select(bulk_items)
        .where(bulk_items.c.plan_id == plan_id, bulk_items.c.outcome.is_(None))
        .order_by(bulk_items.c.position)
        .limit(most)
    )
    return [
        StoredItem(
            row.position,
            row.line,
            row.rows,
            row.key,
            Action(row.action),
            json.loads(row.content),
            row.world,
        )
        for row in rows
    ]


def mark(connection: Connection, plan_id: str, outcomes: Sequence[ItemOutcome]) -> None:
    """Store outcomes; one that is stored already stays."""
    execute(
        connection,
        _mark,
        [
            (
                plan_id,
                one.item.position,
                one.state.value,
                one.result,
                one.refused_rows,
                _encoded(one.problems),
            )
            for one in outcomes
        ],
    )


def read_plan(connection: Connection, plan_id: str) -> PlanView:
    """One plan.

    Raises:
        NotFoundError: there is none with that id.
    """
    row = connection.execute(select(bulk_plans).where(bulk_plans.c.id == plan_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no bulk plan {plan_id}")
    return _view(connection, row)


def list_plans(connection: Connection, *, limit: int) -> list[PlanView]:
    """Plans, the newest first."""
    rows = connection.execute(select(bulk_plans).order_by(bulk_plans.c.id.desc()).limit(limit))
    return [_view(connection, row) for row in rows.all()]


def _view(connection: Connection, row: Any) -> PlanView:
    counted = connection.execute(
        select(
            bulk_items.c.action,
            bulk_items.c.outcome,
            func.count(),
            func.sum(bulk_items.c.rows),
            func.sum(bulk_items.c.refused_rows),
        )
        .where(bulk_items.c.plan_id == row.id)
        .group_by(bulk_items.c.action, bulk_items.c.outcome)
    ).all()
    planned: dict[str, int] = {}
    outcomes: dict[str, int] = {}
    for action, outcome, items, _rows, _refused in counted:
        planned[action] = planned.get(action, 0) + items
        name = outcome or "open"
        outcomes[name] = outcomes.get(name, 0) + items
    return PlanView(
        row.id,
        row.kind,
        json.loads(row.options),
        row.file_name,
        row.file_sha256,
        row.state,
        row.planned_at,
        row.started_at,
        row.finished_at,
        tuple(json.loads(row.unknown_columns)),
        tuple(json.loads(row.ignored_lines)),
        sum(int(rows) for _a, _o, _i, rows, _r in counted),
        sum(int(refused) for _a, _o, _i, _rows, refused in counted),
        dict(sorted(planned.items())),
        dict(sorted(outcomes.items())),
    )


def items(database: Database, plan_id: str, *, troubled: bool = False) -> Iterator[ItemView]:
    """The items of a plan in the file's order, page by page; or only those with problems."""
    after = -1
    while True:
        query = (
            select(bulk_items)
            .where(bulk_items.c.plan_id == plan_id, bulk_items.c.position > after)
            .order_by(bulk_items.c.position)
            .limit(_PAGE)
        )
        if troubled:
            query = query.where(bulk_items.c.problems != "[]")
        with database.read() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            yield ItemView(
                row.position,
                row.line,
                row.rows,
                row.refused_rows,
                row.key,
                Action(row.action),
                row.outcome,
                row.result,
                tuple(Problem(**problem) for problem in json.loads(row.problems)),
            )
        if len(rows) < _PAGE:
            return
        after = rows[-1].position


def _encoded(problems: Sequence[Problem]) -> str:
    return json.dumps([problem.as_dict() for problem in problems])
