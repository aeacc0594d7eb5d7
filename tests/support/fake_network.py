"""A fulfillment network in memory: the whole public contract, played by the test.

Nothing moves by itself: the test ships, delivers, refuses and loses. What is to go wrong is
scripted in `faults`, by the name of the method (`create_fulfillment`).

    network = FakeNetwork(clock=clock)
    network.put("US", "MUG-1", 10)
    network.faults.fail("create_fulfillment", OutcomeUnknown("cut"), after=True)
    ...
    network.ship(fulfillment_order_id)
    network.deliver(fulfillment_order_id)
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from scripted_faults import Faults
from stockpool.clock import Clock, SystemClock
from stockpool.errors import RejectedError, Throttled
from stockpool.money import Money
from stockpool.order_request import Feature
from stockpool.plugins.network import (
    ChangePage,
    FulfillmentAccepted,
    FulfillmentItemState,
    FulfillmentOrderStatus,
    FulfillmentRequest,
    FulfillmentState,
    Network,
    NetworkCapability,
    PackageEvent,
    PackageState,
    PackageStatus,
    PoolProfile,
    PreviewOption,
    RateLimit,
    ShipmentItemState,
    ShipmentState,
    ShipmentStatus,
    SpeedProfile,
    StockFigures,
    StockPage,
)
from stockpool.plugins.network_removals import (
    RemovalItemState,
    RemovalRequest,
    RemovalState,
)

ALL_FEATURES: frozenset[Feature] = frozenset({"BLANK_BOX", "BLOCK_AMZL", "SIGNATURE_CONFIRMATION"})
_CURRENCIES = {"CA": "CAD", "MX": "MXN", "GB": "GBP", "JP": "JPY"}
_CANCELLABLE = (
    FulfillmentOrderStatus.NEW,
    FulfillmentOrderStatus.RECEIVED,
    FulfillmentOrderStatus.PLANNING,
)


def profile(country: str, *, features: frozenset[Feature] = ALL_FEATURES) -> PoolProfile:
    """A pool that serves its own country in 5, 2 or 1 days."""
    return PoolProfile(
        country=country,
        currency=_CURRENCIES.get(country, "USD"),
        speeds=(
            SpeedProfile("standard", 5, 500, 100),
            SpeedProfile("expedited", 2, 900, 200),
            SpeedProfile("priority", 1, 1500, 300),
        ),
        destinations=frozenset({country}),
        features=features,
    )


@dataclass(slots=True)
class _Order:
    """A fulfillment order as the network keeps it."""

    request: FulfillmentRequest
    status: FulfillmentOrderStatus
    received_at: datetime
    updated_at: datetime
    granted: tuple[Feature, ...]
    reason: str | None = None
    cancelled: dict[str, int] = field(default_factory=dict)
    unfulfillable: dict[str, int] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)
    shipments: list[ShipmentState] = field(default_factory=list)

    def shipped(self, item_id: str) -> int:
        return sum(
            item.quantity
            for shipment in self.shipments
            for item in shipment.items
            if item.item_id == item_id and shipment.status is ShipmentStatus.SHIPPED
        )

    def open_units(self) -> dict[str, int]:
        """Units of each item of which nothing final is known."""
        return {
            item.item_id: item.quantity
            - self.shipped(item.item_id)
            - self.cancelled.get(item.item_id, 0)
            - self.unfulfillable.get(item.item_id, 0)
            for item in self.request.items
        }

    def state(self) -> FulfillmentState:
        return FulfillmentState(
            self.request.fulfillment_order_id,
            self.request.country,
            self.status,
            self.received_at,
            self.updated_at,
            tuple(
                FulfillmentItemState(
                    item.item_id,
                    item.sku,
                    item.quantity,
                    self.cancelled.get(item.item_id, 0),
                    self.unfulfillable.get(item.item_id, 0),
                )
                for item in self.request.items
            ),
            tuple(self.shipments),
            self.granted,
            self.reason,
        )


class FakeNetwork(Network):
    """One account. Safe to share between threads.

    Attributes:
        faults: what is to go wrong, by method name.
        calls: (method, subject) of every call that arrived, also of those that failed.
        page_size: states, and SKUs, that a page holds at most.
        grants: features granted of those asked for (all by default).
        ignores_cancellation: a cancel call answers well and changes nothing.
        ignores_updates: an update call answers well and changes nothing.
        duplicate_code: the code with which a repeated id is refused.
        figures: stock by (country, SKU); a SKU that is not in it is never short.
    """

    capabilities = frozenset(
        {
            NetworkCapability.PREVIEW,
            NetworkCapability.REMOVALS,
            NetworkCapability.LOWER_QUANTITIES,
        }
    )

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        countries: Sequence[str] = ("US", "CA"),
        profiles: Sequence[PoolProfile] | None = None,
        limits: Mapping[str, RateLimit] | None = None,
        page_size: int = 100,
    ) -> None:
        self.clock = clock or SystemClock()
        self.faults = Faults()
        self.calls: list[tuple[str, str]] = []
        self.page_size = page_size
        self.grants: frozenset[Feature] = ALL_FEATURES
        self.ignores_cancellation = False
        self.ignores_updates = False
        self.duplicate_code = "AlreadyExists"
        self.figures: dict[tuple[str, str], StockFigures] = {}
        self.quiet = True
        self.closed = False
        self._profiles = tuple(profiles or (profile(country) for country in countries))
        self._limits = dict(limits or {})
        self._buckets: dict[str, tuple[float, datetime]] = {}
        self._orders: dict[str, _Order] = {}
        self._removals: dict[str, tuple[RemovalRequest, RemovalState]] = {}
        self._changes: list[str] = []
        self._packages = 0
        self._lock = threading.RLock()

    # The contract ------------------------------------------------------------------------------

    def pools(self) -> Sequence[PoolProfile]:
        return self._profiles

    def rate_limits(self) -> Mapping[str, RateLimit]:
        return self._limits

    def snapshot(self, country: str, cursor: str | None = None) -> StockPage:
        with self._call("snapshot", country, "getInventorySummaries"):
            skus = sorted(sku for place, sku in self.figures if place == country)
            start = int(cursor or 0)
            end = start + self.page_size
            return StockPage(
                self.clock.now(),
                [self.figures[(country, sku)] for sku in skus[start:end]],
                str(end) if end < len(skus) else None,
            )

    def preview(self, request: FulfillmentRequest) -> Sequence[PreviewOption]:
        with self._call("preview", request.fulfillment_order_id, "getFulfillmentPreview"):
            pool = next(p for p in self._profiles if p.country == request.country)
            units = sum(item.quantity for item in request.items)
            return [
                PreviewOption(
                    offer.speed,
                    not self._short(request),
                    {"total": Money(offer.order_fee + units * offer.unit_fee, pool.currency)},
                    latest_arrival=self.clock.now() + timedelta(days=offer.transit_days),
                    shipments=1,
                )
                for offer in pool.speeds
            ]

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        order_id = request.fulfillment_order_id
        with self._call("create_fulfillment", order_id, "createFulfillmentOrder"):
            if order_id in self._orders:
                raise RejectedError(self.duplicate_code, f"{order_id} exists")
            self._check(request)
            granted = tuple(f for f in request.features if f in self.grants)
            now = self.clock.now()
            order = _Order(request, FulfillmentOrderStatus.RECEIVED, now, now, granted)
            self._orders[order_id] = order
            self._reserve(order)
            self._changed(order_id)
            return FulfillmentAccepted(order_id, now, granted)

    def get_fulfillment(self, fulfillment_order_id: str) -> FulfillmentState | None:
        with self._call("get_fulfillment", fulfillment_order_id, "getFulfillmentOrder"):
            order = self._orders.get(fulfillment_order_id)
            return order.state() if order else None

    def cancel_fulfillment(self, fulfillment_order_id: str) -> None:
        with self._call("cancel_fulfillment", fulfillment_order_id, "cancelFulfillmentOrder"):
            order = self._orders.get(fulfillment_order_id)
            if order is None:
                raise RejectedError("InvalidInput", f"{fulfillment_order_id} is unknown")
            if order.status not in _CANCELLABLE:
                raise RejectedError("InvalidInput", f"{fulfillment_order_id}: {order.status}")
            if not self.ignores_cancellation:
                self.cancel(fulfillment_order_id)

    def update_fulfillment(self, request: FulfillmentRequest) -> None:
        order_id = request.fulfillment_order_id
        with self._call("update_fulfillment", order_id, "updateFulfillmentOrder"):
            order = self._orders.get(order_id)
            if order is None:
                raise RejectedError("InvalidInput", f"{order_id} is unknown")
            if order.status not in _CANCELLABLE or order.shipments:
                raise RejectedError("InvalidInput", f"{order_id}: {order.status}")
            known = {item.item_id: item for item in order.request.items}
            if any(
                item.item_id not in known or not 1 <= item.quantity <= known[item.item_id].quantity
                for item in request.items
            ):
                raise RejectedError("InvalidInput", "a quantity can be lowered, to 1 at least")
            if not self.ignores_updates:
                with self._changing(order_id):
                    lowered = {item.item_id: item.quantity for item in request.items}
                    self._lower(order, lowered, request.action)

    def _lower(
        self, order: _Order, lowered: Mapping[str, int], action: Literal["Ship", "Hold"]
    ) -> None:
        order.request = replace(
            order.request,
            action=action,
            items=tuple(
                replace(item, quantity=lowered.get(item.item_id, item.quantity))
                for item in order.request.items
            ),
        )
        for item in order.request.items:
            freed = max(order.reserved.get(item.item_id, 0) - item.quantity, 0)
            order.reserved[item.item_id] = order.reserved.get(item.item_id, 0) - freed
            self._shift(order.request.country, item.sku, freed)

    def changes(self, cursor: str | None) -> ChangePage:
        with self._call("changes", cursor or "", "listAllFulfillmentOrders"):
            start = int(cursor or 0)
            end = min(start + self.page_size, len(self._changes))
            ids = dict.fromkeys(self._changes[start:end])
            return ChangePage(
                [self._orders[order_id].state() for order_id in ids],
                str(end) if end else cursor,
                end < len(self._changes),
            )

    def create_removal(self, request: RemovalRequest) -> None:
        with self._call("create_removal", request.removal_order_id, "createRemovalOrder"):
            if request.removal_order_id in self._removals:
                raise RejectedError(self.duplicate_code, f"{request.removal_order_id} exists")
            if request.disposition == "Return" and request.ship_to is None:
                raise RejectedError("InvalidInput", "a return needs an address")
            self._removals[request.removal_order_id] = (
                request,
                RemovalState(
                    request.removal_order_id,
                    request.country,
                    "Pending",
                    self.clock.now(),
                    tuple(
                        RemovalItemState(item.sku, sellable, units)
                        for item in request.items
                        for sellable, units in ((True, item.sellable), (False, item.unsellable))
                        if units
                    ),
                ),
            )

    def get_removal(self, removal_order_id: str) -> RemovalState | None:
        with self._call("get_removal", removal_order_id, "getRemovalOrder"):
            found = self._removals.get(removal_order_id)
            return found[1] if found else None

    def idle(self) -> bool:
        return self.quiet

    def close(self) -> None:
        self.closed = True

    # What the test plays -----------------------------------------------------------------------

    def put(self, country: str, sku: str, fulfillable: int, **buckets: int) -> None:
        """Say how much of a SKU is there, in the buckets of `StockFigures`."""
        with self._lock:
            self.figures[(country, sku)] = StockFigures(
                sku, f"X-{sku}", fulfillable=fulfillable, **buckets
            )

    def reject(self, code: str = "InvalidInput", reason: str = "no", **script: object) -> None:
        """Refuse the next order for good; `script` as for `Faults.fail`."""
        self.faults.fail("create_fulfillment", RejectedError(code, reason), **script)  # type: ignore[arg-type]

    @property
    def orders(self) -> Mapping[str, FulfillmentState]:
        """Every fulfillment order, by id, in the order of arrival."""
        with self._lock:
            return {order_id: order.state() for order_id, order in self._orders.items()}

    @property
    def requests(self) -> Mapping[str, FulfillmentRequest]:
        """What was asked for, by fulfillment order id, in the order of arrival."""
        with self._lock:
            return {order_id: order.request for order_id, order in self._orders.items()}

    @property
    def removals(self) -> Mapping[str, RemovalState]:
        """Every removal order, by id."""
        with self._lock:
            return {removal_id: state for removal_id, (_, state) in self._removals.items()}

    def count(self, operation: str) -> int:
        """How often a method was called, failed calls included."""
        with self._lock:
            return sum(name == operation for name, _ in self.calls)

    def advance_to(self, order_id: str, status: FulfillmentOrderStatus) -> None:
        """Give an order another status (`Processing`: it can't be cancelled any more)."""
        with self._changing(order_id) as order:
            order.status = status

    def reserve(self, order_id: str) -> dict[str, int]:
        """Reserve for an order what it lacks and is there; returns what is missing by item."""
        with self._lock:
            order = self._orders[order_id]
            self._reserve(order)
            open_units = order.open_units().items()
            missing = {i: units - order.reserved.get(i, 0) for i, units in open_units}
            return {item_id: units for item_id, units in missing.items() if units}

    def ship(
        self,
        order_id: str,
        units: Mapping[str, int] | None = None,
        *,
        packages: int = 1,
        center: str = "PHX3",
        tracked: bool = True,
    ) -> ShipmentState:
        """Ship `units` by item id (all that is open by default) in one shipment.

        The units of each item are dealt out to the packages in turn.
        """
        with self._changing(order_id) as order:
            wanted = {i: q for i, q in (units or order.open_units()).items() if q}
            open_units = order.open_units()
            if not wanted or any(open_units[i] < q for i, q in wanted.items()):
                raise ValueError(f"{order_id}: cannot ship {wanted}, open are {open_units}")
            numbers = [self._packages + n + 1 for n in range(packages)]
            self._packages += packages
            skus = {item.item_id: item.sku for item in order.request.items}
            items: list[ShipmentItemState] = []
            for item_id, quantity in wanted.items():
                for place, number in enumerate(numbers):
                    part = quantity // packages + (place < quantity % packages)
                    if part:
                        items.append(ShipmentItemState(item_id, skus[item_id], part, number))
            self._settle(order, wanted)
            now = self.clock.now()
            shipment = ShipmentState(
                f"SHIP-{len(order.shipments) + 1}",
                center,
                ShipmentStatus.SHIPPED,
                now,
                now + timedelta(days=3),
                tuple(items),
                tuple(
                    PackageState(
                        number,
                        "UPS",
                        f"1Z{number:08}" if tracked else None,
                        estimated_arrival=now + timedelta(days=3),
                    )
                    for number in numbers
                ),
            )
            order.shipments.append(shipment)
            order.status = self._closed_status(order)
            return shipment

    def deliver(
        self, order_id: str, status: PackageStatus = PackageStatus.DELIVERED, *numbers: int
    ) -> None:
        """Give parcels (all by default) of an order another status."""
        with self._changing(order_id) as order:
            at = self.clock.now() if status is PackageStatus.DELIVERED else None
            for place, shipment in enumerate(order.shipments):
                order.shipments[place] = replace(
                    shipment,
                    packages=tuple(
                        replace(p, status=status, delivered_at=at)
                        if not numbers or p.package_number in numbers
                        else p
                        for p in shipment.packages
                    ),
                )

    def scan(self, order_id: str, number: int, *events: PackageEvent) -> None:
        """A parcel's events are told as these, and no others."""
        with self._changing(order_id) as order:
            order.shipments[:] = [
                replace(
                    shipment,
                    packages=tuple(
                        replace(p, events=events) if p.package_number == number else p
                        for p in shipment.packages
                    ),
                )
                for shipment in order.shipments
            ]

    def expect(self, order_id: str, arrival: datetime) -> None:
        """All parcels of an order are estimated to arrive then."""
        with self._changing(order_id) as order:
            order.shipments[:] = [
                replace(
                    shipment,
                    packages=tuple(
                        replace(p, estimated_arrival=arrival) for p in shipment.packages
                    ),
                )
                for shipment in order.shipments
            ]

    def relabel(self, order_id: str, number: int, carrier: str, tracking_number: str) -> None:
        """A parcel goes by another number, or with another carrier."""
        with self._changing(order_id) as order:
            order.shipments[:] = [
                replace(
                    shipment,
                    packages=tuple(
                        replace(p, carrier_code=carrier, tracking_number=tracking_number)
                        if p.package_number == number
                        else p
                        for p in shipment.packages
                    ),
                )
                for shipment in order.shipments
            ]

    def cancel(self, order_id: str, units: Mapping[str, int] | None = None) -> None:
        """Cancel units (all that are open by default); they are fulfillable again."""
        with self._changing(order_id) as order:
            self._take_out(order, order.cancelled, units)

    def cannot_fill(
        self, order_id: str, units: Mapping[str, int] | None = None, reason: str | None = None
    ) -> None:
        """Find units (all that are open by default) unfulfillable."""
        with self._changing(order_id) as order:
            order.reason = reason
            self._take_out(order, order.unfulfillable, units)

    def invalidate(self, order_id: str, reason: str) -> None:
        """Find an order invalid after it was accepted: all of it is unfulfillable."""
        self.cannot_fill(order_id, reason=reason)
        self.advance_to(order_id, FulfillmentOrderStatus.INVALID)

    def tell_again(self, *order_ids: str) -> None:
        """Put orders into the news once more, as they are."""
        with self._lock:
            self._changes += order_ids

    def remove(
        self,
        removal_id: str,
        sku: str,
        *,
        sellable: bool = True,
        status: str | None = None,
        tracking: Sequence[str] = (),
        **counts: int,
    ) -> None:
        """Add to the counts (`shipped`, `disposed`, `cancelled`) of one removal item.

        The order is Completed when every unit is accounted for, unless `status` says otherwise.
        """
        with self._lock:
            request, state = self._removals[removal_id]
            items = tuple(
                replace(item, **{name: getattr(item, name) + by for name, by in counts.items()})
                if (item.sku, item.sellable) == (sku, sellable)
                else item
                for item in state.items
            )
            over = not any(item.in_process for item in items)
            self._removals[removal_id] = (
                request,
                replace(
                    state,
                    items=items,
                    status=status or ("Completed" if over else "Processing"),  # type: ignore[arg-type]
                    updated_at=self.clock.now(),
                    tracking_numbers=(*state.tracking_numbers, *tracking),
                ),
            )

    # Inside ------------------------------------------------------------------------------------

    @contextmanager
    def _call(self, operation: str, subject: str, limited_as: str) -> Iterator[None]:
        with self._lock:
            self.calls.append((operation, subject))
        # Callbacks run outside the lock: they may wait for another thread that calls us.
        with self.faults.around(operation, subject), self._lock:
            self._count_against_limit(limited_as)
            yield

    def _count_against_limit(self, operation: str) -> None:
        limit = self._limits.get(operation)
        if limit is None:
            return
        now = self.clock.now()
        tokens, at = self._buckets.get(operation, (float(limit.burst), now))
        tokens = min(limit.burst, tokens + (now - at).total_seconds() * limit.rate)
        if tokens < 1 - 1e-6:
            raise Throttled(operation, retry_after=(1 - tokens) / limit.rate)
        self._buckets[operation] = (tokens - 1, now)

    def _check(self, request: FulfillmentRequest) -> None:
        ids = [item.item_id for item in request.items]
        known = {pool.country for pool in self._profiles}
        sound = (
            1 <= len(request.fulfillment_order_id) <= 40
            and 1 <= len(request.displayable_order_id) <= 40
            and 1 <= len(request.displayable_order_comment) <= 1000
            and request.country in known
            and ids
            and len(set(ids)) == len(ids)
            and all(item.quantity > 0 and len(item.item_id) <= 50 for item in request.items)
        )
        if not sound:
            raise RejectedError("InvalidInput", "the request breaks a documented limit")

    def _short(self, request: FulfillmentRequest) -> bool:
        return any(
            (figures := self.figures.get((request.country, item.sku))) is not None
            and figures.fulfillable < item.quantity
            for item in request.items
        )

    def _reserve(self, order: _Order) -> None:
        """Reserve what is not yet, as far as it is there; a SKU without figures is never short."""
        skus = {item.item_id: item.sku for item in order.request.items}
        for item_id, units in order.open_units().items():
            place = (order.request.country, skus[item_id])
            lacking = units - order.reserved.get(item_id, 0)
            figures = self.figures.get(place)
            if figures is not None:
                lacking = min(lacking, figures.fulfillable)
                self._shift(*place, -lacking)
            order.reserved[item_id] = order.reserved.get(item_id, 0) + lacking

    def _shift(self, country: str, sku: str, by: int) -> None:
        """Between fulfillable and reserved for customers' orders, as far as stock is tracked."""
        figures = self.figures.get((country, sku))
        if figures is not None:
            self.figures[(country, sku)] = replace(
                figures,
                fulfillable=figures.fulfillable + by,
                pending_customer_order=figures.pending_customer_order - by,
            )

    def _settle(self, order: _Order, units: Mapping[str, int]) -> None:
        """Take shipped units out of those that are reserved."""
        self._reserve(order)
        for item in order.request.items:
            gone = min(units.get(item.item_id, 0), order.reserved[item.item_id])
            order.reserved[item.item_id] -= gone
            place = (order.request.country, item.sku)
            figures = self.figures.get(place)
            if figures is not None:
                pending = figures.pending_customer_order - gone
                self.figures[place] = replace(figures, pending_customer_order=pending)

    def _take_out(
        self, order: _Order, counts: dict[str, int], units: Mapping[str, int] | None
    ) -> None:
        open_units = order.open_units()
        skus = {item.item_id: item.sku for item in order.request.items}
        for item_id, quantity in (units or open_units).items():
            if quantity > open_units[item_id]:
                raise ValueError(f"{item_id}: only {open_units[item_id]} units are open")
            counts[item_id] = counts.get(item_id, 0) + quantity
            left = open_units[item_id] - quantity
            freed = max(order.reserved.get(item_id, 0) - left, 0)
            order.reserved[item_id] = order.reserved.get(item_id, 0) - freed
            self._shift(order.request.country, skus[item_id], freed)
        order.status = self._closed_status(order)

    @staticmethod
    def _closed_status(order: _Order) -> FulfillmentOrderStatus:
        if any(order.open_units().values()):
            return FulfillmentOrderStatus.PROCESSING
        if not order.shipments:
            cancelled = any(order.cancelled.values())
            return (
                FulfillmentOrderStatus.CANCELLED
                if cancelled
                else FulfillmentOrderStatus.UNFULFILLABLE
            )
        lost = any(order.cancelled.values()) or any(order.unfulfillable.values())
        return (
            FulfillmentOrderStatus.COMPLETE_PARTIALLED if lost else FulfillmentOrderStatus.COMPLETE
        )

    @contextmanager
    def _changing(self, order_id: str) -> Iterator[_Order]:
        with self._lock:
            order = self._orders[order_id]
            yield order
            order.updated_at = self.clock.now()
            self._changed(order_id)

    def _changed(self, order_id: str) -> None:
        self._changes.append(order_id)
