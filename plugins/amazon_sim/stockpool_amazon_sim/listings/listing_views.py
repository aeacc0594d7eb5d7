"""The simulator's listings in the words of the engine's contract, and the engine's in Amazon's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from stockpool.money import Money
from stockpool.plugins.network_listings import ListingIssue as IssueTold
from stockpool.plugins.network_listings import (
    ListingItem,
    ListingItemStatus,
    ListingPatch,
    ListingPut,
    ListingSubmission,
)
from stockpool.plugins.network_listings import ListingRestriction as RestrictionTold
from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.listings.listing_changes import ChangeAnswer, WantedChange
from stockpool_amazon_sim.listings.listing_records import ListingIssue, ListingRestriction
from stockpool_amazon_sim.listings.listing_search import ListingView
from stockpool_amazon_sim.listings.listings import MERCHANT
from stockpool_amazon_sim.simulated_time import to_datetime

_ALIKE = ("fulfillment_availability",)
"""Attributes whose elements name no marketplace."""


def item(view: ListingView) -> ListingItem:
    """A listing as it is told."""
    price = None if view.price is None else Money(view.price, country(view.country).currency)
    return ListingItem(
        sku=view.sku,
        country=view.country,
        product_type=view.product_type,
        created_date=to_datetime(view.created_at),
        last_updated_date=to_datetime(view.updated_at),
        status=frozenset(map(ListingItemStatus, view.statuses)),
        asin=view.asin,
        fn_sku=view.fnsku,
        item_name=view.title,
        condition_type=view.condition,
        fulfillment_channel_code=view.channel or None,
        quantity=view.quantity if view.channel == MERCHANT else None,
        price=price,
        issues=tuple(map(issue, view.issues)),
        attributes=view.attributes,
    )


def issue(known: ListingIssue) -> IssueTold:
    """An issue; of one from which the seller is exempt, nothing is enforced."""
    return IssueTold(
        known.code,
        known.message,
        known.severity,
        tuple(known.categories),
        tuple(known.attribute_names),
        tuple(known.actions) if known.exemption == "NOT_EXEMPT" else (),
    )


def put(request: ListingPut) -> WantedChange:
    """A put, with the attributes of one marketplace."""
    return WantedChange(
        "put",
        request.sku,
        request.product_type,
        request.requirements,
        {name: _elements(request.country, name, v) for name, v in request.attributes.items()},
    )


def patch(request: ListingPatch) -> WantedChange:
    """A patch."""
    patches = []
    for one in request.patches:
        wanted: dict[str, Any] = {"op": one.op, "path": f"/attributes/{one.name}"}
        if one.value:
            wanted["value"] = _elements(request.country, one.name, one.value)
        patches.append(wanted)
    return WantedChange("patch", request.sku, request.product_type, content=patches)


def submission(answer: ChangeAnswer) -> ListingSubmission:
    """What is said to a change."""
    return ListingSubmission(
        answer.sku,
        cast(Any, answer.status),
        answer.submission_id,
        tuple(map(issue, answer.issues)),
    )


def restriction(known: ListingRestriction) -> RestrictionTold:
    """Why an ASIN may not be listed."""
    return RestrictionTold(known.reason_code, known.message, known.condition or None)


def _elements(code: str, name: str, value: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    market = {} if name in _ALIKE else {"marketplace_id": country(code).marketplace_id}
    return [{**market, **element} for element in value]
