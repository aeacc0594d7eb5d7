"""Listings in: the shop's variants, known by their SKU."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, timedelta

from pydantic import ValidationError

from stockpool.clock import Clock
from stockpool.errors import TransientError
from stockpool.plugins.channel import ChannelListing, ListingPage, ListingProblem
from stockpool.problems import Problem
from stockpool_shopify.answers import ListedVariant, Page
from stockpool_shopify.bulk import BulkQueries, BulkState
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document
from stockpool_shopify.errors import AccessRefused
from stockpool_shopify.listing_cursor import ListingCursor, Pass, Unclear, read_cursor
from stockpool_shopify.settings import ShopifySettings

_PAGE = 100
_LINES = 500
_OVERLAP = timedelta(minutes=10)
"""For what Shopify's search shows late, and for clocks that differ."""
_BULK_FAILURES_MOST = 2
_BULK = "BulkListings"
_NAMES_MOST = 5
_SHARED_MOST = 50
_NAME_LENGTH = 60


class Listings:
    """Passes over the variants, in pages of listings.

    Variants can't be sorted by the time of their change. So a pass goes by id over all that
    changed since the last pass began, and only its end moves that time on. Shopify's own cursors
    don't last from run to run, so a page begins behind the last id of the one before.

    Now and then a pass goes over all variants: what became unclear or clear by the change of
    another variant is no change of its own. In a large shop that is a bulk operation, which is
    asked for once, looked at whenever listings are read, and whose file is read piece by piece.
    One that fails twice gives way to pages.
    """

    def __init__(
        self, client: Client, bulk: BulkQueries, settings: ShopifySettings, clock: Clock
    ) -> None:
        self._client = client
        self._bulk = bulk
        self._settings = settings
        self._clock = clock

    def fetch(self, text: str | None) -> ListingPage:
        """The page behind a cursor; an ended pass begins the next one."""
        cursor = read_cursor(text)
        if cursor.under_way is None:
            cursor = replace(cursor, under_way=self._begun(cursor))
            if cursor.under_way is not None and cursor.under_way.bulk:
                # Stored before the operation is asked for, so that a lost answer is looked for.
                return ListingPage((), cursor.text(), more=True)
        run = cursor.under_way
        assert run is not None
        return self._from_bulk(cursor, run) if run.bulk else self._from_pages(cursor, run)

    def _begun(self, cursor: ListingCursor) -> Pass:
        now = self._clock.now()
        between = timedelta(hours=self._settings.listings_hours)
        whole = cursor.whole_at is None or now - cursor.whole_at >= between
        return Pass(now, whole, bulk=whole and self._is_large())

    def _is_large(self) -> bool:
        limit = self._settings.bulk_listings_from
        data = self._client.run(document("CountVariants"), {"limit": limit}).data
        return int(data["productVariantsCount"]["count"]) >= limit

    def _from_pages(self, cursor: ListingCursor, run: Pass) -> ListingPage:
        terms = [f"id:>{run.last}"] if run.last else []
        if cursor.since and not run.whole:
            since = (cursor.since - _OVERLAP).astimezone(UTC)
            terms.append(f"updated_at:>='{since:%Y-%m-%dT%H:%M:%SZ}'")
        variables = {"query": " AND ".join(terms), "first": _PAGE}
        data = self._client.run(document("Listings"), variables).data
        page = Page[ListedVariant].model_validate(data["productVariants"])
        run = _with(run, page.nodes)
        if page.after is None:
            return _ended(cursor, run, page.nodes)
        run = replace(run, last=page.nodes[-1].id.rpartition("/")[2])
        return ListingPage(_listings(page.nodes), replace(cursor, under_way=run).text(), more=True)

    def _from_bulk(self, cursor: ListingCursor, run: Pass) -> ListingPage:
        if run.operation is None:
            head = self._bulk.started(_BULK, since=run.began)
            if head is None:
                return ListingPage((), cursor.text())
            run = replace(run, operation=head.id, began=min(run.began, head.created_at))
            return ListingPage((), replace(cursor, under_way=run).text(), more=True)
        state = self._bulk.state(run.operation)
        if state is None or state.status in ("EXPIRED", "CANCELED"):
            return self._again(cursor, run)
        if state.status == "FAILED" and state.error_code == "ACCESS_DENIED":
            raise AccessRefused("BulkListings: the app may not read products; grant read_products")
        if state.status not in ("COMPLETED", "FAILED"):
            return ListingPage((), cursor.text())
        return self._from_file(cursor, run, state)

    def _from_file(self, cursor: ListingCursor, run: Pass, state: BulkState) -> ListingPage:
        """A piece of the result; of a failed operation there may be a part, which is taken in."""
        failed = state.status == "FAILED"
        url = state.partial_data_url if failed else state.url
        if url is None:
            return self._again(cursor, run) if failed else _ended(cursor, run, ())
        size = None if failed else state.file_size
        found = self._bulk.lines(url, offset=run.offset, most=_LINES, size=size)
        if found is None:
            return self._again(cursor, run)
        try:
            variants = [ListedVariant.model_validate(one) for one in found.objects]
        except ValidationError as error:
            where = error.errors(include_url=False, include_input=False)[0]["loc"]
            raise TransientError(
                f"a variant in a bulk operation's file has no {'.'.join(map(str, where))}"
            ) from None
        run = replace(_with(run, variants), offset=found.offset)
        if not found.ended:
            following = replace(cursor, under_way=run)
            return ListingPage(_listings(variants), following.text(), more=True)
        if failed:
            return replace(self._again(cursor, run), listings=_listings(variants))
        return _ended(cursor, run, variants)

    def _again(self, cursor: ListingCursor, run: Pass) -> ListingPage:
        failures = run.failures + 1
        anew = Pass(
            self._clock.now(),
            whole=True,
            bulk=failures < _BULK_FAILURES_MOST,
            failures=failures,
        )
        return ListingPage((), replace(cursor, under_way=anew).text(), more=True)


