"""Who calls the network in the tests: as the engine does, looking closely at every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from stockpool.errors import RejectedError
from stockpool.ledger.buckets import NETWORK_BUCKETS
from stockpool.order_request import FulfillmentPolicy
from stockpool.plugins.network import (
    ChangePage,
    FulfillmentItem,
    FulfillmentRequest,
    FulfillmentState,
    Network,
    PoolProfile,
    StockFigures,
    StockPage,
)
from stockpool.testing.network_conformance.promises import check_state, check_succession
from stockpool.testing.network_conformance.world import NetworkWorld

MUG = "CONFORMANCE-MUG"
LAMP = "CONFORMANCE-LAMP"

_ORDERED_AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
_HOURS = (*[1.0] * 48, *[12.0] * 56)
"""Thirty days: close steps as long as an order is worked on, wide ones while parcels travel."""

_PAGES_MOST = 1_000
_BUCKETS = tuple(bucket.value for bucket in NETWORK_BUCKETS)


def units(figures: StockFigures) -> int:
    """All units of a SKU, in every bucket."""
    return sum(int(getattr(figures, bucket)) for bucket in _BUCKETS)


def lowest(figures: StockFigures) -> int:
    """The smallest bucket."""
    return min(int(getattr(figures, bucket)) for bucket in _BUCKETS)


class Seller:
    """Places orders and follows them. Every state that is read is checked (see `promises`).

    Attributes:
        pool: the first pool; orders go there unless another country is named.
    """

    def __init__(self, world: NetworkWorld) -> None:
        self.world = world
        self.network: Network = world.network()
        self.pool: PoolProfile = self.network.pools()[0]
        self.requests: dict[str, FulfillmentRequest] = {}
        self._seen: dict[str, FulfillmentState] = {}
        self._orders = 0

    def other_pool(self) -> PoolProfile:
        """A pool beside the first; skips the test if there is none."""
        others = self.network.pools()[1:]
        if not others:
            pytest.skip("the network has a single pool")
        return others[0]

    # Orders --------------------------------------------------------------------------------------

    def order(
        self,
        quantities: Mapping[str, int],
        *,
        pool: PoolProfile | None = None,
        policy: FulfillmentPolicy = "FillOrKill",
        **members: Any,
    ) -> FulfillmentRequest:
        """A request under a new id, each SKU an item, for a buyer whom the pool serves."""
        self._orders += 1
        pool = pool or self.pool
        nearest = pool.country if pool.country in pool.destinations else min(pool.destinations)
        request = FulfillmentRequest(
            fulfillment_order_id=f"CONFORMANCE-{self._orders}",
            country=pool.country,
            displayable_order_id=f"{self._orders}",
            displayable_order_date=_ORDERED_AT,
            displayable_order_comment="Thank you for your order",
            speed=pool.speeds[0].speed,
            policy=policy,
            ship_to=self.world.address(nearest),
            items=[
                FulfillmentItem(f"item-{place}", sku, quantity)
                for place, (sku, quantity) in enumerate(quantities.items(), start=1)
            ],
        )
        return replace(request, **members)

    def place(self, request: FulfillmentRequest) -> str:
        """Place an order; returns its id."""
        accepted = self.network.create_fulfillment(request)
        assert accepted.fulfillment_order_id == request.fulfillment_order_id
        self.requests[request.fulfillment_order_id] = request
        return request.fulfillment_order_id

    def refusal_of(self, request: FulfillmentRequest) -> RejectedError | None:
        """Place an order that may be refused: with what it was, or None if it was taken.

        What is refused must be unknown afterwards.
        """
        try:
            self.place(request)
        except RejectedError as refusal:
            found = refusal
        else:
            return None
        assert found.code != "AlreadyExists", "a new id is refused as known"
        state = self.network.get_fulfillment(request.fulfillment_order_id)
        assert state is None, f"it was refused ({found.code}), and yet it is known: {state}"
        return found

    def replace(self, request: FulfillmentRequest) -> None:
        """Update an order. Lower quantities may take back what was told before."""
        self.network.update_fulfillment(request)
        self.requests[request.fulfillment_order_id] = request
        self._seen.pop(request.fulfillment_order_id, None)

    def read(self, order_id: str, network: Network | None = None) -> FulfillmentState:
        """The state of an order that was placed."""
        state = (network or self.network).get_fulfillment(order_id)
        assert state is not None, f"{order_id} was taken, but get_fulfillment does not know it"
        check_state(self.requests[order_id], state)
        before = self._seen.get(order_id)
        if before is not None:
            check_succession(before, state)
        self._seen[order_id] = state
        return state

    def until(
        self, order_id: str, what: str, reached: Callable[[FulfillmentState], bool]
    ) -> FulfillmentState:
        """Let time pass until an order's state is as wanted."""
        for state in self.days_of(order_id):
            if reached(state):
                return state
        pytest.fail(f"after 30 days {order_id} is not {what}: {self._seen[order_id]}")

    def until_final(self, order_id: str) -> FulfillmentState:
        """Let time pass until nothing more will be shipped or cancelled."""
        return self.until(order_id, "final", lambda state: state.status.final)

    def days_of(self, order_id: str) -> Iterator[FulfillmentState]:
        """An order's states over thirty days."""
        for hours in _HOURS:
            yield self.read(order_id)
            self.world.let_time_pass(hours)
        yield self.read(order_id)

    # Stock ---------------------------------------------------------------------------------------

    def pages(self, country: str) -> Iterator[StockPage]:
        """The pages of one reading of a country's stock."""
        cursor: str | None = None
        for _ in range(_PAGES_MOST):
            page = self.network.snapshot(country, cursor)
            yield page
            cursor = page.cursor
            if cursor is None:
                return
        pytest.fail(f"the snapshot of {country} has no end after {_PAGES_MOST} pages")

    def stock(self, country: str | None = None) -> dict[str, StockFigures]:
        """A country's figures by SKU."""
        return {
            figures.sku: figures
            for page in self.pages(country or self.pool.country)
            for figures in page.figures
        }

    def figures(self, sku: str, country: str | None = None) -> StockFigures:
        """One SKU's figures; a SKU that is not reported has no units."""
        return self.stock(country).get(sku) or StockFigures(sku, "")

    # News ----------------------------------------------------------------------------------------

    def news(
        self, cursor: str | None, network: Network | None = None
    ) -> tuple[list[FulfillmentState], str | None]:
        """All that is told after `cursor`, and the cursor behind it."""
        states: list[FulfillmentState] = []
        for page in self._news_pages(cursor, network or self.network):
            states += page.states
            cursor = page.cursor
        return states, cursor

    def _news_pages(self, cursor: str | None, network: Network) -> Iterator[ChangePage]:
        for _ in range(_PAGES_MOST):
            page = network.changes(cursor)
            yield page
            if not page.more:
                return
            assert page.cursor != cursor, "there is more, but the cursor stands still"
            cursor = page.cursor
        pytest.fail(f"the changes have no end after {_PAGES_MOST} pages")
