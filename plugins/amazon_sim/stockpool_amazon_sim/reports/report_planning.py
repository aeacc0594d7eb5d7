"""The planning report: how long units have been with Amazon, and how many customers got.

Units leave first in, first out, whichever unit was taken from the shelf: so Amazon counts ages.
Which units it counts is not published; here it is all that are sellable and in a center, those that
are set aside for orders too. Units that were lost and found again are as old as the find.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory.ledger import UNFULFILLABLE, Bucket, EventType
from stockpool_amazon_sim.records import DAY, Micros, Movement
from stockpool_amazon_sim.reports.report_inventory import INBOUND, each_listed, who
from stockpool_amazon_sim.reports.report_movements import events_of
from stockpool_amazon_sim.reports.report_tables import Cells, Query, ReportType, amount, moment
from stockpool_amazon_sim.world import World

AGES: Mapping[str, tuple[int, int | None]] = {
    "0-to-90": (0, 90),
    "91-to-180": (91, 180),
    "181-to-270": (181, 270),
    "271-to-365": (271, 365),
    "366-to-455": (366, 455),
    "456-plus": (456, None),
    "0-to-30": (0, 30),
    "31-to-60": (31, 60),
    "61-to-90": (61, 90),
    "181-to-330": (181, 330),
    "331-to-365": (331, 365),
}
"""Whole days, ends included, by the middle of the column's name."""

EACH_ONCE = tuple(AGES)[:6]
"""Ages of which each unit has one; the others are finer or lie across."""

SHIPPED_DAYS = (7, 30, 60, 90)


@dataclass(slots=True)
class Layers:
    """The sellable units of one FNSKU, by when they came.

    Attributes:
        units: when and how many, the oldest first.
        shipped: when and how many went to customers.
    """

    units: deque[tuple[Micros, int]] = field(default_factory=deque)
    shipped: list[tuple[Micros, int]] = field(default_factory=list)

    def add(self, at: Micros, quantity: int) -> None:
        """Units came, or, below zero, the oldest left."""
        if quantity > 0:
            self.units.append((at, quantity))
        while quantity < 0:
            since, there = self.units.popleft()
            quantity += there
            if quantity > 0:
                self.units.appendleft((since, quantity))

    def ages(self, now: Micros) -> Counter[str]:
        """How many units are of each of the `AGES`."""
        found: Counter[str] = Counter()
        for since, quantity in self.units:
            days = (now - since) // DAY
            for name, (least, most) in AGES.items():
                if least <= days and (most is None or days <= most):
                    found[name] += quantity
        return found

    def shipped_in(self, days: int, now: Micros) -> int:
        """Units that went to customers in the last so many days."""
        return sum(quantity for at, quantity in self.shipped if at > now - days * DAY)


def layers_of(movements: Iterable[Movement]) -> Mapping[tuple[str, str], Layers]:
    """By country and FNSKU, from all movements in their order.

    From one center to another is no event of its own here: it makes no unit younger.
    """
    found: dict[tuple[str, str], Layers] = defaultdict(Layers)
    for movement in movements:
        change = sum(
            event.quantity for event in events_of(movement) if event.disposition == "SELLABLE"
        )
        if not change:
            continue
        layers = found[movement.country, movement.fnsku]
        layers.add(movement.at, change)
        if movement.event_type == EventType.SHIPMENTS:
            layers.shipped.append((movement.at, -change))
    return found


def _planning(world: World, query: Query) -> Iterator[Cells]:
    layers = layers_of(world.store.movements_after(0))
    for sku, listing, units in each_listed(world, query):
        found = layers.get((sku.country, sku.fnsku), Layers())
        ages = found.ages(world.now)
        shipped = {days: found.shipped_in(days, world.now) for days in SHIPPED_DAYS}
        yield {
            **who(sku, listing),
            "snapshot-date": moment(world.now)[:10],
            "available": units(Bucket.FULFILLABLE),
            "currency": country(sku.country).currency,
            "your-price": amount(listing.price, country(sku.country).currency),
            "marketplace": sku.country,
            "inbound-quantity": units(*INBOUND),
            "inbound-working": units(Bucket.INBOUND_WORKING),
            "inbound-shipped": units(Bucket.INBOUND_SHIPPED),
            "inbound-received": units(Bucket.INBOUND_RECEIVING),
            "unfulfillable-quantity": units(*UNFULFILLABLE),
            **{f"inv-age-{name}-days": ages[name] for name in AGES},
            **{f"units-shipped-t{days}": quantity for days, quantity in shipped.items()},
        }


_COLUMNS = (
    *("snapshot-date", "sku", "fnsku", "asin", "product-name", "condition", "available"),
    *("pending-removal-quantity", "inv-age-0-to-90-days", "inv-age-91-to-180-days"),
    *("inv-age-181-to-270-days", "inv-age-271-to-365-days", "inv-age-366-to-455-days"),
    *("inv-age-456-plus-days", "currency", "units-shipped-t7", "units-shipped-t30"),
    *("units-shipped-t60", "units-shipped-t90", "alert", "your-price", "sales-price"),
    *("recommended-action", "sell-through", "item-volume", "volume-unit-measurement"),
    *("storage-type", "storage-volume", "marketplace", "days-of-supply"),
    *("inv-age-0-to-30-days", "inv-age-31-to-60-days", "inv-age-61-to-90-days"),
    *("inv-age-181-to-330-days", "inv-age-331-to-365-days", "inbound-quantity"),
    *("inbound-working", "inbound-shipped", "inbound-received", "unfulfillable-quantity"),
)
"""Of Amazon's columns, which come and go, those up to the unfulfillable units; what the simulator
does not know is empty."""

TYPES: Mapping[str, ReportType] = {
    "GET_FBA_INVENTORY_PLANNING_DATA": ReportType(_COLUMNS, _planning),
}
