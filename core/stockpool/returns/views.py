"""Returns as they are shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from stockpool.errors import NotFoundError
from stockpool.returns.tables import order_returns, return_units


@dataclass(frozen=True, slots=True)
class ReturnedUnit:
    """One unit of a return.

    Attributes:
        state: asked, authorised, received or refused.
        rma_page_url: the page with barcode and label for the customer, once it is authorised.
        return_to: the address on the label, line by line.
        received_condition: what the network found it to be (`Sellable`, `Defective` ...).
    """

    return_item_id: str
    line_id: str
    sku: str
    fulfillment_order_id: str
    shipment_id: str
    state: str
    problem: str | None = None
    rma_page_url: str | None = None
    amazon_rma_id: str | None = None
    return_to: tuple[str, ...] = ()
    received_condition: str | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A return as it stands.

    Attributes:
        origin: who began it: `merchant`, `channel`, or the `carrier`, who brought a parcel back.
        asked_by: the channel's id of it, if a channel has asked.
    """

    return_id: str
    order_id: str
    reason_code: str
    comment: str
    requested_at: datetime
    units: tuple[ReturnedUnit, ...]
    origin: str = "merchant"
    asked_by: str | None = None

    @property
    def state(self) -> str:
        """`asked` or `open` while something may still come; then `received` or `refused`."""
        states = {unit.state for unit in self.units}
        if "asked" in states:
            return "asked"
        if "authorised" in states:
            return "open"
        return "received" if "received" in states else "refused"


def return_row(connection: Connection, return_id: str) -> Any:
    """The return's row.

    Raises:
        NotFoundError: there is none with that id.
    """
    row = connection.execute(
        select(order_returns).where(order_returns.c.id == return_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no return {return_id}")
    return row


def view(connection: Connection, row: Any) -> ReturnView:
    """The return of a row, with its units."""
    units = connection.execute(
        select(return_units)
        .where(return_units.c.return_id == row.id)
        .order_by(func.length(return_units.c.id), return_units.c.id)
    )
    return ReturnView(
        row.id,
        row.order_id,
        row.reason_code,
        row.comment,
        row.requested_at,
        tuple(_unit(unit) for unit in units),
        row.origin,
        row.asked_by,
    )


def _unit(row: Any) -> ReturnedUnit:
    told: dict[str, Any] = json.loads(row.authorization) if row.authorization else {}
    return ReturnedUnit(
        row.id,
        row.line_id,
        row.sku,
        row.fulfillment_order_id,
        row.shipment_id,
        row.state,
        row.problem,
        told.get("rma_page_url"),
        told.get("amazon_rma_id"),
        tuple(told.get("return_to", ())),
        row.received_condition,
        row.received_at,
    )
