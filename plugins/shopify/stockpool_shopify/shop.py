"""Reading orders from the shop, whole: pages of pages are put together here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import ValidationError

from stockpool.errors import RejectedError
from stockpool_shopify.answers import (
    FulfilledLine,
    FulfillmentHead,
    OrderWork,
    Page,
    UserError,
    Work,
    WorkLine,
)
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document

_ORDERS_A_CALL = 6
"""So many fit under Shopify's limit of 1,000 points a query."""

_FULFILLMENTS = (40, 250)
"""The list has no cursor; so many are asked for first, and then all there may be."""

ORDER = "gid://shopify/Order/"
"""How the ids of orders begin."""

WORK = "gid://shopify/FulfillmentOrder/"
"""How the ids of fulfillment orders begin."""

_WORKS_A_CALL = 100

_HIDDEN = ("destination", "shippingAddress")


@dataclass(slots=True)
class OrdersRead:
    """Orders as they are now.

    Attributes:
        at: when the first of them was read, by Shopify's clock; None: there are none.
        hidden: ids of those whose buyer is kept from us.
        unreadable: ids of those that are not as the schema promises, with the field.
    """

    orders: list[OrderWork] = field(default_factory=list)
    at: datetime | None = None
    hidden: set[str] = field(default_factory=set)
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def found(self) -> set[str]:
        """Ids of those that the shop has."""
        return {order.id for order in self.orders} | self.unreadable.keys()


@dataclass(frozen=True, slots=True)
class CancellationAsked:
    """A merchant asks a fulfillment service not to ship a fulfillment order."""

    request_id: str
    fulfillment_order_id: str
    order_id: str


