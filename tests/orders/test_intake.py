"""Taking in orders: one at a time or by the thousand, each once, and none dropped."""

from __future__ import annotations

import pytest

from sample_orders import SEATTLE, TORONTO, an_order
from shop import CA, US, Shop
from stockpool.errors import ConflictError, NotFoundError
from stockpool.order_request import OrderLine, OrderRequest
from stockpool.orders.status import OrderStatus
from stockpool.storage.bulk import statements

SHORT = SEATTLE.model_copy(update={"postal_code": None})


# Identity ---------------------------------------------------------------------------------------


def test_an_accepted_order_holds_its_stock(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    receipt = shop.submit(1001, ("mug", 3))
    assert (receipt.status, receipt.duplicate, receipt.problems) == ("reserved", False, ())
    assert (shop.level("MUG-1").fulfillable, shop.level("MUG-1").held) == (7, 3)


def test_the_same_request_again_is_the_same_order(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    first = shop.submit(1001, ("mug", 3), source="orders.csv:2")
    again = shop.submit(1001, ("mug", 3), source="other.csv:7")
    assert (again.order_id, again.status) == (first.order_id, first.status)
    assert again.duplicate
    assert shop.level("MUG-1").held == 3


def test_a_repeat_says_how_the_order_stands_now(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 3))
    shop.place()
    assert shop.submit(1001, ("mug", 3)).status == "processing"


def test_one_id_on_two_channels_is_two_orders(shop: Shop) -> None:
    shop.engine.catalog.list_on("shop-b", channel_sku="mug", sku="MUG-1")
    shop.receive("MUG-1", 10)
    here = shop.submit(1001, ("mug", 1))
    there = shop.submit(1001, ("mug", 1), channel="shop-b")
    assert here.order_id != there.order_id
    assert shop.level("MUG-1").held == 2


def test_other_content_before_submission_is_an_edit(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    first = shop.submit(1001, ("mug", 3))
    edited = shop.submit(1001, ("mug", 5), ("tee", 1), ship_to=TORONTO)
    assert (edited.order_id, edited.edited) == (first.order_id, True)
    order = shop.order(1001)
    assert (order.country, [line.count for line in order.lines]) == ("CA", [5, 1])


def test_an_edit_gives_back_what_the_first_content_held(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 8))
    assert shop.submit(1001, ("mug", 9)).status == "reserved"
    assert (shop.level("MUG-1").fulfillable, shop.level("MUG-1").held) == (1, 9)
    shop.place()
    (request,) = shop.network.requests.values()
    assert [item.quantity for item in request.items] == [9]


def test_an_order_can_be_edited_again_and_again(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    for quantity in (1, 2, 3, 2, 1):
        shop.submit(1001, ("mug", quantity))
    assert shop.counts(1001).held == 1
    assert len({f.fulfillment_order_id for f in shop.order(1001).fulfillment_orders}) == 5


def test_other_content_after_submission_is_a_conflict(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 3))
    shop.place()
    with pytest.raises(ConflictError, match="1001 came again with other content"):
        shop.submit(1001, ("mug", 4))
    assert shop.counts(1001).committed == 3
    (item,) = shop.attention("conflict")
    assert item.fix == "cancel the order, or send the new content under a new id"


def test_a_conflict_in_a_batch_is_one_receipt_and_stops_nobody(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 3))
    shop.place()
    conflict, fresh = shop.engine.orders.submit_many(
        [an_order(1001, ("mug", 4)), an_order(1002, ("mug", 1))]
    )
    assert (conflict.status, [p.code for p in conflict.problems]) == ("processing", ["conflict"])
    assert fresh.status == "reserved"


def test_an_edit_that_somebody_else_has_applied_is_a_repeat(shop: Shop) -> None:
    """Two pollers read the same edit; the second comes when the order was submitted already."""
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 3))
    edit = an_order(1001, ("mug", 4))
    orders = shop.engine.orders
    taken = orders.take_in

    shop.submit(1001, ("mug", 4))
    shop.place()
    (receipt,) = taken([edit])
    assert (receipt.duplicate, receipt.problems) == (True, ())


