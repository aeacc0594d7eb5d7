"""The network's news, stored: shipments, parcels, counts, and what the channel is told of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fake_network import FakeNetwork
from histories import histories
from shop import Shop, dying_at
from stockpool.errors import OutcomeUnknown
from stockpool.plugins.network import (
    ChangePage,
    FulfillmentOrderStatus,
    FulfillmentState,
    PackageStatus,
    ShipmentStatus,
)


@pytest.fixture
def placed(shop: Shop) -> Shop:
    """Order 1001: four mugs and three tees, accepted by the network."""
    shop.receive("MUG-1", 10)
    shop.receive("TEE-1", 10)
    shop.submit(1001, ("mug", 4), ("tee", 3))
    shop.place()
    shop.clock.advance(60)
    return shop


def tell(shop: Shop, *states: FulfillmentState) -> int:
    """Take in one page of news, whatever the network itself would say."""
    network = shop.engine.networks["amazon-na"]
    assert isinstance(network, FakeNetwork)
    pages = iter([states])
    original = network.changes
    network.changes = lambda cursor: ChangePage(next(pages), cursor)  # type: ignore[method-assign]
    try:
        return shop.follow()
    finally:
        network.changes = original  # type: ignore[method-assign]


_numbers = count(1)


def state_of(shop: Shop) -> FulfillmentState:
    return shop.network.orders[shop.fulfillment_id(1001)]


# The usual way --------------------------------------------------------------------------------


def test_shipped_units_leave_the_stock(placed: Shop) -> None:
    placed.network.ship(placed.fulfillment_id(1001))
    placed.follow()
    assert placed.status(1001) == "shipped"
    level = placed.level("MUG-1")
    assert (level.fulfillable, level.committed, level.customer) == (6, 0, 4)


def test_a_part_that_left_makes_the_order_partly_shipped(placed: Shop) -> None:
    placed.network.ship(placed.fulfillment_id(1001), {"1": 1})
    placed.follow()
    assert placed.status(1001) == "partly_shipped"
    assert (placed.counts(1001).shipped, placed.counts(1001).committed) == (1, 6)


def test_an_order_is_delivered_when_everything_that_left_has_arrived(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    placed.network.ship(number, packages=2)
    placed.follow()
    first, second = (p.package_number for p in placed.fulfillments(1001)[0].packages)
    placed.network.deliver(number, PackageStatus.DELIVERED, first)
    placed.follow()
    assert placed.status(1001) == "shipped"
    placed.network.deliver(number, PackageStatus.DELIVERED, second)
    placed.follow()
    assert placed.status(1001) == "delivered"


def test_each_parcel_is_told_once(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    placed.network.ship(number, {"1": 4}, packages=2)
    placed.settle()
    placed.network.ship(number, {"2": 3})
    placed.network.tell_again(number)
    placed.settle()
    placed.network.deliver(number)
    placed.settle()
    told = placed.channel.tracking
    assert [[(line.channel_sku, line.quantity) for line in u.lines] for u in told] == [
        [("mug", 2)],
        [("mug", 2)],
        [("tee", 3)],
    ]
    assert len({u.key for u in told}) == 3
    assert {u.channel_order_id for u in told} == {"1001"}
    assert sum(len(p.updates) for p in placed.channel.pushes if p.operation == "push_tracking") == 3


def test_a_parcel_is_told_when_its_number_is_there(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    shipment = placed.network.ship(number, tracked=False)
    placed.settle()
    assert placed.channel.tracking == []
    tracked = tuple(replace(p, tracking_number="1Z9") for p in shipment.packages)
    told = replace(state_of(placed), shipments=(replace(shipment, packages=tracked),))
    tell(placed, told)
    placed.settle()
    assert [u.tracking_number for u in placed.channel.tracking] == ["1Z9"]


def test_a_parcel_that_has_not_left_is_not_told(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    shipment = placed.network.ship(number)
    pending = replace(shipment, status=ShipmentStatus.PENDING)
    processing = FulfillmentOrderStatus.PROCESSING
    tell(placed, replace(state_of(placed), status=processing, shipments=(pending,)))
    assert placed.place() == []
    assert placed.counts(1001).shipped == 0
    placed.settle()
    assert len(placed.channel.tracking) == 1


def test_which_parcel_holds_what_may_be_told_after_it_left(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    shipment = placed.network.ship(number)
    loose = tuple(replace(item, package_number=None) for item in shipment.items)
    tell(
        placed,
        replace(state_of(placed), shipments=(replace(shipment, items=loose, packages=()),)),
    )
    assert placed.counts(1001).shipped == 7
    placed.settle()
    (update,) = placed.channel.tracking
    assert [(line.channel_sku, line.quantity) for line in update.lines] == [("mug", 4), ("tee", 3)]


def test_a_kit_in_two_parcels_is_one_kit_in_each(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.receive("TEE-1", 10)
    shop.submit(1001, ("gift-set", 2))
    shop.place()
    number = shop.fulfillment_id(1001)
    shop.network.ship(number, {"1": 2})
    shop.network.ship(number, {"2": 4})
    shop.settle()
    assert [[(li.channel_sku, li.quantity) for li in u.lines] for u in shop.channel.tracking] == [
        [("gift-set", 2)],
        [("gift-set", 2)],
    ]


# Late, repeated, contradictory ----------------------------------------------------------------


def test_how_a_parcel_fares_is_told_once_for_each_status(placed: Shop) -> None:
    order_id = placed.fulfillment_id(1001)
    placed.network.ship(order_id)
    placed.settle()
    for status in (PackageStatus.OUT_FOR_DELIVERY, PackageStatus.DELIVERED):
        placed.network.deliver(order_id, status)
        for _ in range(2):
            placed.clock.advance(60)
            placed.settle()
    told = [(one.package, one.status) for one in placed.channel.deliveries]
    assert told[-2:] == [(f"{order_id}/1", "out_for_delivery"), (f"{order_id}/1", "delivered")]
    assert len(told) == len(set(told))
    (parcel,) = placed.channel.tracking
    assert {one.tracking_number for one in placed.channel.deliveries} == {parcel.tracking_number}
    operations = [push.operation for push in placed.channel.pushes]
    assert operations.index("push_tracking") < operations.index("push_delivery")


def test_a_parcel_that_goes_by_another_number_is_told_of_once(placed: Shop) -> None:
    """After the parcel itself, and before what happens to it under the new number."""
    number = placed.fulfillment_id(1001)
    placed.network.ship(number)
    placed.settle()
    placed.network.relabel(number, 1, "FEDEX", "FX-1")
    placed.network.deliver(number, PackageStatus.OUT_FOR_DELIVERY)
    for _ in range(2):
        placed.clock.advance(60)
        placed.settle()
    (parcel,) = placed.channel.tracking
    (change,) = placed.channel.tracking_changes
    assert (change.former_carrier_code, change.former_tracking_number) == (
        parcel.carrier_code,
        parcel.tracking_number,
    )
    assert (change.carrier_code, change.tracking_number) == ("FEDEX", "FX-1")
    assert change.package == parcel.package
    assert placed.channel.deliveries[-1].tracking_number == "FX-1"
    operations = [push.operation for push in placed.channel.pushes]
    assert operations[-2:] == ["push_tracking_change", "push_delivery"]


def test_a_number_that_comes_back_is_a_change_of_its_own(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    placed.network.ship(number)
    placed.settle()
    (parcel,) = placed.channel.tracking
    told = [("FEDEX", "FX-1"), (parcel.carrier_code, parcel.tracking_number)] * 2
    for label in told:
        placed.clock.advance(60)
        placed.network.relabel(number, 1, *label)
        placed.settle()
    changes = placed.channel.tracking_changes
    assert [(c.carrier_code, c.tracking_number) for c in changes] == told


def test_a_parcel_is_told_again_with_the_number_that_the_shop_was_given(placed: Shop) -> None:
    """The answer was lost, and then the number changed: the shop is asked for the first one."""
    number = placed.fulfillment_id(1001)
    placed.network.ship(number)
    placed.channel.faults.fail("push_tracking", OutcomeUnknown("push_tracking"), after=True)
    placed.follow()
    placed.engine.work()
    placed.network.relabel(number, 1, "FEDEX", "FX-1")
    for _ in range(3):
        placed.clock.advance(600)
        placed.settle()
    assert placed.channel.altered == []
    (parcel,) = placed.channel.tracking
    (change,) = placed.channel.tracking_changes
    assert (parcel.tracking_number, change.tracking_number) == ("1Z00000001", "FX-1")


def test_a_number_that_changes_before_the_parcel_leaves_is_no_change(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    shipment = placed.network.ship(number)
    (package,) = shipment.packages
    early = replace(shipment, status=ShipmentStatus.PENDING, shipped_at=None)
    early = replace(early, packages=(replace(package, tracking_number="OLD-1"),))
    tell(placed, replace(state_of(placed), shipments=(early,)))
    placed.clock.advance(60)
    placed.settle()
    assert [parcel.tracking_number for parcel in placed.channel.tracking] == ["1Z00000001"]
    assert placed.channel.tracking_changes == []


def test_the_same_news_again_change_nothing(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    placed.network.ship(number, {"1": 2})
    placed.settle()
    before = (placed.order(1001), placed.engine.inventory.moves())
    for _ in range(3):
        placed.network.tell_again(number)
        placed.settle()
    assert (placed.order(1001), placed.engine.inventory.moves()) == before


def test_late_news_turn_nothing_back(placed: Shop) -> None:
    early = state_of(placed)
    number = placed.fulfillment_id(1001)
    placed.network.ship(number)
    middle = state_of(placed)
    placed.clock.advance(60)
    placed.network.deliver(number)
    placed.follow()
    for late in (early, middle):
        assert tell(placed, late) == 0
    assert placed.status(1001) == "delivered"


def test_delivered_never_turns_back(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    placed.network.ship(number)
    placed.network.deliver(number)
    placed.follow()
    placed.clock.advance(60)
    placed.network.deliver(number, PackageStatus.IN_TRANSIT)
    placed.follow()
    assert placed.status(1001) == "delivered"
    assert [p.status for p in placed.fulfillments(1001)[0].packages] == ["DELIVERED"]


def test_a_final_status_is_not_left_again(placed: Shop) -> None:
    placed.network.ship(placed.fulfillment_id(1001))
    placed.follow()
    tell(placed, replace(state_of(placed), status=FulfillmentOrderStatus.PROCESSING))
    assert placed.fulfillments(1001)[0].status == "Complete"


def test_of_two_states_in_one_page_the_later_counts(placed: Shop) -> None:
    early = state_of(placed)
    placed.clock.advance(60)
    placed.network.ship(placed.fulfillment_id(1001))
    assert tell(placed, state_of(placed), early) == 1
    assert placed.status(1001) == "shipped"


def test_a_contradiction_changes_nothing_and_is_shown(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    shipment = placed.network.ship(number)
    twice = replace(state_of(placed), shipments=(shipment, replace(shipment, shipment_id="S-2")))
    tell(placed, twice)
    assert placed.counts(1001).committed == 7
    (item,) = placed.attention("contradictory_state")
    assert item.subject == placed.order(1001).order_id
    placed.settle()
    assert placed.status(1001) == "shipped", "the next state that makes sense is taken"


def test_units_that_a_final_state_forgets_are_shown(placed: Shop) -> None:
    tell(placed, replace(state_of(placed), status=FulfillmentOrderStatus.COMPLETE))
    (item,) = placed.attention("unaccounted_units")
    assert "7 units" in item.message


def test_news_of_orders_that_are_not_ours_are_passed_over(placed: Shop) -> None:
    assert tell(placed, replace(state_of(placed), fulfillment_order_id="of-somebody-else")) == 0


def test_news_that_come_before_the_answer_are_the_answer(shop: Shop) -> None:
    """The worker dies between the call and its result; the network's news are read first."""
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 3))
    with dying_at("effects.after_call"):
        shop.place()
    shop.network.ship(shop.fulfillment_id(1001))
    shop.follow()
    assert shop.status(1001) == "shipped"
    shop.settle()
    assert (shop.status(1001), len(shop.network.requests)) == ("shipped", 1)
    assert shop.attention() == []


