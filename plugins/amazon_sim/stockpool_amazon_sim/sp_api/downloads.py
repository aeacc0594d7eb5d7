"""Serves the documents that answers link to. Each is made when it is fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stockpool_amazon_sim.simulator import Simulator
from stockpool_amazon_sim.sp_api import document_links, inbound_documents
from stockpool_amazon_sim.sp_api.messages import ApiError, Request, Response
from stockpool_amazon_sim.sp_api.page_tokens import PageTokens

MAKERS: Mapping[str, Callable[[Simulator, Sequence[Any]], bytes]] = {
    "box_labels": inbound_documents.box_labels,
    "pallet_labels": inbound_documents.pallet_labels,
    "bill_of_lading": inbound_documents.bill_of_lading,
    "item_labels": inbound_documents.item_labels,
}
"""What makes each kind of document (PDF), from the rest of what the address says."""


def answer(simulator: Simulator, tokens: PageTokens, request: Request) -> Response:
    """Serve a document.

    Raises:
        ApiError: 403 if the address is not one of ours or has expired, 405.
        RejectedError: NotFound if what it is of is not there any more.
    """
    if request.method != "GET":
        raise ApiError(405, "InvalidInput", "A document is fetched with GET.")
    kind, names = document_links.read(tokens, request.path)
    headers = {
        "content-type": "application/pdf",
        "content-disposition": f'attachment; filename="{kind}.pdf"',
    }
    return Response(200, MAKERS[kind](simulator, names), headers)
