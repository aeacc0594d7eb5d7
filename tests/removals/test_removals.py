"""Removal orders: units set aside at once, followed until every one is out or back."""

from __future__ import annotations

import pytest

from at_once import in_threads
from fake_network import FakeNetwork
from sample_orders import SEATTLE, an_order
from settling import settle
from stockpool import crashpoints
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import (
    NotFoundError,
    OutcomeUnknown,
    RefusedError,
    RejectedError,
    Throttled,
    TransientError,
)
from stockpool.ids import IdSource
from stockpool.ledger.buckets import Account, Bucket
from stockpool.plugins.network import (
    NetworkCapability,
)
from stockpool.plugins.network_removals import (
    RemovalItem,
)

US = "amazon-na:US"


@pytest.fixture
def shop(engine: Engine) -> Engine:
    """10 sellable mugs, 3 defective and 2 expired ones; MUG-2 sells the same physical units."""
    engine.catalog.add(Product("MUG"), Product("CUP"), Product("MUG-2", shares_pool_with="MUG"))
    engine.inventory.receive(US, "MUG", 10, key="r")
    engine.inventory.receive(US, "CUP", 5, key="r")
    engine.inventory.receive(US, "MUG", 3, key="d", bucket=Bucket.DEFECTIVE)
    engine.inventory.receive(US, "MUG", 2, key="e", bucket=Bucket.EXPIRED)
    return engine


def units(shop: Engine, sku: str = "MUG", pool: str = US) -> dict[str, int]:
    """Where the units of a SKU are, without the supplier's account."""
    level = shop.inventory.level(pool, sku)
    return {
        place.value: count
        for place, count in level.units.items()
        if count and place is not Account.SUPPLIER
    }


# Asking ----------------------------------------------------------------------------------------


def test_units_asked_for_are_set_aside_at_once(shop: Engine) -> None:
    removal = shop.removals.create(
        US, [RemovalItem("MUG", sellable=4, unsellable=4)], ship_to=SEATTLE
    )
    assert units(shop) == {"fulfillable": 6, "pending_removal": 8, "expired": 1}
    view = shop.removals.get(removal)
    assert (view.status, view.pool, view.disposition) == (None, US, "Return")
    assert shop.verify().ok


def test_what_is_set_aside_cannot_be_sold(shop: Engine) -> None:
    shop.catalog.list_on("web", channel_sku="mug", sku="MUG")
    shop.removals.create(US, [RemovalItem("MUG", sellable=8)], disposition="Disposal")
    receipt = shop.orders.submit(an_order(1, ("mug", 3), backorder=False))
    assert receipt.status.value == "unfulfillable"


def test_more_than_there_is_is_refused_with_what_is_there(shop: Engine) -> None:
    with pytest.raises(RefusedError, match="11 sellable units asked for, 10 are free") as refusal:
        shop.removals.create(US, [RemovalItem("MUG", sellable=11)], disposition="Disposal")
    (problem,) = refusal.value.problems
    assert (problem.code, problem.field, problem.limit) == ("not_enough_units", "sellable", "10")
    assert units(shop)["fulfillable"] == 10
    assert shop.removals.list() == []


def test_sellable_units_do_not_stand_in_for_unsellable_ones(shop: Engine) -> None:
    with pytest.raises(RefusedError, match="6 unsellable units asked for, 5 are free"):
        shop.removals.create(US, [RemovalItem("MUG", unsellable=6)], disposition="Disposal")


