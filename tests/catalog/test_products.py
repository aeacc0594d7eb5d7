"""Products, listings and kits: which physical stock a channel's SKU stands for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stockpool.catalog.products import Catalog, Component, Listing, Product, resolve, stock_sku_of
from stockpool.clock import ManualClock
from stockpool.errors import ConflictError, NotFoundError, RefusedError
from stockpool.storage.database import Database


@pytest.fixture
def database(database_url: str, clock: ManualClock) -> Iterator[Database]:
    opened = Database(database_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def catalog(database: Database) -> Catalog:
    return Catalog(database)


def resolved(database: Database, *keys: tuple[str, str]) -> dict[tuple[str, str], list[str]]:
    with database.read() as connection:
        return {
            key: [f"{part.units} {part.sku}/{part.stock_sku}" for part in parts]
            for key, parts in resolve(connection, keys).items()
        }


# Products --------------------------------------------------------------------------------------


def test_products_are_listed_by_sku(catalog: Catalog) -> None:
    catalog.add(Product("MUG", "A mug"), Product("CUP"))
    assert catalog.products() == [Product("CUP"), Product("MUG", "A mug")]


def test_adding_a_product_again_gives_it_the_new_title(catalog: Catalog) -> None:
    catalog.add(Product("MUG", "A mug"))
    catalog.add(Product("MUG", "The mug"))
    assert catalog.products() == [Product("MUG", "The mug")]


def test_two_skus_may_sell_the_same_physical_units(catalog: Catalog, database: Database) -> None:
    catalog.add(Product("MUG"), Product("MUG-FBM", shares_pool_with="MUG"))
    catalog.add(Product("MUG-3", shares_pool_with="MUG-FBM"))
    with database.read() as connection:
        assert {stock_sku_of(connection, sku) for sku in ("MUG", "MUG-FBM", "MUG-3")} == {"MUG"}
    assert catalog.products()[2] == Product("MUG-FBM", shares_pool_with="MUG")


def test_a_title_may_change_without_naming_the_shared_pool_again(catalog: Catalog) -> None:
    catalog.add(Product("MUG"), Product("MUG-2", shares_pool_with="MUG"))
    catalog.add(Product("MUG-2", "new title"))
    assert catalog.products()[1] == Product("MUG-2", "new title", shares_pool_with="MUG")


def test_stock_of_its_own_cannot_become_shared(catalog: Catalog) -> None:
    catalog.add(Product("MUG"), Product("CUP"))
    with pytest.raises(ConflictError, match=r"CUP has stock of its own .* pool of MUG"):
        catalog.add(Product("CUP", shares_pool_with="MUG"))


def test_a_pool_is_shared_with_a_product_that_there_is(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError, match="no product has the SKU TEA"):
        catalog.add(Product("MUG", shares_pool_with="TEA"))
    assert catalog.products() == []


def test_of_several_products_all_are_added_or_none(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError):
        catalog.add(Product("MUG"), Product("CUP", shares_pool_with="TEA"))
    assert catalog.products() == []


@pytest.mark.parametrize("sku", ["", " MUG", "MUG ", "M" * 51, " "])
def test_what_amazon_would_not_take_for_a_sku_is_refused(catalog: Catalog, sku: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        catalog.add(Product(sku))
    (problem,) = refusal.value.problems
    assert (problem.code, problem.limit) == ("invalid_sku", "50")


@pytest.mark.parametrize("sku", ["M" * 50, "a b", "Ł-1", "1/2", "'; DROP TABLE products; --"])
def test_every_other_sku_is_kept_as_it_is(catalog: Catalog, sku: str) -> None:
    catalog.add(Product(sku, "'quoted'"))
    catalog.list_on("web", channel_sku=sku, sku=sku)
    assert catalog.products() == [Product(sku, "'quoted'")]
    assert catalog.listings()[0].channel_sku == sku


# Listings --------------------------------------------------------------------------------------


def test_a_listing_is_one_unit_of_a_sku(catalog: Catalog) -> None:
    catalog.add(Product("MUG"))
    catalog.list_on("web", channel_sku="mug", sku="MUG")
    (listing,) = catalog.listings()
    assert listing == Listing("web", "mug", (Component("MUG", "MUG", 1),))
    assert not listing.is_kit


@pytest.mark.parametrize("components", [{"MUG": 2}, {"MUG": 1, "CUP": 1}])
def test_more_than_one_unit_is_a_kit(catalog: Catalog, components: dict[str, int]) -> None:
    catalog.add(Product("MUG"), Product("CUP"))
    catalog.list_on("web", channel_sku="set", components=components)
    (listing,) = catalog.listings()
    assert listing.is_kit
    assert {part.sku: part.units for part in listing.components} == components


def test_listing_again_replaces_what_it_consists_of(catalog: Catalog, database: Database) -> None:
    catalog.add(Product("MUG"), Product("CUP"))
    catalog.list_on("web", channel_sku="set", components={"MUG": 1, "CUP": 2})
    catalog.list_on("web", channel_sku="set", sku="CUP")
    assert resolved(database, ("web", "set")) == {("web", "set"): ["1 CUP/CUP"]}


def test_channels_have_listings_of_their_own(catalog: Catalog, database: Database) -> None:
    catalog.add(Product("MUG"), Product("CUP"))
    catalog.list_on("web", channel_sku="a", sku="MUG")
    catalog.list_on("shop", channel_sku="a", sku="CUP")
    assert [listing.channel for listing in catalog.listings()] == ["shop", "web"]
    assert [listing.channel for listing in catalog.listings("web")] == ["web"]
    assert resolved(database, ("web", "a"), ("shop", "a")) == {
        ("web", "a"): ["1 MUG/MUG"],
        ("shop", "a"): ["1 CUP/CUP"],
    }


def test_resolving_names_the_stock_that_is_shared_and_leaves_out_what_is_unknown(
    catalog: Catalog, database: Database
) -> None:
    catalog.add(Product("MUG"), Product("MUG-2", shares_pool_with="MUG"))
    catalog.list_on("web", channel_sku="two", components={"MUG-2": 2})
    assert resolved(database, ("web", "two"), ("web", "tea"), ("shop", "two")) == {
        ("web", "two"): ["2 MUG-2/MUG"]
    }
    assert resolved(database) == {}


def test_thousands_of_listings_are_taken_at_once(catalog: Catalog, database: Database) -> None:
    catalog.add(*(Product(f"SKU-{n}") for n in range(50)))
    catalog.list_many("web", {f"c{n}": {f"SKU-{n % 50}": 1} for n in range(3_000)})
    assert len(catalog.listings("web")) == 3_000
    assert len(resolved(database, *(("web", f"c{n}") for n in range(3_000)))) == 3_000


def test_a_listing_needs_products_that_there_are(catalog: Catalog) -> None:
    catalog.add(Product("MUG"))
    with pytest.raises(NotFoundError, match="listing set on web: no product has the SKU CUP"):
        catalog.list_many("web", {"mug": {"MUG": 1}, "set": {"MUG": 1, "CUP": 1}})
    assert catalog.listings() == [], "all of them or none"


@pytest.mark.parametrize("components", [{}, {"MUG": 0}, {"MUG": -1}, {"MUG": 251}])
def test_a_kit_has_units_and_fits_into_one_order(
    catalog: Catalog, components: dict[str, int]
) -> None:
    catalog.add(Product("MUG"))
    with pytest.raises(RefusedError) as refusal:
        catalog.list_on("web", channel_sku="set", components=components)
    (problem,) = refusal.value.problems
    assert (problem.code, problem.limit) == ("invalid_components", "250")


def test_a_listing_says_one_thing(catalog: Catalog) -> None:
    with pytest.raises(ValueError, match="either sku or components"):
        catalog.list_on("web", channel_sku="mug")
    with pytest.raises(ValueError, match="either sku or components"):
        catalog.list_on("web", channel_sku="mug", sku="MUG", components={"MUG": 1})
    with pytest.raises(ValueError, match="channel_sku must not be empty"):
        catalog.list_on("web", channel_sku="", sku="MUG")


def test_the_stock_of_an_unknown_sku_is_asked_for_in_vain(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no product has the SKU TEA"), database.read() as c:
        stock_sku_of(c, "TEA")