def test_an_edit_that_cannot_be_accepted_is_kept_for_a_person(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    first = shop.submit(1001, ("mug", 3))
    edit = shop.submit(1001, ("mug", 3), ship_to=SHORT)
    assert (edit.order_id, edit.status) == (first.order_id, "reserved")
    assert [problem.field for problem in edit.problems] == ["ship_to.postal_code"]
    (item,) = shop.attention("missing_address_field")
    assert item.key == "intake:web:1001"
    shop.submit(1001, ("mug", 2))
    assert shop.attention() == []
    with pytest.raises(NotFoundError, match="parked"):
        shop.engine.orders.retry_parked("web", "1001")


def test_an_order_that_waits_can_be_edited(shop: Shop) -> None:
    shop.submit(1001, ("mug", 3))
    shop.receive("TEE-1", 1)
    assert shop.submit(1001, ("tee", 1)).status == "reserved"


def test_an_edit_that_holds_the_order_gives_its_units_back(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 3))
    assert shop.submit(1001, ("mug", 3), hold="fraud check").status == "on_hold"
    assert shop.level("MUG-1").fulfillable == 10


def test_what_the_channel_is_told_is_lost_cannot_be_edited_away(shop: Shop) -> None:
    """It is told that the mugs of line 1 won't be shipped; line 1 must not become tees."""
    shop.submit(1001, ("mug", 2), backorder=False)
    with pytest.raises(ConflictError, match="unfulfillable already"):
        shop.submit(1001, ("tee", 2), backorder=True)
    shop.place()
    assert [c.lines[0].channel_sku for c in shop.channel.cancellations] == ["mug"]


def test_an_order_with_a_refund_cannot_be_edited(shop: Shop) -> None:
    """Its lines say what was paid."""
    shop.engine.orders.submit(priced(1001, "9.00"))
    order_id = shop.order(1001).order_id
    shop.engine.orders.refund(order_id, "9.00", "USD", reason="late", key="k1")
    with pytest.raises(ConflictError):
        shop.engine.orders.submit(priced(1001, "1.00"))


def priced(number: int, price: str) -> OrderRequest:
    line = OrderLine(line_id="1", channel_sku="mug", quantity=1, unit_price=price, currency="USD")
    return an_order(number).model_copy(update={"lines": (line,)})


# Ids twice in one batch ---------------------------------------------------------------------------