@pytest.mark.parametrize(
    ("items", "options", "code"),
    [
        ([RemovalItem("MUG", sellable=1)], {"disposition": "Return"}, "missing_address"),
        ([RemovalItem("MUG")], {"disposition": "Disposal"}, "no_units"),
        ([], {"disposition": "Disposal"}, "no_units"),
        (
            [RemovalItem("MUG", sellable=2, unsellable=-1)],
            {"disposition": "Disposal"},
            "invalid_quantity",
        ),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    shop: Engine, items: list[RemovalItem], options: dict[str, str], code: str
) -> None:
    with pytest.raises(RefusedError) as refusal:
        shop.removals.create(US, items, **options)  # type: ignore[arg-type]
    assert [problem.code for problem in refusal.value.problems] == [code]


def test_a_network_that_takes_no_removals_is_not_asked(shop: Engine, network: FakeNetwork) -> None:
    network.capabilities = frozenset({NetworkCapability.PREVIEW})
    with pytest.raises(RefusedError, match="takes no removal orders"):
        shop.removals.create(US, [RemovalItem("MUG", sellable=1)], disposition="Disposal")


def test_unknown_skus_pools_and_removal_orders_are_said_to_be_unknown(shop: Engine) -> None:
    items = [RemovalItem("MUG", sellable=1)]
    with pytest.raises(NotFoundError, match="no product has the SKU TEA"):
        shop.removals.create(US, [RemovalItem("TEA", sellable=1)], disposition="Disposal")
    with pytest.raises(NotFoundError, match="no network amazon-eu is configured"):
        shop.removals.create("amazon-eu:DE", items, disposition="Disposal")
    with pytest.raises(NotFoundError, match="no pool amazon-na:FR; amazon-na has US, CA"):
        shop.removals.create("amazon-na:FR", items, disposition="Disposal")
    with pytest.raises(NotFoundError, match="no removal order X"):
        shop.removals.get("X")


def test_the_same_sku_in_two_items_is_one_item(shop: Engine, network: FakeNetwork) -> None:
    removal = shop.removals.create(
        US,
        [RemovalItem("MUG", sellable=3), RemovalItem("MUG", sellable=3, unsellable=1)],
        disposition="Disposal",
    )
    settle(shop)
    assert units(shop)["pending_removal"] == 7
    assert [(i.sku, i.sellable, i.requested) for i in network.removals[removal].items] == [
        ("MUG", True, 6),
        ("MUG", False, 1),
    ]


def test_skus_that_share_a_pool_share_what_there_is(shop: Engine) -> None:
    both = [RemovalItem("MUG", sellable=6, unsellable=3), RemovalItem("MUG-2", sellable=4)]
    shop.removals.create(US, both, disposition="Disposal")
    assert units(shop)["pending_removal"] == 13
    assert "fulfillable" not in units(shop)
    assert shop.verify().ok


def test_skus_that_share_a_pool_cannot_have_its_units_twice(shop: Engine) -> None:
    both = [RemovalItem("MUG", sellable=6), RemovalItem("MUG-2", sellable=5)]
    with pytest.raises(RefusedError, match="5 sellable units asked for, 4 are free"):
        shop.removals.create(US, both, disposition="Disposal")


def test_8_threads_that_remove_at_once_take_each_unit_once(shop: Engine) -> None:
    def ask(_thread: int) -> bool:
        try:
            shop.removals.create(US, [RemovalItem("MUG", sellable=3)], disposition="Disposal")
        except RefusedError:
            return False
        return True

    assert sum(in_threads(8, ask)) == 3
    assert units(shop)["pending_removal"] == 9
    assert shop.verify().ok


# Placing ---------------------------------------------------------------------------------------


def test_the_network_is_asked_for_what_was_set_aside(shop: Engine, network: FakeNetwork) -> None:
    removal = shop.removals.create(
        US, [RemovalItem("MUG", 4, 1), RemovalItem("CUP", sellable=2)], ship_to=SEATTLE
    )
    settle(shop)
    assert shop.removals.get(removal).status == "Pending"
    state = network.removals[removal]
    assert {(i.sku, i.sellable): i.requested for i in state.items} == {
        ("MUG", True): 4,
        ("MUG", False): 1,
        ("CUP", True): 2,
    }
    assert network.count("create_removal") == 1


@pytest.mark.parametrize("error", [TransientError("down"), Throttled("slow", retry_after=2)])
def test_what_certainly_did_not_happen_is_tried_again(
    shop: Engine, network: FakeNetwork, error: Exception
) -> None:
    network.faults.fail("create_removal", error)
    removal = shop.removals.create(US, [RemovalItem("MUG", 1)], disposition="Disposal")
    settle(shop)
    assert network.count("create_removal") == 2
    assert shop.removals.get(removal).status == "Pending"


def test_a_lost_answer_is_asked_about_before_it_is_repeated(
    shop: Engine, network: FakeNetwork
) -> None:
    network.faults.fail("create_removal", OutcomeUnknown("cut"), after=True)
    removal = shop.removals.create(US, [RemovalItem("MUG", 1)], disposition="Disposal")
    settle(shop)
    assert network.count("create_removal") == 1, "it was found, so it was not asked for again"
    assert shop.removals.get(removal).status == "Pending"


def test_a_lost_request_is_repeated_once_it_is_known_to_be_lost(
    shop: Engine, network: FakeNetwork
) -> None:
    network.faults.fail("create_removal", OutcomeUnknown("cut"))
    removal = shop.removals.create(US, [RemovalItem("MUG", 1)], disposition="Disposal")
    settle(shop)
    assert network.count("create_removal") == 2
    assert list(network.removals) == [removal]


def test_a_refusal_gives_the_units_back_to_where_they_were(
    shop: Engine, network: FakeNetwork
) -> None:
    before = units(shop)
    network.faults.fail("create_removal", RejectedError("InvalidInput", "no"))
    removal = shop.removals.create(US, [RemovalItem("MUG", 4, 4)], disposition="Disposal")
    settle(shop)
    assert units(shop) == before
    assert shop.removals.get(removal).status == "Refused"
    (item,) = shop.attention.list()
    assert (item.code, item.subject) == ("InvalidInput", removal)


def test_a_refused_removal_cannot_be_tried_again_behind_the_shelfs_back(
    shop: Engine, network: FakeNetwork
) -> None:
    """Its units are free, and may be promised to buyers by now."""
    network.faults.fail("create_removal", RejectedError("InvalidInput", "no"))
    shop.removals.create(US, [RemovalItem("MUG", 10)], disposition="Disposal")
    settle(shop)
    (item,) = shop.attention.list()
    with pytest.raises(RefusedError, match=r"was refused.* ask for a new one"):
        shop.retry(item.id)
    settle(shop)
    assert network.removals == {}
    shop.drop(item.id)
    assert shop.attention.list() == []
    settle(shop)


def given_up(shop: Engine, network: FakeNetwork) -> str:
    """A removal order of which nobody knows whether the network has it."""
    network.faults.fail("create_removal", OutcomeUnknown("cut"), times=None)
    network.faults.fail("get_removal", OutcomeUnknown("cut"), times=None)
    removal = shop.removals.create(US, [RemovalItem("MUG", 4, 1)], disposition="Disposal")
    settle(shop)
    network.faults.heal()
    return removal


def test_without_any_answer_the_units_stay_aside_until_a_person_has_looked(
    shop: Engine, network: FakeNetwork
) -> None:
    removal = given_up(shop, network)
    assert units(shop)["pending_removal"] == 5
    (item,) = shop.attention.list()
    assert item.code == "gave_up"
    shop.retry(item.id)
    settle(shop)
    assert list(network.removals) == [removal]
    assert shop.attention.list() == []


def test_dropping_it_gives_the_units_back(shop: Engine, network: FakeNetwork) -> None:
    before = units(shop)
    removal = given_up(shop, network)
    (item,) = shop.attention.list()
    shop.drop(item.id)
    assert units(shop) == before
    assert shop.removals.get(removal).status == "Refused"
    settle(shop)
    assert network.removals == {}


# Following -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disposition", "outcome", "account"),
    [
        ("Return", "shipped", "returned_to_seller"),
        ("Disposal", "disposed", "disposed"),
        ("Liquidations", "disposed", "liquidated"),
        ("Return", "disposed", "disposed"),
    ],
)
def test_units_go_where_the_network_says_they_went(
    shop: Engine, network: FakeNetwork, disposition: str, outcome: str, account: str
) -> None:
    removal = shop.removals.create(
        US,
        [RemovalItem("MUG", sellable=4)],
        disposition=disposition,  # type: ignore[arg-type]
        ship_to=SEATTLE,
    )
    settle(shop)
    network.remove(removal, "MUG", **{outcome: 4})
    settle(shop)
    assert units(shop)[account] == 4
    assert "pending_removal" not in units(shop)
    assert shop.removals.get(removal).status == "Completed"


