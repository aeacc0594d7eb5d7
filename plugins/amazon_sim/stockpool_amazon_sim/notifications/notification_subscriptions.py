"""Destinations and subscriptions (Notifications API v1): what may be made, and what is in the way.

Amazon does not document each refusal. Here: a queue or bus is one destination at most, and a type
and version with the same directive is subscribed to once (409 Conflict); a destination that
subscriptions go to stays (409); the types that Amazon sends to EventBridge are refused a queue, and
the others a bus. Filter expressions (CEL) are not carried out, so they are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stockpool.errors import RejectedError
from stockpool_amazon_sim.notifications import message_queues
from stockpool_amazon_sim.notifications.notification_records import (
    NotificationDestination,
    NotificationSubscription,
)
from stockpool_amazon_sim.notifications.notification_types import (
    NOTIFICATION_TYPES,
    ORDER_CHANGE,
    SQS,
    NotificationType,
)
from stockpool_amazon_sim.notifications.notifications import (
    APPLICATION_ID,
    envelope_of,
    new_id,
    send_to,
)
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.world import World


def create_destination(
    world: World, name: str, arn: str, account_id: str, region: str
) -> NotificationDestination:
    """Make a destination; the queue that it names is made with it if it was not there.

    Args:
        arn: of an SQS queue; empty for EventBridge, which then has the other two.

    Raises:
        RejectedError: Conflict if the same resource is a destination already.
    """
    for _, known in world.store.destinations.all():
        if (known.arn, known.account_id, known.region) == (arn, account_id, region):
            raise RejectedError("Conflict", f"the resource is the destination {known.name}")
    number = world.store.counter("destinations")
    world.store.count("destinations")
    destination_id = new_id(world, "destination", number)
    source = (
        "" if arn else f"aws.partner/sellingpartnerapi.amazon.com/{account_id}/{APPLICATION_ID}"
    )
    made = NotificationDestination(destination_id, name, arn, account_id, region, source)
    world.store.destinations.put(destination_id, made)
    if arn:
        message_queues.make(world, arn)
    return made


def known_destination(world: World, destination_id: str) -> NotificationDestination:
    """A destination. Raises RejectedError: NotFound."""
    found = world.store.destinations.get(destination_id) if destination_id.isprintable() else None
    if found is None:
        raise RejectedError("NotFound", f"there is no destination {destination_id}")
    return found


def delete_destination(world: World, destination_id: str) -> None:
    """Forget a destination. A queue stays, with all that is in it.

    Raises:
        RejectedError: NotFound; Conflict while a subscription goes there.
    """
    destination = known_destination(world, destination_id)
    for _, subscription in world.store.subscriptions.all():
        if subscription.destination_id == destination_id:
            raise RejectedError(
                "Conflict", f"{subscription.notification_type} is subscribed to with it"
            )
    if not destination.arn:
        message_queues.drop(world, destination.queue)
    world.store.destinations.remove(destination_id)


def create_subscription(
    world: World,
    notification_type: str,
    version: str,
    destination_id: str,
    directive: Mapping[str, Any] | None,
) -> NotificationSubscription:
    """Let notifications of a type go to a destination.

    Raises:
        RejectedError: InvalidInput, NotFound (the destination) or Conflict.
    """
    known = known_type(notification_type)
    check_version(known, version)
    destination = known_destination(world, destination_id)
    if (known.carrier == SQS) != bool(destination.arn):
        wanted = "an SQS queue" if known.carrier == SQS else "Amazon EventBridge"
        raise invalid(f"destinationId: {notification_type} goes to {wanted}")
    _check_directive(known, directive)
    wish = dict(directive) if directive else None
    for _, other in world.store.subscriptions.all(f"{known.name}|"):
        if (other.payload_version, other.directive) == (version, wish):
            raise RejectedError("Conflict", f"{known.name} {version} is subscribed to already")
    number = world.store.counter("subscriptions_made")
    world.store.count("subscriptions_made")
    world.store.count("subscriptions")
    made = NotificationSubscription(
        new_id(world, "subscription", number), known.name, version, destination_id, wish
    )
    world.store.subscriptions.put(made.key, made)
    return made


def subscriptions_of(
    world: World, notification_type: str, version: str | None
) -> list[NotificationSubscription]:
    """All subscriptions to a type, in one version or in any.

    Raises:
        RejectedError: InvalidInput for a type that there is not.
    """
    known = known_type(notification_type)
    found = [one for _, one in world.store.subscriptions.all(f"{known.name}|")]
    return [one for one in found if version in (None, one.payload_version)]


def latest_subscription(
    world: World, notification_type: str, version: str | None
) -> NotificationSubscription:
    """The subscription to a type with the newest version. Raises RejectedError: NotFound."""
    found = subscriptions_of(world, notification_type, version)
    if not found:
        raise RejectedError("NotFound", f"there is no subscription to {notification_type}")
    versions = NOTIFICATION_TYPES[notification_type].versions
    return max(found, key=lambda one: versions.index(one.payload_version))


def known_subscription(
    world: World, notification_type: str, subscription_id: str
) -> NotificationSubscription:
    """A subscription by its id. Raises RejectedError: InvalidInput (the type) or NotFound."""
    known = known_type(notification_type)
    for _, found in world.store.subscriptions.all(f"{known.name}|"):
        if found.subscription_id == subscription_id:
            return found
    raise RejectedError("NotFound", f"there is no subscription {subscription_id}")


def delete_subscription(world: World, notification_type: str, subscription_id: str) -> None:
    """End a subscription; what is on its way still comes. Raises as `known_subscription`."""
    found = known_subscription(world, notification_type, subscription_id)
    world.store.subscriptions.remove(found.key)
    world.store.count("subscriptions", -1)


def send_test(
    world: World, notification_type: str, version: str, destination_id: str, scenario: str
) -> None:
    """Send a notification of a type without anything having happened (sandbox).

    Amazon's scenarios are not published with the model; the payload says here what was asked for.

    Raises:
        RejectedError: InvalidInput, or NotFound (the destination).
    """
    known = known_type(notification_type)
    check_version(known, version)
    if not scenario:
        raise invalid("testNotification.testScenario is missing")
    destination = known_destination(world, destination_id)
    body = {"TestScenario": scenario}
    envelope = envelope_of(world, known, version, "test", body, world.now)
    send_to(world, destination, known, envelope, 0)


def known_type(name: str) -> NotificationType:
    """A type of notification. Raises RejectedError: InvalidInput."""
    known = NOTIFICATION_TYPES.get(name)
    if known is None:
        raise invalid(f"notificationType {name} is not one of {', '.join(NOTIFICATION_TYPES)}")
    return known


def check_version(known: NotificationType, version: str) -> None:
    """Refuse a version of the payload that there is not."""
    if version not in known.versions:
        raise invalid(
            f"payloadVersion {version} of {known.name} is not one of {', '.join(known.versions)}"
        )


def _check_directive(known: NotificationType, directive: Mapping[str, Any] | None) -> None:
    if not directive:
        return
    if "filterExpression" in directive:
        raise invalid(f"processingDirective.filterExpression is not supported for {known.name}")
    filtered = directive.get("eventFilter")
    if filtered is None:
        return
    if known is not ORDER_CHANGE or filtered.get("eventFilterType") != known.name:
        raise invalid(
            "processingDirective.eventFilter.eventFilterType must be ORDER_CHANGE, and so must be "
            "the type that is subscribed to"
        )
