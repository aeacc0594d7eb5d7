"""The fixture `amazon_sim` in somebody else's tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CONFTEST = """
pytest_plugins = ["stockpool_amazon_sim.pytest_plugin"]
"""

TESTS = """
import json
from urllib.request import Request, urlopen

import pytest


def control(url, name, **arguments):
    request = Request(f"{url}/simulator/v1/{name}", json.dumps(arguments).encode())
    return json.loads(urlopen(request).read())["result"]


def test_it_is_served_and_controlled(amazon_sim):
    amazon_sim.simulator.stock("US", "MUG", 5)
    assert control(amazon_sim.url, "buckets", country="US", sku="MUG") == {"fulfillable": 5}


def test_each_test_has_its_own(amazon_sim):
    assert amazon_sim.simulator.settings.countries == ("US", "CA", "MX")
    with pytest.raises(Exception, match="MUG"):
        amazon_sim.simulator.buckets("US", "MUG")


class TestInJapan:
    @pytest.fixture
    def amazon_sim_settings(self):
        return {"countries": ["JP"], "stock": {"JP": {"MUG": 7}}}

    def test_its_settings_can_be_changed(self, amazon_sim):
        assert amazon_sim.simulator.buckets("JP", "MUG") == {"fulfillable": 7}
"""


def test_the_fixture_gives_each_test_a_simulated_amazon(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_mine.py").write_text(TESTS)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout
    assert "3 passed" in run.stdout
