"""Inbound plans: started and asked for, from the first item to what was received."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from stockpool.errors import OutcomeUnknown, RejectedError, Throttled
from stockpool.plugins.network import Network, NetworkCapability, PoolProfile
from stockpool.plugins.network_inbound import (
    NEEDS_DELIVERY_WINDOW,
    OWN_CARRIER,
    PLAN_NAME_MOST,
    BoxTracking,
    InboundBox,
    InboundItem,
    InboundOperation,
    InboundOperationStatus,
    InboundPlanRequest,
    InboundPlanState,
    InboundPlanStatus,
    InboundShipmentStatus,
    PackageGrouping,
    PrepDetails,
)
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import is_aware
from stockpool.testing.network_conformance.seller import LAMP, MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld

_ITEMS = (InboundItem(MUG, 12, "SELLER", "NONE"), InboundItem(LAMP, 4, "SELLER", "NONE"))
_ON_ITS_WAY = frozenset(
    {
        InboundShipmentStatus.SHIPPED,
        InboundShipmentStatus.IN_TRANSIT,
        InboundShipmentStatus.DELIVERED,
        InboundShipmentStatus.CHECKED_IN,
        InboundShipmentStatus.RECEIVING,
        InboundShipmentStatus.CLOSED,
    }
)


class Sender:
    """Sends units to a network, as the engine does: starts, and asks until it is known."""

    def __init__(self, world: NetworkWorld, network: Network, pool: PoolProfile) -> None:
        self.world = world
        self.network = network
        self.pool = pool

    def outcome(self, operation_id: str) -> InboundOperation:
        """What became of an operation."""
        for _ in range(60):
            state = self.network.inbound_operation(operation_id)
            assert state.operation_id == operation_id
            if state.status is not InboundOperationStatus.IN_PROGRESS:
                return state
            self.world.let_time_pass(0.05)
        pytest.fail(f"after three hours nothing has become of operation {operation_id}")

    def done(self, operation_id: str) -> None:
        """The operation must succeed."""
        state = self.outcome(operation_id)
        assert state.status is InboundOperationStatus.SUCCESS, state.problems

    def request(self, name: str = "CONFORMANCE", *items: InboundItem) -> InboundPlanRequest:
        """A plan for the pool, sent from its own country."""
        source = self.world.address(self.pool.country)
        return InboundPlanRequest(self.pool.country, name, source, items or _ITEMS)

    def plan(self, name: str = "CONFORMANCE", *items: InboundItem) -> str:
        """A plan that was made; its items need no preparation."""
        request = self.request(name, *items)
        for item in request.items:
            self.world.stock(self.pool.country, item.sku, 0)
        details = [PrepDetails(item.sku, "NONE", ("ITEM_NO_PREP",)) for item in request.items]
        self.done(self.network.set_prep_details(self.pool.country, details))
        started = self.network.create_inbound_plan(request)
        self.done(started.operation_id)
        return started.inbound_plan_id

    def state(self, plan_id: str) -> InboundPlanState:
        """A plan that is known."""
        state = self.network.inbound_plan(plan_id)
        assert state is not None, "the plan was taken, but inbound_plan does not know it"
        assert (state.inbound_plan_id, state.country) == (plan_id, self.pool.country)
        assert is_aware(state.created_at)
        assert is_aware(state.last_updated_at)
        return state

    def pack(self, plan_id: str) -> None:
        """Take the first packing option; each group is one box."""
        self.done(self.network.generate_packing_options(plan_id))
        option = self.network.packing_options(plan_id)[0]
        assert option.status == "OFFERED"
        self.done(self.network.confirm_packing_option(plan_id, option.packing_option_id))
        groupings = [
            PackageGrouping([_box(*self.network.packing_group_items(plan_id, group))], group)
            for group in option.packing_group_ids
        ]
        self.done(self.network.set_packing_information(plan_id, groupings))

    def place(self, plan_id: str) -> tuple[str, list[str]]:
        """Confirm the placement with the fewest shipments; its id and theirs."""
        self.done(self.network.generate_placement_options(plan_id))
        options = self.network.placement_options(plan_id)
        option = min(options, key=lambda one: len(one.shipment_ids))
        self.done(self.network.confirm_placement_option(plan_id, option.placement_option_id))
        return option.placement_option_id, list(option.shipment_ids)

    def send(self, plan_id: str, placement_id: str, shipments: list[str]) -> None:
        """Confirm one's own carrier for every shipment."""
        network = self.network
        at = self.state(plan_id).last_updated_at + timedelta(days=2)
        ready = dict.fromkeys(shipments, at)
        self.done(network.generate_transportation_options(plan_id, placement_id, ready))
        selections = {}
        for shipment_id in shipments:
            options = network.transportation_options(plan_id, shipment_id)
            assert {one.shipment_id for one in options} == {shipment_id}
            option = next(one for one in options if one.shipping_solution == OWN_CARRIER)
            selections[shipment_id] = option.transportation_option_id
            if NEEDS_DELIVERY_WINDOW in option.preconditions:
                self._choose_window(plan_id, shipment_id)
        self.done(network.confirm_transportation_options(plan_id, selections))

    def _choose_window(self, plan_id: str, shipment_id: str) -> None:
        self.done(self.network.generate_delivery_window_options(plan_id, shipment_id))
        windows = self.network.delivery_window_options(plan_id, shipment_id)
        window = next(one for one in windows if one.availability_type != "BLOCKED")
        assert window.start < window.end
        window_id = window.delivery_window_option_id
        self.done(self.network.confirm_delivery_window_option(plan_id, shipment_id, window_id))


