"""A plan is packed, placed, carried and labelled, each step once, and what can't be undone said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from inbound_desk import SOURCE, box, done, made_plan, placed, sent
from listing_desk import US, Desk
from stockpool.errors import NotFoundError, RefusedError
from stockpool.plugins.network_inbound import (
    BoxTracking,
    InboundItem,
    PackageGrouping,
    PrepDetails,
)

ITEM = InboundItem("MUG", 12, "SELLER", "NONE")


def code(refusal: pytest.ExceptionInfo[RefusedError]) -> str:
    return refusal.value.problems[0].code


def test_a_plan_is_packed_before_it_is_placed(desk: Desk) -> None:
    steps = desk.engine.inbound.steps
    plan_id = made_plan(desk, ITEM)
    assert steps.packing(plan_id) == []
    done(desk, steps.generate_packing(plan_id))
    offer = steps.packing(plan_id)[0]
    assert [item.kind for item in offer.groups[0].items] == [ITEM.kind]
    done(desk, steps.confirm_packing(plan_id, offer.option.packing_option_id))
    group = offer.groups[0].packing_group_id
    two = PackageGrouping([box(replace(ITEM, quantity=6), quantity=2)], packing_group_id=group)
    done(desk, steps.pack(plan_id, [two]))
    done(desk, steps.generate_placement(plan_id))
    offers = steps.placement(plan_id)
    assert len(offers) > 1, "there is something to choose"
    step = steps.confirm_placement(plan_id, irrevocable=True)
    assert len(step.explanation) == len(offers)
    assert step.explanation[0].startswith("chosen by policy cheapest")
    done(desk, step)
    sent_to = desk.engine.inbound.shipments(plan_id)
    assert all(one.shipment.center_country == "US" for one in sent_to)


def test_boxes_hold_what_the_plan_holds(desk: Desk) -> None:
    steps = desk.engine.inbound.steps
    plan_id = made_plan(desk, ITEM)
    shipment_id = placed(desk, plan_id)
    short = PackageGrouping([box(replace(ITEM, quantity=11))], shipment_id=shipment_id)
    with pytest.raises(RefusedError) as refusal:
        steps.pack(plan_id, [short])
    assert code(refusal) == "wrong_contents"
    assert [one.kind.value for one in steps.list(plan_id)][-1] == "confirmPlacementOption"


def test_what_cannot_be_undone_has_to_be_meant(desk: Desk) -> None:
    steps = desk.engine.inbound.steps
    plan_id = made_plan(desk, ITEM)
    with pytest.raises(RefusedError) as refusal:
        steps.confirm_placement(plan_id, irrevocable=False)
    assert code(refusal) == "irrevocable"
    with pytest.raises(RefusedError, match="no placement of"):
        steps.confirm_transport(plan_id, irrevocable=True)
    with pytest.raises(RefusedError) as refusal:
        steps.cancel(plan_id, irrevocable=False)
    assert code(refusal) == "irrevocable"


def test_one_step_after_the_other(desk: Desk) -> None:
    steps = desk.engine.inbound.steps
    unmade = desk.engine.inbound.plan(US, [ITEM], SOURCE).plan_id
    with pytest.raises(RefusedError) as refusal:
        steps.generate_packing(unmade)
    assert code(refusal) == "not_made"
    desk.settle()
    first = steps.generate_packing(unmade)
    with pytest.raises(RefusedError) as refusal:
        steps.generate_placement(unmade)
    assert code(refusal) == "step_open"
    done(desk, first)
    done(desk, steps.generate_placement(unmade))
    with pytest.raises(NotFoundError):
        steps.get("never")


@pytest.mark.parametrize("fault", ["timeout_after", "timeout_before", "throttle"])
def test_a_step_whose_answer_was_lost_is_carried_out_once(desk: Desk, fault: str) -> None:
    steps = desk.engine.inbound.steps
    plan_id = made_plan(desk, ITEM)
    done(desk, steps.generate_placement(plan_id))
    desk.amazon.inject(fault, operation="confirmPlacementOption")
    step = steps.confirm_placement(plan_id, irrevocable=True, policy="fewest_shipments")
    for _ in range(4):
        desk.settle()
    assert steps.get(step.step_id).state == "done"
    (shipment,) = desk.engine.inbound.shipments(plan_id)
    assert shipment.shipment.placement_option_id in step.explanation[0]
    assert desk.engine.verify().ok


def test_what_amazon_refuses_is_shown_and_can_be_asked_again(desk: Desk) -> None:
    steps = desk.engine.inbound.steps
    plan_id = made_plan(desk, ITEM)
    step = steps.confirm_packing(plan_id, "po" + "0" * 36)
    desk.settle()
    failed = steps.get(step.step_id)
    assert failed.state == "failed"
    assert failed.problems
    told = [item for item in desk.engine.attention.list() if item.subject == plan_id]
    assert told
    done(desk, steps.generate_packing(plan_id))


def test_carriage_is_confirmed_and_boxes_are_labelled(desk: Desk) -> None:
    plan_id, name = sent(desk, ITEM)
    steps = desk.engine.inbound.steps
    (shipment,) = desk.engine.inbound.shipments(plan_id)
    document = steps.box_labels(plan_id, shipment.shipment.shipment_id)
    assert name in PdfReader(BytesIO(document)).pages[0].extract_text()
    (units,) = steps.item_labels(US, {"MUG": 31})
    assert len(PdfReader(BytesIO(units)).pages) == 2, "thirty on a sheet"


def test_labels_wait_for_the_carrier(desk: Desk) -> None:
    plan_id = made_plan(desk, ITEM)
    shipment_id = placed(desk, plan_id)
    with pytest.raises(RefusedError) as refusal:
        desk.engine.inbound.steps.box_labels(plan_id, shipment_id)
    assert code(refusal) == "not_confirmed"


def test_one_s_own_carrier_comes_in_a_window_and_tells_its_numbers(desk: Desk) -> None:
    steps = desk.engine.inbound.steps
    plan_id = made_plan(desk, ITEM)
    shipment_id = placed(desk, plan_id)
    boxes = PackageGrouping([box(ITEM)], shipment_id=shipment_id)
    done(desk, steps.pack(plan_id, [boxes]))
    done(desk, steps.generate_transport(plan_id, desk.clock.now() + timedelta(days=1)))
    assert set(steps.transport(plan_id)) == {shipment_id}
    done(desk, steps.generate_windows(plan_id, shipment_id))
    window = next(
        one for one in steps.windows(plan_id, shipment_id) if one.availability_type == "AVAILABLE"
    )
    done(desk, steps.confirm_window(plan_id, shipment_id, window.delivery_window_option_id))
    done(desk, steps.confirm_transport(plan_id, irrevocable=True, policy="own_carrier"))
    (shipment,) = desk.engine.inbound.shipments(plan_id)
    inbound_plan_id = desk.engine.inbound.get(plan_id).inbound_plan_id
    assert inbound_plan_id is not None
    (one_box,) = desk.network.shipment_boxes(inbound_plan_id, shipment_id)
    assert one_box.box_id is not None
    tracking = [BoxTracking(one_box.box_id, "1Z999AA10123456784")]
    done(desk, steps.track(plan_id, shipment_id, tracking))
    (shipment,) = desk.engine.inbound.shipments(plan_id)
    assert shipment.shipment.tracking[0].tracking_id == "1Z999AA10123456784"


def test_a_plan_is_given_up(desk: Desk) -> None:
    steps = desk.engine.inbound.steps
    plan_id = made_plan(desk, ITEM)
    done(desk, steps.cancel(plan_id, irrevocable=True))
    assert desk.engine.inbound.get(plan_id).state == "cancelled"
    with pytest.raises(RefusedError, match="cancelled"):
        steps.generate_packing(plan_id)


def test_preparation_is_told_and_said(desk: Desk) -> None:
    steps = desk.engine.inbound.steps
    desk.stocked("CUP")
    (before,) = steps.prep(US, ["CUP"])
    assert before.prep_category == "UNKNOWN"
    step = steps.set_prep(US, [PrepDetails("CUP", "FRAGILE", ("ITEM_BUBBLEWRAP",))])
    assert done(desk, step).subject == f"prep:{US}"
    (after,) = steps.prep(US, ["CUP"])
    assert (after.prep_category, tuple(after.prep_types)) == ("FRAGILE", ("ITEM_BUBBLEWRAP",))
    with pytest.raises(RefusedError):
        steps.set_prep(US, [])
