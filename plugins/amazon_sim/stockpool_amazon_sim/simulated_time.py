"""The simulator's own clock: it starts at the engine's time and may run faster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stockpool_amazon_sim.records import Micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(at: datetime) -> Micros:
    """An aware time as microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def to_datetime(at: Micros) -> datetime:
    """Microseconds since 1970 as an aware time in UTC."""
    return _EPOCH + timedelta(microseconds=at)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The two clocks showed `engine` and `simulated` at one moment; `speed` ties them since.

    It is kept in the store, so that all processes that share a simulator agree on its time.
    """

    engine: Micros
    simulated: Micros
    speed: float

    def simulated_at(self, engine: Micros) -> Micros:
        """What the simulator's clock shows when the engine's shows `engine`."""
        if self.speed == 1.0:
            return self.simulated + engine - self.engine
        return self.simulated + int((engine - self.engine) * self.speed)
