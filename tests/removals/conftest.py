from __future__ import annotations

from pathlib import Path

import pytest

from removal_parcels_told import ParcelReports
from stockpool.engine import Engine


@pytest.fixture
def parcels(engine: Engine, tmp_path: Path) -> ParcelReports:
    return ParcelReports(engine, tmp_path)
