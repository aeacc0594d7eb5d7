"""`engine.claims`: units that the network owes, from the loss to the payment."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal_column, select, update

from stockpool.catalog.products import stock_sku_of
from stockpool.claims import counting, posting
from stockpool.claims.counting import ClaimUnits, Counted
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.posting import NewClaim
from stockpool.claims.tables import OWED_UNITS, claim_events, claims
from stockpool.claims.windows import ClaimWindow, window
from stockpool.errors import NotFoundError, RefusedError
from stockpool.ids import IdSource
from stockpool.money import Money
from stockpool.problems import Problem
from stockpool.storage.database import Database


@dataclass(frozen=True, slots=True)
class ClaimEvent:
    """Something that happened to a claim."""

    at: datetime
    kind: str
    units: int
    note: str


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim as it stands.

    Attributes:
        subject: the shipment, order, removal or report row that it is about.
        unit_value: what one unit is worth to the merchant, if somebody has said it.
        case_id: the network's, once it is filed.
        evidence: what proves it, by name.
    """

    claim_id: str
    kind: ClaimKind
    pool: str
    sku: str
    subject: str
    units: ClaimUnits
    unit_value: Money | None
    case_id: str | None
    denied: bool
    evidence: Mapping[str, str]
    window: ClaimWindow
    opened_at: datetime

    @property
    def owed_value(self) -> Money | None:
        """What is owed in money."""
        if self.unit_value is None:
            return None
        return Money(self.units.owed * self.unit_value.minor, self.unit_value.currency)

    def state(self, at: datetime) -> str:
        """`settled`, `denied`, `filed`; or `waiting`, `open`, `over` by the window."""
        if not self.units.owed:
            return "settled"
        if self.denied:
            return "denied"
        return "filed" if self.case_id else self.window.stage(at)


