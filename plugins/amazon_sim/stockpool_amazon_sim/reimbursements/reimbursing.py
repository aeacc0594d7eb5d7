"""Making losses good, by itself or for a case, and taking a payment back when units turn up.

Amazon pays for what its centers and carriers have lost, in money or in units, and reverses the
payment when a unit is found after all (`original-reimbursement-id` of the report). How soon, and
which of the two, is no published rule: the settings say so.
"""

from __future__ import annotations

from stockpool_amazon_sim.inventory.ledger import Bucket, Code, EventType
from stockpool_amazon_sim.inventory.stock import move, stock_of
from stockpool_amazon_sim.records import DAY, Sku
from stockpool_amazon_sim.reimbursements.reimbursement_records import Reimbursement
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

LOST_IN_CENTER = "Lost_Warehouse"
LOST_PARCEL = "Lost_Outbound"
REVERSAL = "Reimbursement_Reversal"

_WORTH = (3.0, 40.0)
"""What Amazon thinks that a unit is worth, in a currency's whole units."""


def owe(
    world: World, sku: Sku, quantity: int, center: str, reason: str, reference: str, order_id: str
) -> None:
    """A loss that Amazon makes good by itself after a while, if the settings say so.

    Args:
        center: where units that are given back come to.
        reference: of the loss; the same loss is made good once.
    """
    if not world.settings.reimbursements.automatic:
        return
    delay = world.draws.between(world.settings.steps.reimbursement_days, DAY, reference, "paid")
    detail = "|".join((sku.country, sku.sku, center, str(quantity), reason, order_id))
    world.schedule(delay, "reimburses", reference, detail, quiet=True)


def reimburse_loss(world: World, event: Event) -> None:
    """It is made good; lost units of a center may turn up later."""
    country, name, center, quantity, reason, order_id = event.detail.split("|")
    sku = world.store.skus.get(f"{country}|{name}")
    if sku is None:
        return  # it was forgotten meanwhile
    settings = world.settings.reimbursements
    in_units = world.draws.chance(settings.in_units, event.subject, "in units")
    made = reimburse(
        world, sku, int(quantity), reason, center, in_units=in_units, order_id=order_id
    )
    found = world.draws.chance(settings.turn_up, event.subject, "turn up")
    if reason == LOST_IN_CENTER and found and not in_units:
        span = world.settings.steps.turn_up_days
        delay = world.draws.between(span, DAY, event.subject, "turn up")
        detail = f"{made.reimbursement_id}|{center}"
        world.schedule(delay, "units_turn_up", event.subject, detail, quiet=True)


def reimburse(
    world: World,
    sku: Sku,
    quantity: int,
    reason: str,
    center: str,
    *,
    in_units: bool,
    case_id: str = "",
    order_id: str = "",
    per_unit: int | None = None,
) -> Reimbursement:
    """Make units good now, in money or in units.

    Args:
        per_unit: in minor units; None: what Amazon thinks they are worth.
    """
    if quantity <= 0:
        raise ValueError(f"{quantity} units can't be made good")
    number = _new_number(world)
    if in_units:
        stock = stock_of(world, sku.country, sku.fnsku)
        target = (center, Bucket.FULFILLABLE)
        # No code of the ledger is known for them; as found units they would hide another loss.
        move(world, stock, quantity, None, target, EventType.RECEIPTS, number)
    worth = world.draws.between(_WORTH, 100, sku.country, sku.fnsku, "worth")
    each = worth if per_unit is None else per_unit
    return _keep(
        world,
        Reimbursement(
            number,
            world.now,
            sku.country,
            sku.sku,
            reason,
            0 if in_units else each,
            0 if in_units else quantity,
            quantity if in_units else 0,
            case_id,
            order_id,
        ),
    )


def units_turn_up(world: World, event: Event) -> None:
    """Units that were paid for are back on the shelf, and the payment is reversed."""
    number, center = event.detail.split("|")
    paid = world.store.reimbursements.get(number)
    assert paid is not None, event
    sku = world.store.skus.get(f"{paid.country}|{paid.sku}")
    if sku is None:
        return  # it was forgotten meanwhile
    stock = stock_of(world, sku.country, sku.fnsku)
    target = (center, Bucket.FULFILLABLE)
    move(world, stock, paid.cash, None, target, EventType.ADJUSTMENTS, event.subject, Code.FOUND)
    reverse(world, paid, paid.cash)


def reverse(world: World, paid: Reimbursement, quantity: int) -> Reimbursement:
    """Take a payment for so many units back."""
    taken = sum(
        -other.cash
        for _, other in world.store.reimbursements.all()
        if other.original == paid.reimbursement_id
    )
    if not 0 < quantity <= paid.cash - taken:
        raise ValueError(
            f"reimbursement {paid.reimbursement_id} paid for {paid.cash - taken} units that are "
            f"not taken back, not for {quantity}"
        )
    return _keep(
        world,
        Reimbursement(
            _new_number(world),
            world.now,
            paid.country,
            paid.sku,
            REVERSAL,
            paid.per_unit,
            -quantity,
            0,
            paid.case_id,
            paid.order_id,
            paid.reimbursement_id,
            paid.reason,
        ),
    )


def _new_number(world: World) -> str:
    world.store.count("reimbursements_made")
    return f"{9_000_000_000 + world.store.counter('reimbursements_made')}"


def _keep(world: World, made: Reimbursement) -> Reimbursement:
    world.store.reimbursements.put(made.reimbursement_id, made)
    return made
