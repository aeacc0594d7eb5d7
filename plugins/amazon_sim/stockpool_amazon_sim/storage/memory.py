"""The store that lives and dies with its process."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from stockpool_amazon_sim.records import Micros, Movement, encode
from stockpool_amazon_sim.storage.interface import DECODERS, Change, Event, Store, Table

T = TypeVar("T")


class MemoryTable(Table[T]):
    """A dictionary. Settled records are kept as their JSON, a fraction of the size."""

    def __init__(self, decode: Callable[[str], T]) -> None:
        self._decode = decode
        self._records: dict[str, T | _Packed] = {}
        self._keys: list[str] = []
        self._new_keys: list[str] = []

    def get(self, key: str) -> T | None:
        record = self._records.get(key)
        if isinstance(record, _Packed):
            return self._decode(record)
        return record

    def put(self, key: str, record: T) -> None:
        if key not in self._records:
            self._new_keys.append(key)
        self._records[key] = record

    def remove(self, key: str) -> None:
        if self._records.pop(key, None) is None:
            return
        if key in self._new_keys[-1:]:
            self._new_keys.pop()
        else:
            keys = self._sorted()
            del keys[bisect_left(keys, key)]

    def settle(self, key: str) -> None:
        record = self._records.get(key)
        if record is not None and not isinstance(record, _Packed):
            self._records[key] = _Packed(encode(record))

    def scan(self, prefix: str = "", after: str = "", limit: int = 1000) -> list[tuple[str, T]]:
        keys = self._sorted()
        start = max(bisect_left(keys, prefix), bisect_right(keys, after))
        found: list[tuple[str, T]] = []
        for key in islice(keys, start, start + limit):
            if not key.startswith(prefix):
                break
            record = self.get(key)
            assert record is not None
            found.append((key, record))
        return found

    def _sorted(self) -> list[str]:
        # Keys are only sorted for a reader; what is already nearly sorted is sorted fast.
        if self._new_keys:
            self._keys.extend(self._new_keys)
            self._keys.sort()
            self._new_keys = []
        return self._keys


class _Packed(str):
    """A record as JSON."""

    __slots__ = ()


class MemoryStore(Store):
    """See `Store`. A transaction is nothing here: one process, one lock above, no crash."""

    def __init__(self) -> None:
        for name, decode in DECODERS.items():
            table: MemoryTable[Any] = MemoryTable(decode)
            setattr(self, name, table)
        self._heap: list[tuple[Micros, int]] = []
        self._events: dict[int, Event] = {}
        self._by_subject: dict[str, list[int]] = {}
        self._event_sequence = 0
        self._loud = 0
        self._changes: list[tuple[str, str | None] | None] = []
        self._change_times: array[int] = array("q")
        self._latest: dict[str, int] = {}
        self._movements: list[Movement] = []
        self._counters: dict[str, int] = {}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        yield

    def checkpoint(self) -> None:
        return None

    def close(self) -> None:
        return None

    def schedule(self, event: Event) -> None:
        self._event_sequence = number = self._event_sequence + 1
        heapq.heappush(self._heap, (event.due, number))
        self._events[number] = event
        self._by_subject.setdefault(event.subject, []).append(number)
        self._loud += not event.quiet

    def has_due(self, now: Micros) -> bool:
        # A dropped event may still stand in the heap; then there is merely nothing to take.
        return bool(self._heap) and self._heap[0][0] <= now

    def take_due(self, now: Micros) -> Event | None:
        heap = self._heap
        while heap and heap[0][0] <= now:
            _, number = heapq.heappop(heap)
            event = self._events.get(number)
            if event is not None:
                self._forget(number, event)
                return event
        return None

    def take_next(self, subject: str, kinds: Collection[str]) -> Event | None:
        numbers = [
            number
            for number in self._by_subject.get(subject, ())
            if self._events[number].kind in kinds
        ]
        if not numbers:
            return None
        first = min(numbers, key=lambda number: (self._events[number].due, number))
        event = self._events[first]
        self._forget(first, event)
        return event

    def drop_events(self, subject: str, detail: str | None = None, kind: str | None = None) -> None:
        for number in list(self._by_subject.get(subject, ())):
            event = self._events[number]
            if detail in (None, event.detail) and kind in (None, event.kind):
                self._forget(number, event)

    def _forget(self, number: int, event: Event) -> None:
        del self._events[number]
        numbers = self._by_subject[event.subject]
        numbers.remove(number)
        if not numbers:
            del self._by_subject[event.subject]
        self._loud -= not event.quiet

    def next_due(self) -> Micros | None:
        if not self._loud:
            return None
        heap = self._heap
        while heap[0][1] not in self._events:
            heapq.heappop(heap)
        if not self._events[heap[0][1]].quiet:
            return heap[0][0]
        return min(event.due for event in self._events.values() if not event.quiet)

    def touch(self, order_id: str, at: Micros, document: str | None = None) -> int:
        if document is None:
            earlier = self._latest.get(order_id)
            if earlier is not None:
                self._changes[earlier] = None
            self._latest[order_id] = len(self._changes)
        self._changes.append((order_id, document))
        self._change_times.append(at)
        return len(self._changes)

    def changes_after(self, sequence: int, limit: int) -> list[Change]:
        found: list[Change] = []
        for place in range(sequence, len(self._changes)):
            entry = self._changes[place]
            if entry is not None:
                found.append(Change(place + 1, entry[0], entry[1]))
                if len(found) == limit:
                    break
        return found

    def changes_since(self, at: Micros) -> int:
        return bisect_left(self._change_times, at)

    def record(self, movement: Movement) -> None:
        self._movements.append(movement)

    def movement_sequence(self) -> int:
        return len(self._movements)

    def movements_after(self, sequence: int) -> Iterable[Movement]:
        movements = self._movements
        return (movements[place] for place in range(sequence, len(movements)))

    def count(self, name: str, by: int = 1) -> None:
        self._counters[name] = self._counters.get(name, 0) + by

    def counter(self, name: str) -> int:
        return self._counters.get(name, 0)

    def counters(self) -> Mapping[str, int]:
        return self._counters
