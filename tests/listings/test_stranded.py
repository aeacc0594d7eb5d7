"""Stock without a live offer is found, with its reason, its deadline and what resolves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listing_desk import US, Desk, draft
from stockpool.catalog.products import Product
from stockpool.listings.stranding import (
    Stranded,
    StrandedReason,
    removal_days,
    why_stranded,
)
from stockpool.money import Money
from stockpool.plugins.network_listings import ListingIssue, ListingItem, ListingItemStatus

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def item(**members: object) -> ListingItem:
    """A good listing that Amazon fulfills."""
    values: dict[str, object] = {
        "sku": "MUG",
        "country": "US",
        "product_type": "PRODUCT",
        "created_date": AT,
        "last_updated_date": AT,
        "status": frozenset(ListingItemStatus),
        "fulfillment_channel_code": "AMAZON_NA",
        "price": Money(2000, "USD"),
        **members,
    }
    return ListingItem(**values)  # type: ignore[arg-type]


SUPPRESSED = ListingIssue("1", "no", "ERROR", actions=("LISTING_SUPPRESSED",))
HIDDEN = ListingIssue("1", "no", "ERROR", actions=("SEARCH_SUPPRESSED",))
LATER = {"purchasable_offer": [{"audience": "ALL", "start_at": {"value": "2099-01-01T00:00:00Z"}}]}

CASES = [
    ({}, None),
    ({"fulfillment_channel_code": "DEFAULT", "quantity": 1}, "merchant_fulfilled"),
    ({"issues": (SUPPRESSED,)}, "suppressed"),
    ({"issues": (HIDDEN,)}, None),
    ({"price": None}, "incomplete"),
    ({"fulfillment_channel_code": None}, "incomplete"),
    ({"status": frozenset()}, "closed"),
    ({"attributes": LATER, "status": frozenset({ListingItemStatus.DISCOVERABLE})}, "not_started"),
    ({"status": frozenset({ListingItemStatus.DISCOVERABLE})}, "closed"),
]


@pytest.mark.parametrize(("members", "reason"), CASES)
def test_why_a_listing_leaves_its_units_without_an_offer(
    members: dict[str, object], reason: str | None
) -> None:
    assert why_stranded([item(**members)], "AMAZON_NA", sellable=True, at=AT) == reason


def test_units_that_nobody_lists_are_those_of_a_deleted_listing() -> None:
    assert why_stranded([], "AMAZON_NA", sellable=True, at=AT) == "deleted"


def test_a_listing_that_is_only_sold_out_is_live() -> None:
    sold_out = item(status=frozenset({ListingItemStatus.DISCOVERABLE}))
    assert why_stranded([sold_out], "AMAZON_NA", sellable=False, at=AT) is None


@given(others=st.lists(st.sampled_from([members for members, reason in CASES if reason])))
def test_one_live_offer_keeps_all_units_of_a_stock_on_sale(
    others: list[dict[str, object]],
) -> None:
    items = [item(**members) for members in others]
    assert why_stranded([*items, item()], "AMAZON_NA", sellable=True, at=AT) is None
    assert why_stranded(items, "AMAZON_NA", sellable=True, at=AT) is not None


def test_the_days_are_data_of_a_country_and_from_a_date_on() -> None:
    today = date(2026, 3, 2)
    assert removal_days("US", StrandedReason.DELETED, today) == 30
    assert removal_days("US", StrandedReason.CLOSED, today) == 180
    assert removal_days("US", StrandedReason.NOT_STARTED, today) is None
    assert removal_days("JP", StrandedReason.DELETED, today) is None
    assert removal_days("US", StrandedReason.DELETED, date(2000, 1, 1)) is None


@pytest.mark.parametrize("reason", StrandedReason)
def test_every_reason_has_a_remedy(reason: StrandedReason) -> None:
    stranded = Stranded(US, "MUG", 5, reason, AT)
    assert stranded.actions
    assert "MUG" in stranded.problem.message
    assert stranded.problem.fix


# Found ------------------------------------------------------------------------------------------


def test_a_deleted_listing_strands_its_units_until_it_is_listed_again(desk: Desk) -> None:
    asin = desk.listed().asin
    desk.stocked()
    assert desk.look() == 0
    desk.network.delete_listing("US", "MUG")
    desk.clock.advance(hours=1)
    seen_at = desk.clock.now()
    assert desk.look() == 1
    (found,) = desk.engine.listings.stranded()
    assert (found.pool, found.sku, found.units, found.reason) == (US, "MUG", 5, "deleted")
    assert (found.since, found.removed_at) == (seen_at, seen_at + timedelta(days=30))
    assert "relist" in found.actions
    (told,) = desk.attention("stranded_stock")
    assert told.subject == "MUG"
    desk.clock.advance(hours=24)
    assert desk.look() == 1
    assert desk.engine.listings.stranded() == [found], "the deadline does not move"
    assert desk.attention("stranded_stock")[0].sightings == 1
    desk.engine.listings.add(US, draft(asin=asin))
    desk.settle()
    assert desk.look() == 0
    assert desk.engine.listings.stranded() == []
    assert desk.attention("stranded_stock") == []


@pytest.mark.parametrize(
    ("reason", "days"), [("closed", 180), ("suppressed", 30), ("merchant_fulfilled", 180)]
)
def test_reasons_are_told_apart(desk: Desk, reason: str, days: int) -> None:
    desk.listed()
    desk.stocked()
    if reason == "closed":
        desk.amazon.close_listing("US", "MUG")
    elif reason == "suppressed":
        desk.amazon.suppress("US", "MUG")
    else:
        change = desk.engine.listings.convert(
            US, "MUG", "merchant", quantity=1, accept_stranding=True
        )
        desk.settle()
        assert desk.state_of(change) == "done"
    desk.look()
    (found,) = desk.engine.listings.stranded(pool=US)
    assert found.reason == reason
    assert found.removed_at == found.since + timedelta(days=days)


def test_another_reason_begins_another_time(desk: Desk) -> None:
    desk.listed()
    desk.stocked()
    desk.amazon.close_listing("US", "MUG")
    desk.look()
    desk.clock.advance(hours=240)
    desk.amazon.reopen_listing("US", "MUG")
    desk.amazon.suppress("US", "MUG")
    desk.look()
    (found,) = desk.engine.listings.stranded()
    assert (found.reason, found.since) == ("suppressed", desk.clock.now())


def test_what_is_kept_for_mcf_is_shown_and_complained_of_by_nobody(desk: Desk) -> None:
    desk.listed(mcf_only=True)
    desk.stocked()
    desk.look()
    (found,) = desk.engine.listings.stranded()
    assert (found.reason, found.wanted, found.removed_at) == ("not_started", True, None)
    assert desk.attention("stranded_stock") == []


def test_errors_of_a_listing_are_shown_until_they_are_mended(desk: Desk) -> None:
    desk.listed()
    desk.stocked()
    desk.amazon.suppress(
        "US", "MUG", action="SEARCH_SUPPRESSED", attribute_names=["main_image"], message="No image."
    )
    assert desk.look() == 0
    (told,) = desk.attention("listing_suppressed")
    assert "No image." in told.message
    assert told.problems[0].field == "main_image"
    desk.amazon.restore("US", "MUG")
    desk.look()
    assert desk.attention("listing_suppressed") == []


def test_stock_of_many_skus_is_looked_at_within_the_limits(desk: Desk) -> None:
    skus = [f"SKU-{number:03d}" for number in range(130)]
    for sku in skus:
        desk.amazon.stock("US", sku, 1)
    desk.engine.catalog.add(*(Product(sku) for sku in skus))
    desk.engine.inventory.snapshot()
    desk.amazon.close_listing("US", skus[-1])
    assert desk.look() == 1
    assert [one.sku for one in desk.engine.listings.stranded()] == [skus[-1]]


def test_amazon_that_does_not_answer_changes_nothing(desk: Desk) -> None:
    desk.listed()
    desk.stocked()
    desk.amazon.close_listing("US", "MUG")
    desk.look()
    desk.amazon.inject("transient", operation="searchListingsItems")
    desk.look()
    assert len(desk.engine.listings.stranded()) == 1
    assert len(desk.attention("plugin_failure")) == 1


REPORT = "GET_STRANDED_INVENTORY_UI_DATA"


def report(desk: Desk, folder: Path, since: str, removal: str) -> None:
    path = folder / "stranded.txt"
    rows = (("sku", "date-stranded", "Date-to-take-auto-removal"), ("MUG", since, removal))
    path.write_text("".join("\t".join(row) + "\n" for row in rows))
    desk.engine.reports.import_file(path, REPORT, US)


def seen_deleted(desk: Desk) -> Stranded:
    desk.listed()
    desk.stocked()
    desk.network.delete_listing("US", "MUG")
    desk.clock.advance(hours=1)
    desk.look()
    (found,) = desk.engine.listings.stranded()
    desk.clock.advance(hours=1)
    return found


def test_amazons_own_dates_stand_in_the_place_of_counted_ones(desk: Desk, tmp_path: Path) -> None:
    seen = seen_deleted(desk)
    since, removal = seen.since - timedelta(days=9), seen.since + timedelta(days=3)
    report(desk, tmp_path, since.isoformat(), removal.isoformat())
    desk.look()
    told = replace(seen, since=since, removed_at=removal)
    assert desk.engine.listings.stranded() == [told]
    desk.clock.advance(hours=24)
    desk.look()
    assert desk.engine.listings.stranded() == [told]


def test_without_a_deadline_the_days_count_from_the_reported_day(
    desk: Desk, tmp_path: Path
) -> None:
    seen = seen_deleted(desk)
    since = seen.since - timedelta(days=9)
    report(desk, tmp_path, since.isoformat(), "")
    desk.look()
    (told,) = desk.engine.listings.stranded()
    assert (told.since, told.removed_at) == (since, since + timedelta(days=30))


def test_dates_in_another_form_change_nothing(desk: Desk, tmp_path: Path) -> None:
    seen = seen_deleted(desk)
    report(desk, tmp_path, "Jan 3rd", "soon")
    desk.look()
    assert desk.engine.listings.stranded() == [seen]


def test_a_report_of_an_earlier_time_does_not_count(desk: Desk, tmp_path: Path) -> None:
    desk.listed()
    report(desk, tmp_path, "2020-01-01T00:00:00+00:00", "2020-01-31T00:00:00+00:00")
    desk.clock.advance(hours=1)
    desk.stocked()
    desk.network.delete_listing("US", "MUG")
    desk.clock.advance(hours=1)
    desk.look()
    (found,) = desk.engine.listings.stranded()
    assert found.removed_at == found.since + timedelta(days=30)