def _ended(cursor: ListingCursor, run: Pass, variants: Iterable[ListedVariant]) -> ListingPage:
    """What was changed while the pass went on may have been behind it: so it is read again."""
    following = ListingCursor(run.began, run.began if run.whole else cursor.whole_at)
    problems = list(_problems(run.unclear)) if run.whole else None
    return ListingPage(_listings(variants), following.text(), problems=problems)


def _listings(variants: Iterable[ListedVariant]) -> list[ChannelListing]:
    return [_listing(v) for v in variants if v.sku and v.inventory_item.requires_shipping]


def _listing(variant: ListedVariant) -> ChannelListing:
    """A variant with the seller SKU of the same name as its proposal.

    A bundle's parts are order lines of their own; what several variants share is mapped by hand,
    since they may be different goods.
    """
    sku = variant.sku or ""
    alone = variant.inventory_item.duplicate_sku_count == 0
    proposal = {sku: 1} if alone and not variant.requires_components else None
    return ChannelListing(sku, variant.display_name, proposal)


def _with(run: Pass, variants: Iterable[ListedVariant]) -> Pass:
    """The pass behind these variants."""
    unclear = run.unclear
    for variant in variants:
        if run.whole and variant.inventory_item.requires_shipping:
            unclear = _and(unclear, variant)
    return replace(run, unclear=unclear)


def _and(unclear: Unclear, variant: ListedVariant) -> Unclear:
    name = variant.display_name[:_NAME_LENGTH]
    if not variant.sku:
        nameless = (*unclear.nameless, name)[:_NAMES_MOST]
        return replace(unclear, without_sku=unclear.without_sku + 1, nameless=nameless)
    if variant.inventory_item.duplicate_sku_count == 0 or variant.requires_components:
        return unclear
    known = unclear.shared.get(variant.sku, ())
    if not known and len(unclear.shared) == _SHARED_MOST:
        return unclear
    shared = {**unclear.shared, variant.sku: (*known, name)[:_NAMES_MOST]}
    return replace(unclear, shared=shared)


def _problems(unclear: Unclear) -> Iterator[ListingProblem]:
    if unclear.without_sku:
        yield ListingProblem(
            Problem(
                "sku_missing",
                f"{unclear.without_sku} variants have no SKU and can't be sold from the pool: "
                + "; ".join(unclear.nameless),
                fix="give each of them a SKU of its own in Shopify",
            )
        )
    for sku, names in sorted(unclear.shared.items()):
        yield ListingProblem(
            Problem(
                "sku_shared",
                f"several variants have the SKU {sku}: {'; '.join(names)}",
                field=sku,
                fix="give each a SKU of its own in Shopify, or list this one by hand if they are "
                "the same goods (stockpool catalog list-on --help)",
            ),
            sku,
        )
