"""What a shop holds, and what its merchant, its buyers and Shopify itself do there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count

from shopify_shop.bulk import BulkRunner
from shopify_shop.returns import Returns
from stockpool.clock import ManualClock
from stockpool.order_request import Address

OTHER_LOCATION = "gid://shopify/Location/9002"
LOCATION = "gid://shopify/Location/9001"


@dataclass
class Variant:
    number: int
    sku: str | None
    title: str
    updated_at: datetime
    tracked: bool = True
    requires_shipping: bool = True
    requires_components: bool = False
    price: Decimal = Decimal("10.00")

    @property
    def id(self) -> str:
        return f"gid://shopify/ProductVariant/{self.number}"

    @property
    def item_id(self) -> str:
        return f"gid://shopify/InventoryItem/{self.number}"


@dataclass
class LineItem:
    number: int
    variant: Variant | None
    sku: str | None
    quantity: int
    price: Decimal
    tax: Decimal = Decimal(0)
    is_gift_card: bool = False
    removed: int = 0
    """Units that money was given back for, and units taken out of the order."""
    requires_shipping: bool = True

    @property
    def id(self) -> str:
        return f"gid://shopify/LineItem/{self.number}"


@dataclass
class WorkLine:
    number: int
    item: LineItem
    remaining: int
    total: int

    @property
    def id(self) -> str:
        return f"gid://shopify/FulfillmentOrderLineItem/{self.number}"


@dataclass
class Hold:
    number: int
    handle: str
    reason: str
    ours: bool


@dataclass
class Work:
    number: int
    order: Order
    location: str
    lines: list[WorkLine]
    status: str = "OPEN"
    request_status: str = "UNSUBMITTED"
    method: str = "SHIPPING"
    cancellation_request: int | None = None
    answer: str | None = None
    holds: list[Hold] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"gid://shopify/FulfillmentOrder/{self.number}"

    @property
    def remaining(self) -> int:
        return sum(line.remaining for line in self.lines)


@dataclass
class Fulfillment:
    number: int
    lines: list[tuple[LineItem, int]]
    company: str | None
    numbers: list[str]
    url: str | None
    notified: bool
    location: str
    status: str = "SUCCESS"
    events: list[tuple[str, str]] = field(default_factory=list)
    """Status and time."""

    def line_id(self, place: int) -> str:
        """The id of one of its lines."""
        return f"gid://shopify/FulfillmentLineItem/{self.number}{place:03}"

    @property
    def id(self) -> str:
        return f"gid://shopify/Fulfillment/{self.number}"


@dataclass
class Subscription:
    number: int
    topic: str
    uri: str

    @property
    def id(self) -> str:
        return f"gid://shopify/WebhookSubscription/{self.number}"


@dataclass
class Transaction:
    number: int
    kind: str
    amount: Decimal
    parent: Transaction | None = None
    status: str = "SUCCESS"

    @property
    def id(self) -> str:
        return f"gid://shopify/OrderTransaction/{self.number}"


@dataclass
class RefundMade:
    number: int
    note: str
    amount: Decimal
    lines: list[tuple[LineItem, int, Decimal, Decimal]] = field(default_factory=list)
    """Items, how many, their price and their tax."""
    shipping: Decimal = Decimal(0)

    @property
    def id(self) -> str:
        return f"gid://shopify/Refund/{self.number}"


@dataclass
class Order:
    number: int
    address: Address | None
    processed_at: datetime
    updated_at: datetime
    items: list[LineItem]
    financial_status: str = "PAID"
    test: bool = False
    risk: str = "NONE"
    shipping_method: str = "Standard"
    cancelled_at: datetime | None = None
    works: list[Work] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    refunds: list[RefundMade] = field(default_factory=list)
    presentment_currency: str = "USD"

    @property
    def id(self) -> str:
        return f"gid://shopify/Order/{self.number}"


class ShopState:
    """The truth about one shop."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        # Beyond 2^53, as some of Shopify's own are.
        self._numbers = count(9_007_199_254_740_993)
        self.variants: list[Variant] = []
        self.available: dict[tuple[str, str], int] = {}
        """Units by inventory item and location; without a row it is not stocked there."""
        self.orders: dict[str, Order] = {}
        self.hides_customers = False
        self.service_locations: set[str] = set()
        self.subscriptions: list[Subscription] = []
        self.bulk = BulkRunner()
        self.returns = Returns(self)

    def number(self) -> int:
        return next(self._numbers)

    def touch(self, order: Order) -> None:
        """An order changes: each change has a time of its own."""
        self.clock.advance(1)
        order.updated_at = self.clock.now()

    def add_variant(
        self, sku: str | None, *, available: int | None = 0, title: str = "Goods", **members: bool
    ) -> Variant:
        self.clock.advance(1)
        variant = Variant(self.number(), sku, title, self.clock.now(), **members)
        self.variants.append(variant)
        if available is not None:
            self.available[variant.item_id, LOCATION] = available
        return variant

    def variant(self, sku: str) -> Variant:
        found = next((v for v in self.variants if v.sku == sku), None)
        return found or self.add_variant(sku)

    def sell(
        self,
        units: dict[str, int],
        address: Address | None,
        *,
        location: str = LOCATION,
        routed: bool = True,
        financial_status: str = "PAID",
    ) -> Order:
        """A buyer orders; Shopify takes the units out of what is available."""
        self.clock.advance(1)
        now = self.clock.now()
        items = []
        for sku, quantity in units.items():
            variant = self.variant(sku)
            items.append(LineItem(self.number(), variant, sku, quantity, variant.price))
            level = (variant.item_id, location)
            if level in self.available:
                self.available[level] -= quantity
        order = Order(self.number(), address, now, now, items, financial_status)
        self.orders[order.id] = order
        paid = sum((item.price * item.quantity for item in items), Decimal("4.90"))
        order.transactions.append(Transaction(self.number(), "SALE", paid))
        if routed:
            self.route(order, location)
        return order

    def route(self, order: Order, location: str = LOCATION) -> Work:
        """Shopify's background job: the work is given to a location."""
        lines = [
            WorkLine(self.number(), item, item.quantity, item.quantity) for item in order.items
        ]
        work = Work(self.number(), order, location, lines)
        if location in self.service_locations:
            work.request_status = "SUBMITTED"
        order.works.append(work)
        self.touch(order)
        return work

    def add_item(self, order: Order, sku: str, quantity: int) -> Work:
        """The merchant edits an order: something is added to it."""
        variant = self.variant(sku)
        item = LineItem(self.number(), variant, sku, quantity, variant.price)
        order.items.append(item)
        work = Work(
            self.number(), order, LOCATION, [WorkLine(self.number(), item, quantity, quantity)]
        )
        if LOCATION in self.service_locations:
            work.request_status = "SUBMITTED"
        order.works.append(work)
        self.touch(order)
        return work

    def split(self, work: Work, units: dict[str, int]) -> Work:
        """Take units (by the line's id) into a fulfillment order of their own; both change ids."""
        taken: list[WorkLine] = []
        for line in work.lines:
            moved = units.get(line.id, 0)
            if moved:
                line.remaining -= moved
                line.total -= moved
                taken.append(WorkLine(self.number(), line.item, moved, moved))
        work.lines = [line for line in work.lines if line.total > 0]
        rest = Work(
            self.number(), work.order, work.location, taken, work.status, work.request_status
        )
        rest.method = work.method
        work.order.works.append(rest)
        self.touch(work.order)
        return rest

    def hold(self, work: Work, handle: str, reason: str, *, ours: bool) -> Hold:
        hold = Hold(self.number(), handle, reason, ours)
        work.holds.append(hold)
        work.status = "ON_HOLD"
        self.touch(work.order)
        return hold

    def release(self, work: Work) -> None:
        work.holds.clear()
        work.status = "OPEN"
        self.touch(work.order)

    def ask_to_cancel(self, work: Work) -> str:
        """The merchant asks the service not to ship this; returns the request's id."""
        work.cancellation_request = self.number()
        work.request_status = "CANCELLATION_REQUESTED"
        self.touch(work.order)
        return f"gid://shopify/FulfillmentOrderMerchantRequest/{work.cancellation_request}"

    def refund_by_hand(
        self, order: Order, amount: str, units: dict[str, int], note: str = ""
    ) -> str:
        """The merchant gives money back, for items (by their id) or for nothing in particular."""
        made = RefundMade(self.number(), note, Decimal(amount))
        for item in order.items:
            if item.id in units:
                price = item.price * units[item.id]
                made.lines.append((item, units[item.id], price, item.tax))
                item.removed += units[item.id]
        if made.lines:
            made.shipping = made.amount - sum((p + t for _, _, p, t in made.lines), Decimal(0))
        order.refunds.append(made)
        order.transactions.append(
            Transaction(self.number(), "REFUND", made.amount, order.transactions[0])
        )
        order.financial_status = "PARTIALLY_REFUNDED"
        self.touch(order)
        return made.id

    def refund_unshipped(self, order: Order, item: LineItem, units: int) -> None:
        """The merchant gives money back for units that have not left; nobody ships them now."""
        self.drop(order, item, units)
        order.financial_status = "PARTIALLY_REFUNDED"
        self.touch(order)

    def drop(self, order: Order, item: LineItem, units: int) -> None:
        """Units that have not left are taken out of the work."""
        item.removed += units
        for work in order.works:
            for line in work.lines:
                if line.item is item:
                    gone = min(units, line.remaining)
                    line.remaining -= gone
                    line.total -= gone
                    units -= gone
            if work.remaining == 0 and work.status in ("OPEN", "IN_PROGRESS", "ON_HOLD"):
                work.status = "CLOSED"

    def fulfill(
        self,
        order: Order,
        shares: list[tuple[WorkLine, int]],
        *,
        company: str | None = None,
        numbers: list[str],
        url: str | None = None,
        notified: bool = False,
    ) -> Fulfillment:
        for line, units in shares:
            line.remaining -= units
        touched = [work for work in order.works if any(line in work.lines for line, _ in shares)]
        for work in touched:
            if work.status in ("OPEN", "IN_PROGRESS"):
                work.status = "IN_PROGRESS" if work.remaining else "CLOSED"
        fulfillment = Fulfillment(
            self.number(), [(line.item, units) for line, units in shares], company, numbers, url,
            notified, touched[0].location,
        )  # fmt: skip
        order.fulfillments.append(fulfillment)
        self.touch(order)
        return fulfillment

    def cancel(self, order: Order) -> None:
        order.cancelled_at = self.clock.now()
        for work in order.works:
            work.status = "CANCELLED"
            for line in work.lines:
                line.remaining = 0
        self.touch(order)
