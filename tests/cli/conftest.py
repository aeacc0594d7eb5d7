"""A shop in a folder, and the command line run in this process."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from stockpool.cli.app import build

CONFIG = """
plugins = ["csv_channel"]

[stockpool]
database = "sqlite:///shop.db"
synchronous = "NORMAL"

[channels.web]
type = "csv_channel"
folder = "web"
"""


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.stdout)


Run = Callable[..., Answer]


@pytest.fixture
def run() -> Run:
    """Run the command line in this process."""

    def call(*arguments: object, stdin: str | bytes | None = None) -> Answer:
        complaints = io.StringIO()
        with redirect_stderr(complaints):
            app = build()
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, complaints.getvalue() + result.stderr)

    return call


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a shop without a network; its configuration is found without `--config`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stockpool.toml").write_text(CONFIG, "utf-8")
    return tmp_path


@pytest.fixture
def order() -> Callable[..., Any]:
    """Makes an order document."""
    return _order


@pytest.fixture
def orders_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes documents (or texts) into a file of JSON lines."""

    def write(*documents: Any) -> Path:
        file = tmp_path / "orders.jsonl"
        lines = [d if isinstance(d, str) else json.dumps(d) for d in documents]
        file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return file

    return write


def _order(number: str, channel_sku: str = "mug", quantity: int = 1, **changes: Any) -> Any:
    """An order document."""
    return {
        "channel": "web",
        "channel_order_id": number,
        "ship_to": {
            "name": "A. Buyer",
            "line1": "1 Main St",
            "city": "Seattle",
            "region": "WA",
            "postal_code": "98101",
            "country": "US",
        },
        "lines": [
            {
                "line_id": "1",
                "channel_sku": channel_sku,
                "quantity": quantity,
                "unit_price": "9.50",
                "currency": "USD",
            }
        ],
        **changes,
    }
