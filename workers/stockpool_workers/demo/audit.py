"""Holding the engine's books against what the simulated Amazon itself remembers.

The two have nothing in common but the calls between them. So this is a proof from the outside:
every order that Amazon took was ours and came once, and what left its centers is what our books
say has left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from sqlalchemy import select

from stockpool.engine import Engine
from stockpool.orders.tables import fulfillment_orders
from stockpool.plugins.network import Network, ShipmentStatus
from stockpool_workers.demo.facts import shipped_units
from stockpool_workers.demo.shop import NETWORK


class _Simulator(Protocol):
    """The controls of a simulated network that the audit needs."""

    def fulfillment_order_ids(self) -> list[str]: ...

    def statistics(self) -> Mapping[str, int]: ...

    def audit(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Audit:
    """What the comparison found.

    Attributes:
        placed: fulfillment orders that Amazon took.
        shipped: units that left its centers.
        findings: in which its memory and our books differ; empty if they agree.
        statistics: the simulator's own counters.
    """

    placed: int
    shipped: int
    findings: tuple[str, ...] = ()
    statistics: Mapping[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether Amazon and the books agree."""
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "ok": self.ok,
            "fulfillment_orders": self.placed,
            "units_shipped": self.shipped,
            "findings": list(self.findings),
            "statistics": dict(self.statistics),
        }


def audit(engine: Engine) -> Audit:
    """Compare the engine's books with the simulator's memory."""
    network = engine.networks[NETWORK]
    simulator = cast(_Simulator, getattr(network, "simulator"))  # noqa: B009  (it is no Network's)
    remembered = simulator.fulfillment_order_ids()
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
    findings = [f"Amazon's own books: {finding}" for finding in simulator.audit()]
    findings += [
        f"Amazon has {fulfillment_order_id}, which our books don't know as accepted"
        for fulfillment_order_id in remembered
        if fulfillment_order_id not in accepted
    ]
    findings += [
        f"our books say that Amazon accepted {fulfillment_order_id}, which it does not have"
        for fulfillment_order_id in sorted(set(accepted) - set(remembered))
    ]
    findings += [f"Amazon has {name} twice" for name in _repeated(remembered)]
    theirs = _shipped_there(network, accepted)
    findings += [
        f"order {order_id}: {theirs.get((order_id, sku), 0)} of {sku} left Amazon's centers, "
        f"our books say {ours.get((order_id, sku), 0)}"
        for order_id, sku in sorted(set(ours) | set(theirs))
        if ours.get((order_id, sku), 0) != theirs.get((order_id, sku), 0)
    ]
    return Audit(
        len(remembered), sum(theirs.values()), tuple(findings), dict(simulator.statistics())
    )


def _repeated(names: Sequence[str]) -> list[str]:
    seen: set[str] = set()
    return sorted({name for name in names if name in seen or seen.add(name)})  # type: ignore[func-returns-value]


def _shipped_there(network: Network, accepted: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """Units shipped by Amazon's memory: our order id and seller SKU -> units."""
    units: dict[tuple[str, str], int] = defaultdict(int)
    for fulfillment_order_id, order_id in accepted.items():
        state = network.get_fulfillment(fulfillment_order_id)
        for shipment in state.shipments if state is not None else ():
            if shipment.status is ShipmentStatus.SHIPPED:
                for item in shipment.items:
                    units[(order_id, item.sku)] += item.quantity
    return dict(units)
