"""Subscriptions to webhooks: compared with what must be there, and repaired.

After eight failures in a row Shopify deletes a subscription that was made by the API, and tells
nobody. The privacy topics can't be subscribed to here: they stand in the app's own configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stockpool.problems import Problem
from stockpool_shopify.answers import Page, Subscription
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document
from stockpool_shopify.settings import Role, ShopifySettings
from stockpool_shopify.shop import Shop

_ORDERS = (
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_CANCELLED",
    "ORDERS_EDITED",
    "REFUNDS_CREATE",
)
_WORK = tuple(
    f"FULFILLMENT_ORDERS_{event}"
    for event in (
        "ORDER_ROUTING_COMPLETE",
        "PLACED_ON_HOLD",
        "HOLD_RELEASED",
        "MOVED",
        "SPLIT",
        "MERGED",
        "CANCELLED",
        "RESCHEDULED",
        "SCHEDULED_FULFILLMENT_ORDER_READY",
    )
)
_REQUESTS = (
    "FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_SUBMITTED",
    "FULFILLMENT_ORDERS_CANCELLATION_REQUEST_SUBMITTED",
)


_RETURNS = ("RETURNS_REQUEST", "RETURNS_APPROVE")


def wanted_topics(role: Role, *, returns: bool = False) -> frozenset[str]:
    """What a channel of this role has to hear of."""
    asked = _REQUESTS if role == "fulfillment_service" else ()
    return frozenset((*_ORDERS, *_WORK, *asked, *(_RETURNS if returns else ())))


@dataclass(frozen=True, slots=True)
class Repair:
    """What to do about the subscriptions of one address."""

    missing: Sequence[str]
    needless: Sequence[str]
    """Ids of those for another topic, and of all but one for the same."""


def compare(found: Sequence[Subscription], wanted: frozenset[str]) -> Repair:
    """What is missing, and what is too much. Pure."""
    kept: set[str] = set()
    needless: list[str] = []
    for subscription in sorted(found, key=lambda one: one.id):
        if subscription.topic in wanted and subscription.topic not in kept:
            kept.add(subscription.topic)
        else:
            needless.append(subscription.id)
    return Repair(sorted(wanted - kept), needless)


class Subscriptions:
    """Those of this channel's address. Others, of the same app or of other apps, are let alone."""

    def __init__(self, client: Client, shop: Shop, settings: ShopifySettings, channel: str) -> None:
        self._client = client
        self._shop = shop
        self._settings = settings
        self._channel = channel

    def repair(self) -> list[Problem]:
        """Make what is missing, remove what is too much; what Shopify refuses is a problem."""
        if self._settings.webhook_url is None:
            return []
        problems: list[Problem] = []
        todo = self.differences()
        for topic in todo.missing:
            subscription = {"uri": self._settings.webhook_url, "format": "JSON"}
            variables = {"topic": topic, "subscription": subscription}
            errors = self._shop.change("Subscribe", "webhookSubscriptionCreate", variables)
            if errors:
                problems.append(self._not_subscribed(topic, errors[0].message))
        for needless in todo.needless:
            # Refused if it is gone already, which is as good.
            self._shop.change("Unsubscribe", "webhookSubscriptionDelete", {"id": needless})
        return problems

    def problems(self) -> list[Problem]:
        """What is missing now, without repairing it."""
        if self._settings.webhook_url is None:
            return []
        return [self._not_subscribed(topic, "missing") for topic in self.differences().missing]

    def in_words(self) -> str:
        """How many of the wanted subscriptions there are."""
        if self._settings.webhook_url is None:
            return "no webhook_url: everything is found by polling"
        wanted = len(self._wanted())
        return f"{wanted - len(self.differences().missing)} of {wanted} topics subscribed to"

    def _wanted(self) -> frozenset[str]:
        return wanted_topics(self._settings.role, returns=self._settings.returns)

    def differences(self) -> Repair:
        """What is there against what must be."""
        found: list[Subscription] = []
        after: str | None = None
        while True:
            variables = {"uri": self._settings.webhook_url, "after": after}
            answer = self._client.run(document("Subscriptions"), variables).data
            page = Page[Subscription].model_validate(answer["webhookSubscriptions"])
            found += [one for one in page.nodes if one.uri == self._settings.webhook_url]
            if page.after is None:
                return compare(found, self._wanted())
            after = page.after

    def _not_subscribed(self, topic: str, why: str) -> Problem:
        return Problem(
            "webhook_not_subscribed",
            f"webhooks of {topic} do not come: {why[:200]}",
            f"channels.{self._channel}.webhook_url",
            fix="orders are found by polling meanwhile; see that the address is reachable by HTTPS "
            "and that the app has the scopes that `stockpool channels check` names",
        )
