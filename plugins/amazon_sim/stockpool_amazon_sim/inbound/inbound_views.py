"""The simulator's inbound records in the words of the engine's contract, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from stockpool.money import Money
from stockpool.order_request import Address
from stockpool.plugins import network_inbound as contract
from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inbound.inbound_plan_records import (
    DeliveryWindow,
    InboundOperation,
    InboundPlan,
    PackingOption,
    PlacementOption,
    PlanBox,
    PlanItem,
    TransportOption,
)
from stockpool_amazon_sim.inbound.inbound_reading import PlanState, ShipmentState
from stockpool_amazon_sim.inbound.inbound_transport import voidable_until
from stockpool_amazon_sim.inbound.inbound_v0_reading import InboundState
from stockpool_amazon_sim.inbound.plan_shipments import validation_status
from stockpool_amazon_sim.inbound.prep_details import Preparation
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.simulated_time import to_datetime

PLACEMENT = "Placement Services"
DISCOUNT = "Fulfillment Fee Discount"


def plan_item(item: contract.InboundItem) -> PlanItem:
    """Units as they are asked for."""
    expiration = None if item.expiration is None else item.expiration.isoformat()
    return PlanItem(
        item.sku, item.quantity, item.label_owner, item.prep_owner, expiration, item.lot
    )


def plan_box(box: contract.InboundBox) -> tuple[PlanBox, int]:
    """A box as it is told, and how many there are."""
    size = [float(box.length), float(box.width), float(box.height), box.length_unit]
    weight = [float(box.weight), box.weight_unit]
    items = [plan_item(item) for item in box.items]
    return PlanBox("", box.content_source, size, weight, items), box.quantity


def source(address: Address) -> dict[str, str]:
    """`sourceAddress`."""
    members = {
        "name": address.name,
        "addressLine1": address.line1,
        "addressLine2": address.line2,
        "city": address.city,
        "stateOrProvinceCode": address.region,
        "postalCode": address.postal_code,
        "countryCode": address.country,
        "phoneNumber": address.phone,
    }
    return {name: value for name, value in members.items() if value}


def operation(known: InboundOperation) -> contract.InboundOperation:
    """An operation."""
    return contract.InboundOperation(
        known.operation_id,
        known.name,
        contract.InboundOperationStatus(known.status),
        tuple(
            contract.InboundProblem(code, message, severity, details or None)
            for severity, code, message, details in known.problems
        ),
    )


def preparation(known: Preparation) -> contract.PrepDetails:
    """How a SKU is prepared."""
    return contract.PrepDetails(
        known.msku,
        known.category,
        tuple(known.types),
        known.label_owner,
        known.prep_owner,
    )


def plan_head(plan: InboundPlan) -> contract.InboundPlanState:
    """A plan in a listing."""
    return contract.InboundPlanState(
        plan.plan_id,
        plan.name,
        plan.country,
        contract.InboundPlanStatus(plan.status),
        to_datetime(plan.created_at),
        to_datetime(plan.updated_at),
    )


def plan_state(state: PlanState) -> contract.InboundPlanState:
    """A plan; of options that are settled only the confirmed one is shown."""
    plan, now = state.plan, state.now
    head = plan_head(plan)
    return contract.InboundPlanState(
        head.inbound_plan_id,
        head.name,
        head.country,
        head.status,
        head.created_at,
        head.last_updated_at,
        {
            one.option_id: _status(one, now)
            for one in plan.packing_options
            if one.accepted or plan.packing is None
        },
        {
            one.option_id: _status(one, now)
            for one in plan.placement_options
            if one.accepted or plan.placement is None
        },
        {
            one.shipment.shipment_id: contract.InboundShipmentStatus(one.status)
            for one in state.shipments
        },
    )


def packing_options(state: PlanState) -> list[contract.PackingOption]:
    """All packing options of a plan."""
    code = state.plan.country
    return [
        contract.PackingOption(
            one.option_id,
            _status(one, state.now),
            tuple(group.group_id for group in one.groups),
            _incentive(one.discount, code, "DISCOUNT", DISCOUNT, "Boxes with one SKU each"),
            to_datetime(one.expires_at),
        )
        for one in state.plan.packing_options
    ]


def placement_options(state: PlanState) -> list[contract.PlacementOption]:
    """All placement options of a plan."""
    code = state.plan.country
    return [
        contract.PlacementOption(
            one.option_id,
            _status(one, state.now),
            tuple(one.shipment_ids),
            _incentive(
                one.fee, code, "FEE", PLACEMENT, f"Placement in {len(one.shipment_ids)} centers"
            ),
            to_datetime(one.expires_at),
        )
        for one in state.plan.placement_options
    ]


def items(known: Sequence[PlanItem]) -> list[contract.InboundItem]:
    """Units."""
    return [
        contract.InboundItem(
            one.msku,
            one.quantity,
            cast(contract.Owner, one.label_owner),
            cast(contract.Owner, one.prep_owner),
            None if one.expiration is None else date.fromisoformat(one.expiration),
            one.lot,
        )
        for one in known
    ]


def boxes(known: Sequence[PlanBox]) -> list[contract.InboundBox]:
    """Boxes, each by itself."""
    return [
        contract.InboundBox(
            content_source=cast(contract.BoxContentSource, one.source),
            length=Decimal(str(one.size[0])),
            width=Decimal(str(one.size[1])),
            height=Decimal(str(one.size[2])),
            length_unit=one.size[3],
            weight=Decimal(str(one.weight[0])),
            weight_unit=one.weight[1],
            items=tuple(items(one.items)),
            package_id=one.package_id,
            box_id=one.box_id,
        )
        for one in known
    ]


def shipment(state: ShipmentState) -> contract.InboundShipmentState:
    """A shipment; the name on labels is told once the carrier is confirmed."""
    known = state.shipment
    return contract.InboundShipmentState(
        known.shipment_id,
        known.placement_option_id,
        known.name,
        contract.InboundShipmentStatus(state.status),
        known.center,
        known.country,
        None if known.confirmed_at is None else known.inbound_id,
        known.transport_id,
        known.window_id,
        tuple(
            contract.BoxTracking(box_id, number, validation_status(number, told_at, state.now))
            for box_id, number, told_at in known.tracking
        ),
        tuple(known.freight_bills),
    )


def transportation_options(state: ShipmentState) -> list[contract.TransportationOption]:
    """How a shipment can travel."""
    return [_transport(one, state) for one in state.shipment.transport]


def delivery_windows(state: ShipmentState) -> list[contract.DeliveryWindowOption]:
    """When a shipment may come."""
    return [_window(one) for one in state.shipment.windows]


def received(state: InboundState) -> list[contract.ReceivedItem]:
    """What v0 tells of a shipment."""
    return [
        contract.ReceivedItem(one.sku, one.fnsku, one.announced, one.received + one.damaged)
        for one in state.inbound.items
    ]


def _transport(one: TransportOption, state: ShipmentState) -> contract.TransportationOption:
    chosen = one.option_id == state.shipment.transport_id
    voidable = voidable_until(state.shipment) if chosen else None
    currency = country(state.shipment.country).currency
    return contract.TransportationOption(
        one.option_id,
        state.shipment.shipment_id,
        one.mode,
        one.solution,
        one.carrier_code,
        one.carrier_name,
        tuple(one.preconditions),
        None if one.cost is None else Money(one.cost, currency),
        None if one.expires_at is None else to_datetime(one.expires_at),
        None if voidable is None else to_datetime(voidable),
    )


def _window(one: DeliveryWindow) -> contract.DeliveryWindowOption:
    return contract.DeliveryWindowOption(
        one.window_id,
        to_datetime(one.start),
        to_datetime(one.end),
        one.availability,
        to_datetime(one.valid_until),
    )


def _status(option: PackingOption | PlacementOption, now: Micros) -> contract.OptionStatus:
    if option.accepted:
        return "ACCEPTED"
    return "OFFERED" if option.expires_at > now else "EXPIRED"


def _incentive(
    minor: int, code: str, kind: Any, target: str, description: str
) -> tuple[contract.Incentive, ...]:
    if not minor:
        return ()
    value = Money(minor, country(code).currency)
    return (contract.Incentive(kind, target, description, value),)
