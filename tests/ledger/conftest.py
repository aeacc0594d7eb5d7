"""A database handle for tests that speak to the ledger alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stockpool.clock import ManualClock
from stockpool.storage.database import Database


@pytest.fixture
def database(database_url: str, clock: ManualClock) -> Iterator[Database]:
    opened = Database(database_url, clock=clock)
    yield opened
    opened.close()
