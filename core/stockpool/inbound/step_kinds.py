"""What is asked of an inbound plan after it is made: one kind of step for each start.

Each kind knows how it is started, and how to see whether it has happened: that is asked when an
answer was lost, since no start takes an idempotency key. What may be repeated without harm
(`generate...`, `set...`) is not asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from stockpool.plugins.network import Network
from stockpool.plugins.network_inbound import (
    BoxTracking,
    InboundBox,
    InboundItem,
    InboundPlanStatus,
    PackageGrouping,
    PrepDetails,
)

Arguments = Mapping[str, Any]
"""Of a step, ready for JSON."""


class StepKind(StrEnum):
    """Names of the Fulfillment Inbound API 2024-03-20."""

    SET_PREP_DETAILS = "setPrepDetails"
    GENERATE_PACKING_OPTIONS = "generatePackingOptions"
    CONFIRM_PACKING_OPTION = "confirmPackingOption"
    SET_PACKING_INFORMATION = "setPackingInformation"
    GENERATE_PLACEMENT_OPTIONS = "generatePlacementOptions"
    CONFIRM_PLACEMENT_OPTION = "confirmPlacementOption"
    GENERATE_TRANSPORTATION_OPTIONS = "generateTransportationOptions"
    CONFIRM_TRANSPORTATION_OPTIONS = "confirmTransportationOptions"
    GENERATE_DELIVERY_WINDOW_OPTIONS = "generateDeliveryWindowOptions"
    CONFIRM_DELIVERY_WINDOW_OPTIONS = "confirmDeliveryWindowOptions"
    UPDATE_SHIPMENT_TRACKING = "updateShipmentTrackingDetails"
    CANCEL_INBOUND_PLAN = "cancelInboundPlan"

    @property
    def irrevocable(self) -> bool:
        """Whether it can't be undone."""
        return self in _IRREVOCABLE


_IRREVOCABLE = frozenset(
    {
        StepKind.CONFIRM_PLACEMENT_OPTION,
        StepKind.CONFIRM_TRANSPORTATION_OPTIONS,
        StepKind.CANCEL_INBOUND_PLAN,
    }
)


@dataclass(frozen=True, slots=True)
class StepRules:
    """How a kind of step is started, and how to see that it has happened (None: it is repeated)."""

    start: Callable[[Network, str, Arguments], str]
    has_happened: Callable[[Network, str, Arguments], bool] | None = None


def rules_of(kind: StepKind) -> StepRules:
    """The rules of a kind; the second argument of each is the network's plan, or the country."""
    return _RULES[kind]


def packed(groupings: Sequence[PackageGrouping]) -> Arguments:
    """Arguments of `setPackingInformation`."""
    return {
        "groupings": [
            {
                "packing_group_id": one.packing_group_id,
                "shipment_id": one.shipment_id,
                "boxes": [_box_members(box) for box in one.boxes],
            }
            for one in groupings
        ]
    }


def unpacked(arguments: Arguments) -> list[PackageGrouping]:
    """What `packed` has packed."""
    return [
        PackageGrouping(
            [_box(box) for box in one["boxes"]], one["packing_group_id"], one["shipment_id"]
        )
        for one in arguments["groupings"]
    ]


def item_members(item: InboundItem) -> list[Any]:
    """An item, ready for JSON."""
    expiration = None if item.expiration is None else item.expiration.isoformat()
    owners = (item.label_owner, item.prep_owner)
    return [item.sku, item.quantity, *owners, expiration, item.lot]


def item_of(members: Sequence[Any]) -> InboundItem:
    """What `item_members` has made."""
    sku, quantity, label_owner, prep_owner, expiration, lot = members
    day = None if expiration is None else date.fromisoformat(expiration)
    return InboundItem(sku, quantity, label_owner, prep_owner, day, lot)


def _box_members(box: InboundBox) -> dict[str, Any]:
    return {
        "content_source": box.content_source,
        "sides": [str(box.length), str(box.width), str(box.height), box.length_unit],
        "weight": [str(box.weight), box.weight_unit],
        "quantity": box.quantity,
        "items": [item_members(item) for item in box.items],
    }


def _box(members: Mapping[str, Any]) -> InboundBox:
    length, width, height, length_unit = members["sides"]
    weight, weight_unit = members["weight"]
    return InboundBox(
        members["content_source"],
        Decimal(length),
        Decimal(width),
        Decimal(height),
        length_unit,
        Decimal(weight),
        weight_unit,
        members["quantity"],
        [item_of(item) for item in members["items"]],
    )


