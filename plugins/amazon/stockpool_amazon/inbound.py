"""Inbound plans: the Fulfillment Inbound API 2024-03-20, and v0 for what was received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from stockpool.plugins import network_inbound as contract
from stockpool_amazon import inbound_documents as documents
from stockpool_amazon.connection import Connection
from stockpool_amazon.downloads import pdf_at
from stockpool_amazon.errors import AmazonRefusal, UnreadableAnswer
from stockpool_amazon.fields import Fields
from stockpool_amazon.pools import Pools
from stockpool_amazon.transport import Call, Transport
from stockpool_amazon.wire import private

BASE = "/inbound/fba/2024-03-20"
V0 = "/fba/inbound/v0"

_PAGES_MOST = 500
"""More than a plan can have: 5,000 boxes a grouping, 1,000 a page."""


class AmazonInbound(contract.NetworkInbound):
    """The inbound plans of an account."""

    _connection: Connection
    _endpoint: str
    _transport: Transport
    _pools: Pools

    def set_prep_details(self, country: str, details: Sequence[contract.PrepDetails]) -> str:
        body = documents.prep_body(details, self._pools[country])
        return self._start("setPrepDetails", "POST", f"{BASE}/items/prepDetails", body)

    def create_inbound_plan(
        self, request: contract.InboundPlanRequest
    ) -> contract.InboundPlanStarted:
        call = Call(
            "createInboundPlan",
            "POST",
            f"{BASE}/inboundPlans",
            body=documents.plan_body(request, self._pools[request.country]),
            writes=True,
            private=private(request.source),
        )
        document = Fields(self._transport.send(call).document, call.operation)
        return contract.InboundPlanStarted(
            document.text("inboundPlanId"), document.text("operationId")
        )

    def cancel_inbound_plan(self, inbound_plan_id: str) -> str:
        path = _plan(inbound_plan_id, "cancellation")
        return self._start("cancelInboundPlan", "PUT", path)

    def generate_packing_options(self, inbound_plan_id: str) -> str:
        path = _plan(inbound_plan_id, "packingOptions")
        return self._start("generatePackingOptions", "POST", path)

    def confirm_packing_option(self, inbound_plan_id: str, packing_option_id: str) -> str:
        path = _plan(inbound_plan_id, "packingOptions", packing_option_id, "confirmation")
        return self._start("confirmPackingOption", "POST", path)

    def set_packing_information(
        self, inbound_plan_id: str, groupings: Sequence[contract.PackageGrouping]
    ) -> str:
        body = {"packageGroupings": [documents.grouping_body(one) for one in groupings]}
        path = _plan(inbound_plan_id, "packingInformation")
        return self._start("setPackingInformation", "POST", path, body)

    def generate_placement_options(self, inbound_plan_id: str) -> str:
        path = _plan(inbound_plan_id, "placementOptions")
        return self._start("generatePlacementOptions", "POST", path, {})

    def confirm_placement_option(self, inbound_plan_id: str, placement_option_id: str) -> str:
        path = _plan(inbound_plan_id, "placementOptions", placement_option_id, "confirmation")
        return self._start("confirmPlacementOption", "POST", path)

    def generate_transportation_options(
        self, inbound_plan_id: str, placement_option_id: str, ready: Mapping[str, datetime]
    ) -> str:
        body = {
            "placementOptionId": placement_option_id,
            "shipmentTransportationConfigurations": [
                {"shipmentId": shipment_id, "readyToShipWindow": {"start": _minute(at)}}
                for shipment_id, at in ready.items()
            ],
        }
        path = _plan(inbound_plan_id, "transportationOptions")
        return self._start("generateTransportationOptions", "POST", path, body)

    def confirm_transportation_options(
        self, inbound_plan_id: str, selections: Mapping[str, str]
    ) -> str:
        body = {
            "transportationSelections": [
                {"shipmentId": shipment_id, "transportationOptionId": option_id}
                for shipment_id, option_id in selections.items()
            ]
        }
        path = _plan(inbound_plan_id, "transportationOptions", "confirmation")
        return self._start("confirmTransportationOptions", "POST", path, body)

    def generate_delivery_window_options(self, inbound_plan_id: str, shipment_id: str) -> str:
        path = _shipment(inbound_plan_id, shipment_id, "deliveryWindowOptions")
        return self._start("generateDeliveryWindowOptions", "POST", path)

    def confirm_delivery_window_option(
        self, inbound_plan_id: str, shipment_id: str, delivery_window_option_id: str
    ) -> str:
        path = _shipment(
            inbound_plan_id,
            shipment_id,
            "deliveryWindowOptions",
            delivery_window_option_id,
            "confirmation",
        )
        return self._start("confirmDeliveryWindowOptions", "POST", path)

    def update_shipment_tracking(
        self, inbound_plan_id: str, shipment_id: str, tracking: Sequence[contract.BoxTracking]
    ) -> str:
        items = [{"boxId": one.box_id, "trackingId": one.tracking_id} for one in tracking]
        body = {"trackingDetails": {"spdTrackingDetail": {"spdTrackingItems": items}}}
        path = _shipment(inbound_plan_id, shipment_id, "trackingDetails")
        return self._start("updateShipmentTrackingDetails", "PUT", path, body)

    def inbound_operation(self, operation_id: str) -> contract.InboundOperation:
        path = f"{BASE}/operations/{_quoted(operation_id)}"
        return documents.operation(self._ask("getInboundOperationStatus", path))

    def prep_details(self, country: str, skus: Sequence[str]) -> Sequence[contract.PrepDetails]:
        query = {
            "marketplaceId": self._pools[country].marketplace_id,
            # The model wants these to be encoded twice: a comma separates two SKUs.
            "mskus": ",".join(_quoted(sku) if set(sku) & set("%+,") else sku for sku in skus),
        }
        document = self._ask("listPrepDetails", f"{BASE}/items/prepDetails", query)
        found = document.objects("mskuPrepDetails", required=True)
        return [documents.prep_details(one) for one in found]

    def inbound_plans(self, cursor: str | None = None) -> contract.InboundPlanPage:
        query = {"pageSize": "30", "sortBy": "CREATION_TIME", "sortOrder": "DESC"}
        if cursor is not None:
            query["paginationToken"] = cursor
        document = self._ask("listInboundPlans", f"{BASE}/inboundPlans", query)
        plans = [documents.plan_state(one, self._pools) for one in document.objects("inboundPlans")]
        return contract.InboundPlanPage(plans, _next(document))

    def inbound_plan(self, inbound_plan_id: str) -> contract.InboundPlanState | None:
        try:
            document = self._ask("getInboundPlan", _plan(inbound_plan_id))
        except AmazonRefusal as refusal:
            if refusal.status == 404:
                return None
            raise UnreadableAnswer(str(refusal)) from None
        return documents.plan_state(document, self._pools)

    def packing_options(self, inbound_plan_id: str) -> Sequence[contract.PackingOption]:
        path = _plan(inbound_plan_id, "packingOptions")
        found = self._all("listPackingOptions", path, "packingOptions", 20)
        return [documents.packing_option(one) for one in found]

    def packing_group_items(
        self, inbound_plan_id: str, packing_group_id: str
    ) -> Sequence[contract.InboundItem]:
        path = _plan(inbound_plan_id, "packingGroups", packing_group_id, "items")
        found = self._all("listPackingGroupItems", path, "items", 100)
        return [documents.item(one) for one in found]

    def placement_options(self, inbound_plan_id: str) -> Sequence[contract.PlacementOption]:
        path = _plan(inbound_plan_id, "placementOptions")
        found = self._all("listPlacementOptions", path, "placementOptions", 20)
        return [documents.placement_option(one) for one in found]

    def inbound_shipment(
        self, inbound_plan_id: str, shipment_id: str
    ) -> contract.InboundShipmentState:
        path = _shipment(inbound_plan_id, shipment_id)
        return documents.shipment(self._ask("getShipment@2024-03-20", path))

    def shipment_items(
        self, inbound_plan_id: str, shipment_id: str
    ) -> Sequence[contract.InboundItem]:
        path = _shipment(inbound_plan_id, shipment_id, "items")
        found = self._all("listShipmentItems", path, "items", 1000)
        return [documents.item(one) for one in found]

    def shipment_boxes(
        self, inbound_plan_id: str, shipment_id: str
    ) -> Sequence[contract.InboundBox]:
        path = _shipment(inbound_plan_id, shipment_id, "boxes")
        found = self._all("listShipmentBoxes", path, "boxes", 1000)
        return [documents.box(one) for one in found]

    def transportation_options(
        self, inbound_plan_id: str, shipment_id: str
    ) -> Sequence[contract.TransportationOption]:
        path = _plan(inbound_plan_id, "transportationOptions")
        name = "transportationOptions"
        found = self._all("listTransportationOptions", path, name, 20, {"shipmentId": shipment_id})
        return [documents.transportation_option(one) for one in found]

    def delivery_window_options(
        self, inbound_plan_id: str, shipment_id: str
    ) -> Sequence[contract.DeliveryWindowOption]:
        path = _shipment(inbound_plan_id, shipment_id, "deliveryWindowOptions")
        found = self._all("listDeliveryWindowOptions", path, "deliveryWindowOptions", 100)
        return [documents.delivery_window(one) for one in found]

    def box_labels(
        self, shipment_confirmation_id: str, *, page_type: str = "PackageLabel_Thermal"
    ) -> bytes:
        path = f"{V0}/shipments/{_quoted(shipment_confirmation_id)}/labels"
        query = {"PageType": page_type, "LabelType": "UNIQUE"}
        document = self._ask("getLabels", path, query)
        url = document.object("payload").text("DownloadURL")
        return pdf_at(self._connection, url, self._endpoint)

    def item_labels(
        self, country: str, quantities: Mapping[str, int], *, page_type: str = "Letter_30"
    ) -> Sequence[bytes]:
        body = {
            "labelType": "STANDARD_FORMAT",
            "marketplaceId": self._pools[country].marketplace_id,
            "mskuQuantities": [
                {"msku": sku, "quantity": quantity} for sku, quantity in quantities.items()
            ],
            "pageType": page_type,
        }
        # It makes a document and changes nothing, so it can be repeated.
        call = Call("createMarketplaceItemLabels", "POST", f"{BASE}/items/labels", body=body)
        document = Fields(self._transport.send(call).document, call.operation)
        found = document.objects("documentDownloads", required=True)
        return [pdf_at(self._connection, one.text("uri"), self._endpoint) for one in found]

    def received_items(
        self, country: str, shipment_confirmation_id: str
    ) -> Sequence[contract.ReceivedItem]:
        path = f"{V0}/shipments/{_quoted(shipment_confirmation_id)}/items"
        query = {"MarketplaceId": self._pools[country].marketplace_id}
        document = self._ask("getShipmentItemsByShipmentId", path, query)
        found = document.object("payload").objects("ItemData")
        return [documents.received_item(one) for one in found]

    def _start(
        self, operation: str, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> str:
        call = Call(operation, method, path, body=body, writes=True)
        return Fields(self._transport.send(call).document, operation).text("operationId")

    def _ask(self, operation: str, path: str, query: Mapping[str, str] | None = None) -> Fields:
        call = Call(operation, "GET", path, dict(query or {}))
        return Fields(self._transport.send(call).document, operation)

    def _all(
        self,
        operation: str,
        path: str,
        name: str,
        page_size: int,
        query: Mapping[str, str] | None = None,
    ) -> list[Fields]:
        """All pages of a list.

        Raises:
            UnreadableAnswer: it has no end.
        """
        found: list[Fields] = []
        wanted = {"pageSize": str(page_size), **(query or {})}
        for _ in range(_PAGES_MOST):
            document = self._ask(operation, path, wanted)
            found += document.objects(name)
            following = _next(document)
            if following is None:
                return found
            wanted["paginationToken"] = following
        raise UnreadableAnswer(f"{operation}: there is no end of pages")


def _next(document: Fields) -> str | None:
    pagination = document.optional_object("pagination")
    return pagination.optional_text("nextToken") if pagination else None


def _minute(at: datetime) -> str:
    """Windows are told to the minute; what is finer is cut off."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _plan(plan_id: str, *parts: str) -> str:
    return "/".join((f"{BASE}/inboundPlans", *map(_quoted, (plan_id, *parts))))


def _shipment(plan_id: str, shipment_id: str, *parts: str) -> str:
    return _plan(plan_id, "shipments", shipment_id, *parts)


def _quoted(text: str) -> str:
    return quote(text, safe="")
