"""`stockpool serve` as a real process, over real sockets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

CONFIG = """
plugins = ["shopify"]

[stockpool]
database = "sqlite:///shop.db"

[channels.corner]
type = "shopify"
shop = "corner.myshopify.com"
location = "9001"
role = "merchant_managed"
webhook_secrets = [{ env = "SHOPIFY_SECRET" }]
credentials = { access_token = { env = "SHOPIFY_TOKEN" } }
"""
BODY = b'{"id": 820982911946154508}'


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address."""
    (folder / "stockpool.toml").write_text(CONFIG)
    process = subprocess.Popen(
        [sys.executable, "-c", "from stockpool.cli import main; main()", "serve", "--port", "0"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SHOPIFY_SECRET": "sample", "SHOPIFY_TOKEN": "shpat_sample"},
    )
    try:
        assert process.stdout is not None
        told = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert told is not None, process.communicate(timeout=30)[1]
        yield process, told.group()
    finally:
        process.kill()
        process.communicate(timeout=30)


def ask(url: str, body: bytes | None = None, **headers: str) -> int:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, data=body, headers=names), timeout=30
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def signed(body: bytes) -> dict[str, str]:
    digest = hmac.new(b"sample", body, hashlib.sha256).digest()
    return {
        "X_Shopify_Hmac_Sha256": base64.b64encode(digest).decode(),
        "X_Shopify_Topic": "orders/create",
        "X_Shopify_Shop_Domain": "corner.myshopify.com",
        "X_Shopify_Webhook_Id": "b54557e4",
    }


def test_a_webhook_is_stored_and_the_process_ends_when_asked(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, url):
        assert ask(f"{url}/healthz") == 200
        assert ask(f"{url}/webhooks/corner", BODY, **signed(BODY)) == 200
        assert ask(f"{url}/webhooks/corner", BODY + b" ", **signed(BODY)) == 401
        assert ask(f"{url}/metrics") == 200
        process.send_signal(signal.SIGTERM)
        errors = process.communicate(timeout=30)[1]
    assert "Traceback" not in errors
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        rows = database.execute("SELECT delivery_id, channel_order_ids FROM webhook_deliveries")
        assert rows.fetchall() == [("b54557e4", '["gid://shopify/Order/820982911946154508"]')]


def test_without_a_channel_that_takes_webhooks_there_is_nothing_to_serve(
    shop: Path, run: Any
) -> None:
    answer = run("serve", "--config", shop / "stockpool.toml")
    assert answer.code == 2
    assert "none of the configured channels takes webhooks" in answer.stderr
