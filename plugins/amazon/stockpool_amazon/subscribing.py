"""The destination and the subscription that bring an account's order news into a queue.

Notifications API v1. Destinations belong to the application and are asked for with a token of its
own (`grantless`), subscriptions to the seller. An application has one subscription for each type of
notification, version of the payload and seller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stockpool.errors import PluginError
from stockpool.problems import Problem
from stockpool_amazon.errors import AmazonRefusal, QueueUnavailable
from stockpool_amazon.fields import Fields
from stockpool_amazon.hints import ORDER_STATUS
from stockpool_amazon.message_queue import MessageQueue
from stockpool_amazon.outbound import segment, whole
from stockpool_amazon.transport import Call, Transport

SCOPE = "sellingpartnerapi::notifications"
"""What the application's own token is asked for."""

PAYLOAD_VERSION = "1.0"

DESTINATION_NAME = "stockpool"

_BASE = "/notifications/v1"
_SUBSCRIPTION = f"{_BASE}/subscriptions/{ORDER_STATUS}"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription to order news, and where it goes."""

    subscription_id: str
    destination_id: str


class Subscribing:
    """Looks after the destination and the subscription of one queue.

    Args:
        application, seller: make calls with the one token and the other.
    """

    def __init__(self, application: Transport, seller: Transport, queue: MessageQueue) -> None:
        self._application = application
        self._seller = seller
        self._queue = queue

    def problems(self, name: str) -> Iterator[Problem]:
        """What is missing so that notifications come.

        Args:
            name: of the network in the configuration.
        """
        field = f"networks.{name}.notifications"
        fix = f"stockpool amazon subscribe {name}"
        try:
            self._queue.check()
        except QueueUnavailable as error:
            yield Problem("queue_not_reachable", str(error), field=field, fix="mend the queue")
        try:
            destination_id = self.destination_id()
            subscription = self.subscription()
        except PluginError as error:
            yield Problem("not_reachable", str(error), field=field, fix="try again later")
            return
        if destination_id is None:
            message = f"Amazon knows no destination {self._queue.arn}"
            yield Problem("no_destination", message, field=field, fix=fix)
        elif subscription is None:
            message = f"there is no subscription to {ORDER_STATUS}"
            yield Problem("no_subscription", message, field=field, fix=fix)
        if subscription is not None and subscription.destination_id != destination_id:
            message = f"{ORDER_STATUS} goes to another destination ({subscription.destination_id})"
            yield Problem("subscribed_elsewhere", message, field=field, fix=f"{fix} --replace")

    def subscribe(self, *, replace: bool = False) -> list[str]:
        """Make what is missing; returns what was done, in words. It can be repeated.

        Args:
            replace: end a subscription that goes elsewhere. Whoever reads there hears no more.

        Raises:
            PluginError: of `transport`.
        """
        done = []
        destination_id = self.destination_id()
        if destination_id is None:
            destination_id = self._create_destination()
            done.append(f"made the destination {destination_id} for {self._queue.arn}")
        subscription = self.subscription()
        if subscription is not None and subscription.destination_id != destination_id:
            if not replace:
                return [
                    *done,
                    f"left the subscription {subscription.subscription_id} as it is: it goes to "
                    f"the destination {subscription.destination_id}; --replace ends it",
                ]
            self._delete_subscription(subscription)
            done.append(f"ended the subscription {subscription.subscription_id}")
            subscription = None
        if subscription is None:
            made = self._create_subscription(destination_id)
            done.append(f"made the subscription {made.subscription_id} to {ORDER_STATUS}")
        return done

    def destination_id(self) -> str | None:
        """The destination that is this queue; None if there is none."""
        call = Call("getDestinations", "GET", f"{_BASE}/destinations")
        answer = whole(self._application.send(call), call.operation)
        for destination in answer.objects("payload"):
            queue = destination.object("resource").optional_object("sqs")
            if queue is not None and queue.optional_text("arn") == self._queue.arn:
                return destination.text("destinationId")
        return None

    def subscription(self) -> Subscription | None:
        """The seller's subscription to order news, wherever it goes; None if there is none."""
        call = Call("getSubscription", "GET", _SUBSCRIPTION, {"payloadVersion": PAYLOAD_VERSION})
        try:
            answer = self._seller.send(call)
        except AmazonRefusal as refusal:
            if refusal.status == 404:
                return None
            raise
        return _subscription(whole(answer, call.operation).object("payload"))

    def _create_destination(self) -> str:
        body = {
            "name": DESTINATION_NAME,
            "resourceSpecification": {"sqs": {"arn": self._queue.arn}},
        }
        call = _write("createDestination", "POST", f"{_BASE}/destinations", body)
        answer = whole(self._application.send(call), call.operation)
        return answer.object("payload").text("destinationId")

    def _create_subscription(self, destination_id: str) -> Subscription:
        body = {"payloadVersion": PAYLOAD_VERSION, "destinationId": destination_id}
        call = _write("createSubscription", "POST", _SUBSCRIPTION, body)
        return _subscription(whole(self._seller.send(call), call.operation).object("payload"))

    def _delete_subscription(self, subscription: Subscription) -> None:
        path = f"{_SUBSCRIPTION}/{segment(subscription.subscription_id)}"
        self._application.send(_write("deleteSubscriptionById", "DELETE", path))


def _subscription(payload: Fields) -> Subscription:
    return Subscription(payload.text("subscriptionId"), payload.text("destinationId"))


def _write(operation: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Call:
    return Call(operation, method, path, body=body, writes=True)
