"""Three kinds of credentials give access tokens; secrets stay where they are."""

from __future__ import annotations

import json
import logging
import stat
from typing import Any

import pytest

from at_once import in_threads
from shopify_shop.server import CLIENT_ID, SECRET
from shopify_world import ShopWorld
from stockpool.errors import TransientError
from stockpool_shopify.errors import AccessRefused

CLIENT = {"client_id": {"env": "SHOPIFY_CLIENT"}, "client_secret": {"env": "SHOPIFY_SECRET"}}
REFRESHED = {
    **CLIENT,
    "refresh_token": {"env": "SHOPIFY_REFRESH"},
    "token_file": "secrets/shop.json",
}


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPIFY_CLIENT", CLIENT_ID)
    monkeypatch.setenv("SHOPIFY_REFRESH", "refresh-0")


def test_a_pasted_token_is_used(shop: ShopWorld) -> None:
    assert list(shop.channel().check()) == []
    assert shop.server.tokens_issued == 0


def test_a_pasted_token_that_is_refused_needs_a_person(shop: ShopWorld) -> None:
    shop.server.tokens_valid = {"another"}
    with pytest.raises(AccessRefused, match="install it again"):
        shop.channel().fetch_orders(None)


def test_client_credentials_are_exchanged_once_for_a_day(shop: ShopWorld) -> None:
    channel = shop.channel(credentials=CLIENT)
    channel.fetch_orders(None)
    shop.clock.advance(23 * 3600)
    channel.fetch_orders(None)
    assert shop.server.tokens_issued == 1
    shop.clock.advance(3600)
    channel.fetch_orders(None)
    assert shop.server.tokens_issued == 2


def test_a_token_that_is_refused_is_renewed_once(shop: ShopWorld) -> None:
    channel = shop.channel(credentials=CLIENT)
    channel.fetch_orders(None)
    shop.server.tokens_valid = set()
    channel.fetch_orders(None)
    assert shop.server.tokens_issued == 2


def test_a_rotated_refresh_token_is_kept_for_every_process(shop: ShopWorld) -> None:
    shop.channel(credentials=REFRESHED).fetch_orders(None)
    path = shop.folder / "secrets" / "shop.json"
    assert json.loads(path.read_text())["refresh_token"] == "refresh-1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shop.channel(credentials=REFRESHED).fetch_orders(None)
    assert shop.server.tokens_issued == 1
    shop.clock.advance(3600)
    shop.channel(credentials=REFRESHED).fetch_orders(None)
    assert shop.server.tokens_issued == 2
    assert json.loads(path.read_text())["refresh_token"] == "refresh-2"


def test_of_many_workers_one_refreshes(shop: ShopWorld) -> None:
    channels = [shop.channel(credentials=REFRESHED) for _ in range(4)]
    in_threads(4, lambda number: channels[number].fetch_listings(None))
    assert shop.server.tokens_issued == 1


def test_a_token_file_that_holds_something_else_is_not_overwritten(shop: ShopWorld) -> None:
    path = shop.folder / "secrets" / "shop.json"
    path.parent.mkdir()
    path.write_text("[]")
    with pytest.raises(AccessRefused, match="holds no tokens"):
        shop.channel(credentials=REFRESHED).fetch_orders(None)
    assert path.read_text() == "[]"


def test_wrong_client_credentials_are_named_and_not_repeated(
    shop: ShopWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SHOPIFY_SECRET", "not-the-secret")
    with pytest.raises(AccessRefused, match="invalid_client") as raised:
        shop.channel(credentials=CLIENT).fetch_orders(None)
    assert "channels.corner.credentials" in str(raised.value)
    assert "not-the-secret" not in str(raised.value) + caplog.text


def test_a_missing_secret_is_named(shop: ShopWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOPIFY_TOKEN")
    with pytest.raises(AccessRefused, match="SHOPIFY_TOKEN"):
        shop.channel().fetch_orders(None)
    assert issubclass(AccessRefused, TransientError)


def test_no_secret_stands_in_a_repr(shop: ShopWorld) -> None:
    channel: Any = shop.channel(credentials=CLIENT)
    channel.fetch_orders(None)
    assert SECRET not in repr(channel._client._tokens._token)
    assert "shpat_issued" not in repr(channel._client._tokens._token)
    assert not any("shpat" in text or SECRET in text for text in shop.notes.read().values())
