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
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from stockpool.money import Money
from stockpool.order_request import Address

PLAN_NAME_MOST = 40
"""Characters of a plan's name."""

PLAN_ITEMS_MOST = 2_000
PREP_DETAILS_MOST = 100
"""SKUs that `prep_details` and `set_prep_details` take at once."""

LABELLED_SKUS_MOST = 100
"""SKUs that `item_labels` takes at once."""

Owner = Literal["AMAZON", "SELLER", "NONE"]
"""Who labels or prepares units. Amazon refuses itself in the US since January 2026."""

BoxContentSource = Literal["BOX_CONTENT_PROVIDED", "MANUAL_PROCESS", "BARCODE_2D"]
LengthUnit = Literal["IN", "CM"]
WeightUnit = Literal["LB", "KG"]
OptionStatus = Literal["OFFERED", "ACCEPTED", "EXPIRED"]

OWN_CARRIER = "USE_YOUR_OWN_CARRIER"
PARTNERED_CARRIER = "AMAZON_PARTNERED_CARRIER"
"""`shipping_solution` of a transportation option."""

NEEDS_DELIVERY_WINDOW = "CONFIRMED_DELIVERY_WINDOW"
"""A precondition of a transportation option."""


class InboundPlanStatus(StrEnum):
    """ERRORED: the operation that should have made it has failed."""

    ACTIVE = "ACTIVE"
    VOIDED = "VOIDED"
    SHIPPED = "SHIPPED"
    ERRORED = "ERRORED"


class InboundShipmentStatus(StrEnum):
    """Amazon's statuses of an inbound shipment. Some may be skipped; CLOSED says that no more is
    expected, not that the quantities match, and units may be received even after it."""

    UNCONFIRMED = "UNCONFIRMED"
    WORKING = "WORKING"
    READY_TO_SHIP = "READY_TO_SHIP"
    SHIPPED = "SHIPPED"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    CHECKED_IN = "CHECKED_IN"
    RECEIVING = "RECEIVING"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    DELETED = "DELETED"
    ABANDONED = "ABANDONED"
    MIXED = "MIXED"
    """Not explained by Amazon."""

    @property
    def wording(self) -> str:
        """What Seller Central calls it."""
        return _WORDING.get(self, self.value.replace("_", " ").capitalize())


_WORDING: Mapping[InboundShipmentStatus, str] = {
    InboundShipmentStatus.READY_TO_SHIP: "Ready to ship",
    InboundShipmentStatus.IN_TRANSIT: "In transit",
    InboundShipmentStatus.CHECKED_IN: "Checked-in",
}


class InboundOperationStatus(StrEnum):
    """How far an operation has come."""

    IN_PROGRESS = "IN_PROGRESS"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class InboundProblem:
    """Why an operation failed (ERROR), or what is worth knowing of it (WARNING)."""

    code: str
    message: str
    severity: str
    details: str | None = None


@dataclass(frozen=True, slots=True)
class InboundOperation:
    """An operation that was started. `operation` is its name in the API."""

    operation_id: str
    operation: str
    status: InboundOperationStatus
    problems: Sequence[InboundProblem] = ()


@dataclass(frozen=True, slots=True)
class PrepDetails:
    """How a SKU is prepared for a country's centers.

    Attributes:
        prep_category: `NONE`, `FRAGILE`, `LIQUID` ...; `UNKNOWN` until it is set.
        prep_types: `ITEM_NO_PREP`, `ITEM_POLYBAGGING` ...
        label_owner / prep_owner: who alone may do it (`SELLER_ONLY` ...); None: no constraint. Not
            told, but answered.
    """

    sku: str
    prep_category: str
    prep_types: Sequence[str] = ()
    label_owner: str | None = None
    prep_owner: str | None = None


@dataclass(frozen=True, slots=True)
class InboundItem:
    """Units of one SKU with one expiration date and one lot, in a plan, a group or a box."""

    sku: str
    quantity: int
    label_owner: Owner = "SELLER"
    prep_owner: Owner = "SELLER"
    expiration: date | None = None
    lot: str | None = None

    @property
    def kind(self) -> tuple[str, date | None, str | None]:
        """What makes its units differ from others."""
        return self.sku, self.expiration, self.lot


@dataclass(frozen=True, slots=True)
class InboundPlanRequest:
    """A plan for one country's pool (`createInboundPlan`).

    Attributes:
        name: at most `PLAN_NAME_MOST` characters, and no other plan's: it is found by it.
        source: where the units are sent from; a name and a telephone number are needed.
        items: 1 to `PLAN_ITEMS_MOST`, each kind once.
    """

    country: str
    name: str
    source: Address = field(repr=False)
    items: Sequence[InboundItem]


