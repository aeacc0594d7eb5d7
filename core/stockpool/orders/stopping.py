"""Stopping what the network has: the effects `fulfillment.cancel` and `fulfillment.update`.

A fulfillment order can be cancelled only whole (Fulfillment Outbound API). For a part of it the
quantities of its items are lowered by an update, which Amazon takes while no shipment has the
items, and never below one unit of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from stockpool.errors import RejectedError
from stockpool.ids import IdSource
from stockpool.orders.answering import conclude
from stockpool.orders.cancellation_requests import (
    CancellationState,
    Decided,
    Targets,
    Verdict,
    judged,
)
from stockpool.orders.fulfillment_rows import lock_fulfillment_orders
from stockpool.orders.placing import read_requests
from stockpool.orders.progress import apply_states
from stockpool.orders.tables import cancellations
from stockpool.orders.unfulfillable import Policies
from stockpool.outbox.carrier import outcome_of
from stockpool.outbox.effects import Done, LeasedEffect, Outcome, Refused
from stockpool.plugins.channel import ChannelCapability
from stockpool.plugins.network import (
    FulfillmentItemState,
    FulfillmentRequest,
    FulfillmentState,
    Network,
)
from stockpool.storage.database import Database


class _Stop:
    """Asks a network to stop units, and takes the state read back for the answer."""

    def __init__(
        self,
        database: Database,
        ids: IdSource,
        networks: Mapping[str, Network],
        capabilities: Mapping[str, frozenset[ChannelCapability]],
        unfulfillable: Policies,
    ) -> None:
        self._database = database
        self._ids = ids
        self._networks = networks
        self._capabilities = capabilities
        self._unfulfillable = unfulfillable

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Hold the fulfillment orders."""
        lock_fulfillment_orders(connection, [e.payload["fulfillment_order_id"] for e in effects])

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """Merge the states read back; a request that was turned down at once is refused."""
        done = [o for o in outcomes if isinstance(o, Done)]
        apply_states(
            connection,
            [o.answer for o in done if isinstance(o.answer, FulfillmentState)],
            at=at,
            ids=self._ids,
            capabilities=self._capabilities,
            unfulfillable=self._unfulfillable,
        )
        refused = [o.effect.payload["cancellation_id"] for o in done if o.result.get("refused")]
        still_open = connection.execute(
            select(cancellations).where(
                cancellations.c.id.in_(refused), cancellations.c.state == "requested"
            )
        ).all()
        verdict = Verdict(CancellationState.REFUSED)
        conclude(
            connection,
            [Decided(request, verdict) for request in still_open],
            self._capabilities,
            self._ids,
            at=at,
        )


class RequestCancellation(_Stop):
    """The effect `fulfillment.cancel`: all that can still be stopped."""

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Ask for each; the state read afterwards is the answer that counts."""
        network = self._networks[effects[0].party]
        return [self._ask(network, effect) for effect in effects]

    def _ask(self, network: Network, effect: LeasedEffect) -> Outcome:
        fulfillment_order_id = effect.payload["fulfillment_order_id"]
        refusal = ""
        try:
            try:
                network.cancel_fulfillment(fulfillment_order_id)
            except RejectedError as error:
                refusal = f"{error.code}: {error.reason}"
            state = network.get_fulfillment(fulfillment_order_id)
        except Exception as error:
            # Contained: one order's failure must not hide what became of those before it.
            return outcome_of(effect, error)
        if refusal and effect.may_have_happened and state is not None and not state.status.final:
            # Maybe refused because an earlier call arrived; the network's news will tell.
            return Done(effect, {"in_doubt": refusal}, state)
        return Done(effect, {"refused": refusal} if refusal else {}, state)


class LowerQuantities(_Stop):
    """The effect `fulfillment.update`: leaves the network with fewer units of some items."""

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Read each order, lower what is still higher, and read it again."""
        network = self._networks[effects[0].party]
        wanted = [effect.payload["fulfillment_order_id"] for effect in effects]
        with self._database.read() as connection:
            requests = read_requests(connection, wanted, placed=True)
        return [
            self._lower(network, effect, requests[effect.payload["fulfillment_order_id"]])
            for effect in effects
        ]

    def _lower(self, network: Network, effect: LeasedEffect, sent: FulfillmentRequest) -> Outcome:
        targets: Targets = effect.payload["targets"]
        refusal = ""
        try:
            state = network.get_fulfillment(sent.fulfillment_order_id)
            if state is None:
                return Done(effect, {"refused": "the network does not know it"})
            if judged(state, targets) is None:
                try:
                    network.update_fulfillment(lowered(sent, state, targets))
                except RejectedError as error:
                    refusal = f"{error.code}: {error.reason}"
                state = network.get_fulfillment(sent.fulfillment_order_id)
        except Exception as error:
            # Contained: one order's failure must not hide what became of those before it.
            return outcome_of(effect, error)
        return Done(effect, {"refused": refusal} if refusal else {}, state)


def lowered(
    sent: FulfillmentRequest, state: FulfillmentState, targets: Targets
) -> FulfillmentRequest:
    """What was sent, with each item's quantity as the network has it now or the target. Pure."""
    there = {item.item_id: item for item in state.items}
    return replace(
        sent,
        items=tuple(
            replace(item, quantity=_lowered(there[item.item_id], targets))
            for item in sent.items
            if item.item_id in there
        ),
    )


def _lowered(item: FulfillmentItemState, targets: Targets) -> int:
    ended = item.cancelled + item.unfulfillable
    return min(item.quantity, targets.get(item.item_id, item.quantity - ended) + ended)
