"""What is wrong with an inbound plan before the network is asked. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from stockpool.order_request import Address
from stockpool.plugins.network_inbound import PLAN_ITEMS_MOST, InboundItem
from stockpool.plugins.network_listings import ListingItem
from stockpool.problems import Problem

UNITS_MOST = 500_000
"""Of one item (Fulfillment Inbound API 2024-03-20)."""

WITHOUT_AMAZON_S_SERVICE = frozenset({"US"})
"""Where Amazon labels and prepares nothing any more (since January 2026)."""


def item_problems(
    country: str, items: Sequence[InboundItem], known: Collection[str]
) -> Iterator[Problem]:
    """What is wrong with the items of a plan for a country.

    Args:
        known: SKUs of the catalog.
    """
    if not 1 <= len(items) <= PLAN_ITEMS_MOST:
        yield Problem(
            "invalid_items",
            f"a plan has 1 to {PLAN_ITEMS_MOST} items, not {len(items)}",
            "items",
            str(PLAN_ITEMS_MOST),
            "make several plans",
        )
    seen = set()
    for place, item in enumerate(items):
        where = f"items[{place}]"
        if item.kind in seen:
            yield Problem(
                "repeated_item",
                f"{item.sku} is there twice with the same expiration date and lot",
                where,
                fix="add the quantities up",
            )
        seen.add(item.kind)
        if not 1 <= item.quantity <= UNITS_MOST:
            yield Problem(
                "invalid_quantity",
                f"{item.quantity} units of {item.sku}",
                f"{where}.quantity",
                f"1 to {UNITS_MOST}",
                "correct it",
            )
        if item.sku not in known:
            yield Problem(
                "unknown_sku",
                f"no product has the SKU {item.sku}",
                f"{where}.sku",
                fix="add it with `stockpool catalog add`",
            )
        if country in WITHOUT_AMAZON_S_SERVICE and "AMAZON" in (item.label_owner, item.prep_owner):
            yield Problem(
                "no_amazon_prep",
                f"Amazon neither labels nor prepares units in {country}",
                where,
                fix="let SELLER or NONE do it",
            )


def source_problems(source: Address) -> Iterator[Problem]:
    """What the address that is shipped from lacks."""
    for name in ("name", "line1", "city", "postal_code", "phone"):
        if not getattr(source, name):
            yield Problem(
                "missing_address_field",
                f"the address that is shipped from has no {name}",
                f"source.{name}",
                fix="add it",
            )


def stranding_problems(
    pool: str, skus: Collection[str], listings: Mapping[str, ListingItem], channel: str
) -> dict[str, Problem]:
    """SKUs whose units would be stranded on arrival: nobody offers them through the network.

    Args:
        channel: the network's `fulfillment_channel_code`.
    """
    found = {}
    for sku in sorted(skus):
        item = listings.get(sku)
        if item is None or item.fulfillment_channel_code != channel:
            what = "is not listed" if item is None else "is fulfilled by the merchant"
            found[sku] = Problem(
                "would_strand",
                f"{sku} {what} in {pool}: its units would be stranded on arrival",
                "items",
                fix=f"list it, or `stockpool listings convert {pool} {sku} --to network`",
            )
    return found
