"""A delivery is stored once, before it is answered, and has its channel read again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from at_once import in_threads
from sample_orders import an_order
from shop import Shop, dying_at
from stockpool.errors import ConfigurationError, RejectedError, TransientError
from stockpool.outbox import leases
from stockpool.plugins.channel import WebhookHint
from stockpool.webhooks.deliveries import KEPT
from stockpool.webhooks.receiver import Reception
from webhook_rows import delivery, stored, unread


def test_a_delivery_is_stored_and_a_repeat_is_dropped(shop: Shop) -> None:
    receive = shop.engine.webhooks.receive
    assert receive("web", *delivery(1)) is Reception.STORED
    assert receive("web", *delivery(1)) is Reception.DUPLICATE
    assert receive("web", *delivery(2)) is Reception.STORED
    assert stored(shop.engine) == ["d1", "d2"]


def test_repeats_at_the_same_time_are_stored_once(shop: Shop) -> None:
    outcomes = in_threads(4, lambda _: shop.engine.webhooks.receive("web", *delivery(1)))
    assert sorted(outcomes) == [Reception.DUPLICATE] * 3 + [Reception.STORED]
    assert stored(shop.engine) == ["d1"]


def test_what_the_channel_has_not_signed_is_not_stored(shop: Shop) -> None:
    headers, body = delivery(1)
    assert shop.engine.webhooks.receive("web", headers, body + b" ") is Reception.REFUSED
    assert stored(shop.engine) == []


def test_only_configured_channels_take_webhooks(shop: Shop) -> None:
    assert shop.engine.webhooks.receive("other", *delivery(1)) is Reception.NO_CHANNEL


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (RejectedError("x", "forged"), Reception.REFUSED),
        (ConfigurationError("the secret is gone"), Reception.FAILED),
        (TransientError("later"), Reception.FAILED),
        (ValueError("a fault of the plugin"), Reception.FAILED),
    ],
)
def test_a_channel_that_fails_has_the_sender_repeat_what_may_be_good(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception, outcome: Reception
) -> None:
    def fail(*_: object) -> WebhookHint:
        raise error

    monkeypatch.setattr(shop.channel, "parse_webhook", fail)
    assert shop.engine.webhooks.receive("web", *delivery(1)) is outcome
    assert stored(shop.engine) == []


def test_a_database_that_is_away_has_the_sender_repeat_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> bool:
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr("stockpool.webhooks.deliveries.store", away)
        assert shop.engine.webhooks.receive("web", *delivery(1)) is Reception.FAILED
    assert shop.engine.webhooks.receive("web", *delivery(1)) is Reception.STORED


def test_a_crash_before_the_commit_stores_nothing_and_the_repeat_is_taken(shop: Shop) -> None:
    with dying_at("webhook.before_commit"):
        shop.engine.webhooks.receive("web", *delivery(1))
    assert stored(shop.engine) == []
    assert shop.reopened().engine.webhooks.receive("web", *delivery(1)) is Reception.STORED


def test_a_crash_between_storing_and_answering_loses_and_doubles_nothing(shop: Shop) -> None:
    """The sender had no answer, and repeats; the channel is read once for both."""
    shop.receive("MUG-1", 10)
    with dying_at("webhook.after_commit"):
        shop.engine.webhooks.receive("web", *delivery(1))
    reborn = shop.reopened()
    assert reborn.engine.webhooks.receive("web", *delivery(1)) is Reception.DUPLICATE
    shop.channel.add_page([an_order(1001, ("mug", 1))])
    assert reborn.engine.duties.take_hints("web") == 2  # the order and the hint
    assert reborn.engine.duties.take_hints("web") == 0
    assert shop.level("MUG-1").held == 1


# Worked off ------------------------------------------------------------------------------------


def test_a_hint_has_the_channel_read_at_once(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.channel.add_page([an_order(1001, ("mug", 1))])
    assert shop.engine.duties.take_hints("web") == 0
    assert shop.channel.fetched_after == []
    shop.engine.webhooks.receive("web", *delivery(1, "1001"))
    assert shop.engine.duties.take_hints("web") == 2
    assert unread(shop.engine) == []
    assert shop.level("MUG-1").held == 1


def test_the_channel_is_told_what_was_named_before_it_is_read(shop: Shop) -> None:
    shop.engine.webhooks.receive("web", *delivery(1, "1001", "1002"))
    shop.engine.webhooks.receive("web", *delivery(2))
    shop.engine.duties.take_hints("web")
    assert shop.channel.hinted == [
        WebhookHint("d1", "orders/updated", ("1001", "1002")),
        WebhookHint("d2", "orders/updated", ()),
    ]


def test_an_order_is_taken_in_whether_its_webhook_comes_early_late_twice_or_not_at_all(
    shop: Shop,
) -> None:
    shop.receive("MUG-1", 10)
    shop.engine.webhooks.receive("web", *delivery("early", "1001"))
    shop.engine.duties.take_hints("web")
    shop.channel.add_page([an_order(1001, ("mug", 1)), an_order(1002, ("mug", 1))])
    shop.engine.duties.poll_channel("web")
    for again in ("late", "late-again"):
        shop.engine.webhooks.receive("web", *delivery(again, "1001"))
        shop.engine.duties.take_hints("web")
    assert shop.level("MUG-1").held == 2


def test_a_hint_stays_open_while_the_channel_is_down_and_does_not_have_it_asked_more_often(
    shop: Shop,
) -> None:
    shop.engine.webhooks.receive("web", *delivery(1))
    shop.channel.faults.fail("fetch_orders", TransientError("down"))
    assert shop.engine.duties.take_hints("web") == 0
    assert unread(shop.engine) == ["d1"]
    asked = len(shop.channel.fetched_after)
    assert shop.engine.duties.take_hints("web") == 0
    assert len(shop.channel.fetched_after) == asked
    shop.engine.duties.poll_channel("web")
    assert unread(shop.engine) == []


def test_a_hint_that_comes_while_the_channel_is_read_stays_open(shop: Shop) -> None:
    """What it is about may have happened after the answer was made."""
    receive = shop.engine.webhooks.receive
    receive("web", *delivery(1))
    shop.channel.faults.before("fetch_orders", lambda _: receive("web", *delivery(2)))
    shop.engine.duties.take_hints("web")
    assert unread(shop.engine) == ["d2"]


def test_a_hint_waits_while_another_process_reads_the_channel(shop: Shop) -> None:
    shop.engine.webhooks.receive("web", *delivery(1))
    shop.engine.database.run(
        lambda connection: leases.acquire(
            connection, "poll:web", "other", at=shop.clock.now(), seconds=40
        )
    )
    assert shop.engine.duties.take_hints("web") == 0
    shop.clock.advance(41)
    assert shop.engine.duties.take_hints("web") == 1


def test_deliveries_are_forgotten_when_no_repeat_can_come(shop: Shop) -> None:
    shop.engine.webhooks.receive("web", *delivery("old"))
    shop.engine.duties.take_hints("web")
    shop.engine.webhooks.receive("web", *delivery("open"))
    shop.clock.advance((KEPT + timedelta(seconds=1)).total_seconds())
    assert stored(shop.engine) == ["dold", "dopen"]
    shop.engine.duties.take_hints("web")
    assert stored(shop.engine) == ["dopen"]


def test_work_takes_hints_in(shop: Shop) -> None:
    shop.engine.webhooks.receive("web", *delivery(1))
    shop.engine.work(until_idle=True)
    assert unread(shop.engine) == []
