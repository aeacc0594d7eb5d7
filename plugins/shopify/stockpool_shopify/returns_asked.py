"""Returns in: what buyers and the merchant ask for in Shopify is asked of the engine.

Returns change no `updatedAt` of their order, so they are looked for by the order's return status.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from stockpool.errors import RejectedError
from stockpool.plugins.channel import LineQuantity, OrderProblem
from stockpool.plugins.channel_returns import ChannelReturn
from stockpool.problems import Problem
from stockpool_shopify.order_notes import OrderNotes
from stockpool_shopify.shop_returns import ReturnState, ShopReturns

_COMMENT_LENGTH = 300


@dataclass(slots=True)
class Asked:
    """What a look at the returns has found.

    Attributes:
        known: ids of all that are under way and need not be read again.
    """

    returns: list[ChannelReturn] = field(default_factory=list)
    problems: list[OrderProblem] = field(default_factory=list)
    known: set[str] = field(default_factory=set)


class ReturnsAsked:
    """Returns of orders that the engine has."""

    def __init__(self, returns: ShopReturns, notes: OrderNotes) -> None:
        self._returns = returns
        self._notes = notes

    def look(self, known: Collection[str]) -> Asked:
        """Returns under way; those that are `known` are not told again."""
        asked = Asked()
        for order_id, return_id in self._returns.under_way():
            if return_id in known:
                asked.known.add(return_id)
            elif self._notes.was_handed(order_id):
                asked.known.add(return_id)
                self._take(order_id, return_id, asked)
        return asked

    def _take(self, order_id: str, return_id: str, asked: Asked) -> None:
        try:
            found = self._returns.one(return_id)
        except RejectedError as error:
            asked.problems.append(_by_hand(order_id, return_id, str(error)))
            return
        if found.is_ours:
            return
        left = self._returns.left_our_location(order_id)
        ours = [
            line
            for line in found.lines
            if line.fulfillment_line_item and line.fulfillment_line_item.id in left
        ]
        if len(ours) == len(found.lines) and ours:
            asked.returns.append(_asked(order_id, found))
        elif ours:
            why = "some of its items were not shipped from this location"
            asked.problems.append(_by_hand(order_id, return_id, why))


def _asked(order_id: str, found: ReturnState) -> ChannelReturn:
    """As the engine takes it in; of several reasons the first."""
    notes = [line.customer_note.strip() for line in found.lines if line.customer_note]
    return ChannelReturn(
        found.id,
        order_id,
        [
            LineQuantity(
                line.fulfillment_line_item.line_item.id,
                line.fulfillment_line_item.line_item.sku or "",
                line.quantity,
            )
            for line in found.lines
            if line.fulfillment_line_item
        ],
        found.lines[0].return_reason,
        "; ".join(dict.fromkeys(notes))[:_COMMENT_LENGTH],
    )


def _by_hand(order_id: str, return_id: str, why: str) -> OrderProblem:
    number = return_id.rpartition("/")[2]
    return OrderProblem(
        return_id,
        Problem(
            "return_by_hand",
            f"return {number} can't be asked of the network: {why}",
            fix="settle it in Shopify; `stockpool returns request` asks for what left from here",
        ),
        order_id,
    )
