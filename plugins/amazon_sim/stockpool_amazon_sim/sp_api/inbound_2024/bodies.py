"""The bodies of the Fulfillment Inbound API 2024-03-20 that concern plans, as the simulator takes
them, and the parts that others have in common with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from stockpool_amazon_sim.inbound.inbound_plan_records import PlanBox, PlanItem
from stockpool_amazon_sim.sp_api.reading import Body

Owner = Literal["AMAZON", "SELLER", "NONE"]
Id = Annotated[str, Field(min_length=38, max_length=38, pattern=r"^[a-zA-Z0-9-]*$")]
Msku = Annotated[str, Field(min_length=1, max_length=255)]
Source = Literal["BOX_CONTENT_PROVIDED", "MANUAL_PROCESS", "BARCODE_2D"]
Measure = Annotated[float, Field(ge=0, le=100_000)]


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


class Currency(Body):
    """`Currency`."""

    amount: float
    code: str = Field(min_length=3, max_length=3)
