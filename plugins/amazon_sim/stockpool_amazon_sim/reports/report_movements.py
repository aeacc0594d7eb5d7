"""Reports on the movements of stock: the inventory ledger, in detail and summed up.

A unit in a center is SELLABLE, or damaged in one of the ways that have a name; units that are
looked for, or still on their way from the seller, are in no disposition. What moves a unit from one
disposition to another is an event of each of them. Setting units aside is none: for a customer, or
for a removal order, they stay what they are until they leave.

Invariant, for each day, FNSKU, disposition and place: what there was, and all events, make what
there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from stockpool_amazon_sim.inventory.ledger import INTERNAL, UNFULFILLABLE, Bucket, Code, EventType
from stockpool_amazon_sim.records import DAY, Micros, Movement
from stockpool_amazon_sim.reports.report_tables import Cells, Query, ReportType, day, moment
from stockpool_amazon_sim.world import World

_NOWHERE = frozenset(
    {
        Bucket.INBOUND_WORKING,
        Bucket.INBOUND_SHIPPED,
        Bucket.INBOUND_RECEIVING,
        Bucket.RESEARCHING,
    }
)


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One line of the ledger: units that came into a disposition at a center, or left it.

    Attributes:
        quantity: below zero if they left.
    """

    at: Micros
    country: str
    fnsku: str
    center: str
    disposition: str
    kind: str
    quantity: int
    code: str
    reference: str


def disposition_of(bucket: str | None) -> str | None:
    """The disposition of units in a bucket; None if they are in none."""
    if bucket is None or bucket in _NOWHERE:
        return None
    return str(bucket).upper() if bucket in UNFULFILLABLE else "SELLABLE"


def events_of(movement: Movement) -> Iterator[LedgerEvent]:
    """The lines that a movement makes: none, one, or two that cancel out."""
    if movement.event_type in INTERNAL:
        return
    source = disposition_of(movement.from_bucket), movement.from_center
    target = disposition_of(movement.to_bucket), movement.to_center
    if source == target:
        return
    for (name, center), sign in ((source, -1), (target, 1)):
        if name is not None:
            yield LedgerEvent(
                movement.at,
                movement.country,
                movement.fnsku,
                center or "",
                name,
                movement.event_type,
                sign * movement.quantity,
                movement.code,
                movement.reference,
            )


def _details(world: World, query: Query) -> Iterator[Cells]:
    known = _Names(world)
    for movement in world.store.movements_after(0):
        if movement.country not in query.countries or not query.covers(movement.at):
            continue
        for event in events_of(movement):
            yield {
                **known.of(event.country, event.fnsku),
                "Date": day(event.at),
                "Event Type": event.kind,
                "Reference ID": event.reference,
                "Quantity": event.quantity,
                "Fulfillment Center": event.center,
                "Disposition": event.disposition,
                "Reason": event.code,
                "Country": event.country,
                "Reconciled Quantity": 0,
                "Unreconciled Quantity": 0,
                "Date and Time": moment(event.at),
            }


@dataclass(slots=True)
class _Day:
    start: int = 0
    sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))


_Place = tuple[str, str, str, str]
"""Country, FNSKU, disposition, and the center or the country."""


def _summary(world: World, query: Query) -> Iterator[Cells]:
    by_center = query.options.get("aggregateByLocation", "COUNTRY") == "FC"
    balances: dict[_Place, int] = defaultdict(int)
    days: dict[tuple[Micros, _Place], _Day] = {}
    for movement in world.store.movements_after(0):
        if movement.country not in query.countries or movement.at > query.end:
            continue
        for event in events_of(movement):
            location = event.center if by_center else event.country
            place = (event.country, event.fnsku, event.disposition, location)
            if query.covers(event.at):
                date = event.at - event.at % DAY
                known = days.setdefault((date, place), _Day(balances[place]))
                known.sums[_column(event)] += event.quantity
            balances[place] += event.quantity
    names = _Names(world)
    for (date, (code, fnsku, disposition, location)), found in sorted(
        days.items(), key=lambda entry: entry[0]
    ):
        yield {
            **names.of(code, fnsku),
            **dict.fromkeys(_EVENT_COLUMNS, 0),
            **found.sums,
            "Date": day(date),
            "Disposition": disposition,
            "Starting Warehouse Balance": found.start,
            "In Transit Between Warehouses": 0,
            "Ending Warehouse Balance": found.start + sum(found.sums.values()),
            "Location": location,
        }


_EVENT_COLUMNS = (
    "Receipts",
    "Customer Shipments",
    "Customer Returns",
    "Vendor Returns",
    "Warehouse Transfer In/Out",
    "Found",
    "Lost",
    "Damaged",
    "Disposed",
    "Other Events",
    "Unknown Events",
)

_BY_KIND: Mapping[str, str] = {
    EventType.RECEIPTS: "Receipts",
    EventType.SHIPMENTS: "Customer Shipments",
    EventType.CUSTOMER_RETURNS: "Customer Returns",
    EventType.VENDOR_RETURNS: "Vendor Returns",
    EventType.WHSE_TRANSFERS: "Warehouse Transfer In/Out",
}

_BY_CODE: Mapping[str, str] = {
    Code.FOUND: "Found",
    Code.MISPLACED: "Lost",
    Code.DAMAGED_AT_CENTER: "Damaged",
    Code.DESTROYED: "Disposed",
}


def _column(event: LedgerEvent) -> str:
    return _BY_KIND.get(event.kind) or _BY_CODE.get(event.code) or "Other Events"


class _Names:
    """SKU, ASIN and title by FNSKU; of SKUs that share one, the first."""

    def __init__(self, world: World) -> None:
        self._known: dict[tuple[str, str], Cells] = {}
        for _, sku in world.store.skus.all():
            names = {"FNSKU": sku.fnsku, "ASIN": sku.asin, "MSKU": sku.sku, "Title": sku.title}
            self._known.setdefault((sku.country, sku.fnsku), names)

    def of(self, country: str, fnsku: str) -> Cells:
        """What the columns that name the goods hold."""
        return self._known.get((country, fnsku), {"FNSKU": fnsku})


TYPES: Mapping[str, ReportType] = {
    "GET_LEDGER_DETAIL_VIEW_DATA": ReportType(
        (
            *("Date", "FNSKU", "ASIN", "MSKU", "Title", "Event Type", "Reference ID", "Quantity"),
            *("Fulfillment Center", "Disposition", "Reason", "Country", "Reconciled Quantity"),
            *("Unreconciled Quantity", "Date and Time"),
        ),
        _details,
        charset="utf-8",
    ),
    "GET_LEDGER_SUMMARY_VIEW_DATA": ReportType(
        (
            *("Date", "FNSKU", "ASIN", "MSKU", "Title", "Disposition"),
            *("Starting Warehouse Balance", "In Transit Between Warehouses", "Receipts"),
            *("Customer Shipments", "Customer Returns", "Vendor Returns"),
            *("Warehouse Transfer In/Out", "Found", "Lost", "Damaged", "Disposed"),
            *("Other Events", "Ending Warehouse Balance", "Unknown Events", "Location"),
        ),
        _summary,
        charset="utf-8",
        options={
            "aggregateByLocation": ("COUNTRY", "FC"),
            # Amazon has weeks and months as well. Other figures than those asked for would be worse
            # than a refusal.
            "aggregatedByTimePeriod": ("DAILY",),
        },
    ),
}
