"""What the shop's database holds, and how its REST API reads and changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Document = dict[str, Any]


class Refused(Exception):
    """The API refuses: a status and WooCommerce's code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class ShopMemory:
    """Orders with notes and refunds, and products, each by its id."""

    orders: dict[int, Document] = field(default_factory=dict)
    notes: dict[int, list[Document]] = field(default_factory=dict)
    refunds: dict[int, list[Document]] = field(default_factory=dict)
    products: dict[int, Document] = field(default_factory=dict)
    last_id: int = 1000

    def new_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def order(self, number: str) -> Document:
        known = self.orders.get(int(number)) if number.isdigit() else None
        if known is None:
            raise Refused(404, "woocommerce_rest_shop_order_invalid_id")
        return known

    def touch(self, order: Document, at: datetime) -> None:
        order["date_modified_gmt"] = at.strftime("%Y-%m-%dT%H:%M:%S")

    def listed_orders(self, query: Mapping[str, str]) -> list[Document]:
        """By the second of the last change; both limits leave themselves out."""
        after, before = _moment(query["modified_after"]), _moment(query["modified_before"])
        found = [
            order
            for order in self.orders.values()
            if after < _moment(order["date_modified_gmt"]) < before
        ]
        return sorted(found, key=lambda order: order["date_modified_gmt"])

    def change_order(self, number: str, change: Mapping[str, Any], at: datetime) -> Document:
        """Meta data under a key that is there is replaced."""
        order = self.order(number)
        for entry in change.get("meta_data", ()):
            kept = [one for one in order["meta_data"] if one["key"] != entry["key"]]
            order["meta_data"] = [*kept, {"id": self.new_id(), **entry}]
        order["status"] = change.get("status", order["status"])
        self.touch(order, at)
        return order

    def add_note(self, number: str, note: Mapping[str, Any]) -> Document:
        made = {"id": self.new_id(), **note}
        self.notes.setdefault(self.order(number)["id"], []).append(made)
        return made

    def add_refund(self, number: str, wanted: Mapping[str, Any], at: datetime) -> Document:
        order = self.order(number)
        made: Document = {"id": self.new_id(), "line_items": [], "meta_data": [], **wanted}
        self.refunds.setdefault(order["id"], []).append(made)
        order["refunds"].append(
            {"id": made["id"], "reason": made["reason"], "total": f"-{made['amount']}"}
        )
        self.touch(order, at)
        return made

    def set_stock(self, changes: Sequence[Mapping[str, Any]]) -> Document:
        for change in changes:
            self.products[change["id"]] |= change
        return {"update": [self.products[change["id"]] for change in changes]}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
