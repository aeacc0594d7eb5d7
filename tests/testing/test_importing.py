"""pytest is needed by the conformance kit, and by nothing else in the engine."""

from __future__ import annotations

import subprocess
import sys

IMPORT_ALL_BUT_TESTING = """
import importlib, pkgutil, sys
import stockpool

# walk_packages imports the packages that it looks into; this one it shall not.
sys.modules["stockpool.testing"] = None
for module in pkgutil.walk_packages(stockpool.__path__, "stockpool."):
    if not module.name.startswith(("stockpool.testing", "stockpool.storage.migrations")):
        importlib.import_module(module.name)
assert "stockpool.cli.app" in sys.modules
print("pytest" in sys.modules)
"""

IMPORT_WITHOUT_PYTEST = """
import sys

sys.modules["pytest"] = None
try:
    import stockpool.testing
except ImportError as error:
    print(error)
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.strip()


def test_the_engine_does_not_import_pytest() -> None:
    assert run(IMPORT_ALL_BUT_TESTING) == "False"


def test_without_pytest_one_line_says_what_to_install() -> None:
    assert run(IMPORT_WITHOUT_PYTEST) == (
        "stockpool.testing needs pytest: pip install 'stockpool[testing]'"
    )
