"""Listings: offers of the network's own shop, made, changed, handed over and deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stockpool.errors import OutcomeUnknown, Throttled
from stockpool.plugins.network import NetworkCapability
from stockpool.plugins.network_listings import (
    MERCHANT,
    AttributePatch,
    Attributes,
    ListingItem,
    ListingPatch,
    ListingPut,
)
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import is_aware
from stockpool.testing.network_conformance.seller import LAMP, MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld

_TYPE = "DRINKING_CUP"


class ListingTests(NetworkTests):
    """Only for a network that declares LISTINGS."""

    @pytest.fixture
    def lister(self, world: NetworkWorld, seller: Seller) -> Seller:
        """A seller without a listing."""
        if NetworkCapability.LISTINGS not in seller.network.capabilities:
            pytest.skip("the network does not declare LISTINGS")
        return seller

    def test_a_listing_that_was_put_is_there(self, world: NetworkWorld, lister: Seller) -> None:
        submission = lister.network.put_listing(_put(lister))
        assert (submission.sku, submission.status) == (MUG, "ACCEPTED")
        item = _until(world, lister, "listed", lambda found: found is not None)
        assert item is not None
        assert (item.sku, item.country, item.product_type) == (MUG, lister.pool.country, _TYPE)
        assert item.item_name == "A mug"
        assert (item.fulfillment_channel_code, item.quantity) == (MERCHANT, 5)
        assert item.price is not None
        assert (str(item.price.amount), item.price.currency) == _price_of(lister)
        assert "item_name" in item.attributes
        assert is_aware(item.created_date)
        assert is_aware(item.last_updated_date)

    def test_an_unknown_sku_is_not_listed(self, lister: Seller) -> None:
        country = lister.pool.country
        assert lister.network.get_listing(country, "CONFORMANCE-NEVER-LISTED") is None
        page = lister.network.search_listings(country, skus=["CONFORMANCE-NEVER-LISTED"])
        assert not page.items

    def test_a_preview_changes_nothing(self, world: NetworkWorld, lister: Seller) -> None:
        assert lister.network.put_listing(_put(lister), preview=True).status == "VALID"
        world.let_time_pass(24)
        assert _get(lister) is None

    def test_what_is_wrong_is_told_and_not_done(self, world: NetworkWorld, lister: Seller) -> None:
        nowhere = _put(lister, fulfillment_availability=[{"fulfillment_channel_code": "NOWHERE"}])
        for preview in (True, False):
            submission = lister.network.put_listing(nowhere, preview=preview)
            assert submission.status == "INVALID"
            assert "ERROR" in {issue.severity for issue in submission.issues}
        world.let_time_pass(24)
        assert _get(lister) is None

    def test_a_patch_of_what_is_not_listed_is_invalid(self, lister: Seller) -> None:
        patch = AttributePatch("replace", "item_name", [{"value": "Another mug"}])
        request = ListingPatch(MUG, lister.pool.country, _TYPE, [patch])
        assert lister.network.patch_listing(request).status == "INVALID"

    def test_the_same_change_may_come_again(self, world: NetworkWorld, lister: Seller) -> None:
        before = _listed(world, lister)
        assert lister.network.put_listing(_put(lister)).status == "ACCEPTED"
        world.let_time_pass(24)
        after = _get(lister)
        assert after is not None
        assert (after.item_name, after.price, after.quantity, after.asin) == (
            before.item_name,
            before.price,
            before.quantity,
            before.asin,
        )

    def test_a_listing_is_handed_to_the_network_and_back(
        self, world: NetworkWorld, lister: Seller
    ) -> None:
        _listed(world, lister)
        network, country = lister.network, lister.pool.country
        ours = network.fulfillment_channel(country)
        assert ours != MERCHANT
        assert network.patch_listing(_channel(country, ours)).status == "ACCEPTED"
        item = _until(world, lister, "fulfilled by the network", _is_by(ours))
        assert item is not None
        assert item.quantity is None, "the network counts its units itself"
        assert item.price is not None, "a patch changes nothing that it does not name"
        assert network.patch_listing(_channel(country, MERCHANT, quantity=3)).status == "ACCEPTED"
        back = _until(world, lister, "fulfilled by the merchant", _is_by(MERCHANT))
        assert back is not None
        assert back.quantity == 3

    def test_a_search_finds_what_is_listed_in_its_country(
        self, world: NetworkWorld, lister: Seller
    ) -> None:
        _listed(world, lister)
        network, country = lister.network, lister.pool.country
        found = network.search_listings(country, skus=[MUG, LAMP]).items
        assert [item.sku for item in found] == [MUG]
        assert MUG in [item.sku for item in network.search_listings(country).items]
        elsewhere = lister.other_pool().country
        assert network.get_listing(elsewhere, MUG) is None
        assert not network.search_listings(elsewhere, skus=[MUG]).items

    def test_every_listing_stands_on_one_page(self, world: NetworkWorld, lister: Seller) -> None:
        skus = [f"CONFORMANCE-{number:02d}" for number in range(45)]
        for sku in skus:
            assert lister.network.put_listing(_put(lister, sku)).status == "ACCEPTED"
        world.let_time_pass(24)
        found: list[str] = []
        cursor: str | None = None
        for _ in skus:
            page = lister.network.search_listings(lister.pool.country, cursor=cursor)
            found += [item.sku for item in page.items]
            cursor = page.cursor
            if cursor is None:
                break
        assert sorted(found) == skus

    def test_a_deleted_listing_is_gone(self, world: NetworkWorld, lister: Seller) -> None:
        _listed(world, lister)
        for _ in range(2):
            assert lister.network.delete_listing(lister.pool.country, MUG).status == "ACCEPTED"
            _until(world, lister, "gone", lambda found: found is None)

    def test_a_throttled_change_is_not_done(self, world: NetworkWorld, lister: Seller) -> None:
        needs(world, WorldAbility.THROTTLE)
        world.throttle_next("put_listing")
        with pytest.raises(Throttled) as refusal:
            lister.network.put_listing(_put(lister))
        assert refusal.value.retry_after > 0
        world.let_time_pass(24)
        assert _get(lister) is None

    def test_a_question_that_failed_is_no_answer(self, world: NetworkWorld, lister: Seller) -> None:
        needs(world, WorldAbility.THROTTLE)
        network, country = lister.network, lister.pool.country
        world.throttle_next("get_listing")
        with pytest.raises(Throttled):
            network.get_listing(country, MUG)
        world.throttle_next("search_listings")
        with pytest.raises(Throttled):
            network.search_listings(country, skus=[MUG])

    def test_a_change_whose_answer_was_lost_is_done(
        self, world: NetworkWorld, lister: Seller
    ) -> None:
        needs(world, WorldAbility.FAIL_AFTER_EFFECT)
        world.fail_after_effect_next("put_listing")
        with pytest.raises(OutcomeUnknown):
            lister.network.put_listing(_put(lister))
        _until(world, lister, "listed", lambda found: found is not None)

    def test_what_is_listed_is_not_restricted(self, world: NetworkWorld, lister: Seller) -> None:
        item = _listed(world, lister)
        assert item.asin is not None
        assert not lister.network.listing_restrictions(lister.pool.country, item.asin, "new_new")


def _put(lister: Seller, sku: str = MUG, **attributes: object) -> ListingPut:
    amount, currency = _price_of(lister)
    own: Attributes = {
        "item_name": [{"value": "A mug"}],
        "condition_type": [{"value": "new_new"}],
        "purchasable_offer": [
            {
                "currency": currency,
                "our_price": [{"schedule": [{"value_with_tax": float(amount)}]}],
            }
        ],
        "fulfillment_availability": [{"fulfillment_channel_code": MERCHANT, "quantity": 5}],
        **attributes,  # type: ignore[dict-item]
    }
    return ListingPut(sku, lister.pool.country, _TYPE, own)


def _price_of(lister: Seller) -> tuple[str, str]:
    """A price that every currency can express."""
    currency = lister.pool.currency
    return {"JPY": "20"}.get(currency, "20.00"), currency


def _channel(country: str, code: str, **more: int) -> ListingPatch:
    value = {"fulfillment_channel_code": code, **more}
    patch = AttributePatch("replace", "fulfillment_availability", [value])
    return ListingPatch(MUG, country, _TYPE, [patch])


def _is_by(channel: str) -> Callable[[ListingItem | None], bool]:
    return lambda item: item is not None and item.fulfillment_channel_code == channel


def _get(lister: Seller) -> ListingItem | None:
    return lister.network.get_listing(lister.pool.country, MUG)


def _listed(world: NetworkWorld, lister: Seller) -> ListingItem:
    assert lister.network.put_listing(_put(lister)).status == "ACCEPTED"
    item = _until(world, lister, "listed", lambda found: found is not None)
    assert item is not None
    return item


def _until(
    world: NetworkWorld, lister: Seller, what: str, reached: Callable[[ListingItem | None], bool]
) -> ListingItem | None:
    for _ in range(48):
        item = _get(lister)
        if reached(item):
            return item
        world.let_time_pass(0.5)
    pytest.fail(f"after a day {MUG} is not {what}: {_get(lister)}")
