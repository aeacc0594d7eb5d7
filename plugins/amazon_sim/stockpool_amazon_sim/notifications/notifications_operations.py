"""The Notifications API v1, and the queues that notifications come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.notifications import message_queues, notification_subscriptions
from stockpool_amazon_sim.notifications.message_queues import VISIBILITY_SECONDS, TakenMessage
from stockpool_amazon_sim.notifications.notification_records import (
    MessageQueue,
    NotificationDestination,
    NotificationSubscription,
)
from stockpool_amazon_sim.records import SECOND
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.world import World

T = TypeVar("T")

LOOKS_SECONDS = 0.1
"""Between two looks of a reader who waits for messages."""


class NotificationsOperations(Frame):
    """Destinations and subscriptions. See `notification_subscriptions` for what is refused."""

    def create_destination(
        self, name: str, *, arn: str = "", account_id: str = "", region: str = ""
    ) -> NotificationDestination:
        """createDestination, of an SQS queue (`arn`) or of an EventBridge bus."""
        return self._change(
            "createDestination",
            name,
            lambda world: notification_subscriptions.create_destination(
                world, name, arn, account_id, region
            ),
        )

    def get_destinations(self) -> list[NotificationDestination]:
        """getDestinations."""
        return self._perform(
            "getDestinations", "", lambda world: [one for _, one in world.store.destinations.all()]
        )

    def get_destination(self, destination_id: str) -> NotificationDestination:
        """getDestination."""
        return self._perform(
            "getDestination",
            destination_id,
            lambda world: notification_subscriptions.known_destination(world, destination_id),
        )

    def delete_destination(self, destination_id: str) -> None:
        """deleteDestination."""
        self._change(
            "deleteDestination",
            destination_id,
            lambda world: notification_subscriptions.delete_destination(world, destination_id),
        )

    def create_subscription(
        self,
        notification_type: str,
        version: str,
        destination_id: str,
        directive: Mapping[str, Any] | None = None,
    ) -> NotificationSubscription:
        """createSubscription."""
        return self._change(
            "createSubscription",
            notification_type,
            lambda world: notification_subscriptions.create_subscription(
                world, notification_type, version, destination_id, directive
            ),
        )

    def get_subscriptions(
        self, notification_type: str, version: str | None = None
    ) -> list[NotificationSubscription]:
        """getSubscriptions."""
        return self._perform(
            "getSubscriptions",
            notification_type,
            lambda world: notification_subscriptions.subscriptions_of(
                world, notification_type, version
            ),
        )

    def get_subscription(
        self, notification_type: str, version: str | None = None
    ) -> NotificationSubscription:
        """getSubscription."""
        return self._perform(
            "getSubscription",
            notification_type,
            lambda world: notification_subscriptions.latest_subscription(
                world, notification_type, version
            ),
        )

    def get_subscription_by_id(
        self, notification_type: str, subscription_id: str
    ) -> NotificationSubscription:
        """getSubscriptionById."""
        return self._perform(
            "getSubscriptionById",
            subscription_id,
            lambda world: notification_subscriptions.known_subscription(
                world, notification_type, subscription_id
            ),
        )

    def delete_subscription_by_id(self, notification_type: str, subscription_id: str) -> None:
        """deleteSubscriptionById."""
        self._change(
            "deleteSubscriptionById",
            subscription_id,
            lambda world: notification_subscriptions.delete_subscription(
                world, notification_type, subscription_id
            ),
        )

    def send_test_notification(
        self, notification_type: str, version: str, destination_id: str, scenario: str
    ) -> None:
        """sendTestNotification (in the sandbox only)."""
        self._change(
            "sendTestNotification",
            notification_type,
            lambda world: notification_subscriptions.send_test(
                world, notification_type, version, destination_id, scenario
            ),
        )

    def _change(self, operation: str, key: str, action: Callable[[World], T]) -> T:
        return self._perform(operation, key, action, writes=True)


class MessageQueueOperations(Frame):
    """What a reader of a queue may do, as with Amazon SQS: no rate limits, no faults.

    Each raises `QueueError` for a queue that there is not, and as `message_queues` says.
    """

    def find_queue(self, name: str, account: str | None = None) -> MessageQueue:
        """GetQueueUrl."""
        with self._call() as world:
            return message_queues.find(world, name, account)

    def receive_messages(
        self,
        queue: str,
        most: int = 1,
        *,
        visibility_seconds: int = VISIBILITY_SECONDS,
        wait_seconds: float = 0,
        ends: Callable[[], bool] = lambda: False,
    ) -> Sequence[TakenMessage]:
        """ReceiveMessage: takes up to `most`; waits for the first, by the engine's clock.

        Args:
            ends: whether to wait no longer, though nothing has come.
        """
        until = to_micros(self._clock.now()) + int(wait_seconds * SECOND)
        while True:
            now = to_micros(self._clock.now())
            with self._call(writes=True) as world:
                message_queues.known_queue(world, queue)
                taken = message_queues.take(world, queue, now, most, visibility_seconds)
            if taken or now >= until or ends():
                return taken
            self._clock.sleep(min(LOOKS_SECONDS, (until - now) / SECOND))

    def delete_message(self, queue: str, handle: str) -> None:
        """DeleteMessage."""
        with self._call(writes=True) as world:
            message_queues.known_queue(world, queue)
            message_queues.delete(world, queue, handle)

    def change_message_visibility(self, queue: str, handle: str, seconds: int) -> None:
        """ChangeMessageVisibility."""
        now = to_micros(self._clock.now())
        with self._call(writes=True) as world:
            message_queues.known_queue(world, queue)
            message_queues.hide(world, queue, handle, now, seconds)

    def count_messages(self, queue: str) -> tuple[MessageQueue, int, int]:
        """GetQueueAttributes: the queue, how many messages can be taken, how many are hidden."""
        now = to_micros(self._clock.now())
        with self._call(writes=True) as world:
            found = message_queues.known_queue(world, queue)
            return found, *message_queues.count(world, queue, now)