def test_a_removal_is_followed_from_part_to_part(
    shop: Engine, network: FakeNetwork, clock: ManualClock
) -> None:
    removal = shop.removals.create(US, [RemovalItem("MUG", 6, 2)], ship_to=SEATTLE)
    settle(shop)
    network.remove(removal, "MUG", shipped=2, tracking=["1Z1"])
    settle(shop)
    assert units(shop)["returned_to_seller"] == 2
    assert units(shop)["pending_removal"] == 6
    clock.advance(hours=1)
    network.remove(removal, "MUG", shipped=1, cancelled=3, tracking=["1Z2"])
    network.remove(removal, "MUG", sellable=False, disposed=2)
    settle(shop)
    assert units(shop) == {
        "fulfillable": 7,
        "defective": 1,
        "expired": 2,
        "returned_to_seller": 3,
        "disposed": 2,
    }
    view = shop.removals.get(removal)
    assert view.status == "Completed"
    assert view.tracking_numbers == ("1Z1", "1Z2")
    assert view.items == (
        {
            "sku": "MUG",
            "sellable": True,
            "requested": 6,
            "shipped": 3,
            "disposed": 0,
            "cancelled": 3,
        },
        {
            "sku": "MUG",
            "sellable": False,
            "requested": 2,
            "shipped": 0,
            "disposed": 2,
            "cancelled": 0,
        },
    )


