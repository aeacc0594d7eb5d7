"""Feeds of MCF orders and of their cancellations, as tab-delimited files.

Each order is placed by the very rules of createFulfillmentOrder. The first row of an order carries
everything; those that follow with the same id carry its further items.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

from stockpool.errors import RejectedError
from stockpool.money import to_minor
from stockpool_amazon_sim.countries import country, known_countries
from stockpool_amazon_sim.feeds.feed_tables import Row, RowError, lines, processing_report, table
from stockpool_amazon_sim.outbound import cancelling, orders
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.outbound.requests import Destination, FulfillmentOrderRequest, ItemRequest
from stockpool_amazon_sim.world import World

_ORDER = "MerchantFulfillmentOrderID"
_REQUIRED = (
    _ORDER,
    "DisplayableOrderID",
    "DisplayableOrderDate",
    "MerchantSKU",
    "Quantity",
    "MerchantFulfillmentOrderItemID",
    "DisplayableOrderComment",
    "DeliverySLA",
    "AddressName",
    "AddressFieldOne",
    "AddressCountryCode",
    "AddressPostalCode",
)
"""Columns that the template marks as required. `AddressCity` is not there in Japan."""


def place_orders(world: World, countries: Sequence[str], text: str) -> str:
    """Place the orders of a file; returns the processing report."""
    rows = list(table(lines(text), _REQUIRED))
    errors: list[RowError] = []
    for _, group in groupby(rows, key=lambda row: row[_ORDER]):
        of_order = list(group)
        try:
            orders.create(world, _request(countries, of_order))
        except RejectedError as error:
            errors += [
                RowError(row.number, row["MerchantSKU"], error.code, error.reason)
                for row in of_order
            ]
    return processing_report(len(rows), errors)


def cancel_orders(world: World, countries: Sequence[str], text: str) -> str:
    """Ask for the cancellation of a file's orders; returns the processing report."""
    rows = list(table(lines(text), (_ORDER,)))
    errors: list[RowError] = []
    for row in rows:
        try:
            cancelling.request_cancellation(world, row[_ORDER])
        except RejectedError as error:
            errors.append(RowError(row.number, "", error.code, error.reason))
    return processing_report(len(rows), errors)


def _request(countries: Sequence[str], rows: Sequence[Row]) -> FulfillmentOrderRequest:
    first = rows[0]
    code = _country(countries, first["MarketplaceID"])
    email = first["NotificationEmail"]
    return FulfillmentOrderRequest(
        seller_fulfillment_order_id=first[_ORDER],
        country=code,
        displayable_order_id=first["DisplayableOrderID"],
        displayable_order_date=_date(first["DisplayableOrderDate"]),
        displayable_order_comment=first["DisplayableOrderComment"],
        shipping_speed_category=first["DeliverySLA"].lower(),
        destination=destination_of(first, "AddressPhoneNumber"),
        items=[_item(row, code) for row in rows],
        fulfillment_action=first["FulfillmentAction"].capitalize() or "Ship",
        sent={"notificationEmails": [email]} if email else {},
    )


def destination_of(row: Row, phone: str) -> Destination:
    """The address in a row. `phone` names the column of the telephone number."""
    return Destination(
        row["AddressName"],
        row["AddressFieldOne"],
        row["AddressCountryCode"],
        row["AddressPostalCode"] or None,
        row["AddressCity"] or None,
        row["AddressStateOrRegion"] or None,
        row["AddressFieldTwo"] or None,
        row["AddressFieldThree"] or None,
        None,
        row[phone] or None,
    )


def _item(row: Row, code: str) -> ItemRequest:
    value = row["PerUnitDeclaredValue"]
    currency = country(code).currency
    try:
        declared = (to_minor(value, currency), currency) if value else None
    except ValueError:
        raise invalid(f"PerUnitDeclaredValue: {value!r} is no amount of {currency}") from None
    return ItemRequest(
        row["MerchantFulfillmentOrderItemID"],
        row["MerchantSKU"],
        whole_number(row, "Quantity"),
        row["GiftMessage"] or None,
        row["DisplayableComment"] or None,
        declared,
    )


def whole_number(row: Row, name: str) -> int:
    """A column's number of units; empty is none.

    Raises:
        RejectedError: InvalidInput.
    """
    value = row[name] or "0"
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise invalid(f"{name}: {value!r} is no whole number")
    return int(value)


def _date(value: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise invalid(f"DisplayableOrderDate: {value!r} is no ISO 8601 date") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _country(countries: Sequence[str], marketplace_id: str) -> str:
    if not marketplace_id:
        return countries[0]
    for code in known_countries():
        if country(code).marketplace_id == marketplace_id:
            return code
    raise invalid(f"MarketplaceID: there is no marketplace {marketplace_id}")
