"""A process that shares a simulator's file with others, and may be killed at any moment.

Usage: worker.py FOLDER NAME START COUNT. Creates orders F-START ... and prints each that was
answered; a repeat of what a killed worker did is refused, which is an answer too.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.ids import IdSource
from stockpool.order_request import Address
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import FulfillmentItem, FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADDRESS = Address(
    name="A", line1="1 St", city="Reno", region="NV", postal_code="89501", country="US"
)


def main(folder: str, start: int, count: int) -> None:
    clock = ManualClock(START)
    network = AmazonSimNetwork(
        AmazonSimSettings(state=Path("amazon.db"), stock={"US": {"MUG": 300}}),
        PluginContext("amazon-na", clock, IdSource(1), Path(folder)),
    )
    for number in range(start, start + count):
        clock.advance(minutes=3)
        with suppress(RejectedError):  # AlreadyExists
            network.create_fulfillment(
                FulfillmentRequest(
                    f"F-{number}",
                    "US",
                    f"#{number}",
                    START,
                    "Thank you",
                    "standard",
                    "FillAllAvailable",
                    ADDRESS,
                    [FulfillmentItem("1", "MUG", 2)],
                )
            )
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
