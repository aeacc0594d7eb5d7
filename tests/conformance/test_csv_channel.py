"""Files in a folder keep the contract of a channel."""

from __future__ import annotations

from stockpool_csv_channel.conformance import TestCsvChannel

__all__ = ["TestCsvChannel"]
