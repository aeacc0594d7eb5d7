"""A process of its own that works on a shop's folder. Started by test_processes.py."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.plugins.channel import LineQuantity, PluginContext, TrackingUpdate
from stockpool_csv_channel import stockpool_channel_types

AT = datetime(2026, 3, 1, tzinfo=UTC)


def main() -> None:
    job = json.loads(sys.argv[1])
    (kind,) = stockpool_channel_types()
    settings = kind.settings(folder="web", settle_seconds=0, limits={"page_orders": 50})
    context = PluginContext("web", ManualClock(AT), IdSource(), Path(job["root"]))
    channel = kind.make(settings, context)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if "keys" in job:
        line = LineQuantity("1", "MUG", 1)
        for keys in job["keys"]:
            channel.push_tracking(
                [TrackingUpdate(key, "1", "1", "UPS", "1Z", AT, None, [line]) for key in keys]
            )
        found: list[str] = []
    else:
        found, cursor = [], None
        while True:
            page = channel.fetch_orders(cursor)
            found += [order.channel_order_id for order in page.orders]
            cursor = page.cursor
            if not page.more:
                break
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
