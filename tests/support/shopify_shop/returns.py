"""Returns of a shop: asked for by buyers and the merchant, approved, labelled, come back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shopify_shop.answers import DONE, connection, refusal

if TYPE_CHECKING:
    from shopify_shop.state import Fulfillment, LineItem, Order, ShopState


@dataclass
class ReturnedItem:
    number: int
    fulfillment: Fulfillment
    place: int
    quantity: int
    reason: str
    reason_note: str = ""
    customer_note: str | None = None
    processed: int = 0

    @property
    def id(self) -> str:
        return f"gid://shopify/ReturnLineItem/{self.number}"

    @property
    def reverse_id(self) -> str:
        return f"gid://shopify/ReverseFulfillmentOrderLineItem/{self.number}"

    @property
    def item(self) -> LineItem:
        return self.fulfillment.lines[self.place][0]

    @property
    def left(self) -> int:
        return self.quantity - self.processed


@dataclass
class Return:
    number: int
    order: Order
    items: list[ReturnedItem]
    status: str
    told: list[str] = field(default_factory=list)
    """What the app has said, as often as it did."""
    note: str = ""
    labels: list[tuple[str, str]] = field(default_factory=list)
    """Address of the label, and the reverse line that it is for."""

    @property
    def id(self) -> str:
        return f"gid://shopify/Return/{self.number}"

    @property
    def reverse_id(self) -> str:
        return f"gid://shopify/ReverseFulfillmentOrder/{self.number}"


class Returns:
    """All returns of a shop."""

    def __init__(self, state: ShopState) -> None:
        self.state = state
        self.all: list[Return] = []

    def of(self, order: Order) -> list[Return]:
        return [one for one in self.all if one.order is order]

    def find(self, id: str) -> Return | None:
        return next((one for one in self.all if one.id == id), None)

    def left(self, fulfillment: Fulfillment, place: int) -> int:
        """Units of a fulfilled line that may still be asked for."""
        asked = sum(
            item.quantity
            for one in self.all
            if one.status not in ("DECLINED", "CANCELED")
            for item in one.items
            if item.fulfillment is fulfillment and item.place == place
        )
        return fulfillment.lines[place][1] - asked

    def ask(
        self,
        order: Order,
        units: dict[str, int],
        reason: str = "UNWANTED",
        *,
        note: str | None = None,
        status: str = "REQUESTED",
    ) -> Return:
        """A buyer asks to send units (by SKU) back; with OPEN the merchant has said yes already."""
        items = []
        left = dict(units)
        for fulfillment in order.fulfillments:
            for place, (item, _) in enumerate(fulfillment.lines):
                count = min(left.get(item.sku or "", 0), self.left(fulfillment, place))
                if count > 0:
                    left[item.sku or ""] -= count
                    number = self.state.number()
                    items.append(ReturnedItem(number, fulfillment, place, count, reason, "", note))
        assert not any(left.values()), f"{left} have not left"
        made = Return(self.state.number(), order, items, status)
        self.all.append(made)
        return made

    def status_of(self, order: Order) -> str:
        """As the search has it. The order itself does not change by its returns."""
        statuses = {one.status for one in self.of(order)}
        if "REQUESTED" in statuses:
            return "return_requested"
        return "in_progress" if "OPEN" in statuses else "no_return"


class ReturnsRead:
    """The resolvers of queries about returns; mixed into the reader."""

    state: ShopState

    def returns_view(self, order: Order) -> Any:
        return connection(self.state.returns.of(order), self.return_view)

    def return_view(self, one: Return) -> Any:
        reverse = [] if one.status in ("REQUESTED", "DECLINED") else [one]
        return {
            "id": one.id,
            "status": one.status,
            "order": {"id": one.order.id},
            "returnLineItems": connection(one.items, self._item_view),
            "reverseFulfillmentOrders": connection(reverse, self._reverse_view),
        }

    def find_return(self, _: Any, id: str) -> Any:
        found = self.state.returns.find(id)
        return self.return_view(found) if found else None

    def returnableFulfillments(self, info: Any, orderId: str, **arguments: Any) -> Any:
        order = self.state.orders.get(orderId)
        made = [f for f in order.fulfillments if f.status == "SUCCESS"] if order else []
        return connection(made, self._returnable_view)(info, **arguments)

    def _returnable_view(self, fulfillment: Fulfillment) -> Any:
        left = [
            (place, units)
            for place in range(len(fulfillment.lines))
            if (units := self.state.returns.left(fulfillment, place)) > 0
        ]
        return {
            "id": f"gid://shopify/ReturnableFulfillment/{fulfillment.number}",
            "fulfillment": {"id": fulfillment.id, "location": {"id": fulfillment.location}},
            "returnableFulfillmentLineItems": connection(
                left,
                lambda one: {
                    "quantity": one[1],
                    "fulfillmentLineItem": _fulfilled(fulfillment, one[0]),
                },
            ),
        }

    def _item_view(self, item: ReturnedItem) -> Any:
        return {
            "__typename": "ReturnLineItem",
            "id": item.id,
            "quantity": item.quantity,
            "unprocessedQuantity": item.left,
            "processedQuantity": item.processed,
            "returnReason": item.reason,
            "returnReasonNote": item.reason_note,
            "customerNote": item.customer_note,
            "fulfillmentLineItem": _fulfilled(item.fulfillment, item.place),
        }

    def _reverse_view(self, one: Return) -> Any:
        return {
            "id": one.reverse_id,
            "lineItems": connection(
                one.items,
                lambda item: {
                    "id": item.reverse_id,
                    "fulfillmentLineItem": _fulfilled(item.fulfillment, item.place),
                },
            ),
            "reverseDeliveries": connection(
                range(len(one.labels)),
                lambda place: {"id": f"gid://shopify/ReverseDelivery/{one.number}{place:03}"},
            ),
        }


# A field that is called as no method can be.
setattr(ReturnsRead, "return", ReturnsRead.find_return)


class ReturnsWrite:
    """The resolvers of mutations of returns; mixed into the writer."""

    state: ShopState

    def returnApproveRequest(self, _: Any, input: Any) -> Any:
        found = self.state.returns.find(input["id"])
        if found is None or found.status != "REQUESTED":
            return refusal("Return is not requested", "INVALID_STATE", ["input", "id"])
        found.status = "OPEN"
        found.told.append("authorised")
        return DONE

    def returnDeclineRequest(self, _: Any, input: Any) -> Any:
        found = self.state.returns.find(input["id"])
        if found is None or found.status != "REQUESTED":
            return refusal("Return is not requested", "INVALID_STATE", ["input", "id"])
        if len(input.get("declineNote") or "") > 500:
            return refusal("Note is too long", "TOO_LONG", ["input", "declineNote"])
        found.status, found.note = "DECLINED", input.get("declineNote") or ""
        found.told.append("refused")
        return DONE

    def returnCreate(self, _: Any, returnInput: Any) -> Any:
        order = self.state.orders.get(returnInput["orderId"])
        if order is None:
            return refusal("Order not found", "NOT_FOUND", ["returnInput", "orderId"])
        items = []
        for row in returnInput["returnLineItems"]:
            place = _place(order, row["fulfillmentLineItemId"])
            if place is None or not 0 < row["quantity"] <= self.state.returns.left(*place):
                return refusal("Quantity is not returnable", "INVALID", ["returnInput"])
            note = row.get("returnReasonNote") or ""
            if len(note) > 255 or (row.get("returnReason") == "OTHER" and not note):
                return refusal("A note of up to 255 characters", "INVALID", ["returnInput"])
            number = self.state.number()
            items.append(ReturnedItem(number, *place, row["quantity"], row["returnReason"], note))
        made = Return(self.state.number(), order, items, "OPEN", ["authorised"])
        self.state.returns.all.append(made)
        return {"return": {"id": made.id}, "userErrors": []}

    def returnProcess(self, _: Any, input: Any) -> Any:
        found = self.state.returns.find(input["returnId"])
        if found is None or found.status != "OPEN":
            return refusal("Return is not open", "INVALID_STATE", ["input", "returnId"])
        items = {item.id: item for item in found.items}
        for row in input["returnLineItems"]:
            item = items.get(row["id"])
            if item is None or not 0 < row["quantity"] <= item.left:
                return refusal("Quantity can't be processed", "INVALID", ["input"])
            placed = 0
            for disposition in row.get("dispositions") or ():
                if disposition["reverseFulfillmentOrderLineItemId"] != item.reverse_id:
                    return refusal("Disposition of another item", "NOT_FOUND", ["input"])
                if disposition["dispositionType"] == "RESTOCKED":
                    return refusal("Restocked here and at Amazon: twice", "INVALID", ["input"])
                placed += disposition["quantity"]
            if placed != row["quantity"]:
                return refusal("Dispositions don't sum to the quantity", "INVALID", ["input"])
        for row in input["returnLineItems"]:
            items[row["id"]].processed += row["quantity"]
        found.told.append("received")
        return DONE

    def returnClose(self, _: Any, id: str) -> Any:
        found = self.state.returns.find(id)
        if found is None or found.status != "OPEN":
            return refusal("Return is not open", "INVALID_STATE", ["id"])
        found.status = "CLOSED"
        return DONE

    def reverseDeliveryCreateWithShipping(
        self,
        _: Any,
        reverseFulfillmentOrderId: str,
        reverseDeliveryLineItems: Any,
        labelInput: Any,
        **__: Any,
    ) -> Any:
        found = next(
            (r for r in self.state.returns.all if r.reverse_id == reverseFulfillmentOrderId), None
        )
        if found is None or found.status != "OPEN":
            return refusal("Reverse fulfillment order not found", "NOT_FOUND")
        (row,) = reverseDeliveryLineItems
        item = next(
            (i for i in found.items if i.reverse_id == row["reverseFulfillmentOrderLineItemId"]),
            None,
        )
        if item is None or sum(label[1] == item.reverse_id for label in found.labels) >= item.left:
            return refusal("More labels than units", "INVALID")
        found.labels.append((str(labelInput["fileUrl"]), item.reverse_id))
        return DONE


def _fulfilled(fulfillment: Fulfillment, place: int) -> Any:
    item, quantity = fulfillment.lines[place]
    return {
        "id": fulfillment.line_id(place),
        "quantity": quantity,
        "lineItem": {"id": item.id, "sku": item.sku},
    }


def _place(order: Order, id: str) -> tuple[Fulfillment, int] | None:
    for fulfillment in order.fulfillments:
        for place in range(len(fulfillment.lines)):
            if fulfillment.line_id(place) == id:
                return fulfillment, place
    return None
