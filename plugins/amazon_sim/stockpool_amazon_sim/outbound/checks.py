"""What createFulfillmentOrder refuses at once (400 InvalidInput), and what turns Invalid later.

The bounds are those of the Fulfillment Outbound API 2020-07-01 model; 100 lines and 250 units are
the published limits of an order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stockpool.errors import RejectedError
from stockpool_amazon_sim.countries import country, postal_code_pattern
from stockpool_amazon_sim.outbound.requests import (
    Destination,
    FulfillmentOrderRequest,
    ItemRequest,
)
from stockpool_amazon_sim.records import Order
from stockpool_amazon_sim.settings import AmazonSimSettings

ORDER_ID_CHARACTERS = 40
LINES = 100
UNITS = 250
INT32_MAX = 2**31 - 1
ACTIONS = frozenset({"Ship", "Hold"})
POLICIES = frozenset({"FillOrKill", "FillAll", "FillAllAvailable"})
FEATURE_POLICIES = frozenset({"Required", "NotRequired"})

_DISPLAYABLE = re.compile(r"(?!\s)(?!.*  )[\x20-\x7e\xa0-\xff]{1,40}(?<!\s)")


def invalid(message: str) -> RejectedError:
    """Amazon's answer to what it cannot take as it is."""
    return RejectedError("InvalidInput", message)


def check_order(request: FulfillmentOrderRequest, settings: AmazonSimSettings) -> None:
    """Refuse a malformed create request; says nothing of SKUs and stock.

    Raises:
        RejectedError: InvalidInput, naming the first field that is wrong.
    """
    for message in _order_problems(request, settings):
        raise invalid(message)


def check_quantities(items: Sequence[ItemRequest]) -> None:
    """Refuse a request for a preview that asks for nothing.

    Raises:
        RejectedError: InvalidInput.
    """
    if not items:
        raise invalid("items must have at least 1 element")
    if any(not 1 <= item.quantity <= INT32_MAX for item in items):
        raise invalid("quantity must be at least 1")


def validation_problem(order: Order, settings: AmazonSimSettings) -> str | None:
    """Why an order that was taken turns out Invalid; None if it does not."""
    destination = Destination(*order.address)  # type: ignore[arg-type]
    if destination.country_code not in settings.destinations(order.country):
        return f"InvalidDestinationAddress: {order.country} does not ship to this country"
    pattern = postal_code_pattern(destination.country_code)
    if pattern is not None and not pattern.fullmatch(destination.postal_code or ""):
        return "InvalidDestinationAddress: postalCode"
    return None


def _order_problems(request: FulfillmentOrderRequest, settings: AmazonSimSettings) -> Iterator[str]:
    order_id = request.seller_fulfillment_order_id
    if not (1 <= len(order_id) <= ORDER_ID_CHARACTERS and order_id.isprintable()):
        yield f"sellerFulfillmentOrderId must have 1 to {ORDER_ID_CHARACTERS} characters"
    if request.country not in settings.countries:
        yield "marketplaceId is not one of this account's"
    if not _DISPLAYABLE.fullmatch(request.displayable_order_id):
        yield "displayableOrderId must have 1 to 40 characters of ISO-8859-1, without double blanks"
    if len(request.displayable_order_comment) > 750:
        yield "displayableOrderComment is longer than 750 characters"
    if request.displayable_order_date.tzinfo is None:
        yield "displayableOrderDate has no time zone"
    if request.shipping_speed_category not in country(request.country).all_speeds:
        yield "shippingSpeedCategory is not offered in this marketplace"
    if request.fulfillment_action not in ACTIONS:
        yield "fulfillmentAction must be Ship or Hold"
    if request.fulfillment_policy not in POLICIES:
        yield "fulfillmentPolicy must be FillOrKill, FillAll or FillAllAvailable"
    yield from _destination_problems(request.destination, settings.address_line_characters)
    yield from _item_problems(request)
    accepted = settings.accepted_features(request.country)
    for feature, policy in request.feature_constraints:
        if policy not in FEATURE_POLICIES:
            yield "featureFulfillmentPolicy must be Required or NotRequired"
        if policy == "Required" and feature not in accepted:
            yield f"feature {feature} is not available in this marketplace"


def _destination_problems(destination: Destination, longest: int) -> Iterator[str]:
    code = destination.country_code
    if not (len(code) == 2 and code.isascii() and code.isupper()):
        yield "destinationAddress.countryCode must be two capital letters"
    if not destination.name.strip():
        yield "destinationAddress.name is missing"
    if not destination.address_line1.strip():
        yield "destinationAddress.addressLine1 is missing"
    if not (destination.postal_code or "").strip():
        yield "destinationAddress.postalCode is missing"
    if code == "JP" and destination.city:
        yield "destinationAddress.city must be left out in Japan"
    if code != "JP" and not (destination.city or "").strip():
        yield "destinationAddress.city is missing"
    if any(field is not None and len(field) > longest for field in destination.fields()):
        yield f"destinationAddress has a field of more than {longest} characters"


def _item_problems(request: FulfillmentOrderRequest) -> Iterator[str]:
    items = request.items
    if not 1 <= len(items) <= LINES:
        yield f"items must have 1 to {LINES} elements"
    if len({item.seller_fulfillment_order_item_id for item in items}) != len(items):
        yield "sellerFulfillmentOrderItemId is not unique in the order"
    for item in items:
        yield from _one_item_problems(item)
    if sum(item.quantity for item in items) > UNITS:
        yield f"an order has at most {UNITS} units"


def _one_item_problems(item: ItemRequest) -> Iterator[str]:
    if not 1 <= len(item.seller_fulfillment_order_item_id) <= 50:
        yield "sellerFulfillmentOrderItemId must have 1 to 50 characters"
    if not 1 <= len(item.seller_sku) <= 50:
        yield "sellerSku must have 1 to 50 characters"
    if not 1 <= item.quantity <= INT32_MAX:
        yield "quantity must be at least 1"
    if item.gift_message is not None and len(item.gift_message) > 512:
        yield "giftMessage is longer than 512 characters"
    if item.displayable_comment is not None and len(item.displayable_comment) > 250:
        yield "displayableComment is longer than 250 characters"
