"""Several processes work on one folder at the same time."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

WORKER = Path(__file__).with_name("worker.py")


def race(jobs):
    """Start a process for each job, let them all go at once, and collect what they print."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    processes = [
        subprocess.Popen(
            [sys.executable, str(WORKER), json.dumps(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for job in jobs
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    results = []
    for process in processes:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        results.append(json.loads(output))
    return results


def test_processes_that_race_for_one_file_read_it_once(shop, plain, row):
    names = [f"o{n}" for n in range(1_000)]
    shop.drop("orders.csv", plain(*(row(name) for name in names)))
    results = race([{"root": str(shop.root)}] * 4)
    # Each starts from nothing and acknowledges for all; together they have seen every order,
    # each file was taken once, and nobody saw an order that is not there.
    assert set().union(*results) == set(names)
    assert shop.files() == ["done/orders.csv"]


def test_processes_that_tell_the_same_updates_write_each_key_once(shop):
    keys = [f"k{n}" for n in range(200)]
    jobs = []
    for seed in range(4):
        mixed = random.Random(seed).sample(keys, len(keys))
        batches = [mixed[start : start + 20] for start in range(0, len(mixed), 20)]
        jobs.append({"root": str(shop.root), "keys": batches})
    race(jobs)
    assert sorted(row["key"] for row in shop.outbox("tracking")) == sorted(keys)
