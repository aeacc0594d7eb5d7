"""The notification schemas that Amazon publishes as a judge of notifications.

They are not part of this repository: they are looked for in `../shared/sp-api/schemas`, or in the
folder that `SP_API_SCHEMAS` names. Without them nothing is judged.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

FOLDER = (
    Path(
        os.environ.get("SP_API_SCHEMAS")
        or Path(__file__).resolve().parents[3] / "shared" / "sp-api" / "schemas"
    )
    / "notifications"
)

FILES: Mapping[tuple[str, str], str] = {
    ("FULFILLMENT_ORDER_STATUS", "1.0"): "FulfillmentOrderStatusNotification",
    ("FBA_OUTBOUND_SHIPMENT_STATUS", "1.0"): "FBAOutboundShipmentStatusNotification",
    ("FBA_INVENTORY_AVAILABILITY_CHANGES", "1.0"): "FBAInventoryAvailabilityChangeNotification",
    ("ORDER_CHANGE", "1.0"): "OrderChangeNotification",
    ("LISTINGS_ITEM_STATUS_CHANGED", "1.0"): "ListingsItemStatusChangeNotification",
    ("LISTINGS_ITEM_ISSUES_CHANGE", "1.0"): "ListingsItemIssuesChangeNotification",
    (
        "LISTINGS_ITEM_ISSUES_CHANGE",
        "2023-12-13",
    ): "ListingsItemIssuesChangeNotification_2023-12-13",
    ("LISTINGS_ITEM_MFN_QUANTITY_CHANGE", "1.0"): "ListingsItemMfnQuantityChange",
    ("FEED_PROCESSING_FINISHED", "1.0"): "FeedProcessingFinishedNotification",
    ("REPORT_PROCESSING_FINISHED", "1.0"): "ReportProcessingFinishedNotification",
}
"""By the type and the version of the payload that a notification names."""


def judge(notification: Mapping[str, Any]) -> None:
    """Compare a notification with its schema.

    Raises:
        AssertionError: names every member that is wrong, and why.
    """
    name = notification.get("NotificationType") or notification["notificationType"]
    version = notification.get("PayloadVersion") or notification["payloadVersion"]
    if not FOLDER.is_dir():
        return
    faults = [
        f"{'.'.join(map(str, fault.absolute_path))}: {fault.message}"
        for fault in _validator(FILES[name, version]).iter_errors(notification)
    ]
    assert not faults, "\n".join([f"{name} breaks its schema", *faults])


@cache
def _validator(file: str) -> Draft7Validator:
    schema = json.loads((FOLDER / f"{file}.json").read_text("utf-8"))
    return Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