class Claims:
    """Claims of all pools.

    Args:
        closes_after_days: by kind; overrides the published end of the window.
    """

    def __init__(
        self, database: Database, ids: IdSource, closes_after_days: Mapping[str, int]
    ) -> None:
        self._database = database
        self._ids = ids
        self._closes_after_days = closes_after_days

    def window(self, kind: ClaimKind, country: str, since: datetime) -> ClaimWindow:
        """When a loss can be claimed."""
        return window(kind, country, since, closes_after_days=self._closes_after_days)

    def open(
        self,
        kind: ClaimKind,
        pool: str,
        sku: str,
        units: int,
        *,
        subject: str,
        since: datetime,
        evidence: Mapping[str, str] | None = None,
    ) -> ClaimView:
        """Say that units of something are missing; the same subject and SKU is the same claim.

        Raises:
            RefusedError: fewer than one unit.
            NotFoundError: no product has the SKU.
        """
        if units < 1:
            raise RefusedError(f"{units} units", [Problem("invalid_quantity", "at least 1 unit")])
        key = f"{kind.value}:{subject}:{sku}"

        def work(connection: Connection) -> None:
            now = self._database.clock.now()
            country = pool.partition(":")[2]
            loss = NewClaim(
                key,
                kind,
                pool,
                sku,
                stock_sku_of(connection, sku),
                subject,
                since,
                self.window(kind, country, since),
                evidence or {},
            )
            posting.lose(connection, loss, units, new_id=self._ids.new_id(now), at=now)

        self._database.run(work)
        with self._database.read() as connection:
            return _view(connection.execute(select(claims).where(claims.c.key == key)).one())

    def get(self, claim_id: str) -> ClaimView:
        """One claim.

        Raises:
            NotFoundError: there is none with that id.
        """
        with self._database.read() as connection:
            row = connection.execute(select(claims).where(claims.c.id == claim_id)).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no claim {claim_id}")
        return _view(row)

    def list(
        self,
        *,
        pool: str | None = None,
        kind: ClaimKind | None = None,
        subject: str | None = None,
        unsettled: bool = False,
        limit: int = 100,
    ) -> Sequence[ClaimView]:
        """Claims, those that close first, first."""
        query = select(claims).order_by(claims.c.closes_at, claims.c.id).limit(limit)
        if pool is not None:
            query = query.where(claims.c.pool == pool)
        if kind is not None:
            query = query.where(claims.c.kind == kind.value)
        if subject is not None:
            query = query.where(claims.c.subject == subject)
        if unsettled:
            query = query.where(literal_column(f"({OWED_UNITS})") > 0)
        with self._database.read() as connection:
            return [_view(row) for row in connection.execute(query)]

    def events(self, claim_id: str) -> Sequence[ClaimEvent]:
        """What happened to a claim, the first first."""
        query = select(claim_events).where(claim_events.c.claim_id == claim_id)
        with self._database.read() as connection:
            return [
                ClaimEvent(row.occurred_at, row.kind, row.units, row.note)
                for row in connection.execute(query.order_by(claim_events.c.number))
            ]

    def owed(self, *, pool: str | None = None) -> Mapping[str, int]:
        """Units that are owed, by SKU of their stock."""
        query = (
            select(claims.c.stock_sku, func.sum(literal_column(OWED_UNITS)))
            .group_by(claims.c.stock_sku)
            .order_by(claims.c.stock_sku)
        )
        if pool is not None:
            query = query.where(claims.c.pool == pool)
        with self._database.read() as connection:
            return {sku: int(units) for sku, units in connection.execute(query) if units}

    def set_value(self, claim_id: str, value: Money) -> ClaimView:
        """Say what one unit is worth.

        Raises:
            RefusedError: it has another value already, or it is not positive.
        """
        if value.minor < 1:
            raise RefusedError(f"a value of {value}", [Problem("invalid_value", "above zero")])
        return self._run(
            claim_id, lambda connection, at: posting.set_value(connection, claim_id, value, at=at)
        )

    def add_evidence(self, claim_id: str, name: str, what: str) -> ClaimView:
        """Keep where a proof is: an invoice, a bill of lading, a case's letter."""

        def work(connection: Connection, at: datetime) -> None:
            known = connection.execute(
                select(claims.c.evidence).where(claims.c.id == claim_id).with_for_update()
            ).scalar_one()
            evidence = {**json.loads(known), name: what}
            connection.execute(
                update(claims).where(claims.c.id == claim_id).values(evidence=json.dumps(evidence))
            )
            posting.note(connection, claim_id, "evidence", name, at=at)

        return self._run(claim_id, work)

    def file(self, claim_id: str, case_id: str) -> ClaimView:
        """It was filed with the network under a case's id.

        Raises:
            RefusedError: nothing is owed any more.
        """
        if not self.get(claim_id).units.owed:
            raise RefusedError(
                f"nothing of claim {claim_id} is owed",
                [Problem("settled", "all of its units are settled")],
            )
        return self._mark(claim_id, "filed", case_id, case_id=case_id, denied=False)

    def deny(self, claim_id: str, reason: str) -> ClaimView:
        """The network has refused it. Units stay owed until they are written off, or filed anew."""
        return self._mark(claim_id, "denied", reason, denied=True)

    def pay(self, claim_id: str, units: int, amount: Money) -> ClaimView:
        """The network has paid for units, and no report tells it.

        Raises:
            RefusedError: more units than are owed.
        """
        return self._change(
            claim_id, lambda known: counting.paid(known, units), "paid", str(amount), amount
        )

    def replace(self, claim_id: str, units: int) -> ClaimView:
        """The network has put units into stock instead, and no report tells it.

        Raises:
            RefusedError: more units than are owed.
        """
        return self._change(claim_id, lambda known: counting.replaced(known, units), "replaced")

    def write_off(self, claim_id: str, *, reason: str) -> ClaimView:
        """Give up all that is owed.

        Raises:
            RefusedError: nothing is owed.
        """
        return self._change(
            claim_id, lambda known: counting.written_off(known, known.owed), "written_off", reason
        )

    def _mark(self, claim_id: str, kind: str, text: str, **values: object) -> ClaimView:
        def work(connection: Connection, at: datetime) -> None:
            connection.execute(update(claims).where(claims.c.id == claim_id).values(**values))
            posting.note(connection, claim_id, kind, text, at=at)

        return self._run(claim_id, work)

    def _change(
        self,
        claim_id: str,
        count: Callable[[ClaimUnits], Counted],
        kind: str,
        text: str = "",
        amount: Money | None = None,
    ) -> ClaimView:
        return self._run(
            claim_id,
            lambda connection, at: posting.change(
                connection, claim_id, count, kind, note=text, amount=amount, at=at
            ),
        )

    def _run(self, claim_id: str, work: Callable[[Connection, datetime], None]) -> ClaimView:
        self.get(claim_id)
        try:
            self._database.run(lambda connection: work(connection, self._database.clock.now()))
        except ValueError as error:
            raise RefusedError(
                f"claim {claim_id}: {error}", [Problem("not_owed", str(error))]
            ) from None
        return self.get(claim_id)


def _view(row: Any) -> ClaimView:
    value = None
    if row.unit_value_minor is not None:
        value = Money(row.unit_value_minor, row.currency)
    return ClaimView(
        row.id,
        ClaimKind(row.kind),
        row.pool,
        row.sku,
        row.subject,
        posting.units_of(row),
        value,
        row.case_id,
        row.denied,
        json.loads(row.evidence),
        ClaimWindow(row.opens_at, row.closes_at, row.window_confirmed),
        row.opened_at,
    )
