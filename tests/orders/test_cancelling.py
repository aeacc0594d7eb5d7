"""Cancelling: at once what was not submitted; the rest is asked for, and only an answer counts."""

from __future__ import annotations

import pytest

from shop import CA, Shop, dying_at
from stockpool.errors import NotFoundError, OutcomeUnknown, RejectedError, TransientError
from stockpool.orders.cancelling import CancelReceipt
from stockpool.plugins.network import FulfillmentOrderStatus


def cancel(shop: Shop, number: int, lines: dict[str, int] | None = None) -> CancelReceipt:
    order_id = shop.order(number).order_id
    return shop.engine.orders.cancel(order_id, reason="buyer", lines=lines)


def told(shop: Shop) -> list[tuple[str, list[tuple[str, int]]]]:
    """What the channel knows: reasons and quantities, in order."""
    return [
        (update.reason, [(line.channel_sku, line.quantity) for line in update.lines])
        for update in shop.channel.cancellations
    ]


@pytest.fixture
def held(shop: Shop) -> Shop:
    """Order 1001 holds five mugs and two tees."""
    shop.receive("MUG-1", 10)
    shop.receive("TEE-1", 10)
    shop.submit(1001, ("mug", 5), ("tee", 2))
    return shop


@pytest.fixture
def accepted(held: Shop) -> Shop:
    """Order 1001 is with the network."""
    held.place()
    held.clock.advance(60)
    return held


# Before submission ------------------------------------------------------------------------------


def test_units_that_wait_are_cancelled_at_once(shop: Shop) -> None:
    shop.submit(1001, ("mug", 5))
    receipt = cancel(shop, 1001, {"1": 2})
    assert (receipt.status, receipt.cancelled, receipt.requested) == ("waiting", 2, 0)
    assert cancel(shop, 1001).status == "cancelled"
    shop.settle()
    assert told(shop) == [("buyer", [("mug", 2)]), ("buyer", [("mug", 3)])]


def test_held_units_are_given_back(held: Shop) -> None:
    receipt = cancel(held, 1001)
    assert (receipt.status, receipt.cancelled, receipt.problems) == ("cancelled", 7, ())
    assert (held.level("MUG-1").fulfillable, held.level("MUG-1").held) == (10, 0)
    held.settle()
    assert held.network.requests == {}
    assert told(held) == [("buyer", [("mug", 5), ("tee", 2)])]


def test_a_part_of_the_held_units_is_given_back_and_the_rest_is_sent(held: Shop) -> None:
    assert cancel(held, 1001, {"1": 2}).status == "reserved"
    assert cancel(held, 1001, {"1": 1, "2": 2}).cancelled == 3
    held.place()
    (request,) = held.network.requests.values()
    assert [(item.sku, item.quantity) for item in request.items] == [("MUG-1", 2)]
    held.network.ship(held.fulfillment_id(1001))
    held.settle()
    assert held.status(1001) == "shipped"
    assert told(held) == [("buyer", [("mug", 2)]), ("buyer", [("mug", 1), ("tee", 2)])]


def test_what_the_network_cancels_of_the_rest_is_counted_beside_it(held: Shop) -> None:
    cancel(held, 1001, {"1": 2})
    held.place()
    assert cancel(held, 1001).requested == 5
    held.settle()
    assert held.status(1001) == "cancelled"
    assert held.level("MUG-1").fulfillable == 10
    assert told(held)[1:] == [("buyer", [("mug", 3), ("tee", 2)])]


def test_waiting_units_go_before_held_ones(shop: Shop) -> None:
    shop.receive("MUG-1", 3)
    shop.submit(1001, ("mug", 5), fulfillment_policy="FillAll")
    cancel(shop, 1001, {"1": 2})
    assert (shop.counts(1001).held, shop.counts(1001).waiting) == (3, 0)


