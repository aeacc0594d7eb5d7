"""Notifications API v1: destinations and subscriptions.

By the model `getSubscriptionById` and `deleteSubscriptionById` are grantless. Clients that are in
use call them with the seller's token and are answered, so both tokens are taken there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from stockpool_amazon_sim.notifications.notification_records import (
    NotificationDestination,
    NotificationSubscription,
)
from stockpool_amazon_sim.sp_api.messages import Call, Handler, Json, Operation, invalid_input
from stockpool_amazon_sim.sp_api.reading import Body, number, read_body, required, text
from stockpool_amazon_sim.sp_api.writing import present

_BASE = "/notifications/v1"

_OF_TYPE = f"{_BASE}/subscriptions/{{notificationType}}"
_SUBSCRIPTION = f"{_OF_TYPE}/{{subscriptionId}}"
_DESTINATION = f"{_BASE}/destinations/{{destinationId}}"


class _Sqs(Body):
    arn: Annotated[str, Field(max_length=1000, pattern=r"^arn:aws:sqs:[^\s:/]+:[^\s:/]+:[^\s:/]+$")]


class _EventBridge(Body):
    region: Annotated[str, Field(min_length=1)]
    account_id: Annotated[str, Field(min_length=1)]


class _Resource(Body):
    sqs: _Sqs | None = None
    event_bridge: _EventBridge | None = None


class _CreateDestination(Body):
    name: Annotated[str, Field(min_length=1, max_length=256)]
    resource_specification: _Resource


class _EventFilter(Body):
    event_filter_type: str
    marketplace_ids: Sequence[str] = ()
    order_change_types: Sequence[str] = ()


class _Directive(Body):
    event_filter: _EventFilter | None = None
    filter_expression: Annotated[str | None, Field(min_length=1, max_length=256)] = None


class _CreateSubscription(Body):
    payload_version: str
    destination_id: str
    processing_directive: _Directive | None = None


class _TestNotification(Body):
    payload_version: str
    test_scenario: str = ""


class _SendTest(Body):
    destination_id: str = ""
    test_notification: _TestNotification


def create_destination(call: Call) -> Json:
    """createDestination."""
    body = read_body(call, _CreateDestination)
    resource = body.resource_specification
    if (resource.sqs is None) == (resource.event_bridge is None):
        raise invalid_input("resourceSpecification: give one of sqs and eventBridge.")
    if resource.sqs is not None:
        made = call.simulator.create_destination(body.name, arn=resource.sqs.arn)
    else:
        assert resource.event_bridge is not None
        bus = resource.event_bridge
        made = call.simulator.create_destination(
            body.name, account_id=bus.account_id, region=bus.region
        )
    return {"payload": _destination(made)}


def get_destinations(call: Call) -> Json:
    """getDestinations."""
    return {"payload": [_destination(one) for one in call.simulator.get_destinations()]}


def get_destination(call: Call) -> Json:
    """getDestination."""
    found = call.simulator.get_destination(call.names["destinationId"])
    return {"payload": _destination(found)}


def delete_destination(call: Call) -> Json:
    """deleteDestination."""
    call.simulator.delete_destination(call.names["destinationId"])
    return {}


def create_subscription(call: Call) -> Json:
    """createSubscription."""
    body = read_body(call, _CreateSubscription)
    directive = body.processing_directive
    made = call.simulator.create_subscription(
        call.names["notificationType"],
        body.payload_version,
        body.destination_id,
        directive.model_dump(by_alias=True, exclude_unset=True) if directive else None,
    )
    return {"payload": _subscription(made)}


def get_subscriptions(call: Call) -> Json:
    """getSubscriptions, of one type."""
    size = number(call, "pageSize", default=30, least=30, most=100)
    token = text(call, "nextToken")
    begin = int(call.tokens.read("getSubscriptions", token)) if token else 0
    found = call.simulator.get_subscriptions(
        required(call, "notificationTypes"), text(call, "payloadVersion")
    )
    end = begin + size
    following = call.tokens.write("getSubscriptions", str(end)) if len(found) > end else None
    shown = [_subscription(one) for one in found[begin:end]]
    return {"payload": present(subscriptions=shown, nextToken=following)}


def get_subscription(call: Call) -> Json:
    """getSubscription: the one with the newest version of the payload."""
    found = call.simulator.get_subscription(
        call.names["notificationType"], text(call, "payloadVersion")
    )
    return {"payload": _subscription(found)}


def get_subscription_by_id(call: Call) -> Json:
    """getSubscriptionById."""
    found = call.simulator.get_subscription_by_id(
        call.names["notificationType"], call.names["subscriptionId"]
    )
    return {"payload": _subscription(found)}


def delete_subscription_by_id(call: Call) -> Json:
    """deleteSubscriptionById."""
    call.simulator.delete_subscription_by_id(
        call.names["notificationType"], call.names["subscriptionId"]
    )
    return {}


def send_test_notification(call: Call) -> Json:
    """sendTestNotification."""
    body = read_body(call, _SendTest)
    call.simulator.send_test_notification(
        call.names["notificationType"],
        body.test_notification.payload_version,
        body.destination_id,
        body.test_notification.test_scenario,
    )
    return {"payload": {}}


def _destination(known: NotificationDestination) -> dict[str, Any]:
    resource: dict[str, Any] = {"sqs": {"arn": known.arn}}
    if not known.arn:
        bus = {"name": known.source, "region": known.region, "accountId": known.account_id}
        resource = {"eventBridge": bus}
    return {"destinationId": known.destination_id, "name": known.name, "resource": resource}


def _subscription(known: NotificationSubscription) -> dict[str, Any]:
    return present(
        subscriptionId=known.subscription_id,
        payloadVersion=known.payload_version,
        destinationId=known.destination_id,
        processingDirective=known.directive,
    )


def _grantless(name: str, method: str, path: str, handler: Handler) -> Operation:
    return Operation(name, method, path, handler, 1.0, grantless=True, of_seller=False)


def _with_either_token(name: str, method: str, path: str, handler: Handler) -> Operation:
    return Operation(name, method, path, handler, 1.0, grantless=True)


OPERATIONS = (
    Operation("getSubscriptions", "GET", f"{_BASE}/subscriptions", get_subscriptions, 1.0),
    Operation("getSubscription", "GET", _OF_TYPE, get_subscription, 1.0),
    Operation("createSubscription", "POST", _OF_TYPE, create_subscription, 1.0),
    _with_either_token("getSubscriptionById", "GET", _SUBSCRIPTION, get_subscription_by_id),
    _with_either_token(
        "deleteSubscriptionById", "DELETE", _SUBSCRIPTION, delete_subscription_by_id
    ),
    _grantless(
        "sendTestNotification", "POST", f"{_OF_TYPE}/testNotification", send_test_notification
    ),
    _grantless("getDestinations", "GET", f"{_BASE}/destinations", get_destinations),
    _grantless("createDestination", "POST", f"{_BASE}/destinations", create_destination),
    _grantless("getDestination", "GET", _DESTINATION, get_destination),
    _grantless("deleteDestination", "DELETE", _DESTINATION, delete_destination),
)
