"""The operations of the Fulfillment Inbound API 2024-03-20 that only look, and what they see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from stockpool.errors import RejectedError
from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.inbound import (
    content_updates,
    inbound_plans,
    inbound_tasks,
    prep_details,
    self_ship,
)
from stockpool_amazon_sim.inbound.inbound_plan_records import (
    ContentPreview,
    InboundOperation,
    InboundPlan,
    PackingGroup,
    PlanShipment,
)
from stockpool_amazon_sim.inbound.inbound_plans import PlanPage
from stockpool_amazon_sim.inbound.prep_details import Preparation
from stockpool_amazon_sim.inventory.inventory import known_sku
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import Micros, Sku
from stockpool_amazon_sim.world import World

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PlanState:
    """A plan as it is now, with the shipments of its confirmed placement."""

    plan: InboundPlan
    shipments: Sequence[ShipmentState]
    now: Micros


@dataclass(frozen=True, slots=True)
class ShipmentState:
    """A shipment of a plan as it is now."""

    shipment: PlanShipment
    status: str
    now: Micros


class InboundReading(Frame):
    """What a seller may ask about inbound shipments.

    A `view` turns records into what the caller wants while the simulator stands still; the
    records are not to be kept. All of it raises RejectedError NotFound for what is not there.
    """

    def get_inbound_operation_status(
        self, operation_id: str, view: Callable[[InboundOperation], T]
    ) -> T:
        """getInboundOperationStatus."""
        return self._perform(
            "getInboundOperationStatus",
            operation_id,
            lambda world: view(inbound_tasks.known_operation(world, operation_id)),
        )

    def list_prep_details(self, country: str, skus: Sequence[str]) -> list[Preparation]:
        """listPrepDetails. Raises InvalidInput for a SKU that is not known."""
        return self._perform(
            "listPrepDetails",
            country,
            lambda world: [prep_details.preparation(world, country, sku) for sku in skus],
        )

    def list_inbound_plans(
        self,
        view: Callable[[InboundPlan], T],
        *,
        status: str | None,
        by_update: bool,
        descending: bool,
        after: str | None,
        limit: int,
    ) -> tuple[list[T], str | None]:
        """listInboundPlans: a page, and where the next begins. See `inbound_plans.list_plans`."""

        def read(world: World) -> tuple[list[T], str | None]:
            page: PlanPage = inbound_plans.list_plans(
                world,
                status=status,
                by_update=by_update,
                descending=descending,
                after=after,
                limit=limit,
            )
            return [view(plan) for plan in page.plans], page.after

        return self._perform("listInboundPlans", after or "", read)

    def get_inbound_plan(
        self, plan_id: str, view: Callable[[PlanState], T], *, operation: str = "getInboundPlan"
    ) -> T:
        """getInboundPlan, and what else shows a part of a plan.

        Args:
            operation: whose rate limit and faults count.
        """

        def read(world: World) -> T:
            plan = inbound_plans.known_plan(world, plan_id)
            shipments = [_state(world, one) for one in inbound_plans.shipments_of(world, plan)]
            return view(PlanState(plan, shipments, world.now))

        return self._perform(operation, plan_id, read)

    def get_packing_group(
        self, plan_id: str, group_id: str, view: Callable[[PackingGroup], T], *, operation: str
    ) -> T:
        """listPackingGroupItems and listPackingGroupBoxes."""

        def read(world: World) -> T:
            plan = inbound_plans.known_plan(world, plan_id)
            for option in plan.packing_options:
                for group in option.groups:
                    if group.group_id == group_id:
                        return view(group)
            raise RejectedError("NotFound", f"the inbound plan has no packing group {group_id}")

        return self._perform(operation, group_id, read)

    def get_plan_shipment(
        self,
        plan_id: str,
        shipment_id: str,
        view: Callable[[ShipmentState], T],
        *,
        operation: str = "getShipment@2024-03-20",
    ) -> T:
        """getShipment, and what else shows a part of a shipment."""
        return self._perform(
            operation,
            shipment_id,
            lambda world: view(
                _state(world, inbound_plans.known_shipment(world, plan_id, shipment_id))
            ),
        )

    def list_transport_shipments(
        self,
        plan_id: str,
        placement_id: str | None,
        shipment_id: str | None,
        view: Callable[[ShipmentState], T],
    ) -> list[T]:
        """listTransportationOptions: of a shipment, or of all that a placement option has.

        Without either, of the confirmed placement, or else of all options.
        """

        def read(world: World) -> list[T]:
            plan = inbound_plans.known_plan(world, plan_id)
            if shipment_id is not None:
                shipment = inbound_plans.known_shipment(world, plan_id, shipment_id)
                if placement_id not in (None, shipment.placement_option_id):
                    raise invalid("the placement option has no such shipment")
                return [view(_state(world, shipment))]
            options = [plan.placement] if plan.placement is not None else plan.placement_options
            if placement_id is not None:
                options = [one for one in plan.placement_options if one.option_id == placement_id]
                if not options:
                    raise invalid(f"the inbound plan has no placement option {placement_id}")
            return [
                view(_state(world, inbound_plans.known_shipment(world, plan_id, one)))
                for option in options
                for one in option.shipment_ids
            ]

        return self._perform("listTransportationOptions", plan_id, read)

    def get_shipment_content_update_preview(
        self,
        plan_id: str,
        shipment_id: str,
        preview_id: str,
        view: Callable[[ContentPreview, PlanShipment], T],
    ) -> T:
        """getShipmentContentUpdatePreview."""
        return self._perform(
            "getShipmentContentUpdatePreview",
            preview_id,
            lambda world: view(
                content_updates.known_preview(world, plan_id, shipment_id, preview_id),
                inbound_plans.known_shipment(world, plan_id, shipment_id),
            ),
        )

    def get_self_ship_appointment_slots(
        self, plan_id: str, shipment_id: str, view: Callable[[ShipmentState], T]
    ) -> T:
        """getSelfShipAppointmentSlots. Raises as `self_ship.self_shipped`."""
        return self._perform(
            "getSelfShipAppointmentSlots",
            shipment_id,
            lambda world: view(_state(world, self_ship.self_shipped(world, plan_id, shipment_id))),
        )

    def marketplace_skus(self, country: str, skus: Sequence[str]) -> list[Sku]:
        """createMarketplaceItemLabels: what stands on the labels. Raises InvalidInput."""
        return self._perform(
            "createMarketplaceItemLabels",
            country,
            lambda world: [known_sku(world, country, sku) for sku in skus],
        )

    def only_in_india(self, operation: str, plan_id: str = "", shipment_id: str = "") -> None:
        """Compliance data and delivery challans: no country that is simulated has them.

        Raises:
            RejectedError: NotFound for a shipment that is not there; else InvalidInput.
        """

        def refuse(world: World) -> None:
            if plan_id:
                inbound_plans.known_shipment(world, plan_id, shipment_id)
            raise invalid("this is only available in the India marketplace")

        self._perform(operation, shipment_id, refuse)


def _state(world: World, shipment: PlanShipment) -> ShipmentState:
    return ShipmentState(shipment, inbound_plans.status_of(world, shipment), world.now)
