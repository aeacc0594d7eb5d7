"""Changing a shop, with the refusals that Shopify gives as `userErrors`."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from shopify_shop.answers import DONE, refusal
from shopify_shop.bulk import RUNNING_MOST, BulkOperation, wrong_with
from shopify_shop.queries import time, unfulfilled
from shopify_shop.returns import ReturnsWrite
from shopify_shop.state import (
    Fulfillment,
    RefundMade,
    ShopState,
    Subscription,
    Transaction,
    Work,
    WorkLine,
)

_SHIPPABLE = ("OPEN", "IN_PROGRESS")


class Writer(ReturnsWrite):
    """The resolvers of all mutations."""

    def __init__(self, state: ShopState) -> None:
        self.state = state
        self._answers: dict[str, tuple[str, Any]] = {}
        """What was answered to an idempotency key, with the input it was asked with."""

    def once(self, key: str | None, given: Any, work: Any) -> Any:
        """Do a thing once for a key; a repeat has the first answer, other input is refused."""
        said = json.dumps(given, sort_keys=True)
        assert key is not None
        if key in self._answers:
            before, answer = self._answers[key]
            if before != said:
                code = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
                return refusal("The same key was used with other parameters", code)
            return answer
        answer = work()
        self._answers[key] = (said, answer)
        return answer

    def fulfillmentCreate(self, _: Any, fulfillment: Any, message: str | None = None) -> Any:
        shares: list[tuple[WorkLine, int]] = []
        works = [
            self._work(row["fulfillmentOrderId"])
            for row in fulfillment["lineItemsByFulfillmentOrder"]
        ]
        if not works or any(work is None for work in works):
            return refusal("Fulfillment order does not exist.")
        found = [work for work in works if work is not None]
        if len({(work.order.id, work.location) for work in found}) > 1:
            return refusal("All fulfillment orders must have the same order and location")
        for work, row in zip(found, fulfillment["lineItemsByFulfillmentOrder"], strict=True):
            if work.status not in _SHIPPABLE:
                return refusal(f"Fulfillment order {work.number} has an unfulfillable status")
            if work.request_status in ("SUBMITTED", "CANCELLATION_REQUESTED"):
                return refusal("The fulfillment request has not been answered")
            lines = {line.id: line for line in work.lines}
            given = row.get("fulfillmentOrderLineItems")
            if not given:
                given = [{"id": line.id, "quantity": line.remaining} for line in work.lines]
            for entry in given:
                line = lines.get(entry["id"])
                if line is None or not 0 < entry["quantity"] <= line.remaining:
                    return refusal("Invalid fulfillment order line item quantity requested.")
                shares.append((line, entry["quantity"]))
        tracking = fulfillment.get("trackingInfo") or {}
        numbers = tracking.get("numbers") or [tracking["number"]]
        made = self.state.fulfill(
            found[0].order,
            shares,
            company=tracking.get("company"),
            numbers=numbers,
            url=str(tracking["url"]) if tracking.get("url") else None,
            notified=fulfillment["notifyCustomer"],
        )
        return {"fulfillment": {"id": made.id}, "userErrors": []}

    def fulfillmentTrackingInfoUpdate(
        self, _: Any, fulfillmentId: str, trackingInfoInput: Any, notifyCustomer: bool = False
    ) -> Any:
        """Replaces the whole set; what is not given is gone."""
        found = self._fulfillment(fulfillmentId)
        if found is None or found.status != "SUCCESS":
            return refusal("Fulfillment does not exist", None, ["fulfillmentId"])
        given = trackingInfoInput
        if "number" in given and "numbers" in given:
            return refusal("Either number or numbers", None, ["trackingInfoInput"])
        found.numbers = given.get("numbers") or [given["number"]]
        found.company = given.get("company")
        found.url = str(given["url"]) if given.get("url") else None
        found.notified |= notifyCustomer
        return DONE

    def bulkOperationRunQuery(self, info: Any, query: str, groupObjects: bool) -> Any:
        if wrong := wrong_with(query, info.context["version"]):
            return refusal(wrong, "INVALID", ["query"])
        runner = self.state.bulk
        if len(runner.running()) >= RUNNING_MOST:
            return refusal("Bulk operations limit reached", "LIMIT_REACHED")
        made = BulkOperation(self.state.number(), query, self.state.clock.now())
        runner.operations.append(made)
        operation = {"id": made.id, "createdAt": time(made.created_at)}
        return {"bulkOperation": operation, "userErrors": []}

    def webhookSubscriptionCreate(self, _: Any, topic: str, webhookSubscription: Any) -> Any:
        uri = webhookSubscription["uri"]
        if not uri.startswith("https://"):
            return refusal("Address protocol http:// is not supported", None, ["uri"])
        if any((s.topic, s.uri) == (topic, uri) for s in self.state.subscriptions):
            return refusal("Address for this topic has already been taken", None, ["uri"])
        made = Subscription(self.state.number(), topic, uri)
        self.state.subscriptions.append(made)
        return DONE

    def webhookSubscriptionDelete(self, _: Any, id: str) -> Any:
        found = [s for s in self.state.subscriptions if s.id == id]
        if not found:
            return refusal("Webhook subscription does not exist", None, ["id"])
        self.state.subscriptions.remove(found[0])
        return DONE

    def fulfillmentEventCreate(self, _: Any, fulfillmentEvent: Any) -> Any:
        found = self._fulfillment(fulfillmentEvent["fulfillmentId"])
        if found is None or found.status != "SUCCESS":
            return refusal("Fulfillment does not exist")
        found.events.append((fulfillmentEvent["status"], fulfillmentEvent["happenedAt"]))
        return DONE

    def fulfillmentOrderHold(self, _: Any, id: str, fulfillmentHold: Any) -> Any:
        work = self._work(id)
        if work is None:
            return refusal("does not exist", "FULFILLMENT_ORDER_NOT_FOUND", ["id"])
        handle = fulfillmentHold["handle"]
        if any(hold.handle == handle and hold.ours for hold in work.holds):
            return refusal("handle is taken", "DUPLICATE_FULFILLMENT_HOLD_HANDLE")
        units = {e["id"]: e["quantity"] for e in fulfillmentHold["fulfillmentOrderLineItems"]}
        left = {line.id: line.remaining for line in work.lines}
        if any(not 0 < units[line] <= left.get(line, 0) for line in units):
            return refusal("quantity is not there", "INVALID_LINE_ITEM_QUANTITY")
        held = work
        if units and units != {line: n for line, n in left.items() if n}:
            if work.holds:
                return refusal("is on hold already", "FULFILLMENT_ORDER_NOT_SPLITTABLE")
            # The rest stays open under another id.
            kept = {line: n - units.get(line, 0) for line, n in left.items()}
            self.state.split(work, {line: n for line, n in kept.items() if n})
        self.state.hold(held, handle, fulfillmentHold["reason"], ours=True)
        return DONE

    def fulfillmentOrderAcceptFulfillmentRequest(self, _: Any, id: str, **__: Any) -> Any:
        return self._answer(id, "SUBMITTED", "ACCEPTED", "IN_PROGRESS")

    def fulfillmentOrderRejectFulfillmentRequest(self, _: Any, id: str, **__: Any) -> Any:
        return self._answer(id, "SUBMITTED", "REJECTED", "OPEN")

    def fulfillmentOrderAcceptCancellationRequest(self, _: Any, id: str, **__: Any) -> Any:
        return self._answer(id, "CANCELLATION_REQUESTED", "CANCELLATION_ACCEPTED", "CANCELLED")

    def fulfillmentOrderRejectCancellationRequest(
        self, _: Any, id: str, message: str | None = None
    ) -> Any:
        work = self._work(id)
        if work is not None:
            work.answer = message
        return self._answer(id, "CANCELLATION_REQUESTED", "CANCELLATION_REJECTED", "IN_PROGRESS")

    def fulfillmentOrderClose(self, _: Any, id: str, **__: Any) -> Any:
        work = self._work(id)
        if work is None or work.status != "IN_PROGRESS":
            return refusal("Fulfillment order's assigned fulfillment service must be in progress")
        work.status = "INCOMPLETE"
        work.request_status = "CLOSED"
        self.state.touch(work.order)
        return DONE

    def inventorySetQuantities(self, info: Any, input: Any) -> Any:
        return self.once(info.context["key"], input, lambda: self._set_quantities(input))

    def inventoryActivate(
        self,
        info: Any,
        inventoryItemId: str,
        locationId: str,
        available: int | None = None,
        **_: Any,
    ) -> Any:
        def work() -> Any:
            level = (inventoryItemId, locationId)
            if level in self.state.available:
                return refusal("Not allowed to set available quantity when it is active")
            if not any(v.item_id == inventoryItemId for v in self.state.variants):
                return refusal("Couldn't find the inventory item")
            self.state.available[level] = available or 0
            return DONE

        return self.once(info.context["key"], [inventoryItemId, locationId, available], work)

    def refundCreate(self, info: Any, input: Any) -> Any:
        return self.once(info.context["key"], input, lambda: self._refund(input))

    def forget_keys(self) -> None:
        """A day has passed."""
        self._answers.clear()

    def _refund(self, given: Any) -> Any:
        order = self.state.orders.get(given["orderId"])
        if order is None:
            return refusal("Order does not exist")
        payments = {transaction.id: transaction for transaction in order.transactions}
        made = []
        for row in given["transactions"]:
            payment = payments.get(row["parentId"])
            if payment is None or row["kind"] != "REFUND":
                return refusal("Transaction parent is invalid")
            gone = sum((t.amount for t in order.transactions if t.parent is payment), Decimal(0))
            if Decimal(row["amount"]) + gone > payment.amount:
                return refusal("Refund amount is greater than the refundable amount")
            number = self.state.number()
            made.append(Transaction(number, "REFUND", Decimal(row["amount"]), payment))
        lines = []
        for row in given.get("refundLineItems") or ():
            item = next((one for one in order.items if one.id == row["lineItemId"]), None)
            if item is None or not 0 < row["quantity"] <= item.quantity - item.removed:
                return refusal("Quantity cannot refund more items than were purchased")
            if row["restockType"] == "CANCEL":
                if row["quantity"] > unfulfilled(order, item) or not row.get("locationId"):
                    return refusal("Location is required, and the items must be unfulfilled")
            elif row["restockType"] != "NO_RESTOCK":
                return refusal("Nothing comes back to this shop")
            lines.append((item, row))
        for item, row in lines:
            if row["restockType"] == "CANCEL":
                self.state.drop(order, item, row["quantity"])
                assert item.variant is not None
                self.state.available[item.variant.item_id, row["locationId"]] += row["quantity"]
            else:
                item.removed += row["quantity"]
        order.transactions += made
        number = self.state.number()
        amount = sum((Decimal(row["amount"]) for row in given["transactions"]), Decimal(0))
        named = [(i, r["quantity"], i.price * r["quantity"], i.tax) for i, r in lines]
        order.refunds.append(RefundMade(number, given["note"], amount, named))
        order.financial_status = "PARTIALLY_REFUNDED"
        self.state.touch(order)
        return {"refund": {"id": f"gid://shopify/Refund/{number}"}, "userErrors": []}

    def _set_quantities(self, given: Any) -> Any:
        rows = given["quantities"]
        for index, row in enumerate(rows):
            field = ["input", "quantities", str(index)]
            level = (row["inventoryItemId"], row["locationId"])
            if row["quantity"] < 0:
                return refusal("can't be negative", "INVALID_QUANTITY_NEGATIVE", field)
            if level not in self.state.available:
                return refusal("The item is not stocked there", "INVALID_LOCATION", field)
            expected = row["changeFromQuantity"]
            if expected is not None and self.state.available[level] != expected:
                return refusal("has changed", "CHANGE_FROM_QUANTITY_STALE", field)
        for row in rows:
            self.state.available[row["inventoryItemId"], row["locationId"]] = row["quantity"]
        return DONE

    def _answer(self, id: str, asked: str, answered: str, status: str) -> Any:
        work = self._work(id)
        if work is None or work.request_status != asked:
            return refusal(f"Cannot answer the request of fulfillment order {id}")
        work.request_status = answered
        work.status = status
        self.state.touch(work.order)
        return DONE

    def _fulfillment(self, id: str) -> Fulfillment | None:
        made = (one for order in self.state.orders.values() for one in order.fulfillments)
        return next((one for one in made if one.id == id), None)

    def _work(self, id: str) -> Work | None:
        works = (work for order in self.state.orders.values() for work in order.works)
        return next((work for work in works if work.id == id), None)
