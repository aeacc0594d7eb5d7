"""What the simulator remembers of inbound plans (Fulfillment Inbound API 2024-03-20).

A plan and its shipments are records of their own; a shipment that is on its way is besides an
`Inbound`, as one is that was announced without a plan. Sizes and weights are kept as they came:
[length, width, height, unit] and [value, unit]. Addresses, contacts and freight data are kept with
the members' names of the API. Money is in minor units of the country's currency.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from stockpool_amazon_sim.records import Micros, stored


@stored
@dataclass(slots=True)
class PlanItem:
    """Units of one SKU with one expiration date and one lot.

    Attributes:
        expiration: a date, as YYYY-MM-DD.
        prep_types: how the SKU had to be prepared when the plan was made.
    """

    msku: str
    quantity: int
    label_owner: str
    prep_owner: str
    expiration: str | None = None
    lot: str | None = None
    fnsku: str = ""
    asin: str = ""
    prep_types: list[str] = field(default_factory=list)

    @property
    def kind(self) -> tuple[str, str | None, str | None]:
        """What makes its units differ from others."""
        return self.msku, self.expiration, self.lot


@stored
@dataclass(slots=True)
class PlanBox:
    """One box. `items` is empty where its content was not told (`source`).

    Attributes:
        box_id: what stands on its label, once the carrier is confirmed.
    """

    package_id: str
    source: str
    size: list[Any]
    weight: list[Any]
    items: list[PlanItem] = field(default_factory=list)
    box_id: str | None = None


@stored
@dataclass(slots=True)
class Pallet:
    """`quantity` pallets that are alike; size, weight and stackability may be unknown."""

    package_id: str
    quantity: int
    size: list[Any] | None = None
    weight: list[Any] | None = None
    stackability: str | None = None


@stored
@dataclass(slots=True)
class PackingGroup:
    """Items that may share boxes, and the boxes, once they are told."""

    group_id: str
    items: list[PlanItem]
    boxes: list[PlanBox] = field(default_factory=list)


@stored
@dataclass(slots=True)
class PackingOption:
    """One way to pack a plan.

    Attributes:
        heaviest: the most that a box may weigh, as [value, unit].
        discount: what it makes cheaper.
    """

    option_id: str
    groups: list[PackingGroup]
    heaviest: list[Any]
    expires_at: Micros
    discount: int = 0
    accepted: bool = False


@stored
@dataclass(slots=True)
class PlacementOption:
    """One way to spread a plan over centers, and what Amazon takes for it."""

    option_id: str
    shipment_ids: list[str]
    expires_at: Micros
    fee: int = 0
    accepted: bool = False


@stored
@dataclass(slots=True)
class InboundPlan:
    """What a seller wants to send to one country.

    Attributes:
        status: ACTIVE, VOIDED, SHIPPED or ERRORED.
        created: whether the operation that makes it has succeeded.
        busy_until: when the last operation that was begun on it ends.
    """

    plan_id: str
    country: str
    name: str
    source: dict[str, str]
    status: str
    created_at: Micros
    updated_at: Micros
    items: list[PlanItem] = field(default_factory=list)
    packing_options: list[PackingOption] = field(default_factory=list)
    placement_options: list[PlacementOption] = field(default_factory=list)
    created: bool = False
    busy_until: Micros = 0

    @property
    def packing(self) -> PackingOption | None:
        """The packing option that was confirmed."""
        return next((option for option in self.packing_options if option.accepted), None)

    @property
    def placement(self) -> PlacementOption | None:
        """The placement option that was confirmed."""
        return next((option for option in self.placement_options if option.accepted), None)


@stored
@dataclass(slots=True)
class TransportOption:
    """One way to bring a shipment to its center.

    Attributes:
        cost: of Amazon's partner; None for one's own carrier, who is paid elsewhere.
        appointment: when the partner fetches freight, as [start, end]; empty for others.
    """

    option_id: str
    mode: str
    solution: str
    carrier_code: str
    carrier_name: str
    preconditions: list[str]
    cost: int | None = None
    expires_at: Micros | None = None
    appointment: list[Micros] = field(default_factory=list)


@stored
@dataclass(slots=True)
class DeliveryWindow:
    """When a shipment may come, and how the center likes it."""

    window_id: str
    start: Micros
    end: Micros
    availability: str
    valid_until: Micros
    discount: int = 0


@stored
@dataclass(slots=True)
class ContentPreview:
    """Other contents for a shipment, and what its way costs with them.

    Attributes:
        requested: what was asked for, with the members' names of the API.
    """

    preview_id: str
    items: list[PlanItem]
    boxes: list[PlanBox]
    transport: TransportOption
    expires_at: Micros
    requested: dict[str, Any] = field(default_factory=dict)
    confirmed: bool = False


@stored
@dataclass(slots=True)
class Appointment:
    """An appointment at the center's gate for a seller who drives there."""

    number: int
    start: Micros
    end: Micros
    status: str