def test_cancelled_units_go_back_to_the_buckets_they_came_from_last_taken_first(
    shop: Engine, network: FakeNetwork
) -> None:
    removal = shop.removals.create(US, [RemovalItem("MUG", unsellable=5)], disposition="Disposal")
    settle(shop)
    for back, expected in (
        (1, {"expired": 1}),
        (2, {"expired": 2, "defective": 1}),
        (2, {"expired": 2, "defective": 3}),
    ):
        network.remove(removal, "MUG", sellable=False, cancelled=back)
        settle(shop)
        there = units(shop)
        assert {name: there.get(name, 0) for name in expected} == expected


def test_the_same_news_again_change_nothing(shop: Engine, network: FakeNetwork) -> None:
    removal = shop.removals.create(US, [RemovalItem("MUG", 6)], ship_to=SEATTLE)
    settle(shop)
    network.remove(removal, "MUG", shipped=2)
    assert shop.removals.follow() == 1
    after = (units(shop), len(shop.inventory.moves()))
    assert shop.removals.follow() == 0
    assert in_threads(4, lambda _: shop.removals.follow()) == [0] * 4
    assert (units(shop), len(shop.inventory.moves())) == after


def test_a_finished_removal_is_not_asked_about_any_more(shop: Engine, network: FakeNetwork) -> None:
    removal = shop.removals.create(US, [RemovalItem("MUG", 1)], ship_to=SEATTLE)
    settle(shop)
    network.remove(removal, "MUG", shipped=1)
    settle(shop)
    asked = network.count("get_removal")
    shop.removals.follow()
    assert network.count("get_removal") == asked


