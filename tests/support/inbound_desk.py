"""Inbound plans of the listing desk's merchant, brought as far as a test needs them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from listing_desk import US, Desk
from stockpool.inbound.steps import StepView
from stockpool.order_request import Address
from stockpool.plugins.network_inbound import InboundBox, InboundItem, PackageGrouping

SOURCE = Address(
    name="A. Seller",
    line1="9 Mill Rd",
    city="Reading",
    region="PA",
    postal_code="19601",
    country="US",
    phone="6105550100",
)


def box(*items: InboundItem, quantity: int = 1) -> InboundBox:
    """A box of twelve by ten by eight inches."""
    return InboundBox(
        content_source="BOX_CONTENT_PROVIDED",
        length=Decimal(12),
        width=Decimal(10),
        height=Decimal(8),
        length_unit="IN",
        weight=Decimal(20),
        weight_unit="LB",
        quantity=quantity,
        items=items,
    )


def made_plan(desk: Desk, *items: InboundItem, pool: str = US) -> str:
    """A plan that Amazon has made."""
    plan_id = desk.engine.inbound.plan(pool, items, SOURCE).plan_id
    desk.settle()
    assert desk.engine.inbound.get(plan_id).state == "made"
    return plan_id


def done(desk: Desk, step: StepView) -> StepView:
    """The step, once workers and Amazon have done it."""
    assert step.state == "recorded"
    desk.settle()
    after = desk.engine.inbound.steps.get(step.step_id)
    assert after.state == "done", after.problems
    return after


def placed(desk: Desk, plan_id: str) -> str:
    """One shipment to one center; returns its id."""
    steps = desk.engine.inbound.steps
    done(desk, steps.generate_placement(plan_id))
    done(desk, steps.confirm_placement(plan_id, irrevocable=True, policy="fewest_shipments"))
    (shipment,) = desk.engine.inbound.shipments(plan_id)
    return shipment.shipment.shipment_id


def sent(desk: Desk, *items: InboundItem) -> tuple[str, str]:
    """A plan whose carriage is confirmed: its id, and its shipment's name on labels."""
    steps = desk.engine.inbound.steps
    plan_id = made_plan(desk, *items)
    shipment_id = placed(desk, plan_id)
    done(desk, steps.pack(plan_id, [PackageGrouping([box(*items)], shipment_id=shipment_id)]))
    done(desk, steps.generate_transport(plan_id, desk.clock.now() + timedelta(days=1)))
    done(desk, steps.confirm_transport(plan_id, irrevocable=True))
    (shipment,) = desk.engine.inbound.shipments(plan_id)
    assert shipment.shipment.shipment_confirmation_id is not None
    return plan_id, shipment.shipment.shipment_confirmation_id
