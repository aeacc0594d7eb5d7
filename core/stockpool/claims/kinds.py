"""What can be claimed of the network, and where the units of a claim come from."""

from __future__ import annotations

from enum import StrEnum

from stockpool.ledger.buckets import Account


class ClaimKind(StrEnum):
    """Why units are owed."""

    INBOUND_MISSING = "inbound_missing"
    """Sent in, and not received."""
    LOST_IN_CENTER = "lost_in_center"
    """Misplaced in a center, and not found."""
    LOST_PARCEL = "lost_parcel"
    """Lost or damaged on the way to a customer, by the network's carrier."""
    RETURN_MISSING = "return_missing"
    """Refunded to a customer, and not come back."""
    REMOVAL_LOST = "removal_lost"
    """Sent back to the merchant, and not arrived."""

    @property
    def account(self) -> Account:
        """Where the ledger has units of such a claim if nobody owes them: there they come from
        when it is opened, and there they go when they turn up."""
        return _ACCOUNTS[self]


_ACCOUNTS = {
    ClaimKind.INBOUND_MISSING: Account.SUPPLIER,
    ClaimKind.LOST_IN_CENTER: Account.ADJUSTMENT,
    ClaimKind.LOST_PARCEL: Account.CUSTOMER,
    ClaimKind.RETURN_MISSING: Account.CUSTOMER,
    ClaimKind.REMOVAL_LOST: Account.RETURNED_TO_SELLER,
}
