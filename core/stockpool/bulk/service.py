"""`engine.bulk`: planning a file, and applying the plan exactly as it was shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from stockpool.bulk import storage
from stockpool.bulk.items import BulkKind, LooksOutside, PlannedItem, refused_item
from stockpool.bulk.storage import ItemView, PlanView
from stockpool.bulk.tables import bulk_items, bulk_plans
from stockpool.crashpoints import reached
from stockpool.errors import ConfigurationError, NotFoundError, RefusedError
from stockpool.flatfiles.reader import FlatFile, flat_file
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.ids import IdSource
from stockpool.outbox import leases
from stockpool.storage.database import Database
from stockpool.storage.metadata import one_of

Progress = Callable[[int], None]
"""Told how many items were done since it was told last."""


def _unheard(_done: int) -> None:
    return None


class BulkPlans:
    """Plans of bulk work.

    A plan is applied batch by batch; each batch's outcomes are stored before the next one. A
    process that dies in between leaves the plan `applying`: whoever goes on applies the batch
    again, and every kind finds done what was done.

    Args:
        lease_seconds: after so long a dead process's plan is taken up by another.
    """

    def __init__(
        self,
        database: Database,
        ids: IdSource,
        kinds: Sequence[BulkKind],
        *,
        lease_seconds: float,
    ) -> None:
        self._database = database
        self._ids = ids
        self._kinds = {kind.name: kind for kind in kinds}
        self._lease_seconds = lease_seconds

    @property
    def kinds(self) -> Sequence[str]:
        """The names of the kinds."""
        return tuple(self._kinds)

    def plan(
        self,
        kind: str,
        path: str | Path,
        *,
        options: Mapping[str, str] | None = None,
        encoding: str | None = None,
        progress: Progress = _unheard,
    ) -> PlanView:
        """Read a file and store what it would do. Nothing is done.

        Args:
            options: of the kind: `pool` for removals, `channel` for orders and cancellations.
            encoding: one of `flatfiles.encoding.ENCODINGS`; None finds it out.

        Raises:
            NotFoundError: there is no such kind.
            RefusedError: the file can't be read, or an option is wrong.
        """
        found = self._kind(kind)
        checked = found.checked_options(options or {})
        with flat_file(Path(path), found.layout, encoding=encoding) as file:
            plan_id = self._begin(kind, checked, file)
            self._plan_items(plan_id, found, checked, file, progress)
        return self.get(plan_id)

    def _begin(self, kind: str, options: Mapping[str, str], file: FlatFile) -> str:
        now = self._database.clock.now()
        plan_id = self._ids.new_id(now)

        def work(connection: Connection) -> None:
            connection.execute(
                insert(bulk_plans).values(
                    id=plan_id,
                    kind=kind,
                    options=json.dumps(dict(options)),
                    file_name=file.name,
                    file_sha256=file.sha256,
                    state="reading",
                    unknown_columns=json.dumps(file.unknown_columns),
                    ignored_lines=json.dumps(file.ignored_lines),
                    planned_at=now,
                )
            )

        self._database.run(work)
        return plan_id

    def _plan_items(
        self,
        plan_id: str,
        kind: BulkKind,
        options: Mapping[str, str],
        file: FlatFile,
        progress: Progress,
    ) -> None:
        planner = kind.planner(options)
        records = kind.read(file)
        position = 0
        while batch := list(islice(records, kind.batch)):
            refused = [refused_item(one) for one in batch if isinstance(one, RefusedRows)]
            good: Sequence[Any] = [one for one in batch if not isinstance(one, RefusedRows)]
            if good and isinstance(kind, LooksOutside):
                good = kind.look_at(good, options)
            with self._database.read() as connection:
                planned = planner(connection, good) if good else []
            in_order = sorted([*refused, *planned], key=lambda item: item.line)
            self._store(plan_id, position, in_order)
            position += len(in_order)
            reached("bulk.while_planning")
            progress(len(batch))
        self._move(plan_id, "reading", "planned")

    def _store(self, plan_id: str, first: int, planned: Sequence[PlannedItem]) -> None:
        def work(connection: Connection) -> None:
            state = connection.execute(
                select(bulk_plans.c.state).where(bulk_plans.c.id == plan_id).with_for_update()
            ).scalar_one()
            if state != "reading":
                raise RefusedError(f"bulk plan {plan_id} was discarded while its file was read")
            storage.insert_items(connection, plan_id, first, planned)

        self._database.run(work)

    def get(self, plan_id: str) -> PlanView:
        """One plan.

        Raises:
            NotFoundError: there is none with that id.
        """
        with self._database.read() as connection:
            return storage.read_plan(connection, plan_id)

    def list(self, *, limit: int = 100) -> Sequence[PlanView]:
        """Plans, the newest first."""
        with self._database.read() as connection:
            return storage.list_plans(connection, limit=limit)

    def items(self, plan_id: str, *, troubled: bool = False) -> Iterator[ItemView]:
        """The items of a plan in the file's order, read page by page; or those with problems.

        Raises:
            NotFoundError: there is no such plan.
        """
        self.get(plan_id)
        return storage.items(self._database, plan_id, troubled=troubled)

    def start(self, plan_id: str) -> PlanView:
        """Have a plan applied by the workers. One that was started before goes on.

        Raises:
            NotFoundError: there is no such plan.
            RefusedError: it was not read to its end, or was discarded.
        """
        if not self._move(plan_id, "planned", "applying"):
            view = self.get(plan_id)
            if view.state not in ("applying", "applied"):
                raise RefusedError(f"bulk plan {plan_id} is {view.state}; plan the file again")
        return self.get(plan_id)

    def apply(self, plan_id: str, *, progress: Progress = _unheard) -> PlanView:
        """Apply a plan in this process, from where it was left. One that is applied stays so.

        Raises:
            NotFoundError: there is no such plan.
            RefusedError: it can't be applied, or another process is applying it.
        """
        view = self.start(plan_id)
        if view.state == "applying" and self._apply(view, progress) is None:
            raise RefusedError(f"bulk plan {plan_id} is being applied by another process")
        return self.get(plan_id)

    def started(self) -> Sequence[str]:
        """Plans that were started and are not through, the oldest first."""
        with self._database.read() as connection:
            found = connection.execute(
                select(bulk_plans.c.id)
                .where(one_of(bulk_plans.c.state, ["applying"]))
                .order_by(bulk_plans.c.id)
            )
            return list(found.scalars())

    def carry_on(self, plan_id: str) -> int | None:
        """Apply what is left of a started plan; returns how many items were done.

        None if another process has it. An error leaves the plan started.
        """
        return self._apply(self.get(plan_id), _unheard)

    def _apply(self, view: PlanView, progress: Progress) -> int | None:
        """Apply what is left; None if another process has the plan."""
        kind = self._kind(view.kind)
        owner = self._ids.new_id(self._database.clock.now())
        done = 0
        with leases.held(
            self._database, f"bulk:{view.plan_id}", owner, seconds=self._lease_seconds
        ) as lease:
            if not lease.taken:
                return None
            while lease.renew():
                with self._database.read() as connection:
                    items = storage.open_items(connection, view.plan_id, most=kind.batch)
                if not items:
                    reached("bulk.before_finish")
                    self._move(view.plan_id, "applying", "applied")
                    break
                outcomes = kind.apply(items, view.options)
                reached("bulk.after_batch")
                self._database.run(
                    lambda connection, some=outcomes: storage.mark(  # type: ignore[misc]
                        connection, view.plan_id, some
                    )
                )
                reached("bulk.after_outcomes")
                done += len(items)
                progress(len(items))
        return done

    def discard(self, plan_id: str) -> PlanView:
        """Give up a plan that was not started: what its file held is deleted.

        Raises:
            NotFoundError: there is no such plan.
            RefusedError: it was started.
        """

        def work(connection: Connection) -> None:
            plan = connection.execute(
                select(bulk_plans.c.state).where(bulk_plans.c.id == plan_id).with_for_update()
            ).scalar_one_or_none()
            if plan is None:
                raise NotFoundError(f"there is no bulk plan {plan_id}")
            if plan in ("applying", "applied"):
                raise RefusedError(f"bulk plan {plan_id} is {plan}; it can't be discarded")
            connection.execute(delete(bulk_items).where(bulk_items.c.plan_id == plan_id))
            connection.execute(
                update(bulk_plans)
                .where(bulk_plans.c.id == plan_id)
                .values(state="discarded", finished_at=self._database.clock.now())
            )

        self._database.run(work)
        return self.get(plan_id)

    def _move(self, plan_id: str, before: str, after: str) -> bool:
        now = self._database.clock.now()
        times = {"applying": {"started_at": now}, "applied": {"finished_at": now}}.get(after, {})

        def work(connection: Connection) -> bool:
            moved = connection.execute(
                update(bulk_plans)
                .where(bulk_plans.c.id == plan_id, bulk_plans.c.state == before)
                .values(state=after, **times)
            )
            return moved.rowcount == 1

        return self._database.run(work)

    def _kind(self, name: str) -> BulkKind:
        if name not in self._kinds:
            raise ConfigurationError(
                f"there is no bulk kind {name}; there are {', '.join(self._kinds)}"
            )
        return self._kinds[name]
