"""What the engine tells arrives in the outbox, each key in exactly one file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from stockpool.money import Money
from stockpool.plugins.channel import (
    AvailabilityUpdate,
    CancellationUpdate,
    LineQuantity,
    RefundUpdate,
    TrackingUpdate,
)
from stockpool.plugins.channel_returns import ReturnUpdate

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
CRASH_POINTS = ["csv.after_tracking_prepared", "csv.after_journal", "csv.after_rename"]


def parcel(key, *, order="1001", number="TBA1", lines=(("1", "MUG", 2),)):
    items = [LineQuantity(*line) for line in lines]
    return TrackingUpdate(key, order, "1", "AMZN_US", number, AT, date(2026, 3, 5), items)


def keys(shop, kind="tracking"):
    return [row["key"] for row in shop.outbox(kind)]


def test_a_parcel_is_a_row_for_each_of_its_lines(shop):
    update = parcel("p1", lines=(("1", "MUG", 2), ("2", "CUP", 1)))
    assert list(shop.channel().push_tracking([update])) == []
    first, second = shop.outbox("tracking")
    assert first == {
        "order_id": "1001",
        "line_id": "1",
        "sku": "MUG",
        "quantity": "2",
        "carrier": "AMZN_US",
        "tracking_number": "TBA1",
        "shipped_at": "2026-03-02T08:30:00Z",
        "estimated_arrival": "2026-03-05",
        "package": "1",
        "key": "p1",
    }
    assert (second["line_id"], second["sku"], second["quantity"]) == ("2", "CUP", "1")


def test_a_key_that_comes_again_in_another_batch_is_left_out(shop):
    shop.channel().push_tracking([parcel("p1"), parcel("p2")])
    shop.channel().push_tracking([parcel("p2"), parcel("p3"), parcel("p1")])
    assert keys(shop) == ["p1", "p2", "p3"]


def test_no_file_is_written_when_there_is_nothing_new(shop):
    shop.channel().push_tracking([parcel("p1")])
    shop.channel().push_tracking([parcel("p1")])
    shop.channel().push_tracking([])
    assert len(shop.files()) == 1


def test_a_key_stays_known_after_the_file_was_fetched(shop):
    shop.channel().push_tracking([parcel("p1")])
    for path in (shop.folder / "outbox").iterdir():
        path.unlink()
    shop.channel().push_tracking([parcel("p1")])
    assert shop.files() == []


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_each_key_is_written_once_whenever_the_process_dies(shop, kill_at, point):
    killed = kill_at(point)
    with pytest.raises(killed):
        shop.channel().push_tracking([parcel("p1"), parcel("p2")])
    shop.channel().push_tracking([parcel("p2"), parcel("p3")])
    shop.channel().push_tracking([parcel("p1"), parcel("p4")])
    assert sorted(keys(shop)) == ["p1", "p2", "p3", "p4"]


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_each_key_is_written_once_though_the_merchant_takes_the_files_away(shop, kill_at, point):
    fetched = []

    def fetch_away():
        fetched.extend(keys(shop))
        for path in (shop.folder / "outbox").iterdir():
            path.unlink()

    for attempt in range(3):
        killed = kill_at(point)
        with pytest.raises(killed):
            shop.channel().push_tracking([parcel("p1"), parcel(f"extra-{attempt}")])
        fetch_away()
        kill_at(point, times=0)
        shop.channel().push_tracking([parcel("p1"), parcel("p2")])
        fetch_away()
    assert sorted(set(fetched)) == sorted(fetched)
    assert {"p1", "p2"} <= set(fetched)


def test_cancellations_and_refunds_have_files_of_their_own(shop):
    channel = shop.channel()
    lines = [LineQuantity("1", "MUG", 1), LineQuantity("2", "CUP", 3)]
    channel.push_cancellation([CancellationUpdate("c1", "1001", "no stock", lines)])
    channel.push_refund([RefundUpdate("r1", "1001", Money(1250, "USD"), "no stock", lines)])
    assert [row["quantity"] for row in shop.outbox("cancellations")] == ["1", "3"]
    assert [(row["amount"], row["currency"]) for row in shop.outbox("refunds")] == [
        ("12.50", "USD"),
        ("", "USD"),
    ]


def test_what_comes_back_has_a_file_of_its_own(shop):
    lines = [LineQuantity("1", "MUG", 1), LineQuantity("2", "CUP", 3)]
    labels, address = ["https://labels.invalid/1"], ["Returns", "PHX3 dock", "US"]
    granted = ReturnUpdate(
        "k1", "1001", "B1", "ours", "authorised", lines, "DEFECTIVE", labels, address
    )
    received = ReturnUpdate(
        "k2",
        "1001",
        "B1",
        "ours",
        "received",
        lines[:1],
        conditions={"Sellable": 2, "Defective": 1},
    )
    shop.channel().push_return([granted, received])
    rows = shop.outbox("returns")
    assert [(row["outcome"], row["line_id"], row["quantity"]) for row in rows] == [
        ("authorised", "1", "1"),
        ("authorised", "2", "3"),
        ("received", "1", "1"),
    ]
    assert [row["label_pages"] for row in rows] == [labels[0], "", ""]
    assert (rows[0]["return_to"], rows[2]["conditions"]) == (
        "Returns, PHX3 dock, US",
        "1 Defective; 2 Sellable",
    )


def test_a_key_of_one_kind_says_nothing_about_another_kind(shop):
    channel = shop.channel()
    channel.push_tracking([parcel("k")])
    channel.push_cancellation([CancellationUpdate("k", "1001", "no stock", [])])
    assert (keys(shop), keys(shop, "cancellations")) == (["k"], ["k"])


def test_the_availability_file_always_holds_all_levels(shop):
    shop.channel().push_availability(
        [AvailabilityUpdate("a1", "MUG", 5, AT), AvailabilityUpdate("a2", "CUP", 7, AT)]
    )
    shop.channel().push_availability(
        [AvailabilityUpdate("a3", "MUG", 4, AT + timedelta(minutes=1))]
    )
    levels = {row["sku"]: row["quantity"] for row in shop.table("outbox/availability.csv")}
    assert levels == {"CUP": "7", "MUG": "4"}


def test_an_older_level_does_not_replace_a_newer_one(shop):
    newer = AvailabilityUpdate("a2", "MUG", 4, AT + timedelta(minutes=1))
    shop.channel().push_availability([newer])
    shop.channel().push_availability([AvailabilityUpdate("a1", "MUG", 5, AT)])
    assert [row["quantity"] for row in shop.table("outbox/availability.csv")] == ["4"]


def test_a_value_with_a_nul_is_refused_and_the_others_are_written(shop):
    refusals = shop.channel().push_tracking([parcel("p1", number="A\0B"), parcel("p2")])
    assert [(refusal.key, refusal.error.code) for refusal in refusals] == [
        ("p1", "invalid_character")
    ]
    assert keys(shop) == ["p2"]


def test_what_a_spreadsheet_would_calculate_is_guarded(shop):
    shop.channel().push_tracking([parcel("p1", order="=1+1", number="+49")])
    (row,) = shop.outbox("tracking")
    assert (row["order_id"], row["tracking_number"]) == ("'=1+1", "'+49")


def test_the_guard_can_be_switched_off_for_files_that_only_machines_read(make_shop):
    shop = make_shop(guard_formulas=False)
    shop.channel().push_tracking([parcel("p1", number="+49")])
    assert shop.outbox("tracking")[0]["tracking_number"] == "+49"
