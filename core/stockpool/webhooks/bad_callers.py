"""Who sends what is refused again and again is not listened to for a while."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict

from stockpool.clock import Clock

REFUSALS_AT_ONCE = 20
REFUSALS_A_SECOND = 0.2
"""Refusals that are forgiven: so many at once, and one more every five seconds."""

_CALLERS_MOST = 10_000


class BadCallers:
    """A token bucket of refusals for each address, in this process; bounded in memory.

    A caller whose deliveries are good is never slowed down. Addresses of IPv6 count by their /64,
    which is what one customer of a network has.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def is_blocked(self, address: str) -> bool:
        """Whether the caller has used up its refusals."""
        with self._lock:
            return self._refilled(_network(address)) < 1

    def refused(self, address: str) -> None:
        """Count one refusal."""
        key = _network(address)
        with self._lock:
            left = self._refilled(key)
            self._left[key] = (max(left - 1, 0.0), self._clock.now().timestamp())
            self._left.move_to_end(key)
            if len(self._left) > _CALLERS_MOST:
                self._left.popitem(last=False)

    def _refilled(self, key: str) -> float:
        if key not in self._left:
            return REFUSALS_AT_ONCE
        left, at = self._left[key]
        passed = max(self._clock.now().timestamp() - at, 0.0)
        return min(left + passed * REFUSALS_A_SECOND, REFUSALS_AT_ONCE)


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
