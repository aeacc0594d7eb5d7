"""What a caller hands in: an order as it came from a channel, a file or a script.

The models check types and bound sizes; whether the order can be accepted is decided by the
rules in `orders.checks`, which answer with field, limit and fix instead of raising.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
Identifier = Annotated[
    str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Currency = Annotated[str, StringConstraints(max_length=8, pattern=r"^[^\x00-\x1f\x7f]*$")]

Speed = Literal["standard", "expedited", "priority"]
"""Shipping speed categories that every country's pool may offer (Fulfillment Outbound API)."""

FulfillmentPolicy = Literal["FillOrKill", "FillAll", "FillAllAvailable"]
"""What to do with the part of an order that can't be filled (Fulfillment Outbound API)."""

Feature = Literal["BLANK_BOX", "BLOCK_AMZL", "SIGNATURE_CONFIRMATION"]
"""Features that an order may require of the network (Fulfillment Outbound API)."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Address(_Value):
    """Where a parcel goes. Names are kept as they came; limits are checked at intake."""

    name: Text
    line1: Text
    line2: Text | None = None
    line3: Text | None = None
    city: Text | None = None
    district: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: Text
    phone: Text | None = None
    email: Text | None = None


class OrderLine(_Value):
    """One line of an order, in the channel's own SKU.

    Attributes:
        line_id: the channel's id of the line; unique in the order.
        channel_sku: as listed with `catalog.list_on`; a kit is one channel SKU.
        quantity: of the channel SKU (of kits, not of their parts).
        unit_price: decimal, in `currency`; None if unknown.
        tax: decimal, of the whole line.
    """

    line_id: Identifier
    channel_sku: Identifier
    quantity: int = Field(le=1_000_000)
    unit_price: Decimal | None = None
    tax: Decimal | None = None
    currency: Currency | None = None
    gift_message: Text | None = None
    comment: Text | None = None


class OrderRequest(_Value):
    """An order as it came. Known by `(channel, channel_order_id)`.

    Attributes:
        speed: shipping speed wanted.
        fulfillment_policy: FillOrKill ships all or nothing, FillAll ships what there is and
            waits for the rest, FillAllAvailable ships what there is and cancels the rest.
        backorder: may an order that can't be filled wait for stock? None: as the channel is
            configured.
        hold: why the order must not be routed yet; None routes it at once.
        priority: orders of a higher number are filled and sent first.
        features: what the network must grant (on top of what the channel demands).
        source: where it was read (`orders.csv:12`); not part of the order's content.
    """

    channel: Identifier
    channel_order_id: Identifier
    ship_to: Address
    lines: tuple[OrderLine, ...] = Field(max_length=10_000)
    speed: Speed = "standard"
    fulfillment_policy: FulfillmentPolicy = "FillOrKill"
    backorder: bool | None = None
    hold: Text | None = None
    priority: int = Field(default=0, ge=-1_000, le=1_000)
    features: tuple[Feature, ...] = ()
    ordered_at: datetime | None = None
    comment: Text | None = None
    currency: Currency | None = None
    shipping_price: Decimal | None = None
    shipping_tax: Decimal | None = None
    source: str | None = Field(default=None, max_length=1_000)
