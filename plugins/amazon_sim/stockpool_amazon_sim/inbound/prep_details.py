"""How SKUs must be prepared and who may do it (setPrepDetails and listPrepDetails).

What the seller does not say is UNKNOWN, and a plan with such a SKU is not made. Who may label and
prepare follows from that, from the barcode and from the country: Amazon prepares and labels
nothing in the United States (since January 2026).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stockpool_amazon_sim.inbound.inbound_plan_records import PrepDetail
from stockpool_amazon_sim.inbound.inbound_plans import BAD_REQUEST, Problem
from stockpool_amazon_sim.inventory.inventory import known_sku
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import Sku
from stockpool_amazon_sim.world import World

OUTPUT_ONLY = ("FC_PROVIDED", "UNKNOWN")
"""Categories that Amazon tells, and a seller can't set."""

NO_PREP = "ITEM_NO_PREP"
LABELING = "ITEM_LABELING"

WITHOUT_AMAZON_S_SERVICE = ("US",)


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is known of a SKU's preparation. `None`: no constraint."""

    msku: str
    category: str
    types: Sequence[str]
    label_owner: str | None
    prep_owner: str | None

    @property
    def owners_must_match(self) -> bool:
        """Whether who labels must be who prepares: where both is to be done, by either."""
        return self.label_owner is None and self.prep_owner is None


def check_categories(categories: Sequence[str]) -> None:
    """Refuse what can't be set.

    Raises:
        RejectedError: InvalidInput.
    """
    for category in categories:
        if category in OUTPUT_ONLY:
            raise invalid(f"prepCategory: {category} can't be set")


def set_prep_details(world: World, country: str, arguments: Any) -> list[Problem]:
    """Carry out setPrepDetails: all, or nothing if one of them is wrong.

    Args:
        arguments: lists of [SKU, category, types].
    """
    problems: list[Problem] = []
    for msku, category, types in arguments:
        if world.store.skus.get(f"{country}|{msku}") is None:
            problems.append(_problem(msku, f"{msku} is not known in the marketplace."))
        needs = [one for one in types if one not in (NO_PREP, LABELING)]
        if category == "NONE" and needs:
            problems.append(_problem(msku, f"The category NONE has no prep types {needs}."))
        if category != "NONE" and (not needs or NO_PREP in types):
            problems.append(_problem(msku, f"The category {category} needs prep types of its own."))
    if not problems:
        for msku, category, types in arguments:
            key = f"{country}|{msku}"
            world.store.prep_details.put(key, PrepDetail(category, list(types)))
    return problems


def preparation(world: World, country: str, msku: str) -> Preparation:
    """What is known of a SKU.

    Raises:
        RejectedError: InvalidInput if the SKU is not known in the country.
    """
    sku = known_sku(world, country, msku)
    detail = world.store.prep_details.get(f"{country}|{msku}")
    seller_only = "SELLER_ONLY" if country in WITHOUT_AMAZON_S_SERVICE else None
    label_owner = "NONE_ONLY" if has_manufacturer_barcode(sku) else seller_only
    if detail is None:
        return Preparation(msku, "UNKNOWN", [], label_owner, None)
    prep_owner = "NONE_ONLY" if detail.category == "NONE" else seller_only
    return Preparation(msku, detail.category, detail.types, label_owner, prep_owner)


def has_manufacturer_barcode(sku: Sku) -> bool:
    """Whether units are known by their manufacturer's barcode: then the FNSKU is the ASIN."""
    return sku.fnsku == sku.asin


def owner_problems(known: Preparation, label_owner: str, prep_owner: str) -> list[Problem]:
    """Why these can't be the owners of labelling and preparing a SKU."""
    problems = []
    for what, owner, constraint in (
        ("labelOwner", label_owner, known.label_owner),
        ("prepOwner", prep_owner, known.prep_owner),
    ):
        accepted = (
            ["AMAZON", "SELLER"] if constraint is None else [constraint.removesuffix("_ONLY")]
        )
        if owner in accepted:
            continue
        needed = "does not require" if accepted == ["NONE"] else "requires"
        problems.append(
            _problem(
                known.msku,
                f"{known.msku} {needed} {what} but {owner} was assigned."
                f" Accepted values: [{', '.join(accepted)}]",
            )
        )
    if not problems and known.owners_must_match and label_owner != prep_owner:
        problems.append(
            _problem(known.msku, f"labelOwner and prepOwner of {known.msku} must match.")
        )
    return problems


def _problem(msku: str, message: str) -> Problem:
    return Problem(BAD_REQUEST, f"ERROR: {message}", input_error(msku))


def input_error(resource: str) -> str:
    """The details of a problem with a resource, as Amazon writes them."""
    return f"There's an input error with the resource '{resource}'."
