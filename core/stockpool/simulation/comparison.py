"""Holding the engine's books against what a simulated network itself remembers.

The two have nothing in common but the calls between them. So this is a proof from the outside:
every order that the network took was ours and came once, and what left its centers is what our
books say has left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, func, select

from stockpool.engine import Engine
from stockpool.orders.tables import fulfillment_orders, order_lines
from stockpool.plugins.network import FulfillmentState, Network, ShipmentStatus

Units = Mapping[tuple[str, str], int]
"""Units by our order's id and the seller SKU."""


def differences(engine: Engine, network: Network, remembered: Sequence[str]) -> Iterator[str]:
    """In which the network's memory and our books differ, in sentences.

    Args:
        remembered: the ids of all fulfillment orders that the network ever took.
    """
    with engine.database.read() as connection:
        accepted = {
            row.id: row.order_id
            for row in connection.execute(
                select(fulfillment_orders.c.id, fulfillment_orders.c.order_id).where(
                    fulfillment_orders.c.received_at.is_not(None)
                )
            )
        }
        ours = shipped_units(connection)
    for name in sorted(set(remembered) - set(accepted)):
        yield f"the network has {name}, which our books don't know as accepted"
    for name in sorted(set(accepted) - set(remembered)):
        yield f"our books say that the network accepted {name}, which it does not have"
    for name in sorted({one for one in remembered if remembered.count(one) > 1}):
        yield f"the network has {name} twice"
    theirs: dict[tuple[str, str], int] = defaultdict(int)
    for name, order_id in accepted.items():
        for sku, units in _left(network.get_fulfillment(name)):
            theirs[order_id, sku] += units
    for order_id, sku in sorted(set(ours) | set(theirs)):
        there, here = theirs.get((order_id, sku), 0), ours.get((order_id, sku), 0)
        if there != here:
            yield f"order {order_id}: {there} of {sku} left the centers, our books say {here}"


def shipped_units(connection: Connection) -> Units:
    """Units that were shipped by our books, where there are any."""
    rows = connection.execute(
        select(order_lines.c.order_id, order_lines.c.sku, func.sum(order_lines.c.shipped))
        .where(order_lines.c.shipped > 0)
        .group_by(order_lines.c.order_id, order_lines.c.sku)
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


def _left(state: FulfillmentState | None) -> Iterator[tuple[str, int]]:
    for shipment in state.shipments if state is not None else ():
        if shipment.status is ShipmentStatus.SHIPPED:
            for item in shipment.items:
                yield item.sku, item.quantity
