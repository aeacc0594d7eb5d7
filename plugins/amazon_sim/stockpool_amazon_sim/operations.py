"""Amazon's operations, named as in the API, with their rate limits and faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from stockpool_amazon_sim.countries import country as known_country
from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.inventory import inventory, removals
from stockpool_amazon_sim.inventory.inventory import Summary, SummaryPage, known_sku
from stockpool_amazon_sim.outbound import (
    cancelling,
    hurrying,
    offers,
    orders,
    previews,
    returns,
    tracking,
    updating,
)
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.outbound.offers import ItemOffers
from stockpool_amazon_sim.outbound.order_changes import OrderPage, changed_orders
from stockpool_amazon_sim.outbound.previews import Preview
from stockpool_amazon_sim.outbound.requests import (
    Destination,
    FulfillmentOrderRequest,
    RemovalOrderRequest,
    ReturnRequestItem,
)
from stockpool_amazon_sim.outbound.returns import REASONS, ReturnAnswer
from stockpool_amazon_sim.outbound.tracking import TrackingDetails
from stockpool_amazon_sim.records import Order, Removal, decode_order, encode
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.world import World

T = TypeVar("T")

CHANGES_PAGE = 200


def copy_of(order: Order) -> Order:
    """The whole record, apart from the simulator's own."""
    return decode_order(encode(order))


