"""The operations of the Fulfillment Inbound API 2024-03-20 that change something.

All but names, labels and appointments are taken and carried out later (`inbound_tasks`): they
answer with the operation's id. What can be refused at once is refused with RejectedError, NotFound
or InvalidInput; the `check...` functions say for what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.inbound import (
    content_updates,
    delivery_windows,
    inbound_packing,
    inbound_placement,
    inbound_plans,
    inbound_tasks,
    inbound_transport,
    plan_creation,
    plan_shipments,
    prep_details,
    self_ship,
)
from stockpool_amazon_sim.inbound.inbound_plan_records import (
    Appointment,
    PlanBox,
    PlanItem,
)
from stockpool_amazon_sim.inbound.inbound_transport import Readiness
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.world import World

T = TypeVar("T")
Boxes = Sequence[tuple[PlanBox, int]]
"""Boxes, and how many there are of each."""


class InboundOperations(Frame):
    """What a seller may do with inbound plans."""

    def set_prep_details(
        self, country: str, details: Sequence[tuple[str, str, Sequence[str]]]
    ) -> str:
        """setPrepDetails: SKU, category and types of each."""

        def take(world: World) -> str:
            prep_details.check_categories([category for _, category, _ in details])
            rows = [[msku, category, list(types)] for msku, category, types in details]
            return inbound_tasks.begin(world, "setPrepDetails", country, rows, None)

        return self._perform("setPrepDetails", country, take, writes=True)

    def create_inbound_plan(
        self, country: str, name: str | None, source: dict[str, str], items: Sequence[PlanItem]
    ) -> tuple[str, str]:
        """createInboundPlan: the ids of the plan and of the operation."""

        def take(world: World) -> tuple[str, str]:
            plan = plan_creation.begin(world, country, name, source, items)
            return plan.plan_id, inbound_tasks.begin(
                world, "createInboundPlan", plan.plan_id, list(items), plan.plan_id
            )

        return self._perform("createInboundPlan", name or "", take, writes=True)

    def cancel_inbound_plan(self, plan_id: str) -> str:
        """cancelInboundPlan."""
        return self._begin(
            "cancelInboundPlan", plan_id, lambda world: plan_shipments.check_cancel(world, plan_id)
        )

    def update_inbound_plan_name(self, plan_id: str, name: str) -> None:
        """updateInboundPlanName, at once."""
        self._perform(
            "updateInboundPlanName",
            plan_id,
            lambda world: inbound_plans.rename(world, plan_id, name),
            writes=True,
        )

    def generate_packing_options(self, plan_id: str) -> str:
        """generatePackingOptions."""
        return self._begin(
            "generatePackingOptions",
            plan_id,
            lambda world: inbound_packing.check_generate(world, plan_id),
        )

    def confirm_packing_option(self, plan_id: str, option_id: str) -> str:
        """confirmPackingOption."""
        return self._begin(
            "confirmPackingOption",
            plan_id,
            lambda world: inbound_packing.check_confirm(world, plan_id, option_id),
            option_id,
        )

    def set_packing_information(
        self, plan_id: str, groupings: Sequence[tuple[str | None, str | None, Boxes]]
    ) -> str:
        """setPackingInformation: packing group or shipment, and the boxes."""
        wheres = [(group, shipment) for group, shipment, _ in groupings]
        rows = [
            [group, shipment, [list(one) for one in boxes]] for group, shipment, boxes in groupings
        ]
        return self._begin(
            "setPackingInformation",
            plan_id,
            lambda world: inbound_packing.check_groupings(world, plan_id, wheres),
            rows,
        )

    def generate_placement_options(self, plan_id: str, *, custom: bool = False) -> str:
        """generatePlacementOptions."""
        return self._begin(
            "generatePlacementOptions",
            plan_id,
            lambda world: inbound_placement.check_generate(world, plan_id, custom=custom),
        )

    def confirm_placement_option(self, plan_id: str, option_id: str) -> str:
        """confirmPlacementOption. It can't be undone."""
        return self._begin(
            "confirmPlacementOption",
            plan_id,
            lambda world: inbound_placement.check_confirm(world, plan_id, option_id),
            option_id,
        )

    def generate_transportation_options(
        self, plan_id: str, placement_id: str, shipments: Sequence[Readiness]
    ) -> str:
        """generateTransportationOptions."""
        ids = [one.shipment_id for one in shipments]
        rows = [
            [one.shipment_id, one.start, list(one.pallets), dict(one.contact), dict(one.freight)]
            for one in shipments
        ]
        return self._begin(
            "generateTransportationOptions",
            plan_id,
            lambda world: inbound_transport.check_generate(world, plan_id, placement_id, ids),
            [placement_id, rows],
        )

    def confirm_transportation_options(
        self,
        plan_id: str,
        selections: Mapping[str, str],
        contacts: Mapping[str, Mapping[str, str]],
    ) -> str:
        """confirmTransportationOptions: option and contact by shipment. It can't be undone."""
        return self._begin(
            "confirmTransportationOptions",
            plan_id,
            lambda world: inbound_transport.check_confirm(world, plan_id, selections),
            [dict(selections), {shipment: dict(one) for shipment, one in contacts.items()}],
        )

    def generate_delivery_window_options(self, plan_id: str, shipment_id: str) -> str:
        """generateDeliveryWindowOptions."""
        return self._begin(
            "generateDeliveryWindowOptions",
            plan_id,
            lambda world: delivery_windows.check_generate(world, plan_id, shipment_id),
            plan_id,
            shipment_id,
        )

    def confirm_delivery_window_options(
        self, plan_id: str, shipment_id: str, window_id: str
    ) -> str:
        """confirmDeliveryWindowOptions."""
        return self._begin(
            "confirmDeliveryWindowOptions",
            plan_id,
            lambda world: delivery_windows.check_confirm(world, plan_id, shipment_id, window_id),
            [plan_id, window_id],
            shipment_id,
        )

    def update_shipment_name(self, plan_id: str, shipment_id: str, name: str) -> None:
        """updateShipmentName, at once."""
        self._perform(
            "updateShipmentName",
            shipment_id,
            lambda world: plan_shipments.rename(world, plan_id, shipment_id, name),
            writes=True,
        )

    def update_shipment_source_address(
        self, plan_id: str, shipment_id: str, address: dict[str, str]
    ) -> str:
        """updateShipmentSourceAddress."""
        return self._begin(
            "updateShipmentSourceAddress",
            plan_id,
            lambda world: plan_shipments.check_source(world, plan_id, shipment_id),
            [plan_id, address],
            shipment_id,
        )

    def update_shipment_tracking_details(
        self,
        plan_id: str,
        shipment_id: str,
        *,
        parcels: Sequence[tuple[str, str]] = (),
        freight_bills: Sequence[str] = (),
        bill_of_lading: str | None = None,
    ) -> str:
        """updateShipmentTrackingDetails: box and number of each parcel, or freight bills."""
        if bool(parcels) == bool(freight_bills):
            raise invalid("trackingDetails must be of small parcels or of freight")
        rows = [list(parcel) for parcel in parcels]
        return self._begin(
            "updateShipmentTrackingDetails",
            plan_id,
            lambda world: plan_shipments.check_tracking(
                world, plan_id, shipment_id, parcels=bool(parcels)
            ),
            [plan_id, rows, list(freight_bills), bill_of_lading],
            shipment_id,
        )

    def generate_shipment_content_update_previews(
        self,
        plan_id: str,
        shipment_id: str,
        items: Sequence[PlanItem],
        boxes: Boxes,
        requested: Mapping[str, Any],
    ) -> str:
        """generateShipmentContentUpdatePreviews: the whole new contents.

        Args:
            requested: the same as it came, to be told back.
        """
        rows = [list(one) for one in boxes]
        return self._begin(
            "generateShipmentContentUpdatePreviews",
            plan_id,
            lambda world: content_updates.check_generate(world, plan_id, shipment_id),
            [plan_id, list(items), rows, dict(requested)],
            shipment_id,
        )

    def confirm_shipment_content_update_preview(
        self, plan_id: str, shipment_id: str, preview_id: str
    ) -> str:
        """confirmShipmentContentUpdatePreview."""
        return self._begin(
            "confirmShipmentContentUpdatePreview",
            plan_id,
            lambda world: content_updates.check_confirm(world, plan_id, shipment_id, preview_id),
            [plan_id, preview_id],
            shipment_id,
        )

    def generate_self_ship_appointment_slots(
        self, plan_id: str, shipment_id: str, start: Micros | None, end: Micros | None
    ) -> str:
        """generateSelfShipAppointmentSlots."""

        def check(world: World) -> None:
            self_ship.self_shipped(world, plan_id, shipment_id)
            self_ship.check_span(world, start, end)

        return self._begin(
            "generateSelfShipAppointmentSlots", plan_id, check, [plan_id, start, end], shipment_id
        )

    def schedule_self_ship_appointment(
        self,
        plan_id: str,
        shipment_id: str,
        slot_id: str,
        reason: str | None,
        view: Callable[[Appointment], T],
    ) -> T:
        """scheduleSelfShipAppointment, at once."""
        return self._perform(
            "scheduleSelfShipAppointment",
            shipment_id,
            lambda world: view(self_ship.schedule(world, plan_id, shipment_id, slot_id, reason)),
            writes=True,
        )

    def cancel_self_ship_appointment(self, plan_id: str, shipment_id: str) -> str:
        """cancelSelfShipAppointment."""
        return self._begin(
            "cancelSelfShipAppointment",
            plan_id,
            lambda world: self_ship.check_cancel(world, plan_id, shipment_id),
            plan_id,
            shipment_id,
        )

    def _begin(
        self,
        name: str,
        plan_id: str,
        check: Callable[[World], object],
        arguments: Any = None,
        shipment_id: str | None = None,
    ) -> str:
        """Take an operation on a plan, or on a shipment of it; returns its id."""
        subject = shipment_id or plan_id

        def take(world: World) -> str:
            check(world)
            return inbound_tasks.begin(world, name, subject, arguments, plan_id)

        return self._perform(name, subject, take, writes=True)
