"""Cash on delivery: what the recipient pays at the door, where a country has that.

`codSettings` and the items' `perUnitPrice` of the Fulfillment Outbound API 2020-07-01. The bound
of the amount and that every item needs a price are this simulator's; Amazon publishes neither.
"""

from __future__ import annotations

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.outbound.requests import FulfillmentOrderRequest


def check_collection(request: FulfillmentOrderRequest) -> None:
    """Refuse to collect where it is not done, another currency, and too much.

    Raises:
        RejectedError: InvalidInput.
    """
    if request.collect is None:
        return
    known = country(request.country)
    if known.cash_on_delivery is None:
        raise invalid("codSettings: cash on delivery is not offered in this marketplace")
    prices = [item.per_unit_price for item in request.items]
    if any(price is None for price in prices):
        raise invalid("perUnitPrice of each item is required for cash on delivery")
    sums = [*(price for price in prices if price is not None), *request.collect]
    if any(currency != known.currency for _, currency in sums):
        raise invalid(f"codSettings: cash on delivery is collected in {known.currency}")
    if any(minor < 0 for minor, _ in sums):
        raise invalid("codSettings: an amount is negative")
    if not 0 < amount_to_collect(request) <= known.cash_on_delivery:
        raise invalid(f"codSettings: more than 0 and at most {known.cash_on_delivery} is collected")


def amount_to_collect(request: FulfillmentOrderRequest) -> int:
    """What the recipient pays, in minor units; 0 if nothing is collected."""
    if request.collect is None:
        return 0
    charges = sum(minor for minor, _ in request.collect)
    return charges + sum(
        item.per_unit_price[0] * item.quantity
        for item in request.items
        if item.per_unit_price is not None
    )
