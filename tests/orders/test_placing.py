"""Placing orders with the network: once, whatever happens on the way."""

from __future__ import annotations

import pytest

from fake_network import FakeNetwork
from sample_orders import an_order
from shop import Shop, dying_at
from stockpool.errors import OutcomeUnknown, Throttled, TransientError
from stockpool.orders.placing import displayable_id
from stockpool.outbox.effects import Done, Later
from stockpool.plugins.network import RateLimit


@pytest.fixture
def ordered(shop: Shop) -> Shop:
    """Order 1001 holds three of ten mugs, and is to be placed."""
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 3))
    return shop


def test_an_accepted_order_is_committed(ordered: Shop) -> None:
    ordered.place()
    assert ordered.status(1001) == "processing"
    assert (ordered.level("MUG-1").held, ordered.level("MUG-1").committed) == (0, 3)
    (fulfillment,) = ordered.fulfillments(1001)
    assert (fulfillment.status, fulfillment.received_at) == ("New", ordered.clock.now())


def test_the_request_says_what_the_network_must_know(ordered: Shop) -> None:
    ordered.place()
    (request,) = ordered.network.requests.values()
    assert request.fulfillment_order_id == ordered.fulfillment_id(1001)
    assert (request.country, request.displayable_order_id) == ("US", "1001")
    assert request.displayable_order_comment
    assert [(item.sku, item.quantity) for item in request.items] == [("MUG-1", 3)]
    assert request.ship_to.line1 == "100 Pine Street"


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        ("1001", "1001"),
        ("  #10   01 ", "#10 01"),
        ("é" * 40, "é" * 40),
        ("x" * 41, "ours"),
        ("注文1", "ours"),
        ("   ", "ours"),
    ],
)
def test_the_buyer_sees_the_channels_number_where_it_can_be_printed(
    number: str, printed: str
) -> None:
    assert displayable_id(number, "ours") == printed


# Refused --------------------------------------------------------------------------------------


def test_a_refused_order_frees_its_units_and_waits_for_a_person(ordered: Shop) -> None:
    ordered.network.reject("InvalidInput", "the address is not known")
    ordered.place()
    order = ordered.order(1001)
    assert (order.status, order.hold_reason) == ("on_hold", "the network refused it: InvalidInput")
    assert (ordered.level("MUG-1").fulfillable, ordered.level("MUG-1").held) == (10, 0)
    (item,) = ordered.attention("InvalidInput")
    assert (item.kind, item.subject) == ("effect", order.order_id)
    ordered.settle()
    assert ordered.network.requests == {}, "nothing is repeated by itself"


def test_a_retry_of_a_refused_order_routes_it_anew_under_another_id(ordered: Shop) -> None:
    first = ordered.fulfillment_id(1001)
    ordered.network.reject()
    ordered.place()
    (item,) = ordered.attention()
    assert "routed anew: reserved" in ordered.engine.retry(item.id)
    assert ordered.attention() == []
    ordered.settle()
    assert ordered.status(1001) == "processing"
    assert ordered.fulfillment_id(1001) != first
    assert list(ordered.network.requests) == [ordered.fulfillment_id(1001)]


def test_a_refused_order_can_be_mended_by_an_edit(ordered: Shop) -> None:
    """Nothing of it is with the network, so the channel may correct it."""
    ordered.network.reject("InvalidInput", "the address is not known")
    ordered.place()
    assert ordered.submit(1001, ("mug", 2)).status == "reserved"
    ordered.settle()
    assert ordered.counts(1001).committed == 2


def test_a_refused_order_that_was_routed_anew_can_be_held(ordered: Shop) -> None:
    ordered.network.reject()
    ordered.place()
    order_id = ordered.order(1001).order_id
    ordered.engine.orders.release(order_id)
    assert ordered.engine.orders.hold(order_id, reason="fraud check") == "on_hold"
    assert ordered.level("MUG-1").fulfillable == 10


def test_one_refused_part_leaves_the_other_part_alone(shop: Shop) -> None:
    shop.receive("MUG-1", 500)
    shop.submit(1001, ("mug", 300))
    shop.network.reject(when=lambda order_id: order_id.endswith("-2"))
    shop.settle()
    assert (shop.counts(1001).committed, shop.counts(1001).waiting) == (250, 50)
    assert shop.status(1001) == "on_hold"


def test_dropping_a_refused_order_leaves_it_on_hold(ordered: Shop) -> None:
    ordered.network.reject()
    ordered.place()
    (item,) = ordered.attention()
    ordered.engine.drop(item.id)
    assert (ordered.attention(), ordered.status(1001)) == ([], "on_hold")


# Outcome unknown ------------------------------------------------------------------------------


def test_an_order_whose_answer_was_lost_is_adopted_not_repeated(ordered: Shop) -> None:
    ordered.network.faults.fail("create_fulfillment", OutcomeUnknown("cut"), after=True)
    (outcome,) = ordered.place()
    assert isinstance(outcome, Later)
    assert ordered.counts(1001).held == 3
    ordered.clock.advance(60)
    (outcome,) = ordered.place()
    assert isinstance(outcome, Done)
    assert outcome.result["adopted"]
    assert ordered.counts(1001).committed == 3
    assert ordered.network.count("create_fulfillment") == 1


