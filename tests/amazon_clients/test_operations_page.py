"""`docs/simulator-operations.md` says what there is, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import pytest

import openapi
import operations_page
from stockpool_amazon_sim.sp_api.application import APIS
from stockpool_amazon_sim.sp_api.messages import Operation


def test_the_page_is_what_follows_from_the_code() -> None:
    assert operations_page.PAGE.read_text("utf-8") == operations_page.page(), (
        "write it anew: python tests/support/operations_page.py"
    )


def test_what_the_sdk_has_beyond_is_left_out_for_a_reason() -> None:
    there = operations_page.uncovered()
    assert not there["?"]
    assert {name for name, operations in there.items() if operations} == {*operations_page.LEFT_OUT}


@pytest.mark.parametrize("api", APIS, ids=lambda api: operations_page.model_of(api[0]))
def test_nothing_of_a_model_is_missing(api: Sequence[Operation]) -> None:
    model = openapi.Model.load(operations_page.model_of(api[0]))
    there = {
        (method.upper(), path)
        for path, methods in model.document["paths"].items()
        for method in methods
        if method in ("get", "post", "put", "patch", "delete")
    }
    assert {(one.method, one.path) for one in api} == there


def test_every_operation_has_a_model() -> None:
    assert {operations_page.model_of(one) for one in chain.from_iterable(APIS)} == {
        *operations_page.MODELS.values()
    }
