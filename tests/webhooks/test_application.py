"""What the HTTP side promises: bounded bodies, honest answers, and no patience with bad callers."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette

from asgi_calls import call
from shop import Shop
from stockpool.webhooks.application import application
from stockpool.webhooks.bad_callers import REFUSALS_AT_ONCE
from webhook_rows import delivery, stored


@pytest.fixture
def app(shop: Shop) -> Starlette:
    engine = shop.engine
    return application(
        engine.webhooks, engine.database, engine.clock, body_bytes_most=1_000, body_seconds=0.05
    )


def post(app: Starlette, number: int | str = 1, **options: Any) -> int:
    headers, body = delivery(number)
    headers = {**headers, "Content-Length": str(len(body))}
    return call(app, "POST", "/webhooks/web", headers, [body], **options).status


def test_a_delivery_is_answered_after_it_is_stored(app: Starlette, shop: Shop) -> None:
    assert post(app) == 200
    assert post(app) == 200, "a repeat is no failure of the sender's"
    assert stored(shop.engine) == ["d1"]


def test_a_body_may_come_in_pieces_and_is_verified_as_a_whole(app: Starlette, shop: Shop) -> None:
    headers, body = delivery(1)
    pieces = [body[:5], b"", body[5:]]
    assert call(app, "POST", "/webhooks/web", headers, pieces).status == 200
    assert stored(shop.engine) == ["d1"]


def test_a_forged_delivery_is_refused(app: Starlette, shop: Shop) -> None:
    headers, body = delivery(1)
    assert call(app, "POST", "/webhooks/web", headers, [body + b" "]).status == 401
    assert stored(shop.engine) == []


@pytest.mark.parametrize("path", ["/webhooks/other", "/webhooks/", "/webhooks/web/x", "/"])
def test_other_addresses_are_unknown(app: Starlette, path: str) -> None:
    assert call(app, "POST", path, *_signed()).status == 404


def test_only_post_is_taken(app: Starlette) -> None:
    answer = call(app, "GET", "/webhooks/web")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("length", "status"),
    [("1001", 413), ("99999999999999999999", 413), ("9" * 5_000, 413), ("-1", 400), ("x", 400)],
)
def test_a_length_that_can_not_be_taken_is_refused_before_the_body_is_read(
    app: Starlette, length: str, status: int
) -> None:
    answer = call(app, "POST", "/webhooks/web", {"Content-Length": length}, [], ends=False)
    assert answer.status == status


def test_a_body_longer_than_it_said_is_cut_off(app: Starlette, shop: Shop) -> None:
    answer = call(app, "POST", "/webhooks/web", {}, [b"x" * 600] * 3, ends=False)
    assert answer.status == 413
    assert stored(shop.engine) == []


def test_a_body_that_does_not_come_is_not_waited_for(app: Starlette) -> None:
    answer = call(app, "POST", "/webhooks/web", {}, [b"{"], ends=False)
    assert answer.status == 408


def test_a_database_that_is_away_is_told_to_the_sender(
    app: Starlette, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> bool:
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr("stockpool.webhooks.deliveries.store", away)
        assert post(app) == 503
    assert post(app) == 200


# Bad callers -----------------------------------------------------------------------------------


def test_who_is_refused_again_and_again_is_not_listened_to_for_a_while(
    app: Starlette, shop: Shop
) -> None:
    for _ in range(REFUSALS_AT_ONCE):
        assert call(app, "POST", "/webhooks/web", {}, [b"x"]).status == 401
    answer = call(app, "POST", "/webhooks/web", {}, [], ends=False)
    assert (answer.status, answer.headers["retry-after"]) == (429, "30")
    assert post(app, client="203.0.113.9") == 200, "others are"
    shop.clock.advance(5)
    assert post(app, 2) == 200


def test_who_sends_good_deliveries_is_never_slowed_down(app: Starlette) -> None:
    assert {post(app, number) for number in range(REFUSALS_AT_ONCE * 2)} == {200}


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:198.51.100.7", "198.51.100.7", True),
        ("198.51.100.7", "198.51.100.8", False),
    ],
)
def test_a_caller_is_known_by_its_network(
    app: Starlette, first: str, second: str, same: bool
) -> None:
    for _ in range(REFUSALS_AT_ONCE):
        call(app, "POST", "/webhooks/web", {}, [b"x"], client=first)
    assert (post(app, client=second) == 429) is same


# Health and metrics ----------------------------------------------------------------------------


def test_health_is_the_databases(
    app: Starlette, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(app, "GET", "/healthz").status == 200

    def away(*_: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr(shop.engine.database, "read", away)
        assert call(app, "GET", "/healthz").status == 503


def test_metrics_count_by_channel_and_outcome(app: Starlette, shop: Shop) -> None:
    post(app)
    post(app)
    call(app, "POST", "/webhooks/made-up", *_signed())
    shop.clock.advance(30)
    told = call(app, "GET", "/metrics").body.decode()
    assert 'stockpool_webhooks_total{channel="web",outcome="stored"} 1.0' in told
    assert 'stockpool_webhooks_total{channel="web",outcome="duplicate"} 1.0' in told
    assert 'stockpool_webhooks_total{channel="unknown",outcome="no_channel"} 1.0' in told
    assert 'stockpool_webhooks_open{channel="web"} 1.0' in told
    assert 'stockpool_oldest_webhook_seconds{channel="web"} 30.0' in told
    assert "made-up" not in told
    shop.engine.duties.take_hints("web")
    assert "stockpool_webhooks_open{" not in call(app, "GET", "/metrics").body.decode()


def _signed() -> tuple[dict[str, str], list[bytes]]:
    headers, body = delivery(1)
    return dict(headers), [body]
