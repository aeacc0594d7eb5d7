"""Listings Items API 2021-08-01."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.listings.listing_changes import ChangeAnswer, WantedChange, patch_problem
from stockpool_amazon_sim.listings.listing_search import ListingFilter
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.sp_api.listing_json import DATA_SETS, issue_json, item_json
from stockpool_amazon_sim.sp_api.messages import ApiError, Call, Json, Operation, invalid_input
from stockpool_amazon_sim.sp_api.reading import (
    Body,
    country_of,
    moment,
    number,
    read_body,
    text,
    texts,
    texts_of,
)
from stockpool_amazon_sim.sp_api.writing import present

_PAGE = 20

_SEARCH = "searchListingsItems"


class _Patch(Body):
    op: Literal["add", "replace", "merge", "delete"]
    path: str
    value: list[dict[str, Any]] | None = None


class _PutBody(Body):
    product_type: str
    requirements: Literal["LISTING", "LISTING_PRODUCT_ONLY", "LISTING_OFFER_ONLY"] = "LISTING"
    attributes: dict[str, Any]


class _PatchBody(Body):
    product_type: str
    patches: list[_Patch] = Field(min_length=1)


def get_listings_item(call: Call) -> Json:
    """getListingsItem."""
    check_seller(call, call.names["sellerId"])
    included = included_data(call)
    views = call.simulator.get_listings_item(
        call.names["sku"],
        countries_of(call),
        attributes="attributes" in included or "offers" in included,
        relations="relationships" in included,
    )
    return item_json(views, included)


def search_listings_items(call: Call) -> Json:
    """searchListingsItems: by default the ones that changed last come first."""
    check_seller(call, call.names["sellerId"])
    included = included_data(call)
    size = number(call, "pageSize", default=10, most=_PAGE)
    token = text(call, "pageToken")
    start = 0 if token is None else int(call.tokens.read(_SEARCH, token))
    found, views = call.simulator.search_listings_items(
        countries_of(call),
        _filter(call),
        start,
        size,
        attributes="attributes" in included or "offers" in included,
        relations="relationships" in included,
    )
    pagination: dict[str, str] = {}
    if start + size < found:
        pagination["nextToken"] = call.tokens.write(_SEARCH, str(start + size))
    if start:
        pagination["previousToken"] = call.tokens.write(_SEARCH, str(max(0, start - size)))
    return {
        "numberOfResults": found,
        **({"pagination": pagination} if pagination else {}),
        "items": [item_json([view], included) for view in views],
    }


def put_listings_item(call: Call) -> Json:
    """putListingsItem: a new listing, or all of one anew."""
    body = read_body(call, _PutBody)
    wanted = WantedChange(
        "put", call.names["sku"], body.product_type, body.requirements, body.attributes
    )
    return _change(call, wanted, most=1)


def patch_listings_item(call: Call) -> Json:
    """patchListingsItem: some of the attributes."""
    body = read_body(call, _PatchBody)
    patches = [patch.model_dump(exclude_none=True) for patch in body.patches]
    problem = patch_problem(patches)
    if problem is not None:
        raise invalid_input(f"patches: {problem}.")
    return _change(
        call, WantedChange("patch", call.names["sku"], body.product_type, content=patches)
    )


def delete_listings_item(call: Call) -> Json:
    """deleteListingsItem: the offer goes; Amazon's units stay, and are stranded."""
    return _change(call, WantedChange("delete", call.names["sku"]), most=1)


def check_seller(call: Call, seller_id: str) -> None:
    """Refuse another seller's id.

    Raises:
        ApiError: 403 Unauthorized, as for all that one may not see.
    """
    if seller_id != call.simulator.seller_id:
        message = "Access to requested resource is denied."
        raise ApiError(403, "Unauthorized", message, "The sellerId is not this account's.")


def countries_of(call: Call, most: int | None = None) -> list[str]:
    """The countries of `marketplaceIds`, which is required."""
    ids = texts(call, "marketplaceIds", most)
    if not ids:
        raise invalid_input("marketplaceIds is missing.")
    return [country_of(call, one, "marketplaceIds") for one in dict.fromkeys(ids)]


