"""A simulated Amazon as a world for the conformance suite, for any network that talks to it.

The simulator is moved by its controls; the network under test may be the simulator's own, or one
that calls it over HTTP. Simulator and networks share one clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stockpool.clock import ManualClock
from stockpool.plugins.network import Network
from stockpool.testing import NetworkOperation, NetworkWorld, WorldAbility
from stockpool_amazon_sim import Simulator

OPERATIONS: Mapping[NetworkOperation, str] = {
    "snapshot": "getInventorySummaries",
    "preview": "getFulfillmentPreview",
    "create_fulfillment": "createFulfillmentOrder",
    "get_fulfillment": "getFulfillmentOrder",
    "update_fulfillment": "updateFulfillmentOrder",
    "cancel_fulfillment": "cancelFulfillmentOrder",
    "changes": "listAllFulfillmentOrders",
    "create_removal": "createRemovalOrder",
    "get_removal": "getRemovalOrder",
    "get_listing": "getListingsItem",
    "search_listings": "searchListingsItems",
    "put_listing": "putListingsItem",
    "patch_listing": "patchListingsItem",
    "delete_listing": "deleteListingsItem",
    "create_inbound_plan": "createInboundPlan",
    "inbound_plan": "getInboundPlan",
    "inbound_operation": "getInboundOperationStatus",
    "confirm_placement_option": "confirmPlacementOption",
    "create_return": "createFulfillmentReturn",
    "get_returns": "getFulfillmentOrder",
    "fees_estimates": "getMyFeesEstimates",
    "create_report": "createReport",
    "get_report": "getReport",
    "submit_removal": "createFeed",
    "removal_feeds": "getFeeds",
    "removal_decision": "getFeed",
}
"""The operation of Amazon's that a method calls."""


class AmazonSimWorld(NetworkWorld):
    """Moves a simulator.

    Args:
        simulator: whose stock and faults are played with.
        clock: of the simulator and of every network.
        network: the network under test.
        reopen: makes another instance of it; None if there can be only one.
        operations: as `OPERATIONS`, for another version of the API.
    """

    skus_a_page = 1_000
    orders_a_page = 200

    def __init__(
        self,
        simulator: Simulator,
        clock: ManualClock,
        network: Network,
        *,
        reopen: Callable[[], Network] | None = None,
        operations: Mapping[NetworkOperation, str] = OPERATIONS,
    ) -> None:
        self.abilities = frozenset(WorldAbility)
        if reopen is None:
            self.abilities -= {WorldAbility.REOPEN}
        self._simulator = simulator
        self._clock = clock
        self._network = network
        self._reopen = reopen
        self._operations = operations

    def network(self) -> Network:
        return self._network

    def stock(self, country: str, sku: str, units: int) -> None:
        self._simulator.stock(country, sku, units)

    def let_time_pass(self, hours: float) -> None:
        self._clock.advance(hours=hours)

    def reopened(self) -> Network:
        assert self._reopen is not None
        return self._reopen()

    def throttle_next(self, operation: NetworkOperation) -> None:
        self._simulator.inject("throttle", operation=self._operations[operation])

    def fail_before_effect_next(self, operation: NetworkOperation) -> None:
        self._simulator.inject("timeout_before", operation=self._operations[operation])

    def fail_after_effect_next(self, operation: NetworkOperation) -> None:
        self._simulator.inject("timeout_after", operation=self._operations[operation])

    def share_stock(self, country: str, sku: str, other_sku: str) -> None:
        fnsku = self._simulator.register(country, sku)
        self._simulator.register(country, other_sku, fnsku=fnsku)
