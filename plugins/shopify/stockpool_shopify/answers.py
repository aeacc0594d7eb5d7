"""What Shopify answers to our documents, as typed values under Shopify's own names."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

Node = TypeVar("Node")


class Answered(BaseModel):
    """Read by Shopify's camelCase names. What we did not ask for does not come."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True
    )


class PageInfo(Answered):
    """Where a connection goes on."""

    has_next_page: bool
    end_cursor: str | None


class Page(Answered, Generic[Node]):
    """One page of a connection."""

    page_info: PageInfo
    nodes: tuple[Node, ...]

    @property
    def after(self) -> str | None:
        """The cursor of the next page; None if this is the last."""
        return self.page_info.end_cursor if self.page_info.has_next_page else None


class ShopMoney(Answered):
    """An amount in the shop's own currency."""

    amount: Decimal
    currency_code: str


class MoneyBag(Answered):
    """An amount; of its two currencies the shop's."""

    shop_money: ShopMoney


class TaxLine(Answered):
    """One tax on the whole line."""

    price_set: MoneyBag


class LineItem(Answered):
    """What was sold. `quantity` never falls; it is not what is to be shipped."""

    id: str
    sku: str | None
    quantity: int
    is_gift_card: bool
    discounted_unit_price_after_all_discounts_set: MoneyBag
    tax_lines: tuple[TaxLine, ...]


class CurrentLineItem(LineItem):
    """What was sold, and how many of it are in the order still: neither refunded nor removed."""

    current_quantity: int


class WorkLine(Answered):
    """A part of a line item that one fulfillment order is about."""

    id: str
    remaining_quantity: int
    requires_shipping: bool
    line_item: LineItem


class Location(Answered):
    """A location, by its GID."""

    id: str


class AssignedLocation(Answered):
    """Where a fulfillment order is to be fulfilled; without one if that was deleted."""

    location: Location | None


class DeliveryMethod(Answered):
    """How the goods reach the buyer, with the name that the checkout showed."""

    method_type: str
    presented_name: str | None


class Destination(Answered):
    """Where a fulfillment order goes. Every part may be missing, or hidden from the app."""

    first_name: str | None
    last_name: str | None
    company: str | None
    address1: str | None
    address2: str | None
    city: str | None
    province: str | None
    zip: str | None
    country_code: str | None
    phone: str | None
    email: str | None


class Hold(Answered):
    """A hold on a fulfillment order, of this app or another."""

    id: str
    handle: str | None
    held_by_requesting_app: bool
    reason: str


class Work(Answered):
    """A fulfillment order: work to do at one location."""

    id: str
    status: str
    request_status: str
    assigned_location: AssignedLocation
    delivery_method: DeliveryMethod | None
    destination: Destination | None
    fulfillment_holds: tuple[Hold, ...]
    line_items: Page[WorkLine]


class Risk(Answered):
    """Shopify's advice: ACCEPT, INVESTIGATE, CANCEL or NONE."""

    recommendation: str


class Province(Answered):
    """Of the order's address; the fulfillment order's has no code."""

    province: str | None
    province_code: str | None


class OrderWork(Answered):
    """An order with all of its fulfillment orders."""

    id: str
    name: str
    processed_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    test: bool
    display_financial_status: str | None
    risk: Risk
    taxes_included: bool
    total_shipping_price_set: MoneyBag
    shipping_address: Province | None
    fulfillment_orders: Page[Work]

    def skus_at(self, location: str) -> set[str]:
        """Of what is, or was, to be shipped from a location."""
        return {
            line.line_item.sku
            for work in self.fulfillment_orders.nodes
            if work.assigned_location.location and work.assigned_location.location.id == location
            for line in work.line_items.nodes
            if line.line_item.sku
        }


class Tracking(Answered):
    """A tracking number of a fulfillment."""

    number: str | None
    company: str | None
    url: str | None


class FulfillmentHead(Answered):
    """What was shipped, without its lines."""

    id: str
    status: str
    tracking_info: tuple[Tracking, ...]

    @property
    def is_made(self) -> bool:
        """Whether it stands; OPEN and PENDING are an older API's."""
        return self.status in ("SUCCESS", "OPEN", "PENDING")


class FulfilledLine(Answered):
    """Units of a line item in a fulfillment."""

    quantity: int | None
    line_item: FulfilledItem


class FulfilledItem(Answered):
    """The line item, by its GID."""

    id: str


class ListedItem(Answered):
    """Of an inventory item what listings need."""

    requires_shipping: bool
    duplicate_sku_count: int


class ListedVariant(Answered):
    """A variant as a listing."""

    id: str
    sku: str | None
    display_name: str
    requires_components: bool
    inventory_item: ListedItem


class Quantity(Answered):
    """Units in one state (`available`)."""

    name: str
    quantity: int


class Level(Answered):
    """An inventory item at our location."""

    is_active: bool
    quantities: tuple[Quantity, ...]


class StockedItem(Answered):
    """An inventory item; without a level if it was never stocked at our location."""

    id: str
    tracked: bool
    inventory_level: Level | None


class StockedVariant(Answered):
    """A variant with its stock."""

    sku: str | None
    requires_components: bool
    inventory_item: StockedItem


class RefundHead(Answered):
    """A refund that was made."""

    id: str
    note: str | None


class MadeRefund(Answered):
    """A refund with what it gave back."""

    id: str
    note: str | None
    total_refunded_set: MoneyBag


class RefundedItem(Answered):
    """The line item that a refund is about."""

    id: str
    sku: str | None


class RefundedLine(Answered):
    """Items of a line that money was given back for."""

    quantity: int
    line_item: RefundedItem
    subtotal_set: MoneyBag
    total_tax_set: MoneyBag


class RefundedShipping(Answered):
    """Shipping that was given back."""

    subtotal_amount_set: MoneyBag
    tax_amount_set: MoneyBag


class Parent(Answered):
    """The payment that a refund's transaction belongs to."""

    id: str


class Payment(Answered):
    """A transaction: money paid (SALE, CAPTURE) or given back (REFUND), and others."""

    id: str
    kind: str
    status: str
    gateway: str | None
    amount_set: MoneyBag
    parent_transaction: Parent | None


class Payments(Answered):
    """An order's money."""

    currency_code: str
    presentment_currency_code: str
    refunds: tuple[RefundHead, ...]
    transactions: tuple[Payment, ...]


class RefundableLine(Answered):
    """Of a line item the units that money can still be given back for, and those not shipped."""

    id: str
    refundable_quantity: int
    unfulfilled_quantity: int


class Subscription(Answered):
    """Whom Shopify tells of a topic."""

    id: str
    topic: str
    uri: str


class UserError(Answered):
    """Why Shopify refused a mutation. Only some mutations give a code."""

    message: str
    code: str | None = None
    field: tuple[str, ...] | None = None
