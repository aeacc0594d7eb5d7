"""`engine.inbound.steps`: how a plan that is made is packed, placed, carried and labelled.

Each step is checked, recorded and started by a worker, one after the other for a plan; whether it
has succeeded is told later and followed. What the network offers is asked of it when it is shown.
Placement and carriage **can't be undone** once they are confirmed: those calls want `irrevocable`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from stockpool.errors import NotFoundError, RefusedError
from stockpool.ids import IdSource
from stockpool.inbound.packing_checks import box_problems
from stockpool.inbound.placement_choice import (
    CarriagePolicy,
    PlacementPolicy,
    choose_carriage,
    choose_placement,
)
from stockpool.inbound.step_kinds import Arguments, StepKind, packed
from stockpool.inbound.stepping import is_busy
from stockpool.inbound.tables import inbound_plans, inbound_steps
from stockpool.outbox.effects import EffectKind, NewEffect, record
from stockpool.plugins.network import Network, NetworkCapability
from stockpool.plugins.network_inbound import (
    PREP_DETAILS_MOST,
    BoxTracking,
    DeliveryWindowOption,
    InboundItem,
    InboundShipmentState,
    PackageGrouping,
    PackingOption,
    PlacementOption,
    PrepDetails,
    TransportationOption,
)
from stockpool.problems import Problem
from stockpool.storage.database import Database


@dataclass(frozen=True, slots=True)
class StepView:
    """A step that was asked for.

    Attributes:
        subject: our plan, or `prep:POOL`.
        state: `recorded`, `started`, `done` or `failed`.
        explanation: what was chosen, and what else was offered; a line each.
    """

    step_id: str
    subject: str
    kind: StepKind
    state: str
    asked_at: datetime
    explanation: Sequence[str] = ()
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class PackingGroup:
    """Items that may share boxes."""

    packing_group_id: str
    items: Sequence[InboundItem]


@dataclass(frozen=True, slots=True)
class PackingOffer:
    """A packing option with its groups."""

    option: PackingOption
    groups: Sequence[PackingGroup]


@dataclass(frozen=True, slots=True)
class PlacementOffer:
    """A placement option with its shipments: where each goes, and what it holds."""

    option: PlacementOption
    shipments: Sequence[InboundShipmentState]
    items: Mapping[str, Sequence[InboundItem]]


class InboundSteps:
    """Steps of inbound plans. A plan is named by our id.

    Every method that starts something raises `RefusedError` (`step_open`) while another step of
    the plan is under way, and `not_made` before the plan is made; one that shows something raises
    `PluginError` if the network did not answer.
    """

    def __init__(self, database: Database, ids: IdSource, networks: Mapping[str, Network]) -> None:
        self._database = database
        self._ids = ids
        self._networks = networks

    # Preparation ---------------------------------------------------------------------------------

    def prep(self, pool: str, skus: Sequence[str]) -> Sequence[PrepDetails]:
        """What preparation SKUs need there, and who may do it."""
        network, country = self._networks[pool.partition(":")[0]], pool.partition(":")[2]
        return [
            one
            for start in range(0, len(skus), PREP_DETAILS_MOST)
            for one in network.prep_details(country, skus[start : start + PREP_DETAILS_MOST])
        ]

    def set_prep(self, pool: str, details: Sequence[PrepDetails]) -> StepView:
        """Say how SKUs are prepared: without that a plan of them fails; at most 100 at once."""
        if not 1 <= len(details) <= PREP_DETAILS_MOST:
            raise RefusedError(
                f"{len(details)} SKUs at once",
                [Problem("invalid_items", "too many or none", "details", str(PREP_DETAILS_MOST))],
            )
        members = [[one.sku, one.prep_category, list(one.prep_types)] for one in details]
        return self._record(f"prep:{pool}", pool, StepKind.SET_PREP_DETAILS, {"details": members})

    # Packing -------------------------------------------------------------------------------------

    def generate_packing(self, plan_id: str) -> StepView:
        """Have packing options made."""
        return self._start(plan_id, StepKind.GENERATE_PACKING_OPTIONS, {})

    def packing(self, plan_id: str) -> Sequence[PackingOffer]:
        """What is offered; empty before it was generated."""
        network, inbound_plan_id, _ = self._made(plan_id)
        return [
            PackingOffer(
                option,
                [
                    PackingGroup(group, network.packing_group_items(inbound_plan_id, group))
                    for group in option.packing_group_ids
                ],
            )
            for option in network.packing_options(inbound_plan_id)
        ]

    def confirm_packing(self, plan_id: str, packing_option_id: str) -> StepView:
        """Choose a packing option."""
        arguments = {"packing_option_id": packing_option_id}
        return self._start(plan_id, StepKind.CONFIRM_PACKING_OPTION, arguments)

    def pack(self, plan_id: str, groupings: Sequence[PackageGrouping]) -> StepView:
        """Tell all boxes of packing groups (before the placement) or shipments (after it).

        Raises:
            RefusedError: the boxes do not hold what belongs into them; nothing was recorded.
        """
        network, inbound_plan_id, _ = self._made(plan_id)
        problems: list[Problem] = []
        for one in groupings:
            if one.packing_group_id is not None:
                wanted = network.packing_group_items(inbound_plan_id, one.packing_group_id)
            elif one.shipment_id is not None:
                wanted = network.shipment_items(inbound_plan_id, one.shipment_id)
            else:
                raise RefusedError(
                    "boxes of nothing",
                    [Problem("missing_group", "name a packing group or a shipment", "groupings")],
                )
            problems += box_problems(one.boxes, wanted)
        if problems:
            raise RefusedError(f"boxes of {plan_id}: {problems[0]}", problems)
        return self._start(plan_id, StepKind.SET_PACKING_INFORMATION, packed(groupings))

    # Placement -----------------------------------------------------------------------------------

    def generate_placement(self, plan_id: str) -> StepView:
        """Have placement options made: which centers, in how many shipments, at what fees."""
        return self._start(plan_id, StepKind.GENERATE_PLACEMENT_OPTIONS, {})

    def placement(self, plan_id: str) -> Sequence[PlacementOffer]:
        """What is offered; empty before it was generated."""
        network, inbound_plan_id, _ = self._made(plan_id)
        return [
            PlacementOffer(
                option,
                [network.inbound_shipment(inbound_plan_id, one) for one in option.shipment_ids],
                {one: network.shipment_items(inbound_plan_id, one) for one in option.shipment_ids},
            )
            for option in network.placement_options(inbound_plan_id)
        ]

    def confirm_placement(
        self,
        plan_id: str,
        *,
        irrevocable: bool,
        policy: PlacementPolicy = "cheapest",
        option_id: str | None = None,
    ) -> StepView:
        """Choose a placement by policy, or by hand. **It can't be undone.**

        Raises:
            RefusedError: `irrevocable` is not said, or no such option is offered.
        """
        _said(irrevocable, "a confirmed placement")
        network, inbound_plan_id, _ = self._made(plan_id)
        choice = choose_placement(
            network.placement_options(inbound_plan_id),
            at=self._database.clock.now(),
            policy=policy,
            option_id=option_id,
        )
        arguments = {"placement_option_id": choice.option.placement_option_id}
        return self._start(
            plan_id, StepKind.CONFIRM_PLACEMENT_OPTION, arguments, choice.explanation
        )

    # Carriage ------------------------------------------------------------------------------------

    def generate_transport(self, plan_id: str, ready_at: datetime) -> StepView:
        """Have ways of carriage made for every shipment of the confirmed placement.

        Args:
            ready_at: when the boxes can be fetched.

        Raises:
            RefusedError: that is over, or no placement is confirmed.
        """
        if ready_at <= self._database.clock.now():
            raise RefusedError(
                f"{ready_at.isoformat()} is over",
                [Problem("in_the_past", "the boxes are ready in the past", "ready", fix="later")],
            )
        placement_option_id, shipments = self._confirmed(plan_id)
        ready = {shipment_id: ready_at.isoformat() for shipment_id in shipments}
        arguments = {"placement_option_id": placement_option_id, "ready": ready}
        return self._start(plan_id, StepKind.GENERATE_TRANSPORTATION_OPTIONS, arguments)

    def transport(self, plan_id: str) -> Mapping[str, Sequence[TransportationOption]]:
        """What is offered for each shipment of the confirmed placement."""
        network, inbound_plan_id, _ = self._made(plan_id)
        _, shipments = self._confirmed(plan_id)
        return {one: network.transportation_options(inbound_plan_id, one) for one in shipments}

    def confirm_transport(
        self,
        plan_id: str,
        *,
        irrevocable: bool,
        policy: CarriagePolicy = "cheapest_partnered",
        by_hand: Mapping[str, str] | None = None,
    ) -> StepView:
        """Choose how every shipment travels. **It can't be undone**, and may cost.

        Raises:
            RefusedError: `irrevocable` is not said, or a shipment has no option that fits.
        """
        _said(irrevocable, "confirmed carriage")
        choice = choose_carriage(
            self.transport(plan_id),
            at=self._database.clock.now(),
            policy=policy,
            by_hand=by_hand,
        )
        arguments = {"selections": dict(choice.selections)}
        return self._start(
            plan_id, StepKind.CONFIRM_TRANSPORTATION_OPTIONS, arguments, choice.explanation
        )

    def generate_windows(self, plan_id: str, shipment_id: str) -> StepView:
        """Have delivery windows made, which one's own carrier needs."""
        arguments = {"shipment_id": shipment_id}
        return self._start(plan_id, StepKind.GENERATE_DELIVERY_WINDOW_OPTIONS, arguments)

    def windows(self, plan_id: str, shipment_id: str) -> Sequence[DeliveryWindowOption]:
        """What is offered."""
        network, inbound_plan_id, _ = self._made(plan_id)
        return network.delivery_window_options(inbound_plan_id, shipment_id)

    def confirm_window(self, plan_id: str, shipment_id: str, option_id: str) -> StepView:
        """Choose when a shipment comes."""
        arguments = {"shipment_id": shipment_id, "delivery_window_option_id": option_id}
        return self._start(plan_id, StepKind.CONFIRM_DELIVERY_WINDOW_OPTIONS, arguments)

    def track(self, plan_id: str, shipment_id: str, tracking: Sequence[BoxTracking]) -> StepView:
        """Tell the tracking number of each box that one's own carrier brings."""
        arguments = {
            "shipment_id": shipment_id,
            "tracking": [[one.box_id, one.tracking_id] for one in tracking],
        }
        return self._start(plan_id, StepKind.UPDATE_SHIPMENT_TRACKING, arguments)

    def cancel(self, plan_id: str, *, irrevocable: bool) -> StepView:
        """Give a plan up. Confirmed carriage may be charged.

        Raises:
            RefusedError: `irrevocable` is not said.
        """
        _said(irrevocable, "a cancelled plan")
        return self._start(plan_id, StepKind.CANCEL_INBOUND_PLAN, {})

    # Labels --------------------------------------------------------------------------------------

    def box_labels(
        self, plan_id: str, shipment_id: str, *, page_type: str = "PackageLabel_Letter_6"
    ) -> bytes:
        """The labels of all boxes of a shipment as PDF, several on a sheet.

        Args:
            page_type: the network's name of the paper (`PackageLabel_Thermal` ...).

        Raises:
            RefusedError: `not_confirmed`: no carrier is, so that it has no name for labels.
        """
        network, inbound_plan_id, _ = self._made(plan_id)
        shipment = network.inbound_shipment(inbound_plan_id, shipment_id)
        if shipment.shipment_confirmation_id is None:
            raise RefusedError(
                f"shipment {shipment_id} has no carrier yet",
                [Problem("not_confirmed", "labels are there once carriage is confirmed")],
            )
        return network.box_labels(shipment.shipment_confirmation_id, page_type=page_type)

    def item_labels(
        self, pool: str, quantities: Mapping[str, int], *, page_type: str = "Letter_30"
    ) -> Sequence[bytes]:
        """FNSKU labels for units as PDF, several on a sheet: `A4_21`, `Letter_30` ..."""
        network, country = self._networks[pool.partition(":")[0]], pool.partition(":")[2]
        return network.item_labels(country, quantities, page_type=page_type)

    # What was asked ------------------------------------------------------------------------------

    def get(self, step_id: str) -> StepView:
        """One step.

        Raises:
            NotFoundError: there is none with that id.
        """
        with self._database.read() as connection:
            row = connection.execute(
                select(inbound_steps).where(inbound_steps.c.id == step_id)
            ).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no inbound step {step_id}")
        return _view(row)

    def list(self, subject: str) -> Sequence[StepView]:
        """The steps of a plan (or of `prep:POOL`), the first one first."""
        query = select(inbound_steps).where(inbound_steps.c.subject == subject)
        with self._database.read() as connection:
            return [_view(row) for row in connection.execute(query.order_by(inbound_steps.c.id))]

    def _start(
        self,
        plan_id: str,
        kind: StepKind,
        arguments: Arguments,
        explanation: Sequence[str] = (),
    ) -> StepView:
        _, _, pool = self._made(plan_id)
        return self._record(plan_id, pool, kind, arguments, explanation)

    def _record(
        self,
        subject: str,
        pool: str,
        kind: StepKind,
        arguments: Arguments,
        explanation: Sequence[str] = (),
    ) -> StepView:
        now = self._database.clock.now()
        step_id = self._ids.new_id(now)

        def work(connection: Connection) -> None:
            if is_busy(connection, subject):
                raise RefusedError(
                    f"another step of {subject} is under way",
                    [Problem("step_open", "one step after the other", fix="wait for it")],
                )
            connection.execute(
                insert(inbound_steps).values(
                    id=step_id,
                    subject=subject,
                    pool=pool,
                    kind=kind.value,
                    arguments=json.dumps(arguments),
                    explanation="\n".join(explanation),
                    state="recorded",
                    asked_at=now,
                )
            )
            effect = NewEffect(
                EffectKind.INBOUND_STEP,
                step_id,
                pool.partition(":")[0],
                subject,
                {"step_id": step_id},
            )
            record(connection, [effect], at=now)

        self._database.run(work)
        return self.get(step_id)

    def _made(self, plan_id: str) -> tuple[Network, str, str]:
        """The network, its id of the plan, and the pool of a plan that is made."""
        with self._database.read() as connection:
            row = connection.execute(
                select(inbound_plans).where(inbound_plans.c.id == plan_id)
            ).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no inbound plan {plan_id}")
        if row.state != "made":
            raise RefusedError(
                f"inbound plan {plan_id} is {row.state}",
                [Problem("not_made", f"the plan is {row.state}", fix="wait until it is made")],
            )
        network = self._networks.get(row.pool.partition(":")[0])
        if network is None or NetworkCapability.INBOUND not in network.capabilities:
            raise NotFoundError(f"the network of {row.pool} takes no inbound plans")
        return network, row.inbound_plan_id, row.pool

    def _confirmed(self, plan_id: str) -> tuple[str, Sequence[str]]:
        network, inbound_plan_id, _ = self._made(plan_id)
        state = network.inbound_plan(inbound_plan_id)
        accepted = [
            option_id
            for option_id, status in (state.placement_options if state else {}).items()
            if status == "ACCEPTED"
        ]
        if state is None or not accepted:
            raise RefusedError(
                f"no placement of {plan_id} is confirmed",
                [Problem("not_placed", "no placement is confirmed yet", fix="confirm one")],
            )
        return accepted[0], tuple(state.shipments)


def _said(irrevocable: bool, what: str) -> None:
    if not irrevocable:
        raise RefusedError(
            f"{what} can't be undone",
            [Problem("irrevocable", f"{what} can't be undone", fix="say that you mean it")],
        )


def _view(row: Any) -> StepView:
    return StepView(
        row.id,
        row.subject,
        StepKind(row.kind),
        row.state,
        row.asked_at,
        tuple(row.explanation.splitlines()),
        tuple(Problem(**members) for members in json.loads(row.problems)),
    )
