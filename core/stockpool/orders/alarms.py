"""What a person must see of the network's news."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stockpool.attention.queue import Concern
from stockpool.orders.counting import ItemChange, Step
from stockpool.orders.merging import News
from stockpool.plugins.network import PackageStatus
from stockpool.problems import Problem

_TROUBLED = frozenset({PackageStatus.UNDELIVERABLE, PackageStatus.RETURNED})


def concerns_of(entry: News) -> Iterable[Concern]:
    """Contradictions, units that will not be shipped, and parcels in trouble."""
    row, state = entry.row, entry.state
    if entry.merged.contradiction is not None:
        yield Concern(
            f"fulfillment:{row.id}:contradiction",
            "order",
            row.order_id,
            (entry.merged.contradiction,),
        )
        return
    if entry.merged.unaccounted:
        yield Concern(
            f"fulfillment:{row.id}:unaccounted",
            "order",
            row.order_id,
            (
                Problem(
                    "unaccounted_units",
                    f"{row.id} is {state.status.value}, and the network does not say what became "
                    f"of {entry.merged.unaccounted} units",
                    fix="ask Seller Support; the next state that tells is taken",
                ),
            ),
        )
    lost = [c for c in entry.merged.changes if c.step in (Step.UNFULFILLABLE, Step.REFUSED)]
    if lost:
        yield Concern(
            f"fulfillment:{row.id}:unfulfillable",
            "order",
            row.order_id,
            (
                Problem(
                    "unfulfillable",
                    f"the network can't ship {_named(lost)} of {row.id}"
                    + (f": {state.status_reason}" if state.status_reason else ""),
                    fix="send it from another pool, or refund the buyer",
                ),
            ),
        )
    again = [c for c in entry.merged.changes if c.step in (Step.LOST, Step.TURNED_DOWN)]
    if again:
        yield Concern(
            again_key(row.order_id),
            "order",
            row.order_id,
            (
                Problem(
                    "wanted_again",
                    f"the network can't ship {_named(again)} of {row.id}"
                    + (f": {state.status_reason}" if state.status_reason else "")
                    + "; the order waits for other stock, or to be released",
                    fix="release it if it is on hold, send stock, or cancel and refund",
                ),
            ),
        )
    troubled = sorted(
        f"package {package.package_number} ({package.status.value})"
        for shipment in state.shipments
        for package in shipment.packages
        if package.status in _TROUBLED
    )
    if troubled:
        yield Concern(
            f"fulfillment:{row.id}:delivery",
            "order",
            row.order_id,
            (
                Problem(
                    "delivery_failed",
                    f"{row.id}: {', '.join(troubled)}",
                    fix="send a replacement or refund; what comes back is a return, a loss a claim",
                ),
            ),
        )


def again_key(order_id: str) -> str:
    """The attention queue's key for an order whose units have to come from elsewhere."""
    return f"order:{order_id}:wanted-again"


def _named(changes: Sequence[ItemChange]) -> str:
    return ", ".join(f"{c.quantity} of {c.item.sku}" for c in changes)
