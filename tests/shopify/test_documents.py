"""Every document is valid in every supported version and stays under Shopify's limit of cost."""

from __future__ import annotations

from typing import get_args

import pytest

from shopify_shop import find_schemas
from shopify_shop.rules import MOST_COST, cost
from shopify_shop.schema import MISSING, checked
from shopify_shop.versions import misfits
from stockpool_shopify.documents import all_documents
from stockpool_shopify.settings import ApiVersion

LARGEST = {"ids": ["gid://shopify/Order/1"] * 6, "first": 250}
"""What variables the documents are sent with at most."""


@pytest.mark.skipif(find_schemas() is None, reason=MISSING)
@pytest.mark.parametrize("version", get_args(ApiVersion))
def test_every_document_is_valid(version: str) -> None:
    for document in all_documents():
        parsed, errors = checked(version, document.text)
        assert not errors, f"{document.name}: {errors}"
        assert parsed is not None
        assert cost(parsed, LARGEST) <= MOST_COST, document.name


def test_what_writes_is_known_to_write() -> None:
    writing = {document.name for document in all_documents() if document.writes}
    assert writing == {
        "AcceptCancellation",
        "AcceptRequest",
        "ApproveReturn",
        "ChangeTracking",
        "CloseReturn",
        "CloseWork",
        "CreateFulfillment",
        "CreateReturn",
        "DeclineReturn",
        "HoldWork",
        "LabelReturn",
        "MakeRefund",
        "ProcessReturn",
        "RejectCancellation",
        "RejectRequest",
        "RunBulkQuery",
        "SetAvailable",
        "StockAtLocation",
        "Subscribe",
        "TellEvent",
        "Unsubscribe",
    }


@pytest.mark.skipif(find_schemas() is None, reason=MISSING)
def test_what_another_version_has_otherwise_is_noticed() -> None:
    """The shop of the tests holds each first call and its answer against every version."""
    text = "query Q($first: Int!) { productVariants(first: $first) { nodes { id sku } } }"
    document, errors = checked("2026-10", text)
    assert document is not None
    assert not errors
    answer = {"productVariants": {"nodes": [{"id": "gid://shopify/ProductVariant/1", "sku": None}]}}
    assert misfits("2026-10", document, {"first": 1}, answer) == []
    assert misfits("2026-10", document, {"first": "1"}, answer)
    answer["productVariants"]["nodes"][0]["id"] = None
    assert misfits("2026-10", document, {"first": 1}, answer)
