"""Inbound plan files as bulk work: each 2,000 rows of a file become one plan.

A row that can't be used is refused, the others go on; so are the rows of a SKU that would be
stranded on arrival. Rows of the same SKU, date and lot are added up, as case packs of two sizes
are. Plans are named when the file is planned, so that none is made twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from pydantic import ValidationError
from sqlalchemy import Connection

from stockpool.bulk.items import (
    Action,
    ItemOutcome,
    Options,
    OutcomeState,
    PlannedItem,
    Planner,
    StoredItem,
    refusal,
    refused_item,
)
from stockpool.errors import RefusedError
from stockpool.flatfiles import inbound_plans as files
from stockpool.flatfiles.inbound_plans import InboundPlanHead, InboundPlanItem
from stockpool.flatfiles.layout import Layout
from stockpool.flatfiles.reader import FlatFile
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.ids import IdSource
from stockpool.inbound import guards
from stockpool.inbound.boxes import item_of_row
from stockpool.inbound.plan_files import sender
from stockpool.inbound.service import Inbound, known_skus
from stockpool.inbound.step_kinds import item_members, item_of
from stockpool.order_request import Address
from stockpool.plugins.network_inbound import PLAN_ITEMS_MOST, InboundItem
from stockpool.problems import Problem
from stockpool.storage.database import Database


@dataclass(frozen=True, slots=True)
class PlanRows:
    """Rows that become one plan.

    Attributes:
        refused: those among them that the reader refused.
        stranded: what the network's listings say against SKUs.
    """

    head: InboundPlanHead
    rows: Sequence[InboundPlanItem]
    refused: Sequence[RefusedRows] = ()
    stranded: Mapping[str, Problem] = field(default_factory=dict)


class InboundPlanFiles:
    """The kind `inbound`. Options: `pool`, `phone`; `source` for a file without an address."""

    name = "inbound"
    layout: Layout = files.LAYOUT
    batch = 1
    """Plans at once, of up to 2,000 rows each."""

    def __init__(self, database: Database, ids: IdSource, inbound: Inbound) -> None:
        self._database = database
        self._ids = ids
        self._inbound = inbound

    def checked_options(self, given: Options) -> Options:
        """The pool must be one that takes inbound plans."""
        for name in ("pool", "phone"):
            if not given.get(name):
                raise RefusedError(
                    f"an inbound plan file needs a {name}",
                    [Problem("missing_option", f"no {name} is given", name, fix="name it")],
                )
        self._inbound.check_pool(given["pool"])
        _default_source(given)
        return {name: given.get(name, "") for name in ("pool", "phone", "source")}

    def read(self, file: FlatFile) -> Iterator[PlanRows]:
        """The rows of each plan, those that are refused among them."""
        head = files.read_inbound_head(file)
        rows = files.read_inbound_items(file, head)
        while some := list(islice(rows, PLAN_ITEMS_MOST)):
            yield PlanRows(
                head,
                [row for row in some if not isinstance(row, RefusedRows)],
                [row for row in some if isinstance(row, RefusedRows)],
            )

    def look_at(self, records: Sequence[PlanRows], options: Options) -> Sequence[PlanRows]:
        """The rows with what the network's listings say against them."""
        return [
            replace(
                one,
                stranded=self._inbound.stranding(
                    options["pool"], sorted({row.sku for row in one.rows})
                ),
            )
            for one in records
        ]

    def planner(self, options: Options) -> Planner:
        """Plans rows that were looked at; one plan does not depend on the others."""

        def plan(connection: Connection, records: Sequence[PlanRows]) -> list[PlannedItem]:
            return [item for one in records for item in self._planned(connection, one, options)]

        return plan

    def _planned(
        self, connection: Connection, record: PlanRows, options: Options
    ) -> Iterator[PlannedItem]:
        yield from map(refused_item, record.refused)
        if not record.rows:
            return
        first = record.rows[0].line
        pool = options["pool"]
        source, problems = sender(record.head, pool, options["phone"], _default_source(options))
        problems += guards.source_problems(source) if source is not None else []
        if source is None or problems:
            key = record.head.name or pool
            yield PlannedItem(
                first, len(record.rows), key, Action.REFUSED, problems=tuple(problems)
            )
            return
        known = known_skus(connection, sorted({row.sku for row in record.rows}))
        wanted: list[InboundItem] = []
        lines: list[int] = []
        for rows in _alike(record.rows):
            item = _added_up(rows)
            found = list(guards.item_problems(pool.partition(":")[2], [item], known))
            found += [record.stranded[item.sku]] if item.sku in record.stranded else []
            if found:
                line = rows[0].line
                told = tuple(replace(one, source=f"line {line}") for one in found)
                yield PlannedItem(line, len(rows), item.sku, Action.REFUSED, problems=told)
            else:
                wanted.append(item)
                lines += [row.line for row in rows]
        if wanted:
            plan_id = self._ids.new_id(self._database.clock.now())
            content = {
                "source": source.model_dump_json(),
                "items": [item_members(item) for item in wanted],
            }
            yield PlannedItem(min(lines), len(lines), plan_id, Action.ADD, content)

    def apply(self, items: Sequence[StoredItem], options: Options) -> list[ItemOutcome]:
        """Record each plan; one that is recorded already stays as it is."""
        return [self._apply(item, options["pool"]) for item in items]

    def _apply(self, item: StoredItem, pool: str) -> ItemOutcome:
        source = Address.model_validate_json(item.content["source"])
        wanted = [item_of(members) for members in item.content["items"]]
        try:
            view = self._inbound.plan(pool, wanted, source, plan_id=item.key)
        except RefusedError as error:
            return refusal(item, *error.problems)
        return ItemOutcome(item, OutcomeState.APPLIED, view.plan_id)


def _alike(rows: Sequence[InboundPlanItem]) -> Sequence[Sequence[InboundPlanItem]]:
    """Rows of the same units, in the file's order."""
    groups: defaultdict[tuple[object, ...], list[InboundPlanItem]] = defaultdict(list)
    for row in rows:
        item = item_of_row(row)
        groups[*item.kind, item.label_owner, item.prep_owner].append(row)
    return list(groups.values())


def _added_up(rows: Sequence[InboundPlanItem]) -> InboundItem:
    return replace(item_of_row(rows[0]), quantity=sum(row.quantity for row in rows))


def _default_source(options: Options) -> Address | None:
    if not options.get("source"):
        return None
    try:
        return Address.model_validate_json(options["source"])
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RefusedError(
            f"the address that is shipped from: {where}: {first['msg']}",
            [Problem("invalid_address", first["msg"], f"source.{where}", fix="correct it")],
        ) from None
