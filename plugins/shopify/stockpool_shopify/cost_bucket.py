"""The bucket of points of a shop, on which all workers draw: who would find it empty does not ask.

Shopify takes what a query may cost at most from a bucket that refills at a fixed rate, and gives
back what it did not cost; each answer says how full the bucket is (`throttleStatus`). So a worker
notes before its call what it is about to draw, in a note that all workers of the shop share, and
puts that right by the answer. A call that nobody hears of again stops counting after a while: by
then the bucket has refilled.

What a document may cost is learned from its answers. It grows with what is asked for at once (page
sizes, lists of ids), about evenly: so one price a document is kept, that of its largest call.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from stockpool.clock import Clock
from stockpool.plugins.notes import Notes

_NOTE = "cost_bucket"
_UNKNOWN_COST = 100.0
"""Of a document that nobody has run yet: more than most cost."""
_FORGOTTEN_AFTER = timedelta(seconds=60)
"""A call takes less (it would have timed out), and a bucket is full again after 20 seconds."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call under way.

    Attributes:
        size: how much is asked for at once: the page size, and the lengths of lists.
    """

    name: str
    document: str
    size: int

    @classmethod
    def of(cls, document: str, variables: Mapping[str, Any]) -> Call:
        """A call of a document, with a name that no other has."""
        return cls(secrets.token_hex(6), document, variables.get("first", 0) + _listed(variables))


def _listed(variables: Mapping[str, Any]) -> int:
    inner = [one for one in variables.values() if isinstance(one, Mapping)]
    lists = [one for one in variables.values() if isinstance(one, list | tuple)]
    return sum(map(len, lists)) + sum(map(_listed, inner))


@dataclass(frozen=True, slots=True)
class Bucket:
    """How full the bucket is, as far as the workers know.

    Attributes:
        told, told_at: the points that were there when Shopify last said so; None: it never has.
        told_to: when the call was begun that was told so.
        most: what it holds; rate: points that come back in a second.
        drawn: calls under way: their points, and when they were begun.
        costs: what the largest call of each document may cost, and its size.
    """

    told: float | None = None
    told_at: datetime | None = None
    told_to: datetime | None = None
    most: float = 0.0
    rate: float = 0.0
    drawn: Mapping[str, tuple[float, datetime]] = field(default_factory=dict)
    costs: Mapping[str, tuple[float, int]] = field(default_factory=dict)

    def draw(self, call: Call, at: datetime) -> Bucket:
        """The bucket with a call under way; unchanged if there is not enough in it."""
        fresh = self._without_forgotten(at)
        if fresh.wait(call, at) > 0:
            return fresh
        return replace(fresh, drawn={**fresh.drawn, call.name: (fresh._points(call), at)})

    def wait(self, call: Call, at: datetime) -> float:
        """Seconds until there is enough for a call; 0.0 if there is."""
        if self.told is None or self.told_at is None or self.rate <= 0:
            return 0.0
        passed = max((at - self.told_at) / timedelta(seconds=1), 0.0)
        level = min(self.told + passed * self.rate, self.most)
        level -= sum(points for points, _ in self.drawn.values())
        return max((self._points(call) - level) / self.rate, 0.0)

    def answered(self, call: Call, cost: Mapping[str, Any], at: datetime) -> Bucket:
        """The bucket after the answer to a call; `cost` is what it says of itself."""
        drawn = {name: of for name, of in self.drawn.items() if name != call.name}
        status = cost.get("throttleStatus")
        status = status if isinstance(status, Mapping) else {}
        told = [_number(status.get(name)) for name in _STATUS]
        points = _number(cost.get("requestedQueryCost"))
        costs = self.costs
        if points is not None and points >= costs.get(call.document, (0.0, 0))[0]:
            costs = {**costs, call.document: (points, call.size)}
        begun = self.drawn[call.name][1] if call.name in self.drawn else None
        # What a call begun later was told is newer, and this answer may not know what that cost.
        stale = begun is None or (self.told_to is not None and begun < self.told_to)
        if stale or None in told:
            return replace(self, drawn=drawn, costs=costs)
        available, most, rate = (one or 0.0 for one in told)
        return Bucket(available, at, begun, most, rate, drawn, costs)

    def _points(self, call: Call) -> float:
        """A call that costs more than a bucket holds is for Shopify to refuse."""
        points, size = self.costs.get(call.document, (_UNKNOWN_COST, call.size))
        return min(points * min((call.size + 1) / (size + 1), 1.0), self.most)

    def _without_forgotten(self, at: datetime) -> Bucket:
        drawn = {name: of for name, of in self.drawn.items() if at - of[1] < _FORGOTTEN_AFTER}
        return replace(self, drawn=drawn)


_STATUS = ("currentlyAvailable", "maximumAvailable", "restoreRate")


class SharedBucket:
    """The bucket of one shop in the notes of its channel. Safe to share between threads."""

    def __init__(self, notes: Notes, clock: Clock) -> None:
        self._notes = notes
        self._clock = clock

    def draw(self, call: Call) -> float:
        """Note a call that is about to be made; returns the seconds to wait instead, or 0.0."""
        at = self._clock.now()
        text = self._notes.change(_NOTE, lambda text: _written(_read(text).draw(call, at)))
        bucket = _read(text)
        return 0.0 if call.name in bucket.drawn else max(bucket.wait(call, at), 0.1)

    def answered(self, call: Call, cost: object) -> None:
        """Note what the answer to a call says of its cost and of the bucket."""
        at = self._clock.now()
        told: Mapping[str, Any] = cost if isinstance(cost, Mapping) else {}
        self._notes.change(_NOTE, lambda text: _written(_read(text).answered(call, told, at)))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e9 else None


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _read(text: str | None) -> Bucket:
    if text is None:
        return Bucket()
    kept = json.loads(text)
    return Bucket(
        kept["told"],
        _moment(kept["told_at"]),
        _moment(kept["told_to"]),
        kept["most"],
        kept["rate"],
        {
            name: (points, datetime.fromisoformat(at))
            for name, (points, at) in kept["drawn"].items()
        },
        {name: (points, size) for name, (points, size) in kept["costs"].items()},
    )


def _written(bucket: Bucket) -> str:
    return json.dumps(
        {
            "told": bucket.told,
            "told_at": bucket.told_at and bucket.told_at.isoformat(),
            "told_to": bucket.told_to and bucket.told_to.isoformat(),
            "most": bucket.most,
            "rate": bucket.rate,
            "drawn": {
                name: (points, at.isoformat()) for name, (points, at) in bucket.drawn.items()
            },
            "costs": dict(bucket.costs),
        }
    )
