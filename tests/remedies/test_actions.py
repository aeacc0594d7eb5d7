"""What an item of the attention queue suggests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stockpool.attention.queue import AttentionItem
from stockpool.remedies.actions import WHAT, Action, suggested

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def item(key: str, code: str = "something", state: str = "open") -> AttentionItem:
    return AttentionItem(
        "1", key, "order", "O-1", code, "words", None, (), state, 1, NOW, NOW, None, NOW
    )


@pytest.mark.parametrize(
    ("key", "code", "expected"),
    [
        ("effect:F-1", "gave_up", [Action.RETRY]),
        ("intake:web:1001", "unknown_sku", [Action.RETRY]),
        ("availability:web:mug", "availability_refused", [Action.RETRY]),
        ("fulfillment:F-1:delivery", "delivery_failed", [Action.REPLACE, Action.REFUND]),
        ("parcel:F-1:3", "parcel_returning", [Action.REPLACE]),
        ("order:O-1:wanted-again", "wanted_again", [Action.RELEASE, Action.CANCEL]),
        ("deadline:claim:C-1", "deadline_near", [Action.WRITE_OFF]),
        ("deadline:refund_due:O-1 k", "deadline_near", [Action.REFUND, Action.NOTHING_DUE]),
        ("stranded:amazon-na:US:MUG", "stranded_stock", [Action.DISPOSE]),
        (
            "stranded:amazon-na:US:MUG",
            "stranded_by_conversion",
            [Action.CONVERT, Action.DISPOSE],
        ),
        ("deadline:inbound_arrival:S-1", "deadline_near", []),
        ("refund:R-1:by-hand", "refund_by_hand", [Action.REFUND_MADE]),
        ("stock:US:promised", "promised_more_than_there_is", []),
    ],
)
def test_the_likeliest_comes_first_and_to_drop_is_always_possible(
    key: str, code: str, expected: list[Action]
) -> None:
    assert list(suggested(item(key, code))) == [*expected, Action.DROP]


def test_of_a_closed_item_nothing_is_to_be_done() -> None:
    assert suggested(item("effect:F-1", state="resolved")) == ()


def test_every_action_says_what_it_does() -> None:
    assert set(WHAT) == set(Action)
