"""Listings: the Listings Items and Listings Restrictions APIs 2021-08-01."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

from stockpool.money import Money
from stockpool.plugins.network_listings import (
    ListingIssue,
    ListingItem,
    ListingItemStatus,
    ListingPage,
    ListingPatch,
    ListingPut,
    ListingRestriction,
    ListingSubmission,
    NetworkListings,
)
from stockpool_amazon.errors import AmazonRefusal, UnreadableAnswer
from stockpool_amazon.fields import Fields
from stockpool_amazon.pools import Pool, Pools
from stockpool_amazon.transport import Call, Transport

_ITEMS = "/listings/2021-08-01/items"
_INCLUDED = "summaries,attributes,issues,offers,fulfillmentAvailability"
_PAGE = 20

_ALIKE = ("fulfillment_availability",)
"""Attributes whose elements name no marketplace."""

_SUBMISSIONS = ("ACCEPTED", "INVALID", "VALID")


class AmazonListings(NetworkListings):
    """The listings of an account whose settings name its `seller_id`."""

    _transport: Transport
    _pools: Pools
    _seller_id: str

    def fulfillment_channel(self, country: str) -> str:
        return self._pools[country].fulfillment_channel

    def get_listing(self, country: str, sku: str) -> ListingItem | None:
        pool = self._pools[country]
        query = _of(pool) | {"includedData": _INCLUDED}
        try:
            document = self._send("getListingsItem", "GET", self._path(sku), query)
        except AmazonRefusal as refusal:
            if refusal.status == 404:
                return None
            raise UnreadableAnswer(str(refusal)) from None
        return listing_item(document, pool)

    def search_listings(
        self, country: str, *, skus: Sequence[str] = (), cursor: str | None = None
    ) -> ListingPage:
        pool = self._pools[country]
        query = _of(pool) | {"includedData": _INCLUDED, "pageSize": str(_PAGE)}
        # A comma in a SKU would separate two: such a SKU is asked for by itself.
        plain = [sku for sku in skus if "," not in sku]
        alone = [self.get_listing(country, sku) for sku in skus if "," in sku]
        listed = [item for item in alone if item is not None]
        if skus and not plain:
            return ListingPage(listed)
        if plain:
            query |= {"identifiers": ",".join(plain), "identifiersType": "SKU"}
        if cursor is not None:
            query["pageToken"] = cursor
        document = self._send("searchListingsItems", "GET", f"{_ITEMS}/{self._seller}", query)
        pagination = document.optional_object("pagination")
        listed += [
            item
            for entry in document.objects("items", required=True)
            if (item := listing_item(entry, pool)) is not None
        ]
        return ListingPage(listed, pagination.optional_text("nextToken") if pagination else None)

    def put_listing(self, request: ListingPut, *, preview: bool = False) -> ListingSubmission:
        pool = self._pools[request.country]
        body = put_body(request, pool)
        return self._change("putListingsItem", "PUT", request.sku, pool, body, preview)

    def patch_listing(self, request: ListingPatch, *, preview: bool = False) -> ListingSubmission:
        pool = self._pools[request.country]
        body = patch_body(request, pool)
        return self._change("patchListingsItem", "PATCH", request.sku, pool, body, preview)

    def delete_listing(self, country: str, sku: str) -> ListingSubmission:
        return self._change("deleteListingsItem", "DELETE", sku, self._pools[country])

    def listing_restrictions(
        self, country: str, asin: str, condition_type: str | None = None
    ) -> Sequence[ListingRestriction]:
        query = _of(self._pools[country]) | {"asin": asin, "sellerId": self._seller_id}
        if condition_type is not None:
            query["conditionType"] = condition_type
        path = "/listings/2021-08-01/restrictions"
        document = self._send("getListingsRestrictions", "GET", path, query)
        return [
            ListingRestriction(
                reason.optional_text("reasonCode") or "",
                reason.text("message"),
                restriction.optional_text("conditionType"),
            )
            for restriction in document.objects("restrictions", required=True)
            for reason in restriction.objects("reasons")
        ]

    @property
    def _seller(self) -> str:
        return quote(self._seller_id, safe="")

    def _path(self, sku: str) -> str:
        return f"{_ITEMS}/{self._seller}/{quote(sku, safe='')}"

    def _change(
        self,
        operation: str,
        method: str,
        sku: str,
        pool: Pool,
        body: Mapping[str, Any] | None = None,
        preview: bool = False,
    ) -> ListingSubmission:
        query = _of(pool) | ({"mode": "VALIDATION_PREVIEW"} if preview else {})
        call = Call(operation, method, self._path(sku), query, body, writes=not preview)
        document = Fields(self._transport.send(call).document, operation)
        status = document.text("status")
        if status not in _SUBMISSIONS:
            raise document.unreadable("status", "is none that we know")
        issues = tuple(listing_issue(issue) for issue in document.objects("issues"))
        submission_id = document.text("submissionId")
        return ListingSubmission(document.text("sku"), cast(Any, status), submission_id, issues)

    def _send(self, operation: str, method: str, path: str, query: Mapping[str, str]) -> Fields:
        return Fields(
            self._transport.send(Call(operation, method, path, query)).document, operation
        )


def put_body(request: ListingPut, pool: Pool) -> dict[str, Any]:
    """ListingsItemPutRequest."""
    return {
        "productType": request.product_type,
        "requirements": request.requirements,
        "attributes": {
            name: _elements(name, value, pool) for name, value in request.attributes.items()
        },
    }


def patch_body(request: ListingPatch, pool: Pool) -> dict[str, Any]:
    """ListingsItemPatchRequest."""
    patches = []
    for one in request.patches:
        patch: dict[str, Any] = {"op": one.op, "path": f"/attributes/{one.name}"}
        if one.value:
            patch["value"] = _elements(one.name, one.value, pool)
        patches.append(patch)
    return {"productType": request.product_type, "patches": patches}


def listing_item(document: Fields, pool: Pool) -> ListingItem | None:
    """Item, as it is in the marketplace of a pool; None if it is not listed there."""
    summary = _ours(document.objects("summaries"), pool)
    if summary is None:
        return None
    offers = [
        offer
        for offer in document.objects("offers")
        if offer.text("marketplaceId") == pool.marketplace_id and offer.text("offerType") == "B2C"
    ]
    # One entry a channel: Amazon lists its own channel without a quantity.
    channel = next(iter(document.objects("fulfillmentAvailability")), None)
    code = channel.text("fulfillmentChannelCode") if channel else None
    return ListingItem(
        sku=document.text("sku"),
        country=pool.country,
        product_type=summary.text("productType"),
        created_date=summary.time("createdDate"),
        last_updated_date=summary.time("lastUpdatedDate"),
        status=frozenset(
            ListingItemStatus(status)
            for status in summary.texts("status")
            if status in ListingItemStatus.__members__
        ),
        asin=summary.optional_text("asin"),
        fn_sku=summary.optional_text("fnSku"),
        item_name=summary.optional_text("itemName"),
        condition_type=summary.optional_text("conditionType"),
        fulfillment_channel_code=code,
        quantity=channel.optional_whole("quantity") if channel else None,
        price=_price(offers[0]) if offers else None,
        issues=tuple(
            listing_issue(issue)
            for issue in document.objects("issues")
            if not issue.texts("marketplaceIds")
            or pool.marketplace_id in issue.texts("marketplaceIds")
        ),
        attributes=_attributes(document),
    )


def listing_issue(issue: Fields) -> ListingIssue:
    """Issue; of one from which the seller is exempt, nothing is enforced."""
    enforcements = issue.optional_object("enforcements")
    actions: Sequence[str] = ()
    if enforcements and enforcements.object("exemption").text("status") == "NOT_EXEMPT":
        actions = tuple(entry.text("action") for entry in enforcements.objects("actions"))
    return ListingIssue(
        issue.text("code"),
        issue.text("message"),
        issue.text("severity"),
        tuple(issue.texts("categories")),
        tuple(issue.texts("attributeNames")),
        actions,
    )


def _of(pool: Pool) -> dict[str, str]:
    return {"marketplaceIds": pool.marketplace_id}


def _ours(entries: Sequence[Fields], pool: Pool) -> Fields | None:
    return next((e for e in entries if e.text("marketplaceId") == pool.marketplace_id), None)


def _price(offer: Fields) -> Money:
    return offer.object("price").money("amount")


def _attributes(document: Fields) -> Mapping[str, Any]:
    found = document.optional_object("attributes")
    return {} if found is None else dict(found.members)


def _elements(name: str, value: Sequence[Mapping[str, Any]], pool: Pool) -> list[dict[str, Any]]:
    market = {} if name in _ALIKE else {"marketplace_id": pool.marketplace_id}
    return [{**market, **element} for element in value]
