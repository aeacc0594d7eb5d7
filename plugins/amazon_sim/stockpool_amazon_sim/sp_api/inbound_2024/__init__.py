"""Fulfillment Inbound API 2024-03-20: all its operations.

Compliance data and delivery challans exist in India only, which is not simulated: they are refused
as Amazon refuses them elsewhere.
"""

from __future__ import annotations

from stockpool_amazon_sim.sp_api.inbound_2024 import items, plans, shipments
from stockpool_amazon_sim.sp_api.messages import Handler, Operation

_BASE = "/inbound/fba/2024-03-20"
_PLAN = f"{_BASE}/inboundPlans/{{inboundPlanId}}"
_SHIPMENT = f"{_PLAN}/shipments/{{shipmentId}}"

_RATE = 2.0
"""Calls a second; all operations have the same, and differ in how many may come at once."""


def _operation(name: str, method: str, path: str, handler: Handler) -> Operation:
    return Operation(name, method, path, handler, _RATE)


OPERATIONS = (
    _operation("listInboundPlans", "GET", f"{_BASE}/inboundPlans", plans.list_plans),
    _operation("createInboundPlan", "POST", f"{_BASE}/inboundPlans", plans.create),
    _operation("getInboundPlan", "GET", _PLAN, plans.get),
    _operation("listInboundPlanBoxes", "GET", f"{_PLAN}/boxes", plans.list_boxes),
    _operation("cancelInboundPlan", "PUT", f"{_PLAN}/cancellation", plans.cancel),
    _operation("listInboundPlanItems", "GET", f"{_PLAN}/items", plans.list_items),
    _operation("updateInboundPlanName", "PUT", f"{_PLAN}/name", plans.rename),
    _operation(
        "listPackingGroupBoxes",
        "GET",
        f"{_PLAN}/packingGroups/{{packingGroupId}}/boxes",
        plans.list_group_boxes,
    ),
    _operation(
        "listPackingGroupItems",
        "GET",
        f"{_PLAN}/packingGroups/{{packingGroupId}}/items",
        plans.list_group_items,
    ),
    _operation("setPackingInformation", "POST", f"{_PLAN}/packingInformation", plans.set_packing),
    _operation("listPackingOptions", "GET", f"{_PLAN}/packingOptions", plans.list_packing),
    _operation("generatePackingOptions", "POST", f"{_PLAN}/packingOptions", plans.generate_packing),
    _operation(
        "confirmPackingOption",
        "POST",
        f"{_PLAN}/packingOptions/{{packingOptionId}}/confirmation",
        plans.confirm_packing,
    ),
    _operation("listInboundPlanPallets", "GET", f"{_PLAN}/pallets", plans.list_pallets),
    _operation("listPlacementOptions", "GET", f"{_PLAN}/placementOptions", plans.list_placement),
    _operation(
        "generatePlacementOptions", "POST", f"{_PLAN}/placementOptions", plans.generate_placement
    ),
    _operation(
        "confirmPlacementOption",
        "POST",
        f"{_PLAN}/placementOptions/{{placementOptionId}}/confirmation",
        plans.confirm_placement,
    ),
    _operation("getShipment", "GET", _SHIPMENT, shipments.get),
    _operation("listShipmentBoxes", "GET", f"{_SHIPMENT}/boxes", shipments.list_boxes),
    _operation(
        "listShipmentContentUpdatePreviews",
        "GET",
        f"{_SHIPMENT}/contentUpdatePreviews",
        shipments.list_previews,
    ),
    _operation(
        "generateShipmentContentUpdatePreviews",
        "POST",
        f"{_SHIPMENT}/contentUpdatePreviews",
        shipments.generate_previews,
    ),
    _operation(
        "getShipmentContentUpdatePreview",
        "GET",
        f"{_SHIPMENT}/contentUpdatePreviews/{{contentUpdatePreviewId}}",
        shipments.get_preview,
    ),
    _operation(
        "confirmShipmentContentUpdatePreview",
        "POST",
        f"{_SHIPMENT}/contentUpdatePreviews/{{contentUpdatePreviewId}}/confirmation",
        shipments.confirm_preview,
    ),
    _operation(
        "getDeliveryChallanDocument",
        "GET",
        f"{_SHIPMENT}/deliveryChallanDocument",
        shipments.get_delivery_challan,
    ),
    _operation(
        "listDeliveryWindowOptions",
        "GET",
        f"{_SHIPMENT}/deliveryWindowOptions",
        shipments.list_windows,
    ),
    _operation(
        "generateDeliveryWindowOptions",
        "POST",
        f"{_SHIPMENT}/deliveryWindowOptions",
        shipments.generate_windows,
    ),
    _operation(
        "confirmDeliveryWindowOptions",
        "POST",
        f"{_SHIPMENT}/deliveryWindowOptions/{{deliveryWindowOptionId}}/confirmation",
        shipments.confirm_window,
    ),
    _operation("listShipmentItems", "GET", f"{_SHIPMENT}/items", shipments.list_items),
    _operation("updateShipmentName", "PUT", f"{_SHIPMENT}/name", shipments.rename),
    _operation("listShipmentPallets", "GET", f"{_SHIPMENT}/pallets", shipments.list_pallets),
    _operation(
        "cancelSelfShipAppointment",
        "PUT",
        f"{_SHIPMENT}/selfShipAppointmentCancellation",
        shipments.cancel_appointment,
    ),
    _operation(
        "getSelfShipAppointmentSlots",
        "GET",
        f"{_SHIPMENT}/selfShipAppointmentSlots",
        shipments.get_slots,
    ),
    _operation(
        "generateSelfShipAppointmentSlots",
        "POST",
        f"{_SHIPMENT}/selfShipAppointmentSlots",
        shipments.generate_slots,
    ),
    _operation(
        "scheduleSelfShipAppointment",
        "POST",
        f"{_SHIPMENT}/selfShipAppointmentSlots/{{slotId}}/schedule",
        shipments.schedule_appointment,
    ),
    _operation(
        "updateShipmentSourceAddress", "PUT", f"{_SHIPMENT}/sourceAddress", shipments.change_source
    ),
    _operation(
        "updateShipmentTrackingDetails", "PUT", f"{_SHIPMENT}/trackingDetails", shipments.track
    ),
    _operation(
        "listTransportationOptions",
        "GET",
        f"{_PLAN}/transportationOptions",
        shipments.list_transport,
    ),
    _operation(
        "generateTransportationOptions",
        "POST",
        f"{_PLAN}/transportationOptions",
        shipments.generate_transport,
    ),
    _operation(
        "confirmTransportationOptions",
        "POST",
        f"{_PLAN}/transportationOptions/confirmation",
        shipments.confirm_transport,
    ),
    _operation(
        "listItemComplianceDetails", "GET", f"{_BASE}/items/compliance", items.list_compliance
    ),
    _operation(
        "updateItemComplianceDetails", "PUT", f"{_BASE}/items/compliance", items.update_compliance
    ),
    _operation("createMarketplaceItemLabels", "POST", f"{_BASE}/items/labels", items.create_labels),
    _operation("listPrepDetails", "GET", f"{_BASE}/items/prepDetails", items.list_prep_details),
    _operation("setPrepDetails", "POST", f"{_BASE}/items/prepDetails", items.set_prep_details),
    _operation(
        "getInboundOperationStatus",
        "GET",
        f"{_BASE}/operations/{{operationId}}",
        items.operation_status,
    ),
)
