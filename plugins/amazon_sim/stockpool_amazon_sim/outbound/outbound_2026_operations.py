"""The operations of the Fulfillment Outbound API 2026-07-04, for the same orders as those of 2020.

An order or a package that is not known is `NotFound` in this version (the model has an answer
404 everywhere); an id that is taken is InvalidInput (it has no 409).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from stockpool.errors import RejectedError
from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.outbound import (
    at_once,
    cancelling,
    hurrying,
    offers,
    package_updates,
    previews,
    updating,
)
from stockpool_amazon_sim.outbound.offers import ItemOffers
from stockpool_amazon_sim.outbound.order_changes import OrderPage, changed_orders
from stockpool_amazon_sim.outbound.package_updates import PackageUpdate
from stockpool_amazon_sim.outbound.previews import Preview
from stockpool_amazon_sim.outbound.requests import Destination, FulfillmentOrderRequest
from stockpool_amazon_sim.outbound.statuses import FINAL, OrderStatus
from stockpool_amazon_sim.records import Order
from stockpool_amazon_sim.world import World

T = TypeVar("T")

VERSION = "@2026-07-04"
"""Stands behind the name of each of these operations where limits and faults name it."""


class Outbound2026Operations(Frame):
    """What a seller may call of this version. See `Operations` for `view`."""

    def create_order(self, request: FulfillmentOrderRequest, view: Callable[[Order], T]) -> T:
        """createOrder. See `at_once.create_at_once`; what it made of the order is for the view."""
        return self._perform(
            f"createOrder{VERSION}",
            request.seller_fulfillment_order_id,
            lambda world: view(at_once.create_at_once(world, request)),
            writes=True,
        )

    def get_order(self, order_id: str, view: Callable[[Order], T]) -> T:
        """getOrder.

        Raises:
            RejectedError: NotFound.
        """
        return self._perform(
            f"getOrder{VERSION}", order_id, lambda world: view(_known(world, order_id))
        )

    def list_orders(
        self,
        view: Callable[[Order], T],
        cursor: str | None = None,
        *,
        updated_after: datetime | None = None,
        limit: int,
    ) -> OrderPage[T]:
        """listOrders: orders that changed after the cursor or, without one, after a time.

        A change at that very instant is not after it.
        """
        start = None if updated_after is None else updated_after + timedelta(microseconds=1)
        return self._perform(
            f"listOrders{VERSION}",
            cursor or "",
            lambda world: changed_orders(world, view, cursor, start, limit),
        )

    def update_order(self, order_id: str, action: str | None) -> None:
        """updateOrder: release a hold. Without an action nothing changes.

        Raises:
            RejectedError: NotFound; as `updating.set_action`.
        """

        def change(world: World) -> None:
            order = _known(world, order_id)
            updating.set_action(world, order, action or order.action)

        self._perform(f"updateOrder{VERSION}", order_id, change, writes=True)

    def cancel_order(self, order_id: str) -> None:
        """cancelOrder: a request.

        Raises:
            RejectedError: NotFound; as `cancelling.request_cancellation`.
        """

        def change(world: World) -> None:
            _known(world, order_id)
            cancelling.request_cancellation(world, order_id)

        self._perform(f"cancelOrder{VERSION}", order_id, change, writes=True)

    def update_order_status(self, order_id: str, status: str) -> None:
        """updateOrderStatus (in the sandbox only), to a status of the 2020 version.

        A held order is Processing to this version, so there is nothing to do for that.

        Raises:
            RejectedError: NotFound; as `hurrying.bring_to`.
        """

        def change(world: World) -> None:
            order = _known(world, order_id)
            held = order.action == "Hold" and order.status not in FINAL
            if held and status == OrderStatus.PROCESSING:
                return
            hurrying.bring_to(world, order_id, status)

        self._perform(f"updateOrderStatus{VERSION}", order_id, change, writes=True)

    def update_package(self, order_id: str, package_id: str, update: PackageUpdate) -> None:
        """updatePackage (in the sandbox only).

        Raises:
            RejectedError: NotFound for an order or a package of it that is not known; as
                `package_updates.update_package`.
        """

        def change(world: World) -> None:
            order = _known(world, order_id)
            known = package_id.isascii() and package_id.isdigit()
            if not known or world.store.packages.get(package_id) != order_id:
                raise RejectedError("NotFound", "the order has no package with this packageId")
            package_updates.update_package(world, order, int(package_id), update)

        self._perform(f"updatePackage{VERSION}", order_id, change, writes=True)

    def get_order_preview(self, request: FulfillmentOrderRequest) -> list[Preview]:
        """getOrderPreview, for each speed of the country. See `previews.preview`."""
        return self._perform(
            f"getOrderPreview{VERSION}",
            request.seller_fulfillment_order_id,
            lambda world: previews.preview(world, request),
        )

    def get_offers(
        self, country: str, skus: Sequence[str], destination: Destination | None
    ) -> list[ItemOffers]:
        """getOffers, for one unit of each SKU. See `offers.offers`."""
        return self._perform(
            f"getOffers{VERSION}",
            country,
            lambda world: [offers.offers(world, country, sku, destination) for sku in skus],
        )


def _known(world: World, order_id: str) -> Order:
    order = world.store.orders.get(order_id) if order_id.isprintable() else None
    if order is None:
        raise RejectedError("NotFound", "no order has this orderId")
    return order
