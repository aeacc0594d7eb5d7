"""Listings Restrictions API 2021-08-01."""

from __future__ import annotations

from typing import Any

import pytest

from sp_api_caller import CA, US, Answer, Caller

RESTRICTIONS = "/listings/2021-08-01/restrictions"
ASIN = "B000000001"


def restrictions(sp_api: Caller, asin: str = ASIN, **query: str) -> Answer:
    usual = {"sellerId": sp_api.simulator.seller_id, "marketplaceIds": US}
    return sp_api("GET", RESTRICTIONS, asin=asin, **usual | query)


@pytest.fixture(autouse=True)
def listed(sp_api: Caller) -> None:
    sp_api.control("register", country="US", sku="MUG", asin=ASIN)


def reasons(answer: Answer) -> list[Any]:
    return [
        (one.get("conditionType"), reason["reasonCode"])
        for one in answer.json["restrictions"]
        for reason in one["reasons"]
    ]


def test_what_may_be_listed_has_no_restriction(sp_api: Caller) -> None:
    assert restrictions(sp_api).json == {"restrictions": []}


def test_a_page_that_is_not_in_the_catalog(sp_api: Caller) -> None:
    assert reasons(restrictions(sp_api, marketplaceIds=f"{US},{CA}")) == [(None, "ASIN_NOT_FOUND")]


def test_approval_is_to_be_asked_for(sp_api: Caller) -> None:
    sp_api.control("restrict_asin", country="US", asin=ASIN)
    (one,) = restrictions(sp_api).json["restrictions"]
    assert (one["marketplaceId"], one["reasons"][0]["reasonCode"]) == (US, "APPROVAL_REQUIRED")
    assert ASIN in one["reasons"][0]["links"][0]["resource"]
    sp_api.control("allow_asin", country="US", asin=ASIN)
    assert reasons(restrictions(sp_api)) == []


def test_a_restriction_may_be_of_one_condition(sp_api: Caller) -> None:
    sp_api.control(
        "restrict_asin", country="US", asin=ASIN, reason="NOT_ELIGIBLE", condition="used_good"
    )
    assert reasons(restrictions(sp_api)) == [("used_good", "NOT_ELIGIBLE")]
    assert reasons(restrictions(sp_api, conditionType="used_good")) == [
        ("used_good", "NOT_ELIGIBLE")
    ]
    assert reasons(restrictions(sp_api, conditionType="new_new")) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"conditionType": "shiny"}, 400),
        ({"marketplaceIds": "X"}, 400),
        ({"marketplaceIds": ""}, 400),
        ({"sellerId": "AAAAAAAAAAAAAA"}, 403),
    ],
)
def test_a_wrong_query_is_refused(sp_api: Caller, query: dict[str, str], status: int) -> None:
    usual = {"asin": ASIN, "sellerId": sp_api.simulator.seller_id, "marketplaceIds": US}
    refused = sp_api("GET", RESTRICTIONS, judged=False, **usual | query)
    assert (refused.status, len(refused.json["errors"])) == (status, 1)
