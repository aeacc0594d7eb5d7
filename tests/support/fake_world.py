"""`FakeNetwork` as a world for the conformance suite: its warehouse is played hour by hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fake_network import FakeNetwork
from stockpool.clock import ManualClock
from stockpool.errors import OutcomeUnknown, Throttled, TransientError
from stockpool.plugins.network import (
    FulfillmentOrderStatus,
    FulfillmentRequest,
    FulfillmentState,
)
from stockpool.plugins.network_removals import (
    RemovalState,
)
from stockpool.testing import NetworkOperation, NetworkWorld, WorldAbility

_PICKED_AFTER = timedelta(hours=1)
_SHIPPED_AFTER = timedelta(hours=8)
_GIVEN_UP_AFTER = timedelta(hours=24)
_DELIVERED_AFTER = timedelta(days=3)
_UNITS_A_PACKAGE = 5


class FakeWorld(NetworkWorld):
    """Works off the fake's orders: an hour until they are picked, eight until they are shipped.

    Args:
        kind: the network's class; one that is broken on purpose is to be found out.
    """

    abilities = frozenset(
        {
            WorldAbility.THROTTLE,
            WorldAbility.FAIL_BEFORE_EFFECT,
            WorldAbility.FAIL_AFTER_EFFECT,
        }
    )
    skus_a_page = orders_a_page = 5

    def __init__(self, kind: type[FakeNetwork] = FakeNetwork) -> None:
        self._clock = ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
        self._fake = kind(clock=self._clock, page_size=self.skus_a_page)

    def network(self) -> FakeNetwork:
        return self._fake

    def stock(self, country: str, sku: str, units: int) -> None:
        figures = self._fake.figures.get((country, sku))
        if figures is None:
            self._fake.put(country, sku, units)
        else:
            fulfillable = figures.fulfillable + units
            self._fake.figures[(country, sku)] = replace(figures, fulfillable=fulfillable)

    def let_time_pass(self, hours: float) -> None:
        self._clock.advance(hours=hours)
        for order_id, state in self._fake.orders.items():
            if not state.status.final:
                self._work(self._fake.requests[order_id], state)
            elif any(
                package.delivered_at is None for s in state.shipments for package in s.packages
            ):
                self._deliver(state)
        for removal in self._fake.removals.values():
            self._remove(removal)

    def throttle_next(self, operation: NetworkOperation) -> None:
        self._fake.faults.fail(operation, Throttled(operation, retry_after=2))

    def fail_before_effect_next(self, operation: NetworkOperation) -> None:
        self._fake.faults.fail(operation, TransientError(operation))

    def fail_after_effect_next(self, operation: NetworkOperation) -> None:
        self._fake.faults.fail(operation, OutcomeUnknown(operation), after=True)

    def _work(self, request: FulfillmentRequest, state: FulfillmentState) -> None:
        order_id, age = request.fulfillment_order_id, self._clock.now() - state.received_at
        if not self._is_possible(request):
            self._fake.invalidate(order_id, "InvalidDestinationAddress or unknown SKU")
            return
        missing = self._fake.reserve(order_id)
        if missing and not self._may_wait(request, age):
            everything = request.policy == "FillOrKill"
            self._fake.cannot_fill(order_id, None if everything else missing)
        if self._fake.orders[order_id].status.final or request.action == "Hold":
            return
        if age >= _SHIPPED_AFTER:
            self._ship(order_id)
        elif age >= _PICKED_AFTER:
            self._fake.advance_to(order_id, FulfillmentOrderStatus.PROCESSING)

    def _is_possible(self, request: FulfillmentRequest) -> bool:
        pool = next(pool for pool in self._fake.pools() if pool.country == request.country)
        known = all((request.country, item.sku) in self._fake.figures for item in request.items)
        return known and request.ship_to.country in pool.destinations

    @staticmethod
    def _may_wait(request: FulfillmentRequest, age: timedelta) -> bool:
        return request.policy == "FillAll" and age < _GIVEN_UP_AFTER

    def _ship(self, order_id: str) -> None:
        missing = self._fake.reserve(order_id)
        state = self._fake.orders[order_id]
        there = {
            item.item_id: units
            for item in state.items
            if (units := _open(state, item.item_id) - missing.get(item.item_id, 0))
        }
        if there:
            parcels = -(-sum(there.values()) // _UNITS_A_PACKAGE)
            self._fake.ship(order_id, there, packages=parcels)

    def _deliver(self, state: FulfillmentState) -> None:
        shipped_at = [s.shipped_at for s in state.shipments if s.shipped_at is not None]
        if self._clock.now() - max(shipped_at) >= _DELIVERED_AFTER:
            self._fake.deliver(state.fulfillment_order_id)

    def _remove(self, removal: RemovalState) -> None:
        for item in removal.items:
            place = (removal.country, item.sku)
            figures = self._fake.figures[place]
            gone = min(item.in_process, figures.fulfillable)
            counts: Mapping[str, int] = {"shipped": gone, "cancelled": item.in_process - gone}
            self._fake.figures[place] = replace(figures, fulfillable=figures.fulfillable - gone)
            self._fake.remove(removal.removal_order_id, item.sku, **counts)


def _open(state: FulfillmentState, item_id: str) -> int:
    (item,) = (item for item in state.items if item.item_id == item_id)
    shipped = sum(
        part.quantity
        for shipment in state.shipments
        for part in shipment.items
        if part.item_id == item_id
    )
    return item.quantity - item.cancelled - item.unfulfillable - shipped