@stored
@dataclass(slots=True)
class PlanShipment:
    """The part of a plan that one center gets.

    Attributes:
        inbound_id: its name on labels and its `Inbound`, once the placement is confirmed.
        ready_at: when it can be fetched, as [start, end].
        confirmed_at: when the carrier was confirmed; the labels' name is told from then on.
        tracking: of small parcels, lists of [box id, tracking number, when it came].
        slots: offered appointments as [slot id, start, end], good until `slots_until`.
    """

    shipment_id: str
    plan_id: str
    placement_option_id: str
    country: str
    center: str
    name: str
    source: dict[str, str]
    items: list[PlanItem]
    boxes: list[PlanBox]
    created_at: Micros
    inbound_id: str | None = None
    pallets: list[Pallet] = field(default_factory=list)
    ready_at: list[Micros] = field(default_factory=list)
    contact: dict[str, str] = field(default_factory=dict)
    freight: dict[str, Any] = field(default_factory=dict)
    transport: list[TransportOption] = field(default_factory=list)
    transport_id: str | None = None
    confirmed_at: Micros | None = None
    windows: list[DeliveryWindow] = field(default_factory=list)
    window_id: str | None = None
    tracking: list[list[Any]] = field(default_factory=list)
    freight_bills: list[str] = field(default_factory=list)
    bill_of_lading: str | None = None
    previews: list[ContentPreview] = field(default_factory=list)
    slots: list[list[Any]] = field(default_factory=list)
    slots_until: Micros = 0
    appointments: list[Appointment] = field(default_factory=list)

    @property
    def chosen_transport(self) -> TransportOption | None:
        """How it is sent, once that is confirmed."""
        return next((one for one in self.transport if one.option_id == self.transport_id), None)

    @property
    def chosen_window(self) -> DeliveryWindow | None:
        """When it shall come, once that is confirmed."""
        return next((one for one in self.windows if one.window_id == self.window_id), None)


@stored
@dataclass(slots=True)
class InboundOperation:
    """A call that was taken and is carried out later.

    Attributes:
        subject: the plan or the shipment that it is about, or empty.
        arguments: JSON, empty once it is carried out.
        problems: lists of [severity, code, message, details].
    """

    operation_id: str
    name: str
    subject: str
    status: str
    arguments: str
    problems: list[list[str]] = field(default_factory=list)


@stored
@dataclass(slots=True)
class PrepDetail:
    """How a SKU must be prepared for a country's centers, as the seller says."""

    category: str
    types: list[str]


def item_from(row: list[Any]) -> PlanItem:
    """Read back what `row` made of an item."""
    return PlanItem(*row)


def box_from(row: list[Any]) -> PlanBox:
    """Read back what `row` made of a box and of the items in it."""
    box = PlanBox(*row)
    box.items = [item_from(item) for item in row[4]]
    return box


def decode_inbound_plan(document: str) -> InboundPlan:
    """Read back what `encode` wrote of a plan."""
    plan = InboundPlan(*json.loads(document))
    plan.items = _items(plan.items)
    plan.packing_options = [PackingOption(*option) for option in plan.packing_options]  # type: ignore[misc]
    for option in plan.packing_options:
        option.groups = [PackingGroup(*group) for group in option.groups]  # type: ignore[misc]
        for group in option.groups:
            group.items = _items(group.items)
            group.boxes = _boxes(group.boxes)
    plan.placement_options = [PlacementOption(*option) for option in plan.placement_options]  # type: ignore[misc]
    return plan


def decode_plan_shipment(document: str) -> PlanShipment:
    """Read back what `encode` wrote of a plan's shipment."""
    shipment = PlanShipment(*json.loads(document))
    shipment.items = _items(shipment.items)
    shipment.boxes = _boxes(shipment.boxes)
    shipment.pallets = [Pallet(*pallet) for pallet in shipment.pallets]  # type: ignore[misc]
    shipment.transport = [TransportOption(*option) for option in shipment.transport]  # type: ignore[misc]
    shipment.windows = [DeliveryWindow(*window) for window in shipment.windows]  # type: ignore[misc]
    shipment.previews = [ContentPreview(*preview) for preview in shipment.previews]  # type: ignore[misc]
    for preview in shipment.previews:
        preview.items = _items(preview.items)
        preview.boxes = _boxes(preview.boxes)
        preview.transport = TransportOption(*preview.transport)  # type: ignore[misc]
    shipment.appointments = [Appointment(*one) for one in shipment.appointments]  # type: ignore[misc]
    return shipment


def decode_inbound_operation(document: str) -> InboundOperation:
    """Read back what `encode` wrote of an operation."""
    return InboundOperation(*json.loads(document))


def decode_prep_detail(document: str) -> PrepDetail:
    """Read back what `encode` wrote of a SKU's preparation."""
    return PrepDetail(*json.loads(document))


def _items(rows: list[Any]) -> list[PlanItem]:
    return [item_from(row) for row in rows]


def _boxes(rows: list[Any]) -> list[PlanBox]:
    return [box_from(row) for row in rows]