def _box(*items: InboundItem) -> InboundBox:
    sides = (Decimal(12), Decimal(10), Decimal("8.5"))
    return InboundBox("BOX_CONTENT_PROVIDED", *sides, "IN", Decimal(20), "LB", items=tuple(items))


class InboundTests(NetworkTests):
    """Only for a network that declares INBOUND."""

    @pytest.fixture
    def sender(self, world: NetworkWorld, seller: Seller) -> Sender:
        """Who sends units to the first pool."""
        if NetworkCapability.INBOUND not in seller.network.capabilities:
            pytest.skip("the network does not declare INBOUND")
        return Sender(world, seller.network, seller.pool)

    def test_a_plan_is_made_and_known_by_its_name(self, sender: Sender) -> None:
        name = "C" * PLAN_NAME_MOST
        plan_id = sender.plan(name)
        state = sender.state(plan_id)
        assert (state.name, state.status) == (name, InboundPlanStatus.ACTIVE)
        assert not state.shipments
        listed = sender.network.inbound_plans().plans
        assert [one.inbound_plan_id for one in listed if one.name == name] == [plan_id]

    def test_an_unknown_plan_is_unknown(self, sender: Sender) -> None:
        assert sender.network.inbound_plan("wf" + "0" * 36) is None

    def test_what_is_wrong_with_an_item_is_told_by_the_operation(self, sender: Sender) -> None:
        request = sender.request("CONFORMANCE", InboundItem("CONFORMANCE-UNKNOWN", 1))
        started = sender.network.create_inbound_plan(request)
        outcome = sender.outcome(started.operation_id)
        assert outcome.status is InboundOperationStatus.FAILED
        assert "ERROR" in {problem.severity for problem in outcome.problems}
        assert all(problem.code and problem.message for problem in outcome.problems)
        assert sender.state(started.inbound_plan_id).status is InboundPlanStatus.ERRORED

    def test_a_request_without_items_is_refused(self, sender: Sender) -> None:
        source = sender.world.address(sender.pool.country)
        empty = InboundPlanRequest(sender.pool.country, "CONFORMANCE", source, ())
        with pytest.raises(RejectedError):
            sender.network.create_inbound_plan(empty)
        assert not sender.network.inbound_plans().plans

    def test_a_plan_whose_answer_was_lost_is_found_by_its_name(
        self, world: NetworkWorld, sender: Sender
    ) -> None:
        needs(world, WorldAbility.FAIL_AFTER_EFFECT)
        world.fail_after_effect_next("create_inbound_plan")
        with pytest.raises(OutcomeUnknown):
            sender.network.create_inbound_plan(sender.request("LOST"))
        assert [one.name for one in sender.network.inbound_plans().plans] == ["LOST"]

    def test_a_throttled_plan_is_not_made(self, world: NetworkWorld, sender: Sender) -> None:
        needs(world, WorldAbility.THROTTLE)
        world.throttle_next("create_inbound_plan")
        with pytest.raises(Throttled) as refusal:
            sender.network.create_inbound_plan(sender.request())
        assert refusal.value.retry_after > 0
        assert not sender.network.inbound_plans().plans

    def test_questions_that_failed_are_not_answered(
        self, world: NetworkWorld, sender: Sender
    ) -> None:
        needs(world, WorldAbility.THROTTLE)
        plan_id = sender.plan()
        world.throttle_next("inbound_plan")
        with pytest.raises(Throttled):
            sender.network.inbound_plan(plan_id)
        operation_id = sender.network.generate_placement_options(plan_id)
        world.throttle_next("inbound_operation")
        with pytest.raises(Throttled):
            sender.network.inbound_operation(operation_id)

    def test_nothing_is_listed_before_it_was_generated(self, sender: Sender) -> None:
        plan_id = sender.plan()
        assert not sender.network.packing_options(plan_id)
        assert not sender.network.placement_options(plan_id)

    def test_packing_groups_hold_the_whole_plan(self, sender: Sender) -> None:
        plan_id = sender.plan()
        sender.done(sender.network.generate_packing_options(plan_id))
        for option in sender.network.packing_options(plan_id):
            units: dict[str, int] = {}
            for group in option.packing_group_ids:
                for item in sender.network.packing_group_items(plan_id, group):
                    units[item.sku] = units.get(item.sku, 0) + item.quantity
            assert units == {MUG: 12, LAMP: 4}

    def test_boxes_that_hold_something_else_are_refused(self, sender: Sender) -> None:
        plan_id = sender.plan()
        sender.done(sender.network.generate_packing_options(plan_id))
        option = sender.network.packing_options(plan_id)[0]
        sender.done(sender.network.confirm_packing_option(plan_id, option.packing_option_id))
        group = option.packing_group_ids[0]
        box = _box(InboundItem(MUG, 1, "SELLER", "NONE"))
        started = sender.network.set_packing_information(plan_id, [PackageGrouping([box], group)])
        assert sender.outcome(started).status is InboundOperationStatus.FAILED

    def test_placements_hold_the_whole_plan_in_centers_of_its_country(self, sender: Sender) -> None:
        plan_id = sender.plan()
        sender.done(sender.network.generate_placement_options(plan_id))
        options = sender.network.placement_options(plan_id)
        assert options
        for option in options:
            assert option.status == "OFFERED"
            assert all(one.value.minor > 0 for one in option.incentives)
            units: dict[str, int] = {}
            for shipment_id in option.shipment_ids:
                shipment = sender.network.inbound_shipment(plan_id, shipment_id)
                assert shipment.status is InboundShipmentStatus.UNCONFIRMED
                assert shipment.center_country in (None, sender.pool.country)
                for item in sender.network.shipment_items(plan_id, shipment_id):
                    units[item.sku] = units.get(item.sku, 0) + item.quantity
            assert units == {MUG: 12, LAMP: 4}

    def test_a_confirmed_placement_stays(self, sender: Sender) -> None:
        plan_id = sender.plan()
        placement_id, shipments = sender.place(plan_id)
        state = sender.state(plan_id)
        assert state.placement_options[placement_id] == "ACCEPTED"
        assert dict(state.shipments) == dict.fromkeys(shipments, InboundShipmentStatus.WORKING)
        again = _refusal(
            sender, lambda: sender.network.confirm_placement_option(plan_id, placement_id)
        )
        assert again, "a second confirmation was taken"
        assert dict(sender.state(plan_id).shipments) == dict(state.shipments)

    def test_a_plan_travels_to_its_center_and_is_received(
        self, world: NetworkWorld, sender: Sender
    ) -> None:
        network = sender.network
        plan_id = sender.plan()
        sender.pack(plan_id)
        placement_id, shipments = sender.place(plan_id)
        sender.send(plan_id, placement_id, shipments)
        announced: dict[str, int] = {}
        for shipment_id in shipments:
            shipment = network.inbound_shipment(plan_id, shipment_id)
            assert shipment.shipment_confirmation_id
            boxes = network.shipment_boxes(plan_id, shipment_id)
            tracking = [
                BoxTracking(box.box_id, f"1Z999AA10{place:09d}")
                for place, box in enumerate(boxes)
                if box.box_id
            ]
            assert len(tracking) == len(boxes), "every box has a name for its label"
            sender.done(network.update_shipment_tracking(plan_id, shipment_id, tracking))
            told = network.inbound_shipment(plan_id, shipment_id).tracking
            assert {one.box_id: one.tracking_id for one in told} == {
                one.box_id: one.tracking_id for one in tracking
            }
            labels = network.box_labels(shipment.shipment_confirmation_id)
            assert labels.startswith(b"%PDF")
            for item in network.received_items(
                sender.pool.country, shipment.shipment_confirmation_id
            ):
                announced[item.sku] = announced.get(item.sku, 0) + item.quantity_shipped
                assert item.quantity_received == 0
        assert announced == {MUG: 12, LAMP: 4}
        self._is_received(world, sender, plan_id, shipments)

    @staticmethod
    def _is_received(
        world: NetworkWorld, sender: Sender, plan_id: str, shipments: list[str]
    ) -> None:
        """Units that were received are in the figures, and the status says that they come."""
        states = []
        for _ in range(60):
            world.let_time_pass(24)
            states = [sender.network.inbound_shipment(plan_id, one) for one in shipments]
            if all(state.status is InboundShipmentStatus.CLOSED for state in states):
                break
        assert {state.status for state in states} <= _ON_ITS_WAY
        received: dict[str, int] = {}
        for state in states:
            assert state.shipment_confirmation_id
            for item in sender.network.received_items(
                sender.pool.country, state.shipment_confirmation_id
            ):
                received[item.sku] = received.get(item.sku, 0) + item.quantity_received
        assert sum(received.values()) > 0, f"after sixty days nothing was received: {states}"

    def test_labels_of_units_are_documents(self, world: NetworkWorld, sender: Sender) -> None:
        world.stock(sender.pool.country, MUG, 0)
        made = sender.network.item_labels(sender.pool.country, {MUG: 3})
        assert made
        assert all(document.startswith(b"%PDF") for document in made)
        with pytest.raises(RejectedError):
            sender.network.item_labels(sender.pool.country, {"CONFORMANCE-UNKNOWN": 1})

    def test_a_plan_is_cancelled(self, sender: Sender) -> None:
        plan_id = sender.plan()
        sender.place(plan_id)
        sender.done(sender.network.cancel_inbound_plan(plan_id))
        assert sender.state(plan_id).status is InboundPlanStatus.VOIDED

    def test_refusals_repeat_nothing_of_the_sender(
        self, world: NetworkWorld, sender: Sender
    ) -> None:
        source = world.address(sender.pool.country)
        request = InboundPlanRequest(sender.pool.country, "CONFORMANCE", source, ())
        with pytest.raises(RejectedError) as refusal:
            sender.network.create_inbound_plan(request)
        said = str(refusal.value)
        for secret in (source.name, source.line1, source.phone):
            assert not secret or secret not in said
        assert source.name not in repr(request)


def _refusal(sender: Sender, start: Callable[[], str]) -> bool:
    """Whether an operation is refused, at once or later."""
    try:
        operation_id = start()
    except RejectedError:
        return True
    return sender.outcome(operation_id).status is InboundOperationStatus.FAILED
