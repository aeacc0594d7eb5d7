"""Reading what has changed, second by second, so that no order is lost and none comes for ever.

WooCommerce lists orders by the second of their last change. Several can share one, and an order may
change again in the second in which it was read. So a second is read when it is over, and the cursor
has the last one read with the orders that were seen of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from stockpool_woocommerce.client import WooCommerceClient
from stockpool_woocommerce.orders import modified_at

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_SETTLED = timedelta(seconds=2)
"""How long a second is left alone: the shop's clock may be a little behind ours."""


@dataclass(frozen=True, slots=True)
class Position:
    """Everything before `second` was read, and of `second` the orders `seen`."""

    second: datetime = _BEGINNING
    seen: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, cursor: str | None) -> Position:
        """What `str` has written; the beginning for None."""
        if cursor is None:
            return cls()
        second, _, seen = cursor.partition("|")
        ids = frozenset(int(number) for number in seen.split(",") if number)
        return cls(datetime.fromisoformat(second), ids)

    def __str__(self) -> str:
        return f"{self.second.isoformat()}|{','.join(map(str, sorted(self.seen)))}"

    def after(self, document: dict[str, Any]) -> Position:
        """The position once this order was read, too."""
        second = modified_at(document)
        seen = self.seen if second == self.second else frozenset()
        return Position(second, seen | {int(document["id"])})


@dataclass(frozen=True, slots=True)
class Changes:
    """Orders that changed, oldest change first, and where to go on."""

    documents: list[dict[str, Any]]
    position: Position
    more: bool


def changes(client: WooCommerceClient, position: Position, *, most: int, now: datetime) -> Changes:
    """The next orders after `position`, up to `most`."""
    fresh: list[dict[str, Any]] = []
    more = False
    for document in _listed(client, position, now, most):
        known = modified_at(document) == position.second and document["id"] in position.seen
        if known:
            continue
        if len(fresh) == most:
            more = True
            break
        fresh.append(document)
    for document in fresh:
        position = position.after(document)
    return Changes(fresh, position, more)


def _listed(
    client: WooCommerceClient, position: Position, now: datetime, size: int
) -> Iterator[dict[str, Any]]:
    """Orders from the second of `position` on (both limits of the API leave themselves out)."""
    number = 1
    while True:
        page = client.page(
            "/orders",
            modified_after=_text(position.second - timedelta(seconds=1)),
            modified_before=_text(now - _SETTLED),
            dates_are_gmt="true",
            orderby="modified",
            order="asc",
            per_page=str(size),
            page=str(number),
        )
        yield from page.items
        if number >= page.pages:
            return
        number += 1


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
