"""Reading a shop: its state in the shapes of the schema, searched as Shopify's search is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError

from shopify_shop.answers import connection
from shopify_shop.bulk import BulkOperation
from shopify_shop.returns import ReturnsRead
from shopify_shop.state import (
    Fulfillment,
    LineItem,
    Order,
    RefundMade,
    ShopState,
    Variant,
    Work,
    WorkLine,
)


def time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(amount: Any) -> dict[str, Any]:
    return {"shopMoney": {"amount": str(amount), "currencyCode": "USD"}}


class Reader(ReturnsRead):
    """The resolvers of all queries."""

    def __init__(self, state: ShopState, shop: str, scopes: Callable[[], frozenset[str]]) -> None:
        self.state = state
        self._shop = shop
        self._scopes = scopes

    def shop(self, _: Any) -> Any:
        return {"myshopifyDomain": self._shop, "currencyCode": "USD"}

    def currentAppInstallation(self, _: Any) -> Any:
        return {"accessScopes": [{"handle": scope} for scope in sorted(self._scopes())]}

    def location(self, _: Any, id: str) -> Any:
        if not any(id == location for _, location in self.state.available):
            return None
        service = id in self.state.service_locations
        return {"id": id, "isActive": True, "isFulfillmentService": service}

    def orders(self, info: Any, query: str | None = None, **arguments: Any) -> Any:
        found = [
            o
            for o in self.state.orders.values()
            if matches(
                query,
                updated_at=o.updated_at,
                created_at=o.processed_at,
                return_status=self.state.returns.status_of(o),
            )
        ]
        found.sort(key=lambda order: (order.updated_at, order.number))
        return connection(found, self.order_view)(info, **arguments)

    def order(self, _: Any, id: str) -> Any:
        found = self.state.orders.get(id)
        return self.order_view(found) if found else None

    def nodes(self, _: Any, ids: list[str]) -> list[Any]:
        works = {work.id: work for order in self.state.orders.values() for work in order.works}
        items = {item.id: (o, item) for o in self.state.orders.values() for item in o.items}
        views: list[Any] = []
        for id in ids:
            if id in self.state.orders:
                views.append(self.order_view(self.state.orders[id]))
            elif id in works:
                views.append(self.work_view(works[id]))
            elif id in items:
                views.append(self.sold_view(*items[id]))
            else:
                views.append(None)
        return views

    def fulfillmentOrder(self, _: Any, id: str) -> Any:
        (found,) = self.nodes(None, [id])
        return found

    def fulfillment(self, _: Any, id: str) -> Any:
        found = [f for o in self.state.orders.values() for f in o.fulfillments if f.id == id]
        return self.fulfillment_view(found[0]) if found else None

    def assignedFulfillmentOrders(
        self, info: Any, assignmentStatus: str, locationIds: list[str], **arguments: Any
    ) -> Any:
        wanted = {
            "FULFILLMENT_REQUESTED": "SUBMITTED",
            "CANCELLATION_REQUESTED": "CANCELLATION_REQUESTED",
        }[assignmentStatus]
        found = [
            work
            for order in self.state.orders.values()
            for work in order.works
            if work.location in self.state.service_locations
            and work.location in locationIds
            and work.request_status == wanted
            and work.status != "CLOSED"
        ]
        return connection(found, self.work_view)(info, **arguments)

    def productVariants(self, info: Any, query: str | None = None, **arguments: Any) -> Any:
        found = [
            v
            for v in self.state.variants
            if matches(query, updated_at=v.updated_at, sku=v.sku or "", id=v.number)
        ]
        return connection(found, self.variant_view)(info, **arguments)

    def productVariantsCount(self, _: Any, limit: int = 10_000) -> Any:
        count = len(self.state.variants)
        precision = "EXACT" if count <= limit else "AT_LEAST"
        return {"count": min(count, limit), "precision": precision}

    def bulkOperation(self, _: Any, id: str) -> Any:
        found = (one for one in self.state.bulk.operations if one.id == id)
        return next((self.bulk_view(one) for one in found), None)

    def bulkOperations(self, info: Any, reverse: bool = False, **arguments: Any) -> Any:
        # By default the newest come first; by a sort key the oldest do, unless reversed.
        found = self.state.bulk.operations[:: -1 if reverse else 1]
        return connection(found, self.bulk_view)(info, **arguments)

    def bulk_view(self, operation: BulkOperation) -> Any:
        return {
            "id": operation.id,
            "status": operation.status,
            "errorCode": operation.error,
            "createdAt": time(operation.created_at),
            "query": operation.query,
            "url": None if operation.partial else operation.url,
            "partialDataUrl": operation.url if operation.partial else None,
            "fileSize": None if operation.file is None else str(len(operation.file)),
        }

    def webhookSubscriptions(self, info: Any, uri: str | None = None, **arguments: Any) -> Any:
        found = [s for s in self.state.subscriptions if uri is None or s.uri == uri]
        return connection(
            found,
            lambda one: {
                "id": one.id,
                "topic": one.topic,
                "uri": one.uri,
            },
        )(info, **arguments)

    def variant_view(self, variant: Variant) -> Any:
        twins = sum(v.sku == variant.sku for v in self.state.variants if variant.sku) - 1

        def level(_: Any, locationId: str, includeInactive: bool = False) -> Any:
            units = self.state.available.get((variant.item_id, locationId))
            if units is None:
                return None
            return {
                "isActive": True,
                "quantities": lambda _, names: [{"name": n, "quantity": units} for n in names],
            }

        return {
            "__typename": "ProductVariant",
            "id": variant.id,
            "sku": variant.sku,
            "displayName": variant.title,
            "updatedAt": time(variant.updated_at),
            "requiresComponents": variant.requires_components,
            "inventoryItem": {
                "id": variant.item_id,
                "tracked": variant.tracked,
                "requiresShipping": variant.requires_shipping,
                "duplicateSkuCount": max(twins, 0),
                "inventoryLevel": level,
            },
        }

    def order_view(self, order: Order) -> Any:
        address = order.address
        return {
            "__typename": "Order",
            "id": order.id,
            # The merchant may format it as he likes.
            "name": f"#{order.number % 10_000}",
            "updatedAt": time(order.updated_at),
            "processedAt": time(order.processed_at),
            "cancelledAt": time(order.cancelled_at) if order.cancelled_at else None,
            "test": order.test,
            "displayFinancialStatus": order.financial_status,
            "risk": {"recommendation": order.risk},
            "currencyCode": "USD",
            "presentmentCurrencyCode": order.presentment_currency,
            "refunds": lambda _, first=None: [
                self.refund_view(refund) for refund in order.refunds[:first]
            ],
            "transactions": lambda _, first=None: [
                {
                    "id": transaction.id,
                    "kind": transaction.kind,
                    "status": transaction.status,
                    "gateway": "sample",
                    "amountSet": money(transaction.amount),
                    "parentTransaction": {"id": transaction.parent.id}
                    if transaction.parent
                    else None,
                }
                for transaction in order.transactions[:first]
            ],
            "taxesIncluded": False,
            "totalShippingPriceSet": money("4.90"),
            "shippingAddress": lambda _: self._private(
                {"province": _province(address.region), "provinceCode": address.region}
                if address
                else None
            ),
            "returns": self.returns_view(order),
            "fulfillmentOrders": connection(order.works, self.work_view),
            "fulfillments": lambda _, first=None: [
                self.fulfillment_view(f) for f in order.fulfillments[:first]
            ],
        }

    def refund(self, _: Any, id: str) -> Any:
        found = [r for o in self.state.orders.values() for r in o.refunds if r.id == id]
        return self.refund_view(found[0]) if found else None

    def refund_view(self, refund: RefundMade) -> Any:
        shipping = [refund.shipping] if refund.shipping else []
        return {
            "id": refund.id,
            "note": refund.note,
            "totalRefundedSet": money(refund.amount),
            "refundLineItems": connection(
                refund.lines,
                lambda line: {
                    "quantity": line[1],
                    "lineItem": self.item_view(line[0]),
                    "subtotalSet": money(line[2]),
                    "totalTaxSet": money(line[3]),
                },
            ),
            "refundShippingLines": connection(
                shipping,
                lambda amount: {"subtotalAmountSet": money(amount), "taxAmountSet": money("0.00")},
            ),
        }

    def work_view(self, work: Work) -> Any:
        order = work.order
        return {
            "__typename": "FulfillmentOrder",
            "id": work.id,
            "orderId": order.id,
            "status": work.status,
            "requestStatus": work.request_status,
            "assignedLocation": {"location": {"id": work.location}},
            "deliveryMethod": {
                "methodType": work.method,
                "presentedName": order.shipping_method,
            },
            "destination": lambda _: self._private(_destination(order)),
            "fulfillmentHolds": [
                {
                    "id": f"gid://shopify/FulfillmentHold/{hold.number}",
                    "handle": hold.handle,
                    "heldByRequestingApp": hold.ours,
                    "reason": hold.reason,
                }
                for hold in work.holds
            ],
            "merchantRequests": connection(
                [work.cancellation_request] if work.cancellation_request else [],
                lambda number: {"id": f"gid://shopify/FulfillmentOrderMerchantRequest/{number}"},
            ),
            "lineItems": connection(work.lines, self.work_line_view),
        }

    def work_line_view(self, line: WorkLine) -> Any:
        return {
            "id": line.id,
            "remainingQuantity": line.remaining,
            "totalQuantity": line.total,
            "requiresShipping": line.item.requires_shipping,
            "lineItem": self.item_view(line.item),
        }

    def item_view(self, item: LineItem) -> Any:
        return {
            "id": item.id,
            "sku": item.sku,
            "quantity": item.quantity,
            "isGiftCard": item.is_gift_card,
            "discountedUnitPriceAfterAllDiscountsSet": money(item.price),
            "taxLines": [{"priceSet": money(item.tax)}],
        }

    def sold_view(self, order: Order, item: LineItem) -> Any:
        return {
            "__typename": "LineItem",
            **self.item_view(item),
            "currentQuantity": item.quantity - item.removed,
            "refundableQuantity": item.quantity - item.removed,
            "unfulfilledQuantity": unfulfilled(order, item),
        }

    def fulfillment_view(self, fulfillment: Fulfillment) -> Any:
        return {
            "id": fulfillment.id,
            "status": fulfillment.status,
            "trackingInfo": lambda _, first=None: [
                {"number": number, "company": fulfillment.company, "url": fulfillment.url}
                for number in fulfillment.numbers[:first]
            ],
            "events": connection(fulfillment.events, lambda event: {"status": event[0]}),
            "fulfillmentLineItems": connection(
                range(len(fulfillment.lines)),
                lambda place: {
                    "id": fulfillment.line_id(place),
                    "quantity": fulfillment.lines[place][1],
                    "lineItem": self.item_view(fulfillment.lines[place][0]),
                },
            ),
            "location": {"id": fulfillment.location},
        }

    def _private(self, value: Any) -> Any:
        if self.state.hides_customers:
            raise GraphQLError(
                "This app is not approved to access the field",
                extensions={"code": "ACCESS_DENIED"},
            )
        return value


def matches(query: str | None, **fields: Any) -> bool:
    """Shopify's search as far as it is used: terms by AND and OR; a SKU whatever its capitals.

    A term that it does not know would be left out with a warning; here it is a mistake.
    """
    if not query:
        return True
    return any(
        all(_matches(term.strip(), fields) for term in part.split(" AND "))
        for part in query.split(" OR ")
    )


def _matches(term: str, fields: dict[str, Any]) -> bool:
    found = re.fullmatch(r"(\w+):(>=|>|)(?:'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|(\S+))", term)
    if found is None or found[1] not in fields:
        raise GraphQLError(f"the search term {term!r} is not understood")
    value = next(part for part in found.groups()[2:] if part is not None)
    held = fields[found[1]]
    if isinstance(held, datetime):
        wanted = datetime.fromisoformat(value)
        held = held.replace(microsecond=0)
    elif isinstance(held, int):
        wanted = int(value)
    else:
        return bool(held.lower() == re.sub(r"\\(.)", r"\1", value).lower())
    return bool(held > wanted if found[2] == ">" else held >= wanted)


def unfulfilled(order: Order, item: LineItem) -> int:
    """Units that are still to be shipped, by whoever it may be."""
    return sum(line.remaining for work in order.works for line in work.lines if line.item is item)


def _province(code: str | None) -> str | None:
    return {"WA": "Washington", "CA": "California"}.get(code or "", code)


def _destination(order: Order) -> Any:
    address = order.address
    if address is None:
        return None
    first, _, last = address.name.partition(" ")
    return {
        "firstName": first,
        "lastName": last,
        "company": None,
        "address1": address.line1,
        "address2": address.line2,
        "city": address.city,
        "province": _province(address.region),
        "zip": address.postal_code,
        "countryCode": address.country,
        "phone": address.phone,
        "email": address.email,
    }
