"""How far the listings of a shop have been read: the cursor that the engine keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from stockpool.errors import RejectedError


@dataclass(frozen=True, slots=True)
class Unclear:
    """Variants that are not known by a SKU of their own, as far as a pass has come.

    Attributes:
        without_sku: how many have none; `nameless` names some of them.
        shared: SKUs of several variants, with the names of some; not more than a person mends.
    """

    without_sku: int = 0
    nameless: tuple[str, ...] = ()
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pass:
    """A reading of all variants, or of what has changed, that is under way.

    Attributes:
        whole: of all variants.
        last: the number of the last variant on the page before.
        bulk: by a bulk operation, or by pages.
        operation: the bulk operation's id, once it has begun.
        offset: the byte of its file to read on from.
        failures: bulk operations that came to nothing.
    """

    began: datetime
    whole: bool
    last: str | None = None
    bulk: bool = False
    operation: str | None = None
    offset: int = 0
    failures: int = 0
    unclear: Unclear = Unclear()


@dataclass(frozen=True, slots=True)
class ListingCursor:
    """Between passes `under_way` is None.

    Attributes:
        since: what was changed before that time was read.
        whole_at: when the last reading of all variants began.
    """

    since: datetime | None = None
    whole_at: datetime | None = None
    under_way: Pass | None = None

    def text(self) -> str:
        """As it is handed to the engine."""
        return _FORM.dump_json(self, exclude_defaults=True).decode()


_FORM = TypeAdapter(ListingCursor)


def read_cursor(text: str | None) -> ListingCursor:
    """The cursor from what the engine hands back; a pass of an earlier form begins anew.

    Raises:
        RejectedError: it is none of ours.
    """
    if text is None:
        return ListingCursor()
    try:
        return _FORM.validate_json(text)
    except ValidationError:
        raise RejectedError("cursor", "this is no cursor of a Shopify channel") from None
