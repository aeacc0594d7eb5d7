"""One calendar of everything that closes, and reminders of what closes soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from sample_orders import an_order
from settling import settle
from stockpool.catalog.products import Product
from stockpool.claims.kinds import ClaimKind
from stockpool.clock import ManualClock
from stockpool.deadlines.book import DeadlineKind
from stockpool.engine import Engine
from stockpool.ids import IdSource
from stockpool.listings.tables import stranded_stock

US = "amazon-na:US"


@pytest.fixture
def shop(database_url: str, clock: ManualClock) -> Iterator[Engine]:
    """A claim, stranded stock, an order on hold, and a parcel that does not arrive."""
    network = FakeNetwork(clock=clock)
    with Engine.open(
        database_url,
        config={"plugins": []},
        clock=clock,
        ids=IdSource(1),
        networks={"amazon-na": network},
        channels={"web": FakeChannel()},
    ) as engine:
        engine.catalog.add(Product("MUG"))
        engine.catalog.list_on("web", channel_sku="mug", sku="MUG")
        engine.inventory.receive(US, "MUG", 20, key="r")
        network.put("US", "MUG", 20)
        engine.orders.submit(an_order("late", ("mug", 1)))
        settle(engine)
        (ours,) = network.orders
        network.ship(ours)
        settle(engine)
        held = engine.orders.submit(an_order("held", ("mug", 1)))
        assert held.order_id is not None
        engine.orders.hold(held.order_id, reason="the buyer asked")
        engine.claims.open(
            ClaimKind.INBOUND_MISSING, US, "MUG", 2, subject="FBA1", since=clock.now()
        )
        engine.database.run(
            lambda connection: connection.execute(
                insert(stranded_stock).values(
                    pool=US,
                    sku="MUG",
                    units=3,
                    reason="closed",
                    since=clock.now(),
                    removed_at=clock.now() + timedelta(days=180),
                )
            )
        )
        yield engine


def kinds(shop: Engine, **wanted: Any) -> list[str]:
    return [one.kind.value for one in shop.deadlines.list(**wanted)]


def reminders(shop: Engine) -> list[str]:
    return sorted(i.subject for i in shop.attention.list() if i.code == "deadline_near")


def test_everything_that_closes_is_there_the_next_first(shop: Engine, clock: ManualClock) -> None:
    assert kinds(shop) == ["hold_ends", "claim", "stranded_removal"]
    assert kinds(shop, within=timedelta(days=20)) == ["hold_ends"]
    assert kinds(shop, kind=DeadlineKind.CLAIM) == ["claim"]
    clock.advance(hours=24 * 30)
    assert kinds(shop, kind=DeadlineKind.PARCEL) == ["parcel_late"]
    first = shop.deadlines.list()[0]
    assert first.closes_at < clock.now(), "what is over and not settled stays"


def test_what_closes_soon_is_told_once_and_taken_back_when_it_is_settled(
    shop: Engine, clock: ManualClock
) -> None:
    assert shop.duties.remind() == 0
    clock.advance(hours=24 * 10)
    news = shop.duties.remind()
    assert news == len(reminders(shop)) > 0
    assert shop.duties.remind() == 0
    (hold,) = shop.deadlines.list(kind=DeadlineKind.HOLD)
    shop.orders.release(hold.subject)
    shop.duties.remind()
    assert hold.subject not in reminders(shop)


def test_a_reminder_that_was_put_away_does_not_come_again(shop: Engine, clock: ManualClock) -> None:
    clock.advance(hours=24 * 10)
    shop.duties.remind()
    for item in shop.attention.list():
        shop.drop(item.id)
    assert shop.duties.remind() == 0
    assert reminders(shop) == []


def test_a_claim_that_was_filed_closes_no_more(shop: Engine) -> None:
    (claim,) = shop.deadlines.list(kind=DeadlineKind.CLAIM)
    shop.claims.file(claim.subject, "case-1")
    assert kinds(shop, kind=DeadlineKind.CLAIM) == []
