"""Listings made, edited and handed over; what would strand stock is caught before it is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listing_desk import CA, US, Desk, draft
from stockpool.catalog.products import Product
from stockpool.errors import NotFoundError, RefusedError
from stockpool.money import Money
from stockpool.plugins.network_listings import MERCHANT, ListingItemStatus


def codes(refusal: pytest.ExceptionInfo[RefusedError]) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def test_a_product_is_listed_and_the_change_is_followed_until_it_holds(desk: Desk) -> None:
    change = desk.engine.listings.add(US, draft())
    assert (change.kind, change.state) == ("put", "recorded")
    while desk.engine.work():
        pass
    assert desk.state_of(change) == "accepted"
    desk.settle()
    assert desk.state_of(change) == "done"
    item = desk.engine.listings.get(US, "MUG")
    assert (item.item_name, item.price, item.quantity) == ("A mug", Money(2000, "USD"), None)
    assert item.fulfillment_channel_code == "AMAZON_NA"
    with pytest.raises(NotFoundError):
        desk.engine.listings.get(CA, "MUG")
    assert desk.engine.verify().ok


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"quantity": 5}, "quantity_with_fba"),
        ({"fulfilled_by": "merchant"}, "missing_quantity"),
        ({"price": Money(2000, "CAD")}, "invalid_price"),
        ({"price": Money(0, "USD")}, "invalid_price"),
        ({"condition_type": "shiny"}, "unknown_condition"),
        ({"title": " "}, "missing_title"),
        ({"fulfilled_by": "merchant", "quantity": 1, "mcf_only": True}, "mcf_only_by_merchant"),
    ],
)
def test_a_draft_that_makes_no_sense_is_not_sent(
    desk: Desk, members: dict[str, object], code: str
) -> None:
    with pytest.raises(RefusedError) as refusal:
        desk.engine.listings.add(US, draft(**members))
    assert codes(refusal) == [code]
    assert desk.engine.listings.changes() == []


def test_a_sku_is_as_long_as_every_file_takes(desk: Desk) -> None:
    with pytest.raises(RefusedError) as refusal:
        desk.engine.listings.add(US, draft("X" * 41))
    assert codes(refusal) == ["invalid_sku"]


def test_what_amazon_finds_wrong_is_shown_and_the_change_ends(desk: Desk) -> None:
    asin = str(desk.listed().asin)
    change = desk.engine.listings.add(US, draft("CUP", asin=asin))
    desk.amazon.restrict_asin("US", asin)
    while desk.engine.work():
        pass
    after = desk.engine.listings.change(change.change_id)
    assert (after.state, [p.code for p in after.problems]) == ("refused", ["invalid_listing"])
    (item,) = desk.attention("invalid_listing")
    assert "approval" in item.message


def test_a_restricted_asin_is_refused_before_it_is_sent(desk: Desk) -> None:
    asin = str(desk.listed().asin)
    desk.amazon.restrict_asin("US", asin)
    with pytest.raises(RefusedError, match="approval") as refusal:
        desk.engine.listings.add(US, draft("CUP", asin=asin))
    assert codes(refusal) == ["restricted"]


def test_an_edit_changes_what_it_names(desk: Desk) -> None:
    desk.listed()
    change = desk.engine.listings.edit(US, "MUG", price=Money(1750, "USD"), title="A blue mug")
    desk.settle()
    assert desk.state_of(change) == "done"
    item = desk.engine.listings.get(US, "MUG")
    assert (item.item_name, item.price) == ("A blue mug", Money(1750, "USD"))
    assert item.fulfillment_channel_code == "AMAZON_NA"


def test_an_edit_gives_no_quantity_to_fba_and_no_other_condition(desk: Desk) -> None:
    desk.listed()
    with pytest.raises(RefusedError) as refusal:
        desk.engine.listings.edit(US, "MUG", quantity=5)
    assert codes(refusal) == ["quantity_with_fba"]
    others = {"condition_type": [{"value": "used_good"}]}
    with pytest.raises(RefusedError) as refusal:
        desk.engine.listings.edit(US, "MUG", others=others)
    assert codes(refusal) == ["not_edited_here"]


def test_units_keep_the_condition_they_were_sent_in_as(desk: Desk) -> None:
    desk.listed()
    desk.stocked()
    with pytest.raises(RefusedError) as refusal:
        desk.engine.listings.add(US, draft(condition_type="used_good"))
    assert codes(refusal) == ["other_condition"]


def test_a_listing_is_handed_to_amazon_and_back_while_nothing_is_there(desk: Desk) -> None:
    desk.listed(fulfilled_by="merchant", quantity=3)
    to_amazon = desk.engine.listings.convert(US, "MUG", "network")
    desk.settle()
    assert desk.state_of(to_amazon) == "done"
    assert desk.engine.listings.get(US, "MUG").fulfillment_channel_code == "AMAZON_NA"
    assert desk.engine.listings.convert(US, "MUG", "network") is None
    back = desk.engine.listings.convert(US, "MUG", "merchant", quantity=7)
    desk.settle()
    assert desk.state_of(back) == "done"
    item = desk.engine.listings.get(US, "MUG")
    assert (item.fulfillment_channel_code, item.quantity) == (MERCHANT, 7)


@pytest.mark.parametrize("how", ["convert", "delete", "add"])
def test_units_are_not_stranded_unless_that_is_accepted(desk: Desk, how: str) -> None:
    desk.listed()
    desk.stocked()
    listings = desk.engine.listings

    def do(accept: bool) -> None:
        if how == "convert":
            listings.convert(US, "MUG", "merchant", quantity=1, accept_stranding=accept)
        elif how == "delete":
            listings.delete(US, "MUG", accept_stranding=accept)
        else:
            by_merchant = draft(fulfilled_by="merchant", quantity=1)
            listings.add(US, by_merchant, accept_stranding=accept)

    with pytest.raises(RefusedError, match="5 units of MUG") as refusal:
        do(accept=False)
    assert codes(refusal) == ["would_strand"]
    do(accept=True)
    desk.settle()
    assert [stranded.units for stranded in desk.amazon.stranded("US")] == [5]


def test_units_that_come_after_the_change_was_asked_for_are_not_stranded(desk: Desk) -> None:
    desk.listed()
    change = desk.engine.listings.delete(US, "MUG")
    desk.stocked()
    while desk.engine.work():
        pass
    assert desk.state_of(change) == "refused"
    assert len(desk.attention("would_strand")) == 1
    assert desk.engine.listings.get(US, "MUG").price is not None


def test_another_sku_of_the_same_units_keeps_them_on_sale(desk: Desk) -> None:
    desk.stocked()
    desk.engine.catalog.add(Product("CUP", shares_pool_with="MUG"))
    desk.amazon.register("US", "CUP", fnsku=desk.engine.listings.get(US, "MUG").fn_sku)
    change = desk.engine.listings.delete(US, "MUG")
    desk.settle()
    assert desk.state_of(change) == "done"
    assert desk.amazon.stranded("US") == []


def test_nothing_is_handed_to_amazon_that_could_not_be_sold_there(desk: Desk) -> None:
    desk.listed(fulfilled_by="merchant", quantity=3)
    desk.amazon.suppress("US", "MUG")
    with pytest.raises(RefusedError) as refusal:
        desk.engine.listings.convert(US, "MUG", "network")
    assert codes(refusal) == ["listing_suppressed"]
    assert desk.engine.listings.convert(US, "MUG", "network", accept_stranding=True) is not None


def test_an_mcf_only_listing_is_not_for_sale_and_its_stock_is_fulfilled_by_mcf(desk: Desk) -> None:
    desk.listed(mcf_only=True)
    desk.stocked()
    assert ListingItemStatus.BUYABLE not in desk.engine.listings.get(US, "MUG").status
    assert desk.engine.inventory.available("MUG", country="US") == 5
    on_sale = desk.engine.listings.offer(US, "MUG")
    desk.settle()
    assert desk.state_of(on_sale) == "done"
    item = desk.engine.listings.get(US, "MUG")
    assert (ListingItemStatus.BUYABLE in item.status, item.price) == (True, Money(2000, "USD"))
    assert desk.engine.listings.offer(US, "MUG") is None
    off_sale = desk.engine.listings.mcf_only(US, "MUG")
    desk.settle()
    assert desk.state_of(off_sale) == "done"
    assert ListingItemStatus.BUYABLE not in desk.engine.listings.get(US, "MUG").status


def test_a_change_whose_answer_was_lost_is_sent_again_and_done_once(desk: Desk) -> None:
    change = desk.engine.listings.add(US, draft())
    desk.amazon.inject("timeout_after", operation="putListingsItem")
    for _ in range(3):
        desk.settle()
    assert desk.state_of(change) == "done"
    assert desk.engine.attention.list() == []


def test_an_accepted_change_that_nobody_sees_is_shown_after_a_day(desk: Desk) -> None:
    change = desk.engine.listings.add(US, draft(product_id="0123456789012"))
    while desk.engine.work():
        pass
    # Amazon takes it, and somebody deletes the listing before it was ever seen.
    desk.network.delete_listing("US", "MUG")
    desk.settle()
    assert desk.state_of(change) == "accepted"
    desk.clock.advance(timedelta(hours=25).total_seconds())
    while desk.engine.work():
        pass
    assert desk.state_of(change) == "overdue"
    assert len(desk.attention("listing_change_overdue")) == 1


def test_a_change_that_a_later_one_covers_is_done_with_it(desk: Desk) -> None:
    desk.listed()
    prices = [Money(1700, "USD"), Money(1800, "USD")]
    asked = [desk.engine.listings.edit(US, "MUG", price=price) for price in prices]
    desk.settle()
    desk.clock.advance(hours=25)
    desk.settle()
    assert desk.engine.listings.get(US, "MUG").price == prices[-1]
    assert {desk.state_of(change) for change in asked} == {"done"}
    assert desk.engine.attention.list() == []


def test_changes_that_nobody_sees_do_not_keep_others_from_being_seen(desk: Desk) -> None:
    hidden = [desk.engine.listings.add(US, draft(f"HIDDEN-{number}")) for number in range(30)]
    seen = desk.engine.listings.add(US, draft())
    while desk.engine.work():
        pass
    for number in range(30):
        desk.network.delete_listing("US", f"HIDDEN-{number}")
    desk.settle()
    assert desk.state_of(seen) == "done"
    assert {desk.state_of(change) for change in hidden} == {"accepted"}


def test_a_pool_without_listings_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        desk.engine.listings.add("amazon-na:MX", draft())
    with pytest.raises(NotFoundError):
        desk.engine.listings.convert(US, "NEVER-LISTED", "network")