def test_an_order_that_never_arrived_is_repeated_under_the_same_id(ordered: Shop) -> None:
    ordered.network.faults.fail("create_fulfillment", OutcomeUnknown("cut"))
    ordered.settle()
    assert [subject for name, subject in ordered.network.calls if name != "changes"] == [
        ordered.fulfillment_id(1001)
    ] * 3, "create, get, create"
    assert ordered.counts(1001).committed == 3


@pytest.mark.parametrize("code", ["AlreadyExists", "InvalidInput"])
def test_an_id_that_the_network_knows_already_is_adopted(ordered: Shop, code: str) -> None:
    """Whatever code it is refused with: a worker died between the call and its result."""
    ordered.network.duplicate_code = code
    with dying_at("effects.after_call"):
        ordered.place()
    ordered.network.faults.fail("get_fulfillment", TransientError("busy"))
    ordered.clock.advance(60)
    ordered.settle()
    assert ordered.counts(1001).committed == 3
    assert len(ordered.network.requests) == 1
    assert ordered.attention() == []


def test_an_unknown_first_call_that_is_refused_and_found_is_adopted(ordered: Shop) -> None:
    """The network answers the very first call with 'exists': it retried on its own."""
    ordered.network.faults.after(
        "create_fulfillment",
        lambda order_id: ordered.network.reject("AlreadyExists", when=lambda o: o == order_id),
    )
    ordered.settle()
    assert ordered.counts(1001).committed == 3


def test_a_throttled_call_costs_no_attempt_and_waits(ordered: Shop) -> None:
    ordered.network.faults.fail("create_fulfillment", Throttled("slow down", retry_after=20))
    (outcome,) = ordered.place()
    assert isinstance(outcome, Later)
    assert outcome.excused
    ordered.clock.advance(19)
    assert ordered.place() == []
    ordered.clock.advance(2)
    (outcome,) = ordered.place()
    assert isinstance(outcome, Done)
    assert outcome.effect.attempts == 1


def test_the_networks_rate_is_kept(shop: Shop) -> None:
    limited = FakeNetwork(clock=shop.clock, limits={"createFulfillmentOrder": RateLimit(2, 4)})
    shop.engine.networks["amazon-na"] = limited
    shop.engine.duties.networks = {"amazon-na": limited}
    shop.receive("MUG-1", 50)
    shop.engine.orders.submit_many(an_order(n, ("mug", 1)) for n in range(20))
    started = shop.clock.now()
    while len(limited.requests) < 20:
        shop.place()
        shop.clock.advance(0.5)
    assert (shop.clock.now() - started).total_seconds() >= (20 - 4) / 2


def test_after_many_attempts_without_an_answer_a_person_is_asked(ordered: Shop) -> None:
    ordered.network.faults.fail("create_fulfillment", TransientError("down"), times=None)
    ordered.settle()
    (item,) = ordered.attention("gave_up")
    assert ordered.counts(1001).held == 3, "nothing says that the network will not send it"
    ordered.network.faults.heal()
    assert "is tried again" in ordered.engine.retry(item.id)
    ordered.settle()
    assert ordered.counts(1001).committed == 3
    assert ordered.network.count("get_fulfillment") >= 1, "it was asked about before the repeat"


def test_a_fault_in_the_plugin_is_contained_and_tried_again(ordered: Shop) -> None:
    ordered.network.faults.fail("create_fulfillment", ValueError("Ada Buyer lives here"))
    (outcome,) = ordered.place()
    assert isinstance(outcome, Later)
    assert "Ada" not in outcome.error
    ordered.settle()
    assert ordered.counts(1001).committed == 3


def test_one_orders_failure_hides_no_other(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    for number in range(5):
        shop.submit(number, ("mug", 1))
    bad = shop.fulfillment_id(2)
    shop.network.faults.fail("create_fulfillment", ValueError("?"), when=lambda o: o == bad)
    outcomes = shop.place()
    assert sum(isinstance(outcome, Done) for outcome in outcomes) == 4
    assert [shop.status(n) for n in range(5)].count("processing") == 4


def test_a_demanded_feature_that_is_not_granted_raises_an_alarm(ordered: Shop) -> None:
    ordered.network.grants = frozenset({"BLANK_BOX"})
    ordered.submit(1002, ("mug", 1), features=("BLANK_BOX", "BLOCK_AMZL"))
    ordered.place()
    (item,) = ordered.attention("feature_not_granted")
    assert "without BLOCK_AMZL" in item.message
    assert item.subject == ordered.order(1002).order_id


def test_what_is_given_up_before_the_call_is_not_asked_for(ordered: Shop) -> None:
    ordered.engine.orders.cancel(ordered.order(1001).order_id, reason="buyer", lines={"1": 1})
    ordered.place()
    (request,) = ordered.network.requests.values()
    assert [item.quantity for item in request.items] == [2]


def test_dropping_an_order_that_was_given_up_gives_its_units_back(ordered: Shop) -> None:
    ordered.network.faults.fail("create_fulfillment", TransientError("down"), times=None)
    ordered.settle()
    (item,) = ordered.attention("gave_up")
    ordered.engine.drop(item.id)
    assert ordered.level("MUG-1").fulfillable == 10
    assert (ordered.status(1001), ordered.attention()) == ("cancelled", [])
