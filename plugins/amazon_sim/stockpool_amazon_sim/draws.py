"""Chance that depends on nothing but the seed and what is being decided.

A number is drawn by hashing the seed with a name for the decision (`order id, "transit", 2`). So
an order's fate does not depend on which other orders came before it, on threads or on processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_BASE32 = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_SCALE = 1 / (1 << 64)


class Draws:
    """All chance of one simulator."""

    def __init__(self, seed: int) -> None:
        self._root = blake2b(str(seed).encode(), digest_size=8)

    def bits(self, *purpose: str | int) -> int:
        """64 bits."""
        state = self._root.copy()
        state.update("\x1f".join(map(str, purpose)).encode("utf-8", "surrogatepass"))
        return int.from_bytes(state.digest(), "big")

    def unit(self, *purpose: str | int) -> float:
        """A number in [0, 1)."""
        return self.bits(*purpose) * _SCALE

    def chance(self, probability: float, *purpose: str | int) -> bool:
        """Whether something with this probability happens."""
        return probability > 0 and self.unit(*purpose) < probability

    def between(self, span: tuple[float, float], unit: int, *purpose: str | int) -> int:
        """A whole number between the ends of `span`, which are given in `unit`s."""
        low, high = span
        return int((low + (high - low) * self.unit(*purpose)) * unit)

    def choose(self, options: Sequence[tuple[T, float]], *purpose: str | int) -> T:
        """One of several options by weight."""
        point = self.unit(*purpose) * sum(weight for _, weight in options)
        for option, weight in options:
            point -= weight
            if point < 0:
                return option
        return options[-1][0]

    def shuffled(self, items: Sequence[T], *purpose: str | int) -> list[T]:
        """The items in another order."""
        order = sorted(range(len(items)), key=lambda place: self.bits(*purpose, place))
        return [items[place] for place in order]

    def code(self, length: int, *purpose: str | int) -> str:
        """Letters and digits that cannot be confused; at most 12."""
        value = self.bits(*purpose)
        return "".join(_BASE32[(value >> (5 * place)) & 31] for place in range(length))
