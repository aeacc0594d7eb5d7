"""How much room a unit takes, and what kind of room. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

CUBIC_FOOT_IN_CM3 = Decimal("28316.846592")
POUND_IN_GRAMS = Decimal("453.59237")
INCH_IN_CM = Decimal("2.54")


class StorageType(StrEnum):
    """Amazon's storage types, each with a capacity limit of its own."""

    STANDARD = "standard-size"
    OVERSIZE = "oversize"
    EXTRA_LARGE = "extra-large"
    APPAREL = "apparel"
    FOOTWEAR = "footwear"
    AEROSOL = "aerosol"
    FLAMMABLE = "flammable"

    @property
    def is_large(self) -> bool:
        """Whether units are charged as large ones."""
        return self in (StorageType.OVERSIZE, StorageType.EXTRA_LARGE)

    @property
    def is_dangerous(self) -> bool:
        """Whether units are stored as dangerous goods."""
        return self in (StorageType.AEROSOL, StorageType.FLAMMABLE)

    @property
    def is_spared(self) -> bool:
        """Whether the first bands of the aged-stock surcharge do not apply."""
        return self in (StorageType.APPAREL, StorageType.FOOTWEAR)


@dataclass(frozen=True, slots=True)
class UnitSize:
    """One unit of a SKU, packed.

    Attributes:
        volume_cm3: in cubic centimetres, rounded up.
        weight_g: in grams.
    """

    sku: str
    volume_cm3: int
    weight_g: int
    storage_type: StorageType = StorageType.STANDARD

    @property
    def cubic_feet(self) -> Decimal:
        """The volume as Amazon counts it in the US."""
        return Decimal(self.volume_cm3) / CUBIC_FOOT_IN_CM3

    @property
    def pounds(self) -> Decimal:
        """The weight as Amazon counts it in the US."""
        return Decimal(self.weight_g) / POUND_IN_GRAMS