def test_the_same_request_twice_in_a_batch_is_one_order(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    first, again = shop.engine.orders.submit_many([an_order(1001, ("mug", 2))] * 2)
    assert (first.duplicate, again.duplicate) == (False, True)
    assert first.order_id == again.order_id
    assert shop.level("MUG-1").held == 2


def test_other_content_later_in_the_batch_is_an_edit(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    first, second = shop.engine.orders.submit_many(
        [an_order(1001, ("mug", 2)), an_order(1001, ("mug", 5))]
    )
    assert (first.edited, second.edited, second.order_id) == (False, True, first.order_id)
    assert shop.counts(1001).held == 5


@pytest.mark.parametrize("known", [False, True])
def test_the_last_content_of_a_batch_wins_even_if_it_was_the_first(shop: Shop, known: bool) -> None:
    shop.receive("MUG-1", 10)
    two, five = an_order(1001, ("mug", 2)), an_order(1001, ("mug", 5))
    if known:
        shop.engine.orders.submit(two)
    receipts = shop.engine.orders.submit_many([two, five, two])
    assert shop.counts(1001).held == 2
    assert len({receipt.order_id for receipt in receipts}) == 1


def test_a_good_request_after_a_bad_one_of_the_same_id_is_accepted(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    bad, good = shop.engine.orders.submit_many(
        [an_order(1001, ("mug", 2), ship_to=SHORT), an_order(1001, ("mug", 2))]
    )
    assert (bad.status, good.status) == ("parked", "reserved")
    assert shop.attention() == []


def test_a_bad_request_after_a_good_one_of_the_same_id_changes_nothing(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    good, bad = shop.engine.orders.submit_many(
        [an_order(1001, ("mug", 2)), an_order(1001, ("mug", 2), ship_to=SHORT)]
    )
    assert bad.order_id == good.order_id
    assert bad.problems[0].code == "missing_address_field"
    assert shop.counts(1001).held == 2
    assert len(shop.attention("missing_address_field")) == 1


# Parked requests --------------------------------------------------------------------------------


def test_an_unknown_sku_parks_the_request_until_it_is_listed(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    receipt = shop.submit(1001, ("cup", 2), source="orders.csv:12")
    assert (receipt.order_id, receipt.status) == (None, "parked")
    (problem,) = receipt.problems
    assert (problem.code, problem.field, problem.source) == (
        "unknown_sku",
        "lines[0].channel_sku",
        "orders.csv:12",
    )
    (item,) = shop.attention()
    assert (item.kind, item.subject, item.code) == ("intake", "1001", "unknown_sku")
    assert shop.engine.orders.find("web", "1001") is None

    shop.engine.catalog.list_on("web", channel_sku="cup", sku="MUG-1")
    assert "was accepted: reserved" in shop.engine.retry(item.id)
    assert shop.attention() == []
    assert shop.counts(1001).held == 2


def test_every_problem_of_a_request_is_told_at_once(shop: Shop) -> None:
    receipt = shop.submit(1001, ("cup", 0), ("mug", 1), ship_to=SHORT)
    assert [problem.code for problem in receipt.problems] == [
        "missing_address_field",
        "invalid_quantity",
        "unknown_sku",
    ]
    (item,) = shop.attention()
    assert item.problems == receipt.problems


def test_a_parked_request_that_comes_again_is_one_item(shop: Shop) -> None:
    shop.submit(1001, ("cup", 1))
    shop.clock.advance(60)
    shop.submit(1001, ("cup", 1))
    (item,) = shop.attention()
    assert (item.sightings, item.last_seen_at) == (2, shop.clock.now())


def test_a_parked_request_is_replaced_by_its_newest_form(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("cup", 1))
    shop.submit(1001, ("cup", 4))
    shop.engine.catalog.list_on("web", channel_sku="cup", sku="MUG-1")
    shop.engine.orders.retry_parked("web", "1001")
    assert shop.counts(1001).held == 4


def test_a_mended_request_closes_the_case_by_itself(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 1), ship_to=SHORT)
    assert shop.submit(1001, ("mug", 1)).status == "reserved"
    assert shop.attention() == []
    with pytest.raises(NotFoundError, match="parked"):
        shop.engine.orders.retry_parked("web", "1001")


def test_one_bad_request_among_a_thousand_stops_nobody(shop: Shop) -> None:
    shop.receive("MUG-1", 1_000)
    requests = [an_order(n, ("mug", 1)) for n in range(1_000)]
    requests.insert(500, an_order("bad", ("mug", 1), ship_to=SHORT))
    receipts = shop.engine.orders.submit_many(requests)
    assert [r.channel_order_id for r in receipts] == [r.channel_order_id for r in requests]
    assert [r.status for r in receipts].count(OrderStatus.RESERVED) == 1_000
    assert receipts[500].status == "parked"
    assert shop.level("MUG-1").held == 1_000


def test_amounts_that_no_database_can_hold_park_the_request(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    receipts = shop.engine.orders.submit_many(
        [priced(1001, "9" * 25), an_order(1002, ("mug", 1)), priced(1003, "1E+400")]
    )
    assert [r.status for r in receipts] == ["parked", "reserved", "parked"]
    assert receipts[0].problems[0].field == "lines[0].unit_price"


@pytest.mark.parametrize("field", ["hold", "comment"])
def test_a_control_character_parks_the_request(shop: Shop, field: str) -> None:
    shop.receive("MUG-1", 10)
    receipts = shop.engine.orders.submit_many(
        [an_order(1001, ("mug", 1), **{field: "a\0b"}), an_order(1002, ("mug", 1))]
    )
    assert [r.status for r in receipts] == ["parked", "reserved"]
    assert receipts[0].problems[0].field == field


# Many at once -----------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_depend_on_the_batch(shop: Shop) -> None:
    shop.receive("MUG-1", 10_000)
    assert taken_in(shop, 0, 100) == taken_in(shop, 100, 800)


def taken_in(shop: Shop, start: int, most: int) -> int:
    """How many statements it takes to take in orders `start` to `start + most`."""
    orders, counted = shop.engine.orders, []

    def count(connection: object) -> None:
        counted.append(statements(connection) - before)  # type: ignore[arg-type]

    with shop.engine.database.write() as connection:
        before = statements(connection)
    orders.take_in([an_order(n, ("mug", 1), ("tee", 1)) for n in range(start, start + most)], count)
    return counted[0]


def test_a_batch_is_split_and_answered_in_order(shop: Shop) -> None:
    shop.receive("MUG-1", 1_500)
    receipts = shop.engine.orders.submit_many(an_order(n, ("mug", 1)) for n in range(2_500))
    assert [r.channel_order_id for r in receipts] == [str(n) for n in range(2_500)]
    assert [r.status for r in receipts] == ["reserved"] * 1_500 + ["waiting"] * 1_000


# Kits and shared stock --------------------------------------------------------------------------


def test_a_kit_takes_each_of_its_parts(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.receive("TEE-1", 10)
    shop.submit(1001, ("gift-set", 3))
    assert (shop.level("MUG-1").held, shop.level("TEE-1").held) == (3, 6)
    assert [(line.sku, line.count, line.each) for line in shop.order(1001).lines] == [
        ("MUG-1", 3, 1),
        ("TEE-1", 3, 2),
    ]


def test_a_kit_that_lacks_a_part_takes_nothing(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.receive("TEE-1", 1)
    assert shop.submit(1001, ("gift-set", 1)).status == "waiting"
    assert (shop.level("MUG-1").held, shop.level("TEE-1").held) == (0, 0)


def test_skus_of_one_physical_pool_are_never_summed(shop: Shop) -> None:
    shop.receive("MUG-1", 5)
    assert shop.submit(1001, ("mug", 3)).status == "reserved"
    assert shop.submit(1002, ("mug-new", 3)).status == "waiting"
    assert shop.submit(1003, ("mug-new", 2)).status == "reserved"
    assert shop.level("MUG-1-NEW").fulfillable == 0
    shop.place()
    assert sorted(item.sku for r in shop.network.requests.values() for item in r.items) == [
        "MUG-1",
        "MUG-1-NEW",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        (("mug", 3), ("mug", 3)),
        (("mug", 3), ("mug-new", 3)),
        (("mug-pair", 2), ("mug", 2)),
        (("gift-set", 3), ("mug", 3)),
        (("both-mugs", 2), ("mug", 2)),
    ],
)
def test_lines_that_draw_on_the_same_units_are_summed_first(
    shop: Shop, lines: tuple[tuple[str, int], ...]
) -> None:
    """Each line alone could be filled."""
    shop.receive("MUG-1", 5)
    shop.receive("TEE-1", 100)
    assert shop.submit(1001, *lines).status == "waiting"
    assert shop.level("MUG-1").held == 0
    shop.receive("MUG-1", 1)
    assert shop.status(1001) == "reserved"
    assert shop.level("MUG-1").held == 6


def test_two_orders_of_one_batch_draw_on_the_same_units(shop: Shop) -> None:
    shop.receive("MUG-1", 5)
    receipts = shop.engine.orders.submit_many(an_order(n, ("mug-pair", 1)) for n in range(4))
    assert [r.status for r in receipts] == ["reserved", "reserved", "waiting", "waiting"]


# Policies and back-orders -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "backorder", "expected", "held", "unfulfillable"),
    [
        ("FillOrKill", True, "waiting", 0, 0),
        ("FillOrKill", False, "unfulfillable", 0, 5),
        ("FillAll", True, "reserved", 3, 0),
        ("FillAll", False, "reserved", 3, 0),
        ("FillAllAvailable", True, "reserved", 3, 2),
        ("FillAllAvailable", False, "reserved", 3, 2),
    ],
)
def test_what_becomes_of_an_order_for_which_there_is_too_little(
    shop: Shop, policy: str, backorder: bool, expected: str, held: int, unfulfillable: int
) -> None:
    shop.receive("MUG-1", 3)
    receipt = shop.submit(1001, ("mug", 5), fulfillment_policy=policy, backorder=backorder)
    counts = shop.counts(1001)
    assert receipt.status == expected
    assert (counts.held, counts.unfulfillable) == (held, unfulfillable)
    assert [p.code for p in receipt.problems] == ["out_of_stock"]
    assert bool(shop.attention("out_of_stock")) == bool(unfulfillable)
    shop.place()
    told = [(c.reason, c.lines[0].quantity) for c in shop.channel.cancellations]
    assert told == ([("out_of_stock", unfulfillable)] if unfulfillable else [])


def test_the_channels_setting_decides_where_the_order_does_not(shop: Shop) -> None:
    strict = shop.reopened(channels={"web": {"type": "instance", "backorder": False}})
    assert strict.submit(1, ("mug", 1)).status == "unfulfillable"
    assert strict.submit(2, ("mug", 1), backorder=True).status == "waiting"


def test_an_order_that_no_pool_may_ship_is_unfulfillable_and_a_person_is_told(
    shop: Shop,
) -> None:
    shop.receive("MUG-1", 5)
    paris = SEATTLE.model_copy(update={"country": "FR", "postal_code": "75001", "region": None})
    receipt = shop.submit(1001, ("mug", 1), ship_to=paris)
    assert (receipt.status, receipt.problems[0].code) == ("unfulfillable", "no_pool")
    assert shop.attention("no_pool")[0].subject == receipt.order_id


# Holds and demands ------------------------------------------------------------------------------


def test_an_order_on_hold_takes_no_stock_before_it_is_released(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    receipt = shop.submit(1001, ("mug", 2), hold="fraud check")
    assert receipt.status == "on_hold"
    shop.settle()
    assert (shop.level("MUG-1").held, shop.network.requests) == (0, {})
    assert shop.engine.orders.release(str(receipt.order_id)) == "reserved"
    assert shop.order(1001).hold_reason is None


def test_features_demanded_by_the_order_go_to_the_network(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 1), features=("SIGNATURE_CONFIRMATION",))
    shop.place()
    (request,) = shop.network.requests.values()
    assert request.features == ("SIGNATURE_CONFIRMATION",)


# Large orders -------------------------------------------------------------------------------------


def test_more_than_250_units_become_several_fulfillment_orders(shop: Shop) -> None:
    shop.receive("MUG-1", 1_000)
    shop.submit(1001, ("mug", 600))
    shop.settle()
    units = [sum(i.quantity for i in r.items) for r in shop.network.requests.values()]
    assert units == [250, 250, 100]
    assert shop.counts(1001).committed == 600


def test_more_than_100_items_become_several_fulfillment_orders(shop: Shop) -> None:
    shop.receive("MUG-1", 1_000)
    shop.submit(1001, *(("mug", 1) for _ in range(230)))
    shop.settle()
    assert [len(r.items) for r in shop.network.requests.values()] == [100, 100, 30]
    assert shop.counts(1001).committed == 230


# Pools ------------------------------------------------------------------------------------------


def test_stock_of_one_country_does_not_serve_another(shop: Shop) -> None:
    shop.receive("MUG-1", 10, CA)
    assert shop.submit(1001, ("mug", 1)).status == "waiting"
    assert shop.submit(1002, ("mug", 1), ship_to=TORONTO).status == "reserved"
    assert shop.level("MUG-1", CA).held == 1


def test_crossing_a_border_takes_a_named_rule(shop: Shop) -> None:
    shop.receive("MUG-1", 10, US)
    rule = {
        "name": "us-to-canada",
        "pool": US,
        "destinations": ["CA"],
        "extra_days": 4,
        "extra_order_fee": "3.00",
    }
    crossing = shop.reopened(routing={"cross_border": [rule]})
    assert shop.submit(1001, ("mug", 1), ship_to=TORONTO).status == "waiting"
    assert crossing.submit(1002, ("mug", 1), ship_to=TORONTO).status == "reserved"
    (fulfillment,) = shop.fulfillments(1002)
    assert (fulfillment.pool, fulfillment.transit_days) == (US, 9)
    fast = crossing.submit(1003, ("mug", 1), ship_to=TORONTO, speed="priority")
    assert fast.status == "waiting", "no rule lets it cross at this speed"
