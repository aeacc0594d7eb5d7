"""What a row of the inventory loader means to a listing: a change, or why it can't be. Pure.

`item-condition` is a number there. 11 is new (seller help G202154120); 1 to 4 are used, 5 to 8
collectible and 10 refurbished by what sellers report, and not documented.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from stockpool.flatfiles.inventory_loader import OfferAction, OfferChange
from stockpool.listings import attributes, traps
from stockpool.listings.changes import Deletion, Submission
from stockpool.listings.drafts import ListingDraft, price_problems, put_of
from stockpool.money import Money
from stockpool.plugins.network_listings import (
    MERCHANT,
    AttributePatch,
    ListingItem,
    ListingPatch,
)
from stockpool.problems import Problem

_CONDITIONS: Mapping[str, str] = {
    "1": "used_like_new",
    "2": "used_very_good",
    "3": "used_good",
    "4": "used_acceptable",
    "5": "collectible_like_new",
    "6": "collectible_very_good",
    "7": "collectible_good",
    "8": "collectible_acceptable",
    "10": "refurbished_refurbished",
    "11": "new_new",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file's rows are listed.

    Attributes:
        channel: the network's `fulfillment_channel_code`.
    """

    pool: str
    country: str
    currency: str
    channel: str


@dataclass(frozen=True, slots=True)
class RowMeaning:
    """What a row comes to: refused with `problems`, nothing to do (neither), or a submission.

    Problems beside a submission are warnings: of columns that are not carried over.
    """

    submission: Submission | None = None
    problems: tuple[Problem, ...] = ()
    refused: bool = False


def meaning(
    row: OfferChange, item: ListingItem | None, place: Place, units: int, *, another_is_live: bool
) -> RowMeaning:
    """What a row means to a listing as it is now (None: the SKU is not listed).

    Args:
        units: of the SKU, in the network's centers or on their way there.
        another_is_live: whether another SKU of the same units keeps its offer.
    """
    found = list(_wrong(row, item, place))
    leaves = row.action is OfferAction.DELETE or (
        row.action is OfferAction.ADD_OR_UPDATE and _hands_back(row, item)
    )
    if leaves and not found:
        found += traps.leaving(place.pool, row.sku, units, another_is_live=another_is_live)
    if row.by_fba and item is not None and item.by_merchant and row.price is None and not found:
        found += traps.entering(item)
    if found:
        return RowMeaning(problems=_at(row, found), refused=True)
    submission = _submission(row, item, place)
    warnings = [] if submission is None else list(_left_out(row))
    return RowMeaning(submission, _at(row, warnings))


def world_of(item: ListingItem | None) -> str:
    """What a decision about a listing rested on; a quantity may be sold meanwhile, so it is not in
    it. Empty for a SKU that is not listed."""
    if item is None:
        return ""
    facts = {
        "channel": item.fulfillment_channel_code,
        "condition": item.condition_type,
        "product_type": item.product_type,
        "offers": item.attributes.get(attributes.OFFER, ()),
    }
    text = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _wrong(row: OfferChange, item: ListingItem | None, place: Place) -> Iterator[Problem]:
    if row.by_fba and row.center != place.channel:
        yield Problem(
            "other_network",
            f"{row.center} does not fulfill in {place.country}",
            "fulfillment-center-id",
            place.channel,
            f"use {place.channel}, or plan the file for another pool",
        )
    price = _price(row.price, place.currency)
    if row.price is not None and price is None:
        yield Problem(
            "invalid_price",
            f"{row.price} is no amount of {place.currency}",
            "price",
            place.currency,
            "round it",
        )
    elif price is not None:
        yield from price_problems(price, place.currency)
    if row.action is OfferAction.OFFER_OFF:
        yield from _wrong_off(row, item)
    elif row.action is OfferAction.ADD_OR_UPDATE and item is None:
        yield from _wrong_add(row)
    elif row.action is OfferAction.ADD_OR_UPDATE and _condition(row) not in (
        None,
        item.condition_type if item else None,
    ):
        yield Problem(
            "other_condition",
            f"{row.sku} is listed in another condition",
            "item-condition",
            fix="another condition needs a SKU of its own",
        )
    if (
        item is not None
        and not row.by_fba
        and not item.by_merchant
        and not _hands_back(row, item)
        and row.quantity is not None
    ):
        yield Problem(
            "quantity_with_fba",
            f"Amazon counts the units of {row.sku}",
            "quantity",
            fix="leave it empty, or give DEFAULT as fulfillment-center-id to ship it yourself",
        )


