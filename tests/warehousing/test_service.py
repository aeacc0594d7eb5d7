"""Room at a network: sizes, limits and their use, forecasts, and what a removal costs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from fake_network import FakeNetwork
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import NotFoundError, RefusedError
from stockpool.ledger.buckets import Bucket
from stockpool.plugins.network_inbound import InboundItem
from stockpool.plugins.network_removals import RemovalItem
from stockpool.warehousing.sizes import CUBIC_FOOT_IN_CM3, StorageType, UnitSize

US = "amazon-na:US"
FOOT = int(CUBIC_FOOT_IN_CM3) + 1
MUG = UnitSize("MUG", FOOT, 400)


@pytest.fixture
def shop(engine: Engine, network: FakeNetwork) -> Engine:
    """Ten mugs of a cubic foot each on the shelf, two on their way; cups without a size."""
    engine.catalog.add(Product("MUG"), Product("CUP"), Product("BIN"))
    engine.warehousing.set_sizes(MUG)
    engine.inventory.receive(US, "MUG", 10, key="r")
    engine.inventory.receive(US, "MUG", 2, key="i", bucket=Bucket.INBOUND_SHIPPED)
    engine.inventory.receive(US, "CUP", 1, key="r")
    return engine


def test_units_on_the_shelf_and_on_their_way_use_room(shop: Engine) -> None:
    (before,) = shop.warehousing.capacity(US)
    assert (before.limit_cm3, before.free_cm3) == (None, None)
    today = shop.clock.now().date()
    shop.warehousing.set_limit(US, StorageType.STANDARD, today, Decimal(15))
    shop.warehousing.set_limit(US, StorageType.STANDARD, today, Decimal("14.5"))
    (use,) = shop.warehousing.capacity(US)
    assert (use.on_hand_cm3, use.inbound_cm3) == (10 * FOOT, 2 * FOOT)
    assert use.free_cm3 == int(Decimal("14.5") * CUBIC_FOOT_IN_CM3) - 12 * FOOT
    assert use.unsized == ["CUP"]


def test_a_plan_that_does_not_fit_is_a_problem(shop: Engine) -> None:
    room = shop.warehousing.room_problems
    assert room(US, [InboundItem("MUG", 1_000)]) == [], "no limit is known"
    today = shop.clock.now().date()
    shop.warehousing.set_limit(US, StorageType.STANDARD, today, Decimal("14.5"))
    assert room(US, [InboundItem("MUG", 2)]) == []
    (problem,) = room(US, [InboundItem("MUG", 3)])
    assert (problem.code, problem.limit) == ("over_capacity", "2.5")
    assert room(US, [InboundItem("CUP", 900)]) == (), "its size is not known"


def test_storage_is_forecast_and_says_what_it_leaves_out(shop: Engine) -> None:
    found = shop.warehousing.forecast(US, months=2)
    assert [(fee.sku, fee.month) for fee in found.monthly] == [
        ("MUG", date(2026, 1, 1)),
        ("MUG", date(2026, 2, 1)),
    ]
    assert found.rates_known
    assert found.unsized == ["CUP"]
    assert found.aged == []


def test_old_stock_is_forecast_by_the_ledger_s_ages(shop: Engine, clock: ManualClock) -> None:
    clock.advance(hours=24 * 300)
    (fee,) = shop.warehousing.forecast(US).aged
    assert (fee.sku, fee.units, fee.days >= 300) == ("MUG", 10, True)


def test_the_volume_of_each_day_is_read_from_the_ledger(shop: Engine, clock: ManualClock) -> None:
    first = clock.now().date()
    clock.advance(hours=48)
    shop.inventory.receive(US, "MUG", 5, key="later")
    found = shop.warehousing.utilisation(US, days=4)
    assert list(found.values()) == [0, 10 * FOOT, 10 * FOOT, 15 * FOOT]
    assert list(found)[1] == first
    assert list(found)[-1] == first + timedelta(days=2)


def test_a_removal_is_quoted_first(shop: Engine) -> None:
    quote = shop.warehousing.removal_quote(US, [RemovalItem("MUG", sellable=3, unsellable=1)])
    assert quote.total is not None
    assert quote.total.minor == 4 * quote.fees["MUG"].minor // 4
    unknown = shop.warehousing.removal_quote(US, [RemovalItem("CUP", sellable=3)])
    assert (unknown.total, unknown.unknown) == (None, ["CUP"])


def test_what_makes_no_sense_is_refused(shop: Engine) -> None:
    with pytest.raises(RefusedError):
        shop.warehousing.set_sizes(UnitSize("MUG", 0, 1))
    with pytest.raises(NotFoundError):
        shop.warehousing.set_sizes(UnitSize("NEVER", 1, 1))
    with pytest.raises(RefusedError):
        shop.warehousing.set_limit(US, StorageType.STANDARD, date(2026, 1, 1), Decimal(-1))
    assert shop.warehousing.sizes() == {"MUG": MUG}
