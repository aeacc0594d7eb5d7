"""The words of the Fulfillment Outbound API 2026-07-04 and the simulator's, which are of 2020."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

from pydantic import AfterValidator

from stockpool.errors import RejectedError
from stockpool_amazon_sim.countries import SCHEDULED

TIERS: Mapping[str, str] = {
    "STANDARD": "standard",
    "EXPEDITED": "expedited",
    "PRIORITY": "priority",
    "SCHEDULED": SCHEDULED,
}
"""Service tiers and speeds."""

PRIORITY_COUNTRIES = frozenset({"CA", "IN", "MX"})
"""Where PRIORITY can be asked for (the model says so, though the 2020 version has it elsewhere)."""

ACTIONS: Mapping[str, str] = {"SHIP": "Ship", "HOLD": "Hold"}

POLICIES: Mapping[str, str] = {
    "FILL_OR_KILL": "FillOrKill",
    "FILL_ALL": "FillAll",
    "FILL_ALL_AVAILABLE": "FillAllAvailable",
}

ORDER_STATUSES: Mapping[str, str] = {
    "New": "PROCESSING",
    "Received": "PROCESSING",
    "Planning": "PROCESSING",
    "Processing": "PROCESSING",
    "Complete": "COMPLETE",
    "CompletePartialled": "COMPLETE_PARTIAL",
    "Cancelled": "CANCELLED",
    "Unfulfillable": "UNFULFILLABLE",
    "Invalid": "INVALID",
}

STATUSES_TO_ENTER: Mapping[str, str] = {
    "PROCESSING": "Processing",
    "COMPLETE": "Complete",
    "COMPLETE_PARTIAL": "CompletePartialled",
    "CANCELLED": "Cancelled",
    "UNFULFILLABLE": "Unfulfillable",
    "INVALID": "Invalid",
}
"""What updateOrderStatus brings an order to."""

SHIPMENT_STATUSES: Mapping[str, str] = {
    "PENDING": "PROCESSING",
    "SHIPPED": "SHIPPED",
    "CANCELLED_BY_FULFILLER": "CANCELLED",
    "CANCELLED_BY_SELLER": "CANCELLED",
}

PACKAGE_STATUSES: Mapping[str, str] = {
    "IN_TRANSIT": "IN_TRANSIT",
    "DELIVERY_ATTEMPTED": "DELAYED",
    "DELAYED": "DELAYED",
    "OUT_FOR_DELIVERY": "OUT_FOR_DELIVERY",
    "DELIVERED": "DELIVERED",
    "UNDELIVERABLE": "UNDELIVERABLE",
    "RETURNING": "UNDELIVERABLE",
    "RETURNED": "UNDELIVERABLE",
}
"""Of a parcel that has left. UNKNOWN is not among them: see `order_json`."""

PACKAGING_FEATURES: Mapping[str, str] = {
    "packagingOption": "BLANK_BOX",
    "overbox": "OVERBOX",
    "packingSlip": "PACKING_SLIP",
}
"""Which feature stands behind a member of `services.packaging`. All others are `additional`."""

_FIELDS: Mapping[str, str] = {
    "sellerFulfillmentOrderItemId": "lineItemId",
    "sellerFulfillmentOrderId": "orderId",
    "marketplaceId": "origin.countryCode",
    "shippingSpeedCategory": "serviceLevel.serviceTiers",
    "destinationAddress": "destination.deliveryAddress",
    "sellerSku": "productIdentifier.amazonSku",
    "quantity": "amount.value",
    "items": "lineItems",
    "deliveryWindow": "serviceLevel.deliveryInterval",
    "fulfillmentAction": "fulfillmentConfiguration.action",
}
_FIELD = re.compile("|".join(rf"\b{name}\b" for name in _FIELDS))


def one_of(known: Mapping[str, str]) -> AfterValidator:
    """Refuses what is no word of a vocabulary."""

    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"must be one of {', '.join(known)}")
        return value

    return AfterValidator(check)


Tier = Annotated[str, one_of(TIERS)]
Action = Annotated[str, one_of(ACTIONS)]
Policy = Annotated[str, one_of(POLICIES)]


@contextmanager
def in_words_of_2026() -> Iterator[None]:
    """Let refusals of the simulator name the members of this version."""
    try:
        yield
    except RejectedError as error:
        reason = _FIELD.sub(lambda found: _FIELDS[found.group()], error.reason)
        raise RejectedError(error.code, reason) from None
