"""A shop whose network owes it something."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims_desk import ClaimDesk
from stockpool.engine import Engine


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> ClaimDesk:
    return ClaimDesk(engine, tmp_path)
