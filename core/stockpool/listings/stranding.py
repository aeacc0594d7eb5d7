"""Stock without a live offer: why, until when, and what helps. Pure.

Units are stranded when no SKU of theirs has an offer that the network fulfills. They cost storage,
and after some time they are removed; MCF ships them all the same (seller help 201436600).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from stockpool.listings.attributes import starts_at
from stockpool.plugins.network_listings import ListingItem, ListingItemStatus
from stockpool.problems import Problem

_SUPPRESSED = frozenset({"LISTING_SUPPRESSED", "CATALOG_ITEM_REMOVED"})


class StrandedReason(StrEnum):
    """Why units have no live offer."""

    DELETED = "deleted"
    MERCHANT_FULFILLED = "merchant_fulfilled"
    SUPPRESSED = "suppressed"
    INCOMPLETE = "incomplete"
    """No price, or no fulfillment channel."""
    NOT_STARTED = "not_started"
    """The offer begins later: how stock is kept for MCF only."""
    CLOSED = "closed"


_WORDS: Mapping[StrandedReason, str] = {
    StrandedReason.DELETED: "the SKU is not listed",
    StrandedReason.MERCHANT_FULFILLED: "the listing is fulfilled by the merchant",
    StrandedReason.SUPPRESSED: "the network has suppressed the listing",
    StrandedReason.INCOMPLETE: "the listing has no price or no fulfillment channel",
    StrandedReason.NOT_STARTED: "the offer has not begun (MCF only)",
    StrandedReason.CLOSED: "the listing is closed",
}

_REMEDIES: Mapping[StrandedReason, tuple[str, ...]] = {
    StrandedReason.DELETED: ("relist", "mcf_only", "remove"),
    StrandedReason.MERCHANT_FULFILLED: ("convert", "remove"),
    StrandedReason.SUPPRESSED: ("edit", "appeal", "remove"),
    StrandedReason.INCOMPLETE: ("edit", "remove"),
    StrandedReason.NOT_STARTED: ("offer",),
    StrandedReason.CLOSED: ("reopen", "mcf_only", "remove"),
}

_COMMANDS: Mapping[str, str] = {
    "relist": "list it again under the same SKU, ASIN and condition: "
    "`stockpool listings add {pool} {sku} --asin ASIN --price PRICE`",
    "convert": "`stockpool listings convert {pool} {sku} --to network`",
    "edit": "`stockpool listings edit {pool} {sku}` (`listings show` tells what is wrong)",
    "appeal": "appeal in Seller Central, Account Health",
    "reopen": "reopen it in Seller Central (SP-API can't), "
    "or list it again with `stockpool listings add`",
    "mcf_only": "keep it for MCF: `stockpool listings add {pool} {sku} --mcf-only ...`",
    "offer": "nothing, or put it on sale: `stockpool listings offer {pool} {sku}`",
    "remove": "take it out: `stockpool removals create {pool} --sellable {sku}={units}`",
}


@dataclass(frozen=True, slots=True)
class Stranded:
    """Units of one physical stock without a live offer.

    Attributes:
        since: when that was first seen, or the earlier day that the network reports.
        removed_at: when the network removes them by itself, as it reports, or else at the latest,
            counted from `since`; None if no figure is published, or they are not removed.
    """

    pool: str
    sku: str
    units: int
    reason: StrandedReason
    since: datetime
    removed_at: datetime | None = None

    @property
    def wanted(self) -> bool:
        """Whether the merchant keeps it so on purpose."""
        return self.reason is StrandedReason.NOT_STARTED

    @property
    def actions(self) -> Sequence[str]:
        """Names of what resolves it, the most likely first."""
        return _REMEDIES[self.reason]

    @property
    def problem(self) -> Problem:
        """For the attention queue."""
        until = f"; removed by {self.removed_at.date()}" if self.removed_at else ""
        remedies = "; or ".join(
            _COMMANDS[action].format(pool=self.pool, sku=self.sku, units=self.units)
            for action in self.actions
        )
        merchants = self.reason is StrandedReason.MERCHANT_FULFILLED
        return Problem(
            "stranded_by_conversion" if merchants else "stranded_stock",
            f"{self.units} units of {self.sku} in {self.pool} have no live offer: "
            f"{_WORDS[self.reason]}{until}",
            fix=remedies,
        )


def why_stranded(
    items: Sequence[ListingItem], channel: str, *, sellable: bool, at: datetime
) -> StrandedReason | None:
    """Why the units of some SKUs have no live offer; None if one of them has one.

    Args:
        items: the listings of all SKUs that share the units; those that are not listed left out.
        channel: the network's `fulfillment_channel_code`.
        sellable: whether there are units that could be bought now: only then does a listing that
            is not BUYABLE say anything.
    """
    reasons = [_why_off(item, channel, sellable=sellable, at=at) for item in items]
    if None in reasons:
        return None
    told = [reason for reason in reasons if reason is not None]
    return min(told, key=list(_WORDS).index, default=StrandedReason.DELETED)


def _why_off(
    item: ListingItem, channel: str, *, sellable: bool, at: datetime
) -> StrandedReason | None:
    if any(_SUPPRESSED.intersection(issue.actions) for issue in item.issues):
        return StrandedReason.SUPPRESSED
    if item.by_merchant:
        return StrandedReason.MERCHANT_FULFILLED
    if item.price is None or item.fulfillment_channel_code != channel:
        return StrandedReason.INCOMPLETE
    begins = starts_at(item)
    if begins is not None and begins > at:
        return StrandedReason.NOT_STARTED
    if not item.status or (sellable and ListingItemStatus.BUYABLE not in item.status):
        return StrandedReason.CLOSED
    return None


def is_live(item: ListingItem, channel: str, *, at: datetime) -> bool:
    """Whether a listing keeps its units from being stranded."""
    why = _why_off(item, channel, sellable=False, at=at)
    return why is None or why is StrandedReason.NOT_STARTED


def removal_days(country: str, reason: StrandedReason, on: date) -> int | None:
    """After how many days without an offer units are removed; None: no figure is known."""
    known = [entry for entry in _published().get(country, ()) if entry["from"] <= on]
    if not known:
        return None
    days: int | None = max(known, key=lambda entry: entry["from"])["days"].get(reason.value)
    return days


def removed_at(country: str, reason: StrandedReason, since: datetime) -> datetime | None:
    """When units that have no offer since a time are removed."""
    days = removal_days(country, reason, since.date())
    return None if days is None else since + timedelta(days=days)


def dated(
    seen: Stranded, since: Iterable[datetime | None], removals: Iterable[datetime | None]
) -> Stranded:
    """With the earliest dates that the network reports of it.

    Args:
        seen: as its listings tell it.
        since, removals: of each row about a SKU that shares the units: since when it is stranded,
            and when it is removed. Without a date of the network's own the published days count.
    """
    first = min([seen.since, *(one for one in since if one is not None)])
    country = seen.pool.partition(":")[2]
    last = min(
        (one for one in removals if one is not None),
        default=removed_at(country, seen.reason, first),
    )
    return replace(seen, since=first, removed_at=last)


@cache
def _published() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    text = files("stockpool").joinpath("data/stranding.toml").read_text("utf-8")
    return tomllib.loads(text)
