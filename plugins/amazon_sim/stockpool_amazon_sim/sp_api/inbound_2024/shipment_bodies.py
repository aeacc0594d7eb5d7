"""The bodies that concern a plan's shipments: carriage, tracking, contents and appointments.

Times of windows have a precision of minutes: what is finer is cut off, as the model says.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from stockpool_amazon_sim.inbound.inbound_plan_records import Pallet
from stockpool_amazon_sim.inbound.inbound_transport import Readiness
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.sp_api.inbound_2024.bodies import (
    AddressInput,
    BoxInput,
    Currency,
    Dimensions,
    Id,
    ItemInput,
    Weight,
)
from stockpool_amazon_sim.sp_api.reading import Body

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


class ShipmentName(Body):
    """`UpdateShipmentNameRequest`."""

    name: str = Field(min_length=1, max_length=100)


class SourceAddress(Body):
    """`UpdateShipmentSourceAddressRequest`."""

    address: AddressInput


class Contact(Body):
    """`ContactInformation`."""

    name: str = Field(min_length=1, max_length=50)
    phone_number: str = Field(min_length=1, max_length=20)
    email: str | None = Field(None, min_length=1, max_length=1024)

    def as_told(self) -> dict[str, str]:
        """The members that were given, with the API's names."""
        return self.model_dump(by_alias=True, exclude_none=True)


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
