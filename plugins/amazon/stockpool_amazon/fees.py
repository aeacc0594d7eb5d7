"""Fees: the Product Fees API v0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stockpool.money import Money
from stockpool.plugins.network_fees import (
    FeeDetail,
    FeesEstimate,
    FeesEstimateError,
    FeesEstimateRequest,
    NetworkFees,
)
from stockpool_amazon.errors import UnreadableAnswer
from stockpool_amazon.fields import Fields
from stockpool_amazon.pools import Pool, Pools
from stockpool_amazon.transport import Call, Transport
from stockpool_amazon.wire import present

_OPERATION = "getMyFeesEstimates"


class AmazonFees(NetworkFees):
    """What selling costs an account."""

    _transport: Transport
    _pools: Pools

    def fees_estimates(
        self, country: str, requests: Sequence[FeesEstimateRequest]
    ) -> Sequence[FeesEstimate]:
        pool = self._pools[country]
        # The identifier tells answers apart: nothing says in which order they come.
        body = [_asked(request, str(place), pool) for place, request in enumerate(requests)]
        path = "/products/fees/v0/feesEstimate"
        answer = self._transport.send(Call(_OPERATION, "POST", path, body=body, lists=True))
        document = Fields(answer.document, _OPERATION)
        told: dict[str, Fields] = {}
        for result in document.objects("payload", required=True):
            identifier = result.object("FeesEstimateIdentifier")
            told[identifier.text("SellerInputIdentifier")] = result
        missing = [request for place, request in enumerate(requests) if str(place) not in told]
        if missing:
            raise UnreadableAnswer(
                f"{_OPERATION}: there is no answer about {len(missing)} of {len(requests)} items"
            )
        return [_estimate(request, told[str(place)]) for place, request in enumerate(requests)]


def _asked(request: FeesEstimateRequest, identifier: str, pool: Pool) -> dict[str, Any]:
    price = {"ListingPrice": _money(request.listing_price)}
    if request.shipping is not None:
        price["Shipping"] = _money(request.shipping)
    asked = {
        "MarketplaceId": pool.marketplace_id,
        "IsAmazonFulfilled": request.is_amazon_fulfilled,
        "PriceToEstimateFees": price,
        "Identifier": identifier,
    } | present(OptionalFulfillmentProgram=request.optional_fulfillment_program)
    return {
        "FeesEstimateRequest": asked,
        "IdType": request.id_type,
        "IdValue": request.id_value,
    }


def _estimate(request: FeesEstimateRequest, result: Fields) -> FeesEstimate:
    status = result.text("Status")
    if status != "Success":
        error = result.object("Error")
        return FeesEstimate(
            request,
            error=FeesEstimateError(
                error.text("Code"), error.text("Message"), sender=status == "ClientError"
            ),
        )
    estimate = result.object("FeesEstimate")
    return FeesEstimate(
        request,
        estimate.time("TimeOfFeesEstimation"),
        _read_money(estimate.object("TotalFeesEstimate")),
        [_detail(detail) for detail in estimate.objects("FeeDetailList")],
    )


def _detail(detail: Fields) -> FeeDetail:
    return FeeDetail(
        detail.text("FeeType"),
        _read_money(detail.object("FinalFee")),
        [_detail(part) for part in detail.objects("IncludedFeeDetailList")],
    )


def _money(money: Money) -> Mapping[str, Any]:
    """`MoneyType`, whose amount is a number in this API."""
    return {"CurrencyCode": money.currency, "Amount": float(money.amount)}


def _read_money(told: Fields) -> Money:
    return told.money_in_number("Amount", "CurrencyCode")
