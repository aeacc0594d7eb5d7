"""Where a unit can be. Every unit is in exactly one bucket or outside account.

Buckets have the names of the FBA Inventory API (`inventoryDetails`), plus three of our own:
`held` (promised by us, not yet accepted by the network), `committed` (accepted for one of our
orders) and `pending_removal` (asked to be taken out).
"""

from __future__ import annotations

from enum import StrEnum


class Bucket(StrEnum):
    """A bucket holds units and is never negative."""

    FULFILLABLE = "fulfillable"
    """On the shelf; can be promised now."""
    HELD = "held"
    """Promised to an order of ours that the network has not accepted yet."""
    COMMITTED = "committed"
    """Accepted by the network for an order of ours, not shipped yet."""
    PENDING_REMOVAL = "pending_removal"
    """Asked for by a removal order, not out yet."""
    INBOUND_WORKING = "inbound_working"
    """In an announced inbound shipment that has not left."""
    INBOUND_SHIPPED = "inbound_shipped"
    """In an inbound shipment on its way."""
    INBOUND_RECEIVING = "inbound_receiving"
    """In an inbound shipment of which other units were received."""
    PENDING_CUSTOMER_ORDER = "pending_customer_order"
    """Reserved by the network for orders that are not ours (Amazon's own customers)."""
    PENDING_TRANSSHIPMENT = "pending_transshipment"
    """Moving between fulfillment centers."""
    FC_PROCESSING = "fc_processing"
    """Set aside in a center: measuring, sampling, a return being graded."""
    RESEARCHING = "researching"
    """Misplaced in a center and looked for."""
    CUSTOMER_DAMAGED = "customer_damaged"
    WAREHOUSE_DAMAGED = "warehouse_damaged"
    DISTRIBUTOR_DAMAGED = "distributor_damaged"
    CARRIER_DAMAGED = "carrier_damaged"
    DEFECTIVE = "defective"
    EXPIRED = "expired"


class Account(StrEnum):
    """An outside account: units come from there and go there. Its balance may have any sign."""

    SUPPLIER = "supplier"
    """Units received from the merchant's supplier (balance negative)."""
    CUSTOMER = "customer"
    """Units shipped to customers."""
    RETURNED_TO_SELLER = "returned_to_seller"
    DISPOSED = "disposed"
    LIQUIDATED = "liquidated"
    OWED_BY_AMAZON = "owed_by_amazon"
    """Lost, damaged or short-received units until found, paid or written off."""
    WRITTEN_OFF = "written_off"
    ADJUSTMENT = "adjustment"
    """What a snapshot of the network showed to differ from our books."""


Place = Bucket | Account

UNSELLABLE = (
    Bucket.CUSTOMER_DAMAGED,
    Bucket.WAREHOUSE_DAMAGED,
    Bucket.DISTRIBUTOR_DAMAGED,
    Bucket.CARRIER_DAMAGED,
    Bucket.DEFECTIVE,
    Bucket.EXPIRED,
)
"""Units in a center that can't be sold (`unfulfillableQuantity`)."""

INBOUND = (Bucket.INBOUND_WORKING, Bucket.INBOUND_SHIPPED, Bucket.INBOUND_RECEIVING)
"""Units that are on their way into a center."""

NETWORK_BUCKETS = (
    Bucket.FULFILLABLE,
    *INBOUND,
    Bucket.PENDING_CUSTOMER_ORDER,
    Bucket.PENDING_TRANSSHIPMENT,
    Bucket.FC_PROCESSING,
    Bucket.RESEARCHING,
    *UNSELLABLE,
)
"""Buckets that a network's snapshot has a figure for."""

PLACES: tuple[Place, ...] = (*Bucket, *Account)
"""All buckets and accounts, in the order of the columns of `stock_levels`."""


_BY_NAME: dict[str, Place] = {member.value: member for member in PLACES}


def place(name: str) -> Place:
    """The bucket or account of that name.

    Raises:
        ValueError: if there is none.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise ValueError(f"{name!r} is no bucket and no outside account") from None
