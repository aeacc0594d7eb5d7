"""Every method of both clients that reaches an operation served here is called by a test."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

import client_methods
from stockpool_amazon_sim.sp_api.application import APIS

SERVED = {
    (operation.method, client_methods.shape(operation.path))
    for operation in chain.from_iterable(APIS)
}

NOT_CALLED: dict[str, str] = {}
"""Methods without a test, and why."""

REACHED_BY_NO_CLIENT: dict[tuple[str, str], str] = {}
"""Operations that neither client has, and why that is so."""


@pytest.mark.parametrize("client", ["sdk", "library"])
def test_every_method_is_called(client: str) -> None:
    methods = client_methods.sdk_methods() if client == "sdk" else client_methods.library_methods()
    fitting = {name for name, address in methods.items() if address in SERVED}
    called = client_methods.called_in(Path(__file__).parent)
    assert fitting - called - NOT_CALLED.keys() == set()


def test_every_operation_is_reached() -> None:
    methods = {**client_methods.sdk_methods(), **client_methods.library_methods()}
    assert SERVED - set(methods.values()) == REACHED_BY_NO_CLIENT.keys()


def test_what_is_named_as_left_out_exists_and_is_not_called() -> None:
    methods = {**client_methods.sdk_methods(), **client_methods.library_methods()}
    assert NOT_CALLED.keys() <= methods.keys()
    assert not NOT_CALLED.keys() & client_methods.called_in(Path(__file__).parent)
