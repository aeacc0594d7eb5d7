"""Money as an integer of minor units with its currency; never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision, list_currencies


@lru_cache(maxsize=256)
def minor_digits(currency: str) -> int:
    """How many decimal places `currency` has (ISO 4217, by CLDR): USD 2, JPY 0, KWD 3.

    Raises:
        ValueError: if `currency` is no ISO 4217 code.
    """
    if currency not in list_currencies():
        raise ValueError(f"{currency!r} is not an ISO 4217 currency code (like USD)")
    return get_currency_precision(currency)


def to_minor(amount: Decimal | str | int, currency: str) -> int:
    """`amount` in minor units: `to_minor("9.50", "USD") == 950`.

    Raises:
        ValueError: if the amount is no number, or finer than the currency's smallest unit.
    """
    digits = minor_digits(currency)
    try:
        scaled = Decimal(amount).scaleb(digits)
        whole = int(scaled)
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"{amount!r} is not an amount of money") from error
    if scaled != whole:
        raise ValueError(f"{amount} has more decimal places than {currency} allows")
    return whole


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount of one currency. Arithmetic refuses to mix currencies."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: Decimal | str | int, currency: str) -> Money:
        """Read a decimal amount; see `to_minor` for what is refused."""
        return cls(to_minor(amount, currency), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def _same(self, other: Money) -> None:
        if other.currency != self.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
