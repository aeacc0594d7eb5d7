"""Taking in what the network has paid: the rows of its reimbursement report, each once.

    rows of imported reports -> reimbursements -> matched with claims, now or when a claim opens

A reimbursement that nobody has claimed stays without a claim: the network pays for some losses by
itself. One that takes another back (a unit turned up) is counted against the same claims.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, literal_column, select, update

from stockpool.claims import counting, posting
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.matching import Match, OpenClaim, Payment, kind_of, match
from stockpool.claims.tables import OWED_UNITS, claims, reimbursement_matches, reimbursements
from stockpool.money import Money, to_minor
from stockpool.reports.reading import instant
from stockpool.reports.tables import report_rows
from stockpool.storage.database import Database

REPORT_TYPE = "GET_FBA_REIMBURSEMENTS_DATA"
_AT_ONCE = 500

_r, _m = reimbursements.c, reimbursement_matches.c
_SAME_ROW = (
    (_r.pool == _m.pool) & (_r.report_key == _m.report_key) & (_r.report_number == _m.report_number)
)


def take_reimbursements(database: Database) -> int:
    """Count payments against claims; returns how many rows were new, or newly matched."""
    done = 0
    for work in (_take_rows, _match_some, _take_back_some):
        while some := database.run(
            lambda connection, work=work: work(connection, database.clock.now())  # type: ignore[misc]
        ):
            done += some
    return done


def _take_rows(connection: Connection, at: datetime) -> int:
    """Keep the next rows of imported reports that are not kept yet."""
    kept = select(_r.pool).where(
        _r.pool == report_rows.c.pool,
        _r.report_key == report_rows.c.key,
        _r.report_number == report_rows.c.number,
    )
    rows = connection.execute(
        select(report_rows.c.pool, report_rows.c.key, report_rows.c.number, report_rows.c.cells)
        .where(report_rows.c.report_type == REPORT_TYPE, ~kept.exists())
        .limit(_AT_ONCE)
    ).all()
    if rows:
        connection.execute(
            insert(reimbursements),
            [
                {
                    "pool": row.pool,
                    "report_key": row.key,
                    "report_number": row.number,
                    "taken_in_at": at,
                    **_values(json.loads(row.cells)),
                }
                for row in rows
            ],
        )
    return len(rows)


def _match_some(connection: Connection, at: datetime) -> int:
    """Count payments with units left against the claims that they fit; returns how many."""
    fitting = (
        select(_r.pool, _r.report_key, _r.report_number)
        .join(
            claims,
            (claims.c.pool == _r.pool)
            & (claims.c.sku == _r.sku)
            & ((claims.c.kind == _r.kind) | (claims.c.case_id == _r.case_id)),
        )
        .where(
            _r.original_id.is_(None),
            _r.matched < _r.units_cash + _r.units_inventory,
            literal_column(f"({OWED_UNITS})") > 0,
        )
        .distinct()
        .order_by(_r.pool, _r.report_key, _r.report_number)
    )
    matched = 0
    for key in connection.execute(fitting).all():
        row = connection.execute(
            select(reimbursements).where(
                _r.pool == key.pool,
                _r.report_key == key.report_key,
                _r.report_number == key.report_number,
            )
        ).one()
        found = match(_payment(connection, row), _open_claims(connection, row.pool, row.sku))
        for one in found:
            _settle(connection, row, one, at)
        matched += bool(found)
    return matched


def _settle(connection: Connection, row: Any, one: Match, at: datetime) -> None:
    note = f"reimbursement {row.reimbursement_id} ({row.reason})"
    if one.units_cash:
        posting.change(
            connection,
            one.claim_id,
            lambda units: counting.paid(units, one.units_cash),
            "paid",
            note=note,
            amount=Money(one.amount_minor, row.currency) if row.currency else None,
            at=at,
        )
    if one.units_inventory:
        posting.change(
            connection,
            one.claim_id,
            lambda units: counting.replaced(units, one.units_inventory),
            "replaced",
            note=note,
            at=at,
        )
    known = connection.execute(
        update(reimbursement_matches)
        .where(
            _m.pool == row.pool,
            _m.report_key == row.report_key,
            _m.report_number == row.report_number,
            _m.claim_id == one.claim_id,
        )
        .values(
            units_cash=_m.units_cash + one.units_cash,
            units_inventory=_m.units_inventory + one.units_inventory,
            amount_minor=_m.amount_minor + one.amount_minor,
        )
    )
    if not known.rowcount:
        connection.execute(
            insert(reimbursement_matches).values(
                pool=row.pool,
                report_key=row.report_key,
                report_number=row.report_number,
                claim_id=one.claim_id,
                units_cash=one.units_cash,
                units_inventory=one.units_inventory,
                amount_minor=one.amount_minor,
            )
        )
    _count(connection, row, one.units_cash + one.units_inventory)


def _take_back_some(connection: Connection, at: datetime) -> int:
    """Count reversals against the claims that the originals had paid for."""
    wanted = _r.units_cash + _r.units_inventory
    rows = connection.execute(
        select(reimbursements)
        .where(_r.original_id.is_not(None), _r.matched < func.abs(wanted))
        .order_by(_r.pool, _r.report_key, _r.report_number)
    ).all()
    return sum(_take_back(connection, row, at) for row in rows)


def _take_back(connection: Connection, row: Any, at: datetime) -> int:
    whole = abs(row.units_cash + row.units_inventory)
    left = whole - row.matched
    originals = connection.execute(
        select(_m.claim_id, claims.c.paid)
        .join(reimbursements, _SAME_ROW)
        .join(claims, claims.c.id == _m.claim_id)
        .where(
            _r.pool == row.pool,
            _r.reimbursement_id == row.original_id,
            _r.sku == row.sku,
            _m.units_cash > 0,
            claims.c.paid > 0,
        )
        .order_by(_m.claim_id)
    ).all()
    taken = 0
    for original in originals:
        units = min(left - taken, original.paid)
        if units < 1:
            break
        _reverse(connection, original.claim_id, units, row, whole, at)
        taken += units
    if taken:
        _count(connection, row, taken)
    return bool(taken)


def _reverse(
    connection: Connection, claim_id: str, units: int, row: Any, whole: int, at: datetime
) -> None:
    amount = None
    if row.currency is not None:
        amount = Money(abs(row.amount_minor) * units // whole, row.currency)
    posting.change(
        connection,
        claim_id,
        lambda known: counting.payment_reversed(known, units),
        "reversed",
        note=f"reimbursement {row.reimbursement_id} takes {row.original_id} back",
        amount=amount,
        at=at,
    )


def _count(connection: Connection, row: Any, units: int) -> None:
    connection.execute(
        update(reimbursements)
        .where(
            _r.pool == row.pool,
            _r.report_key == row.report_key,
            _r.report_number == row.report_number,
        )
        .values(matched=_r.matched + units)
    )


def _payment(connection: Connection, row: Any) -> Payment:
    matched = connection.execute(
        select(
            func.coalesce(func.sum(_m.units_cash), 0),
            func.coalesce(func.sum(_m.units_inventory), 0),
        ).where(
            _m.pool == row.pool,
            _m.report_key == row.report_key,
            _m.report_number == row.report_number,
        )
    ).one()
    return Payment(
        row.sku,
        None if row.kind is None else ClaimKind(row.kind),
        row.case_id,
        row.units_cash,
        row.units_inventory,
        row.amount_minor,
        row.approved_at,
        int(matched[0]),
        int(matched[1]),
    )


def _open_claims(connection: Connection, pool: str, sku: str) -> list[OpenClaim]:
    rows = connection.execute(
        select(claims)
        .where(claims.c.pool == pool, claims.c.sku == sku, literal_column(f"({OWED_UNITS})") > 0)
        .order_by(claims.c.since, claims.c.id)
    )
    return [
        OpenClaim(
            row.id,
            ClaimKind(row.kind),
            row.sku,
            row.case_id,
            posting.units_of(row).owed,
            row.since,
        )
        for row in rows
    ]


def _values(cells: Mapping[str, str]) -> dict[str, Any]:
    currency = cells.get("currency-unit") or None
    reason = cells.get("reason", "")
    kind = kind_of(reason)
    return {
        "reimbursement_id": cells["reimbursement-id"],
        "sku": cells["sku"],
        "reason": reason,
        "kind": None if kind is None else kind.value,
        "case_id": cells.get("case-id") or None,
        "units_cash": _whole(cells.get("quantity-reimbursed-cash")),
        "units_inventory": _whole(cells.get("quantity-reimbursed-inventory")),
        "amount_minor": _minor(cells.get("amount-total"), currency),
        "currency": currency,
        "original_id": cells.get("original-reimbursement-id") or None,
        "approved_at": instant(cells.get("approval-date")),
    }


def _whole(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0


def _minor(text: str | None, currency: str | None) -> int:
    """In minor units; an amount that can't be read counts as none: the units are what is owed."""
    try:
        return to_minor((text or "0").replace(",", ""), currency or "")
    except ValueError:
        return 0
