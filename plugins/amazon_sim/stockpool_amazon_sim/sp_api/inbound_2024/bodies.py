"""The bodies of the Fulfillment Inbound API 2024-03-20, as the simulator takes them.

Times of windows have a precision of minutes: what is finer is cut off, as the model says.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from stockpool_amazon_sim.inbound_plan_records import Pallet, PlanBox, PlanItem
from stockpool_amazon_sim.inbound_transport import Readiness
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.sp_api.reading import Body

Owner = Literal["AMAZON", "SELLER", "NONE"]
Id = Annotated[str, Field(min_length=38, max_length=38, pattern=r"^[a-zA-Z0-9-]*$")]
Msku = Annotated[str, Field(min_length=1, max_length=255)]
Source = Literal["BOX_CONTENT_PROVIDED", "MANUAL_PROCESS", "BARCODE_2D"]
Measure = Annotated[float, Field(ge=0, le=100_000)]
Reason = Literal[
    "APPOINTMENT_REQUESTED_BY_MISTAKE",
    "VEHICLE_DELAY",
    "SLOT_NOT_SUITABLE",
    "OUTSIDE_CARRIER_BUSINESS_HOURS",
    "UNFAVOURABLE_EXTERNAL_CONDITIONS",
    "PROCUREMENT_DELAY",
    "SHIPPING_PLAN_CHANGED",
    "INCREASED_QUANTITY",
    "OTHER",
]
PrepCategory = Literal[
    "ADULT",
    "BABY",
    "FC_PROVIDED",
    "FRAGILE",
    "GRANULAR",
    "HANGER",
    "LIQUID",
    "PERFORATED",
    "SET",
    "SHARP",
    "SMALL",
    "TEXTILE",
    "UNKNOWN",
    "NONE",
]
PrepType = Literal[
    "ITEM_BLACK_SHRINKWRAP",
    "ITEM_BLANKSTK",
    "ITEM_BOXING",
    "ITEM_BUBBLEWRAP",
    "ITEM_CAP_SEALING",
    "ITEM_DEBUNDLE",
    "ITEM_HANG_GARMENT",
    "ITEM_LABELING",
    "ITEM_NO_PREP",
    "ITEM_POLYBAGGING",
    "ITEM_RMOVHANG",
    "ITEM_SETCREAT",
    "ITEM_SETSTK",
    "ITEM_SIOC",
    "ITEM_SUFFOSTK",
    "ITEM_TAPING",
]
PageType = Literal[
    "A4_21",
    "A4_24",
    "A4_24_64x33",
    "A4_24_66x35",
    "A4_24_70x36",
    "A4_24_70x37",
    "A4_24i",
    "A4_27",
    "A4_40_52x29",
    "A4_44_48x25",
    "Letter_30",
]


def _real_date(value: str) -> str:
    datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    return value


Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_real_date)]


class AddressInput(Body):
    """`AddressInput`; unlike `Address` it must have a phone number."""

    name: str = Field(min_length=1, max_length=50)
    address_line1: str = Field(min_length=1, max_length=180)
    city: str = Field(min_length=1, max_length=30)
    country_code: str = Field(pattern=r"^[A-Z]{2}$")
    phone_number: str = Field(min_length=1, max_length=20)
    postal_code: str = Field(min_length=1, max_length=32)
    address_line2: str | None = Field(None, min_length=1, max_length=60)
    company_name: str | None = Field(None, min_length=1, max_length=50)
    district_or_county: str | None = Field(None, min_length=1, max_length=50)
    email: str | None = Field(None, min_length=1, max_length=1024)
    state_or_province_code: str | None = Field(None, min_length=1, max_length=64)

    def as_told(self) -> dict[str, str]:
        """The members that were given, with the API's names."""
        return self.model_dump(by_alias=True, exclude_none=True)


class ItemInput(Body):
    """`ItemInput`."""

    msku: Msku
    quantity: int = Field(ge=1, le=500_000)
    label_owner: Owner
    prep_owner: Owner
    expiration: Day | None = None
    manufacturing_lot_code: str | None = Field(None, min_length=1, max_length=256)

    def item(self) -> PlanItem:
        """As the simulator takes it."""
        return PlanItem(
            self.msku,
            self.quantity,
            self.label_owner,
            self.prep_owner,
            self.expiration,
            self.manufacturing_lot_code,
        )