def test_news_of_an_order_that_was_given_up_are_shown(shop: Shop) -> None:
    """Dropped by hand after many attempts, it turns out to have arrived."""
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 3))
    for operation in ("create_fulfillment", "get_fulfillment", "changes"):
        shop.network.faults.fail(
            operation, lambda: OutcomeUnknown("no answer"), after=True, times=None
        )
    shop.settle()
    (item,) = shop.attention("gave_up")
    shop.engine.drop(item.id)
    shop.network.faults.heal()
    shop.network.ship(shop.order(1001).fulfillment_orders[0].fulfillment_order_id)
    shop.follow()
    assert len(shop.attention("contradictory_state")) == 1


# What does not come -----------------------------------------------------------------------------


def test_a_shipment_that_the_center_cancels_is_planned_anew(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    shipment = placed.network.ship(number)
    gone = replace(shipment, status=ShipmentStatus.CANCELLED_BY_FULFILLER, packages=())
    again = replace(shipment, shipment_id="S-2")
    processing = FulfillmentOrderStatus.PROCESSING
    tell(placed, replace(state_of(placed), status=processing, shipments=(gone,)))
    assert placed.counts(1001).committed == 7
    tell(placed, replace(state_of(placed), shipments=(gone, again)))
    assert placed.counts(1001).shipped == 7
    assert placed.attention() == []


def test_units_that_the_network_cannot_find_are_told_and_shown(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    placed.network.cannot_fill(number, {"1": 1}, "no stock found")
    placed.network.ship(number)
    placed.settle()
    assert placed.counts(1001).unfulfillable == 1
    (item,) = placed.attention("unfulfillable")
    assert "1 of MUG-1" in item.message
    assert "no stock found" in item.message
    (update,) = placed.channel.cancellations
    assert (update.reason, [(li.channel_sku, li.quantity) for li in update.lines]) == (
        "unfulfillable",
        [("mug", 1)],
    )
    assert placed.level("MUG-1").adjustment == 1, "gone until a snapshot shows it"


def test_items_stopped_one_after_the_other_are_told_one_by_one(placed: Shop) -> None:
    """As many units of one item, and then of the other."""
    number = placed.fulfillment_id(1001)
    for item_id in ("1", "2"):
        placed.clock.advance(60)
        placed.network.cannot_fill(number, {item_id: 2})
        placed.settle()
    assert [
        [(li.channel_sku, li.quantity) for li in u.lines] for u in placed.channel.cancellations
    ] == [[("mug", 2)], [("tee", 2)]]


def test_the_parts_of_a_kit_are_told_as_kits_once(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.receive("TEE-1", 10)
    shop.submit(1001, ("gift-set", 3))
    shop.place()
    number = shop.fulfillment_id(1001)
    for units in ({"1": 1}, {"2": 1}, {"2": 1}, {"2": 4}, {"1": 2}):
        shop.clock.advance(60)
        shop.network.cannot_fill(number, units)
        shop.settle()
    told = [u.lines[0].quantity for u in shop.channel.cancellations]
    assert sum(told) == 3
    assert shop.status(1001) == "unfulfillable"


def test_an_order_that_turns_out_invalid_lets_its_units_go(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    tell(
        placed,
        replace(
            state_of(placed),
            status=FulfillmentOrderStatus.INVALID,
            status_reason="InvalidDestinationAddress",
        ),
    )
    assert placed.level("MUG-1").fulfillable == 10
    assert placed.status(1001) == "unfulfillable"
    assert "InvalidDestinationAddress" in placed.attention("unfulfillable")[0].message
    assert placed.order(1001).fulfillment_orders[0].fulfillment_order_id == number


def test_a_parcel_in_trouble_is_shown(placed: Shop) -> None:
    number = placed.fulfillment_id(1001)
    placed.network.ship(number)
    placed.network.deliver(number, PackageStatus.UNDELIVERABLE)
    placed.follow()
    (item,) = placed.attention("delivery_failed")
    assert "package 1 (UNDELIVERABLE)" in item.message


# Any order, any number of times, with the database ----------------------------------------------


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_shuffled_and_repeated_news_give_the_counts_of_those_in_order(
    shop: Shop, data: st.DataObject
) -> None:
    numbers = [next(_numbers), next(_numbers)]
    shop.receive("MUG-1", 8)
    shop.receive("TEE-1", 6)
    for number in numbers:
        shop.submit(f"h{number}", ("mug", 4), ("tee", 3))
    shop.place()
    ids = [shop.fulfillment_id(f"h{number}") for number in numbers]
    history = data.draw(histories("one", (4, 3)))
    shuffled = data.draw(
        st.permutations(history + data.draw(st.lists(st.sampled_from(history), max_size=3)))
    )
    for state in history:
        tell(shop, replace(state, fulfillment_order_id=ids[0]))
    pages = data.draw(st.integers(1, 3))
    for start in range(0, len(shuffled), pages):
        page = shuffled[start : start + pages]
        tell(shop, *(replace(state, fulfillment_order_id=ids[1]) for state in page))
    assert shop.counts(f"h{numbers[1]}") == shop.counts(f"h{numbers[0]}")
    shop.place()
    assert shop.engine.verify().violations == ()
