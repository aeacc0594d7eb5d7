"""Fees as the engine asks for them: translated, nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from stockpool.errors import RejectedError
from stockpool.money import Money
from stockpool.plugins.network_fees import (
    FEES_ESTIMATES_MOST,
    FeeDetail,
    FeesEstimate,
    FeesEstimateError,
    FeesEstimateRequest,
    NetworkFees,
)
from stockpool_amazon_sim.countries import country as known_country
from stockpool_amazon_sim.fees.selling_fees import UNKNOWN, FeeLine, FeesAnswer, FeesQuestion
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.simulator import Simulator


class SimulatedFees(NetworkFees):
    """The fees of a simulated account."""

    simulator: Simulator

    def fees_estimates(
        self, country: str, requests: Sequence[FeesEstimateRequest]
    ) -> Sequence[FeesEstimate]:
        if not 1 <= len(requests) <= FEES_ESTIMATES_MOST:
            raise _invalid(f"there must be 1 to {FEES_ESTIMATES_MOST} requests")
        currency = known_country(country).currency
        asked = [_question(country, currency, request) for request in requests]
        at, answers = self.simulator.get_my_fees_estimates(asked)
        return [
            _estimate(request, answer, to_datetime(at), currency)
            for request, answer in zip(requests, answers, strict=True)
        ]


def _question(country: str, currency: str, request: FeesEstimateRequest) -> FeesQuestion:
    shipping = request.shipping or Money(0, currency)
    for money in (request.listing_price, shipping):
        if money.currency != currency or money.minor < 0:
            raise _invalid(f"a price must be in {currency} and not negative: {money}")
    return FeesQuestion(
        country,
        request.id_type,
        request.id_value,
        request.listing_price.minor,
        shipping.minor,
        request.is_amazon_fulfilled,
        request.optional_fulfillment_program,
    )


def _estimate(
    request: FeesEstimateRequest, answer: FeesAnswer, at: datetime, currency: str
) -> FeesEstimate:
    if answer.problem is not None:
        error = FeesEstimateError(UNKNOWN, answer.problem, sender=True)
        return FeesEstimate(request, error=error)
    fees = [_detail(line, currency) for line in answer.lines]
    return FeesEstimate(request, at, Money(answer.total, currency), fees)


def _detail(line: FeeLine, currency: str) -> FeeDetail:
    included = [_detail(part, currency) for part in line.included]
    return FeeDetail(line.kind, Money(line.fee, currency), included)


def _invalid(message: str) -> RejectedError:
    return RejectedError("InvalidInput", message)
