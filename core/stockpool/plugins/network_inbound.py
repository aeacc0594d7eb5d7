"""The contract of inbound plans: units that are announced, packed, placed and sent to a network.

Names are those of Amazon's Fulfillment Inbound API 2024-03-20, and of v0 for what was received.

**Start and ask.** A method that changes something starts an operation and returns its id at once;
`inbound_operation` says later what became of it. Nothing here waits. What was generated is listed
by a question of its own, once its operation has succeeded.

**Repeating.** No operation takes an idempotency key. Where the answer of a start is lost
(`OutcomeUnknown`), ask before it is repeated:

    create_inbound_plan             give each plan a name of its own, and look for it by
                                    `inbound_plans`; the name is the key
    generate_...                    may be repeated; options that were offered before may expire
    set_packing_information         may be repeated: it replaces what was told before
    confirm_...                     ask for the plan or the shipment: what is confirmed is told
                                    there. A second confirmation is refused, at once or by its
                                    operation, and changes nothing
    cancel_inbound_plan             ask for the plan: it is VOIDED

A confirmed placement and confirmed transportation **can't be undone**; a plan can only be
cancelled, for which a carrier may charge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from stockpool.plugins.inbound_contents import (
    BoxContentSource,
    InboundBox,
    InboundItem,
    LengthUnit,
    Owner,
    PackageGrouping,
    PrepDetails,
    WeightUnit,
)
from stockpool.plugins.inbound_plans import (
    LABELLED_SKUS_MOST,
    PLAN_ITEMS_MOST,
    PLAN_NAME_MOST,
    PREP_DETAILS_MOST,
    InboundOperation,
    InboundOperationStatus,
    InboundPlanPage,
    InboundPlanRequest,
    InboundPlanStarted,
    InboundPlanState,
    InboundPlanStatus,
    InboundProblem,
    Incentive,
    OptionStatus,
    PackingOption,
    PlacementOption,
)
from stockpool.plugins.inbound_shipments import (
    NEEDS_DELIVERY_WINDOW,
    OWN_CARRIER,
    PARTNERED_CARRIER,
    BoxTracking,
    DeliveryWindowOption,
    InboundShipmentState,
    InboundShipmentStatus,
    ReceivedItem,
    TransportationOption,
)

__all__ = [
    "LABELLED_SKUS_MOST",
    "NEEDS_DELIVERY_WINDOW",
    "OWN_CARRIER",
    "PARTNERED_CARRIER",
    "PLAN_ITEMS_MOST",
    "PLAN_NAME_MOST",
    "PREP_DETAILS_MOST",
    "BoxContentSource",
    "BoxTracking",
    "DeliveryWindowOption",
    "InboundBox",
    "InboundItem",
    "InboundOperation",
    "InboundOperationStatus",
    "InboundPlanPage",
    "InboundPlanRequest",
    "InboundPlanStarted",
    "InboundPlanState",
    "InboundPlanStatus",
    "InboundProblem",
    "InboundShipmentState",
    "InboundShipmentStatus",
    "Incentive",
    "LengthUnit",
    "NetworkInbound",
    "OptionStatus",
    "Owner",
    "PackageGrouping",
    "PackingOption",
    "PlacementOption",
    "PrepDetails",
    "ReceivedItem",
    "TransportationOption",
    "WeightUnit",
]


class NetworkInbound:
    """The part of `Network` that needs the capability INBOUND.

    Lists are whole: pages are followed inside. An id that is not known is None where the answer
    may be None, and a `RejectedError` elsewhere. Operations that count against a rate limit are
    named as in the API; `getShipmentItemsByShipmentId` is v0's, `getShipment@2024-03-20` is not.
    """

    # Start ---------------------------------------------------------------------------------------

    def set_prep_details(self, country: str, details: Sequence[PrepDetails]) -> str:
        """Say how SKUs are prepared; without that a plan of them fails."""
        raise NotImplementedError

    def create_inbound_plan(self, request: InboundPlanRequest) -> InboundPlanStarted:
        """Start a plan. What is wrong with its items is found by the operation.

        Raises:
            RejectedError: the request can't be taken as it is.
            OutcomeUnknown: it may have arrived; look for its name.
        """
        raise NotImplementedError

    def cancel_inbound_plan(self, inbound_plan_id: str) -> str:
        """Give a plan up. A confirmed carrier may charge for it."""
        raise NotImplementedError

    def generate_packing_options(self, inbound_plan_id: str) -> str:
        """Have packing options made."""
        raise NotImplementedError

    def confirm_packing_option(self, inbound_plan_id: str, packing_option_id: str) -> str:
        """Choose a packing option."""
        raise NotImplementedError

    def set_packing_information(
        self, inbound_plan_id: str, groupings: Sequence[PackageGrouping]
    ) -> str:
        """Tell all boxes of some groups or shipments."""
        raise NotImplementedError

    def generate_placement_options(self, inbound_plan_id: str) -> str:
        """Have placement options made."""
        raise NotImplementedError

    def confirm_placement_option(self, inbound_plan_id: str, placement_option_id: str) -> str:
        """Choose a placement option. **It can't be undone.**"""
        raise NotImplementedError

    def generate_transportation_options(
        self, inbound_plan_id: str, placement_option_id: str, ready: Mapping[str, datetime]
    ) -> str:
        """Have transportation options made, for small parcels.

        Args:
            ready: when each shipment of the placement can be fetched, to the minute.
        """
        raise NotImplementedError

    def confirm_transportation_options(
        self, inbound_plan_id: str, selections: Mapping[str, str]
    ) -> str:
        """Choose how every shipment of the plan travels, by option. **It can't be undone.**"""
        raise NotImplementedError

    def generate_delivery_window_options(self, inbound_plan_id: str, shipment_id: str) -> str:
        """Have delivery windows made for a shipment."""
        raise NotImplementedError

    def confirm_delivery_window_option(
        self, inbound_plan_id: str, shipment_id: str, delivery_window_option_id: str
    ) -> str:
        """Choose a delivery window, or take another instead."""
        raise NotImplementedError

    def update_shipment_tracking(
        self, inbound_plan_id: str, shipment_id: str, tracking: Sequence[BoxTracking]
    ) -> str:
        """Tell the tracking numbers of the boxes of small parcels by one's own carrier."""
        raise NotImplementedError

    # Ask -----------------------------------------------------------------------------------------

    def inbound_operation(self, operation_id: str) -> InboundOperation:
        """How far an operation has come."""
        raise NotImplementedError

    def prep_details(self, country: str, skus: Sequence[str]) -> Sequence[PrepDetails]:
        """How SKUs are prepared; at most `PREP_DETAILS_MOST`."""
        raise NotImplementedError

    def inbound_plans(self, cursor: str | None = None) -> InboundPlanPage:
        """All plans of the account, the newest first."""
        raise NotImplementedError

    def inbound_plan(self, inbound_plan_id: str) -> InboundPlanState | None:
        """A plan, or None if it is unknown."""
        raise NotImplementedError

    def packing_options(self, inbound_plan_id: str) -> Sequence[PackingOption]:
        """What was generated; empty before."""
        raise NotImplementedError

    def packing_group_items(
        self, inbound_plan_id: str, packing_group_id: str
    ) -> Sequence[InboundItem]:
        """What belongs into the boxes of a packing group."""
        raise NotImplementedError

    def placement_options(self, inbound_plan_id: str) -> Sequence[PlacementOption]:
        """What was generated; empty before."""
        raise NotImplementedError

    def inbound_shipment(self, inbound_plan_id: str, shipment_id: str) -> InboundShipmentState:
        """A shipment of an offered or the confirmed placement."""
        raise NotImplementedError

    def shipment_items(self, inbound_plan_id: str, shipment_id: str) -> Sequence[InboundItem]:
        """What a shipment holds."""
        raise NotImplementedError

    def shipment_boxes(self, inbound_plan_id: str, shipment_id: str) -> Sequence[InboundBox]:
        """The boxes of a shipment."""
        raise NotImplementedError

    def transportation_options(
        self, inbound_plan_id: str, shipment_id: str
    ) -> Sequence[TransportationOption]:
        """What was generated for a shipment; empty before."""
        raise NotImplementedError

    def delivery_window_options(
        self, inbound_plan_id: str, shipment_id: str
    ) -> Sequence[DeliveryWindowOption]:
        """What was generated for a shipment; empty before."""
        raise NotImplementedError

    def box_labels(
        self, shipment_confirmation_id: str, *, page_type: str = "PackageLabel_Thermal"
    ) -> bytes:
        """The labels of all boxes of a shipment, as PDF, once its carrier is confirmed.

        The shipment is READY_TO_SHIP by it.

        Args:
            page_type: v0's name of the paper (`PackageLabel_Letter_6` ...).
        """
        raise NotImplementedError

    def item_labels(
        self, country: str, quantities: Mapping[str, int], *, page_type: str = "Letter_30"
    ) -> Sequence[bytes]:
        """FNSKU labels for units, as one PDF or several.

        Args:
            quantities: labels by SKU; at most `LABELLED_SKUS_MOST`, 10,000 of each.
            page_type: several labels on a sheet (`Letter_30`, `A4_21` ...).
        """
        raise NotImplementedError

    def received_items(self, country: str, shipment_confirmation_id: str) -> Sequence[ReceivedItem]:
        """What was received of a shipment, by its name on labels (`FBA...`)."""
        raise NotImplementedError
