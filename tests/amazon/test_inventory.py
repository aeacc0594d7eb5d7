"""Stock figures, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from amazon_documents import CA, US, summaries, summary
from scripted_amazon import SUMMARIES, ScriptedAmazon
from stockpool.clock import ManualClock
from stockpool.errors import RejectedError, Throttled, TransientError
from stockpool.plugins.network import StockFigures
from stockpool_amazon.network import AmazonNetwork

MakeNetwork = Callable[..., AmazonNetwork]


def test_asks_for_one_marketplace_with_details(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.answers("GET", SUMMARIES, summaries())
    network.snapshot("CA")
    assert amazon.sent("GET", SUMMARIES).query == {
        "details": "true",
        "granularityType": "Marketplace",
        "granularityId": CA,
        "marketplaceIds": CA,
    }


def test_every_bucket_has_its_place(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    amazon.answers(
        "GET",
        SUMMARIES,
        summaries(
            summary(
                "MUG",
                "X00MUG",
                fulfillableQuantity=1,
                inboundWorkingQuantity=2,
                inboundShippedQuantity=3,
                inboundReceivingQuantity=4,
                reservedQuantity={
                    "totalReservedQuantity": 18,
                    "pendingCustomerOrderQuantity": 5,
                    "pendingTransshipmentQuantity": 6,
                    "fcProcessingQuantity": 7,
                },
                researchingQuantity={
                    "totalResearchingQuantity": 8,
                    "researchingQuantityBreakdown": [
                        {"name": "researchingQuantityInShortTerm", "quantity": 8}
                    ],
                },
                unfulfillableQuantity={
                    "totalUnfulfillableQuantity": 69,
                    "customerDamagedQuantity": 9,
                    "warehouseDamagedQuantity": 10,
                    "distributorDamagedQuantity": 11,
                    "carrierDamagedQuantity": 12,
                    "defectiveQuantity": 13,
                    "expiredQuantity": 14,
                },
            )
        ),
    )
    page = network.snapshot("US")
    assert page.figures == [StockFigures("MUG", "X00MUG", *range(1, 15), condition="NewItem")]
    assert page.cursor is None


def test_a_quantity_that_amazon_leaves_out_is_zero(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    nothing = {"sellerSku": "CUP", "fnSku": "X00CUP", "totalQuantity": 0}
    amazon.answers(
        "GET", SUMMARIES, summaries(nothing, summary("MUG", "X1", fulfillableQuantity=3))
    )
    assert network.snapshot("US").figures == [
        StockFigures("CUP", "X00CUP"),
        StockFigures("MUG", "X1", fulfillable=3, condition="NewItem"),
    ]


@pytest.mark.parametrize("total", [{}, {"totalQuantity": 5}])
def test_figures_without_details_are_none(
    network: AmazonNetwork, amazon: ScriptedAmazon, total: dict[str, int]
) -> None:
    """A zero instead would take stock away that is there."""
    amazon.answers("GET", SUMMARIES, summaries({"sellerSku": "MUG", "fnSku": "X1"} | total))
    with pytest.raises(
        TransientError, match=r"inventorySummaries\[0\].inventoryDetails is missing"
    ):
        network.snapshot("US")


def test_an_item_without_ids_is_no_stock_of_ours(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.answers("GET", SUMMARIES, summaries({"asin": "B0", "sellerSku": "GHOST"}))
    assert network.snapshot("US").figures == []


def test_all_pages_are_as_of_the_first_ones_asking(
    network: AmazonNetwork, amazon: ScriptedAmazon, clock: ManualClock
) -> None:
    """By Amazon's clock, because it is compared with Amazon's times of orders."""
    dates = [{"Date": f"Mon, 02 Mar 2026 08:59:{second} GMT"} for second in (10, 15)]
    amazon.answers("GET", SUMMARIES, summaries(summary("A"), token="T 1/="), headers=dates[0])
    amazon.answers("GET", SUMMARIES, summaries(summary("B")), headers=dates[1])
    first = network.snapshot("US")
    clock.advance(5)
    second = network.snapshot("US", first.cursor)
    assert first.at == second.at == datetime(2026, 3, 2, 8, 59, 10, tzinfo=UTC)
    assert [figures.sku for page in (first, second) for figures in page.figures] == ["A", "B"]
    assert second.cursor is None
    asked = [sent.query for sent in amazon.all_sent("GET", SUMMARIES)]
    assert asked[1] == asked[0] | {"nextToken": "T 1/="}


def test_a_token_that_died_ends_the_snapshot(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    """It lives 30 seconds. Half a snapshot is none; the next one begins anew."""
    amazon.answers("GET", SUMMARIES, summaries(summary("A"), token="T1"))
    amazon.refuses("GET", SUMMARIES, "InvalidInput", "nextToken has expired")
    first = network.snapshot("US")
    with pytest.raises(RejectedError, match="nextToken has expired"):
        network.snapshot("US", first.cursor)


def test_a_strange_cursor_is_not_sent(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    for cursor in ("", "{}", "[1]", '{"at": 3, "token": "x"}'):
        with pytest.raises(TransientError, match="begin anew"):
            network.snapshot("US", cursor)
    assert amazon.requests == []


@pytest.mark.parametrize(
    ("details", "fault"),
    [
        ({"fulfillableQuantity": "3"}, "fulfillableQuantity is no whole number"),
        ({"fulfillableQuantity": True}, "fulfillableQuantity is no whole number"),
        ({"fulfillableQuantity": -3}, "fulfillableQuantity is negative"),
        ({"reservedQuantity": [1]}, "reservedQuantity is no object"),
    ],
)
def test_figures_that_can_not_be_read_are_none(
    network: AmazonNetwork, amazon: ScriptedAmazon, details: dict[str, Any], fault: str
) -> None:
    amazon.judged = False
    amazon.answers("GET", SUMMARIES, summaries(summary("MUG", **details)))
    with pytest.raises(TransientError, match=fault):
        network.snapshot("US")


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({}, "getInventorySummaries.payload is missing"),
        ({"payload": {"granularity": {}}}, "payload.inventorySummaries is missing"),
    ],
)
def test_an_answer_without_figures_is_no_empty_stock(
    network: AmazonNetwork, amazon: ScriptedAmazon, document: dict[str, Any], fault: str
) -> None:
    amazon.judged = False
    amazon.answers("GET", SUMMARIES, document)
    with pytest.raises(TransientError, match=fault):
        network.snapshot("US")


def test_the_limit_is_passed_on(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    amazon.answers("GET", SUMMARIES, {}, status=429, headers={"Retry-After": "2"})
    with pytest.raises(Throttled) as failure:
        network.snapshot("US")
    assert failure.value.retry_after == 2


def test_the_marketplace_of_a_pool_can_be_another_countrys(
    make_network: MakeNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.answers("GET", SUMMARIES, summaries())
    network = make_network(pools={"CA": {"marketplace_id": US}})
    network.snapshot("CA")
    assert amazon.sent("GET", SUMMARIES).query["marketplaceIds"] == US
