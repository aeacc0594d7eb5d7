"""The shop behind the channel: `ShopMemory` behind HTTP, with all that can go wrong on the way.

Its addresses are answered by `responses`; what the channel sends goes through `requests` as ever.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
import responses

from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.money import Money
from stockpool.order_request import Address
from stockpool.plugins.channel import Channel, PluginContext
from stockpool.plugins.notes import MemoryNotes
from stockpool.testing import ChannelOperation, ChannelWorld, ToldParcel, WorldAbility
from stockpool_woocommerce.channel import WooCommerceChannel
from stockpool_woocommerce.conformance.shop_memory import Document, Refused, ShopMemory
from stockpool_woocommerce.settings import WooCommerceSettings

URL = "https://shop.example.com"
API = f"{URL}/wp-json/wc/v3"

Reply = tuple[int, Mapping[str, str], str]

_CALLS: Mapping[ChannelOperation, tuple[str, str]] = {
    "fetch_orders": ("GET", r"/orders$"),
    "fetch_listings": ("GET", r"/products$"),
    "push_tracking": ("PUT", r"/orders/\w+"),
    "push_refund": ("POST", r"/orders/\w+/refunds"),
    "push_availability": ("POST", r"/products/batch"),
}
"""The call of a method that a fault of the tests is about."""


class FakeShop(ChannelWorld):
    """A shop without orders and products."""

    name = "shop"
    abilities = frozenset(
        {
            WorldAbility.REOPEN,
            WorldAbility.THROTTLE,
            WorldAbility.FAIL_BEFORE_EFFECT,
            WorldAbility.FAIL_AFTER_EFFECT,
            WorldAbility.REFUND_BY_HAND,
            WorldAbility.SPOIL_AN_ORDER,
        }
    )
    orders_a_page = 3

    def __init__(self, folder: Path) -> None:
        self.memory = ShopMemory()
        self.clock = ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
        self._folder = folder
        self._notes = MemoryNotes()
        self._faults: list[tuple[str, str, str]] = []
        self._answers = responses.RequestsMock(assert_all_requests_are_fired=False)

    def __enter__(self) -> Self:
        self._answers.start()
        for method in ("GET", "PUT", "POST"):
            self._answers.add_callback(method, re.compile(f"{API}/.*"), self._answer)
        self._channel = self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._channel.close()
        self._answers.stop(allow_assert=False)

    def channel(self) -> Channel:
        return self._channel

    def reopened(self) -> Channel:
        return self._open()

    def place_order(self, units: Mapping[str, int], ship_to: Address) -> str:
        return str(self.place(dict(units), ship_to)["id"])

    def place_spoiled_order(self, ship_to: Address) -> None:
        self.place({"mug": "a few"}, ship_to)

    def throttle_next(self, operation: ChannelOperation) -> None:
        self._faults.append((*_CALLS[operation], "throttled"))

    def fail_before_effect_next(self, operation: ChannelOperation) -> None:
        self._faults.append((*_CALLS[operation], "before"))

    def fail_after_effect_next(self, operation: ChannelOperation) -> None:
        self._faults.append((*_CALLS[operation], "after"))

    def told_parcels(self, channel_order_id: str) -> Sequence[ToldParcel]:
        order = self.memory.order(channel_order_id)
        skus = {str(line["id"]): line["sku"] for line in order["line_items"]}
        return [
            ToldParcel(
                entry["value"]["tracking_number"],
                {skus[line]: units for line, units in entry["value"]["lines"].items()},
            )
            for entry in order["meta_data"]
            if entry["key"].startswith("_stockpool_parcel_")
        ]

    def told_refunds(self, channel_order_id: str) -> Sequence[Money]:
        order = self.memory.order(channel_order_id)
        given = self.memory.refunds.get(order["id"], [])
        return [Money.parse(str(one["amount"]), order["currency"]) for one in given]

    def refund_by_hand(self, channel_order_id: str, amount: str, currency: str) -> str:
        wanted = {"amount": amount, "reason": "a scratch"}
        made = self.memory.add_refund(channel_order_id, wanted, self._passing())
        return str(made["id"])

    def told_availability(self) -> Mapping[str, int]:
        return {
            one["sku"]: one["stock_quantity"]
            for one in self.memory.products.values()
            if one["stock_quantity"] is not None
        }

    def list_for_sale(self, channel_sku: str) -> None:
        number = self.memory.new_id()
        self.memory.products[number] = {
            "id": number,
            "type": "simple",
            "sku": channel_sku,
            "name": channel_sku.title(),
            "manage_stock": False,
            "stock_quantity": None,
        }

    def webhook(self) -> tuple[Mapping[str, str], bytes]:
        body = json.dumps({"id": 1001, "status": "processing"}).encode()
        secret = b"WOOCOMMERCE_WEBHOOKS of the tests"
        signed = base64.b64encode(hmac.new(secret, body, sha256).digest()).decode()
        headers = {
            "X-WC-Webhook-Signature": signed,
            "X-WC-Webhook-Topic": "order.updated",
            "X-WC-Webhook-Delivery-ID": "8a1f",
        }
        return headers, body

    def place(self, units: Mapping[str, Any], ship_to: Address, **members: Any) -> Document:
        """A paid order; `members` take the place of its own."""
        number, at = self.memory.new_id(), self._passing()
        first, _, last = ship_to.name.partition(" ")
        address = {
            "first_name": first,
            "last_name": last,
            "company": "",
            "address_1": ship_to.line1,
            "address_2": ship_to.line2 or "",
            "city": ship_to.city,
            "state": ship_to.region,
            "postcode": ship_to.postal_code,
            "country": ship_to.country,
        }
        order: Document = {
            "id": number,
            "status": "processing",
            "currency": "USD",
            "date_created_gmt": at.strftime("%Y-%m-%dT%H:%M:%S"),
            "shipping_total": "4.00",
            "shipping_tax": "0.32",
            "shipping": address,
            "billing": {**address, "email": ship_to.email, "phone": ship_to.phone},
            "line_items": [
                {
                    "id": self.memory.new_id(),
                    "sku": sku,
                    "quantity": quantity,
                    "total": f"{9.5 * quantity:.2f}" if isinstance(quantity, int) else "9.50",
                    "total_tax": "0.76",
                }
                for sku, quantity in units.items()
            ],
            "refunds": [],
            "meta_data": [],
            **members,
        }
        self.memory.touch(order, at)
        self.memory.orders[number] = order
        return order

    def _passing(self) -> datetime:
        """Now; and then some seconds pass, so that this second is over when it is read."""
        now = self.clock.now()
        self.clock.advance(5)
        return now

    def _open(self) -> WooCommerceChannel:
        settings = WooCommerceSettings(
            url=URL,
            page_orders=self.orders_a_page,
            webhook_secret_variable="WOOCOMMERCE_WEBHOOKS",
        )
        context = PluginContext(self.name, self.clock, IdSource(1), self._folder, notes=self._notes)
        return WooCommerceChannel(settings, context)

    def _answer(self, request: requests.PreparedRequest) -> Reply:
        path = request.path_url.removeprefix("/wp-json/wc/v3").partition("?")[0]
        fault = self._fault(request.method or "", path)
        if fault == "throttled":
            return 429, {"Retry-After": "2"}, "{}"
        if fault == "before":
            raise requests.ConnectTimeout("no connection")
        query: Mapping[str, str] = request.params  # type: ignore[attr-defined]  # of `responses`
        body = json.loads(request.body or b"null")
        try:
            found = self._act(request.method or "", path, query, body)
        except Refused as refusal:
            return refusal.status, {}, json.dumps({"code": refusal.code, "message": "no"})
        if fault == "after":
            raise requests.ReadTimeout("no answer")
        if not isinstance(found, list):
            return 200, {}, json.dumps(found)
        size, number = int(query.get("per_page", "10")), int(query.get("page", "1"))
        pages = max(-(-len(found) // size), 1)
        part = found[(number - 1) * size : number * size]
        return 200, {"X-WP-TotalPages": str(pages)}, json.dumps(part)

    def _fault(self, method: str, path: str) -> str | None:
        for place, (wanted, pattern, fault) in enumerate(self._faults):
            if wanted == method and re.fullmatch(pattern, path):
                del self._faults[place]
                return fault
        return None

    def _act(
        self, method: str, path: str, query: Mapping[str, str], body: Any
    ) -> Document | list[Document]:
        memory = self.memory
        routes: list[tuple[str, str, Callable[..., Document | list[Document]]]] = [
            ("GET", r"/orders", lambda: self._orders(query)),
            ("GET", r"/orders/(\S+)/notes", lambda n: memory.notes.get(memory.order(n)["id"], [])),
            ("GET", r"/orders/(\S+)/refunds", self._refunds),
            ("GET", r"/orders/([^/]+)", memory.order),
            ("PUT", r"/orders/([^/]+)", lambda n: memory.change_order(n, body, self._passing())),
            ("POST", r"/orders/(\S+)/notes", lambda n: memory.add_note(n, body)),
            ("POST", r"/orders/(\S+)/refunds", self._refunding(body)),
            ("GET", r"/products", lambda: self._products(query)),
            ("POST", r"/products/batch", lambda: memory.set_stock(body["update"])),
        ]
        for wanted, pattern, act in routes:
            match = re.fullmatch(pattern, path)
            if wanted == method and match is not None:
                return act(*match.groups())
        raise Refused(404, "rest_no_route")

    def _orders(self, query: Mapping[str, str]) -> list[Document]:
        if "modified_after" not in query:
            return list(self.memory.orders.values())
        return self.memory.listed_orders(query)

    def _refunds(self, number: str) -> list[Document]:
        return self.memory.refunds.get(self.memory.order(number)["id"], [])

    def _refunding(self, body: Any) -> Callable[[str], Document]:
        return lambda number: self.memory.add_refund(number, body, self._passing())

    def _products(self, query: Mapping[str, str]) -> list[Document]:
        return [
            one
            for one in self.memory.products.values()
            if "sku" not in query or one["sku"] == query["sku"]
        ]
