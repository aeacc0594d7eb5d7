"""Sending notifications: to whom, in which envelope, and what goes wrong on the way.

Amazon promises no order and no single delivery. Here each notification is on its way for a time of
its own (`steps.notification`), and by chance or on demand it comes twice, late or not at all.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from stockpool_amazon_sim.faults import injected
from stockpool_amazon_sim.notifications import message_queues
from stockpool_amazon_sim.notifications.notification_records import (
    NotificationDestination,
    NotificationSubscription,
)
from stockpool_amazon_sim.notifications.notification_types import NotificationType
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

APPLICATION_ID = "amzn1.sellerapps.app.00000000-0000-4000-8000-000000000000"

ARRIVES = "notification_arrives"
"""The kind of the event."""

Body = Mapping[str, Any]


def subscribers(world: World, known: NotificationType) -> list[NotificationSubscription]:
    """Who wants a type of notification."""
    if not world.store.counter("subscriptions"):
        return []
    return [found for _, found in world.store.subscriptions.all(f"{known.name}|")]


def publish(
    world: World, known: NotificationType, subject: str, bodies: Mapping[str, Body]
) -> None:
    """Send a notification to all who subscribed to it and do not filter it out.

    Args:
        subject: the order, SKU ... that it is about; faults can be ordered for it.
        bodies: what it says, by the version of the payload.
    """
    for subscription in subscribers(world, known):
        body = bodies[subscription.payload_version]
        if passes(subscription, body):
            _send(world, known, subject, subscription, body)


def passes(subscription: NotificationSubscription, body: Body) -> bool:
    """Whether an event filter lets a notification through (Notifications API v1, `EventFilter`).

    A filter that does not speak of what the notification has lets it pass.
    """
    wanted = (subscription.directive or {}).get("eventFilter") or {}
    return _among(
        wanted.get("marketplaceIds"), body.get("Summary", {}).get("MarketplaceId")
    ) and _among(wanted.get("orderChangeTypes"), body.get("OrderChangeType"))


def arrive(world: World, event: Event) -> None:
    """A notification comes to its destination; if that is no longer there, it is lost."""
    destination = world.store.destinations.get(event.subject)
    if destination is None:
        return
    document = json.loads(event.detail)
    text = json.dumps(document["body"], separators=(",", ":"))
    message_queues.send(world, destination.queue, document["id"], text)


def send_to(
    world: World,
    destination: NotificationDestination,
    known: NotificationType,
    envelope: Mapping[str, Any],
    delay: Micros,
) -> None:
    """Put an envelope on its way to a destination."""
    number = world.store.counter("notifications_sent")
    world.store.count("notifications_sent")
    body = envelope
    if destination.source:
        body = _event(world, destination, known, envelope)
    message_id = new_id(world, "message", number)
    detail = json.dumps({"id": message_id, "body": body}, separators=(",", ":"))
    world.schedule(delay, ARRIVES, destination.destination_id, detail)


def envelope_of(
    world: World,
    known: NotificationType,
    version: str,
    subscription_id: str,
    body: Body,
    published: Micros,
) -> dict[str, Any]:
    """What surrounds a notification, in the letter case of its type."""
    number = world.store.counter("notifications")
    world.store.count("notifications")
    metadata = {
        "ApplicationId": APPLICATION_ID,
        "SubscriptionId": subscription_id,
        "PublishTime": moment(published),
        "NotificationId": new_id(world, "notification", number),
    }
    envelope = {
        "NotificationVersion": "1.0",
        "NotificationType": known.constant or known.name,
        "PayloadVersion": version,
        "EventTime": moment(world.now),
        "Payload": {known.member: body} if known.member else dict(body),
        "NotificationMetadata": _cased(metadata, known.camel),
    }
    return _cased(envelope, known.camel)


def new_id(world: World, *purpose: str | int) -> str:
    """An id in the form of a UUID, always the same for the same seed and purpose."""
    halves = [world.draws.bits(*purpose, half) for half in ("a", "b")]
    return str(uuid.UUID(int=halves[0] << 64 | halves[1], version=4))


def moment(at: Micros) -> str:
    """A time as notifications write it: ISO 8601 in UTC with milliseconds."""
    return to_datetime(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _send(
    world: World,
    known: NotificationType,
    subject: str,
    subscription: NotificationSubscription,
    body: Body,
) -> None:
    destination = world.store.destinations.get(subscription.destination_id)
    assert destination is not None, subscription
    key = (known.name, subscription.subscription_id, world.now, json.dumps(body))
    delay = world.hours(world.settings.steps.notification, *key, "delay")
    envelope = envelope_of(
        world,
        known,
        subscription.payload_version,
        subscription.subscription_id,
        body,
        world.now + delay,
    )
    for late in _deliveries(world, known, subject, key):
        send_to(world, destination, known, envelope, delay + late)


def _deliveries(
    world: World, known: NotificationType, subject: str, key: tuple[str | int, ...]
) -> list[Micros]:
    """How much later than usual a notification comes, once for each time that it comes."""
    faults, draws = world.settings.faults, world.draws

    def happens(chance: float, fault: str) -> bool:
        return draws.chance(chance, *key, fault) or injected(world, fault, known.name, subject)

    if happens(faults.lost_notifications, "lost_notification"):
        return []
    deliveries = [0]
    if happens(faults.late_notifications, "late_notification"):
        deliveries = [world.hours(faults.late_hours, *key, "late")]
    if happens(faults.duplicate_notifications, "duplicate_notification"):
        deliveries.append(world.hours(world.settings.steps.notification, *key, "again"))
    return deliveries


def _event(
    world: World,
    destination: NotificationDestination,
    known: NotificationType,
    envelope: Mapping[str, Any],
) -> dict[str, Any]:
    """An envelope as EventBridge hands it on: the detail of an event of a partner's source."""
    return {
        "version": "0",
        "id": new_id(world, "event", world.store.counter("notifications_sent")),
        "detail-type": known.name,
        "source": destination.source,
        "account": destination.account_id,
        "time": moment(world.now)[:19] + "Z",
        "region": destination.region,
        "resources": [],
        "detail": dict(envelope),
    }


def _cased(members: Mapping[str, Any], camel: bool) -> dict[str, Any]:
    if not camel:
        return dict(members)
    return {name[0].lower() + name[1:]: value for name, value in members.items()}


def _among(wanted: Sequence[str] | None, found: str | None) -> bool:
    return not wanted or found is None or found in wanted
