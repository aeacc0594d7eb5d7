"""Fees: what goes out, what is read, and what can't be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from amazon_documents import US
from scripted_amazon import ScriptedAmazon
from stockpool.errors import RejectedError, TransientError
from stockpool.money import Money
from stockpool.plugins.network_fees import FeeDetail, FeesEstimateRequest
from stockpool_amazon.network import AmazonNetwork

PATH = "/products/fees/v0/feesEstimate"
MUG = FeesEstimateRequest("SellerSKU", "MUG/1", Money(1999, "USD"), Money(499, "USD"))
PAGE = FeesEstimateRequest(
    "ASIN",
    "B000000001",
    Money(500, "USD"),
    is_amazon_fulfilled=False,
    optional_fulfillment_program="FBA_CORE",
)


@pytest.fixture
def network(make_network: Callable[..., AmazonNetwork], amazon: ScriptedAmazon) -> AmazonNetwork:
    return make_network()


def dollars(amount: float) -> dict[str, Any]:
    return {"CurrencyCode": "USD", "Amount": amount}


def fee(kind: str, amount: float, *included: dict[str, Any]) -> dict[str, Any]:
    told = {"FeeType": kind, "FeeAmount": dollars(amount), "FinalFee": dollars(amount)}
    return told | ({"IncludedFeeDetailList": list(included)} if included else {})


def success(identifier: str, total: float, *fees: dict[str, Any]) -> dict[str, Any]:
    return {
        "Status": "Success",
        "FeesEstimateIdentifier": {"SellerInputIdentifier": identifier},
        "FeesEstimate": {
            "TimeOfFeesEstimation": "2026-03-02T09:00:00Z",
            "TotalFeesEstimate": dollars(total),
            "FeeDetailList": list(fees),
        },
    }


def failure(identifier: str, status: str) -> dict[str, Any]:
    return {
        "Status": status,
        "FeesEstimateIdentifier": {"SellerInputIdentifier": identifier},
        "Error": {"Type": "Sender", "Code": "Bad", "Message": "It is unknown.", "Detail": []},
    }


def test_what_goes_out(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    amazon.answers("POST", PATH, [success("0", 1.0), success("1", 1.0)])
    network.fees_estimates("US", [MUG, PAGE])
    assert amazon.sent("POST", PATH).json == [
        {
            "IdType": "SellerSKU",
            "IdValue": "MUG/1",
            "FeesEstimateRequest": {
                "MarketplaceId": US,
                "IsAmazonFulfilled": True,
                "PriceToEstimateFees": {"ListingPrice": dollars(19.99), "Shipping": dollars(4.99)},
                "Identifier": "0",
            },
        },
        {
            "IdType": "ASIN",
            "IdValue": "B000000001",
            "FeesEstimateRequest": {
                "MarketplaceId": US,
                "IsAmazonFulfilled": False,
                "PriceToEstimateFees": {"ListingPrice": dollars(5.0)},
                "Identifier": "1",
                "OptionalFulfillmentProgram": "FBA_CORE",
            },
        },
    ]


def test_answers_are_told_apart_by_identifier(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    picked = fee("FBAPickAndPack", 3.06)
    told = success("0", 6.055, fee("ReferralFee", 2.995), fee("FBAFees", 3.06, picked))
    amazon.answers("POST", PATH, [failure("1", "ClientError"), told])
    mug, page = network.fees_estimates("US", [MUG, PAGE])
    assert (mug.request, mug.total, mug.error) == (MUG, Money(606, "USD"), None)
    part = FeeDetail("FBAPickAndPack", Money(306, "USD"))
    assert mug.fees == [
        FeeDetail("ReferralFee", Money(300, "USD"), []),
        FeeDetail("FBAFees", Money(306, "USD"), [FeeDetail(part.fee_type, part.final_fee, [])]),
    ]
    assert (page.request, page.total) == (PAGE, None)
    assert page.error is not None
    assert (page.error.code, page.error.message, page.error.sender) == (
        "Bad",
        "It is unknown.",
        True,
    )


def test_an_error_of_amazons_own_is_none_of_ours(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.answers("POST", PATH, [failure("0", "ServiceError")])
    (mug,) = network.fees_estimates("US", [MUG])
    assert mug.error is not None
    assert not mug.error.sender


@pytest.mark.parametrize(
    "answer",
    [[], [success("1", 1.0)], {"payload": "?"}, ["?"], [{"Status": "Success"}]],
    ids=["none", "another", "no list", "no object", "nameless"],
)
def test_an_answer_that_is_not_about_all_items_can_be_asked_for_again(
    network: AmazonNetwork, amazon: ScriptedAmazon, answer: Any
) -> None:
    amazon.judged = False
    amazon.answers("POST", PATH, answer)
    with pytest.raises(TransientError):
        network.fees_estimates("US", [MUG])


def test_a_refusal_keeps_amazons_code(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    errors = {"errors": [{"code": "InvalidInput", "message": "Too many items."}]}
    amazon.answers("POST", PATH, errors, status=400)
    with pytest.raises(RejectedError) as refusal:
        network.fees_estimates("US", [MUG])
    assert refusal.value.code == "InvalidInput"
