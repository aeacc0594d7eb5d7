"""Files of cancellations, refunds and returns in the inbox, and what is written of them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.money import Money
from stockpool.plugins.channel import (
    CancellationAnswer,
    Channel,
    ChannelCancellation,
    ChannelRefund,
    LineQuantity,
    OrderPage,
    PluginContext,
)
from stockpool.plugins.channel_returns import ChannelReturn
from stockpool_csv_channel import stockpool_channel_types


@pytest.fixture
def channel(tmp_path: Path) -> Channel:
    (kind,) = stockpool_channel_types()
    settings = kind.settings(folder="web", settle_seconds=0, defaults={"currency": "USD"})
    clock = ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    (tmp_path / "web" / "inbox").mkdir(parents=True)
    return kind.make(settings, PluginContext("web", clock, IdSource(7), tmp_path))


@pytest.fixture
def drop(tmp_path: Path, channel: Channel) -> Callable[[str], OrderPage]:
    """Put a file into the inbox and read it."""

    def work(text: str) -> OrderPage:
        (tmp_path / "web" / "inbox" / "news.csv").write_text(text, "utf-8")
        return channel.fetch_orders(None)

    return work


def test_cancellations_are_read_whole_and_by_line(drop: Callable[[str], OrderPage]) -> None:
    page = drop(
        "Cancellation ID,Order ID,Line ID,Quantity,Reason,Done\n"
        "C1,1001,,,buyer,\n"
        "C2,1002,1,2,,yes\n"
        "C2,1002,2,1,,\n"
    )
    assert page.problems == ()
    assert tuple(replace(c, lines=tuple(c.lines)) for c in page.cancellations) == (
        ChannelCancellation("C1", "1001", "buyer"),
        ChannelCancellation(
            "C2",
            "1002",
            "cancelled in a file",
            (LineQuantity("1", "", 2), LineQuantity("2", "", 1)),
            done=True,
        ),
    )


def test_refunds_are_read_with_what_they_are_for(drop: Callable[[str], OrderPage]) -> None:
    page = drop(
        "refund_id,order_id,amount,currency,line_id,quantity,reason,key\n"
        "R1,1001,9.50,,1,1,broken,\n"
        "R2,1001,200,JPY,,,,refund-7\n"
    )
    assert page.problems == ()
    assert tuple(replace(r, lines=tuple(r.lines), parts=()) for r in page.refunds) == (
        ChannelRefund("R1", "1001", Money(950, "USD"), "broken", (LineQuantity("1", "", 1),)),
        ChannelRefund("R2", "1001", Money(200, "JPY"), key="refund-7"),
    )


def test_returns_are_read_by_line_with_the_customers_words(
    drop: Callable[[str], OrderPage],
) -> None:
    page = drop(
        "return_id,order_id,line_id,quantity,reason,comment\n"
        "B1,1001,1,2,DEFECTIVE,came broken\n"
        "B1,1001,2,1,,\n"
        "B2,1002,,,CR-NO_REASON_GIVEN,\n"
    )
    assert page.problems == ()
    assert tuple(replace(r, lines=tuple(r.lines)) for r in page.returns) == (
        ChannelReturn(
            "B1",
            "1001",
            (LineQuantity("1", "", 2), LineQuantity("2", "", 1)),
            "DEFECTIVE",
            "came broken",
        ),
        ChannelReturn("B2", "1002", (), "CR-NO_REASON_GIVEN"),
    )


def test_amazons_file_of_cancellations_is_read(drop: Callable[[str], OrderPage]) -> None:
    page = drop("MerchantFulfillmentOrderID\n1001\n1002\n")
    assert [(c.cancellation_id, c.channel_order_id) for c in page.cancellations] == [
        ("1001", "1001"),
        ("1002", "1002"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cancellation_id,order_id,line_id,quantity\nC1,1001,1,a few\n", "invalid_quantity"),
        ("cancellation_id,order_id,line_id,quantity\nC1,1001,,2\n", "missing_value"),
        ("cancellation_id,order_id\nC1,\n", "invalid_identifier"),
        ("cancellation_id,order_id,done\nC1,1001,perhaps\n", "invalid_choice"),
        ("cancellation_id,order_id\nC1,1001\nC1,1002\n", "conflicting_value"),
        ("refund_id,order_id,amount\nR1,1001,much\n", "invalid_amount"),
        ("refund_id,order_id,amount\nR1,1001,9.505\n", "invalid_amount"),
        ("refund_id,order_id,amount,currency\nR1,1001,9.50,XXQ\n", "invalid_amount"),
        ("bring_back,return_id,order_id,reason\nx,B1,1001,\n", "invalid_identifier"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_place_and_the_rest_goes_on(
    drop: Callable[[str], OrderPage], tmp_path: Path, text: str, code: str
) -> None:
    good = {"c": "C9,1009", "r": "R9,1009,1.00", "b": "x,B9,1009,DEFECTIVE"}[text[0]]
    padding = "," * (text.splitlines()[0].count(",") - good.count(","))
    page = drop(f"{text}{good}{padding}\n")
    (problem,) = page.problems
    assert problem.problem.code == code
    assert problem.source.startswith("news.csv:")
    assert len([*page.cancellations, *page.refunds, *page.returns]) == 1
    report = (tmp_path / "web" / "rejected" / "news.csv.report.csv").read_text("utf-8")
    assert code in report


def test_answers_are_written_once(channel: Channel, tmp_path: Path) -> None:
    answer = CancellationAnswer(
        "answer-1", "1001", "C1", "overtaken", "buyer", [LineQuantity("1", "mug", 2)]
    )
    for _ in range(2):
        assert channel.push_cancellation_answer([answer]) == []
    (file,) = (tmp_path / "web" / "outbox").glob("cancellation-answers-*.csv")
    with file.open(encoding="utf-8", newline="") as text:
        (row,) = csv.DictReader(text)
    assert (row["cancellation_id"], row["outcome"], row["line_id"], row["quantity"]) == (
        "C1",
        "overtaken",
        "1",
        "2",
    )
