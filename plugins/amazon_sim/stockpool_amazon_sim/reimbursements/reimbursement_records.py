"""What the simulator remembers of a reimbursement. See `records`."""

from __future__ import annotations

import json
from dataclasses import dataclass

from stockpool_amazon_sim.records import Micros, stored


@stored
@dataclass(slots=True)
class Reimbursement:
    """A row of the reimbursement report.

    Attributes:
        order_id: the seller's fulfillment order id, if a parcel was lost.
        per_unit: in minor units of the country's currency; 0 if units were given back.
        cash, inventory: units paid for, and units given back; below zero where it is reversed.
        original: of the reimbursement that this one takes back.
    """

    reimbursement_id: str
    approved_at: Micros
    country: str
    sku: str
    reason: str
    per_unit: int
    cash: int
    inventory: int
    case_id: str = ""
    order_id: str = ""
    original: str = ""
    original_reason: str = ""


def decode_reimbursement(document: str) -> Reimbursement:
    """Read back what `encode` wrote of a reimbursement."""
    return Reimbursement(*json.loads(document))
