"""A worker process that may kill itself: `python worker_process.py CONFIG SEED`.

It works as `stockpool worker` and `stockpool scheduler` do. At every named crash point it may end
as by `kill -9`, by a chance drawn from the seed; who starts it may kill it at any other moment.
"""

from __future__ import annotations

import os
import random
import signal
import sys

from stockpool import crashpoints
from stockpool.engine import Engine
from stockpool_workers import logs
from stockpool_workers.service import Service

KILLED_AT_A_POINT = 0.0015


def main(config: str, seed: int) -> None:
    chance = random.Random(seed)

    def perhaps_die(name: str) -> None:
        if chance.random() < KILLED_AT_A_POINT:
            os.write(2, f"killed at {name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    crashpoints.listen(perhaps_die)
    logs.configure("warning")
    with Engine.from_file(config) as engine:
        Service(engine, threads=4).run_until_stopped()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
