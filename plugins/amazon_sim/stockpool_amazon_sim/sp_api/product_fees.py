"""Product Fees API v0."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_pascal

from stockpool.money import Money, to_minor
from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.fees.selling_fees import UNKNOWN, FeeLine, FeesAnswer, FeesQuestion
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.sp_api.messages import Answer, Call, Json, Operation, invalid_input
from stockpool_amazon_sim.sp_api.reading import Body, country_of, read_body, read_part
from stockpool_amazon_sim.sp_api.writing import timestamp

_MOST = 20
"""Items of one getMyFeesEstimates (the model's text)."""


class _Pascal(Body):
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_pascal, validate_by_name=True
    )


class _Money(_Pascal):
    currency_code: str | None = None
    amount: Decimal | None = None


class _Price(_Pascal):
    listing_price: _Money
    shipping: _Money | None = None


class _Request(_Pascal):
    marketplace_id: str
    is_amazon_fulfilled: bool = False
    price_to_estimate_fees: _Price
    identifier: str
    optional_fulfillment_program: Literal["FBA_CORE", "FBA_SNL", "FBA_EFN"] | None = None


class _OneRequest(_Pascal):
    fees_estimate_request: _Request


class _ByIdRequest(_OneRequest):
    id_type: Literal["ASIN", "SellerSKU"]
    id_value: str = Field(min_length=1)


def get_my_fees_estimate_for_sku(call: Call) -> Json:
    """getMyFeesEstimateForSKU."""
    return _one(call, "getMyFeesEstimateForSKU", "SellerSKU", call.names["SellerSKU"])


def get_my_fees_estimate_for_asin(call: Call) -> Json:
    """getMyFeesEstimateForASIN."""
    return _one(call, "getMyFeesEstimateForASIN", "ASIN", call.names["Asin"])


def get_my_fees_estimates(call: Call) -> Answer:
    """getMyFeesEstimates: body and answer are lists."""
    try:
        document = json.loads(call.request.body)
    except ValueError as error:
        raise invalid_input(f"The body is not JSON: {error}") from None
    if not isinstance(document, list) or not 1 <= len(document) <= _MOST:
        raise invalid_input(f"The body must be a list of 1 to {_MOST} requests.")
    asked = [read_part(one, _ByIdRequest) for one in document]
    questions = [
        _question(call, one.fees_estimate_request, one.id_type, one.id_value) for one in asked
    ]
    at, answers = call.simulator.get_my_fees_estimates(questions)
    return Answer(
        200,
        [
            _result(call, one.fees_estimate_request, question, answer, at)
            for one, question, answer in zip(asked, questions, answers, strict=True)
        ],
    )


def _one(call: Call, operation: str, kind: str, value: str) -> Json:
    asked = read_body(call, _OneRequest).fees_estimate_request
    question = _question(call, asked, kind, value)
    at, (answer,) = call.simulator.get_my_fees_estimates([question], operation=operation)
    return {"payload": {"FeesEstimateResult": _result(call, asked, question, answer, at)}}


def _question(call: Call, asked: _Request, kind: str, value: str) -> FeesQuestion:
    code = country_of(call, asked.marketplace_id, "MarketplaceId")
    currency = country(code).currency
    price = asked.price_to_estimate_fees
    return FeesQuestion(
        code,
        kind,
        value,
        _minor(price.listing_price, currency, "ListingPrice"),
        0 if price.shipping is None else _minor(price.shipping, currency, "Shipping"),
        asked.is_amazon_fulfilled,
        asked.optional_fulfillment_program,
    )


def _minor(money: _Money, currency: str, name: str) -> int:
    if money.amount is None:
        raise invalid_input(f"{name}.Amount is missing.")
    if money.currency_code not in (None, currency):
        raise invalid_input(f"{name}.CurrencyCode must be {currency} in this marketplace.")
    try:
        minor = to_minor(money.amount, currency)
    except (ValueError, InvalidOperation) as error:
        raise invalid_input(f"{name}.Amount: {error}") from None
    if minor < 0:
        raise invalid_input(f"{name}.Amount must not be negative.")
    return minor


def _result(
    call: Call, asked: _Request, question: FeesQuestion, answer: FeesAnswer, at: Micros
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "Status": "Success" if answer.problem is None else "ClientError",
        "FeesEstimateIdentifier": _identifier(call, asked, question),
    }
    if answer.problem is not None:
        result["Error"] = {
            "Type": "Sender",
            "Code": UNKNOWN,
            "Message": answer.problem,
            "Detail": [],
        }
        return result
    currency = country(question.country).currency
    result["FeesEstimate"] = {
        "TimeOfFeesEstimation": timestamp(at),
        "TotalFeesEstimate": _money(answer.total, currency),
        "FeeDetailList": [_fee(line, currency) for line in answer.lines],
    }
    return result


def _identifier(call: Call, asked: _Request, question: FeesQuestion) -> dict[str, Any]:
    currency = country(question.country).currency
    price = {"ListingPrice": _money(question.price, currency)}
    if asked.price_to_estimate_fees.shipping is not None:
        price["Shipping"] = _money(question.shipping, currency)
    identifier: dict[str, Any] = {
        "MarketplaceId": asked.marketplace_id,
        "SellerId": call.simulator.seller_id,
        "IdType": question.kind,
        "IdValue": question.value,
        "IsAmazonFulfilled": question.by_amazon,
        "PriceToEstimateFees": price,
        "SellerInputIdentifier": asked.identifier,
    }
    if question.program is not None:
        identifier["OptionalFulfillmentProgram"] = question.program
    return identifier


def _fee(line: FeeLine, currency: str) -> dict[str, Any]:
    amount = _money(line.fee, currency)
    nothing = _money(0, currency)
    fee: dict[str, Any] = {
        "FeeType": line.kind,
        "FeeAmount": amount,
        "FeePromotion": nothing,
        "TaxAmount": nothing,
        "FinalFee": amount,
    }
    if line.included:
        fee["IncludedFeeDetailList"] = [_fee(part, currency) for part in line.included]
    return fee


def _money(minor: int, currency: str) -> Mapping[str, Any]:
    """`MoneyType`, whose amount is a number in this API."""
    return {"CurrencyCode": currency, "Amount": float(Money(minor, currency).amount)}


_BASE = "/products/fees/v0"

OPERATIONS = (
    Operation(
        "getMyFeesEstimateForSKU",
        "POST",
        f"{_BASE}/listings/{{SellerSKU}}/feesEstimate",
        get_my_fees_estimate_for_sku,
        1.0,
    ),
    Operation(
        "getMyFeesEstimateForASIN",
        "POST",
        f"{_BASE}/items/{{Asin}}/feesEstimate",
        get_my_fees_estimate_for_asin,
        1.0,
    ),
    Operation("getMyFeesEstimates", "POST", f"{_BASE}/feesEstimate", get_my_fees_estimates, 0.5),
)
