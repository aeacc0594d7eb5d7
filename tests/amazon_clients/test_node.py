"""Amazon's JavaScript SDK, by the example that anyone can run (`examples/simulator`)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from stockpool_amazon_sim.sp_api.server import SpApiServer

FOLDER = Path(__file__).parents[2] / "examples" / "simulator"
SDK = FOLDER / "node_modules" / "@amazon-sp-api-release" / "amazon-sp-api-sdk-js"


def test_the_example_places_an_order_that_arrives(server: SpApiServer) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not SDK.is_dir():
        pytest.skip(f"the SDK is not installed: npm install in {FOLDER}")
    told = subprocess.run(
        [node, FOLDER / "place_an_order.mjs", server.url],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines() == ["in stock: 1010", "order: Complete", "parcel: DELIVERED"]