def _wrong_off(row: OfferChange, item: ListingItem | None) -> Iterator[Problem]:
    if item is not None and not item.by_merchant:
        yield Problem(
            "offer_off_with_fba",
            f"Amazon fulfills {row.sku}: without an offer its units would be stranded",
            "add-delete",
            fix=f"keep it for MCF: `stockpool listings mcf-only POOL {row.sku}`",
        )


def _wrong_add(row: OfferChange) -> Iterator[Problem]:
    if row.product_id_type != "ASIN":
        yield Problem(
            "missing_asin",
            f"{row.sku} is not listed yet, and a new offer needs the ASIN of its page",
            "product-id",
            fix="give the ASIN, with product-id-type 1",
        )
    if row.price is None:
        yield Problem("missing_price", f"{row.sku} is new and has no price", "price", fix="add one")
    if _condition(row) is None:
        yield Problem(
            "missing_condition",
            f"{row.sku} is new and has no condition that is known",
            "item-condition",
            ", ".join(_CONDITIONS),
            "give 11 for new",
        )
    if not row.by_fba and row.quantity is None:
        yield Problem(
            "missing_quantity",
            f"{row.sku} is shipped by the merchant and has no quantity",
            "quantity",
            fix="give it, or a fulfillment-center-id",
        )


def _hands_back(row: OfferChange, item: ListingItem | None) -> bool:
    """An FBA listing becomes the merchant's; an empty center leaves a listing where it is."""
    return item is not None and not item.by_merchant and row.center == MERCHANT


def _submission(row: OfferChange, item: ListingItem | None, place: Place) -> Submission | None:
    if row.action is OfferAction.DELETE:
        return None if item is None else Deletion(row.sku, place.country)
    if item is None:
        return None if row.action is OfferAction.OFFER_OFF else _put(row, place)
    patches = list(_patches(row, item, place))
    if not patches:
        return None
    return ListingPatch(item.sku, item.country, item.product_type, patches)


def _put(row: OfferChange, place: Place) -> Submission:
    price = _price(row.price, place.currency)
    assert price is not None
    draft = ListingDraft(
        row.sku,
        row.sku,
        price,
        "network" if row.by_fba else "merchant",
        None if row.by_fba else row.quantity,
        condition_type=_condition(row) or "",
        asin=row.product_id,
    )
    return put_of(draft, place.country, place.channel)


def _patches(row: OfferChange, item: ListingItem, place: Place) -> Iterator[AttributePatch]:
    price = _price(row.price, place.currency)
    if row.action is OfferAction.OFFER_OFF:
        if item.quantity:
            yield _availability(MERCHANT, 0)
        return
    if price is not None and price != item.price:
        known = item.attributes.get(attributes.OFFER, ())
        yield AttributePatch("replace", attributes.OFFER, attributes.repriced(known, price))
    if row.by_fba and item.fulfillment_channel_code != place.channel:
        yield _availability(place.channel)
    elif _hands_back(row, item):
        yield _availability(MERCHANT, row.quantity or 0)
    elif item.by_merchant and not row.by_fba and row.quantity not in (None, item.quantity):
        yield _availability(MERCHANT, row.quantity)


def _availability(channel: str, quantity: int | None = None) -> AttributePatch:
    value = attributes.availability(channel, quantity)
    return AttributePatch("replace", attributes.AVAILABILITY, value)


def _left_out(row: OfferChange) -> Iterator[Problem]:
    """Columns that Amazon's loader takes and this one does not carry over."""
    named = [name for name, _ in row.others if name != "item-condition"]
    named += ["minimum-seller-allowed-price"] if row.minimum_price is not None else []
    named += ["maximum-seller-allowed-price"] if row.maximum_price is not None else []
    for name in named:
        yield Problem(
            "not_carried_over",
            f"{name} is not carried over",
            name,
            fix="set it with `stockpool listings edit --attributes`",
        )


def _condition(row: OfferChange) -> str | None:
    return _CONDITIONS.get(dict(row.others).get("item-condition", ""))


def _price(amount: Decimal | None, currency: str) -> Money | None:
    try:
        return None if amount is None else Money.parse(amount, currency)
    except ValueError:
        return None


def _at(row: OfferChange, problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(
        Problem(p.code, p.message, p.field, p.limit, p.fix, f"line {row.line}") for p in problems
    )
