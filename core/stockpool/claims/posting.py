"""Changing claims: the counts, the units in the stock ledger and the money in the money ledger.

All in one unit of work, so that what is owed always equals the open claims. The stock rows are held
first, as everywhere; then the claim.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from stockpool.claims.counting import CASE, ClaimUnits, Counted, missing_now
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.tables import claim_events, claims
from stockpool.claims.valuing import money_ways
from stockpool.claims.windows import ClaimWindow
from stockpool.ledger import money_posting as money_ledger
from stockpool.ledger.money_accounts import MoneyAccount, Part, Portion
from stockpool.ledger.money_posting import MoneyMove
from stockpool.ledger.money_tables import money_balances
from stockpool.ledger.posting import StockMove, lock, post
from stockpool.money import Money

COUNTS = ("claimed", "found", "paid", "replaced", "written_off", "found_settled")
_PORTION = Portion("", Part.CLAIM)


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A loss that may be claimed. The same `key` again is the same claim."""

    key: str
    kind: ClaimKind
    pool: str
    sku: str
    stock_sku: str
    subject: str
    since: datetime
    window: ClaimWindow
    evidence: Mapping[str, str] = field(default_factory=dict)


def book_of(claim_id: str) -> str:
    """The book of a claim in the money ledger."""
    return f"claim:{claim_id}"


def lose(
    connection: Connection, loss: NewClaim, missing: int, *, new_id: str, at: datetime
) -> bool:
    """So many units of a loss are missing now; returns whether that is news.

    Opens the claim when some are missing for the first time.
    """
    lock(connection, [(loss.pool, loss.stock_sku)])
    row = _held(connection, claims.c.key == loss.key)
    if row is None:
        if not missing:
            return False
        connection.execute(
            insert(claims).values(
                id=new_id,
                key=loss.key,
                kind=loss.kind.value,
                pool=loss.pool,
                sku=loss.sku,
                stock_sku=loss.stock_sku,
                subject=loss.subject,
                evidence=json.dumps(dict(loss.evidence)),
                since=loss.since,
                opens_at=loss.window.opens_at,
                closes_at=loss.window.closes_at,
                window_confirmed=loss.window.confirmed,
                opened_at=at,
            )
        )
        row = _held(connection, claims.c.key == loss.key)
    if units_of(row).missing == missing:
        return False
    note = f"{missing} missing"
    _apply(connection, row, missing_now(units_of(row), missing), "counted", note, at=at)
    return True


def lose_more_or_less(connection: Connection, claim_id: str, missing: int, *, at: datetime) -> None:
    """So many units of a claim are missing now."""
    change(
        connection,
        claim_id,
        lambda units: missing_now(units, missing),
        "counted",
        note=f"{missing} missing",
        at=at,
    )


def change(
    connection: Connection,
    claim_id: str,
    work: Callable[[ClaimUnits], Counted],
    kind: str,
    *,
    note: str = "",
    amount: Money | None = None,
    at: datetime,
) -> None:
    """Change the units of a claim.

    Args:
        amount: what the network has paid, or taken back if units are owed again.

    Raises:
        ValueError: `work` refuses it.
    """
    place = connection.execute(
        select(claims.c.pool, claims.c.stock_sku).where(claims.c.id == claim_id)
    ).one()
    lock(connection, [(place.pool, place.stock_sku)])
    row = _held(connection, claims.c.id == claim_id)
    _apply(connection, row, work(units_of(row)), kind, note, amount=amount, at=at)


def note(connection: Connection, claim_id: str, kind: str, text: str, *, at: datetime) -> None:
    """Write down what happened to a claim without changing its units."""
    row = _held(connection, claims.c.id == claim_id)
    _event(connection, row, kind, 0, text, at)
    connection.execute(
        update(claims).where(claims.c.id == claim_id).values(changes=row.changes + 1)
    )


def set_value(connection: Connection, claim_id: str, value: Money, *, at: datetime) -> None:
    """Say what one unit of a claim is worth; units that are owed are owed in money from now on.

    Raises:
        ValueError: it has another value already.
    """
    row = _held(connection, claims.c.id == claim_id)
    if row.unit_value_minor is not None:
        if (row.unit_value_minor, row.currency) == (value.minor, value.currency):
            return
        raise ValueError(f"a unit is worth {Money(row.unit_value_minor, row.currency)} already")
    connection.execute(
        update(claims)
        .where(claims.c.id == claim_id)
        .values(unit_value_minor=value.minor, currency=value.currency, changes=row.changes + 1)
    )
    _event(connection, row, "valued", 0, f"{value} a unit", at)
    ways = money_ways(ClaimUnits(), ClaimUnits(claimed=units_of(row).owed), value)
    moves = [_money(row, *way, "v") for way in ways]
    money_ledger.post(connection, moves, at=at)


def units_of(row: Any) -> ClaimUnits:
    """The counts of a claim's row."""
    return ClaimUnits(*(getattr(row, name) for name in COUNTS))


def _held(connection: Connection, condition: Any) -> Any:
    return connection.execute(select(claims).where(condition).with_for_update()).one_or_none()


def _apply(
    connection: Connection,
    row: Any,
    counted: Counted,
    kind: str,
    text: str,
    *,
    amount: Money | None = None,
    at: datetime,
) -> None:
    before, after = units_of(row), counted.units
    connection.execute(
        update(claims).where(claims.c.id == row.id).values(**asdict(after), changes=row.changes + 1)
    )
    changed = sum(
        abs(x - y) for x, y in zip(asdict(before).values(), asdict(after).values(), strict=True)
    )
    _event(connection, row, kind, changed, text, at)
    account = ClaimKind(row.kind).account
    moves = [
        StockMove(
            row.pool,
            row.stock_sku,
            account if source is CASE else source,
            account if target is CASE else target,
            units,
            cause,
            row.id,
            f"claim:{row.id}:{row.changes}:{place}",
        )
        for place, (source, target, units, cause) in enumerate(counted.ways)
    ]
    post(connection, moves, at=at)
    money_ledger.post(connection, _money_moves(connection, row, before, after, amount), at=at)


def _money_moves(
    connection: Connection,
    row: Any,
    before: ClaimUnits,
    after: ClaimUnits,
    amount: Money | None,
) -> Sequence[MoneyMove]:
    value = None
    if row.unit_value_minor is not None:
        value = Money(row.unit_value_minor, row.currency)
    reimbursed = 0
    if amount is not None:
        reimbursed = _reimbursed(connection, row.id, amount.currency)
    ways = money_ways(before, after, value, amount, reimbursed=reimbursed)
    return [
        _money(row, source, target, money, str(place))
        for place, (source, target, money) in enumerate(ways)
    ]


def _reimbursed(connection: Connection, claim_id: str, currency: str) -> int:
    found = connection.execute(
        select(money_balances.c.reimbursed).where(
            money_balances.c.book == book_of(claim_id), money_balances.c.currency == currency
        )
    ).scalar_one_or_none()
    return int(found or 0)


def _money(
    row: Any, source: MoneyAccount, target: MoneyAccount, amount: Money, mark: str
) -> MoneyMove:
    return MoneyMove(
        book_of(row.id),
        _PORTION,
        source,
        target,
        amount,
        "claim",
        row.id,
        f"claim:{row.id}:{row.changes}:{mark}",
    )


def _event(
    connection: Connection, row: Any, kind: str, units: int, text: str, at: datetime
) -> None:
    connection.execute(
        insert(claim_events).values(
            claim_id=row.id,
            number=row.changes,
            kind=kind,
            units=units,
            note=text,
            occurred_at=at,
        )
    )
