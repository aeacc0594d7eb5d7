"""Returns out: what the network takes back, and what has come, as Shopify keeps it.

None of these mutations knows an idempotency key. So each is looked for before it is repeated: an
answer by the return's status, a return that we have made by the mark in its note, units that came
and labels by their counts before the call, which are noted first.

Nothing is restocked: what comes back is in the network's stock, which is told as stock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from stockpool.errors import RejectedError
from stockpool.plugins.channel import PushRefusal
from stockpool.plugins.channel_returns import ReturnUpdate
from stockpool_shopify.answers import UserError
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document
from stockpool_shopify.order_notes import OrderNotes, Returned
from stockpool_shopify.settings import ShopifySettings
from stockpool_shopify.shop import Shop, require_done
from stockpool_shopify.shop_returns import RETURN_MARK, ReturnState, ShopReturns

_REASON_LENGTH = 255
_DECLINE_LENGTH = 500


class ReturnsTold:
    """Tells the shop of goods that come back."""

    def __init__(
        self,
        client: Client,
        shop: Shop,
        returns: ShopReturns,
        notes: OrderNotes,
        settings: ShopifySettings,
    ) -> None:
        self._client = client
        self._shop = shop
        self._returns = returns
        self._notes = notes
        self._notify = settings.notify_customer

    def push(self, updates: Sequence[ReturnUpdate]) -> list[PushRefusal]:
        """Tell one after the other."""
        refusals: list[PushRefusal] = []
        for update in updates:
            try:
                self._tell(update)
            except RejectedError as error:
                refusals.append(PushRefusal(update.key, error))
        return refusals

    def _tell(self, update: ReturnUpdate) -> None:
        if update.outcome == "refused":
            self._decline(update)
            return
        units = Counter({line.line_id: line.quantity for line in update.lines})
        if not units.total():
            return
        known = [update.return_id] if update.return_id else self._made(update)
        found = [self._returns.one(one) for one in known]
        for one in found:
            self._approve(one)
        if update.return_id is None:
            found += self._created(update, units, found)
        for one in found:
            if update.outcome == "authorised":
                self._label(update, one)
            else:
                units -= self._process(update, one.id, units)

    def _created(
        self, update: ReturnUpdate, units: Counter[str], found: Sequence[ReturnState]
    ) -> list[ReturnState]:
        """A return of what nobody has asked for in Shopify, unless it is made."""
        there: Counter[str] = Counter()
        for one in found:
            there += _units(one, received=update.outcome == "received")
            there += Counter(self._notes.returned(one.id, update.key).units)
        missing = units - there
        return [self._returns.one(self._create(update, missing))] if missing else []

    def _decline(self, update: ReturnUpdate) -> None:
        if update.return_id is None:
            return
        found = self._returns.one(update.return_id)
        if found.status == "OPEN":
            raise RejectedError(
                "return_open",
                "the return is open in Shopify, and the network does not take the items back "
                f"({update.reason[:200]}): settle it with the customer, and close it in Shopify",
            )
        if found.status == "REQUESTED":
            said = {
                "id": found.id,
                "declineReason": "OTHER",
                "declineNote": update.reason[:_DECLINE_LENGTH],
                "notifyCustomer": self._notify,
            }
            self._change("DeclineReturn", "returnDeclineRequest", {"input": said})

    def _approve(self, found: ReturnState) -> None:
        if found.status == "REQUESTED":
            said = {"id": found.id, "notifyCustomer": self._notify}
            self._change("ApproveReturn", "returnApproveRequest", {"input": said})

    def _made(self, update: ReturnUpdate) -> list[str]:
        mark = f"{RETURN_MARK}{update.engine_return_id}:"
        return self._returns.made_by_us(update.channel_order_id, mark)

    def _create(self, update: ReturnUpdate, missing: Counter[str]) -> str:
        """Make a return of what nobody has asked for in Shopify."""
        lines: list[dict[str, Any]] = []
        for item in self._returns.returnable(update.channel_order_id):
            if units := min(missing[item.line_id], item.quantity):
                missing[item.line_id] -= units
                lines.append(
                    {
                        "fulfillmentLineItemId": item.fulfillment_line_id,
                        "quantity": units,
                        "returnReason": "OTHER",
                        "returnReasonNote": f"{RETURN_MARK}{update.engine_return_id}: "
                        f"{update.reason}"[:_REASON_LENGTH],
                    }
                )
        if not lines:
            raise RejectedError(
                "not_returnable",
                "Shopify lets none of these items of the order come back: they may be refunded, or "
                "in another return, already",
            )
        given = {"orderId": update.channel_order_id, "returnLineItems": lines}
        answer = self._client.run(document("CreateReturn"), {"input": given})
        payload = answer.data["returnCreate"]
        require_done([UserError.model_validate(e) for e in payload["userErrors"]], "returnCreate")
        return str(payload["return"]["id"])

    def _label(self, update: ReturnUpdate, found: ReturnState) -> None:
        """Hand over each label once, for one unit each."""
        pages = list(dict.fromkeys(update.label_pages))
        if not pages:
            return
        # What is to be taken back is there only since the return was approved.
        found = self._returns.one(found.id)
        places = list(_unit_places(update, found))
        there = found.deliveries
        for number, (page, (order, line)) in enumerate(zip(pages, places, strict=False)):
            mark = f"{update.key}/label/{number}"
            before = self._notes.returned(found.id, mark).before
            if before is not None and there > before:
                continue
            self._notes.note_returned(found.id, mark, Returned(there))
            variables = {
                "order": order,
                "lines": [{"reverseFulfillmentOrderLineItemId": line, "quantity": 1}],
                "label": {"fileUrl": page},
                "notify": self._notify,
            }
            self._change("LabelReturn", "reverseDeliveryCreateWithShipping", variables)
            there += 1
        if len(pages) > len(places):
            raise RejectedError(
                "labels_left",
                f"{len(pages) - len(places)} more labels than Shopify has places for: send them "
                "to the customer by hand (`stockpool returns show` has them)",
            )

    def _process(self, update: ReturnUpdate, return_id: str, units: Counter[str]) -> Counter[str]:
        """Confirm what has come, and close what has come whole; returns what is confirmed."""
        found = self._returns.one(return_id)
        told = self._notes.returned(return_id, update.key)
        if told.before is not None and found.processed > told.before:
            taken = Counter(told.units)
        else:
            taken, lines = _confirmed(found, units)
            if lines:
                note = Returned(found.processed, dict(taken))
                self._notes.note_returned(return_id, update.key, note)
                given = {
                    "returnId": return_id,
                    "returnLineItems": lines,
                    "notifyCustomer": self._notify,
                }
                self._change("ProcessReturn", "returnProcess", {"input": given})
                found = self._returns.one(return_id)
        if found.status == "OPEN" and not any(one.unprocessed_quantity for one in found.lines):
            self._change("CloseReturn", "returnClose", {"id": return_id})
        return taken

    def _change(self, name: str, field: str, variables: dict[str, Any]) -> None:
        require_done(self._shop.change(name, field, variables), field)


def _confirmed(
    found: ReturnState, units: Counter[str]
) -> tuple[Counter[str], list[dict[str, Any]]]:
    """Which of these units by line item a return can confirm, and how it is told. Pure."""
    taken: Counter[str] = Counter()
    lines: list[dict[str, Any]] = []
    reverse = found.reverse_lines
    for line in found.lines:
        fulfilled = line.fulfillment_line_item
        if fulfilled is None or fulfilled.id not in reverse:
            continue
        item = fulfilled.line_item.id
        count = min(units[item] - taken[item], line.unprocessed_quantity)
        if count > 0:
            taken[item] += count
            disposition = {
                "reverseFulfillmentOrderLineItemId": reverse[fulfilled.id][1],
                "quantity": count,
                "dispositionType": "NOT_RESTOCKED",
            }
            lines.append({"id": line.id, "quantity": count, "dispositions": [disposition]})
    return taken, lines


def _units(found: ReturnState, *, received: bool) -> Counter[str]:
    """Units by line item that a return is of, or that are still to come."""
    units: Counter[str] = Counter()
    for line in found.lines:
        if line.fulfillment_line_item is not None:
            count = line.unprocessed_quantity if received else line.quantity
            units[line.fulfillment_line_item.line_item.id] += count
    return units


def _unit_places(update: ReturnUpdate, found: ReturnState) -> Iterator[tuple[str, str]]:
    """For each unit that may come, the reverse fulfillment order and its line."""
    wanted = Counter({line.line_id: line.quantity for line in update.lines})
    reverse = found.reverse_lines
    for line in found.lines:
        if line.fulfillment_line_item is None:
            continue
        item = line.fulfillment_line_item
        units = min(wanted[item.line_item.id], line.quantity)
        wanted[item.line_item.id] -= units
        if item.id in reverse:
            yield from [reverse[item.id]] * units
