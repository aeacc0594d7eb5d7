"""Fulfillment Inbound API v0: the six operations that are left of it. All only look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from stockpool_amazon_sim.inbound.inbound_transport import FREIGHT, PARTNER
from stockpool_amazon_sim.inbound.inbound_v0_reading import InboundState, ItemPreparation
from stockpool_amazon_sim.inbound.prep_details import LABELING, NO_PREP, has_manufacturer_barcode
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.sp_api import document_links
from stockpool_amazon_sim.sp_api.inbound_documents import BOX_SHEETS, box_names
from stockpool_amazon_sim.sp_api.messages import Call, Json, Operation, invalid_input
from stockpool_amazon_sim.sp_api.reading import (
    country_of,
    moment,
    number,
    required,
    texts,
)
from stockpool_amazon_sim.sp_api.writing import present

_BASE = "/fba/inbound/v0"
_PAGE = 50
_MOST_IDS = 999
_MOST_SKUS = 50

LINK_SECONDS = 15
"""How long an address of labels or of a bill of lading holds (the model's figure)."""

_STATUSES = (
    "WORKING",
    "READY_TO_SHIP",
    "SHIPPED",
    "RECEIVING",
    "CANCELLED",
    "DELETED",
    "CLOSED",
    "ERROR",
    "IN_TRANSIT",
    "DELIVERED",
    "CHECKED_IN",
)

_TOLD: Mapping[str, str] = {"READY_TO_SHIP": "WORKING", "ABANDONED": "ERROR"}
"""Statuses that this version has no word for. READY_TO_SHIP can be asked for and is not told."""

_PREP_INSTRUCTIONS: Mapping[str, str] = {
    "ITEM_POLYBAGGING": "Polybagging",
    "ITEM_BUBBLEWRAP": "BubbleWrapping",
    "ITEM_TAPING": "Taping",
    "ITEM_BLACK_SHRINKWRAP": "BlackShrinkWrapping",
    "ITEM_LABELING": "Labeling",
    "ITEM_HANG_GARMENT": "HangGarment",
    "ITEM_SETCREAT": "SetCreation",
    "ITEM_BOXING": "Boxing",
    "ITEM_RMOVHANG": "RemoveFromHanger",
    "ITEM_DEBUNDLE": "Debundle",
    "ITEM_SUFFOSTK": "SuffocationStickering",
    "ITEM_CAP_SEALING": "CapSealing",
    "ITEM_SETSTK": "SetStickering",
    "ITEM_BLANKSTK": "BlankStickering",
    "ITEM_SIOC": "ShipsInProductPackaging",
    "ITEM_NO_PREP": "NoPrep",
}


def get_shipments(call: Call) -> Json:
    """getShipments: by status or id, or by the time of the last change."""
    query = _query(call, "getShipments", ("SHIPMENT", "DATE_RANGE", "NEXT_TOKEN"))
    found, after = _list(call, "getShipments", query, _shipment_json)
    return {"payload": present(ShipmentData=found, NextToken=after)}


def get_shipment_items(call: Call) -> Json:
    """getShipmentItems, of shipments that changed in a time."""
    query = _query(call, "getShipmentItems", ("DATE_RANGE", "NEXT_TOKEN"))
    found, after = _list(call, "getShipmentItems", query, _items_json)
    items = [item for shipment in found for item in shipment]
    return {"payload": present(ItemData=items, NextToken=after)}


def get_items_by_shipment_id(call: Call) -> Json:
    """getShipmentItemsByShipmentId: all of them; they are never so many that a page is needed."""
    items = call.simulator.get_inbound_shipment(
        call.names["shipmentId"], _items_json, operation="getShipmentItemsByShipmentId"
    )
    return {"payload": {"ItemData": items}}


def get_labels(call: Call) -> Json:
    """getLabels, by the name on the labels (FBA...): an address that holds 15 seconds."""
    page_type, label_type = required(call, "PageType"), required(call, "LabelType")
    if page_type not in BOX_SHEETS:
        raise invalid_input(f"PageType must be one of {', '.join(BOX_SHEETS)}.")
    if label_type not in ("BARCODE_2D", "UNIQUE", "PALLET"):
        raise invalid_input("LabelType must be BARCODE_2D, UNIQUE or PALLET.")

    def view(state: InboundState) -> str:
        shipment_id = state.inbound.shipment_id
        if label_type == "PALLET":
            pallets = number(call, "NumberOfPallets", default=0, most=10_000)
            if not pallets:
                raise invalid_input("NumberOfPallets is needed for PALLET.")
            names = [shipment_id, page_type, pallets]
            return document_links.link(call, "pallet_labels", *names, seconds=LINK_SECONDS)[0]
        places = _boxes_to_print(call, box_names(state))
        names = [shipment_id, page_type, places, label_type == "BARCODE_2D"]
        return document_links.link(call, "box_labels", *names, seconds=LINK_SECONDS)[0]

    return {"payload": {"DownloadURL": call.simulator.get_labels(call.names["shipmentId"], view)}}


def get_bill_of_lading(call: Call) -> Json:
    """getBillOfLading: of freight by Amazon's partner."""

    def view(state: InboundState) -> str:
        option = None if state.shipment is None else state.shipment.chosen_transport
        if option is None or option.solution != PARTNER or option.mode not in FREIGHT:
            raise invalid_input("The shipment is not sent as freight by Amazon's partner.")
        names = [state.inbound.shipment_id]
        return document_links.link(call, "bill_of_lading", *names, seconds=LINK_SECONDS)[0]

    url = call.simulator.get_inbound_shipment(
        call.names["shipmentId"], view, operation="getBillOfLading"
    )
    return {"payload": {"DownloadURL": url}}


def get_prep_instructions(call: Call) -> Json:
    """getPrepInstructions, by SKU and by ASIN."""
    code = required(call, "ShipToCountryCode")
    if code not in call.simulator.settings.countries:
        raise invalid_input("ShipToCountryCode: the seller does not sell there.")
    skus = texts(call, "SellerSKUList", most=_MOST_SKUS)
    asins = texts(call, "ASINList", most=_MOST_SKUS)
    if not skus and not asins:
        raise invalid_input("SellerSKUList or ASINList is needed.")
    by_sku, by_asin = call.simulator.get_prep_instructions(code, skus, asins)
    return {
        "payload": {
            "SKUPrepInstructionsList": [
                {"SellerSKU": one.asked_for, "ASIN": one.sku.asin, **_instructions(one)}
                for one in by_sku
                if one.sku is not None
            ],
            "InvalidSKUList": [
                {"SellerSKU": one.asked_for, "ErrorReason": "DoesNotExist"}
                for one in by_sku
                if one.sku is None
            ],
            "ASINPrepInstructionsList": [
                {"ASIN": one.asked_for, **_instructions(one)}
                for one in by_asin
                if one.sku is not None
            ],
            "InvalidASINList": [
                {"ASIN": one.asked_for, "ErrorReason": "DoesNotExist"}
                for one in by_asin
                if one.sku is None
            ],
        }
    }


def _query(call: Call, operation: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    """What is asked for, from the parameters or from the token that repeats them."""
    kind = required(call, "QueryType")
    if kind not in kinds:
        raise invalid_input(f"QueryType must be one of {', '.join(kinds)}.")
    country = country_of(call, required(call, "MarketplaceId"), "MarketplaceId")
    if kind == "NEXT_TOKEN":
        query: dict[str, Any] = json.loads(call.tokens.read(operation, required(call, "NextToken")))
        return query
    if kind == "DATE_RANGE":
        since, until = _moment(call, "LastUpdatedAfter"), _moment(call, "LastUpdatedBefore")
        if since is None or until is None:
            raise invalid_input("LastUpdatedAfter and LastUpdatedBefore are needed.")
        if until <= since:
            raise invalid_input("LastUpdatedBefore must be after LastUpdatedAfter.")
        return {"country": country, "since": since, "until": until}
    statuses = texts(call, "ShipmentStatusList")
    ids = texts(call, "ShipmentIdList", most=_MOST_IDS)
    if not statuses and not ids:
        raise invalid_input("ShipmentStatusList or ShipmentIdList is needed.")
    unknown = [status for status in statuses if status not in _STATUSES]
    if unknown:
        raise invalid_input(f"ShipmentStatusList: {unknown[0]} is not a status.")
    return {"country": country, "statuses": _meant(statuses), "ids": ids}


def _list(call: Call, operation: str, query: dict[str, Any], view: Any) -> tuple[list[Any], Any]:
    found, after = call.simulator.list_inbound_shipments(
        query["country"],
        view,
        operation=operation,
        ids=query.get("ids", ()),
        statuses=query.get("statuses", ()),
        since=query.get("since"),
        until=query.get("until"),
        after=query.get("after", ""),
        limit=_PAGE,
    )
    if after is None:
        return found, None
    return found, call.tokens.write(operation, json.dumps({**query, "after": after}))


def _meant(statuses: list[str]) -> list[str]:
    """The simulator's statuses: those that are told as another one are found by that one too."""
    hidden = [own for own, told in _TOLD.items() if told in statuses]
    return list(dict.fromkeys([*statuses, *hidden]))


def _moment(call: Call, name: str) -> Micros | None:
    at = moment(call, name)
    return None if at is None else to_micros(at)


def _boxes_to_print(call: Call, boxes: list[str]) -> list[int]:
    """The places of the boxes that labels are wanted for: named ones, a page of them, or all."""
    named = texts(call, "PackageLabelsToPrint", most=_MOST_IDS)
    if named:
        unknown = [box for box in named if box not in boxes]
        if unknown:
            raise invalid_input(f"PackageLabelsToPrint: the shipment has no box {unknown[0]}.")
        return [boxes.index(box) for box in named]
    count = number(call, "NumberOfPackages", default=len(boxes), most=10_000)
    start = number(call, "PageStartIndex", default=0, least=0, most=1_000_000)
    size = number(call, "PageSize", default=1000, most=1000)
    places = list(range(min(count, len(boxes))))[start : start + size]
    if not places:
        raise invalid_input("PageStartIndex: there are no boxes from there on.")
    return places


def _shipment_json(state: InboundState) -> dict[str, Any]:
    inbound, shipment = state.inbound, state.shipment
    sources = set() if shipment is None else {box.source for box in shipment.boxes}
    label_owners = set() if shipment is None else {item.label_owner for item in shipment.items}
    contents = "NONE"
    if sources == {"BOX_CONTENT_PROVIDED"}:
        contents = "INTERACTIVE"
    elif "BARCODE_2D" in sources:
        contents = "2D_BARCODE"
    return {
        "ShipmentId": inbound.shipment_id,
        "ShipmentName": inbound.shipment_id if shipment is None else shipment.name,
        "ShipFromAddress": _address({} if shipment is None else shipment.source, inbound.country),
        "DestinationFulfillmentCenterId": inbound.center,
        "ShipmentStatus": _TOLD.get(inbound.status, inbound.status),
        "LabelPrepType": _label_prep_type(label_owners),
        "AreCasesRequired": False,
        "BoxContentsSource": contents,
    }


def _address(source: Mapping[str, str], country: str) -> dict[str, Any]:
    """`Address`. A shipment without a plan comes from nobody in particular."""
    return present(
        Name=source.get("name", "The seller"),
        AddressLine1=source.get("addressLine1", "1 Main St"),
        AddressLine2=source.get("addressLine2"),
        DistrictOrCounty=(source.get("districtOrCounty") or "")[:25] or None,
        City=source.get("city", "Anywhere"),
        StateOrProvinceCode=source.get("stateOrProvinceCode", ""),
        CountryCode=source.get("countryCode", country),
        PostalCode=source.get("postalCode", "00000")[:30],
    )


def _label_prep_type(owners: set[str]) -> str:
    if "SELLER" in owners:
        return "SELLER_LABEL"
    return "AMAZON_LABEL" if "AMAZON" in owners else "NO_LABEL"


def _items_json(state: InboundState) -> list[dict[str, Any]]:
    preparations: dict[str, list[dict[str, str]]] = {}
    for item in state.shipment.items if state.shipment is not None else ():
        if item.prep_owner != "NONE":
            preparations[item.msku] = [
                {"PrepInstruction": _PREP_INSTRUCTIONS[one], "PrepOwner": item.prep_owner}
                for one in item.prep_types
            ]
    return [
        {
            "ShipmentId": state.inbound.shipment_id,
            "SellerSKU": item.sku,
            "FulfillmentNetworkSKU": item.fnsku,
            "QuantityShipped": item.announced,
            "QuantityReceived": item.received + item.damaged,
            "QuantityInCase": 0,
            "PrepDetailsList": preparations.get(item.sku, []),
        }
        for item in state.inbound.items
    ]


def _instructions(one: ItemPreparation) -> dict[str, Any]:
    assert one.sku is not None
    assert one.preparation is not None
    types = [kind for kind in one.preparation.types if kind != NO_PREP]
    if one.preparation.category == "UNKNOWN":
        guidance = "ConsultHelpDocuments"
    elif any(kind != LABELING for kind in types):
        guidance = "SeePrepInstructionsList"
    else:
        guidance = "NoAdditionalPrepRequired"
    own_barcode = has_manufacturer_barcode(one.sku)
    return {
        "BarcodeInstruction": "CanUseOriginalBarcode" if own_barcode else "RequiresFNSKULabel",
        "PrepGuidance": guidance,
        "PrepInstructionList": [_PREP_INSTRUCTIONS[kind] for kind in types],
    }


OPERATIONS = (
    Operation(
        "getPrepInstructions", "GET", f"{_BASE}/prepInstructions", get_prep_instructions, 2.0
    ),
    Operation("getLabels", "GET", f"{_BASE}/shipments/{{shipmentId}}/labels", get_labels, 2.0),
    Operation(
        "getBillOfLading",
        "GET",
        f"{_BASE}/shipments/{{shipmentId}}/billOfLading",
        get_bill_of_lading,
        2.0,
    ),
    Operation("getShipments", "GET", f"{_BASE}/shipments", get_shipments, 2.0),
    Operation(
        "getShipmentItemsByShipmentId",
        "GET",
        f"{_BASE}/shipments/{{shipmentId}}/items",
        get_items_by_shipment_id,
        2.0,
    ),
    Operation("getShipmentItems", "GET", f"{_BASE}/shipmentItems", get_shipment_items, 2.0),
)
