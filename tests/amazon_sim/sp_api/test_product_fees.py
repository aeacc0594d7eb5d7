"""Product Fees API v0."""

from __future__ import annotations

from typing import Any

import pytest

from sp_api_caller import CA, US, Answer, Caller

FEES = "/products/fees/v0"
ASIN = "B000000001"


@pytest.fixture(autouse=True)
def mug(sp_api: Caller) -> None:
    sp_api.control("register", country="US", sku="MUG", asin=ASIN, weight_grams=400)


def request(amount: float = 20.0, **changes: Any) -> dict[str, Any]:
    """`FeesEstimateRequest`."""
    return {
        "MarketplaceId": US,
        "IsAmazonFulfilled": True,
        "PriceToEstimateFees": {"ListingPrice": {"CurrencyCode": "USD", "Amount": amount}},
        "Identifier": "mine",
    } | changes


def of_sku(sp_api: Caller, sku: str = "MUG", asked: Any = None, *, judged: bool = True) -> Answer:
    body = {"FeesEstimateRequest": asked or request()}
    return sp_api("POST", f"{FEES}/listings/{sku}/feesEstimate", body, judged=judged)


def test_fees_of_a_sku_that_amazon_ships(sp_api: Caller) -> None:
    found = of_sku(sp_api).payload["FeesEstimateResult"]
    assert found["Status"] == "Success"
    identifier = found["FeesEstimateIdentifier"]
    assert (identifier["IdType"], identifier["IdValue"]) == ("SellerSKU", "MUG")
    assert identifier["SellerInputIdentifier"] == "mine"
    assert identifier["SellerId"] == sp_api.simulator.seller_id
    referral, fba = found["FeesEstimate"]["FeeDetailList"]
    assert (referral["FeeType"], referral["FinalFee"]["Amount"]) == ("ReferralFee", 3.0)
    assert (fba["FeeType"], fba["FinalFee"]["Amount"]) == ("FBAFees", 3.68)
    assert fba["IncludedFeeDetailList"][0]["FeeType"] == "FBAPickAndPack"
    assert found["FeesEstimate"]["TotalFeesEstimate"] == {"CurrencyCode": "USD", "Amount": 6.68}
    assert found["FeesEstimate"]["TimeOfFeesEstimation"] == "2026-03-02T09:00:00Z"


def test_a_seller_who_ships_pays_the_referral_only(sp_api: Caller) -> None:
    found = of_sku(sp_api, asked=request(IsAmazonFulfilled=False)).payload["FeesEstimateResult"]
    (referral,) = found["FeesEstimate"]["FeeDetailList"]
    assert referral["FeeAmount"]["Amount"] == 3.0


def test_the_share_is_of_the_shipping_too_and_has_a_least(sp_api: Caller) -> None:
    price = {
        "ListingPrice": {"CurrencyCode": "USD", "Amount": 10},
        "Shipping": {"CurrencyCode": "USD", "Amount": 5},
    }
    for asked, referral in ((request(PriceToEstimateFees=price), 2.25), (request(1), 0.3)):
        found = of_sku(sp_api, asked=asked).payload["FeesEstimateResult"]
        assert found["FeesEstimate"]["FeeDetailList"][0]["FinalFee"]["Amount"] == referral


def test_fees_by_asin(sp_api: Caller) -> None:
    body = {"FeesEstimateRequest": request()}
    found = sp_api("POST", f"{FEES}/items/{ASIN}/feesEstimate", body).payload["FeesEstimateResult"]
    assert found["FeesEstimateIdentifier"]["IdType"] == "ASIN"
    assert found["FeesEstimate"]["TotalFeesEstimate"]["Amount"] == 6.68


def test_many_at_once_each_with_its_own_outcome(sp_api: Caller) -> None:
    body = [
        {"IdType": "ASIN", "IdValue": ASIN, "FeesEstimateRequest": request()},
        {"IdType": "SellerSKU", "IdValue": "NONE", "FeesEstimateRequest": request()},
    ]
    good, bad = sp_api("POST", f"{FEES}/feesEstimate", body).json
    assert (good["Status"], bad["Status"]) == ("Success", "ClientError")
    assert bad["Error"]["Code"] == "InvalidParameterValue"
    assert "FeesEstimate" not in bad


@pytest.mark.parametrize(
    ("program", "amazon", "status"),
    [
        ("FBA_CORE", True, "Success"),
        ("FBA_SNL", True, "ClientError"),
        ("FBA_EFN", True, "ClientError"),
        ("FBA_EFN", False, "ClientError"),
    ],
)
def test_programs_are_for_those_who_may(
    sp_api: Caller, program: str, amazon: bool, status: str
) -> None:
    asked = request(OptionalFulfillmentProgram=program, IsAmazonFulfilled=amazon)
    assert of_sku(sp_api, asked=asked).payload["FeesEstimateResult"]["Status"] == status


@pytest.mark.parametrize(
    "changes",
    [
        {"MarketplaceId": "X"},
        {"MarketplaceId": CA},
        {"PriceToEstimateFees": {"ListingPrice": {"CurrencyCode": "USD"}}},
        {"PriceToEstimateFees": {"ListingPrice": {"CurrencyCode": "USD", "Amount": -1}}},
        {"PriceToEstimateFees": {"ListingPrice": {"CurrencyCode": "USD", "Amount": 1.001}}},
        {"OptionalFulfillmentProgram": "FBA_MOON"},
    ],
)
def test_a_wrong_request_is_refused(sp_api: Caller, changes: dict[str, Any]) -> None:
    refused = of_sku(sp_api, asked=request(**changes), judged=False)
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")


@pytest.mark.parametrize("body", [{}, [], [{}], [{"IdType": "ASIN"}] * 21])
def test_a_batch_is_a_list_of_one_to_twenty(sp_api: Caller, body: Any) -> None:
    refused = sp_api("POST", f"{FEES}/feesEstimate", body, judged=False)
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
