"""Inventory loader files: what each row means to a listing, and applied as planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from listing_desk import US, Desk
from stockpool import crashpoints
from stockpool.bulk.storage import PlanView
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import NotFoundError, RefusedError
from stockpool.ids import IdSource
from stockpool.money import Money
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network_listings import MERCHANT
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings

Write = Callable[[str], Path]
HEADER = (
    "sku|product-id|product-id-type|price|item-condition|quantity|add-delete|fulfillment-center-id"
)


@pytest.fixture
def desk(database_url: str, clock: ManualClock, tmp_path: Path) -> Iterator[Desk]:
    """MUG is fulfilled by Amazon; CUP, of which he has five, by the merchant."""
    context = PluginContext("amazon-na", clock, IdSource(1), tmp_path)
    network = AmazonSimNetwork(AmazonSimSettings(countries=("US", "CA")), context)
    with Engine.open(
        database_url,
        config={"plugins": []},
        clock=clock,
        ids=IdSource(seed=1),
        networks={"amazon-na": network},
    ) as engine:
        made = Desk(engine, network, clock)
        made.listed("MUG")
        made.listed("CUP", fulfilled_by="merchant", quantity=5)
        yield made


def plan(desk: Desk, a_file: Write, *rows: str) -> PlanView:
    file = a_file("\n".join((HEADER, *rows)) + "\n")
    return desk.engine.bulk.plan("listings", file, options={"pool": US})


def codes(desk: Desk, view: PlanView) -> list[tuple[int, str]]:
    return [
        (item.line, problem.code)
        for item in desk.engine.bulk.items(view.plan_id, troubled=True)
        for problem in item.problems
    ]


def apply(desk: Desk, view: PlanView) -> PlanView:
    after = desk.engine.bulk.apply(view.plan_id)
    desk.settle()
    return after


def test_rows_add_change_hand_over_and_delete(desk: Desk, a_file: Write) -> None:
    asin = desk.engine.listings.get(US, "MUG").asin
    desk.listed("POT")
    view = plan(
        desk,
        a_file,
        f"NEW|{asin}|1|12.50|11|||AMAZON_NA",
        "MUG|||17.99||||",
        "CUP||||||a|AMAZON_NA",
        "POT||||||x|",
    )
    assert view.planned == {"add": 1, "change": 2, "delete": 1}
    assert len(desk.engine.listings.changes()) == 3, "a plan does nothing"
    assert apply(desk, view).outcomes == {"applied": 4}
    listings = desk.engine.listings
    assert [change.state for change in listings.changes(limit=4)] == ["done"] * 4
    assert (listings.get(US, "NEW").price, listings.get(US, "NEW").asin) == (
        Money(1250, "USD"),
        asin,
    )
    assert listings.get(US, "MUG").price == Money(1799, "USD")
    assert listings.get(US, "MUG").fulfillment_channel_code == "AMAZON_NA"
    assert listings.get(US, "CUP").fulfillment_channel_code == "AMAZON_NA"
    with pytest.raises(NotFoundError):
        listings.get(US, "POT")


def test_what_is_so_already_is_unchanged(desk: Desk, a_file: Write) -> None:
    view = plan(desk, a_file, "MUG|||20.00||||AMAZON_NA", "CUP|||||5||", "GONE||||||x|")
    assert view.planned == {"unchanged": 3}


def test_the_merchants_quantity_is_changed_and_switched_off(desk: Desk, a_file: Write) -> None:
    apply(desk, plan(desk, a_file, "CUP|||||9||"))
    assert desk.engine.listings.get(US, "CUP").quantity == 9
    apply(desk, plan(desk, a_file, "CUP||||||d|"))
    assert desk.engine.listings.get(US, "CUP").quantity == 0


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("MUG|||||5||AMAZON_NA", "quantity_with_fba"),
        ("MUG|||||5||", "quantity_with_fba"),
        ("MUG||||||d|", "offer_off_with_fba"),
        ("MUG|||||||AMAZON_EU", "other_network"),
        ("MUG|||17.999||||", "invalid_price"),
        ("MUG||||1|||", "other_condition"),
        ("MUG||||||x|", "would_strand"),
        ("MUG|||||3|a|DEFAULT", "would_strand"),
        ("NEW|012345678905|3|9.50|11|||AMAZON_NA", "missing_asin"),
        ("NEW|B000000001|1||11|||AMAZON_NA", "missing_price"),
        ("NEW|B000000001|1|9.50||||AMAZON_NA", "missing_condition"),
        ("NEW|B000000001|1|9.50|11|||", "missing_quantity"),
    ],
)
def test_rows_that_are_refused(desk: Desk, a_file: Write, row: str, code: str) -> None:
    desk.stocked("MUG")
    view = plan(desk, a_file, row)
    assert (view.planned, codes(desk, view)) == ({"refused": 1}, [(2, code)])


def test_an_empty_center_takes_nothing_away_from_fba(desk: Desk, a_file: Write) -> None:
    desk.stocked("MUG")
    apply(desk, plan(desk, a_file, "MUG|||15.00||||"))
    assert desk.engine.listings.get(US, "MUG").fulfillment_channel_code == "AMAZON_NA"


def test_a_listing_goes_back_to_the_merchant_while_it_has_no_units(
    desk: Desk, a_file: Write
) -> None:
    apply(desk, plan(desk, a_file, "MUG|||||3|a|DEFAULT"))
    item = desk.engine.listings.get(US, "MUG")
    assert (item.fulfillment_channel_code, item.quantity) == (MERCHANT, 3)


def test_columns_that_are_not_carried_over_are_told(desk: Desk, a_file: Write) -> None:
    header = "sku|price|item-note|minimum-seller-allowed-price"
    file = a_file(f"{header}\nMUG|15.00|Blue|10.00\n")
    view = desk.engine.bulk.plan("listings", file, options={"pool": US})
    assert view.planned == {"change": 1}
    assert codes(desk, view) == [(2, "not_carried_over"), (2, "not_carried_over")]


def test_a_listing_that_was_changed_meanwhile_is_refused(desk: Desk, a_file: Write) -> None:
    view = plan(desk, a_file, "MUG|||17.99||||", "CUP|||9.00||||")
    desk.engine.listings.edit(US, "MUG", price=Money(500, "USD"))
    desk.settle()
    after = apply(desk, view)
    assert after.outcomes == {"applied": 1, "refused": 1}
    assert codes(desk, after) == [(2, "changed_since_plan")]
    assert desk.engine.listings.get(US, "MUG").price == Money(500, "USD")
    assert desk.engine.listings.get(US, "CUP").price == Money(900, "USD")


def test_a_sale_of_the_merchant_is_no_change(desk: Desk, a_file: Write) -> None:
    view = plan(desk, a_file, "CUP|||9.00||||")
    desk.engine.listings.edit(US, "CUP", quantity=4)
    desk.settle()
    assert apply(desk, view).outcomes == {"applied": 1}


@pytest.mark.parametrize("point", ["bulk.after_batch", "bulk.after_outcomes"])
def test_a_crash_records_no_row_twice(desk: Desk, a_file: Write, point: str) -> None:
    class Died(BaseException):
        pass

    def die(name: str) -> None:
        if name == point:
            crashpoints.listen(None)
            raise Died

    view = plan(desk, a_file, "MUG|||17.99||||", "CUP|||9.00||||")
    before = len(desk.engine.listings.changes())
    crashpoints.listen(die)
    with pytest.raises(Died):
        desk.engine.bulk.apply(view.plan_id)
    assert apply(desk, view).outcomes == {"applied": 2}
    assert len(desk.engine.listings.changes()) == before + 2


def test_a_file_longer_than_the_limit_of_calls_is_planned(desk: Desk, a_file: Write) -> None:
    rows = [f"SKU-{number:03d}||||||x|" for number in range(150)]
    assert plan(desk, a_file, *rows).planned == {"unchanged": 150}


def test_a_pool_is_needed(desk: Desk, a_file: Write) -> None:
    file = a_file(HEADER + "\n")
    with pytest.raises(RefusedError, match="needs a pool"):
        desk.engine.bulk.plan("listings", file)
    with pytest.raises(NotFoundError):
        desk.engine.bulk.plan("listings", file, options={"pool": "amazon-na:MX"})