@dataclass(frozen=True, slots=True)
class InboundPlanStarted:
    """The plan is there once its operation has succeeded."""

    inbound_plan_id: str
    operation_id: str


@dataclass(frozen=True, slots=True)
class InboundPlanState:
    """A plan as it is now.

    Attributes:
        country: None if it is for a marketplace that is none of ours.
        packing_options / placement_options: their statuses by id.
        shipments: of the confirmed placement, their statuses by id. The three are empty in a
            listing.
    """

    inbound_plan_id: str
    name: str
    country: str | None
    status: InboundPlanStatus
    created_at: datetime
    last_updated_at: datetime
    packing_options: Mapping[str, OptionStatus] = field(default_factory=dict)
    placement_options: Mapping[str, OptionStatus] = field(default_factory=dict)
    shipments: Mapping[str, InboundShipmentStatus] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InboundPlanPage:
    """Some plans, the newest first. A page with a cursor is followed by another."""

    plans: Sequence[InboundPlanState]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Incentive:
    """What an option costs (FEE), or takes off (DISCOUNT). `target` is what it is for."""

    kind: Literal["FEE", "DISCOUNT"]
    target: str
    description: str
    value: Money


@dataclass(frozen=True, slots=True)
class PackingOption:
    """One way to pack a plan: which items may share boxes."""

    packing_option_id: str
    status: OptionStatus
    packing_group_ids: Sequence[str]
    incentives: Sequence[Incentive] = ()
    expiration: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlacementOption:
    """One way to spread a plan over centers: a shipment for each, and what that costs."""

    placement_option_id: str
    status: OptionStatus
    shipment_ids: Sequence[str]
    incentives: Sequence[Incentive] = ()
    expiration: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboundBox:
    """`quantity` boxes that are alike.

    Attributes:
        items: what is in each; only for BOX_CONTENT_PROVIDED.
        package_id / box_id: the network's; the second is on the label, once the carrier is
            confirmed. Not told, but answered (then quantity is 1, as a rule).
    """

    content_source: BoxContentSource
    length: Decimal
    width: Decimal
    height: Decimal
    length_unit: LengthUnit
    weight: Decimal
    weight_unit: WeightUnit
    quantity: int = 1
    items: Sequence[InboundItem] = ()
    package_id: str | None = None
    box_id: str | None = None


@dataclass(frozen=True, slots=True)
class PackageGrouping:
    """All boxes of a packing group (before the placement is confirmed) or of a shipment (after)."""

    boxes: Sequence[InboundBox]
    packing_group_id: str | None = None
    shipment_id: str | None = None


@dataclass(frozen=True, slots=True)
class TransportationOption:
    """One way to bring a shipment to its center.

    Attributes:
        cost: of a partnered carrier; None for one's own.
        preconditions: what must be confirmed before (`NEEDS_DELIVERY_WINDOW`).
        voidable_until: how long it can be cancelled for nothing.
    """

    transportation_option_id: str
    shipment_id: str
    shipping_mode: str
    shipping_solution: str
    carrier_code: str | None
    carrier_name: str | None
    preconditions: Sequence[str] = ()
    cost: Money | None = None
    quote_expiration: datetime | None = None
    voidable_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryWindowOption:
    """When a shipment may come. `availability_type`: AVAILABLE, CONGESTED, BLOCKED, DISCOUNTED."""

    delivery_window_option_id: str
    start: datetime
    end: datetime
    availability_type: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class BoxTracking:
    """The tracking number of a box. `validation` is told, not asked: `VALIDATED` ..."""

    box_id: str
    tracking_id: str
    validation: str | None = None


@dataclass(frozen=True, slots=True)
class InboundShipmentState:
    """A shipment of a plan as it is now.

    Attributes:
        center: `warehouseId` of where it goes; None while that is not told.
        center_country: of that center.
        shipment_confirmation_id: what stands on labels (`FBA...`), once the carrier is confirmed.
    """

    shipment_id: str
    placement_option_id: str
    name: str
    status: InboundShipmentStatus
    center: str | None = None
    center_country: str | None = None
    shipment_confirmation_id: str | None = None
    transportation_option_id: str | None = None
    delivery_window_option_id: str | None = None
    tracking: Sequence[BoxTracking] = ()
    freight_bill_numbers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ReceivedItem:
    """What was announced and what has been received of a SKU, whatever its state.

    `quantity_received` can be more than was announced, and can go down again.
    """

    sku: str
    fn_sku: str
    quantity_shipped: int
    quantity_received: int


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
