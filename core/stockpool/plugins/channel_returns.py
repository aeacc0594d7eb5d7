"""The contract of returns: what a channel asks for, and what it is told of goods that come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from stockpool.plugins.line_quantity import LineQuantity


@dataclass(frozen=True, slots=True)
class ChannelReturn:
    """A return that a channel, its merchant or the buyer asks for.

    Attributes:
        return_id: the channel's id of it; the same id again is the same request.
        lines: items that are to come back; empty: everything that was shipped.
        reason: the channel's word for why, or a reason code of the network. The engine translates
            it by the channel's `return_reasons`.
        comment: the customer's own words; kept where they can be erased.
    """

    return_id: str
    channel_order_id: str
    lines: Sequence[LineQuantity] = ()
    reason: str = ""
    comment: str = ""


ReturnOutcome = Literal["authorised", "refused", "received"]


@dataclass(frozen=True, slots=True)
class ReturnUpdate:
    """What became of items of an order that are to come back, or came back.

    Attributes:
        return_id: the channel's id of the return; None: it was asked for elsewhere, or a parcel
            came back by itself.
        engine_return_id: ours; None if the return was refused before it was one.
        outcome: `authorised`: the customer may send them; `refused`: nobody takes them back;
            `received`: they are in a center, and graded.
        lines: the items that it is about; a kit counts with the first of its parts. May be empty,
            when these parts belong to kits that were told of before.
        reason: why it was refused; else why the items come back.
        label_pages: pages with label and barcode for the customer, of what is authorised.
        return_to: the address on the labels, line by line.
        conditions: units by what the network found them to be (`Sellable`, `Defective` ...).
    """

    key: str
    channel_order_id: str
    return_id: str | None
    engine_return_id: str | None
    outcome: ReturnOutcome
    lines: Sequence[LineQuantity]
    reason: str = ""
    label_pages: Sequence[str] = ()
    return_to: Sequence[str] = ()
    conditions: Mapping[str, int] = field(default_factory=dict)
