"""Why Shopify's figure may be another one than it was told, so that it is told again.

The engine tells a figure when it changes. What is written here is less by the units that Shopify
has sold outside the engine; and those may end without a change of the figure: the order is
cancelled before the engine hears of it, or the engine had reserved its units already. And Shopify
takes what it sells from its figure by itself: if as many units became free in the engine at the
same time, its figure stands, and Shopify's would stay too low.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from stockpool.plugins.notes import Notes

_LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Unseen:
    """Units by SKU that Shopify has sold outside the engine.

    Attributes:
        waiting: of orders that the engine is not to have yet; known without asking Shopify.
        new: of orders that it has not read; they are read, or found to be none of ours, soon.
    """

    waiting: Mapping[str, int]
    new: Mapping[str, int]

    def units(self, sku: str) -> int:
        """Both together."""
        return self.waiting.get(sku, 0) + self.new.get(sku, 0)


class LeftOut:
    """One note for the shop; it names only SKUs whose figure may be another one."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def note(self, told: Mapping[str, Unseen]) -> None:
        """Remember what each SKU was told without."""
        known = self._read()
        news: dict[str, list[int] | None] = {}
        for sku, unseen in told.items():
            units = [unseen.waiting.get(sku, 0), unseen.new.get(sku, 0)]
            now = units if any(units) else None
            if known.get(sku) != now:
                news[sku] = now
        if news:
            self._notes.change(_LEFT_OUT, lambda text: _merged(text, news))

    def moved(self, skus: Collection[str]) -> None:
        """Shopify has sold some of these, or taken them back, by itself: tell them again."""
        if not skus:
            return
        known = self._read()
        before = {sku: known.get(sku, [0, 0]) for sku in skus}
        news = {sku: [waiting, 1] for sku, (waiting, new) in before.items() if not new}
        if news:
            self._notes.change(_LEFT_OUT, lambda text: _merged(text, news))

    def ended(self, waiting: Mapping[str, int]) -> frozenset[str]:
        """SKUs to be told again: what was new then is not now, and what waits may have changed."""
        return frozenset(
            sku for sku, (then, new) in self._read().items() if new or waiting.get(sku, 0) != then
        )

    def is_empty(self) -> bool:
        """Whether nothing was left out of anything."""
        return not self._read()

    def _read(self) -> dict[str, list[int]]:
        known: dict[str, list[int]] = json.loads(self._notes.read(_LEFT_OUT).get(_LEFT_OUT) or "{}")
        return known


def _merged(text: str | None, news: Mapping[str, list[int] | None]) -> str | None:
    kept = {**json.loads(text or "{}"), **news}
    kept = {sku: units for sku, units in kept.items() if units}
    return json.dumps(kept, sort_keys=True) if kept else None
