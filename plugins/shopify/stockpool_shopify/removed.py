"""Units that were taken out of an order in Shopify before they were shipped.

The merchant edits the order, or refunds items that have not left. The engine keeps the order as it
was placed, with its money, and is asked to cancel these units; at the network too if it has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stockpool.plugins.channel import ChannelCancellation, LineQuantity
from stockpool_shopify.answers import CurrentLineItem, LineItem, OrderWork
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document
from stockpool_shopify.order_notes import OrderNotes
from stockpool_shopify.policy import units_left
from stockpool_shopify.settings import ShopifySettings

_LINES_A_CALL = 100


@dataclass(frozen=True, slots=True)
class Removed:
    """What is gone from an order that the engine has.

    Attributes:
        units: by line item, all that were ever removed.
        items: these line items; fulfillment orders may not show them any more.
    """

    units: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, LineItem] = field(default_factory=dict)


def removed_units(missing: Mapping[str, int], items: Sequence[CurrentLineItem]) -> dict[str, int]:
    """How many of the units that nobody is to ship any more were taken out of the order. Pure.

    The others were moved to another location, or shipped by somebody else: the order has them.
    """
    gone = {item.id: item.quantity - item.current_quantity for item in items}
    counted = {item: min(units, gone.get(item, 0)) for item, units in missing.items()}
    return {item: units for item, units in counted.items() if units > 0}


class RemovedUnits:
    """Finds them, and asks for the cancellation of each once."""

    def __init__(self, client: Client, notes: OrderNotes, settings: ShopifySettings) -> None:
        self._client = client
        self._notes = notes
        self._settings = settings

    def of(
        self, order: OrderWork, taken: Mapping[str, int], accounted: Mapping[str, int]
    ) -> Removed:
        """What was removed of the units that the engine has `taken`.

        Args:
            accounted: units by line item that were shipped or given up by us.
        """
        left = units_left(order, self._settings)
        missing = {
            item: units - accounted.get(item, 0) - left.get(item, 0)
            for item, units in taken.items()
        }
        missing = {item: units for item, units in missing.items() if units > 0}
        if order.cancelled_at is not None:
            return Removed()
        # What was cancelled stays so: units that are put back into the order are added to it.
        units = self._notes.removed(order.id)
        items = list(self._items(sorted(missing)))
        for item, gone in removed_units(missing, items).items():
            units[item] = max(units.get(item, 0), gone)
        return Removed(units, {item.id: item for item in items if item.id in units})

    def news(self, order_id: str, removed: Removed) -> list[ChannelCancellation]:
        """What the engine was not asked yet to cancel.

        The id says from how many to how many: a page that is repeated asks for the same.
        """
        told = self._notes.removed(order_id)
        return [
            ChannelCancellation(
                f"{order_id}:removed:{item.rpartition('/')[2]}:{told.get(item, 0)}-{units}",
                order_id,
                "removed from the order in Shopify",
                [LineQuantity(item, removed.items[item].sku or "", units - told.get(item, 0))],
                done=True,
            )
            for item, units in sorted(removed.units.items())
            if units > told.get(item, 0)
        ]

    def _items(self, ids: Sequence[str]) -> Iterator[CurrentLineItem]:
        for start in range(0, len(ids), _LINES_A_CALL):
            some = list(ids[start : start + _LINES_A_CALL])
            nodes = self._client.run(document("CurrentLines"), {"ids": some}).data["nodes"]
            yield from (CurrentLineItem.model_validate(node) for node in nodes if node)