def _prep(network: Network, country: str, arguments: Arguments) -> str:
    details = [
        PrepDetails(sku, category, tuple(types)) for sku, category, types in arguments["details"]
    ]
    return network.set_prep_details(country, details)


def _ready(network: Network, plan: str, arguments: Arguments) -> str:
    ready = {name: datetime.fromisoformat(at) for name, at in arguments["ready"].items()}
    return network.generate_transportation_options(plan, arguments["placement_option_id"], ready)


def _track(network: Network, plan: str, arguments: Arguments) -> str:
    tracking = [BoxTracking(box_id, number) for box_id, number in arguments["tracking"]]
    return network.update_shipment_tracking(plan, arguments["shipment_id"], tracking)


def _packing_is_confirmed(network: Network, plan: str, arguments: Arguments) -> bool:
    state = network.inbound_plan(plan)
    wanted = arguments["packing_option_id"]
    return state is not None and state.packing_options.get(wanted) == "ACCEPTED"


def _placement_is_confirmed(network: Network, plan: str, arguments: Arguments) -> bool:
    state = network.inbound_plan(plan)
    wanted = arguments["placement_option_id"]
    return state is not None and state.placement_options.get(wanted) == "ACCEPTED"


def _transport_is_confirmed(network: Network, plan: str, arguments: Arguments) -> bool:
    return all(
        network.inbound_shipment(plan, shipment_id).transportation_option_id == option_id
        for shipment_id, option_id in arguments["selections"].items()
    )


def _window_is_confirmed(network: Network, plan: str, arguments: Arguments) -> bool:
    shipment = network.inbound_shipment(plan, arguments["shipment_id"])
    return bool(shipment.delivery_window_option_id == arguments["delivery_window_option_id"])


def _tracking_is_known(network: Network, plan: str, arguments: Arguments) -> bool:
    shipment = network.inbound_shipment(plan, arguments["shipment_id"])
    known = {(one.box_id, one.tracking_id) for one in shipment.tracking}
    return all((box_id, number) in known for box_id, number in arguments["tracking"])


def _is_cancelled(network: Network, plan: str, arguments: Arguments) -> bool:
    state = network.inbound_plan(plan)
    return state is not None and state.status is InboundPlanStatus.VOIDED


_RULES: Mapping[StepKind, StepRules] = {
    StepKind.SET_PREP_DETAILS: StepRules(_prep),
    StepKind.GENERATE_PACKING_OPTIONS: StepRules(lambda n, p, a: n.generate_packing_options(p)),
    StepKind.CONFIRM_PACKING_OPTION: StepRules(
        lambda n, p, a: n.confirm_packing_option(p, a["packing_option_id"]), _packing_is_confirmed
    ),
    StepKind.SET_PACKING_INFORMATION: StepRules(
        lambda n, p, a: n.set_packing_information(p, unpacked(a))
    ),
    StepKind.GENERATE_PLACEMENT_OPTIONS: StepRules(lambda n, p, a: n.generate_placement_options(p)),
    StepKind.CONFIRM_PLACEMENT_OPTION: StepRules(
        lambda n, p, a: n.confirm_placement_option(p, a["placement_option_id"]),
        _placement_is_confirmed,
    ),
    StepKind.GENERATE_TRANSPORTATION_OPTIONS: StepRules(_ready),
    StepKind.CONFIRM_TRANSPORTATION_OPTIONS: StepRules(
        lambda n, p, a: n.confirm_transportation_options(p, a["selections"]),
        _transport_is_confirmed,
    ),
    StepKind.GENERATE_DELIVERY_WINDOW_OPTIONS: StepRules(
        lambda n, p, a: n.generate_delivery_window_options(p, a["shipment_id"])
    ),
    StepKind.CONFIRM_DELIVERY_WINDOW_OPTIONS: StepRules(
        lambda n, p, a: n.confirm_delivery_window_option(
            p, a["shipment_id"], a["delivery_window_option_id"]
        ),
        _window_is_confirmed,
    ),
    StepKind.UPDATE_SHIPMENT_TRACKING: StepRules(_track, _tracking_is_known),
    StepKind.CANCEL_INBOUND_PLAN: StepRules(
        lambda n, p, a: n.cancel_inbound_plan(p), _is_cancelled
    ),
}
