"""The types of notifications that the simulator sends, and how each is written.

Names, versions and bodies: the notification schemas that Amazon publishes; who carries which: the
Notifications API v1 use case guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SQS, EVENT_BRIDGE = "sqs", "eventBridge"


@dataclass(frozen=True, slots=True)
class NotificationType:
    """One type.

    Attributes:
        member: the only member of the payload, which holds the rest; empty: there is none.
        carrier: `sqs` or `eventBridge`.
        camel: names of members begin with small letters.
        constant: what the envelope says for the name; it differs for one type.
        versions: of the payload, the newest last.
    """

    name: str
    member: str = ""
    carrier: str = SQS
    camel: bool = False
    constant: str = ""
    versions: tuple[str, ...] = ("1.0",)


ORDER_STATUS = NotificationType("FULFILLMENT_ORDER_STATUS", "FulfillmentOrderStatusNotification")
OUTBOUND_SHIPMENT = NotificationType(
    "FBA_OUTBOUND_SHIPMENT_STATUS", "FBAOutboundShipmentStatusNotification"
)
AVAILABILITY = NotificationType("FBA_INVENTORY_AVAILABILITY_CHANGES")
ORDER_CHANGE = NotificationType("ORDER_CHANGE", "OrderChangeNotification")
LISTING_STATUS = NotificationType(
    "LISTINGS_ITEM_STATUS_CHANGE", carrier=EVENT_BRIDGE, constant="LISTINGS_ITEM_STATUS_CHANGED"
)
LISTING_ISSUES = NotificationType(
    "LISTINGS_ITEM_ISSUES_CHANGE", carrier=EVENT_BRIDGE, versions=("1.0", "2023-12-13")
)
LISTING_QUANTITY = NotificationType("LISTINGS_ITEM_MFN_QUANTITY_CHANGE", carrier=EVENT_BRIDGE)
FEED_FINISHED = NotificationType(
    "FEED_PROCESSING_FINISHED", "feedProcessingFinishedNotification", camel=True
)
REPORT_FINISHED = NotificationType(
    "REPORT_PROCESSING_FINISHED", "reportProcessingFinishedNotification", camel=True
)

NOTIFICATION_TYPES: Mapping[str, NotificationType] = {
    known.name: known
    for known in (
        ORDER_STATUS,
        OUTBOUND_SHIPMENT,
        AVAILABILITY,
        ORDER_CHANGE,
        LISTING_STATUS,
        LISTING_ISSUES,
        LISTING_QUANTITY,
        FEED_FINISHED,
        REPORT_FINISHED,
    )
}
"""By the name that is subscribed to."""
