"""What the channel remembers of single orders for its other processes (`PluginContext.notes`)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stockpool.plugins.notes import Notes

REFUND_MARK = "stockpool "
"""Begins the mark in the note of a refund that we have Shopify make."""

_MARK = re.compile(REFUND_MARK + r"[0-9a-f]{24}")
_TAKEN = "taken/"
_TOLD = "told/"
_OUTSIDE = "outside/"
_AGAIN = "again/"
_GIVEN_UP = "given_up/"
_READ_TO = "read_to"
_HANDED = "handed/"
_REMOVED = "removed/"
_REFUND = "refund/"
_RETURNED = "returned/"


@dataclass(frozen=True, slots=True)
class Returned:
    """What was about to be told of a return.

    Attributes:
        before: how many there were before, as Shopify counts them; None: nothing was told.
        units: by line item.
    """

    before: int | None = None
    units: Mapping[str, int] = field(default_factory=dict)


class OrderNotes:
    """The kinds of notes.

    * Units that an order was handed to the engine with, until they are shipped: so it can be
      told if they are withdrawn in Shopify.
    * Tracking numbers that we tell Shopify of, written before they are told: so a fulfillment
      with one of them is known to be ours, and units in it still belong to the engine's order.
    * Units that Shopify has sold and the engine has not reserved, since their order waits or is
      held.
    * Orders to look at again although nothing in them changes.
    * Units that we have said we won't ship, until Shopify can be told of the whole.
    * Orders that were ever handed to the engine: what becomes of them later is told it.
    * What is about to be told of a return, with Shopify's count before: so it is known to have
      been done if that has grown.
    * Keys of refunds that we have Shopify make, by the mark in the refund's note.
    * Units taken out of an order in Shopify that the engine was asked to cancel.
    * The cursor up to which the engine has stored all orders.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def taken(self, order_id: str) -> dict[str, int]:
        """Units by line item that the engine was handed; empty: it does not know the order."""
        text = self._notes.read(_TAKEN + order_id).get(_TAKEN + order_id)
        units: dict[str, int] = json.loads(text) if text else {}
        return units

    def take(self, order_id: str, units: Mapping[str, int], known: Mapping[str, int]) -> None:
        """Remember these units, if they are news against `known`."""
        if units != known:
            # Handed first: who dies between the two finds other units the next time, and goes on.
            if not self.was_handed(order_id):
                self._notes.change(_HANDED + order_id, lambda _: "1")
            text = json.dumps(dict(units), sort_keys=True)
            self._notes.change(_TAKEN + order_id, lambda _: text)

    def was_handed(self, order_id: str) -> bool:
        """Whether the engine was ever handed this order."""
        return bool(self._notes.read(_HANDED + order_id))

    def mark_refund(self, mark: str, key: str) -> None:
        """Remember whose refund bears a mark, before it is made."""
        self._notes.change(_REFUND + mark, lambda _: key)

    def refund_key(self, note: str) -> str | None:
        """The key of our refund whose mark stands in a note; None: it was made by hand."""
        found = _MARK.search(note)
        return self._notes.read(_REFUND + found[0]).get(_REFUND + found[0]) if found else None

    def returned(self, return_id: str, mark: str) -> Returned:
        """What was about to be told of a return under this mark."""
        text = self._notes.read(_RETURNED + return_id).get(_RETURNED + return_id)
        found = json.loads(text or "{}").get(mark)
        return Returned(*found) if found else Returned()

    def note_returned(self, return_id: str, mark: str, told: Returned) -> None:
        """Remember what is about to be told."""

        def add(text: str | None) -> str:
            known = json.loads(text or "{}")
            return json.dumps({**known, mark: [told.before, dict(told.units)]}, sort_keys=True)

        self._notes.change(_RETURNED + return_id, add)

    def told(self, order_id: str) -> frozenset[str]:
        """Tracking numbers of our parcels of an order."""
        text = self._notes.read(_TOLD + order_id).get(_TOLD + order_id)
        return frozenset(json.loads(text)) if text else frozenset()

    def tell(self, order_id: str, tracking_number: str) -> None:
        """Remember a parcel that is about to be told."""

        def add(text: str | None) -> str:
            return json.dumps(sorted({*json.loads(text or "[]"), tracking_number}))

        self._notes.change(_TOLD + order_id, add)

    def forget(self, order_id: str) -> None:
        """There is nothing left to ship of an order."""
        for kind in (_TAKEN, _TOLD, _GIVEN_UP, _REMOVED):
            if self._notes.read(kind + order_id):
                self._notes.change(kind + order_id, lambda _: None)

    def outside(self) -> dict[str, int]:
        """Units by SKU that wait outside the engine."""
        total: dict[str, int] = {}
        for text in self._notes.read(_OUTSIDE).values():
            for sku, units in json.loads(text).items():
                total[sku] = total.get(sku, 0) + units
        return total

    def outside_ids(self) -> frozenset[str]:
        """The orders that these units are of."""
        return frozenset(key.removeprefix(_OUTSIDE) for key in self._notes.read(_OUTSIDE))

    def outside_orders(self) -> dict[str, str]:
        """All of these notes; to be handed to `keep_outside`."""
        return dict(self._notes.read(_OUTSIDE))

    def keep_outside(
        self, order_id: str, units: Mapping[str, int], known: Mapping[str, str]
    ) -> None:
        """Remember an order's units (none: it waits no more), if that is news against `known`."""
        text = json.dumps(dict(sorted(units.items()))) if units else None
        if known.get(_OUTSIDE + order_id) != text:
            self._notes.change(_OUTSIDE + order_id, lambda _: text)

    def note_read_to(self, cursor: str) -> None:
        """Remember the cursor up to which the engine has stored all orders."""
        if self.read_to() != cursor:
            self._notes.change(_READ_TO, lambda _: cursor)

    def read_to(self) -> str | None:
        """That cursor."""
        return self._notes.read(_READ_TO).get(_READ_TO)

    def give_up(self, order_id: str, key: str, units: Mapping[str, int]) -> None:
        """Remember units of line items that won't be shipped, as one push with its key says."""

        def add(text: str | None) -> str:
            return json.dumps({**json.loads(text or "{}"), key: dict(units)}, sort_keys=True)

        self._notes.change(_GIVEN_UP + order_id, add)

    def given_up(self, order_id: str) -> dict[str, int]:
        """Units by line item that won't be shipped."""
        text = self._notes.read(_GIVEN_UP + order_id).get(_GIVEN_UP + order_id)
        total: dict[str, int] = {}
        for units in json.loads(text or "{}").values():
            for item, count in units.items():
                total[item] = total.get(item, 0) + count
        return total

    def removed(self, order_id: str) -> dict[str, int]:
        """Units by line item that the engine was asked to cancel, since they were removed."""
        text = self._notes.read(_REMOVED + order_id).get(_REMOVED + order_id)
        units: dict[str, int] = json.loads(text) if text else {}
        return units

    def note_removed(self, order_id: str, units: Mapping[str, int]) -> None:
        """Remember them, once the engine has stored the page that asked."""
        if self.taken(order_id) and self.removed(order_id) != units:
            text = json.dumps(dict(units), sort_keys=True)
            self._notes.change(_REMOVED + order_id, lambda _: text)

    def to_look_at_again(self) -> list[str]:
        """Ids of orders."""
        return [key.removeprefix(_AGAIN) for key in sorted(self._notes.read(_AGAIN))]

    def look_again(self, order_id: str, *, wanted: bool, known: bool) -> None:
        """Whether to look at an order at every poll."""
        if wanted != known:
            self._notes.change(_AGAIN + order_id, lambda _: "1" if wanted else None)
