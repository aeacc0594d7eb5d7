"""Amazon's operations on the orders of its own shop, in both versions of the Orders API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.shop import amazon_orders, merchant_sales
from stockpool_amazon_sim.shop.amazon_orders import DELAY, AmazonOrder, OrderQuery, Position
from stockpool_amazon_sim.shop.merchant_sales import ShipmentConfirmation
from stockpool_amazon_sim.world import World

T = TypeVar("T")


class AmazonOrdersOperations(Frame):
    """The Orders APIs v0 and 2026-01-01. `operation` is whose rate limit and faults count."""

    def list_amazon_orders(
        self,
        query: OrderQuery,
        position: Position | None,
        limit: int,
        *,
        operation: str,
    ) -> tuple[list[AmazonOrder], OrderQuery, Position | None]:
        """getOrders, searchOrders: a page, the query that it answers, and where to go on.

        Args:
            query: with `before` = 0 it goes to two minutes before now.

        Raises:
            RejectedError: InvalidInput for a span that ends before it begins, or too late.
        """

        def read(
            world: World,
        ) -> tuple[list[AmazonOrder], OrderQuery, Position | None]:
            latest = world.now - DELAY
            asked = query if query.before else replace(query, before=latest)
            if asked.before > latest:
                raise invalid("the end of the span must be two minutes before now, or earlier")
            if query.before and asked.before < asked.after:
                raise invalid("the span ends before it begins")
            found, following = amazon_orders.page(world, asked, position, limit)
            return found, asked, following

        return self._perform(operation, "", read)

    def named_amazon_orders(self, order_ids: Sequence[str]) -> list[AmazonOrder]:
        """getOrders of named ids; those that are not known are left out."""
        return self._perform("getOrders", "", lambda world: amazon_orders.named(world, order_ids))

    def get_amazon_order(
        self, order_id: str, view: Callable[[AmazonOrder], T], *, operation: str
    ) -> T:
        """One order, of either Orders API.

        Raises:
            RejectedError: NotFound.
        """
        return self._perform(
            operation, order_id, lambda world: view(amazon_orders.find(world, order_id))
        )

    def confirm_shipment(self, order_id: str, code: str, told: ShipmentConfirmation) -> None:
        """confirmShipment. See `merchant_sales.confirm`."""
        self._perform(
            "confirmShipment",
            order_id,
            lambda world: merchant_sales.confirm(world, order_id, code, told),
            writes=True,
        )

    def update_shipment_status(self, order_id: str, code: str, status: str) -> None:
        """updateShipmentStatus. See `merchant_sales.update_pickup`."""
        self._perform(
            "updateShipmentStatus",
            order_id,
            lambda world: merchant_sales.update_pickup(world, order_id, code, status),
            writes=True,
        )

    def update_verification_status(
        self, order_id: str, status: str, reviewer: str, reason: str | None
    ) -> None:
        """updateVerificationStatus. See `merchant_sales.verify`."""
        self._perform(
            "updateVerificationStatus",
            order_id,
            lambda world: merchant_sales.verify(world, order_id, status, reviewer, reason),
            writes=True,
        )