def included_data(call: Call) -> Sequence[str]:
    """`includedData`; by default the summaries."""
    return texts_of(call, "includedData", DATA_SETS) or ["summaries"]


def _change(call: Call, wanted: WantedChange, most: int | None = None) -> Json:
    check_seller(call, call.names["sellerId"])
    mode = text(call, "mode")
    if mode not in (None, "VALIDATION_PREVIEW"):
        raise invalid_input("mode must be VALIDATION_PREVIEW, or left out.")
    included = texts_of(call, "includedData", ("identifiers", "issues")) or ["issues"]
    countries = countries_of(call, most)
    preview = mode is not None and wanted.kind != "delete"
    answers = call.simulator.change_listings_item(wanted, countries, preview=preview)
    return _submission(call, countries, answers, included)


def _submission(
    call: Call, countries: Sequence[str], answers: Sequence[ChangeAnswer], included: Sequence[str]
) -> Json:
    """One answer for all marketplaces: it is INVALID if it is so in one."""
    refused = next((one for one in answers if one.status == "INVALID"), None)
    first = refused or answers[0]
    document: dict[str, Any] = {
        "sku": first.sku,
        "status": first.status,
        "submissionId": first.submission_id,
    }
    if "issues" in included:
        document["issues"] = [
            issue_json(issue, code)
            for code, answer in zip(countries, answers, strict=True)
            for issue in answer.issues
        ]
    if "identifiers" in included:
        document["identifiers"] = [
            present(marketplaceId=country(code).marketplace_id, asin=answer.asin)
            for code, answer in zip(countries, answers, strict=True)
        ]
    return document


def _filter(call: Call) -> ListingFilter:
    identifiers = texts(call, "identifiers", most=_PAGE)
    kind = text(call, "identifiersType")
    parent, package = text(call, "variationParentSku"), text(call, "packageHierarchySku")
    if bool(identifiers) != (kind is not None):
        raise invalid_input("identifiers and identifiersType are given together.")
    if sum((bool(identifiers), parent is not None, package is not None)) > 1:
        raise invalid_input(
            "Only one of identifiers, variationParentSku and packageHierarchySku can be given."
        )
    return ListingFilter(
        identifiers,
        _one_of(kind, "identifiersType", _IDENTIFIERS),
        parent,
        package,
        (_at(call, "createdAfter"), _at(call, "createdBefore")),
        (_at(call, "lastUpdatedAfter"), _at(call, "lastUpdatedBefore")),
        texts_of(call, "withIssueSeverity", ("WARNING", "ERROR")),
        texts_of(call, "withStatus", _STATUSES),
        texts_of(call, "withoutStatus", _STATUSES),
        _one_of(text(call, "sortBy"), "sortBy", _SORTS) or "lastUpdatedDate",
        _one_of(text(call, "sortOrder"), "sortOrder", ("ASC", "DESC")) != "ASC",
    )


_IDENTIFIERS = ("ASIN", "EAN", "FNSKU", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC")
_STATUSES = ("BUYABLE", "DISCOVERABLE")
_SORTS = ("sku", "createdDate", "lastUpdatedDate")


def _one_of(value: str | None, name: str, known: Sequence[str]) -> str | None:
    if value is not None and value not in known:
        raise invalid_input(f"{name}: {value} is not one of {', '.join(known)}.")
    return value


def _at(call: Call, name: str) -> Micros | None:
    at = moment(call, name)
    return None if at is None else to_micros(at)


_ITEM = "/listings/2021-08-01/items/{sellerId}/{sku}"

OPERATIONS = (
    Operation("getListingsItem", "GET", _ITEM, get_listings_item, 5.0),
    Operation("putListingsItem", "PUT", _ITEM, put_listings_item, 5.0),
    Operation("patchListingsItem", "PATCH", _ITEM, patch_listings_item, 5.0),
    Operation("deleteListingsItem", "DELETE", _ITEM, delete_listings_item, 5.0),
    Operation(
        _SEARCH,
        "GET",
        "/listings/2021-08-01/items/{sellerId}",
        search_listings_items,
        5.0,
    ),
)
