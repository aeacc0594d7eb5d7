"""What selling a unit in Amazon's own shop would cost (Product Fees API v0).

The referral fee is a share of price and shipping. Where Amazon ships, its fulfillment fee comes on
top. There are no variable closing fees and no fees per item here: those are of media, and of
sellers without a plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.fees.fees import referral_fee, shop_fulfillment_fee
from stockpool_amazon_sim.listings import listing_search, listings
from stockpool_amazon_sim.records import Sku
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.world import World

UNKNOWN = "InvalidParameterValue"
"""The code of every problem."""

PROGRAMS = ("FBA_CORE", "FBA_SNL", "FBA_EFN")


@dataclass(frozen=True, slots=True)
class FeesQuestion:
    """One unit at a price, in minor units of the country's currency.

    Attributes:
        kind: `ASIN` or `SellerSKU`: what `value` is.
        by_amazon: whether Amazon would ship it.
        program: one of `PROGRAMS`; None: the usual one.
    """

    country: str
    kind: str
    value: str
    price: int
    shipping: int
    by_amazon: bool
    program: str | None = None


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A fee by Amazon's name, and what it is made of."""

    kind: str
    fee: int
    included: Sequence[FeeLine] = ()


@dataclass(frozen=True, slots=True)
class FeesAnswer:
    """Fees in minor units, or why there are none.

    Attributes:
        fulfillment: None if the seller ships.
    """

    referral: int = 0
    fulfillment: int | None = None
    problem: str | None = None

    @property
    def total(self) -> int:
        """All fees together."""
        return self.referral + (self.fulfillment or 0)

    @property
    def lines(self) -> Sequence[FeeLine]:
        """The fees as Amazon lists them."""
        lines = [FeeLine("ReferralFee", self.referral)]
        if self.fulfillment is not None:
            picked = FeeLine("FBAPickAndPack", self.fulfillment)
            lines.append(FeeLine("FBAFees", self.fulfillment, [picked]))
        return lines


def estimate(world: World, asked: FeesQuestion) -> FeesAnswer:
    """The fees of one unit as of today.

    A unit that is only in the catalog is as large and heavy as the seller's own of that page; one
    that never was in Amazon's centers has the usual size.
    """
    sku = _sku(world, asked)
    if sku is None:
        return FeesAnswer(problem=f"There is no {asked.kind} {asked.value} in this marketplace.")
    problem = _program_problem(asked)
    if problem is not None:
        return FeesAnswer(problem=problem)
    today = to_datetime(world.now).date()
    referral = referral_fee(asked.country, today, asked.price + asked.shipping)
    if not asked.by_amazon:
        return FeesAnswer(referral)
    fee = shop_fulfillment_fee(asked.country, today, sku.size_tier, sku.weight_grams)
    return FeesAnswer(referral, fee)


def _sku(world: World, asked: FeesQuestion) -> Sku | None:
    names = [asked.value]
    if asked.kind == "ASIN":
        names = listing_search.skus_of_asin(world, asked.country, asked.value)
    found = [name for name in names if name.isprintable()]
    for name in found:
        known = world.store.skus.get(f"{asked.country}|{name}")
        if known is not None:
            return known
    for name in found:
        listing = listing_search.find(world, asked.country, name)
        if listing is not None:
            return Sku(asked.country, name, "", asin=listings.asin_of(world, listing))
    return None


def _program_problem(asked: FeesQuestion) -> str | None:
    """FBA Small and Light ended in 2023; the European network is Europe's."""
    if asked.program is None or asked.program == "FBA_CORE":
        return None
    if not asked.by_amazon:
        return "OptionalFulfillmentProgram is for items that Amazon ships."
    european = country(asked.country).fulfillment_channel == "AMAZON_EU"
    if asked.program == "FBA_EFN" and european:
        return None
    return f"The item is not eligible for {asked.program}."
