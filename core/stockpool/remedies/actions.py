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
    WRITE_OFF = "write-off"
    DROP = "drop"


WHAT: Mapping[Action, str] = {
    Action.RETRY: "try it again, after the cause was mended",
    Action.RELEASE: "let the order go on: what is held back is routed anew",
    Action.CANCEL: "cancel what of the order has not been shipped",
    Action.REPLACE: "send the items of the parcel again, without a charge",
    Action.REFUND: "refund the items of the parcel",
    Action.REFUND_MADE: "note that the refund was made in the channel by hand",
    Action.WRITE_OFF: "give the claim up: what is still owed is written off",
    Action.DROP: "close the item; what it holds is let go",
}
"""What each does."""

_BY_KEY: Mapping[str, tuple[Action, ...]] = {
    "effect": (Action.RETRY,),
    "intake": (Action.RETRY,),
    "availability": (Action.RETRY,),
    "deadline:claim": (Action.WRITE_OFF,),
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
