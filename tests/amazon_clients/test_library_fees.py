"""python-amazon-sp-api: estimates of fees."""

from __future__ import annotations

from typing import Any

import pytest
from sp_api.api import ProductFees

from stockpool_amazon_sim import Simulator


@pytest.fixture(scope="module")
def fees(library: Any) -> ProductFees:
    return library(ProductFees)


def test_fees(fees: ProductFees, simulator: Simulator) -> None:
    simulator.register("US", "FEE", asin="B00000FEE1")

    def total(result: dict[str, Any]) -> float:
        assert result["Status"] == "Success"
        return float(result["FeesEstimate"]["TotalFeesEstimate"]["Amount"])

    by_sku = fees.get_product_fees_estimate_for_sku("FEE", 20.0, is_fba=True).payload
    by_asin = fees.get_product_fees_estimate_for_asin("B00000FEE1", 20.0, is_fba=True).payload
    assert total(by_sku["FeesEstimateResult"]) == total(by_asin["FeesEstimateResult"]) > 0
    one = {"id_type": "SellerSKU", "id_value": "FEE", "price": 20.0, "is_fba": True}
    (result,) = fees.get_my_fees_estimates([one]).payload
    assert total(result) == total(by_sku["FeesEstimateResult"])
