"""Names of the FBA ledger: buckets, event types, adjustment codes.

Buckets are those of the FBA Inventory API v1; event types and codes those of the inventory ledger
report (Seller Central help G4FKT5KQWFFJ7LDN).
"""

from __future__ import annotations

from enum import StrEnum


class Bucket(StrEnum):
    """Where a unit is, as the Inventory API counts it."""

    FULFILLABLE = "fulfillable"
    INBOUND_WORKING = "inbound_working"
    INBOUND_SHIPPED = "inbound_shipped"
    INBOUND_RECEIVING = "inbound_receiving"
    PENDING_CUSTOMER_ORDER = "pending_customer_order"
    PENDING_TRANSSHIPMENT = "pending_transshipment"
    FC_PROCESSING = "fc_processing"
    RESEARCHING = "researching"
    CUSTOMER_DAMAGED = "customer_damaged"
    WAREHOUSE_DAMAGED = "warehouse_damaged"
    DISTRIBUTOR_DAMAGED = "distributor_damaged"
    CARRIER_DAMAGED = "carrier_damaged"
    DEFECTIVE = "defective"
    EXPIRED = "expired"


UNFULFILLABLE = (
    Bucket.CUSTOMER_DAMAGED,
    Bucket.WAREHOUSE_DAMAGED,
    Bucket.DISTRIBUTOR_DAMAGED,
    Bucket.CARRIER_DAMAGED,
    Bucket.DEFECTIVE,
    Bucket.EXPIRED,
)
"""Units that cannot be sold, in the order in which a removal takes them."""


class EventType(StrEnum):
    """Why units moved."""

    RECEIPTS = "Receipts"
    """Units from the seller came onto the shelf (or came damaged)."""

    SHIPMENTS = "Shipments"
    """Units left for a customer, for an MCF order or a sale on Amazon."""

    CUSTOMER_RETURNS = "CustomerReturns"
    """Units came back, sent by the customer or undeliverable."""

    VENDOR_RETURNS = "VendorReturns"
    """Units left by a removal order."""

    WHSE_TRANSFERS = "WhseTransfers"
    """Units on the way between centers."""

    ADJUSTMENTS = "Adjustments"
    """Damaged, lost, found, corrected: the code says which."""

    RESERVATIONS = "Reservations"
    """Not one of Amazon's: units set aside, or given free again. They stay in the building."""

    INBOUND = "Inbound"
    """Not one of Amazon's: units announced, sent, and no longer expected."""


INTERNAL = frozenset({EventType.RESERVATIONS, EventType.INBOUND})
"""Event types that Amazon's own report does not show."""


class Code(StrEnum):
    """Adjustment codes that the simulator writes, and the empty one for everything else."""

    NONE = ""
    DAMAGED_AT_CENTER = "E"
    """Leaves sellable, damaged at the center; pairs with P."""

    DISPOSITION_IN = "P"
    """Arrives in the new disposition."""

    DISPOSITION_OUT = "Q"
    """Leaves the old disposition; pairs with P."""

    DESTROYED = "D"
    """Leaves for good, disposed of for the seller."""

    MISPLACED = "M"
    FOUND = "F"
    CORRECTION = "O"
