"""Identifiers and randomness as a dependency.

Identifiers are 26 characters of Crockford's base 32: 48 bits of milliseconds, 80 random bits.
They sort by time, so new rows land at the end of an index, and fit into Amazon's limit of 40
characters for a seller's fulfillment order id with room for a suffix.
"""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)


def _base32(value: int, pairs: int) -> str:
    digits = []
    for _ in range(pairs):
        digits.append(_PAIRS[value & 1023])
        value >>= 10
    return "".join(reversed(digits))


class IdSource:
    """Makes identifiers and random numbers; a seed makes both repeatable.

    Safe to share between threads. Without a seed the operating system's randomness is used.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.random: random.Random = random.SystemRandom() if seed is None else random.Random(seed)
        self._lock = threading.Lock()

    def new_id(self, at: datetime) -> str:
        """A new identifier that sorts by `at`."""
        return self.new_ids(at, 1)[0]

    def new_ids(self, at: datetime, count: int) -> list[str]:
        """`count` identifiers in ascending order, all carrying the millisecond of `at`."""
        # Not by timestamp(): a float may fall short of the millisecond.
        milliseconds = (at - _EPOCH) // _MILLISECOND
        with self._lock:
            start = self.random.getrandbits(79)
        # Consecutive within a batch: unique because no second batch of the same millisecond
        # starts within 2**79 by chance, and ascending, which keeps index pages together.
        prefix = milliseconds << 80
        return [_base32(prefix | (start + offset), 13) for offset in range(count)]
