"""The life of an MCF order: its statuses, what happens to it, and the one table of transitions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from stockpool.errors import InvariantViolation


class OrderStatus(StrEnum):
    """Statuses of a fulfillment order (Fulfillment Outbound API 2020-07-01)."""

    NEW = "New"
    """Taken, nothing checked or reserved."""

    RECEIVED = "Received"
    """The address is good and units are reserved (FillAll: as far as there are any). A held order
    stays here."""

    PLANNING = "Planning"
    """Centers are being chosen; nothing is picked."""

    PROCESSING = "Processing"
    """A shipment is or was being picked; some units may still wait."""

    COMPLETE = "Complete"
    """Everything was shipped (not: delivered). Final."""

    COMPLETE_PARTIALLED = "CompletePartialled"
    """Some was shipped, the rest was cancelled or could not be filled. Final."""

    CANCELLED = "Cancelled"
    """The seller cancelled all of it, or a hold was never released. Final."""

    UNFULFILLABLE = "Unfulfillable"
    """Nothing could be shipped. Final."""

    INVALID = "Invalid"
    """It failed the validation that follows the answer to the create call. Final."""


class OrderEvent(StrEnum):
    """What happens to an order."""

    VALIDATED = "validated"
    """Address and features are good; units are reserved in the same step."""

    REFUSED = "refused"
    """Validation failed."""

    PLANNING_STARTED = "planning started"
    """Centers are being chosen."""

    PICKING_STARTED = "picking started"
    """The first shipment is PENDING."""

    ALL_SHIPPED = "all shipped"
    """No unit is open and every unit was shipped."""

    PART_SHIPPED = "part shipped"
    """No unit is open; some units were shipped, others never will be."""

    ALL_CANCELLED = "all cancelled"
    """No unit is open, none was shipped, and the seller cancelled some or all."""

    NOTHING_SHIPPABLE = "nothing shippable"
    """No unit is open, none was shipped or cancelled: there was no stock."""


TRANSITIONS: Mapping[tuple[OrderStatus, OrderEvent], OrderStatus] = {
    (OrderStatus.NEW, OrderEvent.VALIDATED): OrderStatus.RECEIVED,
    (OrderStatus.NEW, OrderEvent.REFUSED): OrderStatus.INVALID,
    (OrderStatus.NEW, OrderEvent.ALL_CANCELLED): OrderStatus.CANCELLED,
    (OrderStatus.RECEIVED, OrderEvent.PLANNING_STARTED): OrderStatus.PLANNING,
    (OrderStatus.RECEIVED, OrderEvent.ALL_CANCELLED): OrderStatus.CANCELLED,
    (OrderStatus.RECEIVED, OrderEvent.NOTHING_SHIPPABLE): OrderStatus.UNFULFILLABLE,
    (OrderStatus.PLANNING, OrderEvent.PICKING_STARTED): OrderStatus.PROCESSING,
    (OrderStatus.PLANNING, OrderEvent.ALL_CANCELLED): OrderStatus.CANCELLED,
    (OrderStatus.PLANNING, OrderEvent.NOTHING_SHIPPABLE): OrderStatus.UNFULFILLABLE,
    (OrderStatus.PROCESSING, OrderEvent.ALL_SHIPPED): OrderStatus.COMPLETE,
    (OrderStatus.PROCESSING, OrderEvent.PART_SHIPPED): OrderStatus.COMPLETE_PARTIALLED,
    (OrderStatus.PROCESSING, OrderEvent.ALL_CANCELLED): OrderStatus.CANCELLED,
    (OrderStatus.PROCESSING, OrderEvent.NOTHING_SHIPPABLE): OrderStatus.UNFULFILLABLE,
}

FINAL = frozenset(OrderStatus) - {status for status, _ in TRANSITIONS}
"""Statuses that nothing leads out of."""

CANCELLABLE = frozenset(
    {OrderStatus.NEW, OrderStatus.RECEIVED, OrderStatus.PLANNING, OrderStatus.PROCESSING}
)
"""Where a request to cancel is taken; in Processing each shipment decides for itself."""


def next_status(status: str, event: OrderEvent) -> OrderStatus:
    """Where `event` leads from `status`.

    Raises:
        InvariantViolation: if the table has no such transition.
    """
    following = TRANSITIONS.get((OrderStatus(status), event))
    if following is None:
        raise InvariantViolation(f"no order goes on from {status} when {event.value}")
    return following
