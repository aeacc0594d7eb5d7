"""Whose an address is, which words tell a buyer, and that nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.errors import RefusedError
from stockpool.privacy.buyers import Buyer, same_phone, telling_words, without
from stockpool.privacy.texts import cleaned

ANN = {"name": "Ann Lee", "line1": "1 Main St", "email": "ann@example.com", "phone": "2065550100"}


@pytest.mark.parametrize(
    ("buyer", "theirs"),
    [
        (Buyer(emails=frozenset({"ANN@example.com "})), True),
        (Buyer(emails=frozenset({"joann@example.com"})), False),
        (Buyer(phones=frozenset({"+1 (206) 555-0100"})), True),
        (Buyer(phones=frozenset({"206-555-0101"})), False),
        (Buyer("web", channel_order_ids=frozenset({"1001"})), True),
        (Buyer("web", channel_order_ids=frozenset({"100"})), False),
        (Buyer("other", channel_order_ids=frozenset({"1001"})), False),
        (Buyer("other", emails=frozenset({"ann@example.com"})), False),
        (Buyer("web", everybody=True), True),
        (Buyer("other", everybody=True), False),
    ],
)
def test_an_order_is_theirs_by_email_phone_or_number(buyer: Buyer, theirs: bool) -> None:
    assert buyer.owns("web", "1001", ANN) is theirs


def test_an_order_without_email_and_phone_is_nobodys_by_them() -> None:
    buyer = Buyer(emails=frozenset({"@"}), phones=frozenset({"00000000"}))
    assert not buyer.owns("web", "1", {"name": "Ann Lee"})
    assert not buyer.owns("web", "1", {"email": None, "phone": ""})


@pytest.mark.parametrize(
    "buyer",
    [
        Buyer(),
        Buyer("web"),
        Buyer(channel_order_ids=frozenset({"1001"})),
        Buyer(everybody=True),
        Buyer(emails=frozenset({""})),
        Buyer(phones=frozenset({"555-0100"})),
    ],
)
def test_who_names_nobody_is_refused(buyer: Buyer) -> None:
    with pytest.raises(RefusedError):
        buyer.require_somebody()


@given(st.text("0123456789", min_size=9, max_size=12), st.sampled_from(["+1 ", "0049", "00", "("]))
def test_prefixes_and_punctuation_make_no_difference(number: str, prefix: str) -> None:
    if len(number.lstrip("0")) >= 8:
        assert same_phone(prefix + number[:3] + "-" + number[3:], number)


def test_words_that_others_have_by_chance_are_not_looked_for() -> None:
    address = {**ANN, "line2": "Floor", "city": "Seattle", "name": "Cher", "region": "WA"}
    assert telling_words(address) == {"1 Main St", "ann@example.com", "2065550100"}


def test_json_stays_json_and_its_names_stay() -> None:
    text = '{"Ann Lee": ["to ANN LEE \\u2713"], "n": 1}'
    assert cleaned(text, ["Ann Lee"]) == '{"Ann Lee": ["to [erased] \\u2713"], "n": 1}'


TEXTS = st.text("xyzXYZ", max_size=10)
VALUES = st.recursive(
    st.none() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def leaves(value: Any) -> list[str]:
    """All texts in a document, but its names."""
    if isinstance(value, dict):
        return [leaf for member in value.values() for leaf in leaves(member)]
    if isinstance(value, list):
        return [leaf for member in value for leaf in leaves(member)]
    return [value] if isinstance(value, str) else []


@given(VALUES, st.text("xyz", min_size=2, max_size=3))
def test_the_word_goes_and_nothing_else_does(value: Any, word: str) -> None:
    after = without(value, [word])
    assert all(word not in leaf.lower() for leaf in leaves(after))
    had = [word in leaf.lower() for leaf in leaves(value)]
    kept = zip(leaves(value), leaves(after), had, strict=True)
    assert all(had_it or one == other for one, other, had_it in kept)
    assert any(had) or after == value
