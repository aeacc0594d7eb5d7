"""Subscribing to notifications of a simulated Amazon, and reading what has come."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from notification_schemas import judge
from stockpool_amazon_sim import Simulator
from stockpool_amazon_sim.notifications.notification_types import NOTIFICATION_TYPES, SQS

ARN = "arn:aws:sqs:us-east-1:123456789012:news"
QUEUE = "us-east-1/123456789012/news"


def subscribe(simulator: Simulator, *types: str, version: str = "1.0") -> str:
    """Let types of one carrier come to a destination, which is made; returns its queue."""
    if NOTIFICATION_TYPES[types[0]].carrier == SQS:
        destination = simulator.create_destination("news", arn=ARN)
    else:
        destination = simulator.create_destination(
            "news", account_id="123456789012", region="us-east-1"
        )
    for name in types:
        simulator.create_subscription(name, version, destination.destination_id)
    return destination.queue


def pass_time(simulator: Simulator, **span: float) -> None:
    """Let the simulator's clock go on."""
    simulator.advance_to(simulator.now() + timedelta(**span))


def take_all(simulator: Simulator, queue: str = QUEUE) -> list[dict[str, Any]]:
    """All notifications that can be taken, judged by their schemas, in the order they came."""
    pass_time(simulator, hours=0.02)
    found = []
    while taken := simulator.take_to_post(queue, 30):
        for one in taken:
            document = json.loads(one.message.body)
            notification = document.get("detail", document)
            judge(notification)
            found.append(notification)
            simulator.posted(queue, one.handle)
    return found