def test_kits_are_cancelled_as_kits(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.receive("TEE-1", 10)
    shop.submit(1001, ("gift-set", 3))
    assert cancel(shop, 1001, {"1": 1}).cancelled == 3, "one mug and two tees"
    shop.settle()
    assert told(shop) == [("buyer", [("gift-set", 1)])]
    (request,) = shop.network.requests.values()
    assert [item.quantity for item in request.items] == [2, 4]


def test_freed_units_serve_those_who_wait(held: Shop) -> None:
    held.submit(1002, ("mug", 8))
    cancel(held, 1001)
    held.settle()
    assert held.status(1002) == "processing"


def test_an_order_on_hold_can_be_cancelled(shop: Shop) -> None:
    shop.submit(1001, ("mug", 1), hold="fraud check")
    assert cancel(shop, 1001).status == "cancelled"


def test_a_cancelled_order_can_be_cancelled_again(held: Shop) -> None:
    cancel(held, 1001)
    again = cancel(held, 1001)
    assert (again.cancelled, again.requested, again.problems) == (0, 0, ())
    held.settle()
    assert len(told(held)) == 1


def test_what_is_not_there_cannot_be_cancelled(held: Shop) -> None:
    with pytest.raises(NotFoundError, match="no order X"):
        held.engine.orders.cancel("X", reason="buyer")
    with pytest.raises(NotFoundError, match="has no line 9"):
        cancel(held, 1001, {"9": 1})
    with pytest.raises(ValueError, match="at least one"):
        cancel(held, 1001, {"1": 0})


# After submission -------------------------------------------------------------------------------


def test_an_accepted_order_is_asked_for_and_moves_only_on_the_answer(accepted: Shop) -> None:
    receipt = cancel(accepted, 1001)
    assert (receipt.status, receipt.cancelled, receipt.requested) == ("processing", 0, 7)
    assert accepted.level("MUG-1").committed == 5
    assert accepted.order(1001).cancellations[0]["state"] == "requested"
    assert told(accepted) == []
    accepted.settle()
    assert accepted.status(1001) == "cancelled"
    assert accepted.level("MUG-1").fulfillable == 10
    (request,) = accepted.order(1001).cancellations
    assert (request["state"], request["quantities"]) == ("confirmed", {"1": 5, "2": 2})
    assert told(accepted) == [("buyer", [("mug", 5), ("tee", 2)])]


def test_the_answer_to_the_call_is_no_proof(accepted: Shop) -> None:
    accepted.network.ignores_cancellation = True
    cancel(accepted, 1001)
    accepted.settle()
    assert accepted.level("MUG-1").committed == 5
    assert accepted.order(1001).cancellations[0]["state"] == "requested"
    accepted.network.ship(accepted.fulfillment_id(1001))
    accepted.settle()
    assert accepted.status(1001) == "shipped"
    assert accepted.order(1001).cancellations[0]["state"] == "overtaken"
    assert told(accepted) == []


def test_a_cancellation_that_is_confirmed_later_is_confirmed(accepted: Shop) -> None:
    accepted.network.ignores_cancellation = True
    cancel(accepted, 1001)
    accepted.settle()
    accepted.network.cancel(accepted.fulfillment_id(1001))
    accepted.settle()
    assert accepted.order(1001).cancellations[0]["state"] == "confirmed"
    assert told(accepted) == [("buyer", [("mug", 5), ("tee", 2)])]


def test_what_left_before_the_cancellation_is_overtaken_and_the_rest_is_told(
    accepted: Shop,
) -> None:
    number = accepted.fulfillment_id(1001)
    accepted.network.faults.before(
        "cancel_fulfillment",
        lambda _: accepted.network.ship(number, {"1": 5}) and None,
    )
    cancel(accepted, 1001)
    accepted.settle()
    accepted.network.faults.heal()
    accepted.network.cancel(number)
    accepted.settle()
    assert accepted.status(1001) == "shipped"
    assert accepted.counts(1001).cancelled == 2
    assert told(accepted) == [("buyer", [("tee", 2)])] or told(accepted)[0][1] == [("tee", 2)]


def test_a_cancellation_that_the_network_will_not_try_is_refused(accepted: Shop) -> None:
    accepted.network.advance_to(accepted.fulfillment_id(1001), FulfillmentOrderStatus.PROCESSING)
    cancel(accepted, 1001)
    accepted.settle()
    assert accepted.order(1001).cancellations[0]["state"] == "refused"
    assert accepted.counts(1001).committed == 7
    assert told(accepted) == []


def test_a_refusal_of_a_repeated_call_proves_nothing(accepted: Shop) -> None:
    """The first call arrived and its answer was lost; the second is refused as a repeat."""
    accepted.network.ignores_cancellation = True
    lost = OutcomeUnknown("cut")
    accepted.network.faults.fail("cancel_fulfillment", lost, after=True)
    cancel(accepted, 1001)
    accepted.place()
    again = RejectedError("InvalidInput", "is being cancelled")
    accepted.network.faults.fail("cancel_fulfillment", again)
    accepted.settle()
    assert accepted.order(1001).cancellations[0]["state"] == "requested"
    accepted.network.cancel(accepted.fulfillment_id(1001))
    accepted.settle()
    assert accepted.order(1001).cancellations[0]["state"] == "confirmed"
    assert told(accepted) == [("buyer", [("mug", 5), ("tee", 2)])]


def test_a_part_of_an_accepted_order_is_cancelled_by_lowering_quantities(accepted: Shop) -> None:
    receipt = cancel(accepted, 1001, {"1": 2})
    assert (receipt.cancelled, receipt.requested, receipt.problems) == (0, 2, ())
    accepted.settle()
    assert accepted.network.count("cancel_fulfillment") == 0
    (state,) = accepted.network.orders.values()
    assert {item.sku: item.quantity for item in state.items} == {"MUG-1": 3, "TEE-1": 2}
    assert (accepted.counts(1001).cancelled, accepted.level("MUG-1").fulfillable) == (2, 7)
    assert told(accepted) == [("buyer", [("mug", 2)])]


def test_parts_add_up_and_the_rest_may_follow(accepted: Shop) -> None:
    cancel(accepted, 1001, {"1": 2})
    cancel(accepted, 1001, {"1": 1, "2": 1})
    accepted.settle()
    assert accepted.counts(1001).cancelled == 4
    cancel(accepted, 1001)
    accepted.settle()
    assert accepted.status(1001) == "cancelled"
    assert [c["state"] for c in accepted.order(1001).cancellations] == ["confirmed"] * 3


def test_one_unit_of_each_item_has_to_stay(accepted: Shop) -> None:
    receipt = cancel(accepted, 1001, {"1": 5})
    assert receipt.requested == 4
    (problem,) = receipt.problems
    assert (problem.code, problem.field) == ("too_late", "lines[1]")
    assert "1 of MUG-1" in problem.message


def test_a_kit_of_several_skus_is_not_cut(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.receive("TEE-1", 10)
    shop.submit(1001, ("gift-set", 3))
    shop.place()
    receipt = cancel(shop, 1001, {"1": 1})
    assert (receipt.requested, len(receipt.problems)) == (0, 2)
    assert cancel(shop, 1001).requested == 9


def test_a_pair_is_cut_by_pairs(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug-pair", 3))
    shop.place()
    assert cancel(shop, 1001, {"1": 1}).requested == 2
    shop.settle()
    assert told(shop) == [("buyer", [("mug-pair", 1)])]


def test_an_update_whose_answer_was_lost_lowers_once(accepted: Shop) -> None:
    lost = OutcomeUnknown("cut")
    accepted.network.faults.fail("update_fulfillment", lost, after=True)
    cancel(accepted, 1001, {"1": 2})
    accepted.settle()
    assert accepted.network.count("update_fulfillment") == 1
    assert accepted.counts(1001).cancelled == 2


def test_a_part_is_cancelled_while_a_worker_places_the_order(held: Shop) -> None:
    held.network.faults.before(
        "create_fulfillment", lambda _: cancel(held, 1001, {"1": 2}) and None
    )
    held.place()
    held.network.faults.heal()
    held.settle()
    assert (held.counts(1001).committed, held.counts(1001).cancelled) == (5, 2)


def test_of_an_order_that_is_refused_meanwhile_the_part_is_cancelled(held: Shop) -> None:
    held.network.faults.before(
        "create_fulfillment", lambda _: cancel(held, 1001, {"1": 2}) and None
    )
    held.network.reject("InvalidInput", "no such address")
    held.place()
    held.network.faults.heal()
    counts = held.counts(1001)
    assert (counts.cancelled, counts.waiting, held.status(1001)) == (2, 5, "on_hold")
    held.settle()
    assert told(held) == [("buyer", [("mug", 2)])]


def test_asking_twice_is_one_request(accepted: Shop) -> None:
    cancel(accepted, 1001)
    again = cancel(accepted, 1001)
    assert again.requested == 7
    accepted.settle()
    assert accepted.network.count("cancel_fulfillment") == 1
    assert len(accepted.order(1001).cancellations) == 1
    assert len(told(accepted)) == 1


def test_a_refused_request_may_be_asked_again(accepted: Shop) -> None:
    busy = RejectedError("InvalidInput", "not now")
    accepted.network.faults.fail("cancel_fulfillment", busy)
    cancel(accepted, 1001)
    accepted.settle()
    accepted.clock.advance(60)
    cancel(accepted, 1001)
    accepted.settle()
    assert [c["state"] for c in accepted.order(1001).cancellations] == ["refused", "confirmed"]


def test_shipped_units_cannot_be_cancelled(accepted: Shop) -> None:
    accepted.network.ship(accepted.fulfillment_id(1001))
    accepted.follow()
    receipt = cancel(accepted, 1001)
    assert [problem.code for problem in receipt.problems] == ["too_late", "too_late"]


def test_an_order_in_two_pools_is_cancelled_part_by_part(shop: Shop) -> None:
    """What is held is cancelled at once, what was accepted is asked for."""
    shop.receive("MUG-1", 300)
    shop.submit(1001, ("mug", 300))
    shop.place()
    assert [f.status for f in shop.fulfillments(1001)] == ["New", None]
    receipt = cancel(shop, 1001)
    assert (receipt.cancelled, receipt.requested) == (50, 250)
    shop.settle()
    assert shop.status(1001) == "cancelled"
    assert told(shop) == [("buyer", [("mug", 50)]), ("buyer", [("mug", 250)])]
    assert CA not in {f.pool for f in shop.order(1001).fulfillment_orders}


# Races with submission --------------------------------------------------------------------------


def test_an_order_that_a_worker_has_taken_up_is_asked_for(held: Shop) -> None:
    """The effect is leased between: whether the call arrives is not known."""
    receipts: list[CancelReceipt] = []
    held.network.faults.before("create_fulfillment", lambda _: receipts.append(cancel(held, 1001)))
    held.place()
    assert (receipts[0].cancelled, receipts[0].requested) == (0, 7)
    assert held.counts(1001).committed == 7
    held.network.faults.heal()
    held.settle()
    assert held.status(1001) == "cancelled"
    assert told(held) == [("buyer", [("mug", 5), ("tee", 2)])]


def test_an_order_that_is_refused_while_its_cancellation_is_asked_for_is_cancelled(
    held: Shop,
) -> None:
    """It must not come back on hold: somebody might release it."""
    held.network.faults.before("create_fulfillment", lambda _: cancel(held, 1001) and None)
    held.network.reject("InvalidInput", "no such address")
    held.place()
    held.network.faults.heal()
    held.settle()
    order = held.order(1001)
    assert (order.status, order.hold_reason) == ("cancelled", None)
    assert [c["state"] for c in order.cancellations] == ["confirmed"]
    assert held.level("MUG-1").fulfillable == 10
    assert told(held) == [("buyer", [("mug", 5), ("tee", 2)])]


def test_a_cancellation_waits_for_the_order_that_was_not_placed_yet(held: Shop) -> None:
    held.network.faults.fail("create_fulfillment", TransientError("down"))
    held.place()
    assert cancel(held, 1001).requested == 7
    held.settle()
    calls = [
        name
        for name, _ in held.network.calls
        if name in ("create_fulfillment", "cancel_fulfillment")
    ]
    assert calls == ["create_fulfillment", "create_fulfillment", "cancel_fulfillment"]
    assert held.status(1001) == "cancelled"


def test_a_crash_while_cancelling_changes_nothing(held: Shop) -> None:
    with dying_at("cancel.before_commit"):
        cancel(held, 1001)
    assert held.counts(1001).held == 7
    assert cancel(held, 1001).cancelled == 7