class CreateInboundPlan(Body):
    """`CreateInboundPlanRequest`."""

    destination_marketplaces: list[str] = Field(min_length=1, max_length=1)
    items: list[ItemInput] = Field(min_length=1, max_length=2000)
    source_address: AddressInput
    name: str | None = Field(None, min_length=1, max_length=40)


class PlanName(Body):
    """`UpdateInboundPlanNameRequest`."""

    name: str = Field(min_length=1, max_length=40)


class ShipmentName(Body):
    """`UpdateShipmentNameRequest`."""

    name: str = Field(min_length=1, max_length=100)


class SourceAddress(Body):
    """`UpdateShipmentSourceAddressRequest`."""

    address: AddressInput


class Dimensions(Body):
    """`Dimensions`."""

    length: Measure
    width: Measure
    height: Measure
    unit_of_measurement: Literal["IN", "CM"]

    def row(self) -> list[Any]:
        """As the simulator keeps it."""
        return [self.length, self.width, self.height, self.unit_of_measurement]


class Weight(Body):
    """`Weight`."""

    value: Measure
    unit: Literal["LB", "KG"]

    def row(self) -> list[Any]:
        """As the simulator keeps it."""
        return [self.value, self.unit]


class BoxInput(Body):
    """`BoxInput`, and `BoxUpdateInput` with the id of a box that stays."""

    content_information_source: Source
    dimensions: Dimensions
    weight: Weight
    quantity: int = Field(ge=1, le=10_000)
    items: tuple[ItemInput, ...] = ()
    package_id: Id | None = None

    def boxes(self) -> tuple[PlanBox, int]:
        """The box, and how many there are."""
        box = PlanBox(
            self.package_id or "",
            self.content_information_source,
            self.dimensions.row(),
            self.weight.row(),
            [item.item() for item in self.items],
        )
        return box, self.quantity


class PackageGrouping(Body):
    """`PackageGroupingInput`."""

    boxes: list[BoxInput] = Field(min_length=1, max_length=5000)
    packing_group_id: Id | None = None
    shipment_id: Id | None = None


class SetPackingInformation(Body):
    """`SetPackingInformationRequest`."""

    package_groupings: list[PackageGrouping] = Field(min_length=1)


class CustomPlacement(Body):
    """`CustomPlacementInput`."""

    items: list[ItemInput] = Field(min_length=1, max_length=2000)
    warehouse_id: str


class GeneratePlacementOptions(Body):
    """`GeneratePlacementOptionsRequest`."""

    custom_placement: list[CustomPlacement] | None = None


class Contact(Body):
    """`ContactInformation`."""

    name: str = Field(min_length=1, max_length=50)
    phone_number: str = Field(min_length=1, max_length=20)
    email: str | None = Field(None, min_length=1, max_length=1024)

    def as_told(self) -> dict[str, str]:
        """The members that were given, with the API's names."""
        return self.model_dump(by_alias=True, exclude_none=True)


class Currency(Body):
    """`Currency`."""

    amount: float
    code: str = Field(min_length=3, max_length=3)


class Freight(Body):
    """`FreightInformation`."""

    declared_value: Currency | None = None
    freight_class: str | None = Field(None, min_length=1, max_length=1024)


class PalletInput(Body):
    """`PalletInput`."""

    quantity: int = Field(ge=1, le=10_000)
    dimensions: Dimensions | None = None
    weight: Weight | None = None
    stackability: Literal["STACKABLE", "NON_STACKABLE"] | None = None

    def pallet(self) -> Pallet:
        """As the simulator takes it."""
        size = None if self.dimensions is None else self.dimensions.row()
        weight = None if self.weight is None else self.weight.row()
        return Pallet("", self.quantity, size, weight, self.stackability)


class WindowInput(Body):
    """`WindowInput`."""

    start: datetime

    def minute(self) -> Micros:
        """The start, cut to the minute."""
        start = self.start if self.start.tzinfo is not None else self.start.replace(tzinfo=UTC)
        return to_micros(start.replace(second=0, microsecond=0))


