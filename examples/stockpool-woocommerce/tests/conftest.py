"""A shop for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stockpool_woocommerce.conformance.fake_shop import FakeShop


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeShop]:
    for variable in ("WOOCOMMERCE_KEY", "WOOCOMMERCE_SECRET", "WOOCOMMERCE_WEBHOOKS"):
        monkeypatch.setenv(variable, f"{variable} of the tests")
    with FakeShop(tmp_path) as opened:
        yield opened