class Shop:
    """One shop's orders and fulfillments."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def listed(
        self, time: Literal["created_at", "updated_at"], since: datetime, *, page: int = 100
    ) -> Iterator[tuple[Sequence[tuple[str, datetime]], bool]]:
        """Pages of ids and `updatedAt` of orders whose `time` is at or after `since`.

        The one whose change is the oldest comes first. Each page says whether another follows.
        """
        after: str | None = None
        while True:
            variables = {
                "query": f"{time}:>='{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'",
                "first": page,
                "after": after,
            }
            found = self._client.run(document("ChangedOrders"), variables).data["orders"]
            info = found["pageInfo"]
            yield (
                [(n["id"], datetime.fromisoformat(n["updatedAt"])) for n in found["nodes"]],
                info["hasNextPage"],
            )
            if not info["hasNextPage"]:
                return
            after = info["endCursor"]

    def asked(self, status: str, location: str) -> list[tuple[str, str]]:
        """Fulfillment orders at our service in this state of request, with their orders' ids."""
        asked: list[tuple[str, str]] = []
        after: str | None = None
        while True:
            variables = {"status": status, "location": location, "after": after}
            answer = self._client.run(document("RequestedWork"), variables)
            found = answer.data["assignedFulfillmentOrders"]
            asked += [(node["id"], node["orderId"]) for node in found["nodes"]]
            if not found["pageInfo"]["hasNextPage"]:
                return asked
            after = found["pageInfo"]["endCursor"]

    def asked_to_cancel(self, location: str) -> list[CancellationAsked]:
        """Requests to cancel at our service that were not answered yet."""
        asked: list[CancellationAsked] = []
        after: str | None = None
        while True:
            variables = {"location": location, "after": after}
            answer = self._client.run(document("CancellationRequests"), variables)
            found = answer.data["assignedFulfillmentOrders"]
            for node in found["nodes"]:
                requests = node["merchantRequests"]["nodes"]
                request = requests[0]["id"] if requests else node["id"]
                asked.append(CancellationAsked(request, node["id"], node["orderId"]))
            if not found["pageInfo"]["hasNextPage"]:
                return asked
            after = found["pageInfo"]["endCursor"]

    def orders(self, ids: Collection[str]) -> OrdersRead:
        """These orders with all of their fulfillment orders; those that are gone are left out."""
        wanted = list(ids)
        read = OrdersRead()
        for start in range(0, len(wanted), _ORDERS_A_CALL):
            some = wanted[start : start + _ORDERS_A_CALL]
            answer = self._client.run(document("OrderWork"), {"ids": some}, may_hide=_HIDDEN)
            read.at = read.at or answer.at
            read.hidden |= {
                some[path[1]]
                for path in answer.hidden
                if path[0] == "nodes" and isinstance(path[1], int)
            }
            for order_id, node in zip(some, answer.data["nodes"], strict=True):
                if not node:
                    continue
                try:
                    read.orders.append(self._whole(OrderWork.model_validate(node)))
                except ValidationError as error:
                    where = error.errors(include_url=False, include_input=False)[0]["loc"]
                    read.unreadable[order_id] = ".".join(map(str, where))
        return read

    def order(self, order_id: str) -> OrderWork:
        """One order.

        Raises:
            RejectedError: the shop has none of that id.
        """
        found = self.orders([order_id]).orders if order_id.startswith(ORDER) else []
        if not found:
            raise RejectedError("unknown_order", f"the shop has no readable order {order_id[:80]}")
        return found[0]

    def fulfillments(self, order_id: str) -> list[FulfillmentHead]:
        """What was shipped of an order. Shopify lists no more than 250."""
        found: list[FulfillmentHead] = []
        for first in _FULFILLMENTS:
            variables = {"id": order_id, "first": first}
            order = self._client.run(document("OrderFulfillments"), variables).data["order"]
            nodes = order["fulfillments"] if order else []
            found = [FulfillmentHead.model_validate(node) for node in nodes]
            if len(found) < first:
                break
        return found

    def units(self, fulfillment_id: str) -> dict[str, int]:
        """Units of each line item in a fulfillment."""
        units: dict[str, int] = {}
        after: str | None = None
        while True:
            variables = {"id": fulfillment_id, "after": after}
            found = self._client.run(document("FulfillmentLines"), variables).data["fulfillment"]
            page = Page[FulfilledLine].model_validate(found["fulfillmentLineItems"])
            for line in page.nodes:
                item = line.line_item.id
                units[item] = units.get(item, 0) + (line.quantity or 0)
            if page.after is None:
                return units
            after = page.after

    def status(self, fulfillment_order_ids: Sequence[str]) -> dict[str, str]:
        """The request status of fulfillment orders; those that are gone are left out."""
        found: dict[str, str] = {}
        for start in range(0, len(fulfillment_order_ids), _WORKS_A_CALL):
            some = list(fulfillment_order_ids[start : start + _WORKS_A_CALL])
            nodes = self._client.run(document("WorkStatus"), {"ids": some}).data["nodes"]
            found |= {node["id"]: node["requestStatus"] for node in nodes if node}
        return found

    def orders_of(self, fulfillment_order_ids: Sequence[str]) -> set[str]:
        """The ids of the orders that these fulfillment orders belong to; those gone have none."""
        found: set[str] = set()
        for start in range(0, len(fulfillment_order_ids), _WORKS_A_CALL):
            some = list(fulfillment_order_ids[start : start + _WORKS_A_CALL])
            nodes = self._client.run(document("OrdersOfWork"), {"ids": some}).data["nodes"]
            found |= {node["orderId"] for node in nodes if node}
        return found

    def change(self, name: str, field: str, variables: Mapping[str, Any]) -> list[UserError]:
        """Run a mutation; what Shopify says against it, nothing if it was done."""
        payload = self._client.run(document(name), variables).data[field]
        return [UserError.model_validate(error) for error in payload["userErrors"]]

    def _whole(self, order: OrderWork) -> OrderWork:
        works = [self._whole_work(work) for work in order.fulfillment_orders.nodes]
        after = order.fulfillment_orders.after
        while after is not None:
            variables = {"id": order.id, "after": after}
            answer = self._client.run(document("MoreOrderWork"), variables, may_hide=_HIDDEN)
            page = Page[Work].model_validate(answer.data["order"]["fulfillmentOrders"])
            works += [self._whole_work(work) for work in page.nodes]
            after = page.after
        whole = order.fulfillment_orders.model_copy(update={"nodes": tuple(works)})
        return order.model_copy(update={"fulfillment_orders": whole})

    def _whole_work(self, work: Work) -> Work:
        lines = list(work.line_items.nodes)
        after = work.line_items.after
        while after is not None:
            variables = {"id": work.id, "after": after}
            found = self._client.run(document("MoreWorkLines"), variables).data
            page = Page[WorkLine].model_validate(found["fulfillmentOrder"]["lineItems"])
            lines += page.nodes
            after = page.after
        whole = work.line_items.model_copy(update={"nodes": tuple(lines)})
        return work.model_copy(update={"line_items": whole})


def require_done(errors: Sequence[UserError], field: str) -> None:
    """Take it for a refusal if Shopify said something against a mutation."""
    if errors:
        words = "; ".join(error.message for error in errors)[:300]
        raise RejectedError(errors[0].code or field, words)
