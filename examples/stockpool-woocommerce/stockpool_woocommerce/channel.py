"""The channel: reads orders from the shop, and tells it stock, parcels and refunds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from stockpool.errors import RejectedError
from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import (
    AvailabilityUpdate,
    Channel,
    ChannelCancellation,
    ChannelCapability,
    ChannelRefund,
    ListingPage,
    OrderPage,
    OrderProblem,
    PluginContext,
    PushRefusal,
    RefundUpdate,
    TrackingUpdate,
    WebhookHint,
)
from stockpool.problems import Problem
from stockpool_woocommerce import products, webhooks
from stockpool_woocommerce.client import WooCommerceClient
from stockpool_woocommerce.orders import KEY_OF_OURS, UnreadableOrder, order_request, refund
from stockpool_woocommerce.reading import Position, changes
from stockpool_woocommerce.settings import WooCommerceSettings, secret

_PARCEL = "_stockpool_parcel_"
"""A parcel is kept with its order under this and the engine's key, so a repeat changes nothing."""

_Update = TypeVar("_Update", TrackingUpdate, RefundUpdate)


class WooCommerceChannel(Channel):
    """One shop. What it has to remember it leaves in the shop, in cursors and in notes."""

    capabilities = frozenset(
        {
            ChannelCapability.ORDERS,
            ChannelCapability.LISTINGS,
            ChannelCapability.AVAILABILITY,
            ChannelCapability.TRACKING,
            ChannelCapability.REFUNDS,
        }
    )

    def __init__(self, settings: WooCommerceSettings, context: PluginContext) -> None:
        name = context.name
        key = secret(name, "key_variable", settings.key_variable)
        shared = secret(name, "secret_variable", settings.secret_variable)
        self._shop = WooCommerceClient(settings.url, key, shared)
        self._settings, self._context = settings, context
        self._webhook_secret = ""
        if settings.webhook_secret_variable is not None:
            self._webhook_secret = secret(
                name, "webhook_secret_variable", settings.webhook_secret_variable
            )
            self.capabilities = self.capabilities | {ChannelCapability.WEBHOOKS}

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        """Orders that changed since the cursor: paid ones, cancelled ones, and their refunds."""
        found = changes(
            self._shop,
            Position.parse(cursor),
            most=self._settings.page_orders,
            now=self._context.clock.now(),
        )
        orders: list[OrderRequest] = []
        problems: list[OrderProblem] = []
        cancelled: list[ChannelCancellation] = []
        refunds: list[ChannelRefund] = []
        for document in found.documents:
            number, status = str(document["id"]), document["status"]
            if status == "processing" or (status == "on-hold" and self._settings.ship_on_hold):
                try:
                    orders.append(order_request(self._context.name, document))
                except UnreadableOrder as error:
                    source = f"{self._context.name}/orders/{number}"
                    problems.append(OrderProblem(source, error.problem, number))
            elif status == "cancelled":
                cancelled.append(ChannelCancellation(f"{number}-cancelled", number, done=True))
            if document.get("refunds"):
                given = self._shop.everything(f"/orders/{number}/refunds")
                refunds += [refund(document, one) for one in given]
        return OrderPage(
            orders,
            str(found.position),
            more=found.more,
            problems=problems,
            refunds=refunds,
            cancellations=cancelled,
        )

    def fetch_listings(self, cursor: str | None) -> ListingPage:
        """Products with their variations, 100 products a page; the cursor is the page's number."""
        number = int(cursor or "1")
        page = self._shop.page("/products", per_page="100", page=str(number), orderby="id")
        more = number < page.pages
        return ListingPage(products.listings(self._shop, page.items), str(number + more), more=more)

    def push_availability(self, updates: Sequence[AvailabilityUpdate]) -> Sequence[PushRefusal]:
        """Absolute quantities; WooCommerce counts down from them when something is sold."""
        return products.push(self._shop, self._context.notes, updates)

    def push_tracking(self, updates: Sequence[TrackingUpdate]) -> Sequence[PushRefusal]:
        """A note tells the buyer; the order is completed with its last parcel."""
        return _each(updates, self._tell_parcel)

    def push_refund(self, updates: Sequence[RefundUpdate]) -> Sequence[PushRefusal]:
        """The shop's payment provider gives the money back."""
        return _each(updates, self._give_back)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookHint:
        """Verify a webhook. Needs `webhook_secret_variable`."""
        if ChannelCapability.WEBHOOKS not in self.capabilities:
            raise NotImplementedError
        return webhooks.hint(headers, body, self._webhook_secret)

    def check(self) -> Sequence[Problem]:
        """Whether the key may read orders."""
        try:
            self._shop.page("/orders", per_page="1")
        except RejectedError as error:
            return [
                Problem(
                    error.code,
                    "the shop refuses to list its orders",
                    "key_variable",
                    fix="make a REST API key with read and write access, and put it there",
                )
            ]
        return []

    def close(self) -> None:
        """Give back the connections."""
        self._shop.close()

    def _tell_parcel(self, update: TrackingUpdate) -> None:
        path = f"/orders/{update.channel_order_id}"
        order = self._shop.one(path)
        parcels = {
            entry["key"]: entry["value"]
            for entry in order["meta_data"]
            if entry["key"].startswith(_PARCEL)
        }
        text = f"Shipped with {update.carrier_code}, tracking number {update.tracking_number}."
        notes = self._shop.everything(f"{path}/notes")
        if not any(note["note"] == text for note in notes):
            self._shop.change("POST", f"{path}/notes", {"note": text, "customer_note": True})
        own = _PARCEL + update.key
        if own in parcels:
            return
        parcels[own] = {
            "carrier": update.carrier_code,
            "tracking_number": update.tracking_number,
            "lines": {line.line_id: line.quantity for line in update.lines},
        }
        change: dict[str, Any] = {"meta_data": [{"key": own, "value": parcels[own]}]}
        if _is_complete(order, list(parcels.values())):
            change["status"] = "completed"
        self._shop.change("PUT", path, change)

    def _give_back(self, update: RefundUpdate) -> None:
        path = f"/orders/{update.channel_order_id}/refunds"
        for known in self._shop.everything(path):
            entries = {entry["key"]: entry["value"] for entry in known.get("meta_data", ())}
            if entries.get(KEY_OF_OURS) == update.key:
                return
        self._shop.change(
            "POST",
            path,
            {
                "amount": str(update.amount.amount),
                "reason": update.reason,
                "api_refund": True,
                "meta_data": [{"key": KEY_OF_OURS, "value": update.key}],
            },
        )


def _each(updates: Sequence[_Update], tell: Callable[[_Update], None]) -> list[PushRefusal]:
    refusals = []
    for update in updates:
        try:
            tell(update)
        except RejectedError as error:
            refusals.append(PushRefusal(update.key, error))
    return refusals


def _is_complete(order: Mapping[str, Any], parcels: Sequence[Mapping[str, Any]]) -> bool:
    """Whether every unit of the order is in one of its parcels."""
    return all(
        sum(parcel["lines"].get(str(line["id"]), 0) for parcel in parcels) >= line["quantity"]
        for line in order["line_items"]
    )
