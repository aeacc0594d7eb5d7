"""Whose data is meant, and whether an address is theirs. Rules over values only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stockpool.errors import RefusedError
from stockpool.problems import Problem

_PHONE_DIGITS_LEAST = 8
"""A shorter number may be anybody's within an area."""

_WORD_LENGTH_LEAST = 5


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom a question of privacy is about: whatever of this is known.

    Attributes:
        channel: only what came by this channel; None: by any.
        emails, phones: as they were given; compared without regard to case and punctuation.
        channel_order_ids: orders of `channel` that are theirs.
        everybody: all buyers of `channel`.
    """

    channel: str | None = None
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    channel_order_ids: frozenset[str] = frozenset()
    everybody: bool = False

    @property
    def is_somebody(self) -> bool:
        """Whether anything identifies a buyer."""
        return bool(self.everybody or self.emails or self.phones or self.channel_order_ids)

    def require_somebody(self) -> None:
        """Refuse a question about nobody, or about orders of no channel.

        Raises:
            RefusedError: nothing identifies a buyer.
        """
        if (self.channel_order_ids or self.everybody) and self.channel is None:
            raise _refusal("channel", "orders are known by their channel: name it")
        emails = {email for email in self.emails if "@" in email}
        if self.emails - emails:
            raise _refusal("emails", "this is no email address")
        short = [p for p in self.phones if len(digits(p)) < _PHONE_DIGITS_LEAST]
        if short:
            raise _refusal("phones", f"give at least {_PHONE_DIGITS_LEAST} digits of the number")
        if not self.is_somebody:
            raise _refusal(None, "name an email address, a phone number or an order")

    def owns(self, channel: str, channel_order_id: str, address: Mapping[str, Any]) -> bool:
        """Whether an order that went to `address` is theirs."""
        if self.channel not in (None, channel):
            return False
        if self.everybody or channel_order_id in self.channel_order_ids:
            return True
        email = (address.get("email") or "").strip().casefold()
        if email and email in {one.strip().casefold() for one in self.emails}:
            return True
        return any(same_phone(one, address.get("phone") or "") for one in self.phones)


def _refusal(field: str | None, message: str) -> RefusedError:
    return RefusedError(message, [Problem("nobody_named", message, field)])


def digits(phone: str) -> str:
    """A phone number without what people write between its digits."""
    return re.sub(r"\D", "", phone)


def same_phone(one: str, other: str) -> bool:
    """Whether two phone numbers are the same, if one may lack its country's prefix.

    >>> same_phone("+1 (206) 555-0100", "206 555 0100")
    True
    """
    first, second = digits(one).lstrip("0"), digits(other).lstrip("0")
    if min(len(first), len(second)) < _PHONE_DIGITS_LEAST - 1:
        return False
    return first.endswith(second) or second.endswith(first)


def telling_words(address: Mapping[str, Any]) -> frozenset[str]:
    """Parts of an address that nobody else's text has by chance: looked for in free texts.

    A city, a postal code or a first name alone stands in texts that are about nobody.
    """
    parts = (address.get(name) for name in ("name", "line1", "line2", "line3", "phone", "email"))
    return frozenset(part for part in parts if part and _tells(part))


def _tells(part: str) -> bool:
    return len(part) >= _WORD_LENGTH_LEAST and bool(re.search(r"[\s\d@]", part))


def without(value: Any, words: Iterable[str]) -> Any:
    """`value` with the words replaced in all texts of it; keys stay. The same if none is there."""
    pattern = re.compile("|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)), re.I)

    def cleaned(part: Any) -> Any:
        if isinstance(part, str):
            return pattern.sub(ERASED, part)
        if isinstance(part, list):
            return [cleaned(member) for member in part]
        if isinstance(part, dict):
            return {key: cleaned(member) for key, member in part.items()}
        return part

    return cleaned(value)


ERASED = "[erased]"
"""What stands where a buyer's data was."""
