"""Serves the documents that answers link to, and takes those that are uploaded.

Papers are made when they are fetched; documents of feeds and reports are kept.
"""

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
    """Serve a document, or take one.

    Raises:
        ApiError: 403 if the address is not one of ours or has expired, 405.
        RejectedError: NotFound if what it is of is not there any more.
    """
    kind, names = document_links.read(tokens, request.path)
    if kind == document_links.UPLOAD:
        return _take(simulator, request, *names)
    if request.method != "GET":
        raise ApiError(405, "InvalidInput", "A document is fetched with GET.")
    if kind == document_links.FETCH:
        return _kept(simulator, *names)
    headers = {
        "content-type": "application/pdf",
        "content-disposition": f'attachment; filename="{kind}.pdf"',
    }
    return Response(200, MAKERS[kind](simulator, names), headers)


def _take(simulator: Simulator, request: Request, document_id: str) -> Response:
    if request.method != "PUT":
        raise ApiError(405, "InvalidInput", "A document is uploaded with PUT.")
    content_type = request.headers.get("content-type", "")
    simulator.upload_document(document_id, content_type, request.body)
    return Response(200, b"", {})


def _kept(simulator: Simulator, document_id: str, encoded: bool) -> Response:
    """A document of a feed or a report.

    Args:
        encoded: say in a header that it is compressed (`enableContentEncodingUrlHeader`).
    """
    document = simulator.fetch_document(document_id)
    headers = {"content-type": document.content_type}
    if not document.compressed:
        return Response(200, document.data or b"", headers)
    if encoded:
        headers["content-encoding"] = "gzip"
    return Response(200, document.gzipped, headers)
