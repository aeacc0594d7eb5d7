"""Drawing the demo's orders: mostly plain ones, and every kind of trouble that files bring."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from stockpool_workers.demo.shop import ARTICLES, KIT_PRICES, KITS, channel_sku_of


class Fate(StrEnum):
    """Where an order must be found in the end."""

    TAKEN_IN = "taken_in"
    NEEDS_A_PERSON = "needs_a_person"
    SKIPPED = "skipped"
    """The file says itself that nothing is to be sent (not paid, cancelled)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, in the channel's SKU."""

    channel_sku: str
    quantity: str
    price: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """Where a parcel goes."""

    name: str
    line1: str
    city: str
    region: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class DrawnOrder:
    """An order as it is written into a file. `trouble` says what is wrong with it, if anything."""

    channel: str
    number: str
    buyer: Buyer
    lines: tuple[Line, ...]
    speed: str
    ordered_at: datetime
    policy: str = ""
    hold: bool = False
    status: str = "paid"
    trouble: str = ""
    fate: Fate = Fate.TAKEN_IN


_NAMES = (
    "Ada Byron", "Ben Okafor", "Chloé Martin", "Diego Núñez", "Eva Müller", "Frank Lee",
    "Grace Kim", "Hugo Sørensen", "Iris Costa", "João Silva", "Kate O'Neill", "Luis García",
    "Mia Dubois", "Noah Brown", "Olga Petrov", "Priya Nair", "Quinn Adams", "Rosa Peña",
    "Sam Taylor", "Tove Åberg",
)  # fmt: skip
_BEYOND_LATIN = ("Łukasz Żak", "Ζωή Παππά", "Mai Nguyễn", "山田 花子")
_STREETS = ("Main St", "Oak Ave", "Maple Rd", "Market St", "Lake Dr", "Hill Rd", "2nd Ave")
_PLACES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "US": (
        ("Seattle", "WA", "98101"), ("Austin", "TX", "78701"), ("Chicago", "IL", "60601"),
        ("Boston", "MA", "02108"), ("Denver", "CO", "80202"), ("Miami", "FL", "33101"),
        ("Portland", "OR", "97201"), ("New York", "NY", "10001"), ("Columbus", "OH", "43004"),
    ),
    "CA": (
        ("Toronto", "ON", "M5V 2T6"), ("Vancouver", "BC", "V6B 1A1"), ("Calgary", "AB", "T2P 1J9"),
        ("Montréal", "QC", "H2Y 1C6"),
    ),
    "MX": (
        ("Ciudad de México", "CMX", "06000"), ("Monterrey", "NLE", "64000"),
        ("Guadalajara", "JAL", "44100"),
    ),
    "GB": (("London", "", "SW1A 1AA"), ("Leeds", "", "LS1 4AP")),
}  # fmt: skip
_COUNTRIES = {"US": 72, "CA": 16, "MX": 10, "GB": 2}
_SPEEDS = {"standard": 84, "expedited": 13, "priority": 3}
_FIRST_DAY = datetime(2026, 3, 2, 8, tzinfo=UTC)

_TROUBLES = {
    "": 940,
    "unknown_sku": 12,
    "bad_quantity": 8,
    "bad_postal_code": 10,
    "bad_country": 6,
    "no_street": 6,
    "long_street": 6,
    "held": 6,
    "unpaid": 6,
}
_FATES = {
    "held": Fate.TAKEN_IN,
    "unpaid": Fate.SKIPPED,
    "": Fate.TAKEN_IN,
}


@dataclass(slots=True)
class Drawing:
    """Draws orders; the same chance draws the same ones."""

    chance: random.Random
    _drawn: int = field(default=0)

    def orders(self, channel: str, count: int, first_number: int) -> list[DrawnOrder]:
        """`count` orders of one channel."""
        return [self._order(channel, first_number + n) for n in range(count)]

    def _order(self, channel: str, number: int) -> DrawnOrder:
        country = self._pick(_COUNTRIES)
        trouble = self._pick(_TROUBLES)
        speed = self._pick(_SPEEDS)
        self._drawn += 1
        order = DrawnOrder(
            channel,
            f"#{number}" if channel == "shop" else f"{channel.upper()}-{number}",
            self._buyer(country),
            self._lines(channel, country),
            speed,
            _FIRST_DAY + timedelta(minutes=7 * self._drawn),
            policy="FillAll" if channel == "web" and self.chance.randrange(4) == 0 else "",
        )
        return self._with_trouble(order, trouble)

    def _pick(self, weights: dict[str, int]) -> str:
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def _buyer(self, country: str) -> Buyer:
        city, region, postal_code = self.chance.choice(_PLACES[country])
        street = f"{self.chance.randrange(1, 999)} {self.chance.choice(_STREETS)}"
        return Buyer(self.chance.choice(_NAMES), street, city, region, postal_code, country)

    def _lines(self, channel: str, country: str) -> tuple[Line, ...]:
        sold = [
            article
            for article in ARTICLES
            if article.only_on in (None, channel) and article.only_to in (None, country)
        ]
        prices = {article.sku: article.price for article in sold} | KIT_PRICES
        weights = [article.popularity for article in sold] + [9] * len(KITS)
        names = [article.sku for article in sold] + list(KITS)
        wanted = self.chance.choices((1, 2, 3, 4), (58, 25, 12, 5))[0]
        chosen = dict.fromkeys(self.chance.choices(names, weights, k=wanted))
        return tuple(
            Line(
                channel_sku_of(channel, name),
                str(self.chance.choices((1, 2, 3, 6), (72, 18, 7, 3))[0]),
                prices[name],
            )
            for name in chosen
        )

    def _with_trouble(self, order: DrawnOrder, trouble: str) -> DrawnOrder:
        buyer, first = order.buyer, order.lines[0]
        match trouble:
            case "unknown_sku":
                gone = replace(first, channel_sku=f"GONE-{self.chance.randrange(10, 99)}")
                order = replace(order, lines=(gone, *order.lines[1:]))
            case "bad_quantity":
                order = replace(order, lines=(replace(first, quantity="two"), *order.lines[1:]))
            case "bad_postal_code":
                order = replace(order, buyer=replace(buyer, postal_code="ABC-1"))
            case "bad_country":
                order = replace(order, buyer=replace(buyer, country="XX"))
            case "no_street":
                order = replace(order, buyer=replace(buyer, line1=""))
            case "long_street":
                street = f"{buyer.line1}, third house on the left behind the old railway station"
                order = replace(order, buyer=replace(buyer, line1=street))
            case "held" if order.channel != "shop":
                order = replace(order, hold=True)
            case "unpaid" if order.channel == "shop":
                order = replace(order, status="pending")
            case _:
                trouble = ""
        return replace(order, trouble=trouble, fate=_FATES.get(trouble, Fate.NEEDS_A_PERSON))


def with_names_beyond_latin(
    orders: Sequence[DrawnOrder], chance: random.Random
) -> list[DrawnOrder]:
    """Some buyers whose names only Unicode can write."""
    return [
        replace(order, buyer=replace(order.buyer, name=chance.choice(_BEYOND_LATIN)))
        if chance.randrange(5) == 0
        else order
        for order in orders
    ]
