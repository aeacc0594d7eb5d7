"""Reports on the state of the stock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory import inventory
from stockpool_amazon_sim.inventory.ledger import UNFULFILLABLE, Bucket
from stockpool_amazon_sim.inventory.stock import stock_of
from stockpool_amazon_sim.listings import listings
from stockpool_amazon_sim.listings.listing_records import Listing
from stockpool_amazon_sim.records import Sku
from stockpool_amazon_sim.reports.report_tables import Cells, Query, ReportType, amount, moment
from stockpool_amazon_sim.world import World

RESERVED = (Bucket.PENDING_CUSTOMER_ORDER, Bucket.PENDING_TRANSSHIPMENT, Bucket.FC_PROCESSING)
INBOUND = (Bucket.INBOUND_WORKING, Bucket.INBOUND_SHIPPED, Bucket.INBOUND_RECEIVING)

_CONDITIONS: Mapping[str, str] = {"new_new": "New"}


def _managed(world: World, query: Query, *, suppressed: bool) -> Iterator[Cells]:
    for sku, listing, units in each_listed(world, query):
        if not suppressed and listings.why_not_buyable(world, listing) == "suppressed":
            continue
        listed = listing.offer != "deleted"
        by_amazon = listings.fulfilled_by_amazon(listing)
        fulfillable, unsellable = units(Bucket.FULFILLABLE), units(*UNFULFILLABLE)
        reserved, researching = units(*RESERVED), units(Bucket.RESEARCHING)
        warehouse = fulfillable + unsellable + reserved + researching
        yield {
            **who(sku, listing),
            "your-price": amount(listing.price, country(sku.country).currency),
            "mfn-listing-exists": "Yes" if listed and not by_amazon else "No",
            "mfn-fulfillable-quantity": listing.quantity if listed and not by_amazon else None,
            "afn-listing-exists": "Yes" if listed and by_amazon else "No",
            "afn-warehouse-quantity": warehouse,
            "afn-fulfillable-quantity": fulfillable,
            "afn-unsellable-quantity": unsellable,
            "afn-reserved-quantity": reserved,
            "afn-total-quantity": warehouse + units(*INBOUND),
            "afn-inbound-working-quantity": units(Bucket.INBOUND_WORKING),
            "afn-inbound-shipped-quantity": units(Bucket.INBOUND_SHIPPED),
            "afn-inbound-receiving-quantity": units(Bucket.INBOUND_RECEIVING),
            "afn-researching-quantity": researching,
            "afn-reserved-future-supply": 0,
            "afn-future-supply-buyable": 0,
        }


def _all(world: World, query: Query) -> Iterator[Cells]:
    return _managed(world, query, suppressed=True)


def _unsuppressed(world: World, query: Query) -> Iterator[Cells]:
    return _managed(world, query, suppressed=False)


def _reserved(world: World, query: Query) -> Iterator[Cells]:
    for sku, listing, units in each_listed(world, query):
        if units(*RESERVED):
            yield {
                **who(sku, listing),
                "reserved_qty": units(*RESERVED),
                "reserved_customerorders": units(Bucket.PENDING_CUSTOMER_ORDER),
                "reserved_fc-transfers": units(Bucket.PENDING_TRANSSHIPMENT),
                "reserved_fc-processing": units(Bucket.FC_PROCESSING),
            }


_STRANDED: Mapping[str, tuple[str, str, str]] = {
    "deleted": ("Create new listing", "Inactive", "Listing deleted"),
    "closed": ("Relist", "Inactive", "Listing closed"),
    "merchant_fulfilled": ("Convert to FBA", "Inactive", "Fulfilled by merchant"),
    "suppressed": ("Edit listing", "Suppressed", "Listing suppressed"),
    "incomplete": ("Edit listing", "Incomplete", "Pricing error"),
    "not_started": ("Edit listing", "Inactive", "Future start date"),
}
"""By reason: what the seller is told to do, the status, and the reason in words (which vary)."""


def _stranded(world: World, query: Query) -> Iterator[Cells]:
    for code in query.countries:
        for found in listings.stranded(world, code):
            key = f"{code}|{found.sku}"
            sku, listing = world.store.skus.get(key), world.store.listings.get(key)
            assert sku is not None, key
            assert listing is not None, key
            units = _counter(world, sku)
            action, status, reason = _STRANDED[found.reason]
            yield {
                **who(sku, listing),
                "primary-action": action,
                "date-stranded": moment(found.since),
                "Date-to-take-auto-removal": moment(found.removed_at),
                "status-primary": status,
                "status-secondary": reason,
                "stranded-reason": reason,
                "fulfilled-by": "Amazon",
                "fulfillable-qty": found.units,
                "your-price": amount(listing.price, country(code).currency),
                "unfulfillable-qty": units(*UNFULFILLABLE),
                "reserved-quantity": units(*RESERVED),
                "inbound-shipped-qty": units(Bucket.INBOUND_SHIPPED),
            }


def _available(world: World, query: Query) -> Iterator[Cells]:
    for sku, listing, units in each_listed(world, query):
        found = (("SELLABLE", units(Bucket.FULFILLABLE)), ("UNSELLABLE", units(*UNFULFILLABLE)))
        for code, quantity in found:
            yield {
                "seller-sku": sku.sku,
                "fulfillment-channel-sku": sku.fnsku,
                "asin": sku.asin,
                "condition-type": _condition(listing),
                "Warehouse-Condition-code": code,
                "Quantity Available": quantity,
                "country": sku.country,
                "quantity-for-local-fulfillment": quantity,
            }


def _by_country(world: World, query: Query) -> Iterator[Cells]:
    return (
        row for row in _available(world, query) if row["Warehouse-Condition-code"] == "SELLABLE"
    )


def each_listed(world: World, query: Query) -> Iterator[tuple[Sku, Listing, Any]]:
    """SKUs that Amazon knows, with their listing and a function that counts units in buckets.

    One whose listing was deleted stays for as long as units of it are anywhere, unless another SKU
    that is listed tells of the same units.
    """
    for code in query.countries:
        for key, sku in world.store.skus.all(f"{code}|"):
            listing, units = world.store.listings.get(key), _counter(world, sku)
            if listing is None:
                continue
            if listing.offer != "deleted" or (units(*Bucket) and not _told_by_another(world, sku)):
                yield sku, listing, units


def _told_by_another(world: World, sku: Sku) -> bool:
    sharing = (
        world.store.listings.get(f"{sku.country}|{other}")
        for _, other in world.store.sharers.scan(f"{sku.country}|{sku.fnsku}|")
        if other != sku.sku
    )
    return any(listing is not None and listing.offer != "deleted" for listing in sharing)


def _counter(world: World, sku: Sku) -> Any:
    totals = inventory.totals(stock_of(world, sku.country, sku.fnsku))
    return lambda *buckets: sum(totals.get(bucket, 0) for bucket in buckets)


def who(sku: Sku, listing: Listing) -> dict[str, Any]:
    """The columns that say which SKU a row is about."""
    return {
        "sku": sku.sku,
        "fnsku": sku.fnsku,
        "asin": sku.asin,
        "product-name": sku.title,
        "condition": _condition(listing),
    }


def _condition(listing: Listing) -> str:
    return _CONDITIONS.get(listing.condition, listing.condition.replace("_", " ").title())


def _type(names: str, rows: Any) -> ReportType:
    return ReportType([name.strip() for name in names.split(",")], rows)


_MANAGED = (
    "sku, fnsku, asin, product-name, condition, your-price, mfn-listing-exists, "
    "mfn-fulfillable-quantity, afn-listing-exists, afn-warehouse-quantity, "
    "afn-fulfillable-quantity, afn-unsellable-quantity, afn-reserved-quantity, "
    "afn-total-quantity, per-unit-volume, afn-inbound-working-quantity, "
    "afn-inbound-shipped-quantity, afn-inbound-receiving-quantity, afn-researching-quantity, "
    "afn-reserved-future-supply, afn-future-supply-buyable"
)

TYPES: Mapping[str, ReportType] = {
    "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA": _type(_MANAGED, _unsuppressed),
    "GET_FBA_MYI_ALL_INVENTORY_DATA": _type(_MANAGED, _all),
    "GET_RESERVED_INVENTORY_DATA": _type(
        "sku, fnsku, asin, product-name, reserved_qty, reserved_customerorders, "
        "reserved_fc-transfers, reserved_fc-processing",
        _reserved,
    ),
    "GET_STRANDED_INVENTORY_UI_DATA": _type(
        "primary-action, date-stranded, Date-to-take-auto-removal, status-primary, "
        "status-secondary, error-message, stranded-reason, asin, sku, fnsku, product-name, "
        "condition, fulfilled-by, fulfillable-qty, your-price, unfulfillable-qty, "
        "reserved-quantity, inbound-shipped-qty",
        _stranded,
    ),
    "GET_AFN_INVENTORY_DATA": _type(
        "seller-sku, fulfillment-channel-sku, asin, condition-type, Warehouse-Condition-code, "
        "Quantity Available",
        _available,
    ),
    "GET_AFN_INVENTORY_DATA_BY_COUNTRY": _type(
        "seller-sku, fulfillment-channel-sku, asin, condition-type, country, "
        "quantity-for-local-fulfillment",
        _by_country,
    ),
}
