"""Inbound plans and the operations that make them: options to pack and to place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from stockpool.money import Money
from stockpool.order_request import Address
from stockpool.plugins.inbound_contents import InboundItem
from stockpool.plugins.inbound_shipments import InboundShipmentStatus

PLAN_NAME_MOST = 40
"""Characters of a plan's name."""

PLAN_ITEMS_MOST = 2_000
PREP_DETAILS_MOST = 100
"""SKUs that `prep_details` and `set_prep_details` take at once."""

LABELLED_SKUS_MOST = 100
"""SKUs that `item_labels` takes at once."""

OptionStatus = Literal["OFFERED", "ACCEPTED", "EXPIRED"]


class InboundPlanStatus(StrEnum):
    """ERRORED: the operation that should have made it has failed."""

    ACTIVE = "ACTIVE"
    VOIDED = "VOIDED"
    SHIPPED = "SHIPPED"
    ERRORED = "ERRORED"


class InboundOperationStatus(StrEnum):
    """How far an operation has come."""

    IN_PROGRESS = "IN_PROGRESS"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class InboundProblem:
    """Why an operation failed (ERROR), or what is worth knowing of it (WARNING)."""

    code: str
    message: str
    severity: str
    details: str | None = None


@dataclass(frozen=True, slots=True)
class InboundOperation:
    """An operation that was started. `operation` is its name in the API."""

    operation_id: str
    operation: str
    status: InboundOperationStatus
    problems: Sequence[InboundProblem] = ()


@dataclass(frozen=True, slots=True)
class InboundPlanRequest:
    """A plan for one country's pool (`createInboundPlan`).

    Attributes:
        name: at most `PLAN_NAME_MOST` characters, and no other plan's: it is found by it.
        source: where the units are sent from; a name and a telephone number are needed.
        items: 1 to `PLAN_ITEMS_MOST`, each kind once.
    """

    country: str
    name: str
    source: Address = field(repr=False)
    items: Sequence[InboundItem]


@dataclass(frozen=True, slots=True)
class InboundPlanStarted:
    """The plan is there once its operation has succeeded."""

    inbound_plan_id: str
    operation_id: str


@dataclass(frozen=True, slots=True)
class InboundPlanState:
    """A plan as it is now.

    Attributes:
        country: None if it is for a marketplace that is none of ours.
        packing_options / placement_options: their statuses by id.
        shipments: of the confirmed placement, their statuses by id. The three are empty in a
            listing.
    """

    inbound_plan_id: str
    name: str
    country: str | None
    status: InboundPlanStatus
    created_at: datetime
    last_updated_at: datetime
    packing_options: Mapping[str, OptionStatus] = field(default_factory=dict)
    placement_options: Mapping[str, OptionStatus] = field(default_factory=dict)
    shipments: Mapping[str, InboundShipmentStatus] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InboundPlanPage:
    """Some plans, the newest first. A page with a cursor is followed by another."""

    plans: Sequence[InboundPlanState]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Incentive:
    """What an option costs (FEE), or takes off (DISCOUNT). `target` is what it is for."""

    kind: Literal["FEE", "DISCOUNT"]
    target: str
    description: str
    value: Money


@dataclass(frozen=True, slots=True)
class PackingOption:
    """One way to pack a plan: which items may share boxes."""

    packing_option_id: str
    status: OptionStatus
    packing_group_ids: Sequence[str]
    incentives: Sequence[Incentive] = ()
    expiration: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlacementOption:
    """One way to spread a plan over centers: a shipment for each, and what that costs."""

    placement_option_id: str
    status: OptionStatus
    shipment_ids: Sequence[str]
    incentives: Sequence[Incentive] = ()
    expiration: datetime | None = None
