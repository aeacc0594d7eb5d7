"""Several processes share one simulator, and are killed."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest

from stockpool.clock import ManualClock
from stockpool_amazon_sim import Simulator

WORKER = Path(__file__).with_name("worker.py")


def start(folder: Path, first: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), str(folder), str(first), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def answered(worker: subprocess.Popen[str]) -> list[int]:
    assert isinstance(worker.stdout, IO) or worker.stdout is not None
    numbers = [int(line) for line in worker.stdout.read().split()]
    worker.stdout.close()
    worker.wait()
    return numbers


def finished(folder: Path, clock: ManualClock) -> Simulator:
    """The simulator after all orders are over; its books were right on the way."""
    simulator = Simulator.open(folder / "amazon.db", clock)
    assert simulator.audit() == []
    simulator.advance_to(simulator.now() + timedelta(days=60))
    assert simulator.idle()
    assert simulator.audit() == []
    return simulator


def test_processes_share_one_stock(tmp_path: Path, clock: ManualClock) -> None:
    workers = [start(tmp_path, first, 80) for first in (0, 100, 200)]
    numbers = sorted(number for worker in workers for number in answered(worker))
    assert len(numbers) == 240
    simulator = finished(tmp_path, clock)
    assert len(simulator.fulfillment_order_ids()) == 240
    statistics = simulator.statistics()
    assert statistics["orders:Complete"] == 150
    assert statistics["orders:Unfulfillable"] == 90
    assert simulator.buckets("US", "MUG") == {}
    simulator.close()


@pytest.mark.parametrize("after", [1, 7, 25])
def test_what_was_answered_survives_a_kill(tmp_path: Path, clock: ManualClock, after: int) -> None:
    victim = start(tmp_path, 0, 10_000)
    bystander = start(tmp_path, 20_000, 30)
    assert victim.stdout is not None
    told = [int(victim.stdout.readline()) for _ in range(after)]
    victim.kill()
    told += answered(victim)
    assert len(answered(bystander)) == 30
    repeat = start(tmp_path, 0, told[-1] + 2)
    assert len(answered(repeat)) == told[-1] + 2
    simulator = finished(tmp_path, clock)
    ids = simulator.fulfillment_order_ids()
    assert len(ids) == len(set(ids)) == 30 + max(told[-1] + 2, len(ids) - 30)
    assert {f"F-{number}" for number in told} <= set(ids)
    assert all(simulator.attempts(f"F-{number}") == 2 for number in told)
    simulator.close()
