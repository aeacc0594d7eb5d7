"""A listing's attributes, as the Listings Items API 2021-08-01 has them. Pure.

Only what the desk itself writes is built here; a product type's other attributes are passed on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from stockpool.money import Money
from stockpool.plugins.network_listings import MERCHANT, Attributes, ListingItem

AVAILABILITY = "fulfillment_availability"
OFFER = "purchasable_offer"

NOT_FOR_SALE_BEFORE = datetime(2099, 1, 1, tzinfo=UTC)
"""When the offer of an MCF-only listing begins. An offer that has not begun keeps stock from being
stranded, and nobody can buy it (seller help 201436600)."""

Elements = list[dict[str, Any]]


def availability(channel: str, quantity: int | None = None) -> Elements:
    """Who ships it. The network counts its own units: a quantity beside its code would make the
    merchant the one who ships, so there is none."""
    entry: dict[str, Any] = {"fulfillment_channel_code": channel}
    if channel == MERCHANT:
        entry["quantity"] = quantity or 0
    return [entry]


def offer(price: Money, *, starts_at: datetime | None = None) -> Elements:
    """A price for everybody, now or from a time on."""
    entry: dict[str, Any] = {
        "audience": "ALL",
        "currency": price.currency,
        # JSON has no decimals; two or three places survive a float, and Amazon's schema wants one.
        "our_price": [{"schedule": [{"value_with_tax": float(price.amount)}]}],
    }
    if starts_at is not None:
        entry["start_at"] = {"value": starts_at.astimezone(UTC).isoformat()}
    return [entry]


def repriced(entries: Sequence[Mapping[str, Any]], price: Money) -> Elements:
    """The offers with another price for everybody; all else of them stays."""
    (new,) = offer(price)
    changed = [
        {**entry, "currency": price.currency, "our_price": new["our_price"]}
        if _is_for_all(entry)
        else dict(entry)
        for entry in entries
    ]
    return changed if any(map(_is_for_all, changed)) else [*changed, new]


def starting(entries: Sequence[Mapping[str, Any]], starts_at: datetime | None) -> Elements:
    """The offers beginning at a time, or (None) at once."""
    changed: Elements = []
    for entry in entries:
        kept = {name: value for name, value in entry.items() if name != "start_at"}
        if starts_at is not None:
            kept["start_at"] = {"value": starts_at.astimezone(UTC).isoformat()}
        changed.append(kept)
    return changed


def starts_at(item: ListingItem) -> datetime | None:
    """When the offer for everybody begins; None if at once, or if the listing does not tell."""
    for entry in item.attributes.get(OFFER, ()):
        value = entry.get("start_at")
        text = value.get("value") if isinstance(value, Mapping) else value
        if _is_for_all(entry) and isinstance(text, str):
            try:
                at = datetime.fromisoformat(text)
            except ValueError:
                return None
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return None


def holds(item: ListingItem, wanted: Attributes) -> bool:
    """Whether a listing has all that was asked for; it may have more.

    A quantity may have been sold meanwhile, so it is not compared.
    """
    return all(
        all(any(_has(there, element) for there in item.attributes.get(name, ())) for element in v)
        for name, v in wanted.items()
    )


def _has(there: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(there, Mapping) and all(
            name == "quantity" or _has(there.get(name), value) for name, value in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return isinstance(there, list | tuple) and all(
            any(_has(one, value) for one in there) for value in wanted
        )
    return bool(there == wanted)


def _is_for_all(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("audience", "ALL") == "ALL")
