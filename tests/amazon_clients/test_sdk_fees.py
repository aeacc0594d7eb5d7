"""Amazon's SDK: estimates of fees."""

from __future__ import annotations

from typing import Any

import pytest
from spapi import FeesApi
from spapi.models import product_fees_v0

from sp_api_caller import US
from stockpool_amazon_sim import Simulator


@pytest.fixture(scope="module")
def fees(sdk: Any) -> FeesApi:
    return sdk(FeesApi)


def test_fees(fees: FeesApi, simulator: Simulator) -> None:
    simulator.register("US", "FEE", asin="B00000FEE1")
    price = product_fees_v0.PriceToEstimateFees(
        listing_price=product_fees_v0.MoneyType(currency_code="USD", amount=20.0)
    )
    request = product_fees_v0.FeesEstimateRequest(
        marketplace_id=US,
        price_to_estimate_fees=price,
        identifier="mine",
        is_amazon_fulfilled=True,
    )
    body = product_fees_v0.GetMyFeesEstimateRequest(fees_estimate_request=request)
    by_sku = fees.get_my_fees_estimate_for_sku("FEE", body).payload.fees_estimate_result
    by_asin = fees.get_my_fees_estimate_for_asin("B00000FEE1", body).payload.fees_estimate_result
    assert by_sku.status == by_asin.status == "Success"
    total = by_sku.fees_estimate.total_fees_estimate.amount
    assert total > 0
    assert by_asin.fees_estimate.total_fees_estimate.amount == total
    one = product_fees_v0.FeesEstimateByIdRequest(
        fees_estimate_request=request, id_type="SellerSKU", id_value="FEE"
    )
    (both,) = fees.get_my_fees_estimates([one])
    assert both.fees_estimate.total_fees_estimate.amount == total
