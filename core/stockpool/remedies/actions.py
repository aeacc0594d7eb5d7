"""Which actions an item of the attention queue suggests. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from stockpool.attention.queue import AttentionItem


class Action(StrEnum):
    """Something that can be done about an item, without further questions."""

    RETRY = "retry"
    RELEASE = "release"
    CANCEL = "cancel"
    REPLACE = "replace"
    REFUND = "refund"
    REFUND_MADE = "refund-made"
    NOTHING_DUE = "nothing-due"
    WRITE_OFF = "write-off"
    CONVERT = "convert"
    DISPOSE = "dispose"
    DROP = "drop"


WHAT: Mapping[Action, str] = {
    Action.RETRY: "try it again, after the cause was mended",
    Action.RELEASE: "let the order go on: what is held back is routed anew",
    Action.CANCEL: "cancel what of the order has not been shipped",
    Action.REPLACE: "send the items of the parcel again, without a charge",
    Action.REFUND: "refund the items that it is about",
    Action.REFUND_MADE: "note that the refund was made in the channel by hand",
    Action.NOTHING_DUE: "note that nothing has to be refunded",
    Action.WRITE_OFF: "give the claim up: what is still owed is written off",
    Action.CONVERT: "let the network fulfil the listing again, so that the units can be bought",
    Action.DISPOSE: "ask the network to dispose of all units of the SKU that are free in the pool",
    Action.DROP: "close the item; what it holds is let go",
}
"""What each does."""

_BY_KEY: Mapping[str, tuple[Action, ...]] = {
    "effect": (Action.RETRY,),
    "intake": (Action.RETRY,),
    "availability": (Action.RETRY,),
    "deadline:claim": (Action.WRITE_OFF,),
    "deadline:refund_due": (Action.REFUND, Action.NOTHING_DUE),
    "deadline:hold_ends": (Action.RELEASE, Action.CANCEL),
}
"""By the beginning of an item's key."""

_BY_CODE: Mapping[str, tuple[Action, ...]] = {
    "wanted_again": (Action.RELEASE, Action.CANCEL),
    "feature_not_granted": (Action.CANCEL,),
    "cancellation_refused": (Action.CANCEL,),
    "delivery_failed": (Action.REPLACE, Action.REFUND),
    "parcel_returning": (Action.REPLACE,),
    "parcel_late": (Action.REPLACE,),
    "parcel_stuck": (Action.REPLACE,),
    "stranded_by_conversion": (Action.CONVERT, Action.DISPOSE),
    "stranded_stock": (Action.DISPOSE,),
    "refund_by_hand": (Action.REFUND_MADE,),
}


def suggested(item: AttentionItem) -> tuple[Action, ...]:
    """What can be done about an open item, the likeliest first. To drop it is always possible."""
    if item.state != "open":
        return ()
    found = _BY_CODE.get(item.code, ())
    for beginning, actions in _BY_KEY.items():
        if item.key.startswith(f"{beginning}:"):
            found = (*actions, *(one for one in found if one not in actions))
    return (*found, Action.DROP)
