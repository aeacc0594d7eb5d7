"""Whether the channel keeps its promises: `stockpool plugins check csv_channel`."""

from __future__ import annotations

from pathlib import Path

import pytest

from stockpool.testing import ChannelConformance
from stockpool_csv_channel.conformance.folder_world import FolderWorld


class TestCsvChannel(ChannelConformance):
    """With three orders a page, so that there are several."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> FolderWorld:
        """A new folder for each test."""
        return FolderWorld(tmp_path)
