"""python-amazon-sp-api: destinations of notifications, and subscriptions to them.

It asks for a subscription by its id, and deletes one, with the seller's token.
"""

from __future__ import annotations

from typing import Any

import pytest
from sp_api.api import Notifications
from sp_api.base import SellingApiException

ARN = "arn:aws:sqs:us-east-1:123456789012:library"
ORDERS = "FULFILLMENT_ORDER_STATUS"


@pytest.fixture(scope="module")
def notifications(library: Any) -> Notifications:
    return library(Notifications)


def test_from_a_destination_to_a_subscription_and_back(notifications: Notifications) -> None:
    destination = notifications.create_destination("library", arn=ARN).payload
    destination_id = destination["destinationId"]
    assert destination in notifications.get_destinations().payload
    assert notifications.get_destination(destination_id).payload == destination

    made = notifications.create_subscription(ORDERS, destination_id).payload
    assert notifications.get_subscription(ORDERS).payload == made
    subscription_id = made["subscriptionId"]
    assert notifications.get_subscription_by_id(ORDERS, subscription_id).payload == made

    with pytest.raises(SellingApiException) as refused:
        notifications.delete_destination(destination_id)
    assert refused.value.code == 409
    notifications.delete_notification_subscription(ORDERS, subscription_id)
    notifications.delete_destination(destination_id)
    with pytest.raises(SellingApiException) as gone:
        notifications.get_destination(destination_id)
    assert gone.value.code == 404