class Operations(Frame):
    """What a seller may call.

    A `view` turns the simulator's record into what the caller wants while the simulator stands
    still; the record itself is not to be kept.
    """

    def create_fulfillment_order(
        self,
        request: FulfillmentOrderRequest,
        view: Callable[[Order], T],
        *,
        operation: str = "createFulfillmentOrder",
    ) -> T:
        """createFulfillmentOrder. See `orders.create` for what is refused.

        Args:
            operation: whose rate limit and faults count, here and below: there are two versions
                of the API for the same orders.
        """
        return self._perform(
            operation,
            request.seller_fulfillment_order_id,
            lambda world: view(orders.create(world, request)),
            writes=True,
        )

    def get_fulfillment_order(
        self,
        order_id: str,
        view: Callable[[Order], T],
        *,
        operation: str = "getFulfillmentOrder",
    ) -> T | None:
        """getFulfillmentOrder: None where Amazon answers that it knows no such order."""

        def read(world: World) -> T | None:
            order = world.store.orders.get(order_id) if order_id.isprintable() else None
            return None if order is None else view(order)

        return self._perform(operation, order_id, read)

    def update_fulfillment_order(self, request: FulfillmentOrderRequest) -> None:
        """updateFulfillmentOrder. See `updating.update`."""
        self._perform(
            "updateFulfillmentOrder",
            request.seller_fulfillment_order_id,
            lambda world: updating.update(world, request),
            writes=True,
        )

    def revise_fulfillment_order(
        self,
        order_id: str,
        revision: Callable[[Order], FulfillmentOrderRequest],
        *,
        operation: str = "updateFulfillmentOrder",
    ) -> None:
        """updateFulfillmentOrder, where the caller names only what changes.

        Args:
            revision: the whole order as it shall be, from what it is now.

        Raises:
            RejectedError: InvalidInput.
        """

        def change(world: World) -> None:
            order = world.store.orders.get(order_id) if order_id.isprintable() else None
            if order is None:
                raise invalid("no order has this sellerFulfillmentOrderId")
            updating.update(world, revision(order))

        self._perform(operation, order_id, change, writes=True)

    def submit_fulfillment_order_status_update(
        self,
        order_id: str,
        status: str,
        *,
        operation: str = "submitFulfillmentOrderStatusUpdate",
    ) -> None:
        """submitFulfillmentOrderStatusUpdate (in the sandbox only). See `hurrying.bring_to`."""
        self._perform(
            operation,
            order_id,
            lambda world: hurrying.bring_to(world, order_id, status),
            writes=True,
        )

    def cancel_fulfillment_order(
        self, order_id: str, *, operation: str = "cancelFulfillmentOrder"
    ) -> None:
        """cancelFulfillmentOrder: a request, see `cancelling.request_cancellation`."""
        self._perform(
            operation,
            order_id,
            lambda world: cancelling.request_cancellation(world, order_id),
            writes=True,
        )

    def list_all_fulfillment_orders(
        self,
        view: Callable[[Order], T],
        cursor: str | None = None,
        *,
        query_start: datetime | None = None,
        limit: int = CHANGES_PAGE,
        operation: str = "listAllFulfillmentOrders",
    ) -> OrderPage[T]:
        """listAllFulfillmentOrders: orders that changed after the cursor, as they are now.

        Args:
            query_start: without a cursor, begin with what changed at or after this time.
        """

        def read(world: World) -> OrderPage[T]:
            return changed_orders(world, view, cursor, query_start, limit)

        return self._perform(operation, cursor or "", read)

    def get_inventory_summaries(
        self,
        country: str,
        cursor: str | None = None,
        *,
        skus: Sequence[str] = (),
        since: datetime | None = None,
        limit: int = inventory.PAGE,
    ) -> SummaryPage:
        """getInventorySummaries of one country; all pages show one instant.

        See `inventory.summaries` for `skus` and `since`.
        """
        return self._perform(
            "getInventorySummaries",
            f"{country}:{cursor}",
            lambda world: inventory.summaries(
                world,
                country,
                cursor,
                skus=skus,
                since=None if since is None else to_micros(since),
                limit=limit,
            ),
        )

    def get_fulfillment_preview(
        self, request: FulfillmentOrderRequest, *, operation: str = "getFulfillmentPreview"
    ) -> list[Preview]:
        """getFulfillmentPreview, for each speed of the country."""
        return self._perform(
            operation,
            request.seller_fulfillment_order_id,
            lambda world: previews.preview(world, request),
        )

    def get_delivery_offers(
        self, country: str, sku: str, units: int, destination: Destination | None
    ) -> ItemOffers:
        """deliveryOffers. See `offers.offers`."""
        return self._perform(
            "deliveryOffers",
            f"{country}:{sku}",
            lambda world: offers.offers(world, country, sku, destination, units),
        )

    def get_package_tracking_details(self, package_number: int) -> TrackingDetails:
        """getPackageTrackingDetails."""
        return self._perform(
            "getPackageTrackingDetails",
            str(package_number),
            lambda world: tracking.tracking_details(world, package_number),
        )

    def get_features(self, country: str) -> dict[str, bool]:
        """getFeatures: the country's features, and whether the seller may ask for them."""

        def read(world: World) -> dict[str, bool]:
            accepted = world.settings.accepted_features(country)
            return {name: name in accepted for name in known_country(country).features}

        return self._perform("getFeatures", country, read)

    def get_feature_sku(
        self, country: str, feature: str, sku: str
    ) -> tuple[list[str], Summary | None]:
        """getFeatureSKU: why a SKU may not have a feature (empty if it may), and its stock."""

        def read(world: World) -> tuple[list[str], Summary | None]:
            found = inventory.summaries(world, country, None, skus=[sku]).summaries
            if not found:
                return ["INVALID_SKU"], None
            reasons = []
            if feature not in world.settings.accepted_features(country):
                reasons.append("MERCHANT_NOT_ENROLLED")
            if feature in known_sku(world, country, sku).ineligible_features:
                reasons.append("SKU_NOT_ELIGIBLE")
            return reasons, found[0]

        return self._perform("getFeatureSKU", f"{country}:{sku}", read)

    def get_feature_inventory(
        self,
        country: str,
        feature: str,
        cursor: str | None = None,
        *,
        since: datetime | None = None,
        limit: int = 100,
    ) -> tuple[list[tuple[Summary, list[str]]], str | None]:
        """getFeatureInventory: SKUs that may have a feature, and where to go on.

        With each comes a list of the other SKUs that share its stock.

        Args:
            since: only those of which a quantity changed at or after this time.
        """
        start = None if since is None else to_micros(since)

        def read(world: World) -> tuple[list[tuple[Summary, list[str]]], str | None]:
            return inventory.with_feature(world, country, feature, cursor, since=start, limit=limit)

        return self._perform("getFeatureInventory", f"{country}:{feature}", read)

    def list_return_reason_codes(self) -> tuple[str, ...]:
        """listReturnReasonCodes; the same for every SKU here."""
        return self._perform("listReturnReasonCodes", "", lambda _: tuple(REASONS))

    def create_fulfillment_return(
        self, order_id: str, items: Sequence[ReturnRequestItem]
    ) -> ReturnAnswer:
        """createFulfillmentReturn. See `returns.create_return`."""
        return self._perform(
            "createFulfillmentReturn",
            order_id,
            lambda world: returns.create_return(world, order_id, items),
            writes=True,
        )

    def create_removal_order(self, request: RemovalOrderRequest, view: Callable[[Removal], T]) -> T:
        """Create a removal order (Amazon takes them by feed). See `removals.create`."""
        return self._perform(
            "createRemovalOrder",
            request.removal_order_id,
            lambda world: view(removals.create(world, request)),
            writes=True,
        )

    def cancel_removal_order(self, removal_order_id: str) -> None:
        """Cancel a removal order that is Pending (Amazon: in Seller Central only)."""
        self._perform(
            "cancelRemovalOrder",
            removal_order_id,
            lambda world: removals.cancel(world, removal_order_id),
            writes=True,
        )

    def get_removal_order(self, removal_order_id: str, view: Callable[[Removal], T]) -> T | None:
        """A removal order (Amazon: by report), or None."""

        def read(world: World) -> T | None:
            known = removal_order_id.isprintable()
            removal = world.store.removals.get(removal_order_id) if known else None
            return None if removal is None else view(removal)

        return self._perform("getRemovalOrder", removal_order_id, read)
