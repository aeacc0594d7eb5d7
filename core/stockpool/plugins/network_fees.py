"""The contract of fees: what selling a unit in the network's own shop would cost.

Names are those of Amazon's Product Fees API v0. An estimate promises nothing: what was charged is
told by reports. What an MCF order costs is told by `Network.preview` instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from stockpool.money import Money

FEES_ESTIMATES_MOST = 20
"""Items that `fees_estimates` takes at once."""

FeesIdType = Literal["SellerSKU", "ASIN"]


@dataclass(frozen=True, slots=True)
class FeesEstimateRequest:
    """One unit that would be sold at a price.

    Attributes:
        id_value: the seller's SKU, or the ASIN of any page of the catalog.
        listing_price / shipping: what the buyer would pay, in the currency of the country's pool.
        is_amazon_fulfilled: whether the network would ship it; if not, only selling costs.
        optional_fulfillment_program: `FBA_CORE`, `FBA_EFN` ...; None: the usual one.
    """

    id_type: FeesIdType
    id_value: str
    listing_price: Money
    shipping: Money | None = None
    is_amazon_fulfilled: bool = True
    optional_fulfillment_program: str | None = None


@dataclass(frozen=True, slots=True)
class FeeDetail:
    """A fee by the network's name (`ReferralFee`, `FBAFees` ...).

    Attributes:
        final_fee: with promotions and tax.
        included: what it is made of; not to be added to it.
    """

    fee_type: str
    final_fee: Money
    included: Sequence[FeeDetail] = ()


@dataclass(frozen=True, slots=True)
class FeesEstimateError:
    """Why there is no estimate.

    Attributes:
        sender: whether what was asked for is wrong; if not, it may be asked for again.
    """

    code: str
    message: str
    sender: bool


@dataclass(frozen=True, slots=True)
class FeesEstimate:
    """The answer about one unit: either fees, as of `estimated_at`, or an error."""

    request: FeesEstimateRequest
    estimated_at: datetime | None = None
    total: Money | None = None
    fees: Sequence[FeeDetail] = ()
    error: FeesEstimateError | None = None


class NetworkFees:
    """The part of `Network` that needs the capability FEES.

    The operation that counts against a rate limit is `getMyFeesEstimates`.
    """

    def fees_estimates(
        self, country: str, requests: Sequence[FeesEstimateRequest]
    ) -> Sequence[FeesEstimate]:
        """What units would cost, each for itself and in the order of the requests.

        Changes nothing, so it may be repeated. A unit that is not known has an error of its own,
        and the others have their fees.

        Args:
            requests: 1 to `FEES_ESTIMATES_MOST`.

        Raises:
            RejectedError: the question as a whole can't be taken: too many units, a price that is
                negative or in another currency.
        """
        raise NotImplementedError
