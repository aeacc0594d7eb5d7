"""Amazon's SDK: destinations of notifications, and subscriptions to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from spapi import ApiException, NotificationsApi
from spapi.models import notifications_v1 as models

from amazon_clients import close_sdk, make_sdk
from notification_reading import ARN, QUEUE
from stockpool_amazon_sim import Simulator
from stockpool_amazon_sim.sp_api.server import SpApiServer

ORDERS = "FULFILLMENT_ORDER_STATUS"


@pytest.fixture(scope="module")
def seller(sdk: Any) -> NotificationsApi:
    return sdk(NotificationsApi)


@pytest.fixture(scope="module")
def application(server: SpApiServer) -> Iterator[NotificationsApi]:
    """With a token of the application itself."""
    client = make_sdk(server.url, scope="sellingpartnerapi::notifications")
    yield NotificationsApi(client)
    close_sdk(client)


def test_from_a_destination_to_a_notification_and_back(
    application: NotificationsApi, seller: NotificationsApi, simulator: Simulator
) -> None:
    resource = models.DestinationResourceSpecification(sqs=models.SqsResource(arn=ARN))
    body = models.CreateDestinationRequest(name="news", resource_specification=resource)
    destination_id = application.create_destination(body).payload.destination_id
    assert [one.name for one in application.get_destinations().payload] == ["news"]
    assert application.get_destination(destination_id).payload.resource.sqs.arn == ARN

    wish = models.CreateSubscriptionRequest(destination_id=destination_id, payload_version="1.0")
    made = seller.create_subscription(ORDERS, wish).payload
    assert seller.get_subscription(ORDERS).payload == made
    assert seller.get_subscriptions([ORDERS]).payload.subscriptions == [made]
    assert application.get_subscription_by_id(made.subscription_id, ORDERS).payload == made

    test = models.TestNotification(payload_version="1.0", test_scenario="any")
    application.send_test_notification(
        ORDERS,
        models.SendTestNotificationRequest(destination_id=destination_id, test_notification=test),
    )
    assert len(simulator.receive_messages(QUEUE, 10)) == 1

    with pytest.raises(ApiException) as refused:
        application.delete_destination(destination_id)
    assert refused.value.status == 409
    application.delete_subscription_by_id(made.subscription_id, ORDERS)
    application.delete_destination(destination_id)
    assert application.get_destinations().payload == []
