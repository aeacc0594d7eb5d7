"""Cells are read as values, or refused; nothing is guessed."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool_csv_channel import values
from stockpool_csv_channel.values import BadCellError, SpeedNames


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("9.50", ".", "9.50"),
        ("0", ".", "0"),
        ("1234.5", ".", "1234.5"),
        ("9,50", ",", "9.50"),
        ("1.234,50", ",", "1234.50"),
        ("1.234", ",", "1234"),
        ("1.234.567,89", ",", "1234567.89"),
        ("1234,5", ",", "1234.5"),
    ],
)
def test_an_amount_is_read_by_the_decimal_mark_of_the_settings(text, decimal, expected):
    assert values.amount(text, decimal) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("9,50", "."),
        ("1,234.50", "."),
        ("1.234,50", "."),
        ("9.50", ","),
        ("1.23,50", ","),
        ("1,234.50", ","),
        ("$9.50", "."),
        ("9.50 USD", "."),
        ("-9.50", "."),
        ("1e3", "."),
        ("NaN", "."),
        ("Infinity", "."),
        ("\u0669.\u0665", "."),
        ("9.", "."),
        (".5", "."),
        ("", "."),
    ],
)
def test_an_amount_in_another_form_is_refused(text, decimal):
    with pytest.raises(BadCellError):
        values.amount(text, decimal)


@pytest.mark.parametrize(
    "text", ["0", "-1", "1.5", "two", "", "1 000", "1_0", "\u0663", "10000000", "+1"]
)
def test_a_quantity_is_digits_and_at_least_one(text):
    with pytest.raises(BadCellError):
        values.quantity(text)


def test_a_quantity_may_have_leading_zeros():
    assert values.quantity("007") == 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T10:00:00+02:00", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31 10:00:00 -0500", datetime(2026, 1, 31, 15, tzinfo=UTC)),
        ("2026-01-31 10:00:00", datetime(2026, 1, 31, 9, tzinfo=UTC)),
        ("2026-07-31", datetime(2026, 7, 30, 22, tzinfo=UTC)),
    ],
)
def test_a_time_without_offset_is_in_the_time_zone_of_the_settings(text, expected):
    assert values.moment(text, "Europe/Berlin") == expected


@pytest.mark.parametrize("text", ["31.01.2026", "01/31/2026", "yesterday", "2026-02-30", ""])
def test_a_date_in_another_form_is_refused(text):
    with pytest.raises(BadCellError):
        values.moment(text, "UTC")


@given(st.text(max_size=40), st.sampled_from(["UTC", "America/New_York", "Asia/Tokyo"]))
def test_a_time_is_read_or_refused_and_nothing_else(text, timezone):
    with contextlib.suppress(BadCellError):
        assert values.moment(text, timezone).tzinfo is UTC


def test_the_first_moment_of_the_calendar_is_refused_not_overflown():
    with pytest.raises(BadCellError):
        values.moment("0001-01-01", "Asia/Tokyo")


def test_speeds_are_found_by_their_own_names_and_by_those_of_the_settings():
    names = SpeedNames({"Next  Day Air": "priority"}, "standard")
    assert names.speed("Expedited", known_only=True) == "expedited"
    assert names.speed("next day air", known_only=True) == "priority"
    assert names.speed("", known_only=True) == "standard"
    assert names.speed("Pigeon", known_only=False) == "standard"
    with pytest.raises(BadCellError):
        names.speed("Pigeon", known_only=True)


def test_choices_ignore_case():
    assert values.policy("fillall") == "FillAll"
    assert values.features("blank_box; BLOCK_AMZL blank_box") == ("BLANK_BOX", "BLOCK_AMZL")
    assert (values.truth("Yes"), values.truth("0")) == (True, False)
    assert (values.hold("no"), values.hold("fraud check")) == (None, "fraud check")
    for read, text in ((values.policy, "x"), (values.features, "x"), (values.truth, "x")):
        with pytest.raises(BadCellError):
            read(text)