def test_late_news_turn_neither_counts_nor_status_back(
    shop: Engine, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    removal = shop.removals.create(US, [RemovalItem("MUG", 6)], ship_to=SEATTLE)
    settle(shop)
    old = network.removals[removal]
    network.remove(removal, "MUG", shipped=2, tracking=["1Z1"])
    settle(shop)
    monkeypatch.setattr(network, "get_removal", lambda _: old)
    shop.removals.follow()
    view = shop.removals.get(removal)
    assert (view.status, view.items[0]["shipped"]) == ("Processing", 2)
    assert view.tracking_numbers == ("1Z1",)


def test_news_of_more_units_than_were_asked_for_are_an_alarm_and_move_nothing(
    shop: Engine, network: FakeNetwork
) -> None:
    removal = shop.removals.create(US, [RemovalItem("MUG", 2)], ship_to=SEATTLE)
    other = shop.removals.create(US, [RemovalItem("CUP", 1)], ship_to=SEATTLE)
    settle(shop)
    network.remove(removal, "MUG", shipped=3)
    network.remove(other, "CUP", shipped=1)
    settle(shop)
    (item,) = shop.attention.list()
    assert (item.code, item.subject) == ("contradictory_state", removal)
    assert units(shop)["pending_removal"] == 2
    assert units(shop, "CUP")["returned_to_seller"] == 1, "the others go on"


def test_a_removal_that_ends_without_a_word_about_some_units_is_an_alarm(
    shop: Engine, network: FakeNetwork
) -> None:
    removal = shop.removals.create(US, [RemovalItem("MUG", 4)], ship_to=SEATTLE)
    settle(shop)
    network.remove(removal, "MUG", shipped=3, status="Completed")
    settle(shop)
    (item,) = shop.attention.list()
    assert (item.code, item.subject) == ("incomplete_removal", removal)
    assert units(shop)["pending_removal"] == 1
    network.remove(removal, "MUG", cancelled=1)
    settle(shop)
    assert shop.attention.list() == []
    assert shop.removals.get(removal).status == "Completed"


def test_one_networks_silence_does_not_keep_the_others_from_being_followed(
    database_url: str, clock: ManualClock
) -> None:
    silent, talking = FakeNetwork(clock=clock), FakeNetwork(clock=clock)
    with Engine.open(
        database_url,
        config={"plugins": []},
        clock=clock,
        ids=IdSource(1),
        networks={"a-silent": silent, "b-talking": talking},
    ) as engine:
        engine.catalog.add(Product("MUG"))
        for name in ("a-silent", "b-talking"):
            engine.inventory.receive(f"{name}:US", "MUG", 5, key="r")
        first, _second, third = (
            engine.removals.create(f"{name}:US", [RemovalItem("MUG", 1)], ship_to=SEATTLE)
            for name in ("a-silent", "a-silent", "b-talking")
        )
        settle(engine)
        silent.faults.fail("get_removal", TransientError("down"), times=None)
        talking.remove(third, "MUG", shipped=1)
        asked = silent.count("get_removal")
        engine.duties.follow_removals()
        assert engine.removals.get(third).status == "Completed"
        assert silent.count("get_removal") == asked + 1, "who does not answer is asked once"
        assert [item.kind for item in engine.attention.list()] == ["removals"]
        silent.faults.heal()
        silent.remove(first, "MUG", shipped=1)
        settle(engine)
        assert engine.attention.list() == []


def test_lists_the_newest_first(shop: Engine, clock: ManualClock) -> None:
    ids = []
    for _ in range(3):
        clock.advance(1)
        ids.append(shop.removals.create(US, [RemovalItem("MUG", 1)], disposition="Disposal"))
    assert [view.removal_order_id for view in shop.removals.list()] == ids[::-1]
    assert len(shop.removals.list(limit=2)) == 2


def test_a_crash_after_the_call_places_it_once(shop: Engine, network: FakeNetwork) -> None:
    class Died(BaseException):
        pass

    def die(name: str) -> None:
        if name == "effects.after_call":
            raise Died

    removal = shop.removals.create(US, [RemovalItem("MUG", 4)], disposition="Disposal")
    crashpoints.listen(die)
    try:
        with pytest.raises(Died):
            shop.work()
    finally:
        crashpoints.listen(None)
    assert list(network.removals) == [removal]
    settle(shop)
    assert network.count("create_removal") == 1
    assert shop.removals.get(removal).status == "Pending"
