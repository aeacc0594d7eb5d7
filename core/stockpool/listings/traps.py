"""Changes of listings that would strand stock, found before they are made. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from stockpool.plugins.network_listings import ListingItem
from stockpool.problems import Problem


def leaving(pool: str, sku: str, units: int, *, another_is_live: bool) -> Iterator[Problem]:
    """An offer that the network fulfills is to end: its units would have none.

    Args:
        units: in the network's centers or on their way there.
        another_is_live: whether another SKU of the same units keeps its offer.
    """
    if units and not another_is_live:
        yield Problem(
            "would_strand",
            f"{units} units of {sku} in {pool} would be left without an offer",
            "sku",
            "0 units",
            f"take them out first (`stockpool removals create {pool} --sellable {sku}={units}`), "
            "or accept that they are stranded",
        )


def entering(item: ListingItem) -> Iterator[Problem]:
    """A listing is to be fulfilled by the network: units sent in would have no live offer."""
    if item.price is None:
        yield Problem(
            "missing_price",
            f"{item.sku} has no price, so units that are sent in would be stranded",
            "price",
            fix=f"give it one: `stockpool listings edit ... {item.sku} --price PRICE`",
        )
    stopped = [issue for issue in item.issues if "LISTING_SUPPRESSED" in issue.actions]
    for issue in stopped:
        yield Problem(
            "listing_suppressed",
            f"{item.sku} is suppressed ({issue.code}: {issue.message}), so units that are sent in "
            "would be stranded",
            ", ".join(issue.attribute_names) or None,
            fix="mend the listing first",
        )


def other_condition(item: ListingItem, condition_type: str, units: int) -> Iterator[Problem]:
    """A listing is put again in another condition: its units are of the old one."""
    if units and item.condition_type not in (None, condition_type):
        yield Problem(
            "other_condition",
            f"the {units} units of {item.sku} are {item.condition_type}, not {condition_type}",
            "condition_type",
            fix="another condition needs a SKU of its own",
        )
