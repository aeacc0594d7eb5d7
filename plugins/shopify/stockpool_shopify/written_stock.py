"""When each SKU's stock was written, so that older news write nothing, and nothing stands for ever.

Stock that somebody edits in Shopify is not told to us, and the engine tells a figure when it
changes. So each figure is told again when it has stood for a while: it is read, and written only
where it differs. A part of the SKUs has its turn at a time, so that the calls are spread.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from stockpool.plugins.channel import AvailabilityUpdate
from stockpool.plugins.notes import Notes

_SHARDS = 64


class WrittenStock:
    """Notes of the shop, one for each part of its SKUs.

    Args:
        compare_after: when all figures have had their turn; None: they never have.
    """

    def __init__(self, notes: Notes, compare_after: timedelta | None) -> None:
        self._notes = notes
        self._compare_after = compare_after

    def newer(self, updates: Sequence[AvailabilityUpdate]) -> dict[str, AvailabilityUpdate]:
        """The newest update of each SKU, where it is newer than what was written."""
        newest: dict[str, AvailabilityUpdate] = {}
        for update in updates:
            known = newest.get(update.channel_sku)
            if known is None or update.as_of >= known.as_of:
                newest[update.channel_sku] = update
        written: dict[str, str] = {}
        for shard in {_shard(_number(sku)) for sku in newest}:
            written |= self._read(shard)
        return {
            sku: update
            for sku, update in newest.items()
            if sku not in written or update.as_of > datetime.fromisoformat(written[sku])
        }

    def remember(self, written: Mapping[str, AvailabilityUpdate]) -> None:
        """These were written."""
        shards: dict[str, dict[str, str]] = {}
        for sku, update in written.items():
            shards.setdefault(_shard(_number(sku)), {})[sku] = update.as_of.isoformat()
        for shard, times in shards.items():
            self._notes.change(shard, lambda text, new=times: later_times(text, new))  # type: ignore[misc]

    def to_compare(self, at: datetime) -> frozenset[str]:
        """SKUs whose turn it is, and that were not written since it began."""
        if self._compare_after is None:
            return frozenset()
        turn = self._compare_after / _SHARDS
        number, passed = divmod(at - _EPOCH, turn)
        written = self._read(_shard(number % _SHARDS))
        return frozenset(
            sku for sku, time in written.items() if datetime.fromisoformat(time) < at - passed
        )

    def _read(self, shard: str) -> dict[str, str]:
        times: dict[str, str] = json.loads(self._notes.read(shard).get(shard, "{}"))
        return times


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def later_times(text: str | None, times: Mapping[str, str]) -> str:
    """A note with these times in it, each unless a later one stands there."""
    kept: dict[str, str] = json.loads(text or "{}")
    for sku, time in times.items():
        old = kept.get(sku)
        if old is None or datetime.fromisoformat(old) < datetime.fromisoformat(time):
            kept[sku] = time
    return json.dumps(kept, sort_keys=True)


def _number(sku: str) -> int:
    return zlib.crc32(sku.encode()) % _SHARDS


def _shard(number: int) -> str:
    return f"stock/{number:02d}"
