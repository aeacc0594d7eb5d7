"""Sending units in: each plan a step a day, from the placement to the carrier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from stockpool.engine import Engine
from stockpool.inbound.step_kinds import StepKind
from stockpool.plugins.network_inbound import InboundBox, InboundItem, PackageGrouping
from stockpool_workers.year.shop import NETWORK, SELLER, US


@dataclass(slots=True)
class Sending:
    """Plans that are on their way to a carrier."""

    engine: Engine
    plans: list[str] = field(default_factory=list)
    sent: int = 0

    def plan(self, quantities: dict[str, int]) -> None:
        """Announce units."""
        items = [InboundItem(sku, units, "SELLER", "NONE") for sku, units in quantities.items()]
        self.plans.append(self.engine.inbound.plan(US, items, SELLER).plan_id)

    def go_on(self) -> None:
        """Bring every plan a step further, as far as Amazon has done the one before."""
        for plan_id in list(self.plans):
            if self._step(plan_id):
                self.plans.remove(plan_id)

    def _step(self, plan_id: str) -> bool:
        """Whether nothing is left to do for the plan."""
        steps = self.engine.inbound.steps
        if self.engine.inbound.get(plan_id).state != "made":
            return False
        asked = steps.list(plan_id)
        last = asked[-1] if asked else None
        if last is not None and last.state in ("recorded", "started"):
            return False
        if last is not None and last.state == "failed":
            raise RuntimeError(f"{last.kind.value} of {plan_id} failed: {last.problems}")
        match last.kind if last is not None else None:
            case None:
                steps.generate_placement(plan_id)
            case StepKind.GENERATE_PLACEMENT_OPTIONS:
                steps.confirm_placement(plan_id, irrevocable=True)
            case StepKind.CONFIRM_PLACEMENT_OPTION:
                steps.pack(plan_id, self._boxes(plan_id))
            case StepKind.SET_PACKING_INFORMATION:
                ready = self.engine.clock.now() + timedelta(days=2)
                steps.generate_transport(plan_id, ready)
            case StepKind.GENERATE_TRANSPORTATION_OPTIONS:
                steps.confirm_transport(plan_id, irrevocable=True)
            case _:
                view = self.engine.inbound.get(plan_id)
                self.sent += sum(item.quantity for item in view.items)
                return True
        return False

    def _boxes(self, plan_id: str) -> list[PackageGrouping]:
        inbound_plan_id = self.engine.inbound.get(plan_id).inbound_plan_id
        network = self.engine.networks[NETWORK]
        state = network.inbound_plan(inbound_plan_id or "")
        shipments = list(state.shipments) if state is not None else []
        return [
            PackageGrouping(
                [_box(network.shipment_items(inbound_plan_id or "", shipment_id))],
                shipment_id=shipment_id,
            )
            for shipment_id in shipments
        ]


def _box(items: Sequence[InboundItem]) -> InboundBox:
    return InboundBox(
        "BOX_CONTENT_PROVIDED",
        Decimal(20),
        Decimal(18),
        Decimal(16),
        "IN",
        Decimal(40),
        "LB",
        items=items,
    )
