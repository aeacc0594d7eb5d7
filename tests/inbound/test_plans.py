"""Inbound plans for one country's pool: guarded, made by workers, and followed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inbound_desk import SOURCE, sent
from listing_desk import CA, US, Desk
from stockpool.errors import NotFoundError, RefusedError
from stockpool.plugins.network_inbound import InboundItem

ITEM = InboundItem("MUG", 12, "SELLER", "NONE")


def codes(refusal: pytest.ExceptionInfo[RefusedError]) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def test_a_plan_is_made_in_its_own_country(desk: Desk) -> None:
    view = desk.engine.inbound.plan(US, [ITEM], SOURCE)
    assert (view.state, view.items) == ("recorded", (ITEM,))
    desk.settle()
    view = desk.engine.inbound.get(view.plan_id)
    assert view.state == "made"
    assert view.inbound_plan_id is not None
    state = desk.network.inbound_plan(view.inbound_plan_id)
    assert state is not None
    assert (state.name, state.country) == (view.plan_id, "US")
    assert desk.engine.inbound.list(pool=CA) == []
    assert [one.plan_id for one in desk.engine.inbound.list()] == [view.plan_id]


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([], "invalid_items"),
        ([ITEM, ITEM], "repeated_item"),
        ([replace(ITEM, quantity=0)], "invalid_quantity"),
        ([replace(ITEM, quantity=500_001)], "invalid_quantity"),
        ([replace(ITEM, sku="NEVER")], "unknown_sku"),
        ([replace(ITEM, label_owner="AMAZON")], "no_amazon_prep"),
        ([replace(ITEM, sku="CUP")], "would_strand"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(
    desk: Desk, items: list[InboundItem], code: str
) -> None:
    with pytest.raises(RefusedError) as refusal:
        desk.engine.inbound.plan(US, items, SOURCE)
    assert codes(refusal) == [code]
    assert desk.engine.inbound.list() == []


def test_a_sku_is_listed_in_the_country_that_it_is_sent_to(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="not listed in amazon-na:CA"):
        desk.engine.inbound.plan(CA, [ITEM], SOURCE)
    with pytest.raises(NotFoundError):
        desk.engine.inbound.plan("amazon-na:MX", [ITEM], SOURCE)
    assert desk.engine.inbound.plan(CA, [ITEM], SOURCE, accept_stranding=True).pool == CA


def test_the_sender_is_known_well_enough(desk: Desk) -> None:
    nameless = SOURCE.model_copy(update={"phone": None, "city": None})
    with pytest.raises(RefusedError) as refusal:
        desk.engine.inbound.plan(US, [ITEM], nameless)
    assert [problem.field for problem in refusal.value.problems] == ["source.city", "source.phone"]


def test_what_amazon_finds_wrong_is_shown(desk: Desk) -> None:
    view = desk.engine.inbound.plan(US, [replace(ITEM, prep_owner="SELLER")], SOURCE)
    desk.settle()
    view = desk.engine.inbound.get(view.plan_id)
    assert view.state == "failed"
    assert view.problems
    (told,) = desk.attention("inbound_plan_failed")
    assert told.subject == view.plan_id


def test_a_plan_whose_answer_was_lost_is_found_and_made_once(desk: Desk) -> None:
    view = desk.engine.inbound.plan(US, [ITEM], SOURCE)
    desk.amazon.inject("timeout_after", operation="createInboundPlan")
    for _ in range(4):
        desk.settle()
    view = desk.engine.inbound.get(view.plan_id)
    assert view.state == "made"
    named = [one for one in desk.network.inbound_plans().plans if one.name == view.plan_id]
    assert [one.inbound_plan_id for one in named] == [view.inbound_plan_id]


def test_shipments_are_told_with_their_units_as_they_come(desk: Desk) -> None:
    view = desk.engine.inbound.plan(US, [ITEM], SOURCE)
    assert desk.engine.inbound.shipments(view.plan_id) == []
    plan_id, name = sent(desk, ITEM)
    (shipment,) = desk.engine.inbound.shipments(plan_id)
    assert (shipment.expected, shipment.received) == (12, 0)
    assert shipment.shipment.status.wording == "Working"
    desk.amazon.let_inbound_leave(name)
    (shipment,) = desk.engine.inbound.shipments(plan_id)
    assert shipment.shipment.status.wording == "Shipped"
    desk.amazon.let_inbound_arrive(name)
    desk.amazon.close_inbound(name)
    (shipment,) = desk.engine.inbound.shipments(plan_id)
    assert shipment.shipment.status.wording == "Closed"
    assert shipment.expected == 12
    assert 0 < shipment.received <= 12, "closed does not say that all has come"
