"""The rows that an order consists of, and what it wants of the stock. No statement runs here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stockpool.catalog.products import Component
from stockpool.money import to_minor
from stockpool.order_request import Address, OrderRequest
from stockpool.orders.claims import Claim, WantedUnits
from stockpool.orders.preparation import ChannelFacts, Prepared
from stockpool.orders.status import LineCounts
from stockpool.storage.bulk import Inserter
from stockpool.storage.metadata import sortable_text

_address_json = Address.__pydantic_serializer__

ORDER_COLUMNS = (
    "id",
    "channel",
    "channel_order_id",
    "fingerprint",
    "country",
    "speed",
    "policy",
    "backorder",
    "features",
    "hold_reason",
    "priority",
    "currency",
    "shipping_minor",
    "shipping_tax_minor",
    "comment",
    "source",
    "ordered_at",
    "accepted_at",
)
ORDER_TYPES = (
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "boolean",
    "text",
    "text",
    "int",
    "text",
    "bigint",
    "bigint",
    "text",
    "text",
    "timestamptz",
    "timestamptz",
)
"""PostgreSQL's types of those columns."""

orders = Inserter("orders", ORDER_COLUMNS)
recipients = Inserter("recipients", ("order_id", "address"))
lines = Inserter(
    "order_lines",
    (
        "order_id",
        "line_id",
        "sku",
        "position",
        "channel_sku",
        "stock_sku",
        "items",
        "each",
        "unit_price_minor",
        "tax_minor",
        "gift_message",
        "comment",
        "ordered",
        "held",
        "unfulfillable",
    ),
)


def order_content(entry: Prepared, facts: ChannelFacts) -> dict[str, Any]:
    """The columns of `orders` that an edit may change."""
    request = entry.request
    currency = request.currency or request.lines[0].currency
    return {
        "fingerprint": entry.fingerprint,
        "country": request.ship_to.country,
        "speed": request.speed,
        "policy": request.fulfillment_policy,
        "backorder": facts.backorder if request.backorder is None else request.backorder,
        "features": ",".join(_features(request, facts)),
        "hold_reason": request.hold,
        "priority": request.priority,
        "currency": currency,
        "shipping_minor": _minor(request.shipping_price, currency),
        "shipping_tax_minor": _minor(request.shipping_tax, currency),
        "comment": request.comment,
        "source": request.source,
    }


def order_row(
    entry: Prepared, order_id: str, facts: ChannelFacts, now: Any, sqlite: bool
) -> tuple[Any, ...]:
    """A row for `orders`."""
    request = entry.request
    ordered: Any = now
    if request.ordered_at is not None:
        ordered = sortable_text(request.ordered_at) if sqlite else request.ordered_at
    return (
        order_id,
        request.channel,
        request.channel_order_id,
        *order_content(entry, facts).values(),
        ordered,
        now,
    )


def recipient_row(request: OrderRequest, order_id: str) -> tuple[str, str]:
    """A row for `recipients`, the only table with personal data of an accepted order."""
    return (order_id, _address_json.to_json(request.ship_to).decode())


def _features(request: OrderRequest, facts: ChannelFacts) -> tuple[Any, ...]:
    if not request.features:
        return facts.features
    return tuple(sorted({*request.features, *facts.features}))


def _minor(amount: Any, currency: str | None) -> int | None:
    return None if amount is None or currency is None else to_minor(amount, currency)


def claim_of(
    request: OrderRequest,
    order_id: str,
    facts: ChannelFacts,
    components: Mapping[tuple[str, str], tuple[Component, ...]],
) -> Claim:
    """What the order wants of the stock."""
    return Claim(
        order_id,
        request.channel,
        request.channel_order_id,
        request.ship_to.country,
        request.speed,
        request.fulfillment_policy,
        facts.backorder if request.backorder is None else request.backorder,
        _features(request, facts),
        request.priority,
        [
            WantedUnits(
                line.line_id, component.sku, component.stock_sku, line.quantity, component.units
            )
            for line in request.lines
            for component in components[(request.channel, line.channel_sku)]
        ],
    )


def line_rows(request: OrderRequest, claim: Claim) -> list[tuple[Any, ...]]:
    """Rows for `lines`: one per line and seller SKU, with what the claim got."""
    rows: list[tuple[Any, ...]] = []
    wanted_rows = iter(claim.wanted)
    wanted = next(wanted_rows)
    done = False
    for position, line in enumerate(request.lines, start=1):
        currency = line.currency or request.currency
        price = _minor(line.unit_price, currency)
        tax = _minor(line.tax, currency)
        while not done and wanted.line_id == line.line_id:
            rows.append(
                (
                    claim.order_id,
                    line.line_id,
                    wanted.sku,
                    position,
                    line.channel_sku,
                    wanted.stock_sku,
                    wanted.count,
                    wanted.each,
                    price,
                    tax,
                    line.gift_message,
                    line.comment,
                    wanted.count * wanted.each,
                    wanted.held,
                    wanted.unfulfillable,
                )
            )
            following = next(wanted_rows, None)
            if following is None:
                done = True
            else:
                wanted = following
    return rows


def claim_counts(claim: Claim, on_hold: bool) -> LineCounts:
    """The counts of an order that was just taken in."""
    ordered = held = unfulfillable = 0
    for wanted in claim.wanted:
        ordered += wanted.count * wanted.each
        held += wanted.held
        unfulfillable += wanted.unfulfillable
    return LineCounts(
        ordered=ordered,
        held=held,
        unfulfillable=unfulfillable,
        waiting=ordered - held - unfulfillable,
        on_hold=int(on_hold),
    )
