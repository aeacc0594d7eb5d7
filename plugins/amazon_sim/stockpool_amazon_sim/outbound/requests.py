"""What callers ask of the simulator, with the names of Amazon's API in this language's spelling.

Money is a pair of minor units and currency; times are aware.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Destination:
    """`destinationAddress`."""

    name: str
    address_line1: str
    country_code: str
    postal_code: str | None = None
    city: str | None = None
    state_or_region: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    district_or_county: str | None = None
    phone: str | None = None

    def fields(self) -> list[str | None]:
        """As it is stored; `Destination(*fields)` reads it back."""
        return [
            self.name,
            self.address_line1,
            self.country_code,
            self.postal_code,
            self.city,
            self.state_or_region,
            self.address_line2,
            self.address_line3,
            self.district_or_county,
            self.phone,
        ]


STATE_FIELD = 5
"""Where `Destination.fields` has the state."""


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """An element of `items`. `per_unit_price` is collected from the recipient, tax included."""

    seller_fulfillment_order_item_id: str
    seller_sku: str
    quantity: int
    gift_message: str | None = None
    displayable_comment: str | None = None
    per_unit_declared_value: tuple[int, str] | None = None
    sent: Mapping[str, Any] = field(default_factory=dict)
    per_unit_price: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class FulfillmentOrderRequest:
    """createFulfillmentOrder. `country` stands for the marketplace whose stock is used.

    Attributes:
        feature_constraints: (feature, Required or NotRequired).
        sent: other members, here and in the items: kept as they are, and shown again.
        delivery_window: when a scheduled delivery shall come.
        collect: charges to be collected from the recipient on top of the items' prices; None if
            nothing is collected at all.
    """

    seller_fulfillment_order_id: str
    country: str
    displayable_order_id: str
    displayable_order_date: datetime
    displayable_order_comment: str
    shipping_speed_category: str
    destination: Destination
    items: Sequence[ItemRequest]
    fulfillment_action: str = "Ship"
    fulfillment_policy: str = "FillOrKill"
    feature_constraints: Sequence[tuple[str, str]] = ()
    sent: Mapping[str, Any] = field(default_factory=dict)
    delivery_window: tuple[datetime, datetime] | None = None
    collect: Sequence[tuple[int, str]] | None = None


@dataclass(frozen=True, slots=True)
class ReturnRequestItem:
    """One unit that the customer wants to send back (createFulfillmentReturn)."""

    seller_return_item_id: str
    seller_fulfillment_order_item_id: str
    amazon_shipment_id: str
    return_reason_code: str
    return_comment: str = ""


@dataclass(frozen=True, slots=True)
class RemovalRequestItem:
    """Units of one SKU to take out."""

    seller_sku: str
    sellable: int = 0
    unsellable: int = 0


@dataclass(frozen=True, slots=True)
class RemovalOrderRequest:
    """A removal order. `ship_to_country` and the address are needed for Return only."""

    removal_order_id: str
    country: str
    disposition: str
    items: Sequence[RemovalRequestItem]
    destination: Destination | None = None
