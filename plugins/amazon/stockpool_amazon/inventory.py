"""Stock figures: getInventorySummaries of the FBA Inventory API v1."""

from __future__ import annotations

import json
from datetime import datetime

from stockpool.errors import TransientError
from stockpool.plugins.network import StockFigures, StockPage
from stockpool_amazon.fields import Fields
from stockpool_amazon.pools import Pool
from stockpool_amazon.transport import Call, Transport


def stock_page(transport: Transport, pool: Pool, cursor: str | None) -> StockPage:
    """A page of a country's figures.

    All pages are as of the moment when the first was asked for, by Amazon's clock: what was
    reserved since then may or may not be in the figures. Amazon's token lives 30 seconds; if it
    has died, the snapshot has to begin anew, which the refusal of the page makes it do.

    Raises:
        TransientError: the cursor is none of ours, or Amazon's token has died.
    """
    at, token = _read_cursor(cursor)
    query = {
        "details": "true",
        "granularityType": "Marketplace",
        "granularityId": pool.marketplace_id,
        "marketplaceIds": pool.marketplace_id,
    }
    if token is not None:
        query["nextToken"] = token
    call = Call("getInventorySummaries", "GET", "/fba/inventory/v1/summaries", query)
    answer = transport.send(call)
    document = Fields(answer.document, "getInventorySummaries")
    figures = [
        stock_figures(summary)
        for summary in document.object("payload").objects("inventorySummaries", required=True)
        # A summary of an item that was never sent in may lack its ids, and has no units.
        if summary.optional_text("sellerSku") and summary.optional_text("fnSku")
    ]
    pagination = document.optional_object("pagination")
    following = pagination.optional_text("nextToken") if pagination else None
    at = at or answer.asked_at
    return StockPage(at, figures, _cursor(at, following) if following else None)


def stock_figures(summary: Fields) -> StockFigures:
    """InventorySummary: a quantity that Amazon leaves out is zero."""
    sku, fnsku = summary.text("sellerSku"), summary.text("fnSku")
    condition = summary.optional_text("condition") or ""
    details = summary.optional_object("inventoryDetails")
    if details is None:
        # They were asked for; without them only nothing at all is certain.
        if summary.optional_whole("totalQuantity") != 0:
            raise summary.unreadable("inventoryDetails", "is missing")
        return StockFigures(sku, fnsku, condition=condition)
    reserved = details.optional_object("reservedQuantity")
    researching = details.optional_object("researchingQuantity")
    unfulfillable = details.optional_object("unfulfillableQuantity")
    return StockFigures(
        sku=sku,
        fnsku=fnsku,
        condition=condition,
        fulfillable=_units(details, "fulfillableQuantity"),
        inbound_working=_units(details, "inboundWorkingQuantity"),
        inbound_shipped=_units(details, "inboundShippedQuantity"),
        inbound_receiving=_units(details, "inboundReceivingQuantity"),
        pending_customer_order=_units(reserved, "pendingCustomerOrderQuantity"),
        pending_transshipment=_units(reserved, "pendingTransshipmentQuantity"),
        fc_processing=_units(reserved, "fcProcessingQuantity"),
        researching=_units(researching, "totalResearchingQuantity"),
        customer_damaged=_units(unfulfillable, "customerDamagedQuantity"),
        warehouse_damaged=_units(unfulfillable, "warehouseDamagedQuantity"),
        distributor_damaged=_units(unfulfillable, "distributorDamagedQuantity"),
        carrier_damaged=_units(unfulfillable, "carrierDamagedQuantity"),
        defective=_units(unfulfillable, "defectiveQuantity"),
        expired=_units(unfulfillable, "expiredQuantity"),
    )


def _units(fields: Fields | None, name: str) -> int:
    units = (fields.optional_whole(name) if fields else None) or 0
    if fields is not None and units < 0:
        raise fields.unreadable(name, "is negative")
    return units


def _cursor(at: datetime, token: str) -> str:
    return json.dumps({"at": at.isoformat(), "token": token})


def _read_cursor(cursor: str | None) -> tuple[datetime | None, str | None]:
    if cursor is None:
        return None, None
    try:
        document = json.loads(cursor)
        return datetime.fromisoformat(document["at"]), str(document["token"])
    except (ValueError, TypeError, KeyError):
        raise TransientError("the snapshot's cursor can't be read; begin anew") from None
