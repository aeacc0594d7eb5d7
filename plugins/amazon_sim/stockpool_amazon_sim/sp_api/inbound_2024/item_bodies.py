"""The bodies that concern SKUs: preparation, labels and compliance."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stockpool_amazon_sim.sp_api.inbound_2024.bodies import Currency, Msku
from stockpool_amazon_sim.sp_api.reading import Body

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
