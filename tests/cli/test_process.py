"""The command line as a real process: streams, exit codes, many orders at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text


def _stockpool(*arguments: str, folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from stockpool.cli import main; main()", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "STOCKPOOL_LOG": "info"},
    )


def test_thousands_of_orders_and_nothing_but_json_on_stdout(shop: Path, order: Any) -> None:
    assert _stockpool("catalog", "add", "MUG-1", folder=shop).returncode == 0
    assert _stockpool("catalog", "list-on", "web", "mug", "MUG-1", folder=shop).returncode == 0
    documents = [order(str(number), hold="x") for number in range(3_000)]
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    done = _stockpool("orders", "submit", "-", "--json", folder=shop, stdin=lines)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 3_000
    url = f"sqlite:///{shop / 'shop.db'}"
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM orders")).scalar() == 3_000
    engine.dispose()


def test_errors_are_lines_and_exit_codes(shop: Path) -> None:
    unknown = _stockpool("orders", "show", "none", folder=shop)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "stockpool: there is no order none\n"
    wrong = _stockpool("orders", "show", folder=shop)
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr


def test_a_reader_that_goes_away_is_no_traceback(shop: Path) -> None:
    command = f'"{sys.executable}" -c "from stockpool.cli import main; main()" --help | true'
    done = subprocess.run(command, shell=True, cwd=shop, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in done.stderr
