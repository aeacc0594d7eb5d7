"""What concerns SKUs: preparation, labels, compliance; and what became of an operation."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from stockpool_amazon_sim.inbound.inbound_plan_records import InboundOperation
from stockpool_amazon_sim.inbound.prep_details import Preparation
from stockpool_amazon_sim.sp_api import document_links
from stockpool_amazon_sim.sp_api.inbound_2024 import item_bodies as bodies
from stockpool_amazon_sim.sp_api.inbound_2024.plans import accepted, path_id
from stockpool_amazon_sim.sp_api.messages import Answer, Call, Json, invalid_input
from stockpool_amazon_sim.sp_api.reading import country_of, read_body, required, texts
from stockpool_amazon_sim.sp_api.writing import present

_MOST_SKUS = 100

LABEL_SECONDS = 300
"""How long a document of item labels can be fetched; it tells so itself."""

LABELS_OF_A_DOCUMENT = 2_000
"""What is more comes as further documents."""


def operation_status(call: Call) -> Json:
    """getInboundOperationStatus."""
    return call.simulator.get_inbound_operation_status(
        path_id(call, "operationId", 36), _operation_json
    )


def list_prep_details(call: Call) -> Json:
    """listPrepDetails; a SKU that is not known is refused."""
    country = country_of(call, required(call, "marketplaceId"))
    found = call.simulator.list_prep_details(country, _mskus(call))
    return {"mskuPrepDetails": [_prep_json(one) for one in found]}


def set_prep_details(call: Call) -> Answer:
    """setPrepDetails."""
    body = read_body(call, bodies.SetPrepDetails)
    country = country_of(call, body.marketplace_id)
    details = [
        (one.msku, one.prep_category, list(one.prep_types)) for one in body.msku_prep_details
    ]
    return accepted(call.simulator.set_prep_details(country, details))


def create_labels(call: Call) -> Json:
    """createMarketplaceItemLabels: FNSKU labels as PDF."""
    body = read_body(call, bodies.CreateLabels)
    page: Any = body.page_type
    if body.label_type == "THERMAL_PRINTING":
        if body.width is None or body.height is None:
            raise invalid_input("width and height are needed for THERMAL_PRINTING.")
        page = [body.width, body.height]
    elif page is None:
        raise invalid_input("pageType is needed for STANDARD_FORMAT.")
    country = country_of(call, body.marketplace_id)
    wanted = body.msku_quantities
    skus = call.simulator.marketplace_skus(country, [one.msku for one in wanted])
    rows = [
        [sku.fnsku, sku.title[:50], one.quantity] for sku, one in zip(skus, wanted, strict=True)
    ]
    documents = []
    for part in _parts(rows, LABELS_OF_A_DOCUMENT):
        uri, until = document_links.link(call, "item_labels", page, part, seconds=LABEL_SECONDS)
        documents.append({"downloadType": "URL", "expiration": until, "uri": uri})
    return {"documentDownloads": documents}


def list_compliance(call: Call) -> Json:
    """listItemComplianceDetails: in India only, where nothing is simulated; so it is refused."""
    required(call, "marketplaceId")
    _mskus(call)
    call.simulator.only_in_india("listItemComplianceDetails")
    return {}


def update_compliance(call: Call) -> Json:
    """updateItemComplianceDetails: in India only; so it is refused."""
    required(call, "marketplaceId")
    read_body(call, bodies.UpdateCompliance)
    call.simulator.only_in_india("updateItemComplianceDetails")
    return {}


def _mskus(call: Call) -> list[str]:
    """The SKUs of the query. Percent signs, plus signs and commas come encoded twice."""
    found = [unquote(one) for one in texts(call, "mskus", most=_MOST_SKUS)]
    if not found:
        raise invalid_input("mskus is missing.")
    return found


def _parts(rows: list[list[Any]], most: int) -> list[list[list[Any]]]:
    """Rows that end with a quantity, in parts of which none has more than so many units."""
    parts: list[list[list[Any]]] = [[]]
    room = most
    for *names, quantity in rows:
        while quantity:
            if not room:
                parts.append([])
                room = most
            taken = min(room, quantity)
            parts[-1].append([*names, taken])
            quantity -= taken
            room -= taken
    return parts


def _prep_json(known: Preparation) -> dict[str, Any]:
    return present(
        allOwnersConstraint="MUST_MATCH" if known.owners_must_match else None,
        labelOwnerConstraint=known.label_owner,
        msku=known.msku,
        prepCategory=known.category,
        prepOwnerConstraint=known.prep_owner,
        prepTypes=list(known.types),
    )


def _operation_json(operation: InboundOperation) -> dict[str, Any]:
    return {
        "operation": operation.name,
        "operationId": operation.operation_id,
        "operationProblems": [
            {"severity": severity, "code": code, "message": message, "details": details}
            for severity, code, message, details in operation.problems
        ],
        "operationStatus": operation.status,
    }
