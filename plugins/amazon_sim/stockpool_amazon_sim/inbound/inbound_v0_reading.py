"""The operations of Fulfillment Inbound API v0 and of the eligibility API, and what they see.

v0 knows shipments by the name on their labels: those of plans once their carrier is confirmed, and
all that were announced without a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from stockpool.errors import RejectedError
from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.inbound import inbound_eligibility, plan_shipments, prep_details
from stockpool_amazon_sim.inbound.inbound import OVER
from stockpool_amazon_sim.inbound.inbound_plan_records import PlanShipment
from stockpool_amazon_sim.inbound.prep_details import Preparation
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import Inbound, Micros, Sku
from stockpool_amazon_sim.world import World

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InboundState:
    """A shipment as v0 knows it; `shipment` is None for one without a plan."""

    inbound: Inbound
    shipment: PlanShipment | None


@dataclass(frozen=True, slots=True)
class ItemPreparation:
    """A SKU with its preparation; `sku` is None if it is not known."""

    asked_for: str
    sku: Sku | None = None
    preparation: Preparation | None = None


class InboundV0Reading(Frame):
    """What a seller may ask of these APIs. See `InboundReading` for `view`."""

    def list_inbound_shipments(
        self,
        country: str,
        view: Callable[[InboundState], T],
        *,
        operation: str,
        ids: Sequence[str] = (),
        statuses: Sequence[str] = (),
        since: Micros | None = None,
        until: Micros | None = None,
        after: str = "",
        limit: int,
    ) -> tuple[list[T], str | None]:
        """getShipments and getShipmentItems of v0: a page by id, and where the next begins.

        Args:
            ids, statuses: only these; none given: all.
            since, until: only what changed in between, both included.
        """

        def fits(state: InboundState) -> bool:
            found = state.inbound
            return (
                found.country == country
                and (not statuses or found.status in statuses)
                and (since is None or found.updated_at >= since)
                and (until is None or found.updated_at <= until)
            )

        def read(world: World) -> tuple[list[T], str | None]:
            page: list[tuple[str, T]] = []
            if ids:
                known = ((one, world.store.inbound.get(one)) for one in sorted(set(ids)))
                found = [(one, inbound) for one, inbound in known if inbound and one > after]
            else:
                found = list(_all_after(world, after))
            for shipment_id, inbound in found:
                state = _inbound_state(world, inbound)
                if state is None or not fits(state):
                    continue
                if len(page) == limit:
                    return [one for _, one in page], page[-1][0]
                page.append((shipment_id, view(state)))
            return [one for _, one in page], None

        return self._perform(operation, after, read)

    def get_inbound_shipment(
        self, shipment_id: str, view: Callable[[InboundState], T], *, operation: str
    ) -> T:
        """getShipmentItemsByShipmentId and getBillOfLading of v0."""
        return self._perform(
            operation, shipment_id, lambda world: view(_known_inbound(world, shipment_id))
        )

    def get_labels(self, shipment_id: str, view: Callable[[InboundState], T]) -> T:
        """getLabels of v0: the shipment is READY_TO_SHIP once the view has accepted it."""

        def act(world: World) -> T:
            state = _known_inbound(world, shipment_id)
            if state.inbound.status in OVER:
                raise invalid(f"the shipment is {state.inbound.status}")
            made = view(state)
            plan_shipments.label(world, state.inbound)
            return made

        return self._perform("getLabels", shipment_id, act, writes=True)

    def print_inbound_shipment(self, shipment_id: str, view: Callable[[InboundState], T]) -> T:
        """What stands on a shipment's papers; no operation, for it was allowed by one."""
        with self._call() as world:
            return view(_known_inbound(world, shipment_id))

    def get_prep_instructions(
        self, country: str, skus: Sequence[str], asins: Sequence[str]
    ) -> tuple[list[ItemPreparation], list[ItemPreparation]]:
        """getPrepInstructions of v0, by SKU and by ASIN."""

        def read(world: World) -> tuple[list[ItemPreparation], list[ItemPreparation]]:
            by_asin: dict[str, Sku] = {}
            if asins:
                for _, sku in world.store.skus.all(f"{country}|"):
                    by_asin.setdefault(sku.asin, sku)
            by_sku = [
                _item_preparation(world, one, world.store.skus.get(f"{country}|{one}"))
                for one in skus
            ]
            return by_sku, [_item_preparation(world, one, by_asin.get(one)) for one in asins]

        return self._perform("getPrepInstructions", country, read)

    def get_item_eligibility_preview(self, country: str, asin: str, program: str) -> list[str]:
        """getItemEligibilityPreview: reasons against it. See `inbound_eligibility`."""
        return self._perform(
            "getItemEligibilityPreview",
            asin,
            lambda world: inbound_eligibility.eligibility(world, country, asin, program),
        )


def _item_preparation(world: World, asked_for: str, sku: Sku | None) -> ItemPreparation:
    if sku is None:
        return ItemPreparation(asked_for)
    known = prep_details.preparation(world, sku.country, sku.sku)
    return ItemPreparation(asked_for, sku, known)


def _all_after(world: World, after: str) -> list[tuple[str, Inbound]]:
    found: list[tuple[str, Inbound]] = []
    while page := world.store.inbound.scan("", after):
        found += page
        after = page[-1][0]
    return found


def _inbound_state(world: World, inbound: Inbound) -> InboundState | None:
    """None for a shipment of which no carrier was confirmed: v0 does not know it."""
    if not inbound.plan_shipment_id:
        return InboundState(inbound, None)
    shipment = world.store.plan_shipments.get(inbound.plan_shipment_id)
    if shipment is None or shipment.confirmed_at is None:
        return None
    return InboundState(inbound, shipment)


def _known_inbound(world: World, shipment_id: str) -> InboundState:
    found = world.store.inbound.get(shipment_id) if shipment_id.isprintable() else None
    state = None if found is None else _inbound_state(world, found)
    if state is None:
        raise RejectedError("NotFound", f"there is no shipment {shipment_id}")
    return state
