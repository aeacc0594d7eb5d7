"""What storage will cost if units go on leaving as they did. Pure.

A month is charged by the average daily volume; aged stock by what is there on the day of the
snapshot, by its age, first in, first out over the whole country.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from stockpool.ledger.levels import AgeLayer
from stockpool.money import Money
from stockpool.warehousing.rates import AgedRates, aged_rates, money, monthly_rate
from stockpool.warehousing.sizes import UnitSize


@dataclass(frozen=True, slots=True)
class StockToStore:
    """Units of one stock in one pool.

    Attributes:
        layers: what is on hand by receipt, the oldest first.
        sold_per_day: units that leave a day; they are taken from the oldest receipt.
    """

    size: UnitSize
    layers: Sequence[AgeLayer]
    sold_per_day: float

    @property
    def on_hand(self) -> int:
        """Units in the centers now."""
        return sum(layer.quantity for layer in self.layers)


@dataclass(frozen=True, slots=True)
class MonthlyFee:
    """What a month of storage will cost; None where no rate is known."""

    sku: str
    month: date
    average_units: Decimal
    cubic_feet: Decimal
    fee: Money | None


@dataclass(frozen=True, slots=True)
class AgedFee:
    """What aged units will be charged on a day.

    Attributes:
        days: their age on that day.
        confirmed: the rate is published.
    """

    sku: str
    on: date
    days: int
    units: int
    fee: Money
    confirmed: bool


def average_units(units: int, sold_per_day: float, first: date, last: date, today: date) -> Decimal:
    """The average of what is left each day from the first to the last, both included."""
    total = Decimal(0)
    count = (last - first).days + 1
    for offset in range(count):
        gone = Decimal(str(sold_per_day)) * max((first - today).days + offset, 0)
        total += max(Decimal(units) - gone, Decimal(0))
    return total / count


def monthly_fee(country: str, stock: StockToStore, month: date, today: date) -> MonthlyFee:
    """A month's storage of one stock; of the month that is under way, what is left of it.

    Args:
        month: any day of it.
    """
    first = max(month.replace(day=1), today) if _same_month(month, today) else month.replace(day=1)
    last = month.replace(day=monthrange(month.year, month.month)[1])
    average = average_units(stock.on_hand, stock.sold_per_day, first, last, today)
    feet = average * stock.size.cubic_feet
    share = Decimal((last - first).days + 1) / Decimal(last.day)
    rate = monthly_rate(country, last, stock.size.storage_type)
    fee = None if rate is None else money(feet * rate[0] * share, rate[1])
    return MonthlyFee(stock.size.sku, month.replace(day=1), average, feet, fee)


def aged_fees(country: str, stock: StockToStore, on: date, today: date) -> Iterator[AgedFee]:
    """What the units that are left on a day will be charged for their age."""
    rates = aged_rates(country, on)
    if rates is None:
        return
    gone = int(stock.sold_per_day * (on - today).days)
    for layer in left_of(stock.layers, gone):
        days = (datetime(on.year, on.month, on.day, tzinfo=UTC) - layer.received_at).days
        fee = _aged_fee(rates, stock.size, days, layer.quantity)
        if fee is not None:
            yield AgedFee(stock.size.sku, on, days, layer.quantity, fee, rates.confirmed)


def left_of(layers: Sequence[AgeLayer], gone: int) -> Iterator[AgeLayer]:
    """What is left of receipts, the oldest first, after so many units left: the oldest first."""
    for layer in layers:
        taken = min(gone, layer.quantity)
        gone -= taken
        if layer.quantity > taken:
            yield AgeLayer(layer.received_at, layer.quantity - taken, layer.receipt)


def next_snapshot(country: str, today: date) -> date | None:
    """The next day on which aged stock is counted; None: no rate is known."""
    rates = aged_rates(country, today)
    if rates is None:
        return None
    this_month = today.replace(day=rates.snapshot_day)
    if this_month >= today:
        return this_month
    return (today.replace(day=1) + timedelta(days=32)).replace(day=rates.snapshot_day)


def _aged_fee(rates: AgedRates, size: UnitSize, days: int, units: int) -> Money | None:
    band = rates.band(days, size.storage_type)
    if band is None:
        return None
    unit = max(band.cubic_foot * size.cubic_feet, band.unit)
    return money(unit * units, rates.currency)


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)