class TransportConfiguration(Body):
    """`ShipmentTransportationConfiguration`."""

    shipment_id: Id
    ready_to_ship_window: WindowInput
    contact_information: Contact | None = None
    freight_information: Freight | None = None
    pallets: tuple[PalletInput, ...] = ()

    def readiness(self) -> Readiness:
        """As the simulator takes it."""
        freight = self.freight_information
        return Readiness(
            self.shipment_id,
            self.ready_to_ship_window.minute(),
            [pallet.pallet() for pallet in self.pallets],
            {} if self.contact_information is None else self.contact_information.as_told(),
            {} if freight is None else freight.model_dump(by_alias=True, exclude_none=True),
        )


class GenerateTransportationOptions(Body):
    """`GenerateTransportationOptionsRequest`."""

    placement_option_id: Id
    shipment_transportation_configurations: list[TransportConfiguration] = Field(min_length=1)


class TransportSelection(Body):
    """`TransportationSelection`."""

    shipment_id: Id
    transportation_option_id: Id
    contact_information: Contact | None = None


class ConfirmTransportationOptions(Body):
    """`ConfirmTransportationOptionsRequest`."""

    transportation_selections: list[TransportSelection] = Field(min_length=1)


class ParcelTracking(Body):
    """`SpdTrackingItemInput`."""

    box_id: str = Field(min_length=1, max_length=1024)
    tracking_id: str = Field(min_length=1, max_length=64)


class ParcelsTracking(Body):
    """`SpdTrackingDetailInput`."""

    spd_tracking_items: list[ParcelTracking]


class FreightTracking(Body):
    """`LtlTrackingDetailInput`."""

    freight_bill_number: list[
        Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9-._ ]*$")]
    ] = Field(min_length=1, max_length=1)
    bill_of_lading_number: str | None = Field(None, min_length=1, max_length=1024)


class TrackingDetails(Body):
    """`TrackingDetailsInput`."""

    spd_tracking_detail: ParcelsTracking | None = None
    ltl_tracking_detail: FreightTracking | None = None


class UpdateTracking(Body):
    """`UpdateShipmentTrackingDetailsRequest`."""

    tracking_details: TrackingDetails


class ContentUpdate(Body):
    """`GenerateShipmentContentUpdatePreviewsRequest`."""

    boxes: list[BoxInput] = Field(min_length=1, max_length=5000)
    items: list[ItemInput] = Field(min_length=1, max_length=2000)

    def as_told(self) -> dict[str, Any]:
        """`RequestedUpdates`: the same, to be told back."""
        told: dict[str, Any] = self.model_dump(by_alias=True, exclude_none=True)
        return told


class GenerateSlots(Body):
    """`GenerateSelfShipAppointmentSlotsRequest`."""

    desired_start_date: datetime | None = None
    desired_end_date: datetime | None = None


class AppointmentReason(Body):
    """`ScheduleSelfShipAppointmentRequest` and `CancelSelfShipAppointmentRequest`."""

    reason_comment: Reason | None = None


class PrepDetailInput(Body):
    """`MskuPrepDetailInput`."""

    msku: Msku
    prep_category: PrepCategory
    prep_types: list[PrepType]


class SetPrepDetails(Body):
    """`SetPrepDetailsRequest`."""

    marketplace_id: str = Field(min_length=1, max_length=20)
    msku_prep_details: list[PrepDetailInput] = Field(min_length=1, max_length=100)


class MskuQuantity(Body):
    """`MskuQuantity`."""

    msku: Msku
    quantity: int = Field(ge=1, le=10_000)


class CreateLabels(Body):
    """`CreateMarketplaceItemLabelsRequest`."""

    marketplace_id: str = Field(min_length=1, max_length=20)
    label_type: Literal["STANDARD_FORMAT", "THERMAL_PRINTING"]
    msku_quantities: list[MskuQuantity] = Field(min_length=1, max_length=100)
    page_type: PageType | None = None
    height: float | None = Field(None, ge=25, le=100)
    width: float | None = Field(None, ge=25, le=100)
    locale_code: str = Field("en_US", pattern=r"^[a-z]{2}_[A-Z]{2}$")


class TaxDetails(Body):
    """`TaxDetails`."""

    declared_value: Currency | None = None
    hsn_code: str | None = None


class UpdateCompliance(Body):
    """`UpdateItemComplianceDetailsRequest`."""

    msku: Msku
    tax_details: TaxDetails
