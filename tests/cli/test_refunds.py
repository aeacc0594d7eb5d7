"""`stockpool refunds`: made, listed, shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stockpool.engine import Engine


@pytest.fixture
def priced(shop: Path, run: Any, order: Any, orders_file: Any) -> Any:
    """Order 1 of channel web: one mug for 9.50 USD."""
    run("catalog", "add", "MUG-1", "--title", "Mug")
    run("catalog", "list-on", "web", "mug", "MUG-1")
    assert run("orders", "submit", orders_file(order("1"))).code in (0, 1)
    return run


def make(run: Any, *options: str, key: str = "k") -> Any:
    order = ("refunds", "make", "1", "--channel", "web", "--reason", "late", "--key", key)
    return run(*order, *options)


def test_what_a_line_is_worth_is_given_back_once(priced: Any) -> None:
    first = make(priced, "--line", "1=1", "--json")
    assert (first.code, first.document["amount"], first.document["state"]) == (
        0,
        "9.50",
        "recorded",
    )
    assert make(priced, "--line", "1=1", "--json").document == first.document
    shown = priced("refunds", "show", first.document["refund_id"], "--json")
    assert shown.document["parts"] == [{"line_id": "1", "part": "goods", "amount": "9.50"}]
    listed = priced("refunds", "list", "--state", "recorded", "--json").document["refunds"]
    assert listed == [first.document]
    assert make(priced, "--line", "1=1", key="other").code == 1


def test_what_the_policy_leaves_to_a_person_is_listed(priced: Any) -> None:
    """Nothing of the order can be shipped, and its channel refunds nothing by itself."""
    (waits,) = priced("refunds", "due", "--json").document["due"]
    assert waits["state"] == "due"
    with Engine.from_file("stockpool.toml") as engine:
        engine.care.settle_due()
    (one,) = priced("refunds", "due", "--state", "by_hand", "--json").document["due"]
    assert (one["channel_order_id"], one["cause"], one["quantities"]) == (
        "1",
        "cancellation",
        {"1": 1},
    )
    assert "1 of line 1" in priced("refunds", "due").stdout
    assert priced("refunds", "due", "--state", "made", "--json").document == {"due": []}


def test_a_sum_is_given_back(priced: Any) -> None:
    answer = make(priced, "--amount", "2.50", "--currency", "USD")
    assert answer.code == 0
    assert "2.50 USD" in answer.stdout
    assert "2.50 USD" in priced("refunds", "list").stdout


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--amount", "2.50"),
        ("--amount", "2.505", "--currency", "USD"),
        ("--amount", "1", "--currency", "XXQ"),
        ("--amount", "1", "--currency", "USD", "--shipping", "all"),
        ("--line", "1"),
    ],
)
def test_wrong_use_is_told_from_a_refusal(priced: Any, options: tuple[str, ...]) -> None:
    answer = make(priced, *options)
    assert answer.code == 2
    assert answer.stdout == ""


def test_nothing_more_than_was_paid(priced: Any) -> None:
    answer = make(priced, "--shipping", "all", "--json")
    assert answer.code == 1
    assert answer.document["error"]["problems"][0]["code"] == "refund_exceeds_paid"
    assert priced("refunds", "show", "none").code == 1
    assert priced("refunds", "made", "none").code == 1
