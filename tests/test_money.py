"""Money: whole minor units of one currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.money import Money, minor_digits, to_minor

CURRENCIES = ("USD", "EUR", "JPY", "KWD")
amounts = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("currency", "digits"), [("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3), ("MXN", 2)]
)
def test_each_currency_has_its_own_smallest_unit(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize("currency", ["", "usd", "US", "DOLLAR", "ZZZ"])
def test_what_is_no_currency_is_refused(currency: str) -> None:
    with pytest.raises(ValueError, match="not an ISO 4217 currency code"):
        minor_digits(currency)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("9.50", "USD", 950),
        ("9.5", "USD", 950),
        (9, "USD", 900),
        (Decimal("0.001"), "KWD", 1),
        ("1200", "JPY", 1200),
        ("-3.10", "EUR", -310),
        ("1e2", "USD", 10_000),
        ("9.5000", "USD", 950),
        ("-0", "USD", 0),
    ],
)
def test_reads_decimal_amounts(amount: Decimal | str | int, currency: str, minor: int) -> None:
    assert to_minor(amount, currency) == minor
    assert Money.parse(amount, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("amount", "currency"), [("9.505", "USD"), ("1.5", "JPY"), ("0.0001", "KWD")]
)
def test_an_amount_finer_than_the_currency_is_refused_not_rounded(
    amount: str, currency: str
) -> None:
    with pytest.raises(ValueError, match="more decimal places than"):
        to_minor(amount, currency)


@pytest.mark.parametrize("amount", ["", "abc", "9,50", "NaN", "Infinity", "1 2", "--1"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="not an amount of money"):
        to_minor(amount, "USD")


@given(amounts, st.sampled_from(CURRENCIES))
def test_an_amount_comes_back_from_its_text(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.amount, currency) == money
    assert str(money) == f"{money.amount} {currency}"


@given(amounts, amounts)
def test_adding_and_taking_away_are_exact(one: int, other: int) -> None:
    a, b = Money(one, "USD"), Money(other, "USD")
    assert (a + b) - b == a
    assert (a + b).minor == one + other


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="cannot combine USD with EUR"):
        Money(1, "USD") + Money(1, "EUR")
    with pytest.raises(ValueError, match="cannot combine USD with EUR"):
        Money(1, "USD") - Money(1, "EUR")
    assert Money(1, "USD") != Money(1, "EUR")
