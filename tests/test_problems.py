"""Refusals as values."""

from __future__ import annotations

from stockpool.problems import Problem


def test_a_problem_reads_as_a_sentence_with_place_and_remedy() -> None:
    whole = Problem("too_long", "it has 51 characters", "sku", "50", "shorten it", "orders.csv:3")
    assert str(whole) == "sku: it has 51 characters (shorten it)"
    assert str(Problem("no_stock", "there is none")) == "there is none"


def test_only_what_is_set_is_written() -> None:
    assert Problem("no_stock", "there is none").as_dict() == {
        "code": "no_stock",
        "message": "there is none",
    }
    whole = Problem("too_long", "it is", "sku", "50", "shorten it", "orders.csv:3")
    assert Problem(**whole.as_dict()) == whole
