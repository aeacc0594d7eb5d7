"""Reading Amazon's JSON: by name and type, with errors that name the field and hide its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, TypeVar

from stockpool.money import Money, minor_digits
from stockpool_amazon.errors import UnreadableAnswer

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of an answer. A null is as good as an absent member; unknown members are left.

    Args:
        path: where it stands in the answer, for messages.
    """

    members: Mapping[str, Any] = field(repr=False)
    path: str

    def text(self, name: str) -> str:
        """A string that must be there."""
        return self._present(name, self.optional_text(name))

    def optional_text(self, name: str) -> str | None:
        """A string; an empty one is None."""
        return self._member(name, str) or None

    def whole(self, name: str) -> int:
        """A whole number that must be there."""
        return self._present(name, self.optional_whole(name))

    def optional_whole(self, name: str) -> int | None:
        """A whole number."""
        return self._member(name, int)

    def flag(self, name: str) -> bool:
        """A boolean; absent is false."""
        return self._member(name, bool) or False

    def time(self, name: str) -> datetime:
        """A time that must be there, in UTC."""
        return self._present(name, self.optional_time(name))

    def optional_time(self, name: str) -> datetime | None:
        """An ISO 8601 time in UTC; one without an offset is UTC (SP-API: all times are)."""
        text = self.optional_text(name)
        if text is None:
            return None
        try:
            at = datetime.fromisoformat(text)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.unreadable(name, "is no ISO 8601 time") from None

    def amount(self, name: str) -> int:
        """A whole quantity that is written as `{"value": "2"}`; absent is 0."""
        quantity = self.optional_object(name)
        if quantity is None:
            return 0
        number = quantity.decimal("value")
        if number != int(number):
            raise quantity.unreadable("value", "is no whole quantity")
        return int(number)

    def money(self, amount: str) -> Money:
        """This object as money, whose decimal string is the member `amount`.

        Fees may be finer than the currency; they are rounded to its smallest unit, halves up.
        """
        currency = self.text("currencyCode")
        try:
            unit = Decimal(1).scaleb(-minor_digits(currency))
            rounded = self.decimal(amount).quantize(unit, ROUND_HALF_UP)
        except (ValueError, InvalidOperation):
            raise self.unreadable("currencyCode", "is no currency with such an amount") from None
        return Money.parse(rounded, currency)

    def money_in_number(self, amount: str, currency: str) -> Money:
        """This object as money whose members are a JSON number and a currency code.

        The number is taken as it is written, and rounded as `money` does.
        """
        return Fields(
            {amount: str(self.number(amount)), "currencyCode": self.text(currency)}, self.path
        ).money(amount)

    def number(self, name: str) -> Decimal:
        """A JSON number that must be there."""
        value = self.members.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise self.unreadable(name, "is no number")
        number = Decimal(str(value))
        if not number.is_finite() or abs(number) >= 10**15:
            raise self.unreadable(name, "is no number")
        return number

    def optional_date(self, name: str) -> date | None:
        """A date as YYYY-MM-DD, with or without a time behind it."""
        text = self.optional_text(name)
        try:
            return None if text is None else date.fromisoformat(text[:10])
        except ValueError:
            raise self.unreadable(name, "is no date") from None

    def decimal(self, name: str) -> Decimal:
        """A decimal string that must be there."""
        try:
            number = Decimal(self.text(name))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) >= 10**15:
            raise self.unreadable(name, "is no number")
        return number

    def object(self, name: str) -> Fields:
        """An object that must be there."""
        return self._present(name, self.optional_object(name))

    def optional_object(self, name: str) -> Fields | None:
        """An object."""
        members = self._member(name, dict)
        return None if members is None else Fields(members, f"{self.path}.{name}")

    def objects(self, name: str, *, required: bool = False) -> Sequence[Fields]:
        """A list of objects; absent is empty, unless it is required."""
        listed = self._member(name, list)
        if required:
            self._present(name, listed)
        found = []
        for place, members in enumerate(listed or ()):
            path = f"{self.path}.{name}[{place}]"
            if not isinstance(members, dict):
                raise UnreadableAnswer(f"{path} is no object")
            found.append(Fields(members, path))
        return found

    def texts(self, name: str) -> Sequence[str]:
        """A list of strings; absent is empty, and what is no string is left out."""
        return [text for text in self._member(name, list) or () if isinstance(text, str)]

    def unreadable(self, name: str, why: str) -> UnreadableAnswer:
        """The error for a member."""
        return UnreadableAnswer(f"{self.path}.{name} {why}")

    def _member(self, name: str, kind: type[_T]) -> _T | None:
        value = self.members.get(name)
        if value is None:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.unreadable(name, f"is no {_NAMES[kind]}")
        return value

    def _present(self, name: str, value: _T | None) -> _T:
        if value is None:
            raise self.unreadable(name, "is missing")
        return value


_NAMES: Mapping[type, str] = {
    str: "text",
    int: "whole number",
    bool: "boolean",
    dict: "object",
    list: "list",
}
