"""Secrets and buyers are looked for in all that a run leaves behind.

A shop sells through Amazon's API over HTTP, with calls that fail; each secret and each word of the
buyer is one that stands nowhere else.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import inspect, text

from sample_orders import SEATTLE, an_order
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.ids import IdSource
from stockpool.orders.status import OrderStatus
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.sp_api.server import SpApiServer

SECRETS = {
    "SP_CLIENT_ID": "canary-client-id",
    "SP_CLIENT_SECRET": "canary-client-secret",
    "SP_REFRESH_TOKEN": "Atzr|canary-refresh-token",
}
TOKEN = "Atza|"
BUYER = SEATTLE.model_copy(
    update={
        "name": "Zyxwyn Quagmire",
        "line1": "77 Plover Crescent",
        "phone": "206 555 0177",
        "email": "zyxwyn@example.com",
    }
)
WORDS = ["Zyxwyn", "Quagmire", "Plover", "206 555 0177", "zyxwyn@example.com"]


def rows(engine: Engine) -> Iterator[tuple[str, str]]:
    """Every row of every table, as text."""
    with engine.database.read() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608
                yield table, repr(tuple(row))


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    return {
        "region": "na",
        "countries": ["US"],
        "client_id": {"env": "SP_CLIENT_ID"},
        "client_secret": {"env": "SP_CLIENT_SECRET"},
        "refresh_token": {"env": "SP_REFRESH_TOKEN"},
    }


def test_no_secret_is_stored_or_told_and_a_buyer_stands_in_one_table(
    settings: dict[str, Any],
    sqlite_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    structlog.reset_defaults()
    clock = ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    calls = {"throttle": 0.1, "transient": 0.1, "timeout_before": 0.1, "timeout_after": 0.1}
    wanted = {"countries": ["US"], "seed": 4, "faults": {"calls": calls}}
    simulator = Simulator(AmazonSimSettings.model_validate(wanted), clock, folder=tmp_path)
    simulator.stock("US", "MUG-1", 30)
    with SpApiServer(simulator) as server:
        address = {"endpoint": server.url, "lwa_endpoint": f"{server.url}/auth/o2/token"}
        network = {"type": "amazon", **settings, **address}
        config = {"plugins": ["amazon"], "networks": {"amazon-na": network}}
        with Engine.open(sqlite_url, config=config, clock=clock, ids=IdSource(seed=1)) as engine:
            engine.catalog.add(Product("MUG-1", "Mug"))
            engine.catalog.list_on("web", channel_sku="mug", sku="MUG-1")
            engine.inventory.receive("amazon-na:US", "MUG-1", 30, key="first")
            for number in range(3):
                engine.orders.submit(an_order(number, ("mug", 1), ship_to=BUYER))
            for _ in range(300):
                if engine.orders.count_by_status() == {OrderStatus.DELIVERED: 3}:
                    break
                if not engine.work():
                    clock.advance(hours=2)
            assert engine.orders.count_by_status() == {OrderStatus.DELIVERED: 3}
            stored = list(rows(engine))
            explained = json.dumps([repr(o) for o in engine.orders.list()])
    simulator.close()
    printed = capsys.readouterr()
    told = [caplog.text, printed.out, printed.err, explained, repr(config)]
    for secret in [*SECRETS.values(), TOKEN]:
        assert [table for table, row in stored if secret in row] == []
        assert not any(secret in shown for shown in told)
    for word in WORDS:
        assert {table for table, row in stored if word in row} == {"recipients"}
        assert not any(word in shown for shown in told)
