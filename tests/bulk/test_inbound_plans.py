"""Inbound plan files in bulk: 2,000 rows a plan, bad rows refused, each plan made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from listing_desk import US, Desk
from stockpool import crashpoints
from stockpool.bulk.storage import PlanView
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import RefusedError
from stockpool.ids import IdSource
from stockpool.plugins.channel import PluginContext
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings

Write = Callable[[str], Path]
HEAD = """PlanName|March
ShipToCountry|US
AddressName|A. Seller
AddressFieldOne|9 Mill Rd
AddressCity|Reading
AddressCountryCode|US
AddressStateOrRegion|PA
AddressPostalCode|19601

"""
OPTIONS = {"pool": US, "phone": "6105550100"}


@pytest.fixture
def desk(database_url: str, clock: ManualClock, tmp_path: Path) -> Iterator[Desk]:
    """MUG is listed for FBA in the US; CUP is a product without a listing."""
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
        engine.catalog.add(Product("MUG"), Product("CUP"))
        made.listed("MUG")
        yield made


def plan(desk: Desk, a_file: Write, table: str, head: str = HEAD, **options: str) -> PlanView:
    file = a_file(head + table)
    return desk.engine.bulk.plan("inbound", file, options={**OPTIONS, **options})


def refusals(desk: Desk, view: PlanView) -> list[tuple[int, str]]:
    return [
        (item.line, problem.code)
        for item in desk.engine.bulk.items(view.plan_id, troubled=True)
        for problem in item.problems
    ]


def test_good_rows_become_a_plan_and_bad_ones_are_refused(desk: Desk, a_file: Write) -> None:
    table = "MerchantSKU|Quantity\nMUG|12\nNEVER|1\nCUP|3\nMUG|none\nMUG|8\n"
    view = plan(desk, a_file, table)
    assert refusals(desk, view) == [
        (12, "unknown_sku"),
        (12, "would_strand"),
        (13, "would_strand"),
        (14, "invalid_number"),
    ]
    assert desk.engine.inbound.list() == [], "planned is not done"
    after = desk.engine.bulk.apply(view.plan_id)
    assert after.outcomes == {"applied": 1, "refused": 3}
    (made,) = desk.engine.inbound.list()
    assert [(item.sku, item.quantity) for item in made.items] == [("MUG", 20)]


def test_case_packs_are_multiplied_and_checked(desk: Desk, a_file: Write) -> None:
    table = "MerchantSKU|UnitsPerCase|NumberOfCases|Quantity\nMUG|6|4|24\nMUG|6|4|25\n"
    view = plan(desk, a_file, table)
    assert refusals(desk, view) == [(12, "quantity_mismatch")]
    desk.engine.bulk.apply(view.plan_id)
    (made,) = desk.engine.inbound.list()
    assert [item.quantity for item in made.items] == [24]


def test_two_thousand_rows_are_a_plan(desk: Desk, a_file: Write) -> None:
    rows = "\n".join(f"MUG|1|L{n}" for n in range(2_500))
    view = plan(desk, a_file, f"MerchantSKU|Quantity|Manufacturing lot code\n{rows}\n")
    desk.engine.bulk.apply(view.plan_id)
    assert sorted(len(one.items) for one in desk.engine.inbound.list()) == [500, 2000]


def test_a_file_of_another_country_is_refused_as_a_whole(desk: Desk, a_file: Write) -> None:
    head = HEAD.replace("ShipToCountry|US", "ShipToCountry|CA")
    view = plan(desk, a_file, "MerchantSKU|Quantity\nMUG|12\n", head)
    assert refusals(desk, view) == [(11, "other_country")]


def test_a_manifest_without_a_head_needs_the_sender(desk: Desk, a_file: Write) -> None:
    table = "MerchantSKU|Quantity\nMUG|12\n"
    assert refusals(desk, plan(desk, a_file, table, "")) == [(2, "missing_address")]
    source = '{"name": "A. Seller", "line1": "9 Mill Rd", "city": "Reading", "country": "US",'
    source += ' "region": "PA", "postal_code": "19601"}'
    assert refusals(desk, plan(desk, a_file, table, "", source=source)) == []
    with pytest.raises(RefusedError, match="shipped from"):
        plan(desk, a_file, table, "", source='{"name": "A. Seller"}')


def test_a_pool_and_a_telephone_number_are_needed(desk: Desk, a_file: Write) -> None:
    for missing in OPTIONS:
        with pytest.raises(RefusedError, match=missing):
            plan(desk, a_file, "MerchantSKU|Quantity\nMUG|12\n", **{missing: ""})


@pytest.mark.parametrize("point", ["bulk.after_batch", "bulk.before_finish"])
def test_a_crash_makes_no_plan_twice(desk: Desk, a_file: Write, point: str) -> None:
    rows = "\n".join(f"MUG|1|L{n}" for n in range(2_001))
    view = plan(desk, a_file, f"MerchantSKU|Quantity|Manufacturing lot code\n{rows}\n")

    def die(name: str) -> None:
        if name == point:
            crashpoints.listen(None)
            raise KeyboardInterrupt

    crashpoints.listen(die)
    with pytest.raises(KeyboardInterrupt):
        desk.engine.bulk.apply(view.plan_id)
    desk.clock.advance(hours=1)
    desk.engine.bulk.apply(view.plan_id)
    assert sum(len(one.items) for one in desk.engine.inbound.list()) == 2_001
