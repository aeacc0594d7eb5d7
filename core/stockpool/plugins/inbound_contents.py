"""What is sent in and how it is packed: units of SKUs, their preparation, boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Owner = Literal["AMAZON", "SELLER", "NONE"]
"""Who labels or prepares units. Amazon refuses itself in the US since January 2026."""

BoxContentSource = Literal["BOX_CONTENT_PROVIDED", "MANUAL_PROCESS", "BARCODE_2D"]
LengthUnit = Literal["IN", "CM"]
WeightUnit = Literal["LB", "KG"]


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
