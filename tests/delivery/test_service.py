"""Timelines of parcels, and what is shown of those with which something is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shop import Shop
from stockpool.delivery.rules import Trouble
from stockpool.delivery.service import Deliveries
from stockpool.errors import NotFoundError
from stockpool.ids import IdSource
from stockpool.plugins.network import PackageEvent, PackageStatus
from stockpool.plugins.observer import Event
from stockpool.privacy.buyers import Buyer


@pytest.fixture
def sent(shop: Shop) -> Shop:
    """An order of which one parcel has left."""
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 2))
    shop.settle()
    shop.network.ship(shop.fulfillment_id(1001))
    shop.settle()
    return shop


def happens(shop: Shop, *codes: str, place: str = "") -> list[PackageEvent]:
    """Events an hour apart, the last one now."""
    now = shop.clock.now()
    return [
        PackageEvent(now - timedelta(hours=back), code, f"words of {code}", place)
        for back, code in zip(range(len(codes) - 1, -1, -1), codes, strict=True)
    ]


def told(shop: Shop, *events: PackageEvent) -> None:
    name = shop.fulfillment_id(1001)
    number = shop.network.orders[name].shipments[0].packages[0].package_number
    shop.network.scan(name, number, *events)
    shop.settle()


def codes(shop: Shop) -> list[str]:
    (parcel,) = shop.engine.delivery.timeline(shop.order(1001).order_id)
    return [event.code for event in parcel.events]


def shown(shop: Shop) -> list[str]:
    return [item.code for item in shop.engine.attention.list() if item.code.startswith("parcel_")]


def test_events_are_merged_in_whatever_order_they_are_told(sent: Shop) -> None:
    first, second, third = happens(sent, "EVENT_101", "EVENT_201", "EVENT_302")
    told(sent, third)
    told(sent, first, third)
    told(sent, second, second)
    assert codes(sent) == ["EVENT_101", "EVENT_201", "EVENT_302"]


def test_the_first_estimate_is_kept_beside_the_latest(sent: Shop) -> None:
    (parcel,) = sent.engine.delivery.timeline(sent.order(1001).order_id)
    assert parcel.promised_arrival == parcel.estimated_arrival is not None
    name = sent.fulfillment_id(1001)
    later = parcel.estimated_arrival + timedelta(days=2)
    sent.network.expect(name, later)
    sent.settle()
    (now,) = sent.engine.delivery.timeline(sent.order(1001).order_id)
    assert (now.promised_arrival, now.estimated_arrival) == (parcel.promised_arrival, later)


def test_a_parcel_in_trouble_is_shown_once_and_taken_out_when_it_goes_on(sent: Shop) -> None:
    told(sent, *happens(sent, "EVENT_401"))
    assert sent.engine.duties.watch_parcels() == 1
    assert sent.engine.duties.watch_parcels() == 0
    assert shown(sent) == ["parcel_held"]
    sent.clock.advance(3600)
    told(sent, *happens(sent, "EVENT_201"))
    sent.engine.duties.watch_parcels()
    assert shown(sent) == []


def test_observers_are_told_of_a_parcel_in_trouble_once(sent: Shop) -> None:
    told(sent, *happens(sent, "EVENT_401"))
    seen: list[Event] = []
    deliveries = Deliveries(sent.engine.database, IdSource(3), seen.append)
    deliveries.watch()
    deliveries.watch()
    assert [(event.name, event.facts["trouble"]) for event in seen] == [
        ("parcel.trouble", "parcel_held")
    ]


def test_another_trouble_of_the_same_parcel_is_shown_anew(sent: Shop) -> None:
    told(sent, *happens(sent, "EVENT_401"))
    sent.engine.duties.watch_parcels()
    sent.clock.advance(3600)
    told(sent, *happens(sent, "EVENT_407"))
    assert sent.engine.duties.watch_parcels() == 1
    assert shown(sent) == ["parcel_returning"]


def test_what_a_person_has_put_away_is_not_shown_again(sent: Shop) -> None:
    told(sent, *happens(sent, "EVENT_401"))
    sent.engine.duties.watch_parcels()
    (item,) = sent.engine.attention.list()
    sent.engine.drop(item.id)
    assert sent.engine.duties.watch_parcels() == 0
    assert shown(sent) == []


def test_a_late_parcel_is_listed_until_it_is_delivered(sent: Shop) -> None:
    sent.clock.advance(hours=24 * 7)
    (late,) = sent.engine.delivery.troubled()
    assert late.finding is not None
    assert late.finding.trouble is Trouble.LATE
    assert sent.engine.delivery.troubled(trouble=Trouble.STUCK) == []
    sent.network.deliver(sent.fulfillment_id(1001))
    sent.settle()
    assert sent.engine.delivery.troubled() == []


def test_a_parcel_that_the_network_calls_lost_is_shown_by_the_news_alone(sent: Shop) -> None:
    sent.network.deliver(sent.fulfillment_id(1001), PackageStatus.UNDELIVERABLE)
    sent.settle()
    assert sent.engine.duties.watch_parcels() == 0
    assert [item.code for item in sent.engine.attention.list()] == ["delivery_failed"]
    assert len(sent.engine.delivery.troubled(trouble=Trouble.UNDELIVERABLE)) == 1


def test_an_order_without_parcels_has_an_empty_timeline_and_an_unknown_one_none(
    shop: Shop,
) -> None:
    shop.submit(1001, ("mug", 2))
    assert shop.engine.delivery.timeline(shop.order(1001).order_id) == []
    with pytest.raises(NotFoundError, match="no order nothing"):
        shop.engine.delivery.timeline("nothing")


def test_when_a_buyer_is_erased_the_places_are_too(sent: Shop) -> None:
    told(sent, *happens(sent, "EVENT_302", place="Seattle, WA, US"))
    sent.network.deliver(sent.fulfillment_id(1001))
    sent.settle()
    sent.engine.privacy.erase(Buyer(channel="web", channel_order_ids=frozenset({"1001"})))
    assert codes(sent) == ["EVENT_302"]
    (parcel,) = sent.engine.delivery.timeline(sent.order(1001).order_id)
    assert [event.place for event in parcel.events] == [""]
