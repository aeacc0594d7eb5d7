"""A process that is killed while it applies a plan leaves it to the next one, on any line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine

US = "amazon-na:US"
SUPPORT = Path(__file__).parents[1] / "support"

CHILD = """
import os, signal, sys
from fake_channel import FakeChannel
from fake_network import FakeNetwork
from stockpool import crashpoints
from stockpool.bulk.removals import RemovalFiles
from stockpool.engine import Engine

url, plan_id, point, times = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
RemovalFiles.batch = 3
left = times

def listener(name):
    global left
    if name == point:
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

crashpoints.listen(listener)
with Engine.open(
    url, config={"plugins": []}, networks={"amazon-na": FakeNetwork()},
    channels={"web": FakeChannel()},
) as engine:
    engine.bulk.apply(plan_id)
"""


def shop(url: str) -> Engine:
    return Engine.open(
        url,
        config={"plugins": []},
        clock=ManualClock(datetime(2100, 1, 1, tzinfo=UTC)),
        networks={"amazon-na": FakeNetwork()},
        channels={"web": FakeChannel()},
    )


@pytest.mark.parametrize(
    ("point", "times"),
    [
        ("bulk.after_batch", 1),
        ("bulk.after_batch", 3),
        ("bulk.after_outcomes", 2),
        ("bulk.before_finish", 1),
    ],
)
def test_a_killed_process_loses_nothing_and_does_nothing_twice(
    database_url: str, tmp_path: Path, point: str, times: int
) -> None:
    path = tmp_path / "removals.txt"
    head = "MerchantRemovalOrderID\tRemovalDisposition\tMerchantSKU\tSellableQuantity\n"
    path.write_text(head + "".join(f"R{n}\tDisposal\tMUG\t{n}\n" for n in range(1, 10)))
    with shop(database_url) as engine:
        engine.catalog.add(Product("MUG"))
        engine.inventory.receive(US, "MUG", 100, key="r")
        plan_id = engine.bulk.plan("removals", path, options={"pool": US}).plan_id
    child = subprocess.run(
        [sys.executable, "-c", CHILD, database_url, plan_id, point, str(times)],
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
        timeout=120,
    )
    assert child.returncode == -signal.SIGKILL
    with shop(database_url) as engine:
        assert engine.bulk.get(plan_id).state == "applying"
        engine.duties.apply_bulk_plans()
        after = engine.bulk.get(plan_id)
        assert (after.state, after.outcomes) == ("applied", {"applied": 9})
        assert engine.inventory.level(US, "MUG").pending_removal == 45
        assert len(engine.removals.list()) == 9
        assert engine.verify().ok
