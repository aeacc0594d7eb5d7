"""Inbound plans as the engine starts and asks for them: translated, nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from stockpool.errors import RejectedError
from stockpool.plugins import network_inbound as contract
from stockpool_amazon_sim.inbound import inbound_views
from stockpool_amazon_sim.inbound.inbound_transport import Readiness
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import MINUTE
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.simulator import Simulator
from stockpool_amazon_sim.sp_api import inbound_documents
from stockpool_amazon_sim.sp_api.inbound_documents import BOX_SHEETS, ITEM_SHEETS, box_names

_PAGE = 30
"""`pageSize` of listInboundPlans is at most this."""


class SimulatedInbound(contract.NetworkInbound):
    """The inbound plans of a simulated account."""

    simulator: Simulator

    def set_prep_details(self, country: str, details: Sequence[contract.PrepDetails]) -> str:
        rows = [(one.sku, one.prep_category, one.prep_types) for one in details]
        return self.simulator.set_prep_details(country, rows)

    def create_inbound_plan(
        self, request: contract.InboundPlanRequest
    ) -> contract.InboundPlanStarted:
        items = [inbound_views.plan_item(item) for item in request.items]
        source = inbound_views.source(request.source)
        return contract.InboundPlanStarted(
            *self.simulator.create_inbound_plan(request.country, request.name, source, items)
        )

    def cancel_inbound_plan(self, inbound_plan_id: str) -> str:
        return self.simulator.cancel_inbound_plan(inbound_plan_id)

    def generate_packing_options(self, inbound_plan_id: str) -> str:
        return self.simulator.generate_packing_options(inbound_plan_id)

    def confirm_packing_option(self, inbound_plan_id: str, packing_option_id: str) -> str:
        return self.simulator.confirm_packing_option(inbound_plan_id, packing_option_id)

    def set_packing_information(
        self, inbound_plan_id: str, groupings: Sequence[contract.PackageGrouping]
    ) -> str:
        told = [
            (
                one.packing_group_id,
                one.shipment_id,
                [inbound_views.plan_box(box) for box in one.boxes],
            )
            for one in groupings
        ]
        return self.simulator.set_packing_information(inbound_plan_id, told)

    def generate_placement_options(self, inbound_plan_id: str) -> str:
        return self.simulator.generate_placement_options(inbound_plan_id)

    def confirm_placement_option(self, inbound_plan_id: str, placement_option_id: str) -> str:
        return self.simulator.confirm_placement_option(inbound_plan_id, placement_option_id)

    def generate_transportation_options(
        self, inbound_plan_id: str, placement_option_id: str, ready: Mapping[str, datetime]
    ) -> str:
        shipments = [
            Readiness(shipment_id, to_micros(at) // MINUTE * MINUTE)
            for shipment_id, at in ready.items()
        ]
        return self.simulator.generate_transportation_options(
            inbound_plan_id, placement_option_id, shipments
        )

    def confirm_transportation_options(
        self, inbound_plan_id: str, selections: Mapping[str, str]
    ) -> str:
        return self.simulator.confirm_transportation_options(inbound_plan_id, selections, {})

    def generate_delivery_window_options(self, inbound_plan_id: str, shipment_id: str) -> str:
        return self.simulator.generate_delivery_window_options(inbound_plan_id, shipment_id)

    def confirm_delivery_window_option(
        self, inbound_plan_id: str, shipment_id: str, delivery_window_option_id: str
    ) -> str:
        return self.simulator.confirm_delivery_window_options(
            inbound_plan_id, shipment_id, delivery_window_option_id
        )

    def update_shipment_tracking(
        self, inbound_plan_id: str, shipment_id: str, tracking: Sequence[contract.BoxTracking]
    ) -> str:
        parcels = [(one.box_id, one.tracking_id) for one in tracking]
        return self.simulator.update_shipment_tracking_details(
            inbound_plan_id, shipment_id, parcels=parcels
        )

    def inbound_operation(self, operation_id: str) -> contract.InboundOperation:
        return self.simulator.get_inbound_operation_status(operation_id, inbound_views.operation)

    def prep_details(self, country: str, skus: Sequence[str]) -> Sequence[contract.PrepDetails]:
        known = self.simulator.list_prep_details(country, skus)
        return [inbound_views.preparation(one) for one in known]

    def inbound_plans(self, cursor: str | None = None) -> contract.InboundPlanPage:
        plans, following = self.simulator.list_inbound_plans(
            inbound_views.plan_head,
            status=None,
            by_update=False,
            descending=True,
            after=cursor,
            limit=_PAGE,
        )
        return contract.InboundPlanPage(plans, following)

    def inbound_plan(self, inbound_plan_id: str) -> contract.InboundPlanState | None:
        try:
            return self.simulator.get_inbound_plan(inbound_plan_id, inbound_views.plan_state)
        except RejectedError as refusal:
            if refusal.code == "NotFound":
                return None
            raise

    def packing_options(self, inbound_plan_id: str) -> Sequence[contract.PackingOption]:
        return self.simulator.get_inbound_plan(
            inbound_plan_id, inbound_views.packing_options, operation="listPackingOptions"
        )

    def packing_group_items(
        self, inbound_plan_id: str, packing_group_id: str
    ) -> Sequence[contract.InboundItem]:
        return self.simulator.get_packing_group(
            inbound_plan_id,
            packing_group_id,
            lambda group: inbound_views.items(group.items),
            operation="listPackingGroupItems",
        )

    def placement_options(self, inbound_plan_id: str) -> Sequence[contract.PlacementOption]:
        return self.simulator.get_inbound_plan(
            inbound_plan_id, inbound_views.placement_options, operation="listPlacementOptions"
        )

    def inbound_shipment(
        self, inbound_plan_id: str, shipment_id: str
    ) -> contract.InboundShipmentState:
        return self.simulator.get_plan_shipment(
            inbound_plan_id, shipment_id, inbound_views.shipment
        )

    def shipment_items(
        self, inbound_plan_id: str, shipment_id: str
    ) -> Sequence[contract.InboundItem]:
        return self.simulator.get_plan_shipment(
            inbound_plan_id,
            shipment_id,
            lambda state: inbound_views.items(state.shipment.items),
            operation="listShipmentItems",
        )

    def shipment_boxes(
        self, inbound_plan_id: str, shipment_id: str
    ) -> Sequence[contract.InboundBox]:
        return self.simulator.get_plan_shipment(
            inbound_plan_id,
            shipment_id,
            lambda state: inbound_views.boxes(state.shipment.boxes),
            operation="listShipmentBoxes",
        )

    def transportation_options(
        self, inbound_plan_id: str, shipment_id: str
    ) -> Sequence[contract.TransportationOption]:
        (found,) = self.simulator.list_transport_shipments(
            inbound_plan_id, None, shipment_id, inbound_views.transportation_options
        )
        return found

    def delivery_window_options(
        self, inbound_plan_id: str, shipment_id: str
    ) -> Sequence[contract.DeliveryWindowOption]:
        return self.simulator.get_plan_shipment(
            inbound_plan_id,
            shipment_id,
            inbound_views.delivery_windows,
            operation="listDeliveryWindowOptions",
        )

    def box_labels(
        self, shipment_confirmation_id: str, *, page_type: str = "PackageLabel_Thermal"
    ) -> bytes:
        if page_type not in BOX_SHEETS:
            raise invalid(f"PageType must be one of {', '.join(BOX_SHEETS)}")
        boxes = self.simulator.get_labels(shipment_confirmation_id, box_names)
        names = [shipment_confirmation_id, page_type, range(len(boxes)), False]
        return inbound_documents.box_labels(self.simulator, names)

    def item_labels(
        self, country: str, quantities: Mapping[str, int], *, page_type: str = "Letter_30"
    ) -> Sequence[bytes]:
        if page_type not in ITEM_SHEETS:
            raise invalid(f"pageType must be one of {', '.join(ITEM_SHEETS)}")
        if not quantities or min(quantities.values()) < 1:
            raise invalid("mskuQuantities: a quantity is 1 to 10000")
        known = self.simulator.marketplace_skus(country, list(quantities))
        rows = [[one.fnsku, one.title[:50], quantities[one.sku]] for one in known]
        return [inbound_documents.item_labels(self.simulator, [page_type, rows])]

    def received_items(
        self, country: str, shipment_confirmation_id: str
    ) -> Sequence[contract.ReceivedItem]:
        return self.simulator.get_inbound_shipment(
            shipment_confirmation_id,
            inbound_views.received,
            operation="getShipmentItemsByShipmentId",
        )
