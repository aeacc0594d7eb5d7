"""Whether the channel keeps its promises: `stockpool plugins check woocommerce`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stockpool.testing import ChannelConformance
from stockpool_woocommerce.conformance.fake_shop import FakeShop


class TestWooCommerce(ChannelConformance):
    """Against a shop that keeps state and answers as the real one does, without a network."""

    @pytest.fixture
    def world(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeShop]:
        """A new shop for each test."""
        for variable in ("WOOCOMMERCE_KEY", "WOOCOMMERCE_SECRET", "WOOCOMMERCE_WEBHOOKS"):
            monkeypatch.setenv(variable, f"{variable} of the tests")
        with FakeShop(tmp_path) as shop:
            yield shop
