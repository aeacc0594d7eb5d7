"""A worker of a shop whose shop and clock are in another process, and that may kill itself.

`python worker_process.py DATABASE FOLDER PORT NAME ROLE SEED`. It works until it is killed; at each
named crash point it may end as by `kill -9`, by a chance drawn from the seed.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

from shopify_shop.served import ServedClock, forwarded
from shopify_trade import NETWORK, configuration
from stockpool import crashpoints
from stockpool.engine import Engine
from stockpool.ids import IdSource

KILLED_AT_A_POINT = 0.002

TROUBLED_AMAZON = {
    "type": "amazon_sim",
    "countries": ["US"],
    "state": "amazon.db",
    "faults": {
        "duplicate_changes": 0.1,
        "reordered_changes": 0.1,
        "calls": {
            "throttle": 0.03,
            "transient": 0.03,
            "timeout_before": 0.03,
            "timeout_after": 0.05,
        },
    },
}


def main(database: str, folder: str, port: str, name: str, role: str, seed: str) -> None:
    chance = random.Random(int(seed))

    def perhaps_die(_: str) -> None:
        if chance.random() < KILLED_AT_A_POINT:
            os.kill(os.getpid(), signal.SIGKILL)

    crashpoints.listen(perhaps_die)
    clock = ServedClock(int(port))
    network: dict[str, Any] = {**TROUBLED_AMAZON, "seed": int(seed)}
    with (
        forwarded(int(port)),
        Engine.open(
            database,
            config=configuration(role, network),
            clock=clock,
            ids=IdSource(int(seed)),
            folder=Path(folder),
            migrate=False,
        ) as engine,
    ):
        assert list(engine.networks) == [NETWORK]
        while True:
            engine.work()
            clock.end_round(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
