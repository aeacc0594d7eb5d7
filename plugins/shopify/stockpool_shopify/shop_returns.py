"""Reading a shop's returns, and what they may be made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic

from pydantic import Field

from stockpool.errors import RejectedError
from stockpool_shopify.answers import Answered, Node, Page
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document
from stockpool_shopify.shop import ORDER, Shop

RETURN_MARK = "stockpool return "
"""Begins the note of what is returned in a return that we have made."""

_UNDER_WAY = "return_status:return_requested OR return_status:in_progress"


class _Item(Answered):
    id: str
    sku: str | None = None


class _Fulfilled(Answered):
    id: str
    line_item: _Item


class ReturnedLine(Answered):
    """Units of a line item in a return. `fulfillment_line_item`: None if no item was named."""

    id: str
    quantity: int
    unprocessed_quantity: int
    processed_quantity: int
    return_reason: str
    return_reason_note: str = Field(repr=False)
    customer_note: str | None = Field(repr=False)
    fulfillment_line_item: _Fulfilled | None = None


class _Id(Answered):
    id: str


class _ReverseLine(Answered):
    id: str
    fulfillment_line_item: _Id | None


class _Nodes(Answered, Generic[Node]):
    nodes: tuple[Node, ...]


class ReverseOrder(Answered):
    """The work of taking a return's items back."""

    id: str
    line_items: _Nodes[_ReverseLine]
    reverse_deliveries: _Nodes[_Id]


class ReturnState(Answered):
    """A return as it is now."""

    id: str
    status: str
    order: _Id
    return_line_items: Page[ReturnedLine]
    reverse_fulfillment_orders: _Nodes[ReverseOrder]

    @property
    def lines(self) -> tuple[ReturnedLine, ...]:
        return self.return_line_items.nodes

    @property
    def processed(self) -> int:
        """Units that were told to have come back."""
        return sum(line.processed_quantity for line in self.lines)

    @property
    def is_ours(self) -> bool:
        """Whether we have made it."""
        return any(line.return_reason_note.startswith(RETURN_MARK) for line in self.lines)

    @property
    def reverse_lines(self) -> dict[str, tuple[str, str]]:
        """Reverse fulfillment order and its line, by the id of the fulfilled line."""
        return {
            line.fulfillment_line_item.id: (order.id, line.id)
            for order in self.reverse_fulfillment_orders.nodes
            for line in order.line_items.nodes
            if line.fulfillment_line_item is not None
        }

    @property
    def deliveries(self) -> int:
        """How many labels were made."""
        orders = self.reverse_fulfillment_orders.nodes
        return sum(len(order.reverse_deliveries.nodes) for order in orders)


@dataclass(frozen=True, slots=True)
class Returnable:
    """Units of a line item in a fulfillment that may still come back."""

    fulfillment_line_id: str
    line_id: str
    quantity: int


class ShopReturns:
    """The returns of one shop."""

    def __init__(self, client: Client, shop: Shop, location: str) -> None:
        self._client = client
        self._shop = shop
        self._location = location

    def under_way(self) -> Iterator[tuple[str, str]]:
        """Order and return of each that is asked for or open.

        An order with more than twenty returns shows the first twenty.
        """
        after: str | None = None
        while True:
            variables = {"query": _UNDER_WAY, "after": after}
            found = self._client.run(document("ReturnsUnderWay"), variables).data["orders"]
            for order in found["nodes"]:
                for one in order["returns"]["nodes"]:
                    if one["status"] in ("REQUESTED", "OPEN"):
                        yield order["id"], one["id"]
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]

    def one(self, return_id: str) -> ReturnState:
        """A return.

        Raises:
            RejectedError: the shop has none of that id, or one of more than a hundred lines.
        """
        answer = self._client.run(document("OneReturn"), {"id": return_id})
        if answer.data["return"] is None:
            raise RejectedError("unknown_return", f"the shop has no return {return_id[:80]}")
        found = ReturnState.model_validate(answer.data["return"])
        if found.return_line_items.after is not None:
            raise RejectedError("return_too_long", "a return of more than 100 lines: by hand")
        return found

    def made_by_us(self, order_id: str, mark: str) -> list[str]:
        """Ids of the returns of an order whose note begins with a mark."""
        found = self._client.run(document("OrderReturns"), {"id": order_id}).data["order"]
        return [
            one["id"]
            for one in (found["returns"]["nodes"] if found else ())
            if any(
                line["returnReasonNote"].startswith(mark)
                for line in one["returnLineItems"]["nodes"]
            )
        ]

    def left_our_location(self, order_id: str) -> set[str]:
        """Ids of the fulfilled lines of an order that left our location."""
        found: set[str] = set()
        for head in self._shop.fulfillments(order_id):
            after: str | None = None
            while True:
                variables = {"id": head.id, "after": after}
                one = self._client.run(document("FulfilledFrom"), variables).data["fulfillment"]
                if (one["location"] or {}).get("id") != self._location:
                    break
                page = Page[_Id].model_validate(one["fulfillmentLineItems"])
                found |= {line.id for line in page.nodes}
                if page.after is None:
                    break
                after = page.after
        return found

    def returnable(self, order_id: str) -> Iterator[Returnable]:
        """What left our location and may still come back."""
        after: str | None = None
        while order_id.startswith(ORDER):
            variables = {"id": order_id, "after": after}
            answer = self._client.run(document("Returnable"), variables)
            found = answer.data["returnableFulfillments"]
            for node in found["nodes"]:
                if (node["fulfillment"]["location"] or {}).get("id") != self._location:
                    continue
                for line in node["returnableFulfillmentLineItems"]["nodes"]:
                    item = line["fulfillmentLineItem"]
                    yield Returnable(item["id"], item["lineItem"]["id"], line["quantity"])
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]
